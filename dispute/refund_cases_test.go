package dispute

import (
	"fmt"
	"math"
	"testing"

	"github.com/stretchr/testify/require"
)

// shop is an order with the cases about it; each knows of the others what the record
// would tell it.
type shop struct {
	order *OrderFacts
	cases []*Case
	tax   int64 // included in all refunds
}

// open opens a case about lines and asks what the others have got.
func (s *shop) open(merchant bool, lines ...Line) *Case {
	c := sentBack(s.order.Currency, nil, lines...)
	c.ID, c.Facts.Order = fmt.Sprintf("case_%03d", len(s.cases)), s.order
	if merchant {
		atFault(c)
	}
	s.cases = append(s.cases, c)
	s.ask(c)
	return c
}

// ask answers as the provider and our own ledger do. Cases that were opened before
// and have given nothing back stand before this one with all they claim.
func (s *shop) ask(c *Case) {
	others, lines, gone := &OtherCases{}, map[string]*LineGiven{}, map[string]int64{}
	of := func(id string) *LineGiven {
		if lines[id] == nil {
			lines[id] = &LineGiven{LineID: id}
		}
		return lines[id]
	}
	for _, other := range s.cases {
		if other.ID == c.ID {
			continue
		}
		if len(other.Legs) == 0 && other.ID < c.ID {
			for _, line := range other.Lines {
				of(line.LineID).Before += line.Quantity
			}
		}
		for _, leg := range other.Legs {
			gone[leg.Money.PaymentID] += leg.Money.Amount.Amount
			others.ShippingClawback += leg.Money.ShippingClawback
			for _, part := range leg.Money.Lines {
				of(part.LineID).Units += part.Quantity
				of(part.LineID).Amount += part.Amount
				if other.ID < c.ID {
					of(part.LineID).Before += part.Quantity
				}
			}
			for _, part := range leg.Money.Withheld {
				of(part.LineID).Withheld += part.Amount
			}
		}
	}
	c.Facts.Payment = &PaymentFacts{}
	for _, given := range lines {
		others.Lines = append(others.Lines, *given)
	}
	if len(others.Lines) > 0 || others.ShippingClawback > 0 {
		c.Facts.Payment.Others = others
	}
	for id, amount := range gone {
		c.Facts.Payment.Payments = append(c.Facts.Payment.Payments, PaymentGone{PaymentID: id, Gone: amount})
	}
}

// pay authorizes and plans a remedy, pays its money legs, and returns what it gave,
// nothing where it was refused.
func (s *shop) pay(t require.TestingT, b *Rulebook, c *Case, r Remedy) int64 {
	priced, fail := b.price(c, []Remedy{r})
	if fail != nil {
		require.Contains(t, []Code{CodeExceedsCapture, CodeNothingLeft}, fail.Code, fail)
		return 0
	}
	plan := b.Plan(c, remediesOf(priced))
	require.Nil(t, plan.Refused)
	sum := int64(0)
	for _, leg := range plan.Legs {
		if leg.Money == nil {
			continue
		}
		parts := int64(0)
		for _, line := range leg.Money.Lines {
			parts += line.Amount
		}
		require.Equal(t, leg.Money.Amount.Amount, parts)
		leg.State = MoneySucceeded
		c.Legs = append(c.Legs, leg)
		sum += parts
	}
	require.Equal(t, priced[0].Amount.Amount, sum)
	checkBreakdown(t, priced[0].Remedy)
	s.tax += partSum(priced[0].Breakdown, PartTaxIncluded)
	return sum
}

func checkBreakdown(t require.TestingT, r Remedy) {
	if r.Breakdown == nil {
		return
	}
	require.Equal(t, r.Amount.Amount, partSum(r.Breakdown, PartGoods)+partSum(r.Breakdown, PartShipping)+deducted(r.Breakdown))
	for _, p := range r.Breakdown {
		require.NotZero(t, p.Amount)
	}
}

