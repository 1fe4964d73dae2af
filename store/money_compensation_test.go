package store_test

import (
	"fmt"
	"sync"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/redresshq/redress/dispute"
)

// lateCase opens a case about a line of order_1.
func (b *bundle) lateCase(t *testing.T, id string, change ...func(*dispute.Case)) dispute.Case {
	t.Helper()
	c := newCase(id)
	c.OrderID, c.Reason, c.Lines = "order_1", dispute.ReasonLateDelivery, []dispute.Line{{LineID: "line_" + id, Quantity: 1}}
	for _, f := range change {
		f(&c)
	}
	_, err := b.Record(t.Context(), opening(c))
	require.NoError(t, err)
	return c
}

// payout is a compensation; with a most it was worked out by rule.
func payout(c dispute.Case, n int, amount, most int64) dispute.MoneyClaim {
	return dispute.MoneyClaim{Key: fmt.Sprintf("%s/compensation-%d/1", c.ID, n), Type: dispute.LegCompensation, CaseID: c.ID, OrderID: c.OrderID,
		LegID: fmt.Sprintf("compensation-%d", n), CustomerID: c.CustomerID, Amount: dispute.CNY(amount), Most: most}
}

// What a rule gives counts what the order's other cases were paid; what a person gives does not.
func TestCompensationByRuleIsCountedOverTheOrder(t *testing.T) {
	t.Parallel()
	b := setup(t)
	sofa, lamp := b.lateCase(t, "case_1"), b.lateCase(t, "case_2")
	other := b.lateCase(t, "case_3", func(c *dispute.Case) { c.OrderID = "order_2" })
	stranger := b.lateCase(t, "case_4", func(c *dispute.Case) { c.CustomerID = "cus_2" })
	for _, c := range []dispute.Case{sofa, other} {
		_, err := b.ClaimMoney(t.Context(), payout(c, 1, 4000, 4000))
		require.NoError(t, err)
	}
	_, err := b.ClaimMoney(t.Context(), payout(lamp, 1, 1600, 4000))
	requireCode(t, dispute.CodeLimitExceeded, err)
	var ours *dispute.Error
	require.ErrorAs(t, err, &ours)
	require.Equal(t, dispute.ProblemCompensatedElsewhere, ours.Ref)
	_, err = b.ClaimMoney(t.Context(), payout(sofa, 1, 4000, 4000))
	require.NoError(t, err, "its own claim again")
	_, err = b.ClaimMoney(t.Context(), payout(sofa, 2, 100, 4000))
	require.NoError(t, err, "its own is counted when it is worked out")
	_, err = b.ClaimMoney(t.Context(), payout(lamp, 2, 1600, 0))
	require.NoError(t, err, "a person may give more")
	_, err = b.ClaimMoney(t.Context(), payout(stranger, 1, 4000, 4000))
	require.NoError(t, err, "of an order that nobody knows only the customer's own cases count")

	b = setup(t)
	sofa, lamp = b.lateCase(t, "case_1"), b.lateCase(t, "case_2")
	_, err = b.ClaimMoney(t.Context(), payout(sofa, 1, 2400, 4000))
	require.NoError(t, err)
	_, err = b.ClaimMoney(t.Context(), payout(lamp, 1, 1600, 4000))
	require.NoError(t, err, "the most itself")

	b = setup(t)
	sofa, lamp = b.lateCase(t, "case_1"), b.lateCase(t, "case_2")
	_, err = b.ClaimMoney(t.Context(), payout(sofa, 1, 4000, 4000))
	require.NoError(t, err)
	_, err = b.RecordMoney(t.Context(), "case_1/compensation-1/1", dispute.MoneyFailed, "")
	require.NoError(t, err)
	_, err = b.ClaimMoney(t.Context(), payout(lamp, 1, 1600, 4000))
	require.NoError(t, err, "what failed was not given")
}

// Of many at once only as many pass as fit, although their lines differ.
func TestCompensationsAtOnceNeverPassTheMost(t *testing.T) {
	t.Parallel()
	b := setup(t)
	var cases []dispute.Case
	for i := range 20 {
		cases = append(cases, b.lateCase(t, fmt.Sprintf("case_%02d", i)))
	}
	passed, refused := make([]bool, len(cases)), make([]error, len(cases))
	var all sync.WaitGroup
	for i, c := range cases {
		all.Go(func() {
			_, err := b.ClaimMoney(t.Context(), payout(c, 1, 1600, 4000))
			passed[i], refused[i] = err == nil, err
		})
	}
	all.Wait()
	n := 0
	for i := range cases {
		if passed[i] {
			n++
			continue
		}
		requireCode(t, dispute.CodeLimitExceeded, refused[i])
	}
	require.Equal(t, 2, n)
}

// What other cases of the order compensated counts, as long as it was not given up.
func TestOtherCasesCompensated(t *testing.T) {
	t.Parallel()
	b := setup(t)
	first, second := b.lateCase(t, "case_1"), b.lateCase(t, "case_2")
	asked := func(c dispute.Case) int64 {
		others, err := b.OtherCases(t.Context(), "order_1", c.ID)
		require.NoError(t, err)
		if others == nil {
			return 0
		}
		return others.Compensated
	}
	require.Zero(t, asked(second))
	leg := func(id string, state dispute.LegState, m dispute.MoneyLeg) dispute.Leg {
		m.Key = "case_1/" + id + "/1"
		return dispute.Leg{ID: id, Type: dispute.LegCompensation, State: state, Money: &m}
	}
	first.Legs = []dispute.Leg{
		leg("compensation-1", dispute.MoneyRequired, dispute.MoneyLeg{Amount: dispute.CNY(4000)}),
		leg("compensation-2", dispute.MoneySucceeded, dispute.MoneyLeg{Amount: dispute.CNY(700), Form: dispute.FormPayout}),
		leg("compensation-3", dispute.MoneyFailed, dispute.MoneyLeg{Amount: dispute.CNY(10)}),
		leg("compensation-4", dispute.MoneySucceeded, dispute.MoneyLeg{Amount: dispute.CNY(20), Form: dispute.FormCoupon}),
		leg("compensation-5", dispute.MoneySucceeded, dispute.MoneyLeg{Amount: dispute.CNY(30), Returns: &dispute.Credit{Kind: "points"}}),
		leg("compensation-6", dispute.MoneySucceeded, dispute.MoneyLeg{Amount: dispute.Money{Amount: 40, Currency: "EUR"}}),
	}
	_, err := b.Record(t.Context(), next(first, 2, 1))
	require.NoError(t, err)
	require.Equal(t, int64(4700), asked(second))
	require.Zero(t, asked(first), "its own is not another's")
}
