package api

import (
	"context"
	"io"
	"time"

	"github.com/redresshq/redress/dispute"
)

// Store is the part of the record that the API needs. Every method may fail with
// dispute.CodeUnavailable when the database cannot be reached.
type Store interface {
	// BeginOperation claims the key of a write; its State says what to do.
	BeginOperation(ctx context.Context, claim dispute.OperationClaim) (dispute.OperationRow, error)
	// FinishOperation stores the final answer, to be replayed from then on.
	FinishOperation(ctx context.Context, row dispute.OperationRow, status int, location string, response []byte) error
	// ReleaseOperation gives the claim back, so that a retry need not wait for the lease.
	ReleaseOperation(ctx context.Context, row dispute.OperationRow) error

	// GetCase fails with CodeNotFound.
	GetCase(ctx context.Context, caseID string) (dispute.CaseRecord, error)
	// GetRecovery fails with CodeNotFound.
	GetRecovery(ctx context.Context, id string) (dispute.RecoveryRecord, error)
	// ListRecoveries fails with CodeInvalid on a cursor that is not one of its own.
	ListRecoveries(ctx context.Context, filter dispute.RecoveryFilter) (dispute.RecoveryPage, error)
	RecoveryTimeline(ctx context.Context, id string, after int64, limit int) ([]dispute.RecoveryEntry, error)
	// RefusedOpening says why a case was never opened; CodeNotFound where nothing is known.
	RefusedOpening(ctx context.Context, caseID string) (dispute.RefusedOpening, error)
	// ListCases fails with CodeInvalid on a cursor that is not one of its own.
	ListCases(ctx context.Context, filter dispute.CaseFilter) (dispute.CasePage, error)
	// ListBatches returns defect batches after the one with an id, BatchesOf those of a case.
	ListBatches(ctx context.Context, sku, after string, limit int) ([]dispute.DefectBatch, error)
	BatchesOf(ctx context.Context, caseID string) ([]dispute.DefectBatch, error)
	CustomerHistory(ctx context.Context, customerID, exceptCaseID string, at time.Time) (dispute.HistoryFacts, error)
	Preferences(ctx context.Context, customerID string) (dispute.Preferences, error)
	SetPreferences(ctx context.Context, customerID string, p dispute.Preferences, by dispute.Role) error
	Timeline(ctx context.Context, caseID string, afterSeq int64, limit int) ([]dispute.RecordedEntry, error)
	Events(ctx context.Context, after int64, limit int) ([]dispute.RecordedEntry, error)

	// Report fails with CodeInvalid and fields for a question that cannot be asked.
	Report(ctx context.Context, query dispute.ReportQuery) (dispute.Report, error)
	// Weeklies lists the weekly reports, newest first, before a week.
	Weeklies(ctx context.Context, before string, limit int) ([]dispute.WeeklyReport, error)
	// Dossier returns everything on record of a case; CodeNotFound.
	Dossier(ctx context.Context, caseID string) (dispute.Dossier, error)
	// AddAccess keeps that somebody looked at what people sent in; Accesses lists it,
	// newest first, before an id.
	AddAccess(ctx context.Context, access dispute.Access) error
	Accesses(ctx context.Context, caseID string, before int64, limit int) ([]dispute.Access, error)

	Texts(ctx context.Context, caseID string) ([]dispute.Text, error)
	// AddText keeps a text once under its id; CodeCaseClosed once the case's are erased.
	AddText(ctx context.Context, text dispute.Text) error

	// AddEvidence fails with CodeCaseClosed and CodeLimitExceeded; bytes that the
	// case has already answer the item that is there.
	AddEvidence(ctx context.Context, submission dispute.EvidenceSubmission) (dispute.Evidence, error)
	// GetEvidence returns the item and the name its file had; CodeNotFound.
	GetEvidence(ctx context.Context, caseID, evidenceID string) (dispute.Evidence, string, error)

	// AddInbox keeps an inbound event once under (source, event id).
	AddInbox(ctx context.Context, event dispute.InboxEvent) (dispute.InboxEvent, error)
	// IssuedTo is the case for which we issued a label with the number, "" if we issued none.
	IssuedTo(ctx context.Context, ref dispute.Reference) (caseID string, err error)
	ListInbox(ctx context.Context, state dispute.InboxState, cursor int64, limit int) ([]dispute.InboxEvent, error)
	// GetInbox fails with CodeNotFound.
	GetInbox(ctx context.Context, id int64) (dispute.InboxEvent, error)
	// MatchInbox fails with CodeNotFound and CodeNotAllowedNow.
	MatchInbox(ctx context.Context, id int64, caseID, legID string) (dispute.InboxEvent, error)

	// SearchArticles fails with CodeInvalid on a cursor that is not one of its own.
	SearchArticles(ctx context.Context, q dispute.ArticleQuery) (dispute.ArticlePage, error)
	// Article returns all versions, newest first; CodeNotFound.
	Article(ctx context.Context, id string) ([]dispute.ArticleVersion, error)
	// AddArticle keeps a draft once under its key; CodeNotFound for the next version of no article.
	AddArticle(ctx context.Context, draft dispute.ArticleVersion, key string, isNew bool) (dispute.ArticleVersion, error)
	// SetArticleState fails with CodeNotFound and CodeNotAllowedNow.
	SetArticleState(ctx context.Context, id string, version int, state dispute.ArticleState, by dispute.Actor, at time.Time) (dispute.ArticleVersion, error)
	// CountArticleUse counts once by the use's id; CodeNotFound for what was never published.
	CountArticleUse(ctx context.Context, use dispute.ArticleUse) error
	Deflection(ctx context.Context, from, to time.Time, days int) (dispute.Deflection, error)

	// Published lists policies or calendar years as they count now, without content.
	Published(ctx context.Context, kind dispute.RuleKind) ([]dispute.PublishedRule, error)
	// PublishedRule returns one of them with its content; CodeNotFound.
	PublishedRule(ctx context.Context, kind dispute.RuleKind, name string, number int) (dispute.PublishedRule, error)
	// RuleJob says how far the walk is that followed a publication; CodeNotFound.
	RuleJob(ctx context.Context, revision int64) (dispute.RuleJob, error)
}

