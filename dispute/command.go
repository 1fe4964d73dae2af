package dispute

import "time"

// UpdateName is the Temporal update by which a command reaches its case.
type UpdateName string

// The updates of a case (engine contract). UpdateOpen comes with the start.
const (
	UpdateOpen     UpdateName = "open"
	UpdateOffer    UpdateName = "offer"
	UpdateRespond  UpdateName = "respond"
	UpdateDecide   UpdateName = "decide"
	UpdateApprove  UpdateName = "approve"
	UpdateResolve  UpdateName = "resolve"
	UpdateEscalate UpdateName = "escalate"
	UpdateWithdraw UpdateName = "withdraw"
	UpdateNote     UpdateName = "note"
	UpdateAssign   UpdateName = "assign"
	UpdateSuspend  UpdateName = "suspend"
	UpdateResume   UpdateName = "resume"
	UpdateExtend   UpdateName = "extend"
	UpdateAppeal   UpdateName = "appeal"
	UpdateReopen   UpdateName = "reopen"
	UpdateSurvey   UpdateName = "survey"
	UpdateRequest  UpdateName = "request-evidence"
	UpdateRelabel  UpdateName = "reissue-label"
	UpdateQuote    UpdateName = "answer-quote"
	UpdateMediate  UpdateName = "mediate"
	UpdateRisk     UpdateName = "review-risk"
	UpdateOpinion  UpdateName = "second-opinion"
)

// Opening is the argument that starts a case; it holds no personal data.
type Opening struct {
	CaseID          string         `json:"case_id"`
	ShopID          string         `json:"shop_id"`
	Kind            Kind           `json:"kind"`
	Reason          Reason         `json:"reason"`
	Channel         Channel        `json:"channel"`
	OrderID         string         `json:"order_id"`
	Lines           []Line         `json:"lines"`
	CustomerID      string         `json:"customer_id"`
	RequestedRemedy []RemedyType   `json:"requested_remedy"`
	Currency        string         `json:"currency,omitempty"`
	Evidence        []EvidenceType `json:"evidence,omitempty"` // what came with the claim: a statement
	PreviousCaseID  string         `json:"previous_case_id,omitempty"`
	Language        Language       `json:"language,omitempty"`  // of notices; "" is the policy's
	Amendment       *AmendmentAsk  `json:"amendment,omitempty"` // of an order change
	Class           CaseClass      `json:"class,omitempty"`     // empty: derived by rule
	OccurredAt      *time.Time     `json:"occurred_at,omitempty"`
	ArticleSession  string         `json:"article_session,omitempty"`
	OpenedBy        Actor          `json:"opened_by"`
	OpenedAt        time.Time      `json:"opened_at"`
}

// Command is what every update carries.
type Command struct {
	UpdateID        string `json:"update_id"` // hash of the idempotency key
	Actor           Actor  `json:"actor"`
	ExpectedVersion *int64 `json:"expected_version,omitempty"`
}

// OfferCommand proposes remedies to the customer.
type OfferCommand struct {
	Command
	OfferID   string   `json:"offer_id"` // chosen by the caller, so that a retry means the same
	Liability []Share  `json:"liability,omitempty"`
	Remedies  []Remedy `json:"remedies"`
	NoteID    string   `json:"note_id,omitempty"`
}

// ResponseAction is the customer's answer to an offer.
type ResponseAction string

// The answers.
const (
	ResponseAccept  ResponseAction = "accept"
	ResponseDecline ResponseAction = "decline"
	ResponseCounter ResponseAction = "counter"
)

// RespondCommand answers an offer.
type RespondCommand struct {
	Command
	OfferID string         `json:"offer_id"`
	Action  ResponseAction `json:"action"`
	Counter *CounterAsk    `json:"counter,omitempty"`
}

// DecideCommand is binding: remedies or a rejection.
type DecideCommand struct {
	Command
	DecisionID string     `json:"decision_id"`
	Liability  []Share    `json:"liability,omitempty"`
	Remedies   []Remedy   `json:"remedies,omitempty"`
	Reject     *Rejection `json:"reject,omitempty"`
	NoteID     string     `json:"note_id,omitempty"`
	Cites      []string   `json:"cites,omitempty"` // the rules that a ruling stands on
}

// ApproveCommand answers an approval.
type ApproveCommand struct {
	Command
	ApprovalID string `json:"approval_id"`
	Approve    bool   `json:"approve"`
	NoteID     string `json:"note_id,omitempty"`
}

// ResolveCommand settles by hand what the engine cannot: a refund by its key, or a leg.
type ResolveCommand struct {
	Command
	RefundKey   string `json:"refund_key,omitempty"`
	LegID       string `json:"leg_id,omitempty"`
	Result      string `json:"result"` // succeeded | failed | retry
	ProviderRef string `json:"provider_ref,omitempty"`
	NoteID      string `json:"note_id,omitempty"`
}

