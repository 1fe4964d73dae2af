package e2e_test

import (
	"net/http"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/redresshq/redress/dispute"
	"github.com/redresshq/redress/partners"
)

// Story 3: a complaint about a late delivery is negotiated, approved and paid.
func TestStory3ComplaintAboutLateDelivery(t *testing.T) {
	t.Parallel()
	tellStory3(t, sharedStack(t))
}

// complain opens a complaint about a parcel that came three days late.
func (s *stack) complain(t *testing.T, c caller) view {
	t.Helper()
	o := s.order(t, c.id, func(n *partners.NewOrder) {
		promised := time.Now().UTC().Add(-120 * time.Hour)
		placed := promised.Add(-72 * time.Hour)
		n.PlacedAt, n.PromisedBy = &placed, &promised
	})
	return c.open(opening{"shop_id": "shop-1", "kind": "complaint", "reason": "late_delivery", "order_id": o.OrderID,
		"lines": []dispute.Line{{LineID: "cup", Quantity: 1}}})
}

// tellStory3 plays story 3 and returns the closed case's id.
func tellStory3(t *testing.T, s *stack) string {
	t.Helper()
	c, agent, super := s.customer(t), s.agent(t), s.supervisor(t)
	id := s.complain(t, c).ID
	asked := agent.awaitPerson(id, dispute.CodePersonByRule)
	require.Equal(t, dispute.PartyCarrier, asked.Liability[0].Party, "left in time, arrived late")

	// New money above the agent's 50.00: the customer does not see it before a supervisor agrees.
	offered := agent.offer(id, grant(dispute.RemedyCompensation, 6000), grant(dispute.RemedyFreightRefund, 0))
	require.Equal(t, dispute.OfferPendingApproval, offered.Offers[0].State)
	require.Equal(t, dispute.WaitingSupervisor, offered.WaitingOn)
	require.Equal(t, dispute.CNY(7000), offered.Approvals[0].Amount)
	require.Empty(t, c.get(id).Offers)
	s.onlyAnotherSupervisor(t, id, offered.Approvals[0].ID)
	super.approve(id, offered.Approvals[0].ID)

	require.Equal(t, dispute.OfferOpen, c.openOffer(id).State)
	countered := c.counter(id, grant(dispute.RemedyCompensation, 9000), grant(dispute.RemedyFreightRefund, 0))
	require.Equal(t, dispute.OfferCountered, countered.Offers[0].State)
	require.Equal(t, dispute.WaitingAgent, countered.WaitingOn)

	revised := agent.offer(id, grant(dispute.RemedyCompensation, 7500), grant(dispute.RemedyFreightRefund, 0))
	require.Len(t, revised.Approvals, 2, "a revision above the limit needs its own approval")
	super.approve(id, revised.Approvals[1].ID)
	c.accept(id)
	closed := c.awaitClosed(id, dispute.OutcomeResolved)

	require.Equal(t, dispute.OfferAccepted, closed.Offers[1].State)
	require.Equal(t, dispute.MoneySucceeded, closed.Leg("compensation-1").State)
	require.Equal(t, dispute.MoneySucceeded, closed.Leg("refund-1").State)
	require.Equal(t, dispute.ShippingLine, closed.Leg("refund-1").Money.Lines[0].LineID)
	s.paid(t, id, moved{"payout.made", "compensation-1/1", 7500}, moved{"refund.made", "refund-1/1", 1000})
	s.parcels(t, id, 0, 0, 0, 0)
	s.happened(t, id, dispute.EventAccepted, dispute.EventPersonNeeded, dispute.EventApprovalAsked, dispute.EventApprovalAnswered,
		dispute.EventOfferMade, dispute.EventOfferAnswered, dispute.EventApprovalAsked, dispute.EventApprovalAnswered,
		dispute.EventOfferMade, dispute.EventOfferAnswered, dispute.EventExecution, dispute.EventFollowUp)
	s.told(t, id, told{"customer accepted": 1, "agent task": 2, "supervisor task": 2, "customer offer": 2, "customer refunded": 2,
		"customer survey": 1})
	return id
}

// onlyAnotherSupervisor tries to approve as everybody who may not.
func (s *stack) onlyAnotherSupervisor(t *testing.T, id, approvalID string) {
	t.Helper()
	path, yes := "/v1/cases/"+id+"/approvals/"+approvalID, map[string]any{"approve": true}
	s.agent(t).refused(http.StatusForbidden, dispute.CodeForbidden, path, yes)
	// The author, who has become a supervisor since.
	s.as(t, dispute.RoleSupervisor, s.agent(t).id).refused(http.StatusForbidden, dispute.CodeSameAuthor, path, yes)
	require.Equal(t, dispute.ApprovalPending, s.agent(t).get(id).Approvals[0].State)
}
