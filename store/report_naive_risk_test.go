package store_test

import (
	"encoding/json"
	"slices"
	"time"

	"github.com/redresshq/redress/dispute"
)

// suspect raises flags, or lets a person answer those that the case has.
func (w *writer) suspect() {
	r, risk := w.rnd, &w.c.Risk
	if len(risk.Flags) > 0 && r.IntN(2) == 0 {
		v := dispute.NewRiskReview(*risk, pick(r, dispute.RiskCleared, dispute.RiskConfirmed), dispute.Actor{Role: dispute.RoleAgent, ID: "ann"}, w.at, "")
		*risk = risk.Judged(v)
		w.say(dispute.EventRiskReviewed, string(v.Verdict), v.By, map[string]any{"flags": v.Flags, "score": risk.Score})
		return
	}
	had := risk.Flags
	*risk = dispute.Risk{Score: r.IntN(101), Flags: pick(r, nil, []string{"velocity"}, []string{"weight", "velocity"}), Review: risk.Review}
	switch {
	case len(risk.Flags) == 0 || slices.Equal(had, risk.Flags):
	case r.IntN(4) == 0: // of release 1
		w.say(dispute.EventPersonNeeded, dispute.CodeRiskFlagged, dispute.System, nil)
	default:
		w.say(dispute.EventRiskFlagged, "rule", dispute.System, map[string]any{"flags": risk.Flags, "score": risk.Score})
	}
}

// look is what the timeline says of one flag, or with "" of all flags of the case: when it
// was raised, when a person looked first, and what the last one said.
func (c told) look(flag string) (raised, first time.Time, verdict string) {
	var some time.Time // when the case was flagged, by whatever
	for _, e := range c.entries {
		var about struct{ Flags []string }
		if len(e.Data) > 0 {
			if err := json.Unmarshal(e.Data, &about); err != nil {
				panic(err)
			}
		}
		mine := flag == "" || slices.Contains(about.Flags, flag)
		flagged := e.Type == dispute.EventRiskFlagged || e.Type == dispute.EventPersonNeeded && e.Reason == dispute.CodeRiskFlagged
		switch {
		case flagged:
			if some.IsZero() {
				some = e.At
			}
			if raised.IsZero() && mine {
				raised = e.At
			}
		case e.Type == dispute.EventRiskReviewed && mine:
			if first.IsZero() {
				first = e.At
			}
			verdict = e.Reason
		}
	}
	if raised.IsZero() || !first.IsZero() && raised.After(first) { // nothing named it before a person looked at it
		raised = some
	}
	return raised, first, verdict
}

// decidedOver says whether the last word was spoken before anybody looked at the flag.
func (c told) decidedOver(flag string) bool {
	var word time.Time
	for _, d := range c.Decisions {
		if d.State == dispute.DecisionInForce {
			word = d.MadeAt
		}
	}
	raised, first, _ := c.look(flag)
	return !word.IsZero() && !raised.After(word) && (first.IsZero() || first.After(word))
}

// reviews counts the flagged cases, or each of their flags, by what people made of them.
func (n naive) reviews(byFlag bool) []map[string]any {
	g := n.groups("flagged", "cleared", "confirmed", "unreviewed", "decided_unreviewed")
	for _, c := range n.cases {
		if len(c.Risk.Flags) == 0 || !n.takes(c, c.OpenedAt) {
			continue
		}
		count := func(r *row, flag string, over bool) {
			raised, first, verdict := c.look(flag)
			if verdict == "" {
				verdict = "unreviewed"
			}
			r.add("flagged", 1)
			r.add(verdict, 1)
			if over {
				r.add("decided_unreviewed", 1)
			}
			if !raised.IsZero() && !first.Before(raised) {
				r.seconds[""] = append(r.seconds[""], int64(first.Sub(raised)/time.Second))
			}
		}
		if byFlag {
			for _, f := range c.Risk.Flags {
				count(g.of(c, c.OpenedAt, "flag", f), f, c.decidedOver(f))
			}
			continue
		}
		count(g.of(c, c.OpenedAt), "", slices.ContainsFunc(c.Risk.Flags, c.decidedOver))
	}
	return g.set(func(r *row) {
		r.values["median_hours"], r.values["p90_hours"] = at(r.seconds[""], 0.5), at(r.seconds[""], 0.9)
	})
}
