package dispute

import (
	"testing"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"
)

// Refunds of different lines, decided one after another while earlier ones wait for their
// goods: none of them counts on money of a payment that another one waits for, as long as
// the payments hold them together.
func TestRefundsThatWaitKeepTheirPayments(t *testing.T) {
	t.Parallel()
	b := book(t, "default@3")
	rapid.Check(t, func(t *rapid.T) {
		c := potsAndMug()
		order := c.Facts.Order
		total := order.ShippingPaid
		for _, line := range order.Lines {
			total += line.Paid
		}
		order.Payments = nil
		for id := range rapid.IntRange(1, 3).Draw(t, "payments") {
			some := rapid.Int64Range(0, total).Draw(t, "captured")
			total -= some
			order.Payments = append(order.Payments, OrderMoney{PaymentID: string(rune('a' + id)), Captured: some})
		}
		order.Payments[len(order.Payments)-1].Captured += total
		for _, remedy := range rapid.Permutation([]Remedy{
			{Type: RemedyReturnRefund, Lines: pots(1)}, {Type: RemedyReturnRefund, Lines: pots(2)},
			{Type: RemedyReturnRefund, Lines: []Line{{"l1", 1}}}, {Type: RemedyFreightRefund},
		}).Draw(t, "remedies") {
			plan := b.Plan(c, []Remedy{remedy})
			require.Nil(t, plan.Refused)
			paid := rapid.Bool().Draw(t, "paid")
			for i := range plan.Legs {
				if m := &plan.Legs[i]; m.Money != nil && (m.After == "" || paid) {
					m.State = MoneySucceeded
				}
			}
			c.Legs = append(c.Legs, plan.Legs...)
		}
		sums := map[string]int64{}
		for _, l := range c.Legs {
			if l.Money != nil {
				sums[l.Money.PaymentID] += l.Money.Amount.Amount
			}
		}
		for _, p := range order.Payments {
			require.LessOrEqual(t, sums[p.PaymentID], p.Captured, "payment %s", p.PaymentID)
		}
	})
}
