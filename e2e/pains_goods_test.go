package e2e_test

import (
	"net/http"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/redresshq/redress/dispute"
	"github.com/redresshq/redress/partners"
)

// Pain 13: there is no RMA, only notes by hand; nobody can ask where a return stands.
func TestPain13EveryReturnHasAnRMAAndAStateToAskFor(t *testing.T) {
	t.Parallel()
	s := sharedStack(t)
	c := s.customer(t)
	id := c.open(returnOf(s.order(t, c.id), dispute.ReasonDamagedInTransit)).ID // requested
	c.supply(id)
	c.accept(id) // approved
	ret := c.awaitLeg(id, dispute.LegReturn, dispute.ReturnAwaitingShipment).Return
	require.NotEmpty(t, ret.RMAID)
	require.NotEmpty(t, ret.Instructions.Address)
	require.NotNil(t, ret.Instructions.ShipBy)
	require.NotEmpty(t, ret.Instructions.Items)
	s.pickedUp(t, c, id)
	require.NoError(t, s.box.Receive(t.Context(), ret.RMAID, partners.ReceiveReport{})) // received
	c.awaitLeg(id, dispute.LegReturn, dispute.ReturnReceived)
	require.NoError(t, s.box.Inspect(t.Context(), ret.RMAID, partners.InspectReport{}))
	closed := c.awaitClosed(id, dispute.OutcomeResolved) // refunded
	require.Equal(t, dispute.ReturnAccepted, leg(closed, "return-1").State)
	require.Equal(t, dispute.MoneySucceeded, leg(closed, "refund-1").State)

	var list struct {
		Items []view `json:"items"`
	}
	r := c.do(http.MethodGet, "/v1/cases?order_id="+closed.OrderID, nil)
	require.Equal(t, http.StatusOK, r.status, "%s", r.body)
	r.decode(t, &list)
	require.Len(t, list.Items, 1)
	require.Equal(t, id, list.Items[0].ID)
}

// Pain 14: what arrives is not what was declared: one of two, and something else.
func TestPain14WhatArrivesIsComparedLineByLine(t *testing.T) {
	t.Parallel()
	s := sharedStack(t)
	c, agent := s.customer(t), s.agent(t)
	id := c.open(returnOf(s.order(t, c.id), dispute.ReasonDamagedInTransit, dispute.Line{LineID: "cup", Quantity: 2})).ID
	c.supply(id)
	c.accept(id)
	count := []dispute.ReceivedLine{{LineID: "cup", Quantity: 1}, {SKU: "sku-of-another-shop", Quantity: 1}}
	received := s.travel(t, c, id, partners.ReceiveReport{Lines: count})
	require.Equal(t, count, received.Received, "both are written down as they came")
	require.NoError(t, s.box.Inspect(t.Context(), received.RMAID, partners.InspectReport{Lines: []partners.FoundLine{
		{LineID: "cup", Quantity: 1, Condition: dispute.ConditionDamaged, Disposition: dispute.DispositionScrap},
		{SKU: "sku-of-another-shop", Quantity: 1, Condition: dispute.ConditionIntact, Disposition: dispute.DispositionReturnToCustomer},
	}}))
	differs := agent.awaitPerson(id, dispute.CodeInspectionDiffers)
	codes := map[string]string{}
	for _, d := range leg(differs, "return-1").Return.Differences {
		codes[d.LineID+d.SKU] = d.Code
	}
	require.Equal(t, map[string]string{"cup": "short", "sku-of-another-shop": "undeclared"}, codes)
	s.paid(t, id)
	agent.offer(id, grant(dispute.RemedyPartialRefund, 5000))
	c.accept(id)
	c.awaitClosed(id, dispute.OutcomeResolved)
	s.paid(t, id, moved{"refund.made", "refund-2/1", 5000})
}
