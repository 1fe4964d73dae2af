package workflows_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/redresshq/redress/dispute"
)

var otherSupervisor = dispute.Actor{Role: dispute.RoleSupervisor, ID: "super-2"}

func (r *rig) reopenCase(id string, by dispute.Actor) *reply {
	return r.send(dispute.UpdateReopen, id, dispute.ReopenCommand{Command: cmd(id, by)})
}

func (r *rig) survey(id string, score int) *reply {
	return r.send(dispute.UpdateSurvey, id, dispute.SurveyCommand{Command: cmd(id, customer), Score: score})
}

func (r *rig) appeal(id string, evidence ...string) *reply {
	return r.send(dispute.UpdateAppeal, id, dispute.AppealCommand{Command: cmd(id, customer), Evidence: evidence})
}

// hand hands evidence in, received at a span after the opening.
func (r *rig) hand(id string, kind dispute.EvidenceType, by dispute.Actor, at time.Duration) {
	s := photo(id)
	s.Evidence.Type, s.Evidence.SubmittedBy, s.Evidence.ReceivedAt = kind, by, opened.Add(at)
	r.signal(dispute.SignalEvidenceSubmitted, s)
}

func TestAnAppealOnNewFactsGoesToAnotherSupervisor(t *testing.T) {
	t.Parallel()
	r := setup(t).standing()
	var early, old, fine, own *reply
	r.after(time.Hour, func() { r.hand("old", dispute.EvidenceVideo, customer, time.Hour) })
	r.after(2*time.Hour, func() { r.reject("u1", supervisor) })
	r.after(3*time.Hour, func() { early = r.appeal("a0") })
	r.after(4*time.Hour, func() { old = r.appeal("a1", "evd_old") })
	r.after(5*time.Hour, func() { r.hand("new", dispute.EvidenceVideo, customer, 5*time.Hour) })
	r.after(6*time.Hour, func() { fine = r.appeal("a2", "evd_new") })
	r.after(7*time.Hour, func() { own = r.reject("u2", supervisor) })
	r.after(8*time.Hour, func() { r.decide("u3", otherSupervisor, dispute.Remedy{Type: dispute.RemedyRefund}) })
	r.run(r.claimForDesk())
	require.Equal(t, dispute.CodeInvalid, early.code)
	require.Equal(t, dispute.CodeInvalid, old.code)
	require.Empty(t, fine.code)
	require.Equal(t, dispute.CodeSameAuthor, own.code)
	require.Equal(t, dispute.StageAdjudication, r.stageAt(7*time.Hour))
	require.Contains(t, r.told(dispute.RoleSupervisor), "task appeal")
	a := r.last().Appeals[0]
	require.Equal(t, supervisor, a.Against)
	require.NotNil(t, a.RuledAt)
	require.Equal(t, []string{refundKey}, r.paid())
	r.ranOut(dispute.ClockAppealWindow)
	r.ended(dispute.OutcomeResolved)
}

func TestASecondRejectionIsFinal(t *testing.T) {
	t.Parallel()
	r := setup(t).standing()
	r.after(2*time.Hour, func() { r.reject("u1", supervisor) })
	r.after(5*time.Hour, func() { r.hand("new", dispute.EvidenceVideo, customer, 5*time.Hour) })
	r.after(6*time.Hour, func() { r.appeal("a2", "evd_new") })
	r.after(8*time.Hour, func() { r.reject("u3", otherSupervisor) })
	r.run(r.claimForDesk())
	require.Equal(t, 2, r.has(dispute.EventRejected))
	require.Equal(t, 1, r.has(dispute.EventAppealed))
	require.NotNil(t, r.last().Appeals[0].RuledAt)
	r.unpaid()
	r.ended(dispute.OutcomeRejected)
}

// Under a policy of release 1 a supervisor's ruling is final at once, and nobody is asked how it went.
func TestRelease1EndsAsItDid(t *testing.T) {
	t.Parallel()
	r := setup(t).release1()
	r.after(2*time.Hour, func() { r.reject("u1", supervisor) })
	r.run(r.claimForDesk())
	require.Equal(t, 0, r.has(dispute.EventRulingFinal))
	r.ended(dispute.OutcomeRejected)
	r = setup(t).release1()
	r.inspectedAs(found("line-1", 1, dispute.ConditionDamaged))
	r.run(r.accepted())
	r.ranOut(dispute.ClockReopenWindow, 19*day)
	require.NotContains(t, r.notices(dispute.RoleCustomer), dispute.NoticeSurvey)
	require.Empty(t, about(r, dispute.EventClockSuspended))
}

// What was paid already counts: the rule does not give it again, a person decides.
func TestAReopenedCaseIsAskedAnew(t *testing.T) {
	t.Parallel()
	r := setup(t).standing()
	var late *reply
	r.inspectedAs(found("line-1", 1, dispute.ConditionDamaged))
	r.after(6*day, func() { r.reopenCase("r1", customer) })
	r.after(7*day, func() { late = r.decide("u2", agent, yuan(dispute.RemedyPartialRefund, 9000)) })
	r.after(7*day+time.Hour, func() { r.decide("u3", agent, yuan(dispute.RemedyCompensation, 1000)) })
	r.run(r.accepted())
	require.Equal(t, 2, r.times("order"), "the facts are asked anew")
	require.Equal(t, dispute.CodeExceedsCapture, late.code, "50.00 of the line went back already")
	require.Equal(t, 1, r.last().Reopened)
	require.Equal(t, dispute.StageNegotiation, r.stageAt(6*day+time.Hour))
	require.Equal(t, 1, r.has(dispute.EventReopened))
	require.Equal(t, []string{refundKey, payoutKey}, r.paid())
	r.ranOut(dispute.ClockReopenWindow, 22*day+time.Hour)
	r.ended(dispute.OutcomeResolved)
}

