package dispute

import "time"

// The states of an amendment leg: a change of an order before it is dispatched.
const (
	AmendmentRequired           = MoneyRequired
	AmendmentHeld      LegState = "held"      // the warehouse has stopped the parcel
	AmendmentApplied   LegState = "applied"   // done by the order system
	AmendmentFailed             = MoneyFailed // too late, or refused: Problem says which
	AmendmentCancelled          = MoneyCancelled
)

// amendmentMoves is the table of legal moves of an amendment.
var amendmentMoves = map[LegState][]LegState{
	AmendmentRequired: {AmendmentHeld, AmendmentApplied, AmendmentFailed, AmendmentCancelled},
	AmendmentHeld:     {AmendmentApplied, AmendmentFailed, AmendmentCancelled},
}

// What an amendment changes.
const (
	AmendAddress = "address"
	AmendItem    = "item"
	AmendInvoice = "invoice" // changes no parcel: nothing is held
)

// The problems of an amendment that the rules know; the others are a partner's codes.
const (
	ProblemTooLate          = "too_late"
	ProblemAmendmentOverdue = "amendment_overdue"
	ProblemNotReleased      = "hold_not_released"
)

// amendments is what a reason of an order change changes, and the type of evidence by
// which the customer says to what.
var amendments = map[Reason]struct {
	what  string
	given EvidenceType
}{
	ReasonAddressChange:  {AmendAddress, EvidenceNewAddress},
	ReasonItemChange:     {AmendItem, EvidenceWantedItem},
	ReasonInvoiceRequest: {AmendInvoice, EvidenceInvoiceTitle},
}

// AmendmentLeg is one change of an order. What is personal (the new address) is a text
// of the case; TextID names it.
type AmendmentLeg struct {
	AmendmentID string            `json:"amendment_id"` // our name for it and the idempotency key
	What        string            `json:"what"`         // one of the Amend constants
	TextID      string            `json:"text_id,omitempty"`
	Items       []ReplacementItem `json:"items,omitempty"` // wanted in place of the lines
	RequestedAt *time.Time        `json:"requested_at,omitempty"`
	HeldAt      *time.Time        `json:"held_at,omitempty"`
	AppliedAt   *time.Time        `json:"applied_at,omitempty"`
	Released    bool              `json:"released,omitempty"` // the parcel may go, or never was held
}

// Holding says whether the warehouse may still hold the parcel although the leg is at
// its end.
func (a *AmendmentLeg) Holding(s LegState) bool {
	return s.Final() && a.RequestedAt != nil && !a.Released && a.What != AmendInvoice
}

// AmendmentAsk is what the customer wants changed, as the opening says it. The address
// and the title of an invoice are personal: they stand in the text.
type AmendmentAsk struct {
	TextID string            `json:"text_id,omitempty"`
	Items  []ReplacementItem `json:"items,omitempty"`
}

// AmendmentTextPrefix begins the ids of texts that say what to change an order to.
const AmendmentTextPrefix = "amendment_"

// SaysAmendment says whether evidence of the type is what an order shall be changed to;
// its words are kept as a text too, so that the order system can be told.
func SaysAmendment(t EvidenceType) bool {
	return t == EvidenceNewAddress || t == EvidenceInvoiceTitle || t == EvidenceWantedItem
}

// amendmentText names the text that says what to change to: what came last counts.
func (c *Case) amendmentText(given EvidenceType) string {
	for i := len(c.Evidence) - 1; i >= 0; i-- {
		if e := c.Evidence[i]; e.Type == given {
			return AmendmentTextPrefix + e.ID
		}
	}
	if c.Amendment != nil {
		return c.Amendment.TextID
	}
	return ""
}
