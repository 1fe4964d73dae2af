package dispute

import (
	"math"
	"testing"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"
)

// listed makes lines a, b, c ... of one unit each with list prices.
func listed(prices ...int64) []OrderLine {
	lines := make([]OrderLine, 0, len(prices))
	for i, price := range prices {
		lines = append(lines, OrderLine{LineID: string(rune('a' + i)), Quantity: 1, ListPrice: price})
	}
	return lines
}

func paidOf(o OrderFacts) []int64 {
	var paid []int64
	for _, l := range o.Lines {
		paid = append(paid, l.Paid)
	}
	return paid
}

func TestPriceOrder(t *testing.T) {
	t.Parallel()
	bundle := listed(3000, 1000, 500)
	bundle[0].Bundle, bundle[1].Bundle = "kit", "kit"
	own := listed(3000, 2000, 1000)
	own[1].Discount = 500
	rows := []struct {
		name    string
		order   OrderFacts
		paid    []int64
		credits [][]Credit
	}{
		{
			// 60.00 less 5.00 over 30, 20, 10: 2.50, 1.67, 0.83 (1.6667 lost more than 0.8333).
			name: "a discount over three lines", order: OrderFacts{Lines: listed(3000, 2000, 1000),
				Reductions: []OrderReduction{{Kind: ReductionDiscount, Amount: 500}}},
			paid: []int64{2750, 1833, 917},
		},
		{
			// The second line costs 15.00 by itself. 5.00 over 30, 15, 10 of 55: 2.727, 1.364,
			// 0.909: 272 + 136 + 90 = 498, two units left, to .909 (.9) and to .727 (.7).
			name: "after a line's own discount", order: OrderFacts{Lines: own,
				Reductions: []OrderReduction{{Kind: ReductionDiscount, Amount: 500}}},
			paid: []int64{2727, 1364, 909},
		},
		{
			name: "a discount on one line", order: OrderFacts{Lines: listed(3000, 2000),
				Reductions: []OrderReduction{{Kind: ReductionDiscount, Amount: 500, Lines: []string{"b"}}}},
			paid: []int64{3000, 1500},
		},
		{
			// A kit of 30.00 and 10.00 for 33.33: 24.9975 and 8.3325, so 25.00 and 8.33.
			name: "a bundle of two", order: OrderFacts{Lines: bundle, Bundles: []OrderBundle{{BundleID: "kit", Price: 3333}}},
			paid: []int64{2500, 833, 500},
		},
		{
			// 40.00: a coupon of 7.00 on the first line leaves 23.00 and 10.00; 300 points for
			// 3.00 over 23 and 10 are 2.0909 and 0.9091: 2.09 and 0.91, that is 209 and 91 points.
			name: "points and a coupon", order: OrderFacts{Lines: listed(3000, 1000), Reductions: []OrderReduction{
				{Kind: ReductionCoupon, Code: "spring", Amount: 700, Lines: []string{"a"}},
				{Kind: ReductionPoints, Amount: 300, Points: 300}}},
			paid: []int64{2091, 909},
			credits: [][]Credit{{{Kind: ReductionCoupon, Code: "spring", Amount: 700}, {Kind: ReductionPoints, Amount: 209, Points: 209}},
				{{Kind: ReductionPoints, Amount: 91, Points: 91}}},
		},
		{
			name: "all with points", order: OrderFacts{Lines: listed(300), Reductions: []OrderReduction{{Kind: ReductionPoints, Amount: 300, Points: 30}}},
			paid: []int64{0}, credits: [][]Credit{{{Kind: ReductionPoints, Amount: 300, Points: 30}}},
		},
	}
	for _, row := range rows {
		t.Run(row.name, func(t *testing.T) {
			t.Parallel()
			o, err := PriceOrder(row.order, false)
			require.NoError(t, err)
			require.Equal(t, row.paid, paidOf(o))
			for i, want := range row.credits {
				require.Equal(t, want, o.Lines[i].Credits)
			}
		})
	}
}

// What the order system says was paid is final; coupons and points are still told apart.
func TestPriceOrderKeepsWhatWasPaid(t *testing.T) {
	t.Parallel()
	o := OrderFacts{Lines: []OrderLine{{LineID: "a", Quantity: 1, Paid: 2000, ListPrice: 3000}, {LineID: "b", Quantity: 1, Paid: 900}},
		Payments:   []OrderMoney{{"pay-1", 1}}, // not held against the lines
		Reductions: []OrderReduction{{Kind: ReductionDiscount, Amount: 9999}, {Kind: ReductionPoints, Amount: 130, Points: 13}}}
	have, err := PriceOrder(o, true)
	require.NoError(t, err)
	require.Equal(t, []int64{2000, 900}, paidOf(have))
	// 1.30 over 30.00 and 9.00: 1.00 and 0.30.
	require.Equal(t, []Credit{{Kind: ReductionPoints, Amount: 100, Points: 10}}, have.Lines[0].Credits)
	require.Equal(t, []Credit{{Kind: ReductionPoints, Amount: 30, Points: 3}}, have.Lines[1].Credits)
}

