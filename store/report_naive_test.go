package store_test

import (
	"encoding/json"
	"fmt"
	"math"
	"slices"
	"strings"
	"time"

	"github.com/redresshq/redress/dispute"
)

// The reports once more, counted by reading every case and its whole timeline: slowly,
// and by other means than the store does.

// told is a case with its timeline.
type told struct {
	dispute.Case
	entries    []dispute.RecordedEntry
	recoveries []recovery
}

// recovery is a claim against a carrier or supplier.
type recovery struct {
	Party, State, Currency                   string
	Claimed, Accepted, Recovered, WrittenOff int64
}

// span is a stretch of time; to is zero while it lasts.
type span struct{ from, to time.Time }

func (s span) within(o span) time.Duration {
	from, to := s.from, s.to
	if o.from.After(from) {
		from = o.from
	}
	if to.IsZero() || !o.to.IsZero() && o.to.Before(to) {
		to = o.to
	}
	return max(0, to.Sub(from))
}

type about struct {
	Clock    dispute.ClockName `json:"clock"`
	LegID    string            `json:"leg_id"`
	Owner    string            `json:"owner"`
	Customer bool              `json:"customer"`
}

func aboutOf(e dispute.RecordedEntry) (a about) {
	if len(e.Data) > 0 {
		if err := json.Unmarshal(e.Data, &a); err != nil {
			panic(err)
		}
	}
	return a
}

// promise is what became of first_response or resolution, and in how many seconds (-1:
// not ended).
func (c told) promise(name dispute.ClockName) (state string, seconds int64) {
	var lives, stills []span
	breached, dropped := false, false
	ending := func(at time.Time) {
		if n := len(lives); n > 0 && lives[n-1].to.IsZero() {
			lives[n-1].to = at
		}
	}
	for _, e := range c.entries {
		a := aboutOf(e)
		if a.Clock == name && a.LegID == "" {
			switch e.Type {
			case dispute.EventClockStarted:
				if n := len(lives); n == 0 || !lives[n-1].to.IsZero() {
					lives = append(lives, span{from: e.At})
				}
			case dispute.EventClockSuspended:
				stills = append(stills, span{from: e.At})
			case dispute.EventClockResumed:
				stills[len(stills)-1].to = e.At
			case dispute.EventClockBreached:
				breached = true
			case dispute.EventClockMet:
				ending(e.At)
			}
		}
		reply := slices.Contains([]dispute.EventType{dispute.EventNoticeSent, dispute.EventOfferMade, dispute.EventDecided,
			dispute.EventRejected, dispute.EventInadmissible, dispute.EventExecution}, e.Type) ||
			e.Type == dispute.EventNote && a.Customer && (e.Actor.Role == dispute.RoleAgent || e.Actor.Role == dispute.RoleSupervisor)
		done := name == dispute.ClockFirstResponse && reply ||
			name == dispute.ClockResolution && slices.Contains([]dispute.EventType{dispute.EventFollowUp, dispute.EventRejected, dispute.EventClosed}, e.Type)
		if done && breached {
			ending(e.At)
		}
		if e.Type == dispute.EventClosed && !breached && len(lives) > 0 && lives[len(lives)-1].to.IsZero() {
			dropped = true
			ending(e.At)
		}
	}
	ended := len(lives) > 0 && !lives[len(lives)-1].to.IsZero()
	switch {
	case len(lives) == 0:
		return "", -1
	case breached:
		state = "breached"
	case dropped:
		return "dropped", -1
	case ended:
		state = "met"
	default:
		return "open", -1
	}
	if !ended {
		return state, -1
	}
	var spent time.Duration
	for _, l := range lives {
		spent += l.to.Sub(l.from)
		for _, s := range stills {
			spent -= s.within(l)
		}
	}
	return state, int64(spent / time.Second)
}

// naive counts with maps only.
type naive struct {
	q     dispute.ReportQuery
	cases []told
	zone  *time.Location
}

func (n naive) day(t time.Time) string { return t.In(n.zone).Format(time.DateOnly) }

func (n naive) takes(c told, at time.Time) bool {
	q := n.q
	return !at.IsZero() && (q.From == "" || n.day(at) >= q.From) && (q.To == "" || n.day(at) <= q.To) &&
		(q.ShopID == "" || c.ShopID == q.ShopID) && (q.Team == "" || c.Team == q.Team) && (q.Assignee == "" || c.Assignee == q.Assignee) &&
		(q.Policy == "" || c.PolicyVersion == q.Policy) && (q.Channel == "" || c.Channel == q.Channel) &&
		(q.Kind == "" || c.Kind == q.Kind) && (q.Reason == "" || c.Reason == q.Reason)
}

