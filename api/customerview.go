package api

import (
	"slices"
	"time"

	"github.com/redresshq/redress/dispute"
)

// CustomerFacts is what customers see of an investigation. What is not here is
// the shop's own, or somebody else's.
type CustomerFacts struct {
	Sources []dispute.SourceState `json:"sources,omitempty"`
	Order   *CustomerOrder        `json:"order,omitempty"`
	Trace   *CustomerTrace        `json:"trace,omitempty"`
}

// CustomerOrder is what customers see of their order.
type CustomerOrder struct {
	Lines       []dispute.Line `json:"lines"`
	DeliveredAt *time.Time     `json:"delivered_at,omitempty"`
}

// CustomerTrace is what customers see of their parcel.
type CustomerTrace struct {
	Status dispute.ParcelStatus `json:"status"`
}

// customerFacts cuts the facts down. Until it is known that the order is the
// customer's, nothing that was heard of it is shown.
func customerFacts(c *dispute.Case) CustomerFacts {
	var f CustomerFacts
	for _, s := range c.Facts.Sources {
		f.Sources = append(f.Sources, dispute.SourceState{Source: s.Source, State: s.State, At: s.At})
	}
	order := c.Facts.Order
	if order == nil || c.ForeignOrder() {
		return f
	}
	f.Order = &CustomerOrder{Lines: []dispute.Line{}, DeliveredAt: order.DeliveredAt}
	for _, l := range order.Lines {
		f.Order.Lines = append(f.Order.Lines, dispute.Line{LineID: l.LineID, Quantity: l.Quantity})
	}
	if c.Facts.Trace != nil {
		f.Trace = &CustomerTrace{Status: c.Facts.Trace.Status}
	}
	return f
}

// CustomerSuspension is what customers see of a case that stands still.
type CustomerSuspension struct {
	Reason dispute.SuspensionReason `json:"reason"`
	At     time.Time                `json:"at"`
}

// customerSuspension is nil while the case does not stand still.
func customerSuspension(c *dispute.Case) any {
	if c.Suspended == nil {
		return nil
	}
	return CustomerSuspension{Reason: c.Suspended.Reason, At: c.Suspended.At}
}

// CustomerProof is what customers see of a burden of proof of theirs.
type CustomerProof struct {
	Party   dispute.Party          `json:"party"`
	Types   []dispute.EvidenceType `json:"types"`
	State   dispute.ProofState     `json:"state"`
	AskedAt time.Time              `json:"asked_at"`
	EndedAt *time.Time             `json:"ended_at,omitempty"`
	Basis   string                 `json:"basis,omitempty"`
	NoteID  string                 `json:"note_id,omitempty"`
}

// customerProof lists what was asked of the customer; nil for nothing.
func customerProof(c *dispute.Case) any {
	var asked []CustomerProof
	for _, p := range c.Proof {
		if p.Party == dispute.PartyCustomer {
			asked = append(asked, CustomerProof{Party: p.Party, Types: p.Types, State: p.State, AskedAt: p.AskedAt,
				EndedAt: p.EndedAt, Basis: p.Basis, NoteID: p.NoteID})
		}
	}
	if asked == nil {
		return nil
	}
	return asked
}

// customerClocks takes out when the shop's own people are reminded.
func customerClocks(all []dispute.Clock) []dispute.Clock {
	shown := slices.Clone(all)
	for i := range shown {
		if shown[i].Owner != dispute.WaitingCustomer {
			shown[i].Remind, shown[i].RemindAt = nil, nil
		}
	}
	return shown
}

// customerAppeals takes out who gave the rulings that were contested.
func customerAppeals(all []dispute.Appeal) []dispute.Appeal {
	shown := slices.Clone(all)
	for i := range shown {
		shown[i].Against.ID = ""
	}
	return shown
}

// openlyExplained says whether the explanation is one for the customer: a rule of
// admission, or the refusal that staff gave; never what the shop thinks of them.
func openlyExplained(c *dispute.Case) bool {
	if c.Explanation == nil {
		return false
	}
	if c.Outcome == dispute.OutcomeInadmissible {
		return true // an exclusion has a code of the policy's own
	}
	switch code := c.Explanation.Code; code {
	case dispute.CodeOrderUnknown, dispute.CodeOrderNotYours, dispute.CodeLineNotInOrder, dispute.CodeOutsideWindow, dispute.CodeInsideWindow:
		return true
	default:
		for _, d := range c.Decisions {
			if d.State == dispute.DecisionInForce && d.Reject != nil && d.Reject.Code == code {
				return true
			}
		}
		return false
	}
}
