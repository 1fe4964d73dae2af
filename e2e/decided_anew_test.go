package e2e_test

import (
	"net/http"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/redresshq/redress/dispute"
	"github.com/redresshq/redress/partners"
)

// cupsOf are units of the first line, as a person writes them.
func cupsOf(n int) []small { return []small{{"line_id": "cup", "quantity": n}} }

// halfDone opens a claim for three cups for 100.00, of which some are to come back when the
// desk has to decide again: the shop's system refused the coupon beside.
func (s *stack) halfDone(t *testing.T, back int) (caller, string) {
	t.Helper()
	require.NoError(t, s.box.Switch(t.Context(), partners.Orders,
		partners.Switches{Mode: partners.ModeDecline, Code: "unknown_customer", Operations: []string{"credit"}}))
	c := s.customer(t)
	claim := returnOf(s.order(t, c.id, func(o *partners.NewOrder) { o.Lines[0].Quantity = 3 }), dispute.ReasonDamagedInTransit)
	claim["kind"], claim["lines"] = "claim", cupsOf(3)
	id := c.open(claim).ID
	c.supply(id)
	c.awaitStage(id, dispute.StageNegotiation)
	s.agent(t).grantAll(id, http.StatusOK, small{"type": "return_refund", "lines": cupsOf(back)}, small{"type": "coupon", "amount": yuan(500)})
	c.awaitLeg(id, dispute.LegCompensation, dispute.MoneyFailed)
	c.awaitStage(id, dispute.StageNegotiation)
	return c, id
}

// inspectBack moves the goods of the return that is awaited to the shop, and has them found in order.
func (s *stack) inspectBack(t *testing.T, c caller, id string) {
	t.Helper()
	ret := s.travel(t, c, id, partners.ReceiveReport{})
	require.NoError(t, s.box.Inspect(t.Context(), ret.RMAID, partners.InspectReport{Condition: dispute.ConditionDamaged}))
}

// Three cups wait for their refund, and the desk decides about one: refused, as an offer too,
// and nothing is given up. Said for all three, each gets what is said, to the cent.
func TestADecisionAboutSomeUnitsForgetsNoOthers(t *testing.T) {
	t.Parallel()
	s := newStack(t, options{policy: "story"})
	c, id := s.halfDone(t, 3)
	agent := s.agent(t)
	part := small{"type": "partial_refund", "lines": cupsOf(1), "amount": yuan(300)}
	refused := agent.grantAll(id, http.StatusUnprocessableEntity, part)
	require.Contains(t, string(refused.body), "refund-1, return-1: decided for 3 of line cup")
	require.Contains(t, string(refused.body), "/remedies/0/lines/0/quantity")
	offer := agent.do(http.MethodPost, "/v1/cases/"+id+"/offers", small{"remedies": []small{part}})
	require.Equal(t, http.StatusUnprocessableEntity, offer.status, "an offer is refused when it is made: %s", offer.body)
	require.Empty(t, s.money(t, id))
	require.Empty(t, s.effects(t, partners.Warehouse, id, "return.cancelled"))

	agent.grantAll(id, http.StatusOK, small{"type": "refund", "lines": cupsOf(1)}, small{"type": "return_refund", "lines": cupsOf(2)})
	s.inspectBack(t, c, id)
	closed := c.awaitClosed(id, dispute.OutcomeResolved)
	require.Equal(t, dispute.ReturnCancelled, (&closed).Leg("return-1").State)
	s.paid(t, id, moved{"refund.made", "refund-2/1", 3333}, moved{"refund.made", "refund-3/1", 6667})
	require.Len(t, s.effects(t, partners.Warehouse, id, "return.cancelled"), 1)
}

// Two of three cups wait for their refund, and the desk decides about the third: they run on.
func TestADecisionAboutOtherUnitsLeavesWhatWaits(t *testing.T) {
	t.Parallel()
	s := newStack(t, options{policy: "story"})
	c, id := s.halfDone(t, 2)
	s.agent(t).grantAll(id, http.StatusOK, small{"type": "refund", "lines": cupsOf(1)})
	c.awaitMoney(id, "refund-2", dispute.MoneySucceeded)
	s.paid(t, id, moved{"refund.made", "refund-2/1", 3334})
	s.inspectBack(t, c, id)
	closed := c.awaitClosed(id, dispute.OutcomeResolved)
	require.Len(t, legsOf(closed, dispute.LegReturn), 1)
	s.paid(t, id, moved{"refund.made", "refund-2/1", 3334}, moved{"refund.made", "refund-1/1", 6666})
	require.Empty(t, s.effects(t, partners.Warehouse, id, "return.cancelled"), "the return was never called off")
}
