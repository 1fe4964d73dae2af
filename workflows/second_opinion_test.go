package workflows_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/redresshq/redress/dispute"
)

func (r *rig) opinion(id string, by dispute.Actor, v dispute.OpinionVerdict) *reply {
	return r.send(dispute.UpdateOpinion, id, dispute.SecondOpinionCommand{Command: cmd(id, by), Verdict: v})
}

// A survey is not answered before it was sent; a bad mark is looked at by a supervisor
// who decided nothing, and the case waits for that.
func TestABadMarkIsUpheld(t *testing.T) {
	t.Parallel()
	r := setup(t).bargain()
	var early, bad, unasked, own, wrong, fine, twice *reply
	r.after(time.Hour, func() { r.decide("u1", supervisor, dispute.Remedy{Type: dispute.RemedyRefund}) })
	r.after(2*day, func() { early = r.survey("s0", 1) })
	r.after(2*day+time.Hour, func() { unasked = r.opinion("o0", otherSupervisor, dispute.OpinionUpheld) })
	r.after(4*day, func() { bad = r.survey("s1", 2) })
	r.after(4*day+time.Hour, func() { own = r.opinion("o1", supervisor, dispute.OpinionUpheld) })
	r.after(4*day+2*time.Hour, func() { wrong = r.opinion("o2", otherSupervisor, "perhaps") })
	r.after(4*day+3*time.Hour, func() { fine = r.opinion("o3", otherSupervisor, dispute.OpinionUpheld) })
	r.after(4*day+4*time.Hour, func() { twice = r.opinion("o4", otherSupervisor, dispute.OpinionUpheld) })
	r.run(r.claimForDesk())
	require.Equal(t, dispute.CodeNotAllowedNow, early.code)
	require.Equal(t, dispute.CodeNotAllowedNow, unasked.code)
	require.Empty(t, bad.code)
	require.Equal(t, dispute.CodeSameAuthor, own.code)
	require.Equal(t, dispute.CodeInvalid, wrong.code)
	require.Empty(t, fine.code)
	require.Equal(t, dispute.CodeNotAllowedNow, twice.code)
	require.Contains(t, r.told(dispute.RoleSupervisor), "task second_opinion")
	require.Equal(t, dispute.WaitingSupervisor, r.waitingAt(4*day+30*time.Minute))
	require.Equal(t, 1, count(r.notices(dispute.RoleCustomer), dispute.NoticeSecondOpinion))
	o := r.last().SecondOpinion
	require.Equal(t, dispute.OpinionUpheld, o.Verdict)
	require.Equal(t, otherSupervisor, *o.By)
	r.ranOut(dispute.ClockSupervisorDecision)
	r.ended(dispute.OutcomeResolved)
}

// The supervisor takes the case up again, though the reopen window is over, and the
// remedy that was owed is given.
func TestABadMarkReopensTheCase(t *testing.T) {
	t.Parallel()
	r := setup(t).bargain()
	var reopened *reply
	r.after(time.Hour, func() { r.decide("u1", supervisor, yuan(dispute.RemedyPartialRefund, 1000)) })
	r.after(9*day, func() { r.survey("s1", 1) })
	r.after(40*day, func() { reopened = r.opinion("o1", otherSupervisor, dispute.OpinionReopened) })
	r.after(40*day+time.Hour, func() { r.decide("u2", agent, yuan(dispute.RemedyCompensation, 1000)) })
	r.run(r.claimForDesk())
	require.Empty(t, reopened.code)
	require.Equal(t, dispute.StageFollowUp, r.stageAt(39*day), "silence closes nothing")
	require.Equal(t, 1, r.last().Reopened)
	require.Equal(t, dispute.OpinionReopened, r.last().SecondOpinion.Verdict)
	require.Len(t, r.paid(), 2)
	r.ended(dispute.OutcomeResolved)
}

// A good mark costs nothing.
func TestAGoodMarkAsksNobody(t *testing.T) {
	t.Parallel()
	r := setup(t).bargain()
	r.after(time.Hour, func() { r.decide("u1", supervisor, dispute.Remedy{Type: dispute.RemedyRefund}) })
	r.after(4*day, func() { r.survey("s1", 3) })
	r.run(r.claimForDesk())
	require.Nil(t, r.last().SecondOpinion)
	require.NotContains(t, r.told(dispute.RoleSupervisor), "task second_opinion")
	r.ended(dispute.OutcomeResolved)
}

// Silence goes to the next level, again and again, and closes nothing.
var opinionSilences = []scenario{
	{"nobody looks at a bad mark: the next level is told, and the case stays open past its window", func(t *testing.T, r *rig) {
		r.bargain()
		r.after(time.Hour, func() { r.decide("u1", supervisor, dispute.Remedy{Type: dispute.RemedyRefund}) })
		r.after(4*day, func() { r.survey("s1", 1) })
		r.after(25*day, func() { r.opinion("o1", otherSupervisor, dispute.OpinionUpheld) })
		r.run(r.claimForDesk())
		require.Equal(t, dispute.StageFollowUp, r.stageAt(24*day))
		at, _ := r.breaches(dispute.ClockSupervisorDecision)
		require.Greater(t, len(at), 5)
		require.WithinDuration(t, opened.Add(5*day), at[0], time.Minute)
		require.WithinDuration(t, opened.Add(6*day), at[1], time.Minute)
		require.True(t, r.last().Breached)
		r.ended(dispute.OutcomeResolved)
	}},
}

func TestSilenceOfASecondOpinion(t *testing.T) {
	t.Parallel()
	playAll(t, opinionSilences)
}
