package dispute

import (
	"fmt"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

func TestDiffPolicies(t *testing.T) {
	t.Parallel()
	before, err := parse(t, secondPolicy(t))
	require.NoError(t, err)
	require.Zero(t, DiffPolicies(before, before))
	rows := []struct{ name, from, to, want string }{
		{"less time", "customer_info: {budget: 7d", "customer_info: {budget: 48h", "clock customer_info: the budget goes from 7d to 48h: less time for the customer"},
		{"more time", "customer_info: {budget: 7d", "customer_info: {budget: 8d", "clock customer_info: the budget goes from 7d to 8d: more time for the customer"},
		{"other unit", "customer_info: {budget: 7d", "customer_info: {budget: 7wd", "clock customer_info: the budget goes from 7d to 7wd: the customer is given 7 working days instead of 7 calendar days"},
		{"silence", "on_expiry: decide_for_customer", "on_expiry: escalate", "clock agent_decision: the outcome of silence goes from decide_for_customer to escalate"},
		{"limit", "automatic: 30000 ", "automatic: 20000 ", "limits: the automatic limit goes from 30000 to 20000: rules may give less without a person"},
		{"window", "window: {anchor: signing, days: 7} # 7-day rules art. 10: seven", "window: {anchor: signing, days: 15} # seven", "reason changed_mind, window: the number of days goes from 7 to 15: customers have longer"},
		{"window gone", "route: right\n    window: {anchor: signing, days: 7} # 7-day rules art. 10: seven", "route: person\n    # seven", "reason changed_mind: the window is gone: anchor signing, number of days 7"},
		{"route", "  defective:\n    route: offer", "  defective:\n    route: person", "reason defective: the route goes from offer to person: decided by a person instead of by an offer of the rules"},
		{"binds", "binds: opening_time", "binds: newest", "an open case goes by the newest version in force, not by the version in force when the case was opened"},
		{"list", "remedies: [order_amendment, refund]", "remedies: [refund]", "reason address_change: the list of remedies goes from [order_amendment, refund] to [refund]"},
		{"rule added", "exclusions:\n", "exclusions:\n  - {code: late, when: delivered_late, basis: ours}\n", "a new exclusion late: refused, if delivered_late (ours)"},
		{"shares", "shares: {customer: 100}", "shares: {customer: 50, merchant: 50}", "reason changed_mind, liability rule 1: the share of the merchant is now 50"},
		{"notice", "notices: {received: false}", "notices: {received: true}", "notice received: it is sent again"},
		{"variant", "claim.units > 3", "claim.units > 4", "refund, variant 1: the condition goes from claim.units > 3 to claim.units > 4"},
	}
	for _, row := range rows {
		t.Run(row.name, func(t *testing.T) {
			t.Parallel()
			text := secondPolicy(t)
			require.Contains(t, text, row.from)
			after, err := parse(t, strings.Replace(text, row.from, row.to, 1))
			require.NoError(t, err)
			lines := DiffPolicies(before, after).Lines(true)
			require.Contains(t, strings.Join(lines, "\n"), row.want)
			require.Equal(t, lines, DiffPolicies(before, after).Lines(true), "in the same order every time")
			require.Len(t, DiffPolicies(after, before).Lines(true), len(lines))
		})
	}
}

// A first format and its successor differ in what was added.
func TestDiffOfFormats(t *testing.T) {
	t.Parallel()
	first, err := parse(t, policyText(t))
	require.NoError(t, err)
	second, err := parse(t, secondPolicy(t))
	require.NoError(t, err)
	d := DiffPolicies(first, second)
	all := strings.Join(d.Lines(false), "\n")
	require.Contains(t, all, "the format goes from 1 to 2")
	require.Contains(t, all, "the version goes from 1 to 2")
	require.Contains(t, all, "a new clock appeal_window: budget 7d, owner customer, outcome of silence ruling_final")
	require.Contains(t, all, "a new set of opening hours desk: 09:00-12:00, 13:00-18:00 on working days, but friday: [09:00-12:00]")
	require.NotContains(t, all, "binds", "the first release went by the version of the opening too")
}

// Where rules come from is summed up, unless all of it is asked for.
func TestDiffOfBasis(t *testing.T) {
	t.Parallel()
	l, err := Embedded()
	require.NoError(t, err)
	first, err := l.Book("default@1")
	require.NoError(t, err)
	second, err := l.Book("default@3")
	require.NoError(t, err)
	d := DiffPolicies(first.Policy(), second.Policy())
	lines := d.Lines(false)
	require.Len(t, lines, len(d.Changes)+1)
	require.Equal(t, fmt.Sprintf("%d rules now name their basis", len(d.Basis)), lines[len(lines)-1])
	require.Contains(t, lines, `reason defective: a new proof step: the merchant shows report, if "durable" in claim.tags && `+
		`delivered.known && delivered.days_ago <= 184 && claim.paid > 30000 (CPL art. 23)`)
	require.Contains(t, d.Lines(true), "clock first_response: the basis is now WeChat")
	require.Contains(t, d.Lines(true), "the basis of limits.automatic is now ours")
	back := DiffPolicies(second.Policy(), first.Policy()).Lines(false)
	require.Equal(t, fmt.Sprintf("%d rules name no basis any more", len(d.Basis)), back[len(back)-1])
}

// A rule that comes before others leaves them what they are.
func TestDiffOfLists(t *testing.T) {
	t.Parallel()
	before, err := parse(t, secondPolicy(t))
	require.NoError(t, err)
	after := *before
	late := ExclusionRule{Code: "late", When: "delivered_late", Basis: "ours"}
	after.Exclusions = append([]ExclusionRule{late}, before.Exclusions...)
	require.Equal(t, []string{"a new exclusion late: refused, if delivered_late (ours)"}, DiffPolicies(before, &after).Lines(true))
	require.Equal(t, []string{"the exclusion late is gone: refused, if delivered_late (ours)"}, DiffPolicies(&after, before).Lines(true))
}
