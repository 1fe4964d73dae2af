package dispute

import (
	"strconv"
	"time"
)

// CodeAnchorUnknown says that the date from which a window counts is not known;
// of the day of signing it is CodeDeliveryDateUnknown.
const CodeAnchorUnknown = "window_date_unknown"

// What a window says where the date of its anchor is not known.
const (
	UnknownPerson = "person" // a person decides
	UnknownRefuse = "refuse" // the case is inadmissible
)

// window rules on the window of the case's reason. It returns nil, true where
// there is none or where its anchor is not known: see unanchored.
func (b *Rulebook) window(c *Case) (*Explanation, bool) {
	return b.within(c, b.reason(c.Reason).Window, b.rule("window", string(c.Reason)))
}

// within rules on one window: open, or over with CodeOutsideWindow.
func (b *Rulebook) within(c *Case, rule *WindowRule, id string) (*Explanation, bool) {
	if rule == nil {
		return nil, true
	}
	anchor := c.anchor(rule.Anchor)
	if anchor == nil {
		return nil, true
	}
	w := rule.window(*anchor, b.zone())
	code, open := CodeInsideWindow, !w.Over(c.OpenedAt)
	if !open {
		code = CodeOutsideWindow
	}
	e := &Explanation{
		Code: code, Rule: id, Basis: rule.Basis, SignedOn: w.SignedOn, FirstDay: w.FirstDay, LastDay: w.LastDay,
		Zone: w.Zone.String(), Detail: map[string]string{"opened_on": string(dayOf(c.OpenedAt, w.Zone))},
	}
	if rule.Months > 0 {
		e.Detail["months"] = strconv.Itoa(rule.Months)
	} else {
		e.Detail["days"] = strconv.Itoa(rule.Days)
	}
	if rule.Anchor != AnchorSigning {
		e.SignedOn, e.Detail["anchor"], e.Detail["anchor_on"] = "", rule.Anchor, w.SignedOn
	}
	return e, open
}

// unanchored is the explanation of a window whose anchor is not known, nil where
// there is no window or its anchor is known. A window never fails open.
func (b *Rulebook) unanchored(c *Case, rule *WindowRule, id string) *Explanation {
	if rule == nil || c.anchor(rule.Anchor) != nil {
		return nil
	}
	if rule.Anchor == AnchorSigning {
		return &Explanation{Code: CodeDeliveryDateUnknown, Rule: id, Basis: rule.Basis}
	}
	return &Explanation{Code: CodeAnchorUnknown, Rule: id, Basis: rule.Basis, Detail: map[string]string{"anchor": rule.Anchor}}
}

// anchor is the instant from whose day a window counts, nil where nobody knows it.
func (c *Case) anchor(name string) *time.Time {
	order := c.Facts.Order
	switch {
	case name == AnchorSigning:
		return c.signedAt()
	case order == nil:
		return nil
	case name == AnchorOrder && !order.PlacedAt.IsZero():
		return &order.PlacedAt
	case name == AnchorPromised:
		return order.PromisedBy
	case name == AnchorInstall && order.InstalledAt != nil:
		return order.InstalledAt
	case name == AnchorInstall:
		return c.signedAt()
	}
	return nil
}

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

// Window is a number of calendar days or months from the day after an anchor,
// which mostly is a signing. Days are dates YYYY-MM-DD in Zone, both inclusive.
type Window struct {
	SignedOn string // the day of the anchor
	FirstDay string
	LastDay  string
	Zone     *time.Location
	end      time.Time
}

// window is the window of the rule from an anchor.
func (r WindowRule) window(anchor time.Time, zone *time.Location) Window {
	if r.Months > 0 {
		return NewMonthsWindow(anchor, r.Months, zone)
	}
	return NewWindow(anchor, r.Days, zone)
}

// NewWindow is the window of so many days after an instant of signing: the day of
// signing is not counted, and the last day counts to its end.
func NewWindow(signed time.Time, days int, zone *time.Location) Window {
	y, m, d := signed.In(zone).Date()
	return newWindow(time.Date(y, m, d, 0, 0, 0, 0, zone), time.Date(y, m, d+days, 0, 0, 0, 0, zone))
}

// NewMonthsWindow is the window of so many months: its last day has the number of
// the day of signing, or is the last of its month where that has no such day.
func NewMonthsWindow(signed time.Time, months int, zone *time.Location) Window {
	y, m, d := signed.In(zone).Date()
	lastOfMonth := time.Date(y, m+time.Month(months)+1, 0, 0, 0, 0, 0, zone)
	last := time.Date(y, m+time.Month(months), min(d, lastOfMonth.Day()), 0, 0, 0, 0, zone)
	return newWindow(time.Date(y, m, d, 0, 0, 0, 0, zone), last)
}

// newWindow is the window after one midnight's day to the end of another's.
func newWindow(signed, last time.Time) Window {
	return Window{
		SignedOn: signed.Format(time.DateOnly), FirstDay: signed.AddDate(0, 0, 1).Format(time.DateOnly),
		LastDay: last.Format(time.DateOnly), Zone: signed.Location(), end: last.AddDate(0, 0, 1),
	}
}

// Over says whether the window has passed at an instant. It is not over before it
// begins: goods may be given back on the day of signing.
func (w Window) Over(at time.Time) bool { return !at.Before(w.end) }
