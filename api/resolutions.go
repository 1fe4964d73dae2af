package api

import (
	"context"
	"strings"

	"github.com/redresshq/redress/dispute"
)

// ResolveRefund settles a refund whose fate the engine cannot find out.
func (s *Server) ResolveRefund(ctx context.Context, r ResolveRefundRequestObject) (ResolveRefundResponseObject, error) {
	key := refundKey(&exchangeOf(ctx).record.Case, r.Key)
	if key == "" {
		return nil, dispute.Errorf(dispute.CodeNotFound, "no such refund")
	}
	answer, err := s.resolve(ctx, dispute.ResolveCommand{RefundKey: key}, r.Body)
	return ResolveRefund200JSONResponse{answer}, err
}

// ResolveLeg settles a leg that the engine cannot finish.
func (s *Server) ResolveLeg(ctx context.Context, r ResolveLegRequestObject) (ResolveLegResponseObject, error) {
	answer, err := s.resolve(ctx, dispute.ResolveCommand{LegID: r.LegId}, r.Body)
	return ResolveLeg200JSONResponse{answer}, err
}

func (s *Server) resolve(ctx context.Context, command dispute.ResolveCommand, b *ResolutionRequest) (CaseJSONResponse, error) {
	x := exchangeOf(ctx)
	action, target := dispute.ActionResolveLeg, command.LegID
	if command.RefundKey != "" {
		action, target = dispute.ActionResolveRefund, command.RefundKey
	}
	if err := s.admit(x, b.ExpectedVersion, action, target); err != nil {
		return CaseJSONResponse{}, err
	}
	note, err := s.keepText(ctx, "note", true, b.Note)
	if err != nil {
		return CaseJSONResponse{}, err
	}
	command.Command, command.Result = x.command(b.ExpectedVersion), b.Result
	command.ProviderRef, command.NoteID = value(b.ProviderRef), note
	return s.do(ctx, func(ctx context.Context, caseID string) (dispute.CommandResult, error) {
		return s.Door.Resolve(ctx, caseID, command)
	})
}

// refundKey finds the key that the caller means among the case's legs: whole,
// without the case id, or the leg alone; "" if there is none.
func refundKey(c *dispute.Case, asked string) string {
	for _, leg := range c.Legs {
		if leg.Money == nil {
			continue
		}
		key := leg.Money.Key
		if key != "" && (asked == key || asked == strings.TrimPrefix(key, c.ID+"/") || asked == leg.ID) {
			return key
		}
	}
	return ""
}
