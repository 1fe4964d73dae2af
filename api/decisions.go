package api

import (
	"context"

	"github.com/redresshq/redress/dispute"
)

// Decide is binding: remedies, or a rejection.
func (s *Server) Decide(ctx context.Context, r DecideRequestObject) (DecideResponseObject, error) {
	x, b := exchangeOf(ctx), r.Body
	if (b.Remedies == nil) == (b.Reject == nil) {
		return nil, dispute.Invalid("a decision is either remedies or a rejection",
			dispute.Field{Pointer: "/remedies", Detail: "exactly one of remedies and reject"})
	}
	command := dispute.DecideCommand{Command: x.command(b.ExpectedVersion), DecisionID: x.derived("decision"),
		Liability: shares(x, b.Liability), Remedies: value(b.Remedies)}
	if err := dispute.CheckShares(command.Liability); err != nil {
		return nil, err
	}
	if err := checkRemedies(x, command.Remedies, "/remedies"); err != nil {
		return nil, err
	}
	if err := s.admit(x, b.ExpectedVersion, dispute.ActionDecide, ""); err != nil {
		return nil, err
	}
	if err := s.cites(ctx, x, value(b.Cites)); err != nil {
		return nil, err
	}
	command.Cites = value(b.Cites)
	var err error
	if command.NoteID, err = s.keepText(ctx, remarkPrefix, false, b.Note); err != nil {
		return nil, err
	}
	if b.Reject != nil {
		command.Reject = &dispute.Rejection{Code: b.Reject.Code}
		if command.Reject.NoteID, err = s.keepText(ctx, remarkPrefix+"_reject", false, b.Reject.Note); err != nil {
			return nil, err
		}
	}
	answer, err := s.do(ctx, func(ctx context.Context, caseID string) (dispute.CommandResult, error) {
		return s.Door.Decide(ctx, caseID, command)
	})
	return Decide200JSONResponse{answer}, err
}

// AnswerApproval gives or refuses a supervisor's leave.
func (s *Server) AnswerApproval(ctx context.Context, r AnswerApprovalRequestObject) (AnswerApprovalResponseObject, error) {
	x, b := exchangeOf(ctx), r.Body
	if err := s.admit(x, b.ExpectedVersion, dispute.ActionApprove, r.ApprovalId); err != nil {
		return nil, err
	}
	note, err := s.keepText(ctx, remarkPrefix, true, b.Note)
	if err != nil {
		return nil, err
	}
	command := dispute.ApproveCommand{Command: x.command(b.ExpectedVersion), ApprovalID: r.ApprovalId, Approve: b.Approve, NoteID: note}
	answer, err := s.do(ctx, func(ctx context.Context, caseID string) (dispute.CommandResult, error) {
		return s.Door.Approve(ctx, caseID, command)
	})
	return AnswerApproval200JSONResponse{answer}, err
}
