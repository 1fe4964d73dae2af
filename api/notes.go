package api

import (
	"context"

	"github.com/redresshq/redress/dispute"
)

// AddNote keeps a note of staff, their message to the customer or the customer's to
// them, and tells the case its id.
func (s *Server) AddNote(ctx context.Context, r AddNoteRequestObject) (AddNoteResponseObject, error) {
	x, b := exchangeOf(ctx), r.Body
	if err := s.admit(x, b.ExpectedVersion, dispute.ActionNote, ""); err != nil {
		return nil, err
	}
	seen, evidence, mentions := value(b.ToCustomer) || x.customer(), value(b.Evidence), value(b.Mentions)
	if err := checkArticle(x, b, seen); err != nil {
		return nil, err
	}
	if x.row.State != dispute.OperationRetry {
		if err := dispute.CheckMentions(&x.record.Case, evidence, mentions, seen || x.customer()); err != nil {
			return nil, err
		}
	}
	id, err := s.keepText(ctx, "note", !seen, &b.Text)
	if err != nil {
		return nil, err
	}
	command := dispute.NoteCommand{Command: x.command(b.ExpectedVersion), NoteID: id, Customer: seen,
		Evidence: evidence, Mentions: mentions}
	answer, err := s.do(ctx, func(ctx context.Context, caseID string) (dispute.CommandResult, error) {
		return s.Door.Note(ctx, caseID, command)
	})
	if err == nil && b.ArticleId != nil {
		s.answeredWith(ctx, x, *b.ArticleId)
	}
	return AddNote200JSONResponse{answer}, err
}

// checkArticle refuses an article where nobody is answered with one.
func checkArticle(x *exchange, b *NoteRequest, seen bool) error {
	if b.ArticleId == nil || (seen && !x.customer()) {
		return nil
	}
	return dispute.Invalid("the article is not right", dispute.Field{Pointer: "/article_id", Detail: "only staff answer a customer with an article"})
}

// answeredWith counts the article that an agent answered with. The message is recorded
// by then: what cannot be counted is said in the log and refuses nothing.
func (s *Server) answeredWith(ctx context.Context, x *exchange, articleID string) {
	use := dispute.ArticleUse{ID: x.derived("use"), ArticleID: articleID, Outcome: dispute.ArticleAnswered, CaseID: x.caseID(), By: x.caller.Role, At: s.now()}
	if err := s.Store.CountArticleUse(ctx, use); err != nil {
		s.Log.WarnContext(ctx, "the use of an article was not counted", "request", x.id, "article", articleID, "error", err)
	}
}

// Assign gives the case to an agent, a team, or both.
func (s *Server) Assign(ctx context.Context, r AssignRequestObject) (AssignResponseObject, error) {
	x, b := exchangeOf(ctx), r.Body
	if b.Assignee == nil && b.Team == nil {
		return nil, dispute.Invalid("an assignment names somebody", dispute.Field{Pointer: "/assignee", Detail: "assignee, team, or both"})
	}
	if err := s.admit(x, b.ExpectedVersion, dispute.ActionAssign, ""); err != nil {
		return nil, err
	}
	note, err := s.keepText(ctx, "note", true, b.Note)
	if err != nil {
		return nil, err
	}
	command := dispute.AssignCommand{Command: x.command(b.ExpectedVersion), Assignee: value(b.Assignee), Team: value(b.Team), NoteID: note}
	answer, err := s.do(ctx, func(ctx context.Context, caseID string) (dispute.CommandResult, error) {
		return s.Door.Assign(ctx, caseID, command)
	})
	return Assign200JSONResponse{answer}, err
}

// Unassign takes the case off whoever has it.
func (s *Server) Unassign(ctx context.Context, r UnassignRequestObject) (UnassignResponseObject, error) {
	x := exchangeOf(ctx)
	var b RemarkRequest
	if r.Body != nil {
		b = *r.Body
	}
	if err := s.admit(x, b.ExpectedVersion, dispute.ActionAssign, ""); err != nil {
		return nil, err
	}
	if x.record.Case.Assignee == "" && x.row.State != dispute.OperationRetry {
		return nil, dispute.Errorf(dispute.CodeNotAllowedNow, "the case is nobody's")
	}
	note, err := s.keepText(ctx, "note", true, b.Note)
	if err != nil {
		return nil, err
	}
	command := dispute.AssignCommand{Command: x.command(b.ExpectedVersion), Off: true, NoteID: note}
	answer, err := s.do(ctx, func(ctx context.Context, caseID string) (dispute.CommandResult, error) {
		return s.Door.Assign(ctx, caseID, command)
	})
	return Unassign200JSONResponse{answer}, err
}