// row is a group on its way: its own columns, and how many of what it counted.
type row struct {
	values  map[string]any
	cases   map[string]bool
	seconds map[string][]int64
}

// groups are the rows of a table by their key.
type groups struct {
	n    naive
	rows map[string]*row
	sums []string // columns that count, 0 if nothing was
}

func (n naive) groups(sums ...string) *groups { return &groups{n, map[string]*row{}, sums} }

func (g *groups) of(c told, at time.Time, more ...string) *row {
	keys := map[string]string{}
	for _, d := range g.n.q.GroupBy {
		y, w := at.In(g.n.zone).ISOWeek()
		keys[d] = map[string]string{"shop_id": c.ShopID, "team": c.Team, "channel": string(c.Channel), "kind": string(c.Kind),
			"reason": string(c.Reason), "assignee": c.Assignee, "policy": c.PolicyVersion, "day": g.n.day(at),
			"week": fmt.Sprintf("%04d-W%02d", y, w), "month": g.n.day(at)[:7]}[d]
	}
	for i := 0; i < len(more); i += 2 {
		keys[more[i]] = more[i+1]
	}
	raw, err := json.Marshal(keys)
	if err != nil {
		panic(err)
	}
	r, ok := g.rows[string(raw)]
	if !ok {
		r = &row{values: map[string]any{}, cases: map[string]bool{}, seconds: map[string][]int64{}}
		for k, v := range keys {
			r.values[k] = v
		}
		for _, s := range g.sums {
			r.values[s] = int64(0)
		}
		g.rows[string(raw)] = r
	}
	return r
}

func (r *row) add(column string, n int64) {
	before, _ := r.values[column].(int64)
	r.values[column] = before + n
}

func (r *row) n(column string) int64 {
	n, _ := r.values[column].(int64)
	return n
}

// set fills the columns that follow from others.
func (g *groups) set(f func(r *row)) []map[string]any {
	var out []map[string]any
	for _, r := range g.rows {
		f(r)
		out = append(out, r.values)
	}
	return out
}

func round(f float64) float64 { return math.Round(f*100) / 100 }

func part(a, b int64) any {
	if b == 0 {
		return nil
	}
	return round(100 * float64(a) / float64(b))
}

// at is the smallest of the seconds that at least the share of them does not exceed.
func at(seconds []int64, share float64) any {
	if len(seconds) == 0 {
		return nil
	}
	s := slices.Clone(seconds)
	slices.Sort(s)
	return round(float64(s[max(0, int(math.Ceil(share*float64(len(s))))-1)]) / 3600)
}

func (n naive) count(table string) []map[string]any {
	switch table {
	case "service-levels/clocks":
		return n.clocks()
	case "service-levels/cases":
		g := n.groups("cases", "closed", "reopened", "repeated")
		for _, c := range n.cases {
			if !n.takes(c, c.OpenedAt) {
				continue
			}
			r := g.of(c, c.OpenedAt)
			r.add("cases", 1)
			if c.ClosedAt != nil {
				r.add("closed", 1)
			}
			if c.Reopened > 0 {
				r.add("reopened", 1)
			}
			if n.again(c, func(o told) bool { return o.OrderID == c.OrderID }) {
				r.add("repeated", 1)
			}
		}
		return g.set(func(r *row) {
			r.values["reopened_percent"], r.values["repeated_percent"] = part(r.n("reopened"), r.n("cases")), part(r.n("repeated"), r.n("cases"))
		})
	case "repeat-complaints/repeats":
		return n.repeats()
	case "breaches/counts":
		return n.breaches()
	case "reasons/reasons", "reasons/carriers", "reasons/warehouses":
		return n.costs(strings.TrimSuffix(strings.TrimPrefix(table, "reasons/"), "s"))
	case "reasons/products":
		return n.products()
	case "liability/shares":
		return n.shares()
	case "liability/recoveries":
		g := n.groups("claims", "claimed", "accepted", "recovered", "written_off", "open")
		for _, c := range n.cases {
			for _, claim := range c.recoveries {
				if n.takes(c, c.OpenedAt) {
					r := g.of(c, c.OpenedAt, "party", claim.Party, "state", claim.State, "currency", claim.Currency)
					r.add("claims", 1)
					r.add("claimed", claim.Claimed)
					r.add("accepted", claim.Accepted)
					r.add("recovered", claim.Recovered)
					r.add("written_off", claim.WrittenOff)
					r.add("open", claim.Claimed-claim.Recovered-claim.WrittenOff)
				}
			}
		}
		return g.set(func(*row) {})
	case "refund-times/movements":
		return n.movements()
	case "abuse-decisions/bands", "abuse-decisions/flags", "abuse-decisions/reviews", "abuse-decisions/flag_reviews":
		return n.risks(table)
	case "satisfaction/survey":
		return n.survey()
	case "agents/agents":
		return n.agents()
	}
	panic(table)
}

