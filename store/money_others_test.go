package store_test

import (
	"fmt"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/redresshq/redress/dispute"
)

// threeForOne opens cases about one unit each of a line of three that cost 1.00.
func (b *bundle) threeForOne(t *testing.T, n int) []dispute.Case {
	t.Helper()
	cases := make([]dispute.Case, n)
	for i := range cases {
		c := newCase(fmt.Sprintf("case_%d", i+1))
		c.OrderID, c.Reason, c.Legs = "order_1", dispute.ReasonChangedMind, []dispute.Leg{}
		c.Facts.Order = &dispute.OrderFacts{OrderID: "order_1", CustomerID: "cus_1", Currency: "CNY",
			Lines:    []dispute.OrderLine{{LineID: "line_1", Quantity: 3, Paid: 100}},
			Payments: []dispute.OrderMoney{{PaymentID: "pay_1", Captured: 100}}}
		opened, err := b.Record(t.Context(), opening(c))
		require.NoError(t, err)
		require.Empty(t, opened.Duplicate)
		cases[i] = c
	}
	return cases
}

// refundByRule asks the record what other cases got, prices the case by the rules,
// and claims the money.
func (b *bundle) refundByRule(t *testing.T, c *dispute.Case) (int64, error) {
	t.Helper()
	library, err := dispute.Embedded()
	require.NoError(t, err)
	book, err := library.Book("default@1")
	require.NoError(t, err)
	others, err := b.OtherCases(t.Context(), c.OrderID, c.ID)
	require.NoError(t, err)
	c.Facts.Payment = &dispute.PaymentFacts{Others: others}
	plan := book.Plan(c, []dispute.Remedy{{Type: dispute.RemedyRefund}})
	if plan.Refused != nil {
		return 0, plan.Refused
	}
	require.Len(t, plan.Legs, 1)
	m := plan.Legs[0].Money
	_, err = b.ClaimMoney(t.Context(), dispute.MoneyClaim{Key: m.Key, Type: dispute.LegRefund, CaseID: c.ID, LegID: "refund-1",
		OrderID: c.OrderID, PaymentID: m.PaymentID, Amount: m.Amount, Lines: m.Lines,
		LineCaps: []dispute.LineAmount{{LineID: "line_1", Amount: 100}}, Captured: 100})
	require.NoError(t, err)
	return m.Amount.Amount, nil
}

// A line of three that cost 1.00, one unit a case: 0.33, 0.33 and 0.34 come to 1.00,
// however the cases follow each other.
func TestThreeCasesOfOneLineComeToItsPrice(t *testing.T) {
	t.Parallel()
	for _, order := range [][]int{{0, 1, 2}, {2, 1, 0}, {1, 2, 0}} {
		b := setup(t)
		cases := b.threeForOne(t, 3)
		got := make([]int64, 3)
		for _, i := range order {
			have, err := b.refundByRule(t, &cases[i])
			require.NoError(t, err)
			got[i] = have
		}
		require.Equal(t, []int64{33, 33, 34}, got, order)
	}
	// One after the other, each closed before the next is opened.
	b := setup(t)
	cases := b.threeForOne(t, 1)
	for i, want := range []int64{33, 33, 34} {
		c := cases[0]
		c.ID = fmt.Sprintf("case_%d", i+1)
		if i > 0 {
			_, err := b.Record(t.Context(), opening(c))
			require.NoError(t, err)
		}
		have, err := b.refundByRule(t, &c)
		require.NoError(t, err)
		require.Equal(t, want, have)
		b.closeCase(t, c, 2)
	}
	c := cases[0]
	c.ID = "case_4"
	_, err := b.Record(t.Context(), opening(c))
	require.NoError(t, err)
	_, err = b.refundByRule(t, &c)
	requireCode(t, dispute.CodeExceedsCapture, err)
}

