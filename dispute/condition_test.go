package dispute

import (
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

// bookOf is the default policy with one condition compiled beside its own.
func bookOf(t testing.TB, when string) *Rulebook {
	t.Helper()
	c, problems := compileCondition(when)
	require.Empty(t, problems, when)
	b := book(t, "default@1")
	return &Rulebook{policy: b.policy, calendar: b.calendar, conditions: conditions{when: c}}
}

func TestConditionsHold(t *testing.T) {
	t.Parallel()
	tagged := func(c *Case) {
		c.Facts.Order.Lines[0].Tags, c.Facts.Order.Lines[0].Category = []string{"custom_made", "food"}, "kitchen"
	}
	rows := []struct {
		when   string
		change func(*Case)
		holds  bool
	}{
		{``, nil, true},
		{`true`, nil, true},
		{`case.kind == "return"`, nil, true},
		{`case.kind != "return"`, nil, false},
		{`case.reason in ["defective", "damaged_in_transit"]`, nil, true},
		{`"return_refund" in case.requested && size(case.requested) == 1`, nil, true},
		{`case.currency == "CNY"`, nil, true},
		{`claim.units == 2 && claim.paid == 12900`, nil, true},
		{`order.known && claim.paid * 100 > order.total * 50`, nil, true},
		{`"custom_made" in claim.tags`, nil, false},
		{`"custom_made" in claim.tags && "kitchen" in claim.categories`, tagged, true},
		{`claim.tags.exists(t, t.startsWith("custom"))`, tagged, true},
		{`claim.tags.all(t, t != "food")`, tagged, false},
		{`order.known && order.shipping_paid == 800 && order.total == 23700`, nil, true},
		{`order.known`, func(c *Case) { c.Facts.Order = nil }, false},
		{`!order.known && order.total == 0 && order.placed_at < timestamp("1900-01-01T00:00:00Z")`, func(c *Case) { c.Facts.Order = nil }, true},
		{`delivered.known && delivered.days_ago == 2`, nil, true},
		{`delivered.known && delivered.days_ago == 1`, func(c *Case) { c.Facts.Order.DeliveredAt = ptr(utc("2026-09-20T16:00:00Z")) }, true}, // the 21st in Shanghai
		{`delivered.known && promised.known && delivered.at < promised.at`, func(c *Case) { c.Facts.Order.PromisedBy = ptr(utc("2026-09-21T00:00:00Z")) }, true},
		{`promised.known || dispatched.known || dispatched.late`, nil, false},
		{`delivered.known && case.opened_at - delivered.at > duration("24h")`, nil, true},
		{`trace.known && trace.status == "delivered" && !trace.damage_reported`, nil, true},
		{`trace.known`, func(c *Case) { c.Facts.Trace = &TraceFacts{Status: ParcelUnknown} }, false},
		{`payment.known && !payment.chargeback_open && payment.refunded_elsewhere == 0`, nil, true},
		{`history.known && history.cases_90_days >= 3 && history.open_cases < 1`, func(c *Case) { c.Facts.History.Cases90Days = 3 }, true},
		{`evidence.types == ["photo", "statement"]`, nil, true},
		{`proof.customer == "none" && proof.merchant == "none"`, nil, true},
		{`proof.merchant == "failed"`, func(c *Case) {
			c.Proof = []ProofStep{{Party: PartyMerchant, State: ProofMet, Rule: "r/1"}, {Party: PartyMerchant, State: ProofFailed, Rule: "r/2"}}
		}, true},
		{`inspection.differs`, func(c *Case) {
			c.Legs = []Leg{{Return: &ReturnLeg{Differences: []ReturnDifference{{}}}}}
		}, true},
		{`not_traced || carrier_lost || damage_reported || packed_short || dispatched_late || delivered_late`, nil, false},
		{`carrier_delivered ? claim.units > 1 : false`, nil, true},
		// What cannot be worked out does not hold, nor does its denial.
		{`order.known && order.total * 9223372036854775807 > 0`, nil, false},
		{`order.known && !(order.total * 9223372036854775807 > 0)`, nil, false},
		{`timestamp(case.currency) == case.opened_at`, nil, false},
	}
	for _, row := range rows {
		t.Run(row.when, func(t *testing.T) {
			t.Parallel()
			c := damagedReturn()
			if row.change != nil {
				row.change(c)
			}
			b := book(t, "default@1")
			if row.when != "" {
				b = bookOf(t, row.when)
			}
			require.Equal(t, row.holds, b.holds(row.when, c))
			require.Equal(t, row.when == "", b.holds(row.when, nil), "without a case")
		})
	}
}

// Each row is a condition that may not stand in a policy, with where and why.
func TestConditionsRefused(t *testing.T) {
	t.Parallel()
	rows := []struct {
		when   string
		column int
		want   string
	}{
		{`case.kin == "return"`, 5, `there is no fact or function "case.kin" (did you mean case.kind?)`},
		{`order_known`, 1, "did you mean order.known?"},
		{`case.kind == 3`, 11, "== does not fit (string, int)"},
		{`claim.units`, 1, "expected a condition that is true or false, found a value of type int"},
		{`case.kind == `, 14, "mismatched input"},
		{`case.kind == "retrun"`, 14, `expected one of claim, complaint`},
		{`case.reason in ["defective", "boredom"]`, 30, `found "boredom"`},
		{`"ready" == trace.status`, 1, `found "ready"`},
		{`case.kind.matches("a+")`, 18, "matches"},
		{`size(string(claim.units)) > 1`, 12, "string"},
		{`claim.tags[0] == "a"`, 11, "["},
		{`claim.tags.map(t, t)[0] == "a"`, 15, "map"},
		{`[1,2,3].exists(a, [1].exists(b, [1].exists(c, a == b && b == c)))`, 43, "nest"},
		{`case.opened_at.getHours() > 3`, 24, "getHours"},
		{`timestamp("yesterday") < case.opened_at`, 11, "timestamp"},
		{`duration("1 day") < duration("1h")`, 10, "duration"},
		{`delivered.days_ago <= 7`, 10, "expected delivered.known in the condition too: an unknown delivered.days_ago is 0"},
		{`order.known && claim.units > 1 && promised.at < order.placed_at`, 43, "expected promised.known in the condition too: an unknown promised.at is in the year 1"},
		{`claim.paid > 1000 && !(history.cases_90_days < 3)`, 31, "expected history.known in the condition too"},
		{strings.Repeat("(", 60) + "true" + strings.Repeat(")", 60), 1, "recursion"},
		{`true` + strings.Repeat(` && true`, 200), 1, "at most 1000 characters, found 1604"},
		{`claim.tags.all(a, claim.tags.all(b, a != b))`, 1, "costs at most"},
		{"\x00", 1, ""},
		{"\xff\xfe", 1, ""},
	}
	for _, row := range rows {
		t.Run(row.when[:min(len(row.when), 40)], func(t *testing.T) {
			t.Parallel()
			_, problems := compileCondition(row.when)
			require.NotEmpty(t, problems)
			require.Contains(t, problems[0].Message, row.want)
			require.Equal(t, row.column, problems[0].Column, problems[0].Message)
			require.Equal(t, CodeInvalid, CodeOf(CheckCondition(row.when)))
		})
	}
}

// Every fact of the table can be asked for, and has its type for an empty case.
func TestEveryFactOfTheTable(t *testing.T) {
	t.Parallel()
	literal := map[FactType]string{FactBool: "true", FactInt: "7", FactText: `""`, FactTexts: `[""]`, FactTime: `timestamp("2026-01-01T00:00:00Z")`}
	seen := map[string]bool{}
	for _, f := range PolicyFacts() {
		require.False(t, seen[f.Name], f.Name)
		seen[f.Name] = true
		require.NotEmpty(t, f.Meaning, f.Name)
		known := "true"
		if f.guard() != "" {
			known = f.guard() + " in [true, false]"
		}
		when := known + " && " + f.Name + " == " + literal[f.Type]
		b := bookOf(t, when)
		b.holds(when, &Case{})
		require.NotPanics(t, func() { f.value(&Case{}, time.UTC); f.value(damagedReturn(), time.UTC) }, f.Name)
		c, problems := compileCondition(known + " && " + f.Name + " != " + literal[f.Type] + " || true")
		require.Empty(t, problems, f.Name)
		holds, err := c.evaluate(&Case{}, time.UTC)
		require.NoError(t, err, f.Name)
		require.True(t, holds, f.Name)
	}
}

// Books are shared: conditions are worked out by many at once.
func TestConditionsConcurrently(t *testing.T) {
	t.Parallel()
	when := `case.kind == "return" && claim.units == 2`
	b := bookOf(t, when)
	var group sync.WaitGroup
	for range 8 {
		group.Go(func() {
			for range 50 {
				require.True(t, b.holds(when, damagedReturn()))
			}
		})
	}
	group.Wait()
}

func FuzzCondition(f *testing.F) {
	for _, when := range []string{`case.kind == "return"`, `claim.tags.exists(t, t == "a") && order.total > 3`, `((((`, `"\u0000"`, `1 +`, `a.b.c.d`, `[[[[`,
		`claim.tags.all(a, a in claim.tags)`, `duration("1s")`, `true ? false : true`} {
		f.Add(when)
	}
	c := damagedReturn()
	f.Fuzz(func(t *testing.T, when string) {
		start := time.Now()
		compiled, problems := compileCondition(when)
		if compiled == nil {
			require.NotEmpty(t, problems)
			for _, p := range problems {
				require.Positive(t, p.Line)
				require.Positive(t, p.Column)
				require.NotEmpty(t, p.Message)
			}
		} else {
			for _, about := range []*Case{c, {}} {
				holds, err := compiled.evaluate(about, time.UTC)
				require.False(t, holds && err != nil)
			}
		}
		require.Less(t, time.Since(start), 5*time.Second)
	})
}
