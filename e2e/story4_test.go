package e2e_test

import (
	"net/http"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/redresshq/redress/dispute"
	"github.com/redresshq/redress/partners"
)

// lost makes an order whose parcel the carrier has lost.
func (s *stack) lost(t *testing.T, customer string) dispute.OrderFacts {
	t.Helper()
	return s.order(t, customer, func(n *partners.NewOrder) {
		n.DeliveredAt, n.Parcel = nil, &partners.ParcelUpdate{Status: dispute.ParcelLost}
	})
}

// claimOf is the opening of a claim; it asks for the money of its lines.
func claimOf(o dispute.OrderFacts, reason dispute.Reason, lines ...dispute.Line) opening {
	body := returnOf(o, reason, lines...)
	body["kind"] = "claim"
	return body
}

// Story 4: the carrier says that the parcel is lost: money back by rule, freight
// included, and nothing to send.
func TestStory4LostByTheCarrier(t *testing.T) {
	t.Parallel()
	s := sharedStack(t)
	c := s.customer(t)
	claim := claimOf(s.lost(t, c.id), dispute.ReasonNotReceived, dispute.Line{LineID: "cup", Quantity: 2})
	claim["requested_remedy"] = []dispute.RemedyType{dispute.RemedyRefund, dispute.RemedyFreightRefund}

	id := c.open(claim).ID
	closed := c.awaitClosed(id, dispute.OutcomeResolved)

	require.Equal(t, dispute.PartyCarrier, closed.Liability[0].Party)
	require.Equal(t, "story@1/liability/not_received/1", closed.Liability[0].Rule)
	require.Equal(t, "Taobao art. 25", closed.Liability[0].Basis)
	require.Equal(t, dispute.System, closed.Decisions[0].Author)
	s.paid(t, id, moved{"refund.made", "refund-1/1", 10000}, moved{"refund.made", "refund-2/1", 1000})
	s.parcels(t, id, 0, 0, 0, 0)
	s.happened(t, id, dispute.EventAccepted, dispute.EventLiability, dispute.EventDecided, dispute.EventRefundRequested,
		dispute.EventFollowUp)
	s.never(t, id, dispute.EventPersonNeeded)
	s.told(t, id, told{"customer accepted": 1, "customer decision": 1, "customer refunded": 2, "customer survey": 1})
}

// The carrier says delivered, the customer says not: a person weighs it. Here the
// agent refuses, the customer takes it further, and a supervisor has the last word.
func TestStory4DeliveredSaysTheCarrier(t *testing.T) {
	t.Parallel()
	s := sharedStack(t)
	c, agent, super := s.customer(t), s.agent(t), s.supervisor(t)

	id := c.open(claimOf(s.order(t, c.id), dispute.ReasonNotReceived)).ID
	asked := agent.awaitPerson(id, dispute.CodeCarrierSays+"delivered")
	require.Equal(t, dispute.PartyUndetermined, asked.Liability[0].Party)
	require.Empty(t, asked.Legs, "nothing is paid before a person has decided")

	refused := agent.reject(id, "signed_by_recipient")
	require.Equal(t, dispute.WaitingCustomer, refused.WaitingOn, "the customer may take it further")
	require.Equal(t, dispute.StageAdjudication, c.escalate(id).Stage)
	agent.refused(http.StatusConflict, dispute.CodeNotAllowedNow, "/v1/cases/"+id+"/decision",
		map[string]any{"remedies": []dispute.Remedy{grant(dispute.RemedyRefund, 0)}})
	super.decide(id, grant(dispute.RemedyRefund, 0))
	c.awaitClosed(id, dispute.OutcomeResolved)

	s.paid(t, id, moved{"refund.made", "refund-1/1", 5000})
	s.parcels(t, id, 0, 0, 0, 0)
	s.happened(t, id, dispute.EventPersonNeeded, dispute.EventRejected, dispute.EventEscalated, dispute.EventDecided,
		dispute.EventFollowUp)
	s.told(t, id, told{"customer accepted": 1, "agent task": 1, "customer decision": 2, "supervisor task": 1, "customer refunded": 1,
		"customer survey": 1})
}
