package e2e_test

import (
	"encoding/json"
	"net/http"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/redresshq/redress/dispute"
	"github.com/redresshq/redress/partners"
)

// Story 6: silence, under the demo policy, whose clocks are seconds. Each case
// waits for somebody who does nothing.

// breached insists that the clock ran out, by the timeline.
func (s *stack) breached(t *testing.T, id string, clock dispute.ClockName) {
	t.Helper()
	for _, e := range s.agent(t).timeline(id) {
		var data struct {
			Clock dispute.ClockName `json:"clock"`
		}
		if e.Type == dispute.EventClockBreached && json.Unmarshal(e.Data, &data) == nil && data.Clock == clock {
			return
		}
	}
	require.Fail(t, "the clock never ran out", "case %s, clock %s", id, clock)
}

// demo is the stack of the stories of silence; each has customers of its own.
func demo(t *testing.T) *stack {
	t.Helper()
	return newStack(t, options{policy: "demo"})
}

func TestStory6Silence(t *testing.T) {
	t.Parallel()
	s := demo(t)
	for name, tell := range map[string]func(*testing.T, *stack){
		"customer_info": silentCustomer, "agent_decision": silentAgent, "agent_decision above the limit": silentAgentAboveTheLimit,
		"customer_response": silentAboutTheOffer, "return_shipment": neverShipped,
		"evidence_supplement": provesNothing, "appeal_window": acceptsTheRuling,
	} {
		t.Run(name, func(t *testing.T) { t.Parallel(); tell(t, s) })
	}
}

// What was missing never came: the case expires.
func silentCustomer(t *testing.T, s *stack) {
	c := s.customer(t)
	opened := c.open(returnOf(s.order(t, c.id), dispute.ReasonDamagedInTransit))
	require.Equal(t, dispute.WaitingCustomer, opened.WaitingOn)
	require.NotNil(t, opened.Running(dispute.ClockCustomerInfo, ""))

	c.awaitClosed(opened.ID, dispute.OutcomeExpired)
	s.breached(t, opened.ID, dispute.ClockCustomerInfo)
	s.paid(t, opened.ID)
	s.told(t, opened.ID, told{"customer missing_items": 1, "customer reminder": 1})
}

// The agent did nothing: inside the automatic limit and without risk, silence
// decides for the customer; the supervisor hears of the breach.
func silentAgent(t *testing.T, s *stack) {
	c := s.customer(t)
	id := c.open(claimOf(s.order(t, c.id), dispute.ReasonNotReceived)).ID
	closed := c.awaitClosed(id, dispute.OutcomeResolved)

	require.True(t, closed.Breached)
	require.Equal(t, dispute.System, closed.Decisions[0].Author)
	require.Equal(t, "demo@3/clocks/agent_decision", closed.Decisions[0].Rule)
	s.breached(t, id, dispute.ClockAgentDecision)
	s.paid(t, id, moved{"refund.made", "refund-1/1", 5000})
	s.told(t, id, told{"customer accepted": 1, "agent task": 1, "supervisor breach": 1, "customer decision": 1, "customer refunded": 1,
		"customer survey": 1})
}

// Above the automatic limit silence never pays: it escalates, and the silence of
// a supervisor only tells the next one.
func silentAgentAboveTheLimit(t *testing.T, s *stack) {
	c, super := s.customer(t), s.supervisor(t)
	o := s.order(t, c.id, func(n *partners.NewOrder) { n.Lines[1].Paid = 30001 })
	id := c.open(claimOf(o, dispute.ReasonNotReceived, dispute.Line{LineID: "lamp", Quantity: 1})).ID
	super.await(id, "was escalated over a silent supervisor", func(v view) bool {
		k := (&v).Running(dispute.ClockSupervisorDecision, "")
		return v.Stage == dispute.StageAdjudication && k != nil && k.Round > 0
	})
	s.breached(t, id, dispute.ClockAgentDecision)
	s.breached(t, id, dispute.ClockSupervisorDecision)
	s.paid(t, id)

	super.decide(id, grant(dispute.RemedyRefund, 0))
	c.awaitClosed(id, dispute.OutcomeResolved)
	s.paid(t, id, moved{"refund.made", "refund-1/1", 30001})
	got := s.notices(t, id)
	require.GreaterOrEqual(t, got["supervisor task"], 2, "first the one, then the next level")
	require.GreaterOrEqual(t, got["supervisor breach"], 2)
}

