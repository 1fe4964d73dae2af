package dispute

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"
)

// lateBy is a claim of one mug (64.50 of 129.00) that came so many days late.
func lateBy(days int) *Case {
	c := damagedReturn()
	c.Kind, c.Reason, c.PolicyVersion = KindClaim, ReasonLateDelivery, "default@3"
	c.Lines = []Line{{LineID: "l1", Quantity: 1}}
	promised := c.Facts.Order.DeliveredAt.AddDate(0, 0, -days)
	c.Facts.Order.PromisedBy = &promised
	return c
}

// compensatedBefore is what another case of the customer gave; "" is the same order.
func compensatedBefore(order string, amount int64) func(*Case) {
	return func(c *Case) {
		if order == "" {
			order = c.OrderID
		}
		h := HistoryFacts{}
		if c.Facts.History != nil {
			h = *c.Facts.History
		}
		h.Compensations = append(h.Compensations, PastCompensation{CaseID: "case_old", LegID: "compensation-1", OrderID: order, Amount: Money{Amount: amount, Currency: "CNY"}})
		c.Facts.History = &h
	}
}

func TestCompensationByRule(t *testing.T) {
	t.Parallel()
	b := book(t, "default@3")
	for _, row := range []struct {
		name string
		c    *Case
		want int64 // 0: none
		rule string
	}{
		{"in time", lateBy(0), 0, ""},
		{"a day", lateBy(1), 322, "default@3/compensation/late/1"},
		{"three days", lateBy(3), 322, "default@3/compensation/late/1"},
		{"four days", lateBy(4), 645, "default@3/compensation/late/2"},
		{"eight days", lateBy(8), 1290, "default@3/compensation/late/3"},
		{"capped", of(lateBy(9), func(c *Case) { c.Facts.Order.Lines[0].Paid = 129000 }), 4000, "default@3/compensation/late/3"},
		{"given before, in another case of the order", of(lateBy(4), compensatedBefore("", 645)), 0, ""},
		{"less was given before", of(lateBy(4), compensatedBefore("", 322)), 323, "default@3/compensation/late/2"},
		{"given for another order", of(lateBy(4), compensatedBefore("order-else", 645)), 645, "default@3/compensation/late/2"},
		{"no day was promised", of(lateBy(9), func(c *Case) { c.Facts.Order.PromisedBy = nil }), 0, ""},
		{"lost", of(lateBy(0), func(c *Case) { c.Reason, c.Facts.Trace.Status = ReasonNotReceived, ParcelLost }), 645, "default@3/compensation/lost"},
		{"not received and not lost", of(lateBy(0), func(c *Case) { c.Reason = ReasonNotReceived }), 0, ""},
		{"damaged", of(lateBy(0), func(c *Case) { c.Reason = ReasonDamagedInTransit }), 322, "default@3/compensation/damaged"},
		{"defective", of(lateBy(9), func(c *Case) { c.Reason = ReasonDefective }), 0, ""},
	} {
		out := b.Authorize(row.c, Actor{Role: RoleAgent, ID: "a"}, []Remedy{{Type: RemedyCompensation}})
		if row.want == 0 {
			require.NotNil(t, out.Refused, row.name)
			require.Equal(t, "/remedies/0/amount", out.Refused.Fields[0].Pointer, row.name)
			continue
		}
		require.Nil(t, out.Refused, row.name)
		require.Equal(t, row.want, out.Remedies[0].Amount.Amount, row.name)
		require.Equal(t, row.rule, out.Remedies[0].Breakdown[0].Rule, row.name)
		require.NotEmpty(t, out.Remedies[0].Breakdown[0].Basis, row.name)
	}
}

// What is worked out is never above the cap, however often it is asked for.
func TestCompensationByRuleIsCapped(t *testing.T) {
	t.Parallel()
	b := book(t, "default@3")
	rapid.Check(t, func(rt *rapid.T) {
		c := lateBy(rapid.IntRange(0, 400).Draw(rt, "days"))
		c.Facts.Order.Lines[0].Paid = rapid.Int64Range(0, 1<<40).Draw(rt, "paid")
		sum := int64(0)
		for range rapid.IntRange(1, 4).Draw(rt, "times") {
			plan := b.Plan(c, []Remedy{{Type: RemedyCompensation}})
			for _, leg := range plan.Legs {
				leg.State = MoneySucceeded
				c.Legs = append(c.Legs, leg)
				sum += leg.Money.Amount.Amount
			}
		}
		require.LessOrEqual(rt, sum, b.policy.Compensation.Most)
	})
}

