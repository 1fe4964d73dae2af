package dispute

import (
	"testing"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"
)

// drawShop draws an order with tax, gifts and waived shipping. Where prices are high,
// no deduction is ever more than one unit costs.
func drawShop(rt *rapid.T, high bool) *shop {
	least := int64(0)
	if high {
		least = 5000
	}
	var ordered []OrderLine
	for i := range rapid.IntRange(1, 4).Draw(rt, "lines") {
		l := bought(string(rune('a'+i)), rapid.IntRange(1, 5).Draw(rt, "quantity"), 0)
		l.Paid = rapid.Int64Range(least*int64(l.Quantity), 40000).Draw(rt, "paid")
		l.Tax = rapid.Int64Range(0, l.Paid).Draw(rt, "tax")
		ordered = append(ordered, l)
		if rapid.Bool().Draw(rt, "with a gift") {
			g := bought("gift-"+l.LineID, rapid.IntRange(1, 2).Draw(rt, "gifts"), 0)
			g.GiftWith, g.ListPrice = l.LineID, rapid.Int64Range(0, 2000).Draw(rt, "value")
			ordered = append(ordered, g)
		}
	}
	o := sentBack(rapid.SampledFrom([]string{"CNY", "JPY", "KWD"}).Draw(rt, "currency"), ordered).Facts.Order
	o.ShippingPaid = rapid.Int64Range(0, 900).Draw(rt, "shipping")
	o.ShippingTax = rapid.Int64Range(0, o.ShippingPaid).Draw(rt, "shipping tax")
	o.FreeShipping = &FreeShipping{Threshold: rapid.Int64Range(1, 60000).Draw(rt, "threshold"), Charge: rapid.Int64Range(0, 900).Draw(rt, "charge")}
	captured := o.Payments[0].Captured + o.ShippingPaid
	second := rapid.Int64Range(0, captured).Draw(rt, "second payment")
	o.Payments = []OrderMoney{{"pay-1", captured - second}, {"pay-2", second}}
	return &shop{order: o}
}

// pieces are one return for each unit that was paid for, and the shipping charge.
func (s *shop) pieces() []Remedy {
	var all []Remedy
	for _, line := range s.order.Lines {
		for range line.Quantity {
			if line.GiftWith == "" {
				all = append(all, Remedy{Type: RemedyReturnRefund, Lines: []Line{{line.LineID, 1}}})
			}
		}
	}
	if s.order.ShippingPaid > 0 {
		all = append(all, Remedy{Type: RemedyFreightRefund})
	}
	return all
}

// Goods that go back unit by unit, a case each, come to what was captured less what
// the policy lawfully takes off, the same in every order: each gift's value and the
// waived shipping, once.
func TestCompleteReturnOverSeveralCases(t *testing.T) {
	t.Parallel()
	b := refunding(t, strict)
	rapid.Check(t, func(rt *rapid.T) {
		s := drawShop(rt, true)
		lawful, captured := s.order.FreeShipping.Charge, int64(0)
		for _, line := range s.order.Lines {
			if line.GiftWith != "" {
				lawful += line.ListPrice
			}
		}
		for _, p := range s.order.Payments {
			captured += p.Captured
		}
		pieces := s.pieces()
		for _, order := range [][]Remedy{pieces, rapid.Permutation(pieces).Draw(rt, "order")} {
			s.cases = nil
			for _, r := range order {
				c := s.open(false, r.Lines...)
				require.Positive(rt, s.pay(rt, b, c, r))
				s.check(rt)
			}
			given, withheld := s.check(rt)
			require.Equal(rt, lawful, withheld)
			require.Equal(rt, captured-lawful, given)
		}
	})
}

// Whatever is asked in whatever order, by cases of either side's fault, in pieces, as
// reductions of the price or whole: no line and no payment is ever overdrawn.
func TestAnySequenceOverSeveralCasesNeverOverdraws(t *testing.T) {
	t.Parallel()
	b := refunding(t, strict)
	rapid.Check(t, func(rt *rapid.T) {
		s := drawShop(rt, false)
		for range rapid.IntRange(1, 12).Draw(rt, "asks") {
			line := rapid.SampledFrom(s.order.Lines).Draw(rt, "line")
			units := rapid.IntRange(1, line.Quantity).Draw(rt, "units")
			var c *Case
			if len(s.cases) > 0 && rapid.Bool().Draw(rt, "in an open case") {
				c = rapid.SampledFrom(s.cases).Draw(rt, "case")
				s.ask(c)
			} else {
				c = s.open(rapid.Bool().Draw(rt, "merchant"), Line{line.LineID, units})
			}
			r := Remedy{Type: rapid.SampledFrom([]RemedyType{RemedyReturnRefund, RemedyRefund, RemedyFreightRefund,
				RemedyPartialRefund}).Draw(rt, "remedy")}
			if r.Type == RemedyPartialRefund || rapid.IntRange(0, 3).Draw(rt, "named") == 0 {
				r.Amount = &Money{Amount: rapid.Int64Range(1, 20000).Draw(rt, "amount"), Currency: c.Currency}
			}
			s.pay(rt, b, c, r)
			s.check(rt)
		}
		given, withheld := s.check(rt)
		captured := int64(0)
		for _, p := range s.order.Payments {
			captured += p.Captured
		}
		require.LessOrEqual(rt, given+withheld, captured)
	})
}

// Without a rule of the policy a complete return in any pieces gives back exactly
// what was captured and the tax in it, also where cases are open at the same time.
func TestCompleteReturnWithoutDeductions(t *testing.T) {
	t.Parallel()
	b := book(t, "default@1")
	rapid.Check(t, func(rt *rapid.T) {
		s := drawShop(rt, false)
		pieces := rapid.Permutation(s.pieces()).Draw(rt, "order")
		for _, r := range pieces {
			s.open(rapid.Bool().Draw(rt, "merchant"), r.Lines...)
		}
		for _, i := range rapid.Permutation(indexes(len(pieces))).Draw(rt, "paying") {
			s.ask(s.cases[i])
			s.pay(rt, b, s.cases[i], pieces[i])
		}
		given, withheld := s.check(rt)
		require.Zero(rt, withheld)
		for _, p := range s.order.Payments {
			given -= p.Captured
		}
		require.Zero(rt, given)
		s.tax -= s.order.ShippingTax
		for _, line := range s.order.Lines {
			s.tax -= line.Tax
		}
		require.Zero(rt, s.tax, "the tax of the parts comes to the tax of the whole")
	})
}

func indexes(n int) []int {
	all := make([]int, n)
	for i := range all {
		all[i] = i
	}
	return all
}