// A reopened claim that comes to nothing leaves what was settled before.
func TestAReopenedClaimThatLapses(t *testing.T) {
	t.Parallel()
	r := setup(t).standing()
	r.inspectedAs(found("line-1", 1, dispute.ConditionDamaged))
	r.after(6*day, func() { r.reopenCase("r1", agent) })
	r.after(7*day, func() { r.reject("u2", agent) })
	r.run(r.accepted())
	r.ranOut(dispute.ClockEscalationWindow, 14*day)
	require.Equal(t, []string{refundKey}, r.paid())
	r.ended(dispute.OutcomeResolved)
}

func TestASurveyIsAnsweredOnce(t *testing.T) {
	t.Parallel()
	r := setup(t).standing()
	var bad, first, twice *reply
	r.inspectedAs(found("line-1", 1, dispute.ConditionDamaged))
	r.after(8*day, func() { bad = r.survey("s0", 6) })
	r.after(8*day+time.Hour, func() { first = r.survey("s1", 4) })
	r.after(9*day, func() { twice = r.survey("s2", 1) })
	r.run(r.accepted())
	require.Equal(t, dispute.CodeInvalid, bad.code)
	require.Empty(t, first.code)
	require.Equal(t, dispute.CodeNotAllowedNow, twice.code)
	require.Equal(t, 4, r.last().Survey.Score)
	r.ranOut(dispute.ClockSurvey, 7*day) // the wait only
	r.ranOut(dispute.ClockReopenWindow, 19*day)
}

// Both sides may be asked at once; what each shows ends its own burden.
func TestBothSidesAreAsked(t *testing.T) {
	t.Parallel()
	r := setup(t).standing()
	r.after(time.Hour, func() { r.ask("q1", dispute.PartyMerchant, dispute.EvidenceReport) })
	r.after(2*time.Hour, func() { r.ask("q2", dispute.PartyCustomer, dispute.EvidenceReceipt, dispute.EvidenceVideo) })
	r.after(3*time.Hour, func() { r.hand("a", dispute.EvidenceReport, agent, 3*time.Hour) })
	r.after(4*time.Hour, func() { r.hand("b", dispute.EvidenceReceipt, customer, 4*time.Hour) })
	r.after(5*time.Hour, func() { r.hand("c", dispute.EvidenceVideo, customer, 5*time.Hour) })
	r.after(6*time.Hour, func() { r.withdraw("w1") })
	r.run(r.claimForDesk())
	waiting := func(at time.Duration) dispute.WaitingOn {
		var w dispute.WaitingOn
		for _, b := range r.batches {
			if !b.At.After(opened.Add(at)) {
				w = b.Case.WaitingOn
			}
		}
		return w
	}
	require.Equal(t, dispute.WaitingAgent, waiting(time.Hour))
	require.Equal(t, dispute.WaitingBoth, waiting(2*time.Hour))
	c := r.last()
	require.Equal(t, []dispute.ProofState{dispute.ProofMet, dispute.ProofMet}, []dispute.ProofState{c.Proof[0].State, c.Proof[1].State})
	require.Equal(t, dispute.RoleAgent, c.Evidence[0].RequestedFrom)
	require.Equal(t, dispute.SourceRequested, c.Evidence[2].Source)
	require.Equal(t, dispute.ClockRunning, r.clockAt(4*time.Hour, dispute.ClockEvidenceSupplement, "proof-2").State)
	require.Equal(t, 2, r.has(dispute.EventProofMet))
	require.Equal(t, dispute.StageNegotiation, r.stageAt(5*time.Hour), "who decides stays who they are")
}

// A reminder goes out once, to the owner, and not while the clock stands still.
func TestReminders(t *testing.T) {
	t.Parallel()
	r := setup(t).standing("agent_decision: {budget: 48h, owner: agent, ", "agent_decision: {budget: 48h, owner: agent, remind: [24h, 6h], ",
		"quiet_hours: {from: \"22:00\", to: \"08:00\"}\n", "")
	r.after(30*time.Hour, func() { r.suspend("s1", dispute.SuspendAppraisal) })
	r.run(r.claimForDesk())
	var at []time.Duration
	for _, e := range r.entries() {
		if e.Type == dispute.EventReminded {
			at = append(at, e.At.Sub(opened).Round(time.Minute))
		}
	}
	require.Equal(t, []time.Duration{24 * time.Hour, 42*time.Hour + 3*day}, at, "three days of it stood still")
	require.Equal(t, 2, count(r.notices(dispute.RoleAgent), dispute.NoticeReminder))
	r.ranOut(dispute.ClockAgentDecision, 48*time.Hour+3*day)
}
