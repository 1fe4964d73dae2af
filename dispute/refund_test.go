package dispute

import (
	"math"
	"testing"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"
)

// Cutting a line into any pieces, in any order of sizes, loses and makes nothing.
func TestUnitsPaidSumToTheWhole(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(rt *rapid.T) {
		paid := rapid.Int64Range(0, math.MaxInt64).Draw(rt, "paid")
		quantity := rapid.IntRange(1, 10000).Draw(rt, "quantity")
		sum := int64(0)
		for from := 0; from < quantity; {
			n := rapid.IntRange(1, quantity-from).Draw(rt, "piece")
			part, err := UnitsPaid(paid, quantity, from, n)
			require.NoError(rt, err)
			require.GreaterOrEqual(rt, part, int64(0))
			sum, from = sum+part, from+n
		}
		require.Equal(rt, paid, sum)
	})
}

func TestUnitsPaid(t *testing.T) {
	t.Parallel()
	rows := []struct {
		paid              int64
		quantity, from, n int
		want              int64
	}{
		{10000, 3, 0, 1, 3333}, {10000, 3, 1, 1, 3333}, {10000, 3, 2, 1, 3334}, // the last takes the rest
		{10000, 3, 0, 3, 10000}, {1, 2, 0, 1, 0}, {1, 2, 1, 1, 1}, {0, 5, 2, 2, 0}, {5, 1, 1, 0, 0},
		{math.MaxInt64, 10000, 9999, 1, 922337203685478},
	}
	for _, row := range rows {
		have, err := UnitsPaid(row.paid, row.quantity, row.from, row.n)
		require.NoError(t, err)
		require.Equal(t, row.want, have, row)
	}
	for _, bad := range [][4]int64{{-1, 1, 0, 1}, {1, 0, 0, 0}, {1, 2, -1, 1}, {1, 2, 0, -1}, {1, 2, 1, 2}, {1, 2, 0, 3}} {
		_, err := UnitsPaid(bad[0], int(bad[1]), int(bad[2]), int(bad[3]))
		require.Equal(t, CodeInvalid, CodeOf(err), bad)
	}
}

// Parts sum to the amount and none is above its cap.
func TestSpreadIsExact(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(rt *rapid.T) {
		caps := rapid.SliceOfN(rapid.Int64Range(0, math.MaxInt64/20), 1, 20).Draw(rt, "caps")
		total := int64(0)
		for _, c := range caps {
			total += c
		}
		amount := rapid.Int64Range(0, total).Draw(rt, "amount")
		parts, err := Spread(amount, caps)
		require.NoError(rt, err)
		sum := int64(0)
		for i, p := range parts {
			require.GreaterOrEqual(rt, p, int64(0))
			require.LessOrEqual(rt, p, caps[i])
			sum += p
		}
		require.Equal(rt, amount, sum)
	})
}

func TestSpreadRefuses(t *testing.T) {
	t.Parallel()
	_, err := Spread(11, []int64{5, 5})
	require.Equal(t, CodeExceedsCapture, CodeOf(err))
	for _, bad := range [][]int64{{-1}, {math.MaxInt64, 1}} {
		_, err = Spread(0, bad)
		require.Equal(t, CodeInvalid, CodeOf(err))
	}
	_, err = Spread(-1, []int64{5})
	require.Equal(t, CodeInvalid, CodeOf(err))
	parts, err := Spread(0, []int64{0, 0})
	require.NoError(t, err)
	require.Equal(t, []int64{0, 0}, parts)
}

// drawOrder makes a case about a whole random order.
func drawOrder(rt *rapid.T) *Case {
	c := damagedReturn()
	c.Lines, c.Legs = nil, nil
	o := c.Facts.Order
	o.Lines, o.Payments = nil, nil
	o.ShippingPaid = rapid.Int64Range(0, 2000).Draw(rt, "shipping")
	left := o.ShippingPaid
	for i := range rapid.IntRange(1, 5).Draw(rt, "lines") {
		line := OrderLine{LineID: string(rune('a' + i)), Quantity: rapid.IntRange(1, 7).Draw(rt, "quantity"),
			Paid: rapid.Int64Range(7, 100000).Draw(rt, "paid")}
		o.Lines = append(o.Lines, line)
		c.Lines = append(c.Lines, Line{LineID: line.LineID, Quantity: line.Quantity})
		left += line.Paid
	}
	for i := 0; left > 0; i++ {
		captured := rapid.Int64Range(1, left).Draw(rt, "captured")
		if i == 3 {
			captured = left
		}
		o.Payments = append(o.Payments, OrderMoney{PaymentID: "pay-" + string(rune('1'+i)), Captured: captured})
		left -= captured
	}
	return c
}

