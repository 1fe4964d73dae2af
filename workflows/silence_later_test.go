package workflows_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/redresshq/redress/dispute"
)

// The silences of the clocks that came with format 2 of policies, under standing@1.

var proofSilences = []scenario{
	{"24 h after a request the merchant's silence is judged on what is there", func(t *testing.T, r *rig) {
		r.standing()
		r.after(time.Hour, func() { r.ask("q1", dispute.PartyMerchant, dispute.EvidenceReport) })
		r.after(3*day, func() { r.reject("u1", agent) })
		r.run(r.claimForDesk())
		r.ranOut(dispute.ClockEvidenceSupplement, 25*time.Hour)
		require.Equal(t, dispute.ProofFailed, r.last().Proof[0].State)
		require.Contains(t, r.told(dispute.RoleAgent), "task proof.failed")
	}},
	{"so is the customer's, and the agent's own clock runs on beside it", func(t *testing.T, r *rig) {
		r.standing()
		r.after(time.Hour, func() { r.ask("q1", dispute.PartyCustomer, dispute.EvidenceReceipt) })
		r.run(r.claimForDesk())
		r.ranOut(dispute.ClockEvidenceSupplement, 25*time.Hour)
		r.ranOut(dispute.ClockAgentDecision, 48*time.Hour)
		require.Equal(t, dispute.ProofFailed, r.last().Proof[0].State)
		require.Contains(t, r.notices(dispute.RoleCustomer), dispute.NoticeEvidence)
	}},
}

var appealSilences = []scenario{
	{"7 days after a supervisor's rejection the ruling is final", func(t *testing.T, r *rig) {
		r.standing()
		r.after(time.Hour, func() { r.reject("u1", supervisor) })
		r.run(r.claimForDesk())
		r.ranOut(dispute.ClockAppealWindow, time.Hour+7*day)
		require.Equal(t, dispute.StageAppeal, r.stageAt(3*day))
		require.Equal(t, 1, r.has(dispute.EventRulingFinal))
		require.Equal(t, 1, count(r.told(dispute.RoleCustomer), "decision"))
		r.unpaid()
		r.ended(dispute.OutcomeRejected)
	}},
}

var surveySilences = []scenario{
	{"3 days after the settlement it is asked, 7 days later it is unanswered, and the case closes at its window", func(t *testing.T, r *rig) {
		r.standing()
		r.inspectedAs(found("line-1", 1, dispute.ConditionDamaged))
		r.run(r.accepted())
		r.ranOut(dispute.ClockSurvey, 7*day, 14*day)
		r.ranOut(dispute.ClockReopenWindow, 19*day)
		require.Equal(t, 1, count(r.notices(dispute.RoleCustomer), dispute.NoticeSurvey))
		require.Nil(t, r.last().Survey)
		require.False(t, r.last().Breached, "the customer's silence is no breach of the shop")
		r.ended(dispute.OutcomeResolved)
	}},
	{"a survey that is open longer than the reopen window is waited for", func(_ *testing.T, r *rig) {
		r.standing("survey: {budget: 3d", "survey: {budget: 12d")
		r.inspectedAs(found("line-1", 1, dispute.ConditionDamaged))
		r.run(r.accepted())
		r.ranOut(dispute.ClockReopenWindow, 19*day)
		r.ranOut(dispute.ClockSurvey, 16*day, 23*day)
		r.ended(dispute.OutcomeResolved)
	}},
}

var suspensionSilences = []scenario{
	{"a pause that nobody ends is over at its limit, and the clocks run on with what is left", func(t *testing.T, r *rig) {
		r.standing()
		r.after(24*time.Hour, func() { r.suspend("s1", dispute.SuspendAppraisal) })
		r.run(r.claimForDesk())
		r.ranOut(dispute.ClockSuspension, 4*day)
		r.ranOut(dispute.ClockAgentDecision, 5*day) // 24 h were used, 3 d it stood still
		require.Nil(t, r.last().Suspended)
		require.Contains(t, r.notices(dispute.RoleCustomer), dispute.NoticeResumed)
		r.ended(dispute.OutcomeResolved)
	}},
}