func TestPriceOrderRefuses(t *testing.T) {
	t.Parallel()
	rows := map[string]struct {
		change func(*OrderFacts)
		field  string
	}{
		"a reduction above the price": {func(o *OrderFacts) { o.Reductions[0].Amount = 3001 }, "/reductions/0/amount"},
		"a negative reduction":        {func(o *OrderFacts) { o.Reductions[0].Amount = -1 }, "/reductions/0"},
		"an unknown reduction":        {func(o *OrderFacts) { o.Reductions[0].Kind = "luck" }, "/reductions/0/kind"},
		"a reduction of no line":      {func(o *OrderFacts) { o.Reductions[0].Lines = []string{"z"} }, "/reductions/0/lines"},
		"a reduction of a line twice": {func(o *OrderFacts) { o.Reductions[0].Lines = []string{"a", "a"} }, "/reductions/0/lines"},
		"too many reductions":         {func(o *OrderFacts) { o.Reductions = make([]OrderReduction, MaxReductions+1) }, "/reductions"},
		"a discount above the price":  {func(o *OrderFacts) { o.Lines[0].Discount = 2001 }, "/lines/0/discount"},
		"a negative list price":       {func(o *OrderFacts) { o.Lines[0].ListPrice = -1 }, "/lines/0"},
		"a tax above the price":       {func(o *OrderFacts) { o.Lines[1].Tax = 1001 }, "/lines/1/tax"},
		"a gift with itself":          {func(o *OrderFacts) { o.Lines[1].GiftWith = "b" }, "/lines/1/gift_with"},
		"a gift with nothing":         {func(o *OrderFacts) { o.Lines[1].GiftWith = "z" }, "/lines/1/gift_with"},
		"a bundle of nothing":         {func(o *OrderFacts) { o.Bundles = []OrderBundle{{BundleID: "kit"}} }, "/bundles/0"},
		"prices beyond counting":      {func(o *OrderFacts) { o.Lines[0].ListPrice = math.MaxInt64 }, "/lines"},
		"more than was captured":      {func(o *OrderFacts) { o.Payments = []OrderMoney{{"pay-1", 2999}} }, "/payments"},
		"captures beyond counting":    {func(o *OrderFacts) { o.Payments = []OrderMoney{{"p", math.MaxInt64}, {"q", math.MaxInt64}} }, "/payments"},
		"a threshold below nothing":   {func(o *OrderFacts) { o.FreeShipping = &FreeShipping{Threshold: -1} }, "/free_shipping"},
		"shipping taxed above itself": {func(o *OrderFacts) { o.ShippingTax = 1 }, "/shipping_tax"},
		"a bundle below its discounts": {func(o *OrderFacts) {
			o.Lines[0].Bundle, o.Lines[0].Discount = "kit", 2
			o.Bundles = []OrderBundle{{"kit", 1}}
		}, "/lines/0/discount"},
	}
	for name, row := range rows {
		o := OrderFacts{Lines: listed(2000, 1000), Reductions: []OrderReduction{{Kind: ReductionDiscount}}}
		row.change(&o)
		_, err := PriceOrder(o, false)
		require.Equal(t, CodeInvalid, CodeOf(err), name)
		var wrong *Error
		require.ErrorAs(t, err, &wrong, name)
		require.Equal(t, row.field, wrong.Fields[0].Pointer, name)
	}
}

// Whatever is taken off, what was paid and the credits come to the list prices less
// the discounts, to the cent, and no line costs less than nothing.
func TestPricesSumToTheWhole(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(rt *rapid.T) {
		o := drawListed(rt)
		whole := int64(0)
		for _, l := range o.Lines {
			if l.Bundle == "" {
				whole += l.ListPrice - l.Discount
			}
		}
		for _, b := range o.Bundles {
			whole += b.Price
		}
		for _, r := range o.Reductions {
			if r.Kind == ReductionDiscount {
				whole -= r.Amount
			}
		}
		priced, err := PriceOrder(o, false)
		require.NoError(rt, err)
		sum, points := int64(0), int64(0)
		for _, l := range priced.Lines {
			require.GreaterOrEqual(rt, l.Paid, int64(0))
			sum += l.Paid + l.credit()
			for _, c := range l.Credits {
				points += c.Points
			}
		}
		require.Equal(rt, whole, sum)
		for _, r := range o.Reductions {
			points -= r.Points
		}
		require.Zero(rt, points)
		again, err := PriceOrder(priced, true) // what was paid stays
		require.NoError(rt, err)
		require.Equal(rt, paidOf(priced), paidOf(again))
	})
}

// drawListed draws an order of list prices with reductions that fit.
func drawListed(rt *rapid.T) OrderFacts {
	var o OrderFacts
	kit := int64(0)
	for i := range rapid.IntRange(1, 6).Draw(rt, "lines") {
		l := OrderLine{LineID: string(rune('a' + i)), Quantity: rapid.IntRange(1, 5).Draw(rt, "quantity"),
			ListPrice: rapid.Int64Range(0, 50000).Draw(rt, "list")}
		if rapid.Bool().Draw(rt, "bundled") {
			l.Bundle, kit = "kit", kit+l.ListPrice
		} else {
			l.Discount = rapid.Int64Range(0, l.ListPrice).Draw(rt, "discount")
		}
		o.Lines = append(o.Lines, l)
	}
	left := int64(0)
	for _, l := range o.Lines {
		if l.Bundle == "" {
			left += l.ListPrice - l.Discount
		}
	}
	if kit > 0 {
		price := rapid.Int64Range(0, kit).Draw(rt, "kit")
		o.Bundles, left = []OrderBundle{{BundleID: "kit", Price: price}}, left+price
	} else {
		for i := range o.Lines {
			o.Lines[i].Bundle = ""
		}
	}
	for range rapid.IntRange(0, 4).Draw(rt, "reductions") {
		r := OrderReduction{Kind: rapid.SampledFrom([]ReductionKind{ReductionDiscount, ReductionCoupon, ReductionPoints}).Draw(rt, "kind"),
			Amount: rapid.Int64Range(0, left).Draw(rt, "off")}
		if r.Kind == ReductionPoints {
			r.Points = r.Amount * 10
		}
		o.Reductions, left = append(o.Reductions, r), left-r.Amount
	}
	return o
}
