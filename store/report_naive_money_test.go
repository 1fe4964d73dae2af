package store_test

import (
	"fmt"
	"strings"
	"time"

	"github.com/redresshq/redress/dispute"
)

// spent is what the case cost by currency: refunded, of it freight, paid out, credits,
// recovered.
func (c told) spent() map[string]*[5]int64 {
	out := map[string]*[5]int64{c.Currency: {}}
	for _, r := range c.recoveries {
		if r.Recovered > 0 {
			if out[r.Currency] == nil {
				out[r.Currency] = &[5]int64{}
			}
			out[r.Currency][4] += r.Recovered
		}
	}
	for _, l := range c.Legs {
		if l.Money == nil || l.State != dispute.MoneySucceeded || l.Money.Returns != nil {
			continue
		}
		s := out[l.Money.Amount.Currency]
		if s == nil {
			s = &[5]int64{}
			out[l.Money.Amount.Currency] = s
		}
		switch {
		case l.Money.Form == dispute.FormCoupon || l.Money.Form == dispute.FormGift:
			s[3] += l.Money.Amount.Amount
		case l.Type == dispute.LegCompensation:
			s[2] += l.Money.Amount.Amount
		default:
			s[0] += l.Money.Amount.Amount
			for _, p := range l.Money.Lines {
				if p.LineID == dispute.ShippingLine {
					s[1] += p.Amount
				}
			}
		}
	}
	return out
}

func (n naive) total() (total int64) {
	for _, c := range n.cases {
		if n.takes(c, c.OpenedAt) {
			total++
		}
	}
	return total
}

func (n naive) costs(by string) []map[string]any {
	g, total := n.groups("cases", "refunded", "of_which_freight", "paid_out", "credits", "recovered", "cost"), n.total()
	for _, c := range n.cases {
		if !n.takes(c, c.OpenedAt) {
			continue
		}
		value := string(c.Reason)
		if o := c.Facts.Order; by != "reason" {
			value = ""
			if o != nil {
				value = map[string]string{"carrier": o.Carrier, "warehouse": o.WarehouseID}[by]
			}
		}
		for currency, s := range c.spent() {
			r := g.of(c, c.OpenedAt, by, value, "currency", currency)
			r.add("cases", 1)
			r.add("refunded", s[0])
			r.add("of_which_freight", s[1])
			r.add("paid_out", s[2])
			r.add("credits", s[3])
			r.add("recovered", s[4])
			r.add("cost", s[0]+s[2]+s[3]-s[4])
		}
	}
	return g.set(func(r *row) { r.values["share_percent"] = part(r.n("cases"), total) })
}

func (n naive) products() []map[string]any {
	g, total := n.groups("cases", "units", "refunded"), n.total()
	for _, c := range n.cases {
		if !n.takes(c, c.OpenedAt) {
			continue
		}
		for _, line := range c.Lines {
			sku := c.skus()[line.LineID]
			if sku == "" {
				continue
			}
			r := g.of(c, c.OpenedAt, "sku", sku, "currency", c.Currency)
			r.cases[c.ID] = true
			r.add("units", int64(line.Quantity))
			for _, l := range c.Legs {
				if l.Type == dispute.LegRefund && l.State == dispute.MoneySucceeded {
					for _, p := range l.Money.Lines {
						if p.LineID == line.LineID {
							r.add("refunded", p.Amount)
						}
					}
				}
			}
		}
	}
	return g.set(func(r *row) {
		r.values["cases"] = int64(len(r.cases))
		r.values["share_percent"] = part(int64(len(r.cases)), total)
	})
}

func (n naive) shares() []map[string]any {
	g := n.groups("cases")
	for _, c := range n.cases {
		if !n.takes(c, c.OpenedAt) {
			continue
		}
		for _, s := range c.Liability {
			for currency, spent := range c.spent() {
				r := g.of(c, c.OpenedAt, "party", string(s.Party), "currency", currency)
				r.add("cases", 1)
				r.seconds["percent"] = append(r.seconds["percent"], int64(s.Percent))
				r.seconds["borne"] = append(r.seconds["borne"], (spent[0]+spent[2]+spent[3])*int64(s.Percent))
			}
		}
	}
	sum := func(all []int64) (total int64) {
		for _, n := range all {
			total += n
		}
		return total
	}
	return g.set(func(r *row) {
		r.values["mean_percent"] = round(float64(sum(r.seconds["percent"])) / float64(len(r.seconds["percent"])))
		r.values["cost_borne"] = sum(r.seconds["borne"]) / 100
	})
}

