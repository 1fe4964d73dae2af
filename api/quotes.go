package api

import (
	"context"

	"github.com/redresshq/redress/dispute"
)

// AnswerQuote is the customer's answer to what a repair would cost.
func (s *Server) AnswerQuote(ctx context.Context, r AnswerQuoteRequestObject) (AnswerQuoteResponseObject, error) {
	x, b := exchangeOf(ctx), r.Body
	if err := s.admit(x, b.ExpectedVersion, dispute.ActionAnswerQuote, r.LegId); err != nil {
		return nil, err
	}
	command := dispute.QuoteCommand{Command: x.command(b.ExpectedVersion), LegID: r.LegId, Action: dispute.ResponseAction(b.Action)}
	answer, err := s.do(ctx, func(ctx context.Context, caseID string) (dispute.CommandResult, error) {
		return s.Door.AnswerQuote(ctx, caseID, command)
	})
	return AnswerQuote200JSONResponse{answer}, err
}
