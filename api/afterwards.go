package api

import (
	"context"

	"github.com/redresshq/redress/dispute"
)

// Appeal contests a rejection on new facts.
func (s *Server) Appeal(ctx context.Context, r AppealRequestObject) (AppealResponseObject, error) {
	x, b := exchangeOf(ctx), r.Body
	if err := s.admit(x, b.ExpectedVersion, dispute.ActionAppeal, ""); err != nil {
		return nil, err
	}
	if err := s.newFacts(ctx, x, b.Evidence); err != nil {
		return nil, err
	}
	note, err := s.keepText(ctx, remarkPrefix, false, b.Note)
	if err != nil {
		return nil, err
	}
	command := dispute.AppealCommand{Command: x.command(b.ExpectedVersion), Evidence: b.Evidence, NoteID: note}
	answer, err := s.do(ctx, func(ctx context.Context, caseID string) (dispute.CommandResult, error) {
		return s.Door.Appeal(ctx, caseID, command)
	})
	return Appeal200JSONResponse{answer}, err
}

// newFacts refuses an appeal without new facts. Evidence that was handed in just
// now may still be on its way to the case: then the appeal is to be sent again.
func (s *Server) newFacts(ctx context.Context, x *exchange, evidence []string) error {
	ruling := x.record.Case.Ruling()
	if ruling == nil || x.row.State == dispute.OperationRetry {
		return nil
	}
	err := dispute.CheckAppeal(&x.record.Case, ruling, evidence)
	if err == nil {
		return nil
	}
	for _, id := range evidence {
		if x.record.Case.HasEvidence(id) {
			continue
		}
		if _, _, missing := s.Store.GetEvidence(ctx, x.caseID(), id); missing == nil {
			return dispute.Errorf(dispute.CodeUnavailable, "evidence %s has not reached the case yet; try again with the same key", id)
		}
	}
	return err
}

// Reopen takes a settled case up again.
func (s *Server) Reopen(ctx context.Context, r ReopenRequestObject) (ReopenResponseObject, error) {
	x, b := exchangeOf(ctx), r.Body
	if err := s.admit(x, b.ExpectedVersion, dispute.ActionReopen, ""); err != nil {
		return nil, err
	}
	note, err := s.keepText(ctx, "note", !x.customer(), b.Note)
	if err != nil {
		return nil, err
	}
	command := dispute.ReopenCommand{Command: x.command(b.ExpectedVersion), NoteID: note}
	answer, err := s.do(ctx, func(ctx context.Context, caseID string) (dispute.CommandResult, error) {
		return s.Door.Reopen(ctx, caseID, command)
	})
	return Reopen200JSONResponse{answer}, err
}

// AnswerSurvey says how it went.
func (s *Server) AnswerSurvey(ctx context.Context, r AnswerSurveyRequestObject) (AnswerSurveyResponseObject, error) {
	x, b := exchangeOf(ctx), r.Body
	if err := s.admit(x, b.ExpectedVersion, dispute.ActionSurvey, ""); err != nil {
		return nil, err
	}
	note, err := s.keepText(ctx, remarkPrefix, false, b.Note)
	if err != nil {
		return nil, err
	}
	command := dispute.SurveyCommand{Command: x.command(b.ExpectedVersion), Score: b.Score, NoteID: note}
	answer, err := s.do(ctx, func(ctx context.Context, caseID string) (dispute.CommandResult, error) {
		return s.Door.AnswerSurvey(ctx, caseID, command)
	})
	return AnswerSurvey200JSONResponse{answer}, err
}
