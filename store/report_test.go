package store_test

import (
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"slices"
	"sort"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/redresshq/redress/dispute"
)

// author writes random cases through Record.
type author struct {
	t   *testing.T
	b   *bundle
	rnd *rand.Rand
}

func pick[T any](r *rand.Rand, from ...T) T { return from[r.IntN(len(from))] }

// writer is one case on its way.
type writer struct {
	*author
	c       dispute.Case
	at      time.Time
	number  int64
	pending []dispute.Entry
	open    map[dispute.ClockName]bool
	still   map[dispute.ClockName]bool
}

func (w *writer) pass() {
	w.at = w.at.Add(time.Duration(w.rnd.Int64N(int64(90 * time.Hour)))).Truncate(time.Microsecond)
}

func (w *writer) say(t dispute.EventType, reason string, by dispute.Actor, data map[string]any) {
	raw, err := json.Marshal(data)
	require.NoError(w.t, err)
	w.pending = append(w.pending, dispute.Entry{Type: t, At: w.at, Actor: by, Stage: w.c.Stage, Reason: reason, Data: raw})
}

func (w *writer) clock(t dispute.EventType, name dispute.ClockName) {
	owner := map[dispute.ClockName]string{dispute.ClockFirstResponse: "agent", dispute.ClockResolution: "agent",
		dispute.ClockCustomerResponse: "customer", dispute.ClockInspection: "warehouse"}[name]
	data := map[string]any{"clock": name, "owner": owner, "due_at": w.at.Add(time.Hour)}
	if name == dispute.ClockInspection {
		data["leg_id"] = "return-1"
	}
	w.say(t, pick(w.rnd, "breach", "extend"), dispute.System, data)
}

// laidAhead is how long before its time a question is laid ready.
const laidAhead = 73 * time.Hour

func (w *writer) layReady() {
	w.say(dispute.EventSurveyAsked, dispute.ReasonLaidReady, dispute.System, map[string]any{"asked_at": w.at.Add(laidAhead)})
}

// record writes what is pending; now and then the same batch again.
func (w *writer) record() {
	w.number++
	b := dispute.Batch{CaseID: w.c.ID, RunID: "run_1", Number: w.number, At: w.at, Opening: w.number == 1, Case: w.c, Entries: w.pending}
	if w.c.Stage == dispute.StageClosed {
		b.Gate = dispute.GateClosed
	}
	for range 1 + w.rnd.IntN(5)/4 {
		_, err := w.b.Record(w.t.Context(), b)
		require.NoError(w.t, err)
	}
	w.pending = nil
}

// write makes up one case and plays it.
func (a *author) write(i int) string {
	r := a.rnd
	c := newCase(fmt.Sprintf("case_%03d", i))
	c.Kind, c.Channel, c.ShopID = dispute.KindClaim, pick(r, dispute.ChannelInApp, dispute.ChannelEmail), pick(r, "shop_1", "shop_2")
	c.Reason = pick(r, dispute.ReasonDefective, dispute.ReasonNotReceived, dispute.ReasonWrongItem)
	c.PolicyVersion, c.Currency = pick(r, "default@1", "default@3"), pick(r, "CNY", "CNY", "USD")
	c.CustomerID, c.OrderID = fmt.Sprintf("cus_%d", r.IntN(8)), fmt.Sprintf("order_%d", i) // units of an order are claimed once
	if i > 5 && r.IntN(4) == 0 {
		c.OrderID, c.Reason = "order_same_"+fmt.Sprint(i%3), dispute.ReasonServiceAttitude
		c.Kind, c.Lines = dispute.KindComplaint, []dispute.Line{{LineID: fmt.Sprintf("line_%d", i), Quantity: 1}}
	} else {
		c.Lines = []dispute.Line{{LineID: "line_1", Quantity: 1 + r.IntN(3)}, {LineID: "line_2", Quantity: 1}}
	}
	w := &writer{author: a, c: c, at: noon.Add(time.Duration(r.Int64N(int64(100 * 24 * time.Hour)))).Truncate(time.Microsecond),
		open: map[dispute.ClockName]bool{}, still: map[dispute.ClockName]bool{}}
	w.c.OpenedAt = w.at
	w.say(dispute.EventOpened, "", dispute.System, nil)
	w.clock(dispute.EventClockStarted, dispute.ClockFirstResponse)
	w.open[dispute.ClockFirstResponse] = true
	w.record()
	for range 4 + r.IntN(14) {
		w.pass()
		w.step()
		if r.IntN(3) > 0 {
			w.record()
		}
	}
	if r.IntN(3) > 0 {
		w.finish()
	}
	w.record()
	return c.ID
}

