package e2e_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/redresshq/redress/dispute"
	"github.com/redresshq/redress/partners"
)

// Who has to prove what, under the newest policy.

// unknown makes an order whose parcel the carrier does not know.
func (s *stack) unknown(t *testing.T, customer string) dispute.OrderFacts {
	t.Helper()
	return s.order(t, customer, func(n *partners.NewOrder) { n.DeliveredAt, n.NoParcel = nil, true })
}

// Story 4: the carrier knows nothing of the parcel, so the merchant has to prove that
// it was signed for. The desk does, and a person weighs it.
func TestStory4TheMerchantProvesDelivery(t *testing.T) {
	t.Parallel()
	s := sharedStack(t)
	c, agent := s.customer(t), s.agent(t)
	id := c.open(claimOf(s.unknown(t, c.id), dispute.ReasonNotReceived)).ID
	asked := agent.await(id, "has to be proved", func(v view) bool { return v.Case.ProofOpen() != nil })
	require.Equal(t, dispute.StageInvestigation, asked.Stage)
	require.Equal(t, dispute.WaitingAgent, asked.WaitingOn)
	require.Equal(t, dispute.PartyMerchant, asked.Proof[0].Party)
	require.Equal(t, "story@1/proof/not_received/1", asked.Proof[0].Rule)
	require.Equal(t, "Taobao art. 38", asked.Proof[0].Basis)
	require.NotNil(t, asked.Running(dispute.ClockEvidenceSupplement, "proof-1"))
	require.Empty(t, c.get(id).Proof, "not the customer's affair")

	agent.hand(id, string(dispute.EvidenceSigning), 5)
	weighed := agent.awaitPerson(id, dispute.CodeCarrierSays+"unknown")
	require.Equal(t, dispute.ProofMet, weighed.Proof[0].State)
	require.Equal(t, dispute.PartyUndetermined, weighed.Liability[0].Party)
	require.Empty(t, weighed.Legs, "nothing is paid before a person has decided")
	agent.decide(id, grant(dispute.RemedyRefund, 0))
	c.awaitClosed(id, dispute.OutcomeResolved)
	s.paid(t, id, moved{"refund.made", "refund-1/1", 5000})
	s.told(t, id, told{"customer accepted": 1, "agent evidence": 1, "agent task": 1, "customer decision": 1, "customer refunded": 1,
		"customer survey": 1})
}

// The merchant proves nothing: until signing the risk is the seller's, and the money is
// offered by rule.
func provesNothing(t *testing.T, s *stack) {
	c := s.customer(t)
	id := c.open(claimOf(s.unknown(t, c.id), dispute.ReasonNotReceived)).ID
	offered := c.awaitOffer(id)
	s.breached(t, id, dispute.ClockEvidenceSupplement)
	require.Equal(t, int64(5000), offered.OpenOffer().Remedies[0].Amount.Amount)
	c.accept(id)
	closed := s.agent(t).awaitClosed(id, dispute.OutcomeResolved)

	require.Equal(t, dispute.ProofFailed, closed.Proof[0].State)
	require.Equal(t, dispute.PartyMerchant, closed.Liability[0].Party)
	require.Equal(t, "demo@3/liability/not_received/2", closed.Liability[0].Rule)
	require.Equal(t, "Taobao art. 10", closed.Liability[0].Basis)
	s.paid(t, id, moved{"refund.made", "refund-1/1", 5000})
	s.parcels(t, id, 0, 0, 0, 0)
	s.happened(t, id, dispute.EventAccepted, dispute.EventProofAsked, dispute.EventProofFailed, dispute.EventOfferMade,
		dispute.EventOfferAnswered, dispute.EventRefundRequested, dispute.EventFollowUp)
	s.never(t, id, dispute.EventPersonNeeded)
}

// A whole order that is lost brings its shipping back, without being asked for.
func TestStory4TheWholeOrderIsLost(t *testing.T) {
	t.Parallel()
	s := sharedStack(t)
	c := s.customer(t)
	id := c.open(claimOf(s.lost(t, c.id), dispute.ReasonNotReceived,
		dispute.Line{LineID: "cup", Quantity: 2}, dispute.Line{LineID: "lamp", Quantity: 1})).ID
	c.awaitClosed(id, dispute.OutcomeResolved)
	s.paid(t, id, moved{"refund.made", "refund-1/1", 18000}, moved{"refund.made", "refund-2/1", 1000})
	s.never(t, id, dispute.EventPersonNeeded)
}

// Within seven days of receipt defective goods go back by rule; later an exchange or a
// repair is owed, which a person arranges.
func TestDefectAfterSevenDays(t *testing.T) {
	t.Parallel()
	s := sharedStack(t)
	c, agent := s.customer(t), s.agent(t)
	early, _ := s.signed(t, c.id, 6, 9)
	first := c.open(returnOf(early, dispute.ReasonDefective)).ID
	c.supply(first)
	require.Equal(t, dispute.RemedyReturnRefund, c.openOffer(first).Remedies[0].Type)

	late, _ := s.signed(t, c.id, 9, 9)
	second := c.open(returnOf(late, dispute.ReasonDefective)).ID
	c.supply(second)
	asked := agent.awaitPerson(second, dispute.CodePersonByRule)
	require.Equal(t, dispute.PartyMerchant, asked.Liability[0].Party)
	require.Empty(t, asked.Offers)
	for _, id := range []string{first, second} {
		c.withdraw(id)
		c.awaitClosed(id, dispute.OutcomeWithdrawn)
		s.paid(t, id)
	}
}

// Durable goods above the automatic limit: inside six months the merchant has to prove
// that they were sound.
func TestDurableGoods(t *testing.T) {
	t.Parallel()
	s := sharedStack(t)
	c, agent := s.customer(t), s.agent(t)
	delivered := time.Now().UTC().Add(-30 * 24 * time.Hour)
	o := s.order(t, c.id, func(n *partners.NewOrder) {
		n.DeliveredAt = &delivered
		n.Lines[1].Paid, n.Lines[1].Tags = 40000, []string{"durable"}
	})
	id := c.open(returnOf(o, dispute.ReasonDefective, dispute.Line{LineID: "lamp", Quantity: 1})).ID
	c.supply(id)
	asked := agent.await(id, "has to be proved", func(v view) bool { return v.Case.ProofOpen() != nil })
	require.Equal(t, "CPL art. 23", asked.Proof[0].Basis)
	agent.hand(id, string(dispute.EvidenceReport), 6)
	weighed := agent.awaitPerson(id, dispute.CodePersonByRule)
	require.Equal(t, dispute.PartyUndetermined, weighed.Liability[0].Party)
	require.Equal(t, "CPL art. 23", weighed.Liability[0].Basis)
	c.withdraw(id)
	c.awaitClosed(id, dispute.OutcomeWithdrawn)
	s.paid(t, id)
}
