package dispute

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

func TestDiffPolicies(t *testing.T) {
	t.Parallel()
	before, err := parse(t, secondPolicy(t))
	require.NoError(t, err)
	require.Empty(t, DiffPolicies(before, before))
	rows := []struct{ name, from, to, want string }{
		{"less time", "customer_info: {budget: 7d", "customer_info: {budget: 48h", "clocks.customer_info.budget: 7d -> 48h: less time for the customer"},
		{"more time", "customer_info: {budget: 7d", "customer_info: {budget: 8d", "clocks.customer_info.budget: 7d -> 8d: more time for the customer"},
		{"other unit", "customer_info: {budget: 7d", "customer_info: {budget: 7wd", "clocks.customer_info.budget: 7d -> 7wd: the customer is given 7 working days instead of 7 calendar days"},
		{"silence", "on_expiry: decide_for_customer", "on_expiry: escalate", "clocks.agent_decision.on_expiry: decide_for_customer -> escalate: the silence of the agent brings something else"},
		{"limit", "automatic: 30000 ", "automatic: 20000 ", "limits.automatic: 30000 -> 20000: rules may give less without a person"},
		{"window", "window: {anchor: signing, days: 7} # 7-day rules art. 10: seven", "window: {anchor: signing, days: 15} # seven", "reasons.changed_mind.window.days: 7 -> 15: customers have longer"},
		{"window gone", "route: right\n    window: {anchor: signing, days: 7} # 7-day rules art. 10: seven", "route: person\n    # seven", "reasons.changed_mind.window: removed {anchor: signing, days: 7}"},
		{"route", "  defective:\n    route: offer", "  defective:\n    route: person", "reasons.defective.route: offer -> person: decided by a person instead of by an offer of the rules"},
		{"binds", "binds: opening_time", "binds: newest", "binds: opening_time -> newest: open cases go by the newest version in force"},
		{"list", "remedies: [order_amendment, refund]", "remedies: [refund]", "reasons.address_change.remedies: [order_amendment, refund] -> [refund]"},
		{"rule added", "exclusions:\n", "exclusions:\n  - {code: late, when: delivered_late, basis: ours}\n", "exclusions[1]: added {code: custom_made"},
		{"shares", "shares: {customer: 100}", "shares: {customer: 50, merchant: 50}", "reasons.changed_mind.liability[0].shares.merchant: added 50"},
		{"notice", "notices: {received: false}", "notices: {received: true}", "notices.received: false -> true"},
		{"variant", "claim.units > 3", "claim.units > 4", "refund.variants[0].when: claim.units > 3 -> claim.units > 4"},
	}
	for _, row := range rows {
		t.Run(row.name, func(t *testing.T) {
			t.Parallel()
			text := secondPolicy(t)
			require.Contains(t, text, row.from)
			after, err := parse(t, strings.Replace(text, row.from, row.to, 1))
			require.NoError(t, err)
			lines := DiffPolicies(before, after)
			require.Contains(t, strings.Join(lines, "\n"), row.want)
			require.Equal(t, lines, DiffPolicies(before, after), "in the same order every time")
			require.Len(t, DiffPolicies(after, before), len(lines))
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
	all := strings.Join(DiffPolicies(first, second), "\n")
	require.Contains(t, all, "version: 1 -> 2")
	require.Contains(t, all, "clocks.appeal_window: added {budget: 7d, owner: customer, on_expiry: ruling_final}: a new clock")
	require.Contains(t, all, "hours.desk: added {days: working, open: [09:00-12:00, 13:00-18:00], weekdays: {friday: [09:00-12:00]}}")
}