// carryOut plans one refund and marks its legs as paid.
func carryOut(t require.TestingT, b *Rulebook, c *Case, remedy Remedy) int64 {
	plan := b.Plan(c, []Remedy{remedy})
	require.Nil(t, plan.Refused)
	sum := int64(0)
	for _, leg := range plan.Legs {
		parts := int64(0)
		for _, line := range leg.Money.Lines {
			parts += line.Amount
		}
		require.Equal(t, leg.Money.Amount.Amount, parts)
		leg.State = MoneySucceeded
		c.Legs = append(c.Legs, leg)
		sum += parts
	}
	return sum
}

// Refunding a line unit by unit in any order comes to what was paid for it; no
// payment and no line is ever overdrawn, and nothing is left to give afterwards.
func TestPartialRefundsInAnyOrder(t *testing.T) {
	t.Parallel()
	b := book(t, "default")
	rapid.Check(t, func(rt *rapid.T) {
		c := drawOrder(rt)
		total := c.Facts.Order.ShippingPaid
		var pieces []Remedy
		for _, line := range c.Facts.Order.Lines {
			total += line.Paid
			for range line.Quantity {
				pieces = append(pieces, Remedy{Type: RemedyRefund, Lines: []Line{{LineID: line.LineID, Quantity: 1}}})
			}
		}
		if c.Facts.Order.ShippingPaid > 0 {
			pieces = append(pieces, Remedy{Type: RemedyFreightRefund})
		}
		sum := int64(0)
		for _, remedy := range rapid.Permutation(pieces).Draw(rt, "order") {
			sum += carryOut(rt, b, c, remedy)
		}
		require.Equal(rt, total, sum)
		checkPayments(rt, c)
		fail := b.Authorize(c, Actor{Role: RoleSupervisor}, []Remedy{{Type: RemedyRefund, Amount: ptr(CNY(1))}}).Refused
		require.NotNil(rt, fail)
		require.Equal(rt, CodeExceedsCapture, fail.Code)
	})
}

func checkPayments(t require.TestingT, c *Case) {
	paid, lines := map[string]int64{}, map[string]int64{}
	for _, leg := range c.Legs {
		paid[leg.Money.PaymentID] += leg.Money.Amount.Amount
		for _, line := range leg.Money.Lines {
			lines[line.LineID] += line.Amount
		}
	}
	for _, p := range c.Facts.Order.Payments {
		require.LessOrEqual(t, paid[p.PaymentID], p.Captured)
	}
	for _, line := range c.Facts.Order.Lines {
		require.LessOrEqual(t, lines[line.LineID], line.Paid)
	}
	require.LessOrEqual(t, lines[ShippingLine], c.Facts.Order.ShippingPaid)
}

// A random row of amounts: never above captured, whatever is asked; and the sum
// of what is given does not depend on the order of asking as long as all fit.
func TestRandomAmountsNeverOverdraw(t *testing.T) {
	t.Parallel()
	b := book(t, "default")
	rapid.Check(t, func(rt *rapid.T) {
		c := drawOrder(rt)
		for range rapid.IntRange(1, 8).Draw(rt, "asks") {
			line := rapid.SampledFrom(c.Lines).Draw(rt, "line")
			ask := Remedy{Type: RemedyPartialRefund, Lines: []Line{line}, Amount: ptr(CNY(rapid.Int64Range(1, 60000).Draw(rt, "amount")))}
			if b.Authorize(c, Actor{Role: RoleSupervisor}, []Remedy{ask}).Refused != nil {
				continue
			}
			require.Equal(rt, ask.Amount.Amount, carryOut(rt, b, c, ask))
			checkPayments(rt, c)
		}
		rest := Remedy{Type: RemedyRefund}
		if b.Authorize(c, Actor{Role: RoleSupervisor}, []Remedy{rest}).Refused == nil {
			carryOut(rt, b, c, rest)
		}
		checkPayments(rt, c)
		sum, want := int64(0), int64(0)
		for _, leg := range c.Legs {
			sum += leg.Money.Amount.Amount
		}
		for _, line := range c.Facts.Order.Lines {
			want += line.Paid
		}
		require.Equal(rt, want, sum)
	})
}
