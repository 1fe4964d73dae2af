package dispute

import (
	"fmt"
	"testing"

	"github.com/stretchr/testify/require"
)

// moneyRows are about amounts, freight and refunds.
func moneyRows() []lawRow {
	counterfeit := func() *Case { return answered(goods(ReasonCounterfeit), PartyMerchant, ProofFailed, 1) }
	return []lawRow{
		{"CPL art. 55", "three times the price of a counterfeit may be given, by a supervisor", counterfeit(), compensated(3*12900*10, "CPL art. 55; ours (the number)"),
			lawOutcome{"approval 3870.00 CNY", "", "default@3/limits/agent", "CPL art. 55; ours (the number)"}},
		{"CPL art. 55", "elsewhere new money ends at its floor", goods(ReasonDefective), compensated(50001, "CPL art. 55"),
			lawOutcome{"refused limit-exceeded", "", "default@3/limits/agent", "CPL art. 55"}},
		{"CPL art. 55", "its floor itself", goods(ReasonDefective), compensated(50000, "CPL art. 55"),
			lawOutcome{"approval 500.00 CNY", "", "default@3/limits/agent", "CPL art. 55"}},

		{"CPL art. 25", "the consumer pays for a return without reason", goods(ReasonChangedMind), freight(Share{Party: PartyCustomer, Percent: 100}),
			lawOutcome{"return customer, outbound customer", "customer 100", "freight.customer", "CPL art. 25"}},
		{"Taobao art. 49", "who is at fault pays", goods(ReasonDefective), freight(Share{Party: PartyMerchant, Percent: 100}),
			lawOutcome{"return merchant, outbound merchant", "merchant 100", "freight.merchant", "Taobao art. 49"}},
		{"Taobao art. 49", "the largest share decides", goods(ReasonDefective),
			freight(Share{Party: PartyMerchant, Percent: 60}, Share{Party: PartyCustomer, Percent: 40}),
			lawOutcome{"return merchant, outbound merchant", "merchant 60, customer 40", "freight.merchant", "Taobao art. 49"}},
		{"Taobao art. 7", "undetermined: out the merchant, back the buyer", goods(ReasonNotAsDescribed), freight(Share{Party: PartyUndetermined, Percent: 100}),
			lawOutcome{"return customer, outbound merchant", "undetermined 100", "freight.undetermined", "Taobao art. 7"}},
		{"Taobao art. 7", "undetermined: return and refund are supported, with the shipping charge", undecided(), supported,
			lawOutcome{"return by customer, return_refund 129.00 CNY, freight_refund 8.00 CNY", "undetermined 100", "default@3/limits/agent", "Taobao art. 7"}},
		{"Taobao art. 49", "a whole order at no fault of the customer: the shipping charge goes back by rule", whole(goods(ReasonWrongItem)),
			func(b *Rulebook, c *Case) lawOutcome {
				out := assessment(b, c)
				out.basis = b.policy.Basis["refund.outbound_freight"]
				return out
			},
			lawOutcome{"offer return_refund 129.00 CNY freight_refund 8.00 CNY", "merchant 100", "default@3/route/wrong_item", "Taobao art. 49"}},

		{"7-day rules art. 12", "a gift that is kept is priced", gifted(withdrawal()), deducting(PartGiftValue),
			lawOutcome{"gift_value -15.00 CNY of 114.00 CNY", "", "default@3/refund/gifts", "7-day rules art. 12 (gifts); 7-day rules art. 18 (freight)"}},
		{"7-day rules art. 12", "a gift that goes back is not", of(gifted(withdrawal()), func(c *Case) { c.Lines = append(c.Lines, Line{LineID: "gift", Quantity: 1}) }),
			deducting(PartGiftValue), lawOutcome{"nothing off 129.00 CNY", "", "", "7-day rules art. 12 (gifts); 7-day rules art. 18 (freight)"}},
		{"7-day rules art. 18", "free shipping that is no longer earned is clawed back", waived(withdrawal(), 20000), deducting(PartShippingClawback),
			lawOutcome{"shipping_clawback -10.00 CNY of 119.00 CNY", "", "default@3/refund/free_shipping", "7-day rules art. 12 (gifts); 7-day rules art. 18 (freight)"}},
		{"7-day rules art. 18", "free shipping that is still earned is not", waived(withdrawal(), 10000), deducting(PartShippingClawback),
			lawOutcome{"nothing off 129.00 CNY", "", "", "7-day rules art. 12 (gifts); 7-day rules art. 18 (freight)"}},
	}
}

