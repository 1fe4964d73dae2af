package dispute

import (
	"slices"
	"strconv"
	"time"
)

// Warranty is until when a defect of goods is the merchant's, and why then. Days are
// dates YYYY-MM-DD in Zone, both inclusive.
type Warranty struct {
	LineID   string          `json:"line_id"`
	Anchor   string          `json:"anchor"` // signing, install ... or exchange
	AnchorOn string          `json:"anchor_on"`
	LastDay  string          `json:"last_day"`
	Zone     string          `json:"zone"`
	Excluded []WarrantyPause `json:"excluded,omitempty"` // while the goods were away to be repaired
	// RestartedBy is the case whose exchange began the warranty anew.
	RestartedBy string `json:"restarted_by,omitempty"`
	Rule        string `json:"rule"`
	Basis       string `json:"basis,omitempty"`
	end         time.Time
}

// WarrantyPause is a time that does not count: the goods were away to be repaired.
type WarrantyPause struct {
	CaseID string `json:"case_id"`
	LegID  string `json:"leg_id"`
	From   string `json:"from"` // the day on which the customer handed the goods over
	To     string `json:"to"`   // the day on which they came back
	Days   int    `json:"days"` // that they add
}

// AnchorExchange is the signing for goods that came in place of others. It stands in
// explanations only: an exchange begins every warranty anew.
const AnchorExchange = "exchange"

// CodeWarrantyUnits says that only some units of a line were exchanged or repaired
// before, so that it is not known whether these are inside the warranty.
const CodeWarrantyUnits = "warranty_units_unknown"

// Over says whether the warranty has passed at an instant.
func (w Warranty) Over(at time.Time) bool { return !at.Before(w.end) }

// WarrantyOf works out the warranty of one line of the case's order: it starts with the
// anchor of the rule, an exchange begins it anew, and the time of repairs does not count
// (CPL Regulations art. 18). Of a line of several units that were exchanged or repaired
// only in part, sure counts what all units have, and kind what one of them may have. ok
// is false where nobody knows since when it counts.
func (b *Rulebook) WarrantyOf(c *Case, rule WindowRule, id string, line Line) (sure, kind Warranty, ok bool) {
	anchor := c.anchor(rule.Anchor)
	if anchor == nil {
		return Warranty{}, Warranty{}, false
	}
	units := line.Quantity
	if c.Facts.Order != nil {
		units = max(units, c.Facts.Order.quantity(line.LineID))
	}
	work := func(least int) Warranty { return b.warranty(c, rule, id, line.LineID, *anchor, least) }
	return work(units), work(1), true
}

// warranty counts exchanges and repairs that concern at least so many units of the line.
func (b *Rulebook) warranty(c *Case, rule WindowRule, id, lineID string, anchor time.Time, least int) Warranty {
	zone := b.zone()
	w := Warranty{LineID: lineID, Anchor: rule.Anchor, Zone: zone.String(), Rule: id, Basis: rule.Basis}
	if rule.Anchor == AnchorInstall && (c.Facts.Order == nil || c.Facts.Order.InstalledAt == nil) {
		w.Anchor = AnchorSigning // goods that nobody installs
	}
	history := c.Facts.History
	if history == nil || b.policy.Format < 3 {
		history = &HistoryFacts{}
	}
	for _, e := range history.Exchanges {
		if e.OrderID != c.OrderID || e.SignedAt == nil || unitsOf(e.Lines, lineID) < least || !e.SignedAt.After(anchor) {
			continue
		}
		anchor, w.Anchor, w.RestartedBy = *e.SignedAt, AnchorExchange, e.CaseID
	}
	window := rule.window(anchor, zone)
	w.AnchorOn, w.LastDay, w.end = window.SignedOn, window.LastDay, window.end
	for _, p := range pausesOf(c, history.Repairs, lineID, least, anchor) {
		w.exclude(p, zone)
	}
	return w
}

// pause is a time during which goods were away to be repaired.
type pause struct {
	caseID, legID string
	from, to      time.Time
}

// pausesOf lists, in order, when goods of the line were away after the anchor. Goods that
// have not come back count until the case was opened.
func pausesOf(c *Case, repairs []PastRepair, lineID string, least int, anchor time.Time) []pause {
	var all []pause
	for _, p := range repairs {
		if p.OrderID != c.OrderID || p.From == nil || unitsOf(p.Lines, lineID) < least || p.From.Before(anchor) || p.From.After(c.OpenedAt) {
			continue
		}
		to := c.OpenedAt
		if p.To != nil {
			to = *p.To
		}
		all = append(all, pause{p.CaseID, p.LegID, *p.From, to})
	}
	slices.SortFunc(all, func(a, b pause) int {
		if n := a.from.Compare(b.from); n != 0 {
			return n
		}
		return a.to.Compare(b.to)
	})
	return all
}

