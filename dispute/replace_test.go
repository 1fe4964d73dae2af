package dispute

import (
	"testing"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"
)

// exchanging is an exchange of the two mugs.
func exchanging() *Case {
	return of(damagedReturn(), func(c *Case) { c.Kind, c.PolicyVersion = KindExchange, "default@3" })
}

func sentAnew(state LegState, parts ...LineAmount) Leg {
	total := int64(0)
	for _, p := range parts {
		total += p.Amount
	}
	return Leg{ID: "replacement-1", Type: LegReplacement, State: state, Replacement: &ReplacementLeg{ReplacementID: "RPL-1",
		Parts: parts, Value: CNY(total)}}
}

func TestPlanExchangeAndReship(t *testing.T) {
	t.Parallel()
	b := book(t, "default@3")
	c := exchanging()
	c.Liability = []Share{{Party: PartyCarrier, Percent: 100}}
	plan := b.Plan(c, []Remedy{{Type: RemedyExchange, Lines: []Line{{"l1", 1}}}})
	require.Nil(t, plan.Refused)
	require.Len(t, plan.Legs, 2)
	require.Equal(t, []Line{{"l1", 1}}, plan.Legs[0].Return.Instructions.Items)
	require.Equal(t, Leg{ID: "replacement-1", Type: LegReplacement, State: ReplacementRequired, After: "return-1", Replacement: &ReplacementLeg{
		ReplacementID: "RPL-0199a1b2c3d4e5f60718293a4b5c6d7e-1", Items: []ReplacementItem{{"l1", "mug", 1}}, Value: CNY(6450),
		Parts: []LineAmount{{"l1", 1, 6450}}, ReturnLegID: "return-1", Ship: ShipAfterInspection}}, plan.Legs[1])

	plan = b.Plan(c, []Remedy{{Type: RemedyReship}})
	require.Nil(t, plan.Refused)
	require.Len(t, plan.Legs, 1, "nothing comes back")
	require.Empty(t, plan.Legs[0].After)
	require.Equal(t, CNY(12900), plan.Legs[0].Replacement.Value)

	for _, old := range []string{"default@1", "default@2"} {
		require.Equal(t, CodeInvalid, book(t, old).Plan(c, []Remedy{{Type: RemedyReship}}).Refused.Code, old)
	}
}

func TestExchangeItems(t *testing.T) {
	t.Parallel()
	b := book(t, "default@3")
	for _, row := range []struct {
		name    string
		remedy  Remedy
		pointer string // of what is wrong; "" is fine
		byHand  bool
	}{
		{"the same goods", Remedy{Type: RemedyExchange, Items: []ReplacementItem{{"l1", "mug", 2}}}, "", false},
		{"no sku is the same goods", Remedy{Type: RemedyExchange, Items: []ReplacementItem{{"l1", "", 2}}}, "", false},
		{"cheaper goods of this order", Remedy{Type: RemedyExchange, Items: []ReplacementItem{{"l1", "pot", 2}}}, "", false},
		{"goods that the order has none of", Remedy{Type: RemedyExchange, Items: []ReplacementItem{{"l1", "mug-xl", 2}}}, "", true},
		{"one of each", Remedy{Type: RemedyExchange, Items: []ReplacementItem{{"l1", "mug", 1}, {"l1", "pot", 1}}}, "", false},
		{"too few", Remedy{Type: RemedyExchange, Items: []ReplacementItem{{"l1", "mug", 1}}}, "/remedies/0/lines/0", false},
		{"too many", Remedy{Type: RemedyExchange, Items: []ReplacementItem{{"l1", "mug", 3}}}, "/remedies/0/items/0/quantity", false},
		{"of another line", Remedy{Type: RemedyExchange, Items: []ReplacementItem{{"l2", "pot", 2}}}, "/remedies/0/items/0/line_id", false},
		{"no id of goods", Remedy{Type: RemedyExchange, Items: []ReplacementItem{{"l1", "a b", 2}}}, "/remedies/0/items/0/sku", false},
		{"a reship of other goods", Remedy{Type: RemedyReship, Items: []ReplacementItem{{"l1", "pot", 2}}}, "/remedies/0/items/0/sku", false},
		{"with an amount", Remedy{Type: RemedyReship, Amount: ptr(CNY(5))}, "/remedies/0/amount", false},
		{"the shipping charge", Remedy{Type: RemedyReship, Lines: []Line{{ShippingLine, 1}}}, "/remedies/0/lines/0", false},
	} {
		t.Run(row.name, func(t *testing.T) {
			t.Parallel()
			a := b.Authorize(exchanging(), Actor{Role: RoleAgent, ID: "a"}, []Remedy{row.remedy})
			if row.pointer != "" {
				require.NotNil(t, a.Refused)
				require.Equal(t, row.pointer, a.Refused.Fields[0].Pointer)
				return
			}
			require.Nil(t, a.Refused)
			require.Equal(t, CNY(12900), a.Total, "the goods count in the limits")
			require.Equal(t, row.byHand, a.NeedsApproval)
			require.Equal(t, row.byHand, b.Authorize(exchanging(), System, []Remedy{row.remedy}).Refused != nil)
		})
	}
	dear := of(exchanging(), func(c *Case) { c.Lines = []Line{{"l2", 1}} })
	a := b.Authorize(dear, Actor{Role: RoleSupervisor}, []Remedy{{Type: RemedyExchange, Items: []ReplacementItem{{"l2", "mug", 1}}}})
	require.Equal(t, "/remedies/0/items/0/sku", a.Refused.Fields[0].Pointer, "dearer goods are for nobody")
}