func (n naive) clocks() []map[string]any {
	g := n.groups("cases", "met", "breached", "open", "dropped")
	for _, c := range n.cases {
		for _, name := range []dispute.ClockName{dispute.ClockFirstResponse, dispute.ClockResolution} {
			state, seconds := c.promise(name)
			if state == "" || !n.takes(c, c.OpenedAt) {
				continue
			}
			r := g.of(c, c.OpenedAt, "clock", string(name))
			r.add("cases", 1)
			r.add(state, 1)
			if seconds >= 0 {
				r.seconds[""] = append(r.seconds[""], seconds)
			}
		}
	}
	return g.set(func(r *row) {
		r.values["met_percent"] = part(r.n("met"), r.n("met")+r.n("breached"))
		r.values["median_hours"], r.values["p90_hours"] = at(r.seconds[""], 0.5), at(r.seconds[""], 0.9)
	})
}

func (n naive) again(c told, same func(o told) bool) bool {
	days := n.q.Days
	if days == 0 {
		days = 30
	}
	return slices.ContainsFunc(n.cases, func(o told) bool {
		earlier := o.OpenedAt.Before(c.OpenedAt) || o.OpenedAt.Equal(c.OpenedAt) && o.ID < c.ID
		return earlier && !o.OpenedAt.Before(c.OpenedAt.Add(-time.Duration(days)*24*time.Hour)) && same(o)
	})
}

func (c told) skus() map[string]string {
	out := map[string]string{}
	for _, l := range c.Lines {
		out[l.LineID] = ""
		if c.Facts.Order == nil {
			continue
		}
		for _, o := range c.Facts.Order.Lines {
			if o.LineID == l.LineID {
				out[l.LineID] = o.SKU
			}
		}
	}
	return out
}

func (n naive) repeats() []map[string]any {
	g := n.groups("cases", "same_customer", "same_order", "same_line", "same_product")
	for _, c := range n.cases {
		if !n.takes(c, c.OpenedAt) {
			continue
		}
		r := g.of(c, c.OpenedAt)
		r.add("cases", 1)
		mine := c.skus()
		for column, same := range map[string]func(o told) bool{
			"same_customer": func(o told) bool { return o.CustomerID == c.CustomerID },
			"same_order":    func(o told) bool { return o.OrderID == c.OrderID },
			"same_line": func(o told) bool {
				return o.OrderID == c.OrderID && slices.ContainsFunc(o.Lines, func(l dispute.Line) bool { _, ok := mine[l.LineID]; return ok })
			},
			"same_product": func(o told) bool {
				for _, sku := range mine {
					for _, other := range o.skus() {
						if sku != "" && sku == other && o.CustomerID == c.CustomerID {
							return true
						}
					}
				}
				return false
			},
		} {
			if n.again(c, same) {
				r.add(column, 1)
			}
		}
	}
	return g.set(func(*row) {})
}

func (n naive) breaches() []map[string]any {
	g := n.groups("breaches", "cases")
	for _, c := range n.cases {
		team, assignee := "", ""
		for _, e := range c.entries {
			if e.Type == dispute.EventAssigned {
				var to struct{ Team, Assignee string }
				if err := json.Unmarshal(e.Data, &to); err != nil {
					panic(err)
				}
				team, assignee = to.Team, to.Assignee
			}
			then := c
			then.Team, then.Assignee = team, assignee
			if e.Type != dispute.EventClockBreached || !n.takes(then, e.At) {
				continue
			}
			a := aboutOf(e)
			r := g.of(then, e.At, "clock", string(a.Clock), "owner", a.Owner, "on_expiry", e.Reason, "team", team)
			r.add("breaches", 1)
			r.cases[c.ID] = true
		}
	}
	return g.set(func(r *row) { r.values["cases"] = int64(len(r.cases)) })
}
