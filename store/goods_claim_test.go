package store_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/redresshq/redress/dispute"
)

// aloneOnALine opens two cases of different families about the one unit of a line.
func (b *bundle) aloneOnALine(t *testing.T) (older, younger dispute.Case) {
	t.Helper()
	var cases [2]dispute.Case
	for i, reason := range []dispute.Reason{dispute.ReasonDamagedInTransit, dispute.ReasonNotReceived} {
		c := newCase([]string{"case_1", "case_2"}[i])
		c.OrderID, c.Reason, c.Legs = "order_1", reason, []dispute.Leg{}
		c.Facts.Order = &dispute.OrderFacts{OrderID: "order_1", CustomerID: "cus_1", Currency: "CNY",
			Lines:    []dispute.OrderLine{{LineID: "line_1", Quantity: 1, Paid: 1000}},
			Payments: []dispute.OrderMoney{{PaymentID: "pay_1", Captured: 1500}}}
		opened, err := b.Record(t.Context(), opening(c))
		require.NoError(t, err)
		require.Empty(t, opened.Duplicate)
		cases[i] = c
	}
	return cases[0], cases[1]
}

// sends records that a case sends its unit anew.
func (b *bundle) sends(t *testing.T, c dispute.Case, number int64, state dispute.LegState, asked bool) {
	t.Helper()
	rep := &dispute.ReplacementLeg{ReplacementID: "RPL-" + c.ID, Parts: []dispute.LineAmount{{LineID: "line_1", Quantity: 1, Amount: 1000}}}
	if asked {
		rep.RequestedAt = &c.OpenedAt
	}
	c.Legs = []dispute.Leg{{ID: "replacement-1", Type: dispute.LegReplacement, State: state, Replacement: rep}}
	batch := opening(c)
	batch.Opening, batch.Number = false, number
	_, err := b.Record(t.Context(), batch)
	require.NoError(t, err)
}

func (b *bundle) goods(t *testing.T, c dispute.Case) dispute.Code {
	t.Helper()
	return dispute.CodeOf(b.ClaimGoods(t.Context(), c.ID, "RPL-"+c.ID))
}

// Two cases on one order are decided at one instant: for a unit, one of them has money or
// goods, whichever comes first.
func TestAUnitIsClaimedOnceByMoneyOrGoods(t *testing.T) {
	t.Parallel()
	const granted dispute.Code = ""

	t.Run("money first", func(t *testing.T) {
		t.Parallel()
		b := setup(t)
		older, younger := b.aloneOnALine(t)
		b.sends(t, older, 2, dispute.ReplacementRequired, false) // it waits for a return
		_, err := b.ClaimMoney(t.Context(), claim("key_1", younger.ID, 1000))
		require.NoError(t, err)
		b.sends(t, older, 3, dispute.ReplacementRequired, true)
		require.Equal(t, dispute.CodeExceedsCapture, b.goods(t, older))
		_, err = b.RecordMoney(t.Context(), "key_1", dispute.MoneyFailed, "")
		require.NoError(t, err)
		require.Equal(t, granted, b.goods(t, older), "nothing was paid in the end")
	})
	t.Run("goods first", func(t *testing.T) {
		t.Parallel()
		b := setup(t)
		older, younger := b.aloneOnALine(t)
		b.sends(t, younger, 2, dispute.ReplacementRequired, true)
		require.Equal(t, granted, b.goods(t, younger))
		for i, state := range []dispute.LegState{dispute.ReplacementRequired, dispute.ReplacementReserved, dispute.ReplacementShipped} {
			b.sends(t, younger, int64(3+i), state, true)
			_, err := b.ClaimMoney(t.Context(), claim("key_1", older.ID, 1000))
			requireCode(t, dispute.CodeExceedsCapture, err)
		}
		_, err := b.ClaimMoney(t.Context(), claim("key_2", younger.ID, 1000))
		require.NoError(t, err, "within a case the rules see to it")
		b.sends(t, younger, 6, dispute.ReplacementLost, true)
		_, err = b.RecordMoney(t.Context(), "key_2", dispute.MoneyFailed, "")
		require.NoError(t, err)
		part := claim("key_3", older.ID, 100)
		part.Lines[0].Quantity = 0
		_, err = b.ClaimMoney(t.Context(), part)
		require.NoError(t, err, "the goods are lost")
	})
	t.Run("goods and goods", func(t *testing.T) {
		t.Parallel()
		b := setup(t)
		older, younger := b.aloneOnALine(t)
		require.Equal(t, dispute.CodeUnavailable, b.goods(t, older), "nothing is recorded yet")
		b.sends(t, older, 2, dispute.ReplacementRequired, true)
		b.sends(t, younger, 2, dispute.ReplacementRequired, true)
		require.Equal(t, dispute.CodeUnavailable, b.goods(t, older), "the younger may have asked first")
		require.Equal(t, dispute.CodeExceedsCapture, b.goods(t, younger))
		b.sends(t, younger, 3, dispute.ReplacementFailed, true)
		require.Equal(t, granted, b.goods(t, older))
		b.sends(t, younger, 4, dispute.ReplacementReserved, true)
		require.Equal(t, dispute.CodeExceedsCapture, b.goods(t, older), "it had")
	})
	t.Run("goods given up that may leave yet", func(t *testing.T) {
		t.Parallel()
		b := setup(t)
		older, younger := b.aloneOnALine(t)
		b.sends(t, older, 2, dispute.ReplacementRequired, true)
		givenUp := func(number int64, state dispute.LegState, change func(*dispute.Leg)) {
			t.Helper()
			leg := dispute.Leg{ID: "replacement-1", Type: dispute.LegReplacement, State: state, Replacement: &dispute.ReplacementLeg{ReplacementID: "RPL-2",
				RequestedAt: &younger.OpenedAt, Parts: []dispute.LineAmount{{LineID: "line_1", Quantity: 1, Amount: 1000}}}}
			change(&leg)
			younger.Legs = []dispute.Leg{leg}
			batch := opening(younger)
			batch.Opening, batch.Number = false, number
			_, err := b.Record(t.Context(), batch)
			require.NoError(t, err)
		}
		givenUp(2, dispute.ReplacementFailed, func(l *dispute.Leg) { l.Replacement.Unsure = true })
		require.Equal(t, dispute.CodeUnavailable, b.goods(t, older), "the warehouse may have taken it")
		givenUp(3, dispute.ReplacementCancelled, func(*dispute.Leg) {})
		require.Equal(t, dispute.CodeUnavailable, b.goods(t, older), "the warehouse does not know yet")
		givenUp(4, dispute.ReplacementCancelled, func(l *dispute.Leg) { l.Problem = dispute.ProblemNotCancelled })
		require.Equal(t, granted, b.goods(t, older), "a supervisor deals with it")
		givenUp(5, dispute.ReplacementCancelled, func(l *dispute.Leg) { l.Replacement.Voided = true })
		require.Equal(t, granted, b.goods(t, older))
		givenUp(6, dispute.ReplacementCancelled, func(l *dispute.Leg) { l.Replacement.RequestedAt = nil })
		require.Equal(t, granted, b.goods(t, older), "it was never asked for")
	})
}