// check holds all refunds of all cases against what was captured, and returns what
// was given and what was withheld.
func (s *shop) check(t require.TestingT) (given, withheld int64) {
	payments, lines := map[string]int64{}, map[string]int64{}
	for _, c := range s.cases {
		for _, leg := range c.Legs {
			given += leg.Money.Amount.Amount
			payments[leg.Money.PaymentID] += leg.Money.Amount.Amount
			for _, line := range leg.Money.Lines {
				lines[line.LineID] += line.Amount
			}
			for _, line := range leg.Money.Withheld {
				withheld += line.Amount
				lines[line.LineID] += line.Amount
			}
		}
	}
	for _, p := range s.order.Payments {
		require.LessOrEqual(t, payments[p.PaymentID], p.Captured)
	}
	for _, line := range s.order.Lines {
		require.LessOrEqual(t, lines[line.LineID], line.Paid)
	}
	require.LessOrEqual(t, lines[ShippingLine], s.order.ShippingPaid)
	return given, withheld
}

// A line of three that cost 1.00, one unit a case: 0.33, 0.33 and 0.34, whether one
// case follows the other or all are open at once; and 1.00 in any order of paying.
func TestOneUnitACase(t *testing.T) {
	t.Parallel()
	b := book(t, "default@1")
	for _, order := range [][]int{{0, 1, 2}, {2, 1, 0}, {1, 2, 0}} {
		s := &shop{order: sentBack("CNY", []OrderLine{bought("a", 3, 100)}).Facts.Order}
		for range 3 {
			s.open(false, Line{"a", 1})
		}
		got := make([]int64, 3)
		for _, i := range order {
			s.ask(s.cases[i])
			got[i] = s.pay(t, b, s.cases[i], Remedy{Type: RemedyReturnRefund})
		}
		require.Equal(t, []int64{33, 33, 34}, got, order)
	}
	s := &shop{order: sentBack("CNY", []OrderLine{bought("a", 3, 100)}).Facts.Order}
	for _, want := range []int64{33, 33, 34} {
		require.Equal(t, want, s.pay(t, b, s.open(false, Line{"a", 1}), Remedy{Type: RemedyReturnRefund}))
	}
	require.Zero(t, s.pay(t, b, s.open(false, Line{"a", 1}), Remedy{Type: RemedyReturnRefund}), "nothing is left")
}

// Facts that are out of date lose nothing for good: the last units take what rounding
// left over.
func TestTheLastUnitsTakeWhatRoundingLeft(t *testing.T) {
	t.Parallel()
	b := book(t, "default@1")
	c := sentBack("CNY", []OrderLine{bought("a", 4, 102)}, Line{"a", 1})
	// Three cases took the first unit's price, 25 each: 102 - 75 is 27, one more than 26.
	c.Facts.Payment.Others = &OtherCases{Lines: []LineGiven{{LineID: "a", Units: 3, Amount: 75, Before: 3}}}
	priced, fail := b.price(c, []Remedy{{Type: RemedyReturnRefund}})
	require.Nil(t, fail)
	require.Equal(t, CNY(27), *priced[0].Amount)
	// What was withheld for a gift is not rounding.
	c.Facts.Payment.Others.Lines[0] = LineGiven{LineID: "a", Units: 3, Amount: 73, Withheld: 3, Before: 3}
	priced, fail = b.price(c, []Remedy{{Type: RemedyReturnRefund}})
	require.Nil(t, fail)
	require.Equal(t, CNY(26), *priced[0].Amount)
	// A reduction of the price by another case is not given twice.
	c.Lines = []Line{{"a", 4}}
	c.Facts.Payment.Others.Lines[0] = LineGiven{LineID: "a", Amount: 20}
	priced, fail = b.price(c, []Remedy{{Type: RemedyReturnRefund}})
	require.Nil(t, fail)
	require.Equal(t, CNY(82), *priced[0].Amount)
}

// Deductions of an earlier decision that is still to be carried out count; those of
// one that is decided anew do not.
func TestPromisedReturnsCountForTheThreshold(t *testing.T) {
	t.Parallel()
	b := refunding(t, strict)
	c := sentBack("CNY", []OrderLine{bought("a", 1, 6000), bought("b", 1, 5000), bought("c", 1, 4000)})
	c.Facts.Order.FreeShipping = &FreeShipping{Threshold: 9900, Charge: 800}
	decide := func(id string) int64 {
		granted := b.Authorize(c, supervisor, []Remedy{{Type: RemedyReturnRefund, Lines: []Line{{id, 1}}}})
		require.Nil(t, granted.Refused)
		plan := b.Plan(c, granted.Remedies)
		require.Nil(t, plan.Refused)
		c.Legs = append(c.Legs, plan.Legs...)
		return granted.Total.Amount
	}
	require.EqualValues(t, 5000, decide("b"), "100.00 is kept")
	require.EqualValues(t, 3200, decide("c"), "60.00 is kept: less 8.00")
	require.EqualValues(t, 3200, decide("c"), "decided anew: the same")
	require.EqualValues(t, 6000, decide("a"), "it was taken off before")
}