// What was refunded, what was taken off, and whose claims stand before a case's own.
func TestOtherCases(t *testing.T) {
	t.Parallel()
	b := setup(t)
	cases := b.threeForOne(t, 2)
	first, second := cases[0], cases[1]
	asked := func(c dispute.Case) *dispute.OtherCases {
		others, err := b.OtherCases(t.Context(), "order_1", c.ID)
		require.NoError(t, err)
		return others
	}
	require.Nil(t, asked(first), "the second one stands behind it")
	require.Equal(t, &dispute.OtherCases{Lines: []dispute.LineGiven{{LineID: "line_1", Before: 1}}}, asked(second))

	first.Legs = []dispute.Leg{{ID: "refund-1", Type: dispute.LegRefund, State: dispute.MoneyRequested, Money: &dispute.MoneyLeg{
		Key: "key_1", PaymentID: "pay_1", Amount: dispute.CNY(20), Lines: []dispute.LineAmount{{LineID: "line_1", Quantity: 1, Amount: 20}},
		Withheld: []dispute.LineAmount{{LineID: "line_1", Amount: 13}}, ShippingClawback: 8}}}
	_, err := b.Record(t.Context(), next(first, 2, 1))
	require.NoError(t, err)
	_, err = b.ClaimMoney(t.Context(), claim("key_1", "case_1", 20))
	require.NoError(t, err)
	require.Equal(t, &dispute.OtherCases{ShippingClawback: 8,
		Lines: []dispute.LineGiven{{LineID: "line_1", Units: 1, Amount: 20, Withheld: 13, Before: 1}}}, asked(second))
	require.Nil(t, asked(first), "its own is not another's")

	_, err = b.RecordMoney(t.Context(), "key_1", dispute.MoneyFailed, "")
	require.NoError(t, err)
	require.Equal(t, &dispute.OtherCases{Lines: []dispute.LineGiven{{LineID: "line_1", Before: 1}}}, asked(second), "what failed was not given")
	b.closeCase(t, first, 3)
	require.Nil(t, asked(second), "and what is closed claims nothing")
}

// What an open case has promised counts as given, before any of it is claimed: two
// cases side by side are priced as if one had come after the other. A promise that is
// given up counts no more.
func TestOtherCasesCountsPromises(t *testing.T) {
	t.Parallel()
	b := setup(t)
	cases := b.threeForOne(t, 2)
	first, second := cases[0], cases[1]
	asked := func() *dispute.OtherCases {
		others, err := b.OtherCases(t.Context(), "order_1", second.ID)
		require.NoError(t, err)
		return others
	}
	first.Legs = []dispute.Leg{{ID: "refund-1", Type: dispute.LegRefund, State: dispute.MoneyRequired, After: "return-1", Money: &dispute.MoneyLeg{
		Key: "key_1", PaymentID: "pay_1", Amount: dispute.CNY(20), Lines: []dispute.LineAmount{{LineID: "line_1", Quantity: 1, Amount: 20}},
		Withheld: []dispute.LineAmount{{LineID: "line_1", Amount: 13}}, ShippingClawback: 8}}}
	_, err := b.Record(t.Context(), next(first, 2, 1))
	require.NoError(t, err)
	promised := &dispute.OtherCases{ShippingClawback: 8,
		Lines: []dispute.LineGiven{{LineID: "line_1", Units: 1, Amount: 20, Withheld: 13, Before: 1}}}
	require.Equal(t, promised, asked())

	first.Legs[0].State = dispute.MoneyRequested
	_, err = b.Record(t.Context(), next(first, 3, 2))
	require.NoError(t, err)
	require.Equal(t, promised, asked(), "recorded, and about to be claimed")
	_, err = b.ClaimMoney(t.Context(), claim("key_1", "case_1", 20))
	require.NoError(t, err)
	require.Equal(t, promised, asked(), "claimed, it counts once")

	first.Legs[0].State = dispute.MoneyCancelled
	_, err = b.RecordMoney(t.Context(), "key_1", dispute.MoneyCancelled, "")
	require.NoError(t, err)
	_, err = b.Record(t.Context(), next(first, 4, 3))
	require.NoError(t, err)
	require.Equal(t, &dispute.OtherCases{Lines: []dispute.LineGiven{{LineID: "line_1", Before: 1}}}, asked())
}
