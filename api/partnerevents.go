package api

import (
	"context"
	"strconv"

	"github.com/redresshq/redress/dispute"
)

// ListPartnerEvents answers what partners reported, by state.
func (s *Server) ListPartnerEvents(ctx context.Context, r ListPartnerEventsRequestObject) (ListPartnerEventsResponseObject, error) {
	state, limit := dispute.InboxUnmatched, pageSize(r.Params.Limit)
	if r.Params.State != nil {
		state = dispute.InboxState(*r.Params.State)
	}
	var cursor int64
	if c := value(r.Params.Cursor); c != "" {
		var err error
		if cursor, err = strconv.ParseInt(c, 10, 64); err != nil || cursor < 0 {
			return nil, dispute.Invalid("the cursor is not one of ours", dispute.Field{Pointer: "cursor", Detail: "take next_cursor as it is"})
		}
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
	event, err := s.Store.MatchInbox(ctx, r.EventId, r.Body.CaseId)
	if err != nil {
		return nil, err
	}
	return MatchPartnerEvent200JSONResponse{Body: event}, nil
}
