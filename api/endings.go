package api

import (
	"context"

	"github.com/redresshq/redress/dispute"
)

// Escalate hands the case to a supervisor.
func (s *Server) Escalate(ctx context.Context, r EscalateRequestObject) (EscalateResponseObject, error) {
	x, b := exchangeOf(ctx), r.Body
	if err := s.admit(x, b.ExpectedVersion, dispute.ActionEscalate, ""); err != nil {
		return nil, err
	}
	note, err := s.keepText(ctx, "note", !x.customer(), b.Note)
	if err != nil {
		return nil, err
	}
	command := dispute.EscalateCommand{Command: x.command(b.ExpectedVersion), NoteID: note}
	answer, err := s.do(ctx, func(ctx context.Context, caseID string) (dispute.CommandResult, error) {
		return s.Door.Escalate(ctx, caseID, command)
	})
	return Escalate200JSONResponse{answer}, err
}

// Withdraw ends the case by the customer's wish.
func (s *Server) Withdraw(ctx context.Context, r WithdrawRequestObject) (WithdrawResponseObject, error) {
	x, b := exchangeOf(ctx), r.Body
	if err := s.admit(x, b.ExpectedVersion, dispute.ActionWithdraw, ""); err != nil {
		return nil, err
	}
	note, err := s.keepText(ctx, "note", !x.customer(), b.Note)
	if err != nil {
		return nil, err
	}
	command := dispute.WithdrawCommand{Command: x.command(b.ExpectedVersion), NoteID: note}
	answer, err := s.do(ctx, func(ctx context.Context, caseID string) (dispute.CommandResult, error) {
		return s.Door.Withdraw(ctx, caseID, command)
	})
	return Withdraw200JSONResponse{answer}, err
}