// Rules is the rule base of this process. What has mistakes is CodeInvalid, with a field
// for each; CodeUnavailable while the record cannot be reached.
type Rules interface {
	// Library returns everything published up to a revision at least.
	Library(ctx context.Context, atLeast int64) (*dispute.Library, error)
	// Rejected says by id (default@3, cn-2026) what this process cannot read, and why.
	Rejected() map[string]error
	CheckPolicy(ctx context.Context, files map[string]string) (*dispute.Policy, error)
	// PublishPolicy fails with CodeConflict where the version has other content.
	PublishPolicy(ctx context.Context, files map[string]string, source string, by dispute.Actor) (dispute.RuleRevision, error)
	PublishCalendar(ctx context.Context, document, source string, by dispute.Actor) (dispute.RuleRevision, error)
}

// Blobs keeps the bytes of evidence under case id and hash.
type Blobs interface {
	// Put reads to the end and returns once the bytes are safe on disk; more than
	// limit bytes fail with CodeTooLarge.
	Put(ctx context.Context, caseID string, r io.Reader, limit int64) (sha256 string, size int64, err error)
	// Open fails with CodeNotFound.
	Open(ctx context.Context, caseID, sha256 string) (io.ReadCloser, error)
}

// Door is the typed way to a case's workflow. Each call answers once the record
// is committed. Errors are *dispute.Error with the code of the refusal; a call
// that ran out of time wraps context.DeadlineExceeded.
type Door interface {
	// Open starts the case; the same update id twice is the same opening.
	Open(ctx context.Context, opening dispute.Opening, updateID string) (dispute.CommandResult, error)
	Offer(ctx context.Context, caseID string, command dispute.OfferCommand) (dispute.CommandResult, error)
	Respond(ctx context.Context, caseID string, command dispute.RespondCommand) (dispute.CommandResult, error)
	Decide(ctx context.Context, caseID string, command dispute.DecideCommand) (dispute.CommandResult, error)
	Approve(ctx context.Context, caseID string, command dispute.ApproveCommand) (dispute.CommandResult, error)
	Resolve(ctx context.Context, caseID string, command dispute.ResolveCommand) (dispute.CommandResult, error)
	Escalate(ctx context.Context, caseID string, command dispute.EscalateCommand) (dispute.CommandResult, error)
	Withdraw(ctx context.Context, caseID string, command dispute.WithdrawCommand) (dispute.CommandResult, error)
	Note(ctx context.Context, caseID string, command dispute.NoteCommand) (dispute.CommandResult, error)
	Assign(ctx context.Context, caseID string, command dispute.AssignCommand) (dispute.CommandResult, error)
	Suspend(ctx context.Context, caseID string, command dispute.SuspendCommand) (dispute.CommandResult, error)
	Resume(ctx context.Context, caseID string, command dispute.ResumeCommand) (dispute.CommandResult, error)
	Extend(ctx context.Context, caseID string, command dispute.ExtendCommand) (dispute.CommandResult, error)
	Appeal(ctx context.Context, caseID string, command dispute.AppealCommand) (dispute.CommandResult, error)
	Reopen(ctx context.Context, caseID string, command dispute.ReopenCommand) (dispute.CommandResult, error)
	AnswerSurvey(ctx context.Context, caseID string, command dispute.SurveyCommand) (dispute.CommandResult, error)
	AnswerQuote(ctx context.Context, caseID string, command dispute.QuoteCommand) (dispute.CommandResult, error)
	RequestEvidence(ctx context.Context, caseID string, command dispute.RequestEvidenceCommand) (dispute.CommandResult, error)
	Relabel(ctx context.Context, caseID string, command dispute.RelabelCommand) (dispute.CommandResult, error)
	Mediate(ctx context.Context, caseID string, command dispute.MediateCommand) (dispute.CommandResult, error)
	ReviewRisk(ctx context.Context, caseID string, command dispute.RiskReviewCommand) (dispute.CommandResult, error)
	GiveOpinion(ctx context.Context, caseID string, command dispute.SecondOpinionCommand) (dispute.CommandResult, error)
}

// RecoveryDoor is the typed way to a recovery's workflow. Errors as with Door; each call
// answers once the record is committed.
type RecoveryDoor interface {
	SettleRecovery(ctx context.Context, r dispute.Recovery, command dispute.SettleCommand) error
	WriteOffRecovery(ctx context.Context, r dispute.Recovery, command dispute.WriteOffCommand) error
	ApproveWriteOff(ctx context.Context, r dispute.Recovery, command dispute.ApproveWriteOffCommand) error
	ContestRecovery(ctx context.Context, r dispute.Recovery, command dispute.ContestCommand) error
}
