package api

import (
	"context"
	"encoding/json"

	"github.com/redresshq/redress/dispute"
)

// standardPage is how many items a list has if nobody says.
const standardPage = 50

// internalEvents are entries about the shop's own work, which customers do not see.
var internalEvents = map[dispute.EventType]bool{
	dispute.EventApprovalAsked: true, dispute.EventApprovalAnswered: true, dispute.EventPersonNeeded: true,
	dispute.EventAssigned: true, dispute.EventIgnored: true, dispute.EventLate: true, dispute.EventOrphaned: true,
	dispute.EventAdopted: true, dispute.EventReprojected: true,
	dispute.EventRecoveryOpened: true, dispute.EventRiskFlagged: true, dispute.EventRiskReviewed: true,
}

// internal says whether customers do not see the entry: it is about the shop's own
// work, or tells of a note that staff wrote for themselves, of somebody else's
// reminder, or of what the merchant has to show.
func internal(e dispute.RecordedEntry) bool {
	var about struct {
		Customer bool              `json:"customer"` // of a note
		Owner    dispute.WaitingOn `json:"owner"`    // of a clock whose owner is reminded
		Party    dispute.Party     `json:"party"`    // of a burden of proof
	}
	switch e.Type {
	case dispute.EventNote:
		return json.Unmarshal(e.Data, &about) != nil || !about.Customer
	case dispute.EventReminded:
		return json.Unmarshal(e.Data, &about) != nil || about.Owner != dispute.WaitingCustomer
	case dispute.EventProofAsked, dispute.EventProofMet, dispute.EventProofFailed:
		return json.Unmarshal(e.Data, &about) != nil || about.Party != dispute.PartyCustomer
	default:
		return internalEvents[e.Type]
	}
}

// GetTimeline answers the entries of a case in order.
func (s *Server) GetTimeline(ctx context.Context, r GetTimelineRequestObject) (GetTimelineResponseObject, error) {
	x, after, limit := exchangeOf(ctx), value(r.Params.AfterSeq), pageSize(r.Params.Limit)
	entries, err := s.Store.Timeline(ctx, x.caseID(), after, limit)
	if err != nil {
		return nil, err
	}
	page := TimelinePage{Items: []TimelineEntry{}, NextAfterSeq: after, More: len(entries) == limit}
	for _, e := range entries {
		page.NextAfterSeq = e.Seq
		switch {
		case !x.customer():
			page.Items = append(page.Items, e)
		case !internal(e):
			page.Items = append(page.Items, namelessEntry(e))
		}
	}
	return GetTimeline200JSONResponse(page), nil
}

// ListEvents answers the entries of all cases, for the shop's own systems.
func (s *Server) ListEvents(ctx context.Context, r ListEventsRequestObject) (ListEventsResponseObject, error) {
	after, limit := value(r.Params.After), pageSize(r.Params.Limit)
	entries, err := s.Store.Events(ctx, after, limit)
	if err != nil {
		return nil, err
	}
	page := EventPage{Items: []TimelineEntry{}, NextAfter: after, More: len(entries) == limit}
	for _, e := range entries {
		page.Items, page.NextAfter = append(page.Items, e), e.Position
	}
	return ListEvents200JSONResponse(page), nil
}

func pageSize(limit *int) int {
	if limit == nil {
		return standardPage
	}
	return *limit
}