// A customer's counter never has silence pay new money of the customer's own choice.
func TestSilenceGivesOnlyTheCompensationOfTheRule(t *testing.T) {
	t.Parallel()
	b := book(t, "default@3")
	c := lateBy(8)
	c.RequestedRemedy = []RemedyType{RemedyCompensation}
	require.Equal(t, SilenceForCustomer, b.Silence(c, Clock{Name: ClockAgentDecision}).Outcome)
	c.Offers = []Offer{{State: OfferCountered, Counter: &CounterAsk{Remedies: []Remedy{{Type: RemedyCompensation, Amount: ptr(CNY(4900))}}}}}
	require.Equal(t, SilenceEscalate, b.Silence(c, Clock{Name: ClockAgentDecision}).Outcome)
}

func TestCreditsAndTheirLimits(t *testing.T) {
	t.Parallel()
	b := book(t, "default@3")
	agent, super := Actor{Role: RoleAgent, ID: "a"}, Actor{Role: RoleSupervisor, ID: "s"}
	coupon := func(fen int64) Remedy { return Remedy{Type: RemedyCoupon, Amount: ptr(CNY(fen))} }
	for _, row := range []struct {
		name     string
		by       Actor
		remedies []Remedy
		refused  bool
		approval bool
	}{
		{"a coupon", agent, []Remedy{coupon(3000)}, false, false},
		{"above the desk's", agent, []Remedy{coupon(3001)}, false, true},
		{"together above the desk's", agent, []Remedy{coupon(2000), {Type: RemedyGift, Gift: "gift-cup"}}, false, true},
		{"a supervisor's", super, []Remedy{coupon(5000)}, false, false},
		{"above the most", super, []Remedy{coupon(5001)}, true, false},
		{"no amount", agent, []Remedy{{Type: RemedyCoupon}}, true, false},
		{"an unknown gift", agent, []Remedy{{Type: RemedyGift, Gift: "a-car"}}, true, false},
		{"a gift of another value", agent, []Remedy{{Type: RemedyGift, Gift: "gift-cup", Amount: ptr(CNY(1))}}, true, false},
		{"new money counts together", agent, []Remedy{coupon(2500), {Type: RemedyCompensation, Amount: ptr(CNY(2600))}}, false, true},
		{"by no rule", System, []Remedy{coupon(100)}, true, false},
		{"an apology", agent, []Remedy{{Type: RemedyApology}}, false, false},
	} {
		out := b.Authorize(lateBy(3), row.by, row.remedies)
		require.Equal(t, row.refused, out.Refused != nil, "%s: %v", row.name, out.Refused)
		if !row.refused {
			require.Equal(t, row.approval, out.NeedsApproval, row.name)
		}
	}
	earlier := lateBy(3)
	earlier.PolicyVersion = "default@2"
	out := book(t, "default@2").Authorize(earlier, agent, []Remedy{coupon(100)})
	require.Equal(t, CodeInvalid, out.Refused.Code)
}

// A part of a return that came is refunded once, and what comes later is the rest.
func TestPartOfAReturn(t *testing.T) {
	t.Parallel()
	b := book(t, "default@3")
	rapid.Check(t, func(rt *rapid.T) {
		c := damagedReturn()
		c.PolicyVersion = "default@3"
		c.Facts.Order.Lines[0].Paid = rapid.Int64Range(2, 20000).Draw(rt, "paid")
		plan := b.Plan(c, []Remedy{{Type: RemedyReturnRefund}})
		require.Nil(rt, plan.Refused)
		c.Legs = plan.Legs
		ret, at := &c.Legs[0], time.Time{}
		ret.Return.InspectedAt, ret.State = &at, ReturnInspected
		paid := int64(0)
		for range 2 { // one mug a parcel
			ret = &c.Legs[0]
			ret.Return.Inspection = append(ret.Return.Inspection, InspectedLine{LineID: "l1", Quantity: 1, Condition: ConditionIntact})
			finding := b.Inspect(c, ret.ID)
			require.NotEmpty(rt, finding.Part)
			for i := range c.Legs {
				if c.Legs[i].State == MoneyRequired {
					c.Legs[i].State = MoneyCancelled
				}
			}
			for _, leg := range finding.Part {
				leg.State = MoneySucceeded
				c.Legs = append(c.Legs, leg)
				paid += leg.Money.Amount.Amount
			}
			c.Legs[0].State = ReturnPartial
			require.Empty(rt, b.Inspect(c, ret.ID).Part, "nothing is refunded twice")
		}
		require.Equal(rt, c.Facts.Order.Lines[0].Paid, paid, "in two parts as in one")
	})
}
