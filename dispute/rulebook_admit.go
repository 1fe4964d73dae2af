package dispute

import "strconv"

// The codes of admission.
const (
	CodeOrderUnknown   = "order_unknown"
	CodeOrderNotYours  = "order_not_yours"
	CodeLineNotInOrder = "line_not_in_order"
	CodeOutsideWindow  = "outside_window"
	CodeInsideWindow   = "inside_window" // explains an admission
)

// Admit rules on whether the case may proceed once the order was asked for: the
// order exists and is the customer's, holds the lines, no exclusion of the policy
// holds, and the return window is open. What cannot be known does not exclude the
// case, unless the policy refuses a window without its date; Assess gives it to a person.
func (b *Rulebook) Admit(c *Case) Admission {
	if c.sourceState(FactOrder) == SourceUnknown {
		return b.inadmissible(Explanation{Code: CodeOrderUnknown, Rule: b.rule("admission", "order"),
			Detail: map[string]string{"order_id": c.OrderID}})
	}
	if c.ForeignOrder() {
		return b.inadmissible(Explanation{Code: CodeOrderNotYours, Rule: b.rule("admission", "customer"),
			Detail: map[string]string{"order_id": c.OrderID}})
	}
	order := c.Facts.Order
	if order == nil {
		return Admission{Admissible: true}
	}
	for _, line := range c.Lines {
		if ordered := order.quantity(line.LineID); line.Quantity > ordered {
			return b.inadmissible(Explanation{Code: CodeLineNotInOrder, Rule: b.rule("admission", "lines"), Detail: map[string]string{
				"line_id": line.LineID, "ordered": strconv.Itoa(ordered), "claimed": strconv.Itoa(line.Quantity)}})
		}
	}
	if e, person := b.excluded(c); e != nil && !person {
		return b.inadmissible(*e)
	}
	window := b.reason(c.Reason).Window
	if e := b.unanchored(c, window, b.rule("window", string(c.Reason))); e != nil && window.Unknown == UnknownRefuse && !c.traced() {
		return b.inadmissible(*e)
	}
	e, open := b.window(c)
	return Admission{Admissible: open, Explanation: e}
}

// traced says whether the carrier, who may know the day of signing, is still asked.
func (c *Case) traced() bool { return c.sourceState(FactTrace) == SourcePending }

func (b *Rulebook) inadmissible(e Explanation) Admission { return Admission{Explanation: &e} }

// ForeignOrder says whether the order is known to be another customer's: then
// nothing of it stands in the case, and nobody is paid for it.
func (c *Case) ForeignOrder() bool {
	return c.sourceState(FactOrder) == SourceWithheld || (c.Facts.Order != nil && c.Facts.Order.CustomerID != c.CustomerID)
}

// errForeignOrder refuses every remedy of a case about somebody else's order.
func errForeignOrder() *Error {
	return Invalid("the order is another customer's", Field{"/remedies", CodeOrderNotYours})
}

// sourceState is how the source answered, "" when it was not asked.
func (c *Case) sourceState(source FactSource) string {
	for _, s := range c.Facts.Sources {
		if s.Source == source {
			return s.State
		}
	}
	return ""
}

// quantity is how many units of a line were ordered, 0 for a line that is not there.
func (o *OrderFacts) quantity(lineID string) int {
	if lineID == ShippingLine && o.ShippingPaid > 0 {
		return 1
	}
	for _, line := range o.Lines {
		if line.LineID == lineID {
			return line.Quantity
		}
	}
	return 0
}