// The results of a resolution.
const (
	ResultSucceeded = "succeeded"
	ResultFailed    = "failed"
	ResultRetry     = "retry"
)

// QuoteCommand is the customer's answer to what a repair would cost: accept or decline.
type QuoteCommand struct {
	Command
	LegID  string         `json:"leg_id"`
	Action ResponseAction `json:"action"`
}

// EscalateCommand hands the case to a supervisor.
type EscalateCommand struct {
	Command
	NoteID string `json:"note_id,omitempty"`
}

// WithdrawCommand ends the case by the customer's wish.
type WithdrawCommand struct {
	Command
	NoteID string `json:"note_id,omitempty"`
}

// NoteCommand records a message or a note of staff.
type NoteCommand struct {
	Command
	NoteID   string `json:"note_id"`
	Customer bool   `json:"customer"` // the customer sees it; then it answers first_response
	// Evidence are the items that the note is about, and Mentions colleagues who are told.
	Evidence []string `json:"evidence,omitempty"`
	Mentions []string `json:"mentions,omitempty"`
}

// AssignCommand gives the case to an agent or a team.
type AssignCommand struct {
	Command
	Assignee string `json:"assignee,omitempty"`
	Team     string `json:"team,omitempty"`
	NoteID   string `json:"note_id,omitempty"` // of the hand-over, for staff
	Off      bool   `json:"off,omitempty"`     // takes the assignee off; the team stays
}

// MediateCommand asks for a mediator, or with remedies is the mediator's proposal.
type MediateCommand struct {
	Command
	OfferID   string   `json:"offer_id,omitempty"` // of the proposal
	Liability []Share  `json:"liability,omitempty"`
	Remedies  []Remedy `json:"remedies,omitempty"`
	NoteID    string   `json:"note_id,omitempty"`
}

// SuspendCommand has the clocks that the policy names for the reason stand still.
type SuspendCommand struct {
	Command
	Reason SuspensionReason `json:"reason"`
	NoteID string           `json:"note_id,omitempty"`
}

// ResumeCommand ends the suspension: the clocks run on with what is left.
type ResumeCommand struct {
	Command
	NoteID string `json:"note_id,omitempty"`
}

// ExtendCommand adds to a running or suspended clock, inside the policy's limits.
type ExtendCommand struct {
	Command
	Clock  ClockName `json:"clock"`
	LegID  string    `json:"leg_id,omitempty"`
	By     string    `json:"by"`     // a span, e.g. "2wd"
	Reason string    `json:"reason"` // a code that is told to the customer
	NoteID string    `json:"note_id,omitempty"`
}

// AppealCommand contests a ruling on new facts.
type AppealCommand struct {
	Command
	Evidence []string `json:"evidence,omitempty"` // ids of evidence that came after the ruling
	NoteID   string   `json:"note_id,omitempty"`
}

// ReopenCommand takes a settled case up again inside the reopen window.
type ReopenCommand struct {
	Command
	NoteID string `json:"note_id,omitempty"`
}

// SurveyCommand is the customer's answer to the survey.
type SurveyCommand struct {
	Command
	Score  int    `json:"score"` // 1 to 5
	NoteID string `json:"note_id,omitempty"`
}

// RiskReviewCommand is a person's word on the flags of a case.
type RiskReviewCommand struct {
	Command
	Verdict RiskVerdict `json:"verdict"`
	NoteID  string      `json:"note_id,omitempty"` // internal
}

// SecondOpinionCommand is the word of a person who did not decide the case on one that
// got a bad mark.
type SecondOpinionCommand struct {
	Command
	Verdict OpinionVerdict `json:"verdict"`
	NoteID  string         `json:"note_id,omitempty"` // the customer reads it
}

// RequestEvidenceCommand asks one side for evidence, on the clock evidence_supplement.
type RequestEvidenceCommand struct {
	Command
	From   Party          `json:"from"` // customer, merchant or both
	Types  []EvidenceType `json:"types"`
	NoteID string         `json:"note_id,omitempty"`
}

// RelabelCommand asks for a new label of a return whose goods were not sent.
type RelabelCommand struct {
	Command
	LegID string `json:"leg_id"`
}

// CommandResult is what an update answers: the version that the record reached.
// The recorded case is read from the record.
type CommandResult struct {
	CaseID  string `json:"case_id"`
	Version int64  `json:"version"`
	// Duplicate is set by an opening that found another open case on the same units.
	Duplicate string `json:"duplicate,omitempty"`
}
