package workflows_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/redresshq/redress/dispute"
)

// proving lets the rules of a defect ask the merchant for a report first, then the
// customer for a video.
func (r *rig) proving() dispute.Opening {
	r.standing("  defective:\n    route: offer\n", `  defective:
    route: offer
    proof:
      - {party: merchant, evidence: [report], basis: the merchant first}
      - {party: customer, evidence: [video], basis: then the customer}
`)
	o := r.opening()
	o.Reason = dispute.ReasonDefective
	o.Evidence = []dispute.EvidenceType{dispute.EvidencePhoto, dispute.EvidenceStatement}
	return o
}

// The burden moves from one side to the other, with a clock on whoever has it; only
// then the rules go on.
func TestTheBurdenOfProofMoves(t *testing.T) {
	t.Parallel()
	r := setup(t)
	o := r.proving()
	r.after(2*time.Hour, func() { r.hand("wrong", dispute.EvidenceReport, customer, 2*time.Hour) }) // not the merchant's
	r.after(3*time.Hour, func() { r.hand("report", dispute.EvidenceReport, agent, 3*time.Hour) })
	r.after(30*time.Hour, func() { r.withdraw("w1") })
	r.run(o)
	require.Equal(t, dispute.StageInvestigation, r.stageAt(4*time.Hour))
	c := r.last()
	require.Len(t, c.Proof, 2)
	require.Equal(t, []dispute.ProofState{dispute.ProofMet, dispute.ProofFailed}, []dispute.ProofState{c.Proof[0].State, c.Proof[1].State})
	require.Equal(t, "the merchant first", c.Proof[0].Basis)
	require.Equal(t, dispute.WaitingAgent, r.clockAt(time.Hour, dispute.ClockEvidenceSupplement, "proof-1").Owner)
	require.Equal(t, dispute.WaitingCustomer, r.clockAt(4*time.Hour, dispute.ClockEvidenceSupplement, "proof-2").Owner)
	require.Equal(t, dispute.ClockSuspended, r.clockAt(4*time.Hour, dispute.ClockResolution, "").State, "the customer is waited for")
	r.ranOut(dispute.ClockEvidenceSupplement, 27*time.Hour)
	require.Equal(t, 1, count(r.notices(dispute.RoleAgent), dispute.NoticeEvidence))
	require.Equal(t, 1, count(r.notices(dispute.RoleCustomer), dispute.NoticeEvidence))
	require.Equal(t, 1, r.has(dispute.EventOfferMade), "ruled on what is there")
	require.Equal(t, dispute.StageNegotiation, r.stageAt(28*time.Hour))
}

// A supervisor who takes the case over while proof is awaited is told how it went, and rules.
func TestProofIsAwaitedForASupervisorToo(t *testing.T) {
	t.Parallel()
	r := setup(t)
	o := r.proving()
	r.after(time.Hour, func() { r.hand("video", dispute.EvidenceVideo, customer, time.Hour) })
	r.after(2*time.Hour, func() { r.escalate("e1", agent) })
	r.after(30*time.Hour, func() { r.decide("u1", supervisor, dispute.Remedy{Type: dispute.RemedyRefund}) })
	r.run(o)
	c := r.last()
	require.Len(t, c.Proof, 1)
	require.Equal(t, dispute.ProofFailed, c.Proof[0].State)
	r.ranOut(dispute.ClockEvidenceSupplement, 24*time.Hour)
	require.Contains(t, r.told(dispute.RoleSupervisor), "task proof.failed", "the supervisor has the case and is told")
	require.Equal(t, dispute.StageAdjudication, r.stageAt(26*time.Hour))
	r.ended(dispute.OutcomeResolved)
}
