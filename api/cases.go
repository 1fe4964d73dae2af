package api

import (
	"context"

	"github.com/redresshq/redress/dispute"
)

// GetCase answers the case as recorded; no engine is asked.
func (s *Server) GetCase(ctx context.Context, _ GetCaseRequestObject) (GetCaseResponseObject, error) {
	x := exchangeOf(ctx)
	view, err := s.withTexts(ctx, x, *x.record)
	if err != nil {
		return nil, err
	}
	return GetCase200JSONResponse(*view), nil
}

// ListCases answers one page of the cases in the caller's scope.
func (s *Server) ListCases(ctx context.Context, r ListCasesRequestObject) (ListCasesResponseObject, error) {
	x, p := exchangeOf(ctx), r.Params
	filter := dispute.CaseFilter{
		Stage: value(p.Stage), WaitingOn: value(p.WaitingOn), Kind: value(p.Kind), Reason: value(p.Reason),
		OrderID: value(p.OrderId), CustomerID: value(p.CustomerId), Assignee: value(p.Assignee), Team: value(p.Team), Class: value(p.Class), Breached: p.Breached,
		DueBefore: p.DueBefore, SortByDue: value(p.Sort) == DueAt, Cursor: value(p.Cursor), Limit: value(p.Limit),
	}
	page := CasePage{Items: []Case{}}
	if !x.customer() {
		filter.Batch = value(p.Batch)
	}
	if x.customer() {
		if filter.CustomerID != "" && filter.CustomerID != x.caller.CustomerID {
			return ListCases200JSONResponse(page), nil
		}
		filter.CustomerID = x.caller.CustomerID
	}
	found, err := s.Store.ListCases(ctx, filter)
	if err != nil {
		return nil, err
	}
	for _, record := range found.Cases {
		record.Case = record.Case.AsOf(s.now())
		page.Items = append(page.Items, x.view(record))
	}
	page.NextCursor = found.Next
	return ListCases200JSONResponse(page), nil
}
