package dispute

import (
	"strconv"
	"time"
)

// The codes of admission.
const (
	CodeOrderUnknown   = "order_unknown"
	CodeOrderNotYours  = "order_not_yours"
	CodeLineNotInOrder = "line_not_in_order"
	CodeOutsideWindow  = "outside_window"
	CodeInsideWindow   = "inside_window" // explains an admission
)

// Admit rules on whether the case may proceed once the order was asked for: the
// order exists and is the customer's, holds the lines, and the return window is
// open. What cannot be known does not exclude the case; Assess gives it to a person.
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
	e, open := b.window(c)
	return Admission{Admissible: open, Explanation: e}
}

func (b *Rulebook) inadmissible(e Explanation) Admission { return Admission{Explanation: &e} }

// window rules on the return window of the case's reason. It returns nil, true
// where there is none or where the day of signing is not known.
func (b *Rulebook) window(c *Case) (*Explanation, bool) {
	rule := b.reason(c.Reason).Window
	signed := c.signedAt()
	if rule == nil || signed == nil {
		return nil, true
	}
	w := NewWindow(*signed, rule.Days, b.zone())
	code, open := CodeInsideWindow, !w.Over(c.OpenedAt)
	if !open {
		code = CodeOutsideWindow
	}
	return &Explanation{
		Code: code, Rule: b.rule("window", string(c.Reason)), SignedOn: w.SignedOn, FirstDay: w.FirstDay,
		LastDay: w.LastDay, Zone: w.Zone.String(),
		Detail: map[string]string{"opened_on": string(dayOf(c.OpenedAt, w.Zone)), "days": strconv.Itoa(rule.Days)},
	}, open
}

// Window is a number of calendar days from the day after a signing. Days are
// dates YYYY-MM-DD in Zone, both inclusive.
type Window struct {
	SignedOn string
	FirstDay string
	LastDay  string
	Zone     *time.Location
	end      time.Time
}

// NewWindow is the window of so many days after an instant of signing: the day of
// signing is not counted, and the last day counts to its end.
func NewWindow(signed time.Time, days int, zone *time.Location) Window {
	y, m, d := signed.In(zone).Date()
	day := func(offset int) time.Time { return time.Date(y, m, d+offset, 0, 0, 0, 0, zone) }
	return Window{
		SignedOn: day(0).Format(time.DateOnly), FirstDay: day(1).Format(time.DateOnly),
		LastDay: day(days).Format(time.DateOnly), Zone: zone, end: day(days + 1),
	}
}

// Over says whether the window has passed at an instant. It is not over before it
// begins: goods may be given back on the day of signing.
func (w Window) Over(at time.Time) bool { return !at.Before(w.end) }

// signedAt is when the parcel was signed for: by the order system, else by the
// carrier; nil where neither knows.
func (c *Case) signedAt() *time.Time {
	if o := c.Facts.Order; o != nil && o.DeliveredAt != nil {
		return o.DeliveredAt
	}
	if t := c.Facts.Trace; t != nil {
		return t.DeliveredAt
	}
	return nil
}

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
