package store_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/redresshq/redress/dispute"
)

// What was repaired, exchanged and compensated in the customer's other cases comes with the history.
func TestCustomerHistoryKnowsRepairsAndExchanges(t *testing.T) {
	t.Parallel()
	b := setup(t)
	old := newCase("case_old")
	old.OpenedAt = noon.AddDate(0, 0, -60)
	at := func(days int) *time.Time { d := old.OpenedAt.AddDate(0, 0, days); return &d }
	lines := []dispute.Line{{LineID: "line_1", Quantity: 1}}
	old.Legs = []dispute.Leg{
		{ID: "return-1", Type: dispute.LegReturn, State: dispute.ReturnAccepted, Return: &dispute.ReturnLeg{RMAID: "RMA-old-1", ShippedAt: at(2), ReceivedAt: at(4)}},
		{ID: "repair-1", Type: dispute.LegRepair, State: dispute.RepairReturned, After: "return-1",
			Repair: &dispute.RepairLeg{RepairID: "RPR-old-1", Lines: lines, ReceivedAt: at(4), ReturnedAt: at(9)}},
		{ID: "repair-2", Type: dispute.LegRepair, State: dispute.RepairCancelled, Repair: &dispute.RepairLeg{RepairID: "RPR-old-2", Lines: lines}},
		{ID: "replacement-1", Type: dispute.LegReplacement, State: dispute.ReplacementSigned,
			Replacement: &dispute.ReplacementLeg{ReplacementID: "RPL-old-1", Parts: []dispute.LineAmount{{LineID: "line_1", Quantity: 1}}, SignedAt: at(20)}},
		{ID: "compensation-1", Type: dispute.LegCompensation, State: dispute.MoneySucceeded,
			Money: &dispute.MoneyLeg{Key: "case_old/compensation-1/1", Amount: dispute.Money{Amount: 400, Currency: "CNY"}}},
		{ID: "compensation-2", Type: dispute.LegCompensation, State: dispute.MoneyFailed,
			Money: &dispute.MoneyLeg{Key: "case_old/compensation-2/1", Amount: dispute.Money{Amount: 500, Currency: "CNY"}}},
		{ID: "compensation-3", Type: dispute.LegCompensation, State: dispute.MoneySucceeded, Money: &dispute.MoneyLeg{Key: "case_old/compensation-3/1",
			Form: dispute.FormCoupon, Returns: &dispute.Credit{Kind: dispute.ReductionCoupon, Amount: 100}, Amount: dispute.Money{Amount: 100, Currency: "CNY"}}},
	}
	_, err := b.Record(t.Context(), opening(old))
	require.NoError(t, err)
	b.closeCase(t, old, 2)
	b.open(t, "case_1")
	h, err := b.CustomerHistory(t.Context(), "cus_1", "case_1", noon.Add(time.Hour))
	require.NoError(t, err)
	require.Equal(t, []dispute.PastRepair{{CaseID: "case_old", LegID: "repair-1", OrderID: old.OrderID, Lines: lines,
		State: dispute.RepairReturned, From: at(2), To: at(9)}}, h.Repairs)
	require.Equal(t, []dispute.PastExchange{{CaseID: "case_old", LegID: "replacement-1", OrderID: old.OrderID, Lines: lines, SignedAt: at(20)}}, h.Exchanges)
	require.Equal(t, []dispute.PastCompensation{{CaseID: "case_old", LegID: "compensation-1", OrderID: old.OrderID,
		Amount: dispute.Money{Amount: 400, Currency: "CNY"}}}, h.Compensations)
	h, err = b.CustomerHistory(t.Context(), "cus_2", "case_1", noon.Add(time.Hour))
	require.NoError(t, err)
	require.Empty(t, h.Repairs)
}