func (w *writer) step() {
	r, agent := w.rnd, dispute.Actor{Role: dispute.RoleAgent, ID: "ann"}
	name := pick(r, dispute.ClockFirstResponse, dispute.ClockResolution, dispute.ClockResolution)
	switch r.IntN(13) {
	case 0:
		if !w.open[dispute.ClockResolution] { // accepted, or reopened
			w.clock(dispute.EventClockStarted, dispute.ClockResolution)
			w.open[dispute.ClockResolution] = true
			if w.c.AcceptedAt != nil {
				w.c.Reopened++
			}
			at := w.at
			w.c.AcceptedAt = &at
		}
	case 1:
		if w.open[name] && !w.still[name] {
			w.clock(dispute.EventClockSuspended, name)
			w.still[name] = true
		}
	case 2:
		if w.still[name] {
			w.clock(dispute.EventClockResumed, name)
			w.still[name] = false
		}
	case 3:
		if w.open[name] && !w.still[name] {
			w.clock(dispute.EventClockBreached, name)
			w.c.Breached = true
			if w.open[name] = name == dispute.ClockResolution && r.IntN(2) == 0; w.open[name] { // a new date
				w.clock(dispute.EventClockStarted, name)
			}
		}
	case 4:
		if w.open[name] && !w.still[name] {
			w.clock(dispute.EventClockMet, name)
			w.open[name] = false
		}
	case 5:
		w.say(pick(r, dispute.EventOfferMade, dispute.EventNote, dispute.EventNote, dispute.EventFact), "", agent, map[string]any{"customer": r.IntN(2) == 0})
	case 6:
		w.record()
		w.c.Team, w.c.Assignee = pick(r, "", "returns", "goods"), pick(r, "", "ann", "bob")
		w.say(dispute.EventAssigned, "", agent, map[string]any{"team": w.c.Team, "assignee": w.c.Assignee})
		w.record()
	case 7:
		w.clock(dispute.EventClockBreached, pick(r, dispute.ClockCustomerResponse, dispute.ClockInspection))
	case 8:
		w.order()
	case 9:
		w.decide()
	case 10, 11:
		w.pay()
	case 12:
		w.suspect()
		w.c.Liability = pick(r, nil, []dispute.Share{{Party: dispute.PartyMerchant, Percent: 100}},
			[]dispute.Share{{Party: dispute.PartyCarrier, Percent: 67}, {Party: dispute.PartyMerchant, Percent: 33}})
	}
}

func (w *writer) order() {
	o := &dispute.OrderFacts{OrderID: w.c.OrderID, Carrier: pick(w.rnd, "sf", "yto"), WarehouseID: pick(w.rnd, "wh-east", "")}
	for i, l := range w.c.Lines {
		o.Lines = append(o.Lines, dispute.OrderLine{LineID: l.LineID, SKU: fmt.Sprintf("sku_%d", i+w.rnd.IntN(3)), Quantity: 9})
	}
	w.c.Facts.Order = o
}

func (w *writer) decide() {
	d := dispute.Decision{ID: fmt.Sprint("decision-", len(w.c.Decisions)+1), MadeAt: w.at, Author: dispute.Actor{Role: pick(w.rnd, dispute.RoleAgent, dispute.RoleSystem)},
		State: pick(w.rnd, dispute.DecisionInForce, dispute.DecisionInForce, dispute.DecisionRefused)}
	if w.rnd.IntN(4) == 0 {
		d.Reject = &dispute.Rejection{Code: "not_covered"}
	}
	w.c.Decisions = append(w.c.Decisions, d)
	w.say(dispute.EventDecided, "", d.Author, nil)
}

