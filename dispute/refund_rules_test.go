package dispute

import (
	"fmt"
	"testing"

	"github.com/stretchr/testify/require"
)

// refunding is the default policy with a rule for refunds.
func refunding(t testing.TB, rule RefundRule) *Rulebook {
	t.Helper()
	b := book(t, "default@1")
	p := *b.policy
	p.Refund = rule
	return newRulebook(&p, b.calendars, nil)
}

var strict = RefundRule{FreeShipping: FreeShippingClawBack, Gifts: GiftsReturn, OutboundFreight: OutboundMerchant}

// sentBack is a return without reason of lines of an order that one payment paid for.
func sentBack(currency string, ordered []OrderLine, back ...Line) *Case {
	o := &OrderFacts{OrderID: "order-1", CustomerID: "cust-1", Currency: currency, Lines: ordered}
	captured := int64(0)
	for _, l := range ordered {
		captured += l.Paid
	}
	o.Payments = []OrderMoney{{PaymentID: "pay-1", Captured: captured}}
	return &Case{ID: "case_1", PolicyVersion: "default@1", Kind: KindReturn, Reason: ReasonChangedMind, OrderID: "order-1",
		CustomerID: "cust-1", Currency: currency, Lines: back, Facts: Facts{Order: o, Payment: &PaymentFacts{}},
		Liability: []Share{{Party: PartyCustomer, Percent: 100}}}
}

// atFault makes it the merchant's fault.
func atFault(c *Case) {
	c.Reason, c.Liability = ReasonDefective, []Share{{Party: PartyMerchant, Percent: 100}}
}

func bought(id string, units int, paid int64) OrderLine {
	return OrderLine{LineID: id, SKU: id, Quantity: units, Paid: paid}
}