func TestExchangeLimits(t *testing.T) {
	t.Parallel()
	b := book(t, "default@3")
	c := of(exchanging(), func(c *Case) { c.Facts.Order.Lines[0].Paid, c.Facts.Order.Payments[0].Captured = 50000, 400000 })
	require.Equal(t, CodeLimitExceeded, b.Authorize(c, System, []Remedy{{Type: RemedyExchange}}).Refused.Code)
	require.False(t, b.Authorize(c, Actor{Role: RoleAgent}, []Remedy{{Type: RemedyExchange}}).NeedsApproval)
	c.Facts.Order.Lines[0].Paid = 200000
	require.True(t, b.Authorize(c, Actor{Role: RoleAgent}, []Remedy{{Type: RemedyExchange}}).NeedsApproval)
}

// Goods and money are not given for the same units.
func TestUnitsAreGivenOnce(t *testing.T) {
	t.Parallel()
	b := book(t, "default@3")
	both := LineAmount{"l1", 2, 12900}
	one := LineAmount{"l1", 1, 6450}
	for _, row := range []struct {
		name    string
		leg     Leg
		remedy  Remedy
		refused bool
		byHand  bool
	}{
		{"on their way, then money", sentAnew(ReplacementShipped, both), Remedy{Type: RemedyRefund}, true, false},
		{"on their way, then the goods again", sentAnew(ReplacementShipped, both), Remedy{Type: RemedyReship}, true, false},
		{"one on its way, money for the other", sentAnew(ReplacementShipped, one), Remedy{Type: RemedyRefund, Lines: []Line{{"l1", 1}}}, false, false},
		{"one on its way, money for both", sentAnew(ReplacementShipped, one), Remedy{Type: RemedyReship, Lines: []Line{{"l1", 2}}}, true, false},
		{"kept only: decided anew", sentAnew(ReplacementReserved, both), Remedy{Type: RemedyRefund}, false, false},
		{"lost: money", sentAnew(ReplacementLost, both), Remedy{Type: RemedyRefund}, false, false},
		{"failed: money", sentAnew(ReplacementFailed, both), Remedy{Type: RemedyRefund}, false, false},
		{"signed for: no money for goods that stay", sentAnew(ReplacementSigned, both), Remedy{Type: RemedyRefund}, true, false},
		{"signed for: not sent again", sentAnew(ReplacementSigned, both), Remedy{Type: RemedyReship}, true, false},
		{"signed for: money for goods that come back, with an approval", sentAnew(ReplacementSigned, both), Remedy{Type: RemedyReturnRefund}, false, true},
		{"signed for: exchanged again, with an approval", sentAnew(ReplacementSigned, both), Remedy{Type: RemedyExchange}, false, true},
		{"one signed for: money for the other", sentAnew(ReplacementSigned, one), Remedy{Type: RemedyRefund, Lines: []Line{{"l1", 1}}}, false, false},
		{"paid, then goods", paidLeg(MoneySucceeded, both), Remedy{Type: RemedyReship}, true, false},
		{"being paid, then goods", paidLeg(MoneyUnknown, both), Remedy{Type: RemedyExchange}, true, false},
	} {
		t.Run(row.name, func(t *testing.T) {
			t.Parallel()
			c := exchanging()
			c.Legs = []Leg{row.leg}
			a := b.Authorize(c, Actor{Role: RoleAgent, ID: "a"}, []Remedy{row.remedy})
			require.Equal(t, row.refused, a.Refused != nil, "%v", a.Refused)
			require.Equal(t, row.byHand, a.NeedsApproval)
			if row.byHand {
				require.NotNil(t, b.Authorize(c, System, []Remedy{row.remedy}).Refused, "no rule gives it")
			}
		})
	}
	c := exchanging()
	require.NotNil(t, b.Authorize(c, Actor{Role: RoleSupervisor}, []Remedy{{Type: RemedyReship}, {Type: RemedyRefund}}).Refused, "nor in one decision")
	c.Facts.Payment.Others = &OtherCases{Lines: []LineGiven{{LineID: "l1", Replaced: 2}}}
	require.NotNil(t, b.Authorize(c, Actor{Role: RoleSupervisor}, []Remedy{{Type: RemedyRefund}}).Refused, "another case replaced them")
	require.NotNil(t, b.Authorize(c, System, []Remedy{{Type: RemedyReturnRefund}}).Refused)
	require.True(t, b.Authorize(c, Actor{Role: RoleAgent}, []Remedy{{Type: RemedyReturnRefund}}).NeedsApproval)
	c.Facts.Payment.Others = &OtherCases{Lines: []LineGiven{{LineID: "l1", Units: 2, Amount: 12900}}}
	require.NotNil(t, b.Authorize(c, Actor{Role: RoleSupervisor}, []Remedy{{Type: RemedyReship}}).Refused, "another case paid for them")
}