// exclude adds the days of a repair that began inside the warranty. A day counts once,
// however many repairs it was part of.
func (w *Warranty) exclude(p pause, zone *time.Location) {
	if w.Over(p.from) {
		return
	}
	from, to := midnight(p.from, zone), midnight(p.to, zone)
	if n := len(w.Excluded); n > 0 {
		last, err := time.ParseInLocation(time.DateOnly, w.Excluded[n-1].To, zone)
		if err == nil && from.Before(last) {
			from = last
		}
	}
	days := daysBetween(from, to)
	if days <= 0 {
		return
	}
	w.Excluded = append(w.Excluded, WarrantyPause{CaseID: p.caseID, LegID: p.legID,
		From: from.Format(time.DateOnly), To: to.Format(time.DateOnly), Days: days})
	w.end = w.end.AddDate(0, 0, days)
	w.LastDay = w.end.AddDate(0, 0, -1).Format(time.DateOnly)
}

func midnight(at time.Time, zone *time.Location) time.Time {
	y, m, d := at.In(zone).Date()
	return time.Date(y, m, d, 0, 0, 0, 0, zone)
}

// daysBetween counts calendar days, whatever the clocks did in between.
func daysBetween(from, to time.Time) int {
	a := time.Date(from.Year(), from.Month(), from.Day(), 0, 0, 0, 0, time.UTC)
	z := time.Date(to.Year(), to.Month(), to.Day(), 0, 0, 0, 0, time.UTC)
	return int(z.Sub(a) / (24 * time.Hour))
}

// unitsOf sums the units of a line.
func unitsOf(lines []Line, lineID string) int {
	n := 0
	for _, l := range lines {
		if l.LineID == lineID {
			n += l.Quantity
		}
	}
	return n
}

// warranted rules on the warranty of the case's reason, for the claimed line that ends
// first. It returns nil, true where the reason has none; nil, false where nobody knows
// since when it counts; CodeWarrantyUnits where only some units of a line were exchanged
// or repaired and the claim lies between what all have and what one of them may have.
func (b *Rulebook) warranted(c *Case) (*Explanation, bool) {
	rule := b.reason(c.Reason).Warranty
	if rule == nil {
		return nil, true
	}
	id := b.rule("warranty", string(c.Reason))
	if b.policy.Format < 3 {
		e, open := b.within(c, rule, id)
		return e, open && e != nil
	}
	var first *Warranty
	unsure := false
	for _, line := range c.Lines {
		if line.LineID == ShippingLine {
			continue
		}
		sure, kind, ok := b.WarrantyOf(c, *rule, id, line)
		if !ok {
			return nil, false
		}
		if sure.Over(c.OpenedAt) && !kind.Over(c.OpenedAt) {
			unsure = true
		}
		if first == nil || sure.end.Before(first.end) {
			first = &sure
		}
	}
	if first == nil { // no line is claimed: the order's own dates count
		e, open := b.within(c, rule, id)
		return e, open && e != nil
	}
	e := first.explain(b, c, *rule)
	if e.Code == CodeOutsideWindow && unsure {
		e.Code = CodeWarrantyUnits
	}
	return e, e.Code == CodeInsideWindow
}

// explain says when the warranty ends and what made it so.
func (w Warranty) explain(b *Rulebook, c *Case, rule WindowRule) *Explanation {
	code := CodeInsideWindow
	if w.Over(c.OpenedAt) {
		code = CodeOutsideWindow
	}
	e := &Explanation{Code: code, Rule: w.Rule, Basis: w.Basis, LastDay: w.LastDay, Zone: w.Zone, Detail: map[string]string{
		"opened_on": string(dayOf(c.OpenedAt, b.zone())), "line_id": w.LineID, "anchor": w.Anchor, "anchor_on": w.AnchorOn}}
	if first, err := time.Parse(time.DateOnly, w.AnchorOn); err == nil {
		e.FirstDay = first.AddDate(0, 0, 1).Format(time.DateOnly)
	}
	if rule.Months > 0 {
		e.Detail["months"] = strconv.Itoa(rule.Months)
	} else {
		e.Detail["days"] = strconv.Itoa(rule.Days)
	}
	if w.RestartedBy != "" {
		e.Detail["restarted_by"] = w.RestartedBy
	}
	away := 0
	for _, p := range w.Excluded {
		away += p.Days
	}
	if away > 0 {
		e.Detail["days_in_repair"] = strconv.Itoa(away)
	}
	return e
}