func TestRefundArithmetic(t *testing.T) {
	t.Parallel()
	// 60.00 and 50.00; shipping would have cost 8.00 below 99.00.
	waived := func(back ...Line) *Case {
		c := sentBack("CNY", []OrderLine{bought("a", 1, 6000), bought("b", 1, 5000)}, back...)
		c.Facts.Order.FreeShipping = &FreeShipping{Threshold: 9900, Charge: 800}
		return c
	}
	// Two lamps for 100.00, and a mug worth 15.00 with them.
	gift := func(back ...Line) *Case {
		mug := bought("mug", 1, 0)
		mug.ListPrice, mug.Discount, mug.GiftWith = 1500, 1500, "lamp"
		return sentBack("CNY", []OrderLine{bought("lamp", 2, 10000), mug}, back...)
	}
	clawed := AmountPart{Kind: PartShippingClawback, Amount: -800, Rule: "default@1/refund/free_shipping"}
	kept := func(value int64) AmountPart {
		return AmountPart{Kind: PartGiftValue, LineID: "mug", Amount: -value, Rule: "default@1/refund/gifts"}
	}
	goods := func(amount int64) AmountPart { return AmountPart{Kind: PartGoods, Amount: amount} }
	taxed := func(currency string, quantity int) *Case {
		l := bought("a", 3, 1000)
		l.Tax = 130
		return sentBack(currency, []OrderLine{l}, Line{"a", quantity})
	}
	rows := []struct {
		name   string
		rule   RefundRule
		c      *Case
		want   int64
		text   string
		detail []AmountPart
	}{
		// 60.00 is kept and earns no free shipping: 50.00 - 8.00.
		{"clawed back", strict, waived(Line{"b", 1}), 4200, "42.00 CNY", []AmountPart{goods(5000), clawed}},
		// Nothing is kept: 110.00 - 8.00.
		{"clawed back of all", strict, waived(), 10200, "102.00 CNY", []AmountPart{goods(11000), clawed}},
		{"the shop bears it", RefundRule{FreeShipping: "keep"}, waived(Line{"b", 1}), 5000, "50.00 CNY", nil},
		{"no rule", RefundRule{}, waived(Line{"b", 1}), 5000, "50.00 CNY", nil},
		{"the merchant's fault", strict, of(waived(Line{"b", 1}), atFault), 5000, "50.00 CNY", nil},
		// 60.00 still earns it.
		{"still earned", strict, of(waived(Line{"b", 1}), func(c *Case) { c.Facts.Order.FreeShipping.Threshold = 6000 }), 5000, "50.00 CNY", nil},
		// Of 60.00 that are kept 5.00 were points, which count: 60.00 reach 60.00.
		{"points count", strict, of(waived(Line{"b", 1}), func(c *Case) {
			c.Facts.Order.FreeShipping.Threshold, c.Facts.Order.Lines[0].Paid = 6000, 5500
			c.Facts.Order.Lines[0].Credits = []Credit{{Kind: ReductionPoints, Amount: 500}}
		}), 5000, "50.00 CNY", nil},
		// Another case had 3.00 taken off already: 50.00 - 5.00.
		{"the rest of it", strict, of(waived(Line{"b", 1}), func(c *Case) {
			c.Facts.Payment.Others = &OtherCases{ShippingClawback: 300}
		}), 4500, "45.00 CNY", []AmountPart{goods(5000), {Kind: PartShippingClawback, Amount: -500, Rule: clawed.Rule}}},
		// Both lamps without the mug: 100.00 - 15.00.
		{"the gift is kept", strict, gift(Line{"lamp", 2}), 8500, "85.00 CNY", []AmountPart{goods(10000), kept(1500)}},
		// One lamp of two: 50.00 - 7.50.
		{"half of the gift", strict, gift(Line{"lamp", 1}), 4250, "42.50 CNY", []AmountPart{goods(5000), kept(750)}},
		{"the gift comes back", strict, gift(Line{"lamp", 2}, Line{"mug", 1}), 10000, "100.00 CNY", nil},
		{"gifts are kept by rule", RefundRule{Gifts: "keep"}, gift(Line{"lamp", 2}), 10000, "100.00 CNY", nil},
		// 10.00 of which 1.30 tax, one of three: 3.33, of it 1.30 * 3.33/10.00 = 0.4329.
		{"tax", strict, taxed("CNY", 1), 333, "3.33 CNY", []AmountPart{goods(333), {Kind: PartTaxIncluded, Amount: 43}}},
		{"all the tax", strict, taxed("CNY", 3), 1000, "10.00 CNY", []AmountPart{goods(1000), {Kind: PartTaxIncluded, Amount: 130}}},
		// The same in yen and in fils: 1000 yen, 1.000 dinar.
		{"no decimals", strict, taxed("JPY", 1), 333, "333 JPY", []AmountPart{goods(333), {Kind: PartTaxIncluded, Amount: 43}}},
		{"won", RefundRule{}, sentBack("KRW", []OrderLine{bought("a", 3, 50000)}, Line{"a", 2}), 33333, "33333 KRW", nil},
		{"three decimals", strict, taxed("KWD", 1), 333, "0.333 KWD", []AmountPart{goods(333), {Kind: PartTaxIncluded, Amount: 43}}},
		{"dinar of Bahrain", RefundRule{}, sentBack("BHD", []OrderLine{bought("a", 7, 10001)}, Line{"a", 7}), 10001, "10.001 BHD", nil},
	}
	for _, row := range rows {
		t.Run(row.name, func(t *testing.T) {
			t.Parallel()
			b := refunding(t, row.rule)
			granted := b.Authorize(row.c, supervisor, []Remedy{{Type: RemedyReturnRefund}})
			require.Nil(t, granted.Refused)
			remedy := granted.Remedies[0]
			require.Equal(t, row.want, remedy.Amount.Amount)
			require.Equal(t, row.text, remedy.Amount.String())
			require.Equal(t, row.detail, remedy.Breakdown)

			// What was authorized is what is carried out, whole units and all.
			plan := b.Plan(row.c, granted.Remedies)
			require.Nil(t, plan.Refused)
			money := plan.Legs[1].Money
			require.Equal(t, row.want, money.Amount.Amount)
			require.Equal(t, row.c.linesFor(remedy)[0].Quantity, money.Lines[0].Quantity)
			require.Equal(t, -partSum(row.detail, PartShippingClawback), money.ShippingClawback)
			held := int64(0)
			for _, w := range money.Withheld {
				held += w.Amount
			}
			require.Equal(t, -deducted(row.detail), held)
		})
	}
}

