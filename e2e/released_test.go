package e2e_test

import (
	"net/http"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/redresshq/redress/dispute"
	"github.com/redresshq/redress/partners"
)

// Cases that were opened under a policy of release 1 go on by it to their ends, whatever
// was published since: no reminder, no survey, no appeal, nothing that their policy does
// not foresee. New cases go by the new version.
func TestReleasedPolicyGoesOn(t *testing.T) {
	t.Parallel()
	s := newStack(t, options{policy: "shop"})
	admin, agent := s.admin(t), s.agent(t)
	admin.publishPolicy(filesOf(t, "default@1", sets{"name": "shop", "clocks.reopen_window": "1s"}))
	c, back := waitingForEvidence(t, s)
	d := s.customer(t)
	refused := d.open(claimOf(s.order(t, d.id), dispute.ReasonNotReceived)).ID
	agent.awaitPerson(refused, dispute.CodeCarrierSays+"delivered")

	admin.publishPolicy(filesOf(t, "default@3", story.with(sets{"name": "shop", "version": 2})))
	s.stopWorker()
	require.NoError(t, s.startWorker(t.Context()))

	// A return, from the evidence to the refund.
	fromEvidence(t, s, c, back)
	closed := c.awaitClosed(back, dispute.OutcomeResolved)
	require.Equal(t, "shop@1/liability/damaged_in_transit", closed.Liability[0].Rule)
	require.Empty(t, closed.Liability[0].Basis)
	s.paid(t, back, moved{"refund.made", "refund-1/1", 5000})
	s.parcels(t, back, 1, 0, 1, 0)
	s.told(t, back, told{"customer missing_items": 1, "customer accepted": 1, "customer offer": 1, "customer return_instructions": 1,
		"customer received": 1, "customer inspected": 1, "customer refunded": 1})

	// A refusal, which a supervisor makes final at once.
	p := agent.do(http.MethodPost, "/v1/cases/"+refused+"/suspension", map[string]any{"reason": "appraisal"})
	require.Equal(t, http.StatusConflict, p.status, "%s", p.body)
	require.Contains(t, string(p.body), "policy shop@1 foresees no suspension")
	agent.reject(refused, "signed_by_recipient")
	d.escalate(refused)
	s.supervisor(t).reject(refused, "signed_by_recipient")
	d.awaitClosed(refused, dispute.OutcomeRejected)
	s.paid(t, refused)
	s.told(t, refused, told{"customer accepted": 1, "agent task": 1, "customer decision": 2, "supervisor task": 1})

	for _, id := range []string{back, refused} {
		require.Equal(t, "shop@1", agent.get(id).PolicyVersion)
		require.Zero(t, s.count(t, id, dispute.EventPolicyBound))
		s.replays(t, id)
	}
	_, next := waitingForEvidence(t, s)
	require.Equal(t, "shop@2", agent.get(next).PolicyVersion)
}

// Nor does a case of release 2: nothing is claimed back, no message starts a clock, and
// the desk is refused what that policy does not carry out.
func TestReleasedSecondPolicyGoesOn(t *testing.T) {
	t.Parallel()
	s := newStack(t, options{policy: "shop"})
	admin, agent := s.admin(t), s.agent(t)
	second := sets{"name": "shop", "clocks.appeal_window": "1s", "clocks.reopen_window": "1s", "clocks.survey": "1s", "clocks.survey.again": "1s"}
	admin.publishPolicy(filesOf(t, "default@2", second.with(sets{"version": 1})))
	c, back := waitingForEvidence(t, s)
	admin.publishPolicy(filesOf(t, "default@3", story.with(sets{"name": "shop", "version": 2})))
	agent.must(http.StatusOK, http.MethodPost, "/v1/cases/"+back+"/notes", map[string]any{"text": "Please send a photo.", "to_customer": true})
	c.must(http.StatusOK, http.MethodPost, "/v1/cases/"+back+"/notes", map[string]any{"text": "I shall."})
	open := agent.get(back)
	require.Nil(t, open.Running(dispute.ClockNextReply, ""))

	c.supply(back)
	c.awaitOffer(back)
	p := agent.do(http.MethodPost, "/v1/cases/"+back+"/decision", map[string]any{"remedies": []dispute.Remedy{grant(dispute.RemedyReship, 0)}})
	require.Equal(t, http.StatusUnprocessableEntity, p.status, "%s", p.body)
	require.Contains(t, string(p.body), "not carried out under policy shop@1")
	c.accept(back)
	s.travel(t, c, back, partners.ReceiveReport{})
	ret := c.awaitLeg(back, dispute.LegReturn, dispute.ReturnReceived).Return
	require.NoError(t, s.box.Inspect(t.Context(), ret.RMAID, partners.InspectReport{Condition: dispute.ConditionDamaged}))
	closed := c.awaitClosed(back, dispute.OutcomeResolved)
	require.Equal(t, "shop@1", closed.PolicyVersion)
	require.Equal(t, dispute.PartyCarrier, closed.Liability[0].Party)
	s.paid(t, back, moved{"refund.made", "refund-1/1", 5000})
	require.Zero(t, newWitness(t, s.database).count("SELECT count(*) FROM recoveries WHERE case_id = $1", back))
	s.replays(t, back)
}