func paidLeg(state LegState, parts ...LineAmount) Leg {
	c := &Case{}
	paid(state, parts...)(c)
	return c.Legs[0]
}

// However decisions follow one another, units that are promised, on their way or signed for
// and units that are paid never come to more than the case has.
func TestUnitsGivenNeverExceedTheClaim(t *testing.T) {
	t.Parallel()
	b := book(t, "default@3")
	rapid.Check(t, func(rt *rapid.T) {
		c := exchanging()
		for range rapid.IntRange(1, 8).Draw(rt, "decisions") {
			remedy := Remedy{Type: rapid.SampledFrom([]RemedyType{RemedyRefund, RemedyReship}).Draw(rt, "type"),
				Lines: []Line{{"l1", rapid.IntRange(1, 2).Draw(rt, "units")}}}
			plan := b.Plan(c, []Remedy{remedy})
			if plan.Refused != nil {
				continue
			}
			for _, leg := range plan.Legs { // every one comes to its end before the next decision
				leg.State = MoneySucceeded
				if leg.Replacement != nil {
					leg.State = rapid.SampledFrom([]LegState{ReplacementShipped, ReplacementSigned, ReplacementLost, ReplacementFailed, ReplacementCancelled}).Draw(rt, "end")
				}
				c.Legs = append(c.Legs, leg)
			}
		}
		units := 0
		for _, leg := range c.Legs {
			switch {
			case leg.Money != nil:
				for _, part := range leg.Money.Lines {
					units += part.Quantity
				}
			case leg.State == ReplacementShipped, leg.State == ReplacementSigned:
				units += leg.Replacement.Parts[0].Quantity
			}
		}
		if units > 2 {
			rt.Fatalf("%d units given of 2: %+v", units, c.Legs)
		}
	})
}

func TestReplacementSilence(t *testing.T) {
	t.Parallel()
	b := book(t, "default@3")
	ask := func(change func(*Case)) Silence {
		c := exchanging()
		c.Legs = []Leg{sentAnew(ReplacementFailed, LineAmount{"l1", 2, 12900})}
		c.Legs[0].Problem = ProblemOutOfStock
		change(c)
		return b.Silence(c, Clock{Name: ClockReplacementDispatch, LegID: "replacement-1"})
	}
	s := ask(func(*Case) {})
	require.Equal(t, SilenceOfferRefund, s.Outcome)
	require.Equal(t, RemedyRefund, s.Remedies[0].Type)
	require.Equal(t, CNY(12900), *s.Remedies[0].Amount)
	for name, change := range map[string]func(*Case){
		"above the automatic limit":  func(c *Case) { c.Facts.Order.Lines[0].Paid = 90000; c.Facts.Order.Payments[0].Captured = 90000 },
		"flagged":                    func(c *Case) { c.Risk.Flags = []string{"frequent_claims"} },
		"came back to the sender":    func(c *Case) { c.Legs[0].Problem = ProblemReturnedToSender },
		"another case gave for them": func(c *Case) { c.Legs[0].Problem = ProblemGivenElsewhere },
		"the old goods are not back": func(c *Case) {
			c.Legs[0].Replacement.ReturnLegID = "return-1"
			c.Legs = append(c.Legs, Leg{ID: "return-1", Type: LegReturn, State: ReturnInTransit, Return: &ReturnLeg{}})
		},
	} {
		s := ask(change)
		require.Equal(t, SilenceAgent, s.Outcome, name)
		require.Empty(t, s.Remedies, name)
	}
}

