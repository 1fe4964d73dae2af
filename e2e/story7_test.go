package e2e_test

import (
	"net/http"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/redresshq/redress/dispute"
	"github.com/redresshq/redress/partners"
)

// Story 7: the customer withdraws while the offer waits: nothing was begun.
func TestStory7WithdrawnBeforeTheLabel(t *testing.T) {
	t.Parallel()
	s := sharedStack(t)
	c := s.customer(t)
	id := c.open(returnOf(s.order(t, c.id), dispute.ReasonDamagedInTransit)).ID
	c.supply(id)
	c.awaitOffer(id)

	c.withdraw(id)
	closed := c.awaitClosed(id, dispute.OutcomeWithdrawn)

	require.Equal(t, dispute.OfferReplaced, closed.Offers[0].State, "nobody can accept it any more")
	require.Nil(t, closed.ResolvedAt)
	s.paid(t, id)
	s.parcels(t, id, 0, 0, 0, 0)
	s.happened(t, id, dispute.EventOfferMade, dispute.EventWithdrawn, dispute.EventClosed)
	s.told(t, id, told{"customer missing_items": 1, "customer accepted": 1, "customer offer": 1})
	s.agent(t).refused(http.StatusConflict, dispute.CodeCaseClosed, "/v1/cases/"+id+"/withdrawal", map[string]any{})
}

// After the label: RMA and label are given back before the case closes.
func TestStory7WithdrawnAfterTheLabel(t *testing.T) {
	t.Parallel()
	s := sharedStack(t)
	c := s.customer(t)
	id := c.open(returnOf(s.order(t, c.id), dispute.ReasonDamagedInTransit)).ID
	c.supply(id)
	c.accept(id)
	c.awaitLeg(id, dispute.LegReturn, dispute.ReturnAwaitingShipment)
	s.parcels(t, id, 1, 0, 1, 0)

	c.withdraw(id)
	closed := c.awaitClosed(id, dispute.OutcomeWithdrawn)

	require.Equal(t, dispute.ReturnCancelled, closed.Leg("return-1").State)
	require.True(t, closed.Leg("return-1").Return.Voided)
	require.Equal(t, dispute.MoneyCancelled, closed.Leg("refund-1").State)
	s.paid(t, id)
	s.parcels(t, id, 1, 1, 1, 1)
	s.happened(t, id, dispute.EventExecution, dispute.EventWithdrawn, dispute.EventClosed)
	s.told(t, id, told{"customer missing_items": 1, "customer accepted": 1, "customer offer": 1, "customer return_instructions": 1})
}

// While the label is being made, nobody knows its number yet: it is found by its
// key and voided all the same.
func TestStory7WithdrawnWhileTheLabelIsMade(t *testing.T) {
	t.Parallel()
	s := newStack(t, options{policy: "story"})
	c := s.customer(t)
	id := c.open(returnOf(s.order(t, c.id), dispute.ReasonDamagedInTransit)).ID
	c.supply(id)
	c.awaitOffer(id)
	require.NoError(t, s.box.Switch(t.Context(), partners.Carrier,
		partners.Switches{Mode: partners.ModeSlowReply, DelayMS: 2000, Operations: []string{"issue_label"}, Times: 1}))
	c.accept(id)
	wait(t, "the label was made", func() bool { return len(s.effects(t, partners.Carrier, id, "label.issued")) == 1 })

	c.withdraw(id)
	c.awaitClosed(id, dispute.OutcomeWithdrawn)

	s.paid(t, id)
	s.parcels(t, id, 1, 1, 1, 1)
}

// Once a refund is requested there is nothing to withdraw: 409, and it is paid.
func TestStory7TooLateToWithdraw(t *testing.T) {
	t.Parallel()
	s := newStack(t, options{policy: "story"})
	require.NoError(t, s.box.SetSettlement(t.Context(), partners.Settlement{Mode: partners.SettleManual}))
	c := s.customer(t)
	id := c.open(claimOf(s.lost(t, c.id), dispute.ReasonNotReceived)).ID
	key := c.awaitMoney(id, "refund-1", dispute.MoneyPending).Money.Key

	p := c.refused(http.StatusConflict, dispute.CodeNotAllowedNow, "/v1/cases/"+id+"/withdrawal", map[string]any{})
	for _, a := range p.AllowedActions {
		require.NotEqual(t, dispute.ActionWithdraw, a.Action)
	}
	require.NoError(t, s.box.SettleRefund(t.Context(), key, partners.Settle{Status: dispute.MoneySucceeded}))
	c.awaitClosed(id, dispute.OutcomeResolved)
	s.paid(t, id, moved{"refund.made", "refund-1/1", 5000})
	s.never(t, id, dispute.EventWithdrawn)
}
