package api

import (
	"context"
	"errors"
	"slices"
	"strings"

	"github.com/redresshq/redress/dispute"
)

// do sends one command to the case of the path and answers the case as it is then
// recorded.
func (s *Server) do(ctx context.Context, send func(ctx context.Context, caseID string) (dispute.CommandResult, error)) (CaseJSONResponse, error) {
	x := exchangeOf(ctx)
	limited, cancel := context.WithTimeout(ctx, s.Config.CommandWait)
	defer cancel()
	if _, err := send(limited, x.caseID()); err != nil {
		return CaseJSONResponse{}, s.unlessOrphaned(ctx, x.caseID(), err)
	}
	return s.answer(ctx, x.caseID())
}

// unlessOrphaned tells an open case whose workflow is gone (it was terminated, and
// will be restarted) from a closed one: its commands are not refused for good.
func (s *Server) unlessOrphaned(ctx context.Context, caseID string, err error) error {
	if dispute.CodeOf(err) != dispute.CodeCaseClosed {
		return err
	}
	record, readErr := s.Store.GetCase(ctx, caseID)
	if readErr != nil {
		return readErr
	}
	if record.Gate != dispute.GateOpen || (record.Case.Outcome != "" && !record.Orphaned) {
		return err
	}
	return dispute.Errorf(dispute.CodeUnavailable, "the case cannot take it just now; try again with the same key")
}

// answer is the case as it is now.
func (s *Server) answer(ctx context.Context, caseID string) (CaseJSONResponse, error) {
	view, err := s.readView(ctx, exchangeOf(ctx), caseID)
	if err != nil {
		return CaseJSONResponse{}, err
	}
	return CaseJSONResponse{Body: *view}, nil
}

// admit refuses a command that cannot succeed before it leaves any trace; the
// engine, which has the last word, asks the same rule again. A retry goes through,
// since its first try may have moved the case on itself.
func (s *Server) admit(x *exchange, expected *int64, action, target string) error {
	switch {
	case x.row.State == dispute.OperationRetry:
		return nil
	case x.record.Gate == dispute.GateClosing, x.record.Gate == dispute.GateClosed:
		return dispute.Errorf(dispute.CodeCaseClosed, "the case is closed")
	case expected != nil && *expected != x.record.Case.Version:
		return dispute.Errorf(dispute.CodeStaleVersion, "the case is at version %d", x.record.Case.Version)
	}
	if refused := dispute.Allowed(&x.record.Case, x.actor(), action, target); refused != nil {
		return refused
	}
	return nil
}

// shares turns the liability of a request into the rules' own.
func shares(x *exchange, asked *[]ShareRequest) []dispute.Share {
	var out []dispute.Share
	for _, a := range value(asked) {
		author := x.actor()
		out = append(out, dispute.Share{Party: a.Party, Percent: a.Percent, Evidence: value(a.Evidence), Author: &author})
	}
	return out
}

// checkRemedies refuses remedies in a currency other than the case's, and with what they do
// not take.
func checkRemedies(x *exchange, remedies []dispute.Remedy, at string) error {
	for i, r := range remedies {
		if r.Amount != nil && x.record.Case.Currency != "" && r.Amount.Currency != x.record.Case.Currency {
			return dispute.Invalid("the amount is not in the currency of the case",
				dispute.Field{Pointer: at + "/" + itoa(int64(i)) + "/amount/currency", Detail: "must be " + x.record.Case.Currency})
		}
	}
	if err := dispute.CheckRemedyFields(&x.record.Case, remedies, at); err != nil {
		return err
	}
	return nil
}

// below moves what the rules point at to where it stands in the body: they know remedies
// and liability, and nothing of what these are part of.
func below(part string, err error) error {
	var ours *dispute.Error
	if !errors.As(err, &ours) {
		return err
	}
	moved := *ours
	moved.Fields = slices.Clone(ours.Fields)
	for i, f := range moved.Fields {
		if strings.HasPrefix(f.Pointer, "/remedies") || strings.HasPrefix(f.Pointer, "/liability") {
			moved.Fields[i].Pointer = part + f.Pointer
		}
	}
	return &moved
}

// value is what p points at, or the zero value.
func value[T any](p *T) T {
	if p == nil {
		var zero T
		return zero
	}
	return *p
}

func pointer[T any](v T) *T { return &v }
