package api

import (
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

// openlyExplained says whether the explanation is one for the customer: a rule of
// admission, or the refusal that staff gave; never what the shop thinks of them.
func openlyExplained(c *dispute.Case) bool {
	if c.Explanation == nil {
		return false
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