// pay asks for a movement of money, or settles one.
func (w *writer) pay() {
	r := w.rnd
	for i := range w.c.Legs {
		if l := &w.c.Legs[i]; l.State == dispute.MoneyRequested && r.IntN(2) == 0 {
			at := w.at
			l.State, l.Money.SettledAt = pick(r, dispute.MoneySucceeded, dispute.MoneySucceeded, dispute.MoneyFailed), &at
			return
		}
	}
	at, n := w.at, len(w.c.Legs)+1
	l := dispute.Leg{ID: fmt.Sprint("refund-", n), Type: dispute.LegRefund, State: dispute.MoneyRequested, Money: &dispute.MoneyLeg{
		Key: fmt.Sprintf("%s/refund-%d/1", w.c.ID, n), RequestedAt: &at, Amount: dispute.Money{Currency: pick(r, w.c.Currency, w.c.Currency, w.c.Currency, "EUR")}}}
	if r.IntN(3) == 0 {
		l.ID, l.Type, l.Money.Form = fmt.Sprint("compensation-", n), dispute.LegCompensation, pick(r, "", dispute.FormPayout, dispute.FormCoupon)
		l.Money.Amount.Amount = 1 + r.Int64N(9999)
	} else {
		for _, id := range []string{w.c.Lines[0].LineID, dispute.ShippingLine} {
			part := dispute.LineAmount{LineID: id, Amount: 1 + r.Int64N(20000)}
			l.Money.Lines = append(l.Money.Lines, part)
			l.Money.Amount.Amount += part.Amount
		}
	}
	w.c.Legs = append(w.c.Legs, l)
}

func (w *writer) finish() {
	w.pass()
	w.c.Stage, w.c.Outcome = dispute.StageFollowUp, dispute.OutcomeResolved
	w.say(dispute.EventFollowUp, "", dispute.System, nil)
	for _, name := range []dispute.ClockName{dispute.ClockFirstResponse, dispute.ClockResolution} {
		if w.open[name] && w.rnd.IntN(4) > 0 { // the others end with the case
			w.clock(dispute.EventClockMet, name)
		}
	}
	if w.rnd.IntN(3) > 0 {
		w.pass()
		switch w.rnd.IntN(3) {
		case 0: // asked now
			w.say(dispute.EventSurveyAsked, "", dispute.System, nil)
		case 1: // laid ready, and asked in its time
			w.layReady()
		default: // laid ready and taken back, with or without another
			w.layReady()
			w.say(dispute.EventClockMet, dispute.ReasonNotAsked, dispute.System, map[string]any{"clock": dispute.ClockSurvey})
			if w.rnd.IntN(2) == 0 {
				w.layReady()
			}
		}
		w.record()
		if w.pass(); w.rnd.IntN(2) == 0 {
			w.c.Survey = &dispute.SurveyAnswer{Score: 1 + w.rnd.IntN(5), At: w.at}
		}
	}
	w.pass()
	at := w.at
	w.c.Stage, w.c.ClosedAt, w.c.ResolvedAt = dispute.StageClosed, &at, &at
	w.say(dispute.EventClosed, "", dispute.System, nil)
}

// claimBack writes claims against carrier and supplier.
func (a *author) claimBack(c *told) {
	conn := a.b.super(a.t)
	for n, party := range []string{"carrier", "supplier"} {
		if a.rnd.IntN(3) > 0 {
			continue
		}
		r := recovery{Party: party, State: pick(a.rnd, "claim_filed", "recovered", "written_off"), Currency: pick(a.rnd, c.Currency, c.Currency, "EUR"), Claimed: 1 + a.rnd.Int64N(9000)}
		if r.State != "claim_filed" {
			r.Recovered = a.rnd.Int64N(r.Claimed + 1)
			r.WrittenOff, r.Accepted = r.Claimed-r.Recovered, r.Recovered
		}
		_, err := conn.Exec(a.t.Context(), `INSERT INTO recoveries (id, case_id, shop_id, party, number, state, waiting_on, policy_version, currency, claimed, accepted,
				recovered, written_off, doc, version, opened_at, closed_at)
			VALUES ($1, $2, 'shop_1', $3, $4, $5, 'none', 'default@3', $6, $7, $8, $9, $10, '{}', 1, now(), CASE WHEN $5 = 'claim_filed' THEN NULL ELSE now() END)`,
			fmt.Sprintf("%s-%s-%d", c.ID, party, n+1), c.ID, party, n+1, r.State, r.Currency, r.Claimed, r.Accepted, r.Recovered, r.WrittenOff)
		require.NoError(a.t, err)
		c.recoveries = append(c.recoveries, r)
	}
}

// countedTables are the tables that are counted again.
var countedTables = []string{"service-levels/clocks", "service-levels/cases", "repeat-complaints/repeats", "breaches/counts", "reasons/reasons",
	"reasons/carriers", "reasons/warehouses", "reasons/products", "liability/shares", "liability/recoveries", "refund-times/movements", "abuse-decisions/bands",
	"abuse-decisions/flags", "abuse-decisions/reviews", "abuse-decisions/flag_reviews", "satisfaction/survey", "agents/agents"}