func (c *Case) linesFor(r Remedy) []Line { return linesOf(c, r) }

// Goods that are worth no more than what is taken off bring nothing: a person decides.
func TestDeductionsNeverGoBelowNothing(t *testing.T) {
	t.Parallel()
	c := sentBack("CNY", []OrderLine{bought("a", 1, 6000), bought("b", 1, 500)}, Line{"b", 1})
	c.Facts.Order.FreeShipping = &FreeShipping{Threshold: 6500, Charge: 800}
	granted := refunding(t, strict).Authorize(c, supervisor, []Remedy{{Type: RemedyReturnRefund}})
	require.NotNil(t, granted.Refused)
	require.Equal(t, CodeNothingLeft, granted.Refused.Code)
	// The rest is taken off the next one: 60.00 with the 5.00 is 65.00 - 8.00.
	c.Lines = nil
	granted = refunding(t, strict).Authorize(c, supervisor, []Remedy{{Type: RemedyReturnRefund}})
	require.Nil(t, granted.Refused)
	require.Equal(t, CNY(5700), *granted.Remedies[0].Amount)
}

// A person's amount is that person's word; and nobody but the rules writes a breakdown.
func TestAmountsOfPeopleAreTheirs(t *testing.T) {
	t.Parallel()
	b := refunding(t, strict)
	c := sentBack("CNY", []OrderLine{bought("a", 1, 6000), bought("b", 1, 5000)}, Line{"b", 1})
	c.Facts.Order.FreeShipping = &FreeShipping{Threshold: 9900, Charge: 800}
	forged := []AmountPart{{Kind: PartShippingClawback, Amount: -700}, {Kind: PartOtherCases, Amount: 9}}
	granted := b.Authorize(c, supervisor, []Remedy{{Type: RemedyReturnRefund, Amount: ptr(CNY(4300)), Breakdown: forged,
		Credits: []Credit{{Kind: ReductionPoints, Amount: 1}}}})
	require.Nil(t, granted.Refused)
	require.Equal(t, []Remedy{{Type: RemedyReturnRefund, Lines: []Line{{"b", 1}}, Amount: ptr(CNY(4300))}}, granted.Remedies)
}

