package api

import (
	"context"

	"github.com/redresshq/redress/dispute"
)

// ListBatches answers one page of the products and lots that many cases are about.
func (s *Server) ListBatches(ctx context.Context, r ListBatchesRequestObject) (ListBatchesResponseObject, error) {
	p, limit := r.Params, 50
	if p.Limit != nil {
		limit = *p.Limit
	}
	found, err := s.Store.ListBatches(ctx, value(p.Sku), value(p.Cursor), limit+1)
	if err != nil {
		return nil, err
	}
	page := ListBatches200JSONResponse{Items: found}
	if len(found) > limit {
		page.Items = found[:limit]
		page.NextCursor = &found[limit-1].ID
	}
	list(&page.Items)
	return page, nil
}

// linksOf are the batches of a case, for staff.
func (s *Server) linksOf(ctx context.Context, x *exchange, caseID string) ([]dispute.DefectBatch, error) {
	if x.customer() {
		return nil, nil
	}
	return s.Store.BatchesOf(ctx, caseID)
}

// preferencesOf are how the customer of a case likes to be dealt with, for staff; nil where
// nothing was kept.
func (s *Server) preferencesOf(ctx context.Context, x *exchange, customerID string) (*dispute.Preferences, error) {
	if x.customer() {
		return nil, nil
	}
	p, err := s.Store.Preferences(ctx, customerID)
	if err != nil || p.UpdatedAt == nil {
		return nil, err
	}
	return &p, nil
}

// ownFile refuses a customer who asks for another's file.
func ownFile(x *exchange, customerID string) error {
	if x.customer() && customerID != x.caller.CustomerID {
		return dispute.Errorf(dispute.CodeNotFound, "there is no customer %s", customerID)
	}
	return nil
}

// GetCustomer answers a page of a customer's file.
func (s *Server) GetCustomer(ctx context.Context, r GetCustomerRequestObject) (GetCustomerResponseObject, error) {
	x := exchangeOf(ctx)
	if err := ownFile(x, r.CustomerId); err != nil {
		return nil, err
	}
	file := dispute.CustomerFile{CustomerID: r.CustomerId, Cases: []dispute.CustomerCase{}}
	page, err := s.Store.ListCases(ctx, dispute.CaseFilter{CustomerID: r.CustomerId, Cursor: value(r.Params.Cursor), Limit: value(r.Params.Limit)})
	if err != nil {
		return nil, err
	}
	for i := range page.Cases {
		c := page.Cases[i].Case.ForFile()
		if x.customer() {
			c.RiskFlags = nil
		}
		file.Cases = append(file.Cases, c)
	}
	file.Next = page.Next
	if file.Preferences, err = s.Store.Preferences(ctx, r.CustomerId); err != nil {
		return nil, err
	}
	if !x.customer() {
		history, err := s.Store.CustomerHistory(ctx, r.CustomerId, "", s.now())
		if err != nil {
			return nil, err
		}
		file.History = &history
	}
	return GetCustomer200JSONResponse(file), nil
}

// SetPreferences keeps what a customer prefers.
func (s *Server) SetPreferences(ctx context.Context, r SetPreferencesRequestObject) (SetPreferencesResponseObject, error) {
	x, b := exchangeOf(ctx), r.Body
	if err := ownFile(x, r.CustomerId); err != nil {
		return nil, err
	}
	p := dispute.Preferences{Language: value(b.Language), Channel: value(b.Channel), QuietFrom: value(b.QuietFrom), QuietTo: value(b.QuietTo), Note: value(b.Note)}
	if (p.QuietFrom == "") != (p.QuietTo == "") || p.QuietFrom != "" && p.QuietFrom == p.QuietTo {
		return nil, dispute.Invalid("quiet times have a beginning and another end", dispute.Field{Pointer: "/quiet_to", Detail: "together with quiet_from, and another time"})
	}
	err := s.Store.SetPreferences(ctx, r.CustomerId, p, x.caller.Role)
	return SetPreferences200JSONResponse(p), err
}

// ReviewRisk keeps what a person made of a case's flags.
func (s *Server) ReviewRisk(ctx context.Context, r ReviewRiskRequestObject) (ReviewRiskResponseObject, error) {
	x, b := exchangeOf(ctx), r.Body
	if err := s.admit(x, b.ExpectedVersion, dispute.ActionReviewRisk, ""); err != nil {
		return nil, err
	}
	note, err := s.keepText(ctx, remarkPrefix, true, b.Note)
	if err != nil {
		return nil, err
	}
	command := dispute.RiskReviewCommand{Command: x.command(b.ExpectedVersion), Verdict: b.Verdict, NoteID: note}
	answer, err := s.do(ctx, func(ctx context.Context, caseID string) (dispute.CommandResult, error) {
		return s.Door.ReviewRisk(ctx, caseID, command)
	})
	return ReviewRisk200JSONResponse{answer}, err
}

// GiveSecondOpinion takes the word of another person on a case that got a bad mark.
func (s *Server) GiveSecondOpinion(ctx context.Context, r GiveSecondOpinionRequestObject) (GiveSecondOpinionResponseObject, error) {
	x, b := exchangeOf(ctx), r.Body
	if err := s.admit(x, b.ExpectedVersion, dispute.ActionSecondOpinion, ""); err != nil {
		return nil, err
	}
	note, err := s.keepText(ctx, remarkPrefix, false, b.Note)
	if err != nil {
		return nil, err
	}
	command := dispute.SecondOpinionCommand{Command: x.command(b.ExpectedVersion), Verdict: b.Verdict, NoteID: note}
	answer, err := s.do(ctx, func(ctx context.Context, caseID string) (dispute.CommandResult, error) {
		return s.Door.GiveOpinion(ctx, caseID, command)
	})
	return GiveSecondOpinion200JSONResponse{answer}, err
}
