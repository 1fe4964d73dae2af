package store_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/redresshq/redress/dispute"
)

// What other cases send, or have sent, in place of units counts: on its way like a promise,
// signed for as replaced.
func TestOtherCasesKnowsReplacements(t *testing.T) {
	t.Parallel()
	b := setup(t)
	cases := b.threeForOne(t, 2)
	first := cases[0]
	leg := dispute.Leg{ID: "replacement-1", Type: dispute.LegReplacement, State: dispute.ReplacementReserved, Replacement: &dispute.ReplacementLeg{
		ReplacementID: "RPL-1", Parts: []dispute.LineAmount{{LineID: "line_1", Quantity: 1, Amount: 33}}, Value: dispute.CNY(33)}}
	record := func(number int64, state dispute.LegState) *dispute.OtherCases {
		leg.State = state
		first.Legs = []dispute.Leg{leg}
		batch := opening(first)
		batch.Opening, batch.Number = false, number
		_, err := b.Record(t.Context(), batch)
		require.NoError(t, err)
		others, err := b.OtherCases(t.Context(), first.OrderID, cases[1].ID)
		require.NoError(t, err)
		return others
	}
	require.Equal(t, dispute.LineGiven{LineID: "line_1", Units: 1, Amount: 33, Before: 1}, record(2, dispute.ReplacementReserved).Lines[0])
	require.Equal(t, 1, record(3, dispute.ReplacementShipped).Lines[0].Units)
	signed := record(4, dispute.ReplacementSigned).Lines[0]
	require.Equal(t, 1, signed.Replaced)
	require.Zero(t, signed.Units)
	for _, line := range record(5, dispute.ReplacementLost).Lines {
		require.Zero(t, line.Replaced+line.Units)
	}
}

func TestCaseText(t *testing.T) {
	t.Parallel()
	b := setup(t)
	c := newCase("case_1")
	_, err := b.Record(t.Context(), opening(c))
	require.NoError(t, err)
	require.NoError(t, b.AddText(t.Context(), dispute.Text{ID: "amendment_1", CaseID: c.ID, Kind: "amendment", Author: dispute.Actor{Role: dispute.RoleCustomer, ID: "cus_1"}, Body: "18 Cangku Road"}))
	text, err := b.CaseText(t.Context(), c.ID, "amendment_1")
	require.NoError(t, err)
	require.Equal(t, "18 Cangku Road", text)
	_, err = b.CaseText(t.Context(), "case_2", "amendment_1")
	requireCode(t, dispute.CodeNotFound, err)
}