// At the edge of what can be counted nothing wraps round.
func TestRefundsAtTheEdge(t *testing.T) {
	t.Parallel()
	b := refunding(t, strict)
	c := sentBack("CNY", []OrderLine{bought("a", 3, math.MaxInt64)}, Line{"a", 2})
	c.Facts.Order.Lines[0].Tax = math.MaxInt64
	c.Facts.Order.FreeShipping = &FreeShipping{Threshold: math.MaxInt64, Charge: math.MaxInt64 - 1}
	c.Facts.Payment = &PaymentFacts{RefundedElsewhere: math.MaxInt64, ChargedBack: math.MaxInt64,
		Others: &OtherCases{Lines: []LineGiven{{LineID: "a", Units: 1, Amount: math.MaxInt64, Withheld: math.MaxInt64, Before: 1}}}}
	_, fail := b.price(c, []Remedy{{Type: RemedyReturnRefund}})
	require.NotNil(t, fail)
	require.Equal(t, CodeExceedsCapture, fail.Code)
	c.Facts.Payment = nil
	c.Facts.Order.FreeShipping.Charge = 1
	priced, fail := b.price(c, []Remedy{{Type: RemedyReturnRefund}})
	require.Nil(t, fail)
	// It is 3n+1: two of three units are 2n and 2/3, less the 1 of shipping.
	require.EqualValues(t, math.MaxInt64/3*2-1, priced[0].Amount.Amount)
}

// What other cases took counts against the payments when a remedy is authorized.
func TestOtherCasesCountAgainstThePayments(t *testing.T) {
	t.Parallel()
	c := sentBack("CNY", []OrderLine{bought("a", 1, 6000), bought("b", 1, 5000)}, Line{"b", 1})
	c.Facts.Order.Payments = []OrderMoney{{"pay-1", 10000}} // 10.00 less than the lines say
	c.Facts.Payment.Others = &OtherCases{Lines: []LineGiven{{LineID: "a", Units: 1, Amount: 6000, Before: 1}}}
	granted := book(t, "default@1").Authorize(c, supervisor, []Remedy{{Type: RemedyReturnRefund}})
	require.NotNil(t, granted.Refused)
	require.Equal(t, CodeExceedsCapture, granted.Refused.Code)
}

// Two returns in one proposal: the waived shipping is taken off once.
func TestShippingIsTakenOffOnceInOneProposal(t *testing.T) {
	t.Parallel()
	c := sentBack("CNY", []OrderLine{bought("a", 1, 6000), bought("b", 1, 5000)})
	c.Facts.Order.FreeShipping = &FreeShipping{Threshold: 9900, Charge: 800}
	granted := refunding(t, strict).Authorize(c, supervisor, []Remedy{
		{Type: RemedyReturnRefund, Lines: []Line{{"a", 1}}}, {Type: RemedyReturnRefund, Lines: []Line{{"b", 1}}}})
	require.Nil(t, granted.Refused)
	require.Equal(t, CNY(11000-800), granted.Total)
}

// A gift that came back with one lamp is not missed when the other comes back in
// another case: its unit stands in the ledger although it brings no money.
func TestGiftsThatCameBackAreRemembered(t *testing.T) {
	t.Parallel()
	b := refunding(t, strict)
	mug := bought("mug", 1, 0)
	mug.ListPrice, mug.GiftWith = 1500, "lamp"
	s := &shop{order: sentBack("CNY", []OrderLine{bought("lamp", 2, 10000), mug}).Facts.Order}
	first := s.open(false, Line{"lamp", 1}, Line{"mug", 1})
	require.EqualValues(t, 5000, s.pay(t, b, first, Remedy{Type: RemedyReturnRefund}))
	require.Equal(t, []LineAmount{{"lamp", 1, 5000}, {"mug", 1, 0}}, first.Legs[0].Money.Lines)
	require.EqualValues(t, 5000, s.pay(t, b, s.open(false, Line{"lamp", 1}), Remedy{Type: RemedyReturnRefund}))
}