// Every report is what a naive count over all cases and their timelines gives, for
// random cases written through Record and random questions.
func TestReportsAreWhatANaiveCountGives(t *testing.T) {
	t.Parallel()
	for seed := range uint64(6) {
		t.Run(fmt.Sprint(seed), func(t *testing.T) {
			t.Parallel()
			b := setup(t)
			a := &author{t: t, b: b, rnd: rand.New(rand.NewPCG(seed, 42))}
			var ids []string
			for i := range 70 {
				ids = append(ids, a.write(i))
			}
			all := b.tell(t, ids)
			for i := range all {
				a.claimBack(&all[i])
			}
			for range 25 {
				b.compare(t, all, a.question())
			}
			b.forget(t) // as if they had been there before the reports
			for {
				n, err := b.BackfillReports(t.Context(), 30)
				require.NoError(t, err)
				if n == 0 {
					break
				}
			}
			q := dispute.ReportQuery{Zone: "Asia/Shanghai", GroupBy: []string{"reason"}}
			for _, table := range countedTables {
				if table != "breaches/counts" { // who had the case then is not known any more
					b.compareTable(t, all, q, table)
				}
			}
		})
	}
}

func (a *author) question() dispute.ReportQuery {
	r, q := a.rnd, dispute.ReportQuery{Zone: pick(a.rnd, "Asia/Shanghai", "America/New_York", "UTC")}
	day := func() string { return noon.AddDate(0, 0, r.IntN(120)-5).Format(time.DateOnly) }
	if r.IntN(2) == 0 {
		q.From = day()
	}
	if q.To = day(); r.IntN(2) == 0 || q.To < q.From {
		q.To = ""
	}
	q.Days = pick(r, 0, 1, 7, 90)
	for _, set := range []func(){
		func() { q.Team = "returns" }, func() { q.Assignee = "ann" }, func() { q.Channel = dispute.ChannelEmail },
		func() { q.Reason = dispute.ReasonDefective }, func() { q.ShopID = "shop_1" }, func() { q.Policy = "default@3" }, func() { q.Kind = dispute.KindClaim },
	} {
		if r.IntN(6) == 0 {
			set()
		}
	}
	for _, g := range []string{"team", "reason", "week", "month", "day", "assignee", "channel", "shop_id", "policy", "kind"} {
		if r.IntN(6) == 0 && len(q.GroupBy) < 4 {
			q.GroupBy = append(q.GroupBy, g)
		}
	}
	return q
}

func (b *bundle) tell(t *testing.T, ids []string) []told {
	t.Helper()
	var all []told
	for _, id := range ids {
		rec, err := b.GetCase(t.Context(), id)
		require.NoError(t, err)
		entries, err := b.Timeline(t.Context(), id, 0, 0)
		require.NoError(t, err)
		all = append(all, told{Case: rec.Case, entries: entries})
	}
	return all
}

// forget empties the reports.
func (b *bundle) forget(t *testing.T) {
	t.Helper()
	_, err := b.super(t).Exec(t.Context(), `DELETE FROM report_lines; DELETE FROM report_money; DELETE FROM report_shares; DELETE FROM report_breaches;
		DELETE FROM report_cases; INSERT INTO report_todo SELECT id FROM cases`)
	require.NoError(t, err)
}

func (b *bundle) compare(t *testing.T, all []told, q dispute.ReportQuery) {
	t.Helper()
	for _, table := range countedTables {
		b.compareTable(t, all, q, table)
	}
}

func (b *bundle) compareTable(t *testing.T, all []told, q dispute.ReportQuery, table string) {
	t.Helper()
	name := table[:slices.Index([]byte(table), '/')]
	zone, err := time.LoadLocation(q.Zone)
	require.NoError(t, err)
	q.Name, q.Limit = dispute.ReportName(name), dispute.MaxReportRows
	report, err := b.Report(t.Context(), q)
	require.NoError(t, err, table)
	got := report.Table(table[len(name)+1:])
	require.NotNil(t, got, table)
	require.False(t, got.Truncated)
	want := naive{q, all, zone}.count(table)
	if len(want) == 0 && len(got.Rows) == 1 && len(q.GroupBy) == 0 { // nothing grouped by nothing is one row of zeros
		return
	}
	require.Equal(t, lines(t, want), lines(t, got.Rows), "%s of %+v", table, q)
}

// lines are rows as sorted text.
func lines(t *testing.T, rows []map[string]any) []string {
	t.Helper()
	out := make([]string, len(rows))
	for i, r := range rows {
		raw, err := json.Marshal(r)
		require.NoError(t, err)
		out[i] = string(raw)
	}
	sort.Strings(out)
	return out
}
