package dispute

import (
	"slices"
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
	c.OpenedAt = c.OpenedAt.AddDate(0, 0, rapid.IntRange(0, 400).Draw(rt, "later"))
	tags := rapid.SliceOfNDistinct(rapid.SampledFrom([]string{"durable", "custom_made", "sealed_media"}), 0, 1, rapid.ID[string]).Draw(rt, "tags")
	for i := range f.Order.Lines {
		f.Order.Lines[i].Tags = tags
	}
	for i := range rapid.IntRange(0, 2).Draw(rt, "steps") {
		state := rapid.SampledFrom([]ProofState{ProofMet, ProofFailed}).Draw(rt, "state")
		answered(c, []Party{PartyMerchant, PartyCustomer}[i], state, i+1)
	}
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
// planned, and never comes to more than was captured. Liability sums to 100 or is
// not found.
func TestRulesNeverPayAboveTheirLimits(t *testing.T) {
	t.Parallel()
	for _, b := range bothBooks(t) {
		t.Run(b.Version(), func(t *testing.T) {
			t.Parallel()
			rapid.Check(t, func(rt *rapid.T) { neverAbove(rt, b, drawCase(rt)) })
		})
	}
}

func neverAbove(rt *rapid.T, b *Rulebook, c *Case) {
	assessed := b.Assess(c, c.OpenedAt)
	require.NoError(rt, CheckShares(assessed.Liability))
	for _, s := range assessed.Liability {
		require.Equal(rt, b.policy.Format >= 2, s.Basis != "", s.Rule)
	}
	c.Risk, c.Liability = assessed.Risk, assessed.Liability
	silent := b.Silence(c, Clock{Name: ClockAgentDecision})
	require.Equal(rt, silent.Outcome == SilenceForCustomer, len(silent.Remedies) > 0)
	for _, r := range silent.Remedies {
		require.True(rt, b.policy.Format < 2 || slices.Contains(b.policy.Kinds[c.Kind].Offer, r.Type), "silence gives %s, which no rule offers a %s", r.Type, c.Kind)
	}
	require.Equal(rt, assessed.Route == RouteOffer || assessed.Route == RouteDecide, len(assessed.Remedies) > 0)
	require.Equal(rt, assessed.Route == RouteProve, assessed.Proof != nil)
	require.Equal(rt, assessed.Route == RoutePerson, assessed.Explanation != nil)
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
		excluded, _ := b.excluded(c)
		require.Nil(rt, excluded)
		total, newMoney, err := totals(c, given)
		require.NoError(rt, err)
		require.LessOrEqual(rt, total.Amount, b.limits(c).Automatic)
		require.LessOrEqual(rt, newMoney.Amount, b.limits(c).Compensation)
		plan := b.Plan(c, given)
		require.Nil(rt, plan.Refused)
		sum, goods := int64(0), int64(0)
		for _, leg := range plan.Legs {
			if leg.Replacement != nil {
				goods += leg.Replacement.Value.Amount
			}
			if leg.Money != nil {
				sum += leg.Money.Amount.Amount
			}
		}
		require.Equal(rt, total.Amount, sum)
		captured := int64(0)
		for _, p := range c.Facts.Order.Payments {
			captured += p.Captured
		}
		require.LessOrEqual(rt, sum+goods, max(captured-c.Facts.Payment.RefundedElsewhere, 0), "money and goods are not given for the same units")
		require.LessOrEqual(rt, sum+goods, b.limits(c).Automatic)
	}
	neverUnseen(rt, b, c)
}

// neverUnseen: goods that nobody looked at are refunded by silence inside the
// limit and without a flag only.
func neverUnseen(rt *rapid.T, b *Rulebook, c *Case) {
	plan := b.Plan(c, []Remedy{{Type: RemedyReturnRefund}})
	if plan.Refused != nil || len(plan.Legs) == 0 || plan.Legs[0].Return == nil {
		return
	}
	c.Legs = plan.Legs
	c.Legs[0].Return.ParcelStatus = rapid.SampledFrom([]ParcelStatus{ParcelLost, ParcelInTransit, ""}).Draw(rt, "return parcel")
	waiting := int64(0)
	for _, leg := range c.Legs {
		if leg.Money != nil {
			waiting += leg.Money.Amount.Amount
		}
	}
	for _, name := range []ClockName{ClockReceiptConfirmation, ClockReturnTransit} {
		s := b.Silence(c, Clock{Name: name, LegID: c.Legs[0].ID})
		if s.Outcome != SilenceRefund {
			require.Contains(rt, []string{SilenceAgent, SilenceTrace}, s.Outcome)
			continue
		}
		require.LessOrEqual(rt, waiting, b.limits(c).Automatic)
		require.Empty(rt, b.risk(c).Flags)
		require.False(rt, c.Facts.Payment.ChargebackOpen)
	}
}

// Law 7: a score sends the case to a person and never denies: with a flag or
// without, the case is as admissible as it was, and its liability the same.
func TestARiskNeverDenies(t *testing.T) {
	t.Parallel()
	for _, b := range bothBooks(t) {
		t.Run(b.Version(), func(t *testing.T) {
			t.Parallel()
			rapid.Check(t, func(rt *rapid.T) {
				c := drawCase(rt)
				c.Facts.History.Cases90Days = 0
				plain, before := b.Admit(c), b.Assess(c, c.OpenedAt)
				history := *c.Facts.History
				history.Cases90Days = 1000
				c.Facts.History = &history
				require.Equal(rt, plain, b.Admit(c))
				flagged := b.Assess(c, c.OpenedAt)
				require.NotEmpty(rt, flagged.Risk.Flags)
				require.Equal(rt, before.Liability, flagged.Liability)
				require.Equal(rt, before.Proof, flagged.Proof, "a flag relieves nobody of proving")
				require.Contains(rt, []string{RoutePerson, RouteProve}, flagged.Route)
				for _, name := range []ClockName{ClockAgentDecision, ClockReceiptConfirmation, ClockReturnTransit} {
					s := b.Silence(c, Clock{Name: name, LegID: "return-1"})
					require.Empty(rt, s.Remedies)
					require.NotContains(rt, []string{SilenceForCustomer, SilenceRefund, SilenceCloseRejected, SilenceCloseExpired}, s.Outcome)
				}
			})
		})
	}
}

// Law 5: the same facts have the same ruling.
func TestRulingsRepeat(t *testing.T) {
	t.Parallel()
	for _, b := range bothBooks(t) {
		rapid.Check(t, func(rt *rapid.T) {
			c := drawCase(rt)
			require.Equal(rt, b.Assess(c, c.OpenedAt), b.Assess(c, c.OpenedAt))
			require.Equal(rt, b.Admit(c), b.Admit(c))
		})
	}
}