// The customer never answers the offer: it lapses, and when the window to take it
// further has passed too, the case ends as rejected.
func silentAboutTheOffer(t *testing.T, s *stack) {
	c := s.customer(t)
	id := c.open(returnOf(s.order(t, c.id), dispute.ReasonDamagedInTransit)).ID
	c.supply(id)
	closed := c.awaitClosed(id, dispute.OutcomeRejected)

	require.Equal(t, dispute.OfferLapsed, closed.Offers[0].State)
	s.breached(t, id, dispute.ClockCustomerResponse)
	s.breached(t, id, dispute.ClockEscalationWindow)
	s.happened(t, id, dispute.EventOfferMade, dispute.EventOfferLapsed, dispute.EventClosed)
	s.paid(t, id)
	s.parcels(t, id, 0, 0, 0, 0)
	s.told(t, id, told{"customer missing_items": 1, "customer accepted": 1, "customer offer": 1, "customer reminder": 1})
}

// The goods are never sent: the return expires, its RMA is given back, nothing is paid.
func neverShipped(t *testing.T, s *stack) {
	c := s.customer(t)
	id := c.open(returnOf(s.order(t, c.id), dispute.ReasonChangedMind)).ID
	closed := c.awaitClosed(id, dispute.OutcomeExpired)

	require.Equal(t, dispute.ReturnExpired, closed.Leg("return-1").State)
	require.Equal(t, dispute.MoneyCancelled, closed.Leg("refund-1").State)
	s.breached(t, id, dispute.ClockReturnShipment)
	s.paid(t, id)
	s.parcels(t, id, 1, 1, 0, 0)
	s.told(t, id, told{"customer accepted": 1, "customer decision": 1, "customer return_instructions": 1, "customer reminder": 1})
}

// The customer does not contest a supervisor's refusal: it is final.
func acceptsTheRuling(t *testing.T, s *stack) {
	c, super := s.customer(t), s.supervisor(t)
	id := c.open(claimOf(s.order(t, c.id), dispute.ReasonNotReceived)).ID
	s.agent(t).awaitPerson(id, dispute.CodeCarrierSays+"delivered")
	refused := super.reject(id, "signed_by_recipient")
	require.Equal(t, dispute.StageAppeal, refused.Stage)
	require.Equal(t, dispute.WaitingCustomer, refused.WaitingOn)
	c.awaitClosed(id, dispute.OutcomeRejected)

	s.breached(t, id, dispute.ClockAppealWindow)
	s.happened(t, id, dispute.EventPersonNeeded, dispute.EventRejected, dispute.EventRulingFinal, dispute.EventClosed)
	s.paid(t, id)
	s.told(t, id, told{"customer accepted": 1, "agent task": 1, "customer decision": 1})
}

// The provider never settles: it is asked, still does not know, and a person is
// told and settles the refund by hand; the customer hears of the delay.
func TestStory6SilentPaymentProvider(t *testing.T) {
	t.Parallel()
	s := demo(t)
	require.NoError(t, s.box.SetSettlement(t.Context(), partners.Settlement{Mode: partners.SettleManual}))
	c, id := s.refunding(t)
	super := s.supervisor(t)
	asked := super.await(id, "was given to a person", func(v view) bool {
		l := (&v).Leg("refund-1")
		return l != nil && l.Problem == "settlement_pending"
	})
	s.breached(t, id, dispute.ClockRefundSettlement)
	require.GreaterOrEqual(t, s.calls(t, partners.Payments, "find_refund"), 1, "the provider was asked first")
	key := asked.Leg("refund-1").Money.Key
	s.agent(t).refused(http.StatusForbidden, dispute.CodeForbidden, "/v1/cases/"+id+"/refunds/"+escaped(key)+"/resolution",
		map[string]any{"result": "succeeded"})

	super.resolve(id, key, map[string]any{"result": "succeeded", "note": "Seen on the statement."})
	c.awaitClosed(id, dispute.OutcomeResolved)
	s.paid(t, id, moved{"refund.made", "refund-1/1", 8000})
	s.happened(t, id, dispute.EventRefundRequested, dispute.EventClockBreached, dispute.EventPersonNeeded, dispute.EventDelay,
		dispute.EventFollowUp, dispute.EventClosed)
	got := s.notices(t, id)
	require.Equal(t, 1, got["customer delay"])
	require.Equal(t, 1, got["customer refunded"])
	require.GreaterOrEqual(t, got["supervisor task"], 1)
}
