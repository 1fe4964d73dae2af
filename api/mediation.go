package api

import (
	"context"

	"github.com/redresshq/redress/dispute"
)

// Mediate asks for a mediator, or proposes as one.
func (s *Server) Mediate(ctx context.Context, r MediateRequestObject) (MediateResponseObject, error) {
	x, b := exchangeOf(ctx), r.Body
	command := dispute.MediateCommand{Command: x.command(b.ExpectedVersion)}
	action, note := dispute.ActionAskMediation, b.Note
	if p := b.Proposal; p != nil {
		if b.Note != nil {
			return nil, dispute.Invalid("the note of a proposal stands in it", dispute.Field{Pointer: "/note", Detail: "goes into proposal"})
		}
		action, note = dispute.ActionMediate, p.Note
		command.OfferID, command.Liability, command.Remedies = x.derived("offer"), shares(x, p.Liability), p.Remedies
		if err := dispute.CheckShares(command.Liability); err != nil {
			return nil, below("/proposal", err)
		}
		if err := checkRemedies(x, p.Remedies, "/proposal/remedies"); err != nil {
			return nil, err
		}
	}
	if err := s.admit(x, b.ExpectedVersion, action, ""); err != nil {
		return nil, err
	}
	var err error
	if command.NoteID, err = s.keepText(ctx, remarkPrefix, false, note); err != nil {
		return nil, err
	}
	answer, err := s.do(ctx, func(ctx context.Context, caseID string) (dispute.CommandResult, error) {
		return s.Door.Mediate(ctx, caseID, command)
	})
	return Mediate200JSONResponse{answer}, below("/proposal", err)
}

// admitCounter refuses a counter-offer that comes after the last, or to a mediator.
func (s *Server) admitCounter(x *exchange) error {
	if x.row.State == dispute.OperationRetry {
		return nil
	}
	if o := x.record.Case.OpenOffer(); o != nil && o.Consent != nil {
		return dispute.Errorf(dispute.CodeNotAllowedNow, "a mediator's proposal is accepted or declined")
	}
	if err := dispute.CheckRoundsLeft(&x.record.Case); err != nil {
		return err
	}
	return nil
}