// Points and coupons go back as such, in proportion to the units, and are no money.
func TestCreditsAreNoMoney(t *testing.T) {
	t.Parallel()
	// 3 lamps for 30.00 and a pot for 10.00, less a coupon of 7.00 on the lamps, less
	// 300 points for 3.00: the lamps cost 20.91 and 2.09 in points (see TestPriceOrder).
	o, err := PriceOrder(OrderFacts{CustomerID: "cust-1", Currency: "CNY", Lines: []OrderLine{
		{LineID: "lamp", Quantity: 3, ListPrice: 3000}, {LineID: "pot", Quantity: 1, ListPrice: 1000}},
		Payments: []OrderMoney{{"pay-1", 3000}}, Reductions: []OrderReduction{
			{Kind: ReductionCoupon, Code: "spring", Amount: 700, Lines: []string{"lamp"}},
			{Kind: ReductionPoints, Amount: 300, Points: 300}}}, false)
	require.NoError(t, err)
	b := refunding(t, strict)
	c := sentBack("CNY", nil, Line{"lamp", 1})
	c.Facts.Order = &o
	price := func() Remedy {
		granted := b.Authorize(c, supervisor, []Remedy{{Type: RemedyReturnRefund}})
		require.Nil(t, granted.Refused)
		return granted.Remedies[0]
	}
	// The first lamp: 20.91/3 = 6.97; 7.00/3 = 2.33 of the coupon; 2.09/3 = 0.69 for 69 points.
	first := price()
	require.Equal(t, CNY(697), *first.Amount)
	require.Equal(t, []Credit{{Kind: ReductionCoupon, Code: "spring", Amount: 233}, {Kind: ReductionPoints, Amount: 69, Points: 69}}, first.Credits)
	// The other two, in another case: what is left of everything.
	c.Lines = []Line{{"lamp", 2}, {"pot", 1}}
	c.Facts.Payment.Others = &OtherCases{Lines: []LineGiven{{LineID: "lamp", Units: 1, Before: 1, Amount: 697}}}
	second := price()
	require.Equal(t, CNY(3000-697), *second.Amount)
	require.Equal(t, []Credit{{Kind: ReductionCoupon, Code: "spring", Amount: 467}, {Kind: ReductionPoints, Amount: 231, Points: 231}}, second.Credits)
	require.Equal(t, []AmountPart{{Kind: PartGoods, Amount: 2303}, {Kind: PartOtherCases, Amount: 697}}, second.Breakdown)
	// A reduction of the price gives no points back.
	granted := b.Authorize(c, supervisor, []Remedy{{Type: RemedyPartialRefund, Amount: ptr(CNY(500))}})
	require.Nil(t, granted.Refused)
	require.Empty(t, granted.Remedies[0].Credits)
}

func TestUnknownCurrenciesAreRefused(t *testing.T) {
	t.Parallel()
	for _, currency := range []string{"XQQ", "", "cny"} {
		c := sentBack(currency, []OrderLine{bought("a", 1, 100)}, Line{"a", 1})
		granted := refunding(t, strict).Authorize(c, supervisor, []Remedy{{Type: RemedyReturnRefund}})
		require.NotNil(t, granted.Refused, currency)
		require.Equal(t, CodeInvalid, granted.Refused.Code, currency)
	}
}

// The shipping charge goes back by rule with the whole order, and only where the
// customer is not at fault.
func TestOutboundFreightByRule(t *testing.T) {
	t.Parallel()
	order := []OrderLine{bought("a", 2, 6000), bought("b", 1, 5000)}
	whole, part := []Line{{"a", 2}, {"b", 1}}, []Line{{"a", 1}, {"b", 1}}
	b := refunding(t, strict)
	require.True(t, b.outboundByRule(of(sentBack("CNY", order, whole...), atFault), []Share{{Party: PartyMerchant, Percent: 100}}))
	require.True(t, b.outboundByRule(of(sentBack("CNY", order), atFault), []Share{{Party: PartyMerchant, Percent: 100}}))
	require.False(t, b.outboundByRule(of(sentBack("CNY", order, part...), atFault), []Share{{Party: PartyMerchant, Percent: 100}}))
	require.True(t, b.outboundByRule(of(sentBack("CNY", order, part...), func(c *Case) {
		c.Facts.Payment.Others = &OtherCases{Lines: []LineGiven{{LineID: "a", Units: 1}}}
	}), []Share{{Party: PartyMerchant, Percent: 100}}), "the last of it")
	require.False(t, b.outboundByRule(sentBack("CNY", order, whole...), []Share{{Party: PartyCustomer, Percent: 100}}))
	for _, word := range []string{"", OutboundCustomer} {
		require.False(t, refunding(t, RefundRule{OutboundFreight: word}).outboundByRule(of(sentBack("CNY", order), atFault), []Share{{Party: PartyMerchant, Percent: 100}}))
	}
}

