package dispute

import (
	"testing"

	"github.com/stretchr/testify/require"
)

// The first variant whose condition holds replaces what it names, and no more.
func TestVariants(t *testing.T) {
	t.Parallel()
	p := *book(t, "default@1").policy
	p.Clocks = map[ClockName]ClockRule{ClockFirstResponse: {
		Budget: "48h", Levels: []string{"1h"}, Hours: "desk", CountFrom: CountNextDay, Remind: []string{"4h"}, OnExpiry: SilenceBreach, Basis: "a",
		Variants: []ClockVariant{
			{When: "carrier_lost", Budget: "1h"},
			{When: "damage_reported", Budget: "24h", Remind: []string{}, Basis: "b"},
			{When: "carrier_delivered", Hours: "night", CountFrom: CountAtOnce, OnExpiry: "x"},
		},
	}}
	p.Limits = Limits{Automatic: 1, Agent: 2, Compensation: 3, CompensationCap: 4,
		Variants: []LimitVariant{{When: "damage_reported", Agent: ptr(int64(20)), CompensationCap: ptr(int64(0))}, {When: "carrier_delivered", Automatic: ptr(int64(9))}}}
	p.Refund = RefundRule{FreeShipping: "keep", Gifts: "keep", OutboundFreight: "merchant",
		Variants: []RefundVariant{{When: "damage_reported", Gifts: "return"}, {When: "carrier_delivered", OutboundFreight: "customer", FreeShipping: "claw_back"}}}
	b := newRulebook(&p, calendars(t), nil)
	damaged := of(damagedReturn(), func(c *Case) { c.Facts.Trace.DamageReported = true })
	plain := of(damagedReturn(), func(c *Case) { c.Facts.Trace = nil })

	base, ok := b.clockRule(nil, ClockFirstResponse)
	require.True(t, ok)
	require.Equal(t, p.Clocks[ClockFirstResponse], base)
	same, _ := b.clockRule(plain, ClockFirstResponse)
	require.Equal(t, base, same)

	rule, _ := b.clockRule(damaged, ClockFirstResponse)
	require.Equal(t, "24h", rule.Budget)
	require.Empty(t, rule.Levels, "a variant's budget is that of every round")
	require.Empty(t, rule.Remind)
	require.Equal(t, "b", rule.Basis)
	require.Equal(t, "desk", rule.Hours)
	rule, _ = b.clockRule(damagedReturn(), ClockFirstResponse)
	require.Equal(t, ClockRule{Budget: "48h", Levels: []string{"1h"}, Hours: "night", CountFrom: CountAtOnce, Remind: []string{"4h"},
		OnExpiry: "x", Basis: "a", Variants: base.Variants}, rule)
	_, ok = b.clockRule(damaged, ClockSurvey)
	require.False(t, ok)

	require.Equal(t, p.Limits, b.limits(nil))
	got := b.limits(damaged)
	require.Equal(t, []int64{1, 20, 3, 0}, []int64{got.Automatic, got.Agent, got.Compensation, got.CompensationCap})
	require.Equal(t, int64(9), b.limits(damagedReturn()).Automatic)

	require.Equal(t, p.Refund, b.refundRule(nil))
	require.Equal(t, "return", b.refundRule(damaged).Gifts)
	require.Equal(t, "keep", b.refundRule(damaged).FreeShipping)
	r := b.refundRule(damagedReturn())
	require.Equal(t, []string{"claw_back", "keep", "customer"}, []string{r.FreeShipping, r.Gifts, r.OutboundFreight})
	require.Equal(t, int64(1), p.Limits.Automatic, "the policy itself stays as it is")
}