func TestAmendmentsByRule(t *testing.T) {
	t.Parallel()
	b := book(t, "default@3")
	change := func(reason Reason, ask *AmendmentAsk) *Case {
		c := of(damagedReturn(), func(c *Case) {
			c.Kind, c.Reason, c.RequestedRemedy = KindOrderChange, reason, []RemedyType{RemedyOrderAmendment}
		})
		c.Evidence, c.Amendment, c.Facts.Dispatch, c.Facts.Trace, c.Facts.Order.DeliveredAt = nil, ask, nil, nil, nil
		return c
	}
	a := b.Assess(change(ReasonAddressChange, &AmendmentAsk{TextID: "amendment_1"}), utc("2026-09-22T03:00:00Z"))
	require.Equal(t, RouteDecide, a.Route, "%+v", a.Explanation)
	c := change(ReasonAddressChange, &AmendmentAsk{TextID: "amendment_1"})
	plan := b.Plan(c, a.Remedies)
	require.Equal(t, AmendmentLeg{AmendmentID: "AMD-0199a1b2c3d4e5f60718293a4b5c6d7e-1", What: AmendAddress, TextID: "amendment_1"}, *plan.Legs[0].Amendment)

	left := change(ReasonAddressChange, &AmendmentAsk{TextID: "amendment_1"})
	left.Facts.Dispatch = &DispatchFacts{DispatchedAt: ptr(utc("2026-09-21T03:00:00Z"))}
	require.Equal(t, RoutePerson, b.Assess(left, utc("2026-09-22T03:00:00Z")).Route, "it has left, as far as is known")
	dear := change(ReasonAddressChange, &AmendmentAsk{TextID: "amendment_1"})
	dear.Facts.Order.Payments[0].Captured = 90000
	require.Equal(t, RoutePerson, b.Assess(dear, utc("2026-09-22T03:00:00Z")).Route, "a large order is for a person")
	require.Equal(t, RoutePerson, b.Assess(change(ReasonAddressChange, nil), utc("2026-09-22T03:00:00Z")).Route, "nobody knows to what")

	items := []ReplacementItem{{"l1", "pot", 2}}
	plan = b.Plan(change(ReasonItemChange, &AmendmentAsk{Items: items}), []Remedy{{Type: RemedyOrderAmendment}})
	require.Nil(t, plan.Refused)
	require.Equal(t, items, plan.Legs[0].Amendment.Items)
	require.NotNil(t, b.Plan(change(ReasonItemChange, nil), []Remedy{{Type: RemedyOrderAmendment}}).Refused)
	require.NotNil(t, b.Plan(exchanging(), []Remedy{{Type: RemedyOrderAmendment}}).Refused, "a case about goods changes no order")
}

func TestExchangeByRule(t *testing.T) {
	t.Parallel()
	c := exchanging()
	c.RequestedRemedy = []RemedyType{RemedyExchange}
	a := book(t, "default@3").Assess(c, c.OpenedAt)
	require.Equal(t, RouteOffer, a.Route)
	require.Len(t, a.Remedies, 1, "the shipping charge is not given back with goods")
	require.Equal(t, RemedyExchange, a.Remedies[0].Type)
	size := of(exchanging(), func(c *Case) { c.Reason = ReasonSizeOrFit })
	require.Equal(t, RoutePerson, book(t, "default@3").Assess(size, size.OpenedAt).Route, "for which size is for a person")
	a = book(t, "default@1").Assess(c, c.OpenedAt)
	require.Equal(t, CodePersonByRule, a.Explanation.Code)
}