// Every part that a payload may carry, and it stays small.
func TestBreakdownsAreSmall(t *testing.T) {
	t.Parallel()
	lines := []OrderLine{bought("a", 1, 100000)}
	for i := range 40 {
		g := bought(fmt.Sprintf("gift-%d", i), 1, 0)
		g.ListPrice, g.GiftWith = 100, "a"
		lines = append(lines, g)
	}
	c := sentBack("CNY", lines, Line{"a", 1})
	granted := refunding(t, strict).Authorize(c, supervisor, []Remedy{{Type: RemedyReturnRefund}})
	require.Nil(t, granted.Refused)
	require.Equal(t, []AmountPart{{Kind: PartGoods, Amount: 100000}, {Kind: PartGiftValue, Amount: -4000, Rule: "default@1/refund/gifts"}},
		granted.Remedies[0].Breakdown)
}

// Deductions that eat a refund whole are told as that, and not as money that was given
// back before; an amount that a person names goes without them.
func TestDeductionsThatLeaveNothing(t *testing.T) {
	t.Parallel()
	c := func() *Case {
		c := sentBack("CNY", []OrderLine{bought("a", 1, 500), bought("b", 1, 12000)}, Line{"a", 1})
		c.Facts.Order.FreeShipping = &FreeShipping{Threshold: 12400, Charge: 1000}
		return of(c, func(c *Case) {
			c.Kind, c.Reason, c.RequestedRemedy = KindReturn, ReasonChangedMind, []RemedyType{RemedyReturnRefund}
			delivered := utc("2026-09-20T04:00:00Z")
			c.OpenedAt, c.Facts.Order.DeliveredAt = utc("2026-09-22T02:00:00Z"), &delivered
			c.Liability = []Share{{Party: PartyCustomer, Percent: 100}}
		})
	}
	b := book(t, "default@3")
	granted := b.Authorize(c(), supervisor, []Remedy{{Type: RemedyReturnRefund}})
	require.NotNil(t, granted.Refused)
	require.Equal(t, CodeNothingLeft, granted.Refused.Code)
	require.Equal(t, "5.00 CNY less deductions of 10.00 CNY leaves nothing to give back", granted.Refused.Message)
	require.Equal(t, []Field{{Pointer: "/remedies/0/amount", Detail: "the deductions come to all of the price: name an amount to give one"}}, granted.Refused.Fields)

	assessed := b.Assess(c(), c().OpenedAt)
	want := map[string]string{"code": "nothing-left", "price": "5.00 CNY", "deductions": "10.00 CNY"}
	require.Equal(t, RoutePerson, assessed.Route)
	require.Equal(t, CodeCannotPrice, assessed.Explanation.Code)
	require.Equal(t, want, assessed.Explanation.Detail)
	silent := b.Silence(c(), Clock{Name: ClockAgentDecision})
	require.Equal(t, SilenceEscalate, silent.Outcome)
	require.Equal(t, want, silent.Explanation.Detail)

	named := b.Authorize(c(), supervisor, []Remedy{{Type: RemedyReturnRefund, Amount: ptr(CNY(500))}})
	require.Nil(t, named.Refused)
	require.Equal(t, CNY(500), named.Total)
	require.Empty(t, named.Remedies[0].Breakdown)

	// What eats it up exactly leaves nothing too; a cent less leaves a cent.
	exact := c()
	exact.Facts.Order.FreeShipping.Charge = 500
	require.Equal(t, CodeNothingLeft, b.Authorize(exact, supervisor, []Remedy{{Type: RemedyReturnRefund}}).Refused.Code)
	exact.Facts.Order.FreeShipping.Charge = 499
	require.Equal(t, CNY(1), b.Authorize(exact, supervisor, []Remedy{{Type: RemedyReturnRefund}}).Total)
	// Nothing to give back in the first place is another matter.
	gone := c()
	gone.Facts.Payment = &PaymentFacts{Others: &OtherCases{Lines: []LineGiven{{LineID: "a", Amount: 500}}}}
	require.Equal(t, CodeExceedsCapture, b.Authorize(gone, supervisor, []Remedy{{Type: RemedyReturnRefund}}).Refused.Code)
}