// compensated is whether an agent may give so much new money.
func compensated(amount int64, basis string) func(*Rulebook, *Case) lawOutcome {
	return func(b *Rulebook, c *Case) lawOutcome {
		a := b.Authorize(c, Actor{Role: RoleAgent, ID: "agent-1"}, []Remedy{{Type: RemedyCompensation, Amount: ptr(CNY(amount))}})
		out := lawOutcome{outcome: "alone " + a.Total.String(), rule: a.Rule, basis: b.policy.Basis["limits.compensation_cap"]}
		for _, v := range b.policy.Limits.Variants {
			if b.holds(v.When, c) {
				out.basis = v.Basis
			}
		}
		switch {
		case a.Refused != nil:
			out.outcome = "refused " + string(a.Refused.Code)
		case a.NeedsApproval:
			out.outcome = "approval " + a.Total.String()
		}
		if out.basis != basis {
			out.outcome = "by " + out.basis
		}
		return out
	}
}

// freight is who pays both ways by the shares of fault.
func freight(shares ...Share) func(*Rulebook, *Case) lawOutcome {
	return func(b *Rulebook, c *Case) lawOutcome {
		rule := "freight." + string(largest(shares))
		return lawOutcome{outcome: fmt.Sprintf("return %s, outbound %s", b.freightPayer(c, shares), b.outboundPayer(c, shares)),
			shares: sharesText(shares), rule: rule, basis: b.policy.Basis[rule]}
	}
}

// undecided is a return where the merchant rebutted and no report came, with the
// shipping charge asked for.
func undecided() *Case {
	c := goods(ReasonNotAsDescribed)
	c.RequestedRemedy = append(c.RequestedRemedy, RemedyFreightRefund)
	return answered(answered(c, PartyMerchant, ProofMet, 1), PartyCustomer, ProofFailed, 2)
}

// supported is what a person may give and how it is carried out.
func supported(b *Rulebook, c *Case) lawOutcome {
	a := b.Assess(c, c.OpenedAt)
	c.Liability = a.Liability
	given := b.Authorize(c, Actor{Role: RoleAgent, ID: "agent-1"}, a.Remedies)
	plan := b.Plan(c, a.Remedies)
	if given.Refused != nil || plan.Refused != nil {
		return lawOutcome{outcome: "refused"}
	}
	out := lawOutcome{shares: sharesText(a.Liability), rule: given.Rule, basis: a.Liability[0].Basis}
	for _, leg := range plan.Legs {
		if leg.Return != nil {
			out.outcome = "return by " + string(leg.Return.Instructions.FreightPayer)
		}
	}
	for _, r := range given.Remedies {
		out.outcome += fmt.Sprintf(", %s %s", r.Type, r.Amount)
	}
	return out
}

// whole makes the claim one of everything that was ordered.
func whole(c *Case) *Case {
	c.Facts.Order.Lines = c.Facts.Order.Lines[:1]
	return c
}

// gifted adds a gift that came with the goods.
func gifted(c *Case) *Case {
	c.Facts.Order.Lines = append(c.Facts.Order.Lines, OrderLine{LineID: "gift", SKU: "spoon", Quantity: 1, ListPrice: 1500, GiftWith: "l1"})
	return c
}

// waived says that shipping cost nothing above an amount.
func waived(c *Case, threshold int64) *Case {
	c.Facts.Order.ShippingPaid, c.Facts.Order.FreeShipping = 0, &FreeShipping{Threshold: threshold, Charge: 1000}
	return c
}

// deducting is what is taken off the refund of the return.
func deducting(kind PartKind) func(*Rulebook, *Case) lawOutcome {
	return func(b *Rulebook, c *Case) lawOutcome {
		c.Liability = []Share{{Party: PartyCustomer, Percent: 100}}
		a := b.Authorize(c, System, []Remedy{{Type: RemedyReturnRefund}})
		if a.Refused != nil {
			return lawOutcome{outcome: "refused " + a.Refused.Error()}
		}
		for _, part := range a.Remedies[0].Breakdown {
			if part.Kind == kind {
				return lawOutcome{outcome: fmt.Sprintf("%s %s of %s", part.Kind, CNY(part.Amount), a.Total), rule: part.Rule, basis: part.Basis}
			}
		}
		return lawOutcome{outcome: "nothing off " + a.Total.String(), basis: b.policy.Refund.Variants[0].Basis}
	}
}

// Towards the customer the merchant answers for its carrier, its supplier and its
// platform, and for what is nobody's fault. That is ours: no article says it.
func TestTheMerchantAnswersForOthers(t *testing.T) {
	t.Parallel()
	for _, party := range []Party{PartyCarrier, PartySupplier, PartyPlatform, PartyForceMajeure} {
		out := freight(Share{Party: party, Percent: 100})(book(t, "default@3"), goods(ReasonDamagedInTransit))
		require.Equal(t, lawOutcome{"return merchant, outbound merchant", string(party) + " 100", "freight." + string(party), "ours"}, out)
	}
}

// The law on gifts is about returns without a reason: with a reason it is our own word.
func TestGiftsWithAReason(t *testing.T) {
	t.Parallel()
	out := deducting(PartGiftValue)(book(t, "default@3"), gifted(goods(ReasonDefective)))
	require.Equal(t, lawOutcome{"gift_value -15.00 CNY of 114.00 CNY", "", "default@3/refund/gifts", "ours"}, out)
}
