package api

import (
	"context"

	"github.com/redresshq/redress/dispute"
)

// MakeOffer proposes remedies to the customer.
func (s *Server) MakeOffer(ctx context.Context, r MakeOfferRequestObject) (MakeOfferResponseObject, error) {
	x, b := exchangeOf(ctx), r.Body
	liability := shares(x, b.Liability)
	if err := dispute.CheckShares(liability); err != nil {
		return nil, err
	}
	if err := checkRemedies(x, b.Remedies, "/remedies"); err != nil {
		return nil, err
	}
	if err := s.admit(x, b.ExpectedVersion, dispute.ActionOffer, ""); err != nil {
		return nil, err
	}
	note, err := s.keepText(ctx, remarkPrefix, false, b.Note)
	if err != nil {
		return nil, err
	}
	command := dispute.OfferCommand{Command: x.command(b.ExpectedVersion), OfferID: x.derived("offer"),
		Liability: liability, Remedies: b.Remedies, NoteID: note}
	answer, err := s.do(ctx, func(ctx context.Context, caseID string) (dispute.CommandResult, error) {
		return s.Door.Offer(ctx, caseID, command)
	})
	return MakeOffer200JSONResponse{answer}, err
}

// RespondToOffer is the customer's answer.
func (s *Server) RespondToOffer(ctx context.Context, r RespondToOfferRequestObject) (RespondToOfferResponseObject, error) {
	x, b := exchangeOf(ctx), r.Body
	if (b.Action == dispute.ResponseCounter) != (b.Counter != nil) {
		return nil, dispute.Invalid("the answer is not complete",
			dispute.Field{Pointer: "/counter", Detail: "goes with the action counter, and only with it"})
	}
	if err := s.admit(x, b.ExpectedVersion, dispute.ActionRespond, r.OfferId); err != nil {
		return nil, err
	}
	command := dispute.RespondCommand{Command: x.command(b.ExpectedVersion), OfferID: r.OfferId, Action: b.Action}
	if b.Counter != nil {
		if err := checkRemedies(x, b.Counter.Remedies, "/counter/remedies"); err != nil {
			return nil, err
		}
		ask := dispute.CounterAsk{Remedies: b.Counter.Remedies}
		if err := s.admitCounter(x); err != nil {
			return nil, err
		}
		if err := dispute.CheckCounter(&x.record.Case, &ask); err != nil {
			return nil, below("/counter", err)
		}
		note, err := s.keepText(ctx, remarkPrefix, false, b.Counter.Note)
		if err != nil {
			return nil, err
		}
		ask.NoteID = note
		command.Counter = &ask
	}
	answer, err := s.do(ctx, func(ctx context.Context, caseID string) (dispute.CommandResult, error) {
		return s.Door.Respond(ctx, caseID, command)
	})
	return RespondToOffer200JSONResponse{answer}, err
}
