package dispute

import (
	"testing"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"
)

// drawCase makes a case of any legal kind and reason with any facts.
func drawCase(rt *rapid.T) *Case {
	c := drawOrder(rt)
	c.Kind = rapid.SampledFrom([]Kind{KindReturn, KindExchange, KindRepair, KindClaim, KindComplaint, KindOrderChange}).Draw(rt, "kind")
	c.Reason = rapid.SampledFrom(LegalReasons(c.Kind)).Draw(rt, "reason")
	c.RequestedRemedy = rapid.SliceOfNDistinct(rapid.SampledFrom(fittingRemedies[c.Kind]), 0, 2, rapid.ID[RemedyType]).Draw(rt, "requested")
	f := &c.Facts
	f.History.Cases90Days = rapid.IntRange(0, 12).Draw(rt, "cases")
	f.Payment.ChargebackOpen = rapid.Bool().Draw(rt, "chargeback")
	f.Payment.RefundedElsewhere = rapid.Int64Range(0, 50000).Draw(rt, "elsewhere")
	f.Trace.Status = rapid.SampledFrom([]ParcelStatus{ParcelInTransit, ParcelDelivered, ParcelLost, ParcelUnknown}).Draw(rt, "parcel")
	if rapid.Bool().Draw(rt, "no order") {
		f.Order = nil
	}
	if rapid.Bool().Draw(rt, "no delivery date") {
		f.Trace.DeliveredAt = nil
		if f.Order != nil {
			f.Order.DeliveredAt = nil
		}
	}
	return c
}

// Laws 2 and 7: what no person decided is inside the automatic limit, without a
// risk flag, without an open chargeback, on a known order; what is given can be
// planned, and never comes to more than was captured.
func TestRulesNeverPayAboveTheirLimits(t *testing.T) {
	t.Parallel()
	b := book(t, "default")
	rapid.Check(t, func(rt *rapid.T) {
		c := drawCase(rt)
		assessed := b.Assess(c, c.OpenedAt)
		c.Risk, c.Liability = assessed.Risk, assessed.Liability
		silent := b.Silence(c, Clock{Name: ClockAgentDecision})
		require.Equal(rt, silent.Outcome == SilenceForCustomer, len(silent.Remedies) > 0)
		require.Equal(rt, assessed.Route != RoutePerson, len(assessed.Remedies) > 0)
		for _, given := range [][]Remedy{assessed.Remedies, silent.Remedies} {
			if len(given) == 0 {
				continue
			}
			require.NotNil(rt, c.Facts.Order)
			require.Empty(rt, assessed.Risk.Flags)
			require.False(rt, c.Facts.Payment.ChargebackOpen)
			if b.reason(c.Reason).Window != nil {
				require.NotNil(rt, c.signedAt(), "never a silent yes without a delivery date")
			}
			total, newMoney, err := totals(c, given)
			require.NoError(rt, err)
			require.LessOrEqual(rt, total.Amount, b.policy.Limits.Automatic)
			require.LessOrEqual(rt, newMoney.Amount, b.policy.Limits.Compensation)
			plan := b.Plan(c, given)
			require.Nil(rt, plan.Refused)
			sum := int64(0)
			for _, leg := range plan.Legs {
				if leg.Money != nil {
					sum += leg.Money.Amount.Amount
				}
			}
			require.Equal(rt, total.Amount, sum)
			captured := int64(0)
			for _, p := range c.Facts.Order.Payments {
				captured += p.Captured
			}
			require.LessOrEqual(rt, sum, captured-c.Facts.Payment.RefundedElsewhere)
		}
	})
}

// Law 5: the same facts have the same ruling.
func TestRulingsRepeat(t *testing.T) {
	t.Parallel()
	b := book(t, "default")
	rapid.Check(t, func(rt *rapid.T) {
		c := drawCase(rt)
		require.Equal(rt, b.Assess(c, c.OpenedAt), b.Assess(c, c.OpenedAt))
		require.Equal(rt, b.Admit(c), b.Admit(c))
	})
}
