package dispute

import "time"

// The states of an amendment leg: a change of an order before it is dispatched.
const (
	AmendmentRequired           = MoneyRequired
	AmendmentHeld      LegState = "held"      // the warehouse has stopped the parcel
	AmendmentApplied   LegState = "applied"   // done by order system and warehouse
	AmendmentFailed             = MoneyFailed // too late, or refused: Problem says which
	AmendmentCancelled          = MoneyCancelled
)

// amendmentMoves is the table of legal moves of an amendment.
var amendmentMoves = map[LegState][]LegState{
	AmendmentRequired: {AmendmentHeld, AmendmentApplied, AmendmentFailed, AmendmentCancelled},
	AmendmentHeld:     {AmendmentApplied, AmendmentFailed, AmendmentCancelled},
}

// AmendmentLeg is one change of an order. What is personal (the new address) is a text
// of the case; TextID names it.
type AmendmentLeg struct {
	AmendmentID string     `json:"amendment_id"` // case, leg and number: the idempotency key
	What        string     `json:"what"`         // address | item | invoice
	TextID      string     `json:"text_id,omitempty"`
	Lines       []Line     `json:"lines,omitempty"`
	SKU         string     `json:"sku,omitempty"` // of the item wanted instead
	HeldAt      *time.Time `json:"held_at,omitempty"`
	AppliedAt   *time.Time `json:"applied_at,omitempty"`
}
