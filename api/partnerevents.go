package api

import (
	"context"

	"github.com/redresshq/redress/dispute"
)

// ListPartnerEvents answers what partners reported, by state.
func (s *Server) ListPartnerEvents(ctx context.Context, r ListPartnerEventsRequestObject) (ListPartnerEventsResponseObject, error) {
	state, limit := dispute.InboxUnmatched, pageSize(r.Params.Limit)
	if r.Params.State != nil {
		state = dispute.InboxState(*r.Params.State)
	}
	cursor, err := sequenceCursor(r.Params.Cursor)
	if err != nil {
		return nil, err
	}
	events, err := s.Store.ListInbox(ctx, state, cursor, limit)
	if err != nil {
		return nil, err
	}
	page := PartnerEventPage{Items: []PartnerEvent{}}
	page.Items = append(page.Items, events...)
	if len(events) == limit {
		page.NextCursor = itoa(events[len(events)-1].ID)
	}
	return ListPartnerEvents200JSONResponse(page), nil
}

// MatchPartnerEvent gives an event to a case by hand.
func (s *Server) MatchPartnerEvent(ctx context.Context, r MatchPartnerEventRequestObject) (MatchPartnerEventResponseObject, error) {
	leg, err := s.matchedLeg(ctx, r.EventId, r.Body.CaseId, value(r.Body.LegId))
	if err != nil {
		return nil, err
	}
	event, err := s.Store.MatchInbox(ctx, r.EventId, r.Body.CaseId, leg)
	if err != nil {
		return nil, err
	}
	return MatchPartnerEvent200JSONResponse{Body: event}, nil
}

// matchedLeg is the return that a report of a parcel is to be matched with: the one that
// the person names, else the case's only one. Other events name their leg themselves.
func (s *Server) matchedLeg(ctx context.Context, eventID int64, caseID, asked string) (string, error) {
	event, err := s.Store.GetInbox(ctx, eventID)
	if err != nil {
		return "", err
	}
	switch event.Signal {
	case dispute.SignalWarehouseReceived, dispute.SignalWarehouseInspected, dispute.SignalCarrierUpdate:
	default:
		return "", nil
	}
	record, err := s.Store.GetCase(ctx, caseID)
	if err != nil {
		return "", err
	}
	var returns []string
	for _, leg := range record.Case.Legs {
		if leg.Return != nil && leg.ID == asked {
			return asked, nil
		}
		if leg.Return != nil {
			returns = append(returns, leg.ID)
		}
	}
	switch {
	case asked != "":
		return "", dispute.Invalid("the case has no such return", dispute.Field{Pointer: "/leg_id", Detail: "not a return of this case"})
	case event.Signal == dispute.SignalCarrierUpdate:
		return "", nil // of goods that were sent, perhaps
	case len(returns) == 1:
		return returns[0], nil
	}
	return "", dispute.Invalid("the goods belong to a return of the case",
		dispute.Field{Pointer: "/leg_id", Detail: "name one of the case's returns; where it has none, decide on one first"})
}