func (n naive) movements() []map[string]any {
	g := n.groups("movements", "amount")
	for _, c := range n.cases {
		for _, l := range c.Legs {
			m := l.Money
			if m == nil || m.RequestedAt == nil || !n.takes(c, *m.RequestedAt) {
				continue
			}
			kind := "refund"
			switch {
			case m.Form == dispute.FormCoupon || m.Form == dispute.FormGift:
				kind = "credit"
			case l.Type == dispute.LegCompensation:
				kind = "payout"
			}
			r := g.of(c, *m.RequestedAt, "type", kind, "result", string(l.State), "currency", m.Amount.Currency)
			r.add("movements", 1)
			r.add("amount", m.Amount.Amount)
			var decided *time.Time
			for _, d := range c.Decisions {
				if d.State == dispute.DecisionInForce && d.Reject == nil && !d.MadeAt.After(*m.RequestedAt) && (decided == nil || d.MadeAt.After(*decided)) {
					decided = &d.MadeAt
				}
			}
			took := func(what string, from, to *time.Time) {
				if from != nil && to != nil {
					r.seconds[what] = append(r.seconds[what], int64(to.Sub(*from)/time.Second))
				}
			}
			took("decision_to_request_", decided, m.RequestedAt)
			took("request_to_settled_", m.RequestedAt, m.SettledAt)
			took("decision_to_settled_", decided, m.SettledAt)
		}
	}
	return g.set(func(r *row) {
		for _, what := range []string{"decision_to_request_", "request_to_settled_", "decision_to_settled_"} {
			r.values[what+"median_hours"], r.values[what+"p90_hours"] = at(r.seconds[what], 0.5), at(r.seconds[what], 0.9)
		}
	})
}

func (c told) ruling() (what, by string) {
	what = "undecided"
	for _, d := range c.Decisions {
		if d.State == dispute.DecisionInForce {
			what, by = "remedies", string(d.Author.Role)
			if d.Reject != nil {
				what = "rejected"
			}
		}
	}
	return what, by
}

func (n naive) risks(table string) []map[string]any {
	if strings.HasSuffix(table, "reviews") {
		return n.reviews(strings.HasSuffix(table, "flag_reviews"))
	}
	g := n.groups("cases")
	for _, c := range n.cases {
		if !n.takes(c, c.OpenedAt) {
			continue
		}
		what, by := c.ruling()
		if table == "abuse-decisions/flags" {
			for _, f := range c.Risk.Flags {
				g.of(c, c.OpenedAt, "flag", f, "decided", what, "decided_by", by).add("cases", 1)
			}
			continue
		}
		bands := []string{"00-19", "20-39", "40-59", "60-79", "80-100"}
		g.of(c, c.OpenedAt, "band", bands[min(4, c.Risk.Score/20)], "decided", what, "decided_by", by).add("cases", 1)
	}
	return g.set(func(*row) {})
}

func (n naive) survey() []map[string]any {
	g := n.groups("asked", "answered", "score_1", "score_2", "score_3", "score_4", "score_5")
	for _, c := range n.cases {
		for i, e := range c.entries {
			if e.Type != dispute.EventSurveyAsked || i+1 < len(c.entries) && c.entries[i+1].Reason == dispute.ReasonNotAsked {
				continue
			}
			asked := e.At
			if e.Reason == dispute.ReasonLaidReady {
				asked = asked.Add(laidAhead)
			}
			if !n.takes(c, asked) {
				continue
			}
			r := g.of(c, asked)
			r.add("asked", 1)
			if c.Survey != nil {
				r.add("answered", 1)
				r.add(fmt.Sprintf("score_%d", c.Survey.Score), 1)
				r.seconds[""] = append(r.seconds[""], int64(c.Survey.Score))
			}
		}
	}
	return g.set(func(r *row) {
		r.values["answered_percent"], r.values["mean"] = part(r.n("answered"), r.n("asked")), mean(r.seconds[""])
	})
}

func mean(all []int64) any {
	if len(all) == 0 {
		return nil
	}
	var sum int64
	for _, n := range all {
		sum += n
	}
	return round(float64(sum) / float64(len(all)))
}

func (n naive) agents() []map[string]any {
	g := n.groups("cases", "closed", "reopened", "reply_met", "reply_breached", "resolution_met", "resolution_breached", "agent_breaches", "surveys")
	for _, c := range n.cases {
		if !n.takes(c, c.OpenedAt) {
			continue
		}
		r := g.of(c, c.OpenedAt, "assignee", c.Assignee)
		r.add("cases", 1)
		if c.ClosedAt != nil {
			r.add("closed", 1)
		}
		if c.Reopened > 0 {
			r.add("reopened", 1)
		}
		for prefix, name := range map[string]dispute.ClockName{"reply_": dispute.ClockFirstResponse, "resolution_": dispute.ClockResolution} {
			state, seconds := c.promise(name)
			if state == "met" || state == "breached" {
				r.add(prefix+state, 1)
			}
			if seconds >= 0 {
				r.seconds[prefix] = append(r.seconds[prefix], seconds)
			}
		}
		for _, e := range c.entries {
			if e.Type == dispute.EventClockBreached && aboutOf(e).Owner == "agent" {
				r.add("agent_breaches", 1)
			}
		}
		if c.Survey != nil {
			r.add("surveys", 1)
			r.seconds["score"] = append(r.seconds["score"], int64(c.Survey.Score))
		}
	}
	return g.set(func(r *row) {
		r.values["reply_median_hours"], r.values["resolution_median_hours"] = at(r.seconds["reply_"], 0.5), at(r.seconds["resolution_"], 0.5)
		r.values["mean_score"] = mean(r.seconds["score"])
	})
}
