package workflows_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/redresshq/redress/dispute"
)

var (
	freightBack = dispute.Remedy{Type: dispute.RemedyFreightRefund}
	tooMuch     = yuan(dispute.RemedyCompensation, 9000) // above what an agent may give of new money
)

func TestComplaint(t *testing.T) {
	t.Parallel()
	playAll(t, []scenario{
		{"approval, counter, revision, acceptance: compensation and freight are paid", func(t *testing.T, r *rig) {
			var own, leave *reply
			r.after(time.Hour, func() { r.offer("u1", "o1", agent, tooMuch) })
			r.after(2*time.Hour, func() { own = r.approve("u2", "approval_1", agent, true) })
			r.after(3*time.Hour, func() { leave = r.approve("u3", "approval_1", supervisor, true) })
			r.after(4*time.Hour, func() { r.counter("u4", "o1", yuan(dispute.RemedyCompensation, 4000), freightBack) })
			r.after(5*time.Hour, func() { r.offer("u5", "o2", agent, yuan(dispute.RemedyCompensation, 4000), freightBack) })
			r.after(6*time.Hour, func() { r.answer("u6", "o2", dispute.ResponseAccept) })
			r.run(r.complaint())
			require.Equal(t, dispute.CodeForbidden, own.code)
			require.Empty(t, leave.code)
			require.ElementsMatch(t, []string{payoutKey, refundKey}, r.paid())
			c := r.last()
			require.Equal(t, int64(4000), c.Leg("compensation-1").Money.Amount.Amount)
			require.Equal(t, int64(1000), c.Leg("refund-1").Money.Amount.Amount)
			require.Equal(t, []dispute.OfferState{dispute.OfferCountered, dispute.OfferAccepted},
				[]dispute.OfferState{c.Offers[0].State, c.Offers[1].State})
			require.Equal(t, 2, count(r.notices(dispute.RoleCustomer), dispute.NoticeOffer))
			require.Equal(t, 2, count(r.notices(dispute.RoleCustomer), dispute.NoticeRefunded))
			require.Contains(t, r.told(dispute.RoleSupervisor), "task approve")
			r.ended(dispute.OutcomeResolved)
		}},
		{"a supervisor's own offer needs nobody's leave", func(t *testing.T, r *rig) {
			r.after(time.Hour, func() { r.offer("u1", "o1", supervisor, tooMuch) })
			r.after(2*time.Hour, func() { r.answer("u2", "o1", dispute.ResponseAccept) })
			r.run(r.complaint())
			require.Empty(t, r.last().Approvals)
			require.Equal(t, []string{payoutKey}, r.paid())
		}},
		{"an author who became supervisor still cannot approve", func(t *testing.T, r *rig) {
			promoted := dispute.Actor{Role: dispute.RoleSupervisor, ID: agent.ID}
			var own *reply
			r.after(time.Hour, func() { r.offer("u1", "o1", agent, tooMuch) })
			r.after(2*time.Hour, func() { own = r.approve("u2", "approval_1", promoted, true) })
			r.after(3*time.Hour, func() { r.reject("u3", supervisor) })
			r.run(r.complaint())
			require.Equal(t, dispute.CodeSameAuthor, own.code)
			r.unpaid()
		}},
		{"what waits for approval cannot be accepted", func(t *testing.T, r *rig) {
			var early *reply
			r.after(time.Hour, func() { r.offer("u1", "o1", agent, tooMuch) })
			r.after(2*time.Hour, func() { early = r.answer("u2", "o1", dispute.ResponseAccept) })
			r.after(3*time.Hour, func() { r.reject("u3", supervisor) })
			r.run(r.complaint())
			require.Equal(t, dispute.CodeNotAllowedNow, early.code)
			r.unpaid()
		}},
		{"a refused approval goes back to the agent", func(t *testing.T, r *rig) {
			r.after(time.Hour, func() { r.offer("u1", "o1", agent, tooMuch) })
			r.after(2*time.Hour, func() { r.approve("u2", "approval_1", supervisor, false) })
			r.after(3*time.Hour, func() { r.offer("u3", "o2", agent, yuan(dispute.RemedyCompensation, 3000)) })
			r.after(4*time.Hour, func() { r.answer("u4", "o2", dispute.ResponseAccept) })
			r.run(r.complaint())
			require.Equal(t, dispute.OfferRefused, r.last().Offers[0].State)
			require.Equal(t, []string{payoutKey}, r.paid())
		}},
		{"above the cap nobody's leave helps", func(t *testing.T, r *rig) {
			var a *reply
			r.after(time.Hour, func() { a = r.decide("u1", supervisor, yuan(dispute.RemedyCompensation, 60000)) })
			r.after(2*time.Hour, func() { r.reject("u2", supervisor) })
			r.run(r.complaint())
			require.Equal(t, dispute.CodeLimitExceeded, a.code)
			r.unpaid()
		}},
		{"a decision that an approval puts into force is carried out once", func(t *testing.T, r *rig) {
			r.after(time.Hour, func() { r.decide("u1", agent, tooMuch) })
			r.after(2*time.Hour, func() { r.approve("u2", "approval_1", supervisor, true) })
			r.run(r.complaint())
			require.Equal(t, 1, r.times("pay "+payoutKey))
			r.ended(dispute.OutcomeResolved)
		}},
	})
}

func TestEscalation(t *testing.T) {
	t.Parallel()
	playAll(t, []scenario{
		{"the customer's leads to a supervisor whose rejection is final", func(t *testing.T, r *rig) {
			var desk *reply
			r.after(time.Hour, func() { r.reject("u1", agent) })
			r.after(2*time.Hour, func() { r.escalate("u2", customer) })
			r.after(3*time.Hour, func() { desk = r.decide("u3", agent, dispute.Remedy{Type: dispute.RemedyRefund}) })
			r.after(4*time.Hour, func() { r.reject("u4", supervisor) })
			r.run(r.claimForDesk())
			require.Equal(t, dispute.CodeNotAllowedNow, desk.code)
			require.Contains(t, r.told(dispute.RoleSupervisor), "task asked_for")
			require.Equal(t, dispute.StageAdjudication, r.stageAt(150*time.Minute))
			r.ranOut(dispute.ClockEscalationWindow)
			r.unpaid()
			r.ended(dispute.OutcomeRejected)
		}},
		{"the supervisor's decision for the customer is carried out", func(t *testing.T, r *rig) {
			r.after(time.Hour, func() { r.reject("u1", agent) })
			r.after(2*time.Hour, func() { r.escalate("u2", customer) })
			r.after(4*time.Hour, func() { r.decide("u4", supervisor, dispute.Remedy{Type: dispute.RemedyRefund}) })
			r.run(r.claimForDesk())
			require.Equal(t, []string{refundKey}, r.paid())
			r.ended(dispute.OutcomeResolved)
		}},
		{"before the claim is complete there is nothing to rule on", func(t *testing.T, r *rig) {
			var early *reply
			r.after(time.Hour, func() { early = r.escalate("u1", agent) })
			r.run(r.opening())
			require.Equal(t, dispute.CodeNotAllowedNow, early.code)
			r.ended(dispute.OutcomeExpired)
		}},
		{"out of the investigation the facts still come in for the supervisor", func(t *testing.T, r *rig) {
			r.orderErr = dispute.Errorf(dispute.CodeUnavailable, "down")
			r.after(time.Minute, func() { r.escalate("u1", agent) })
			r.after(2*time.Minute, func() { r.orderErr = nil })
			r.after(2*time.Hour, func() { r.decide("u2", supervisor, dispute.Remedy{Type: dispute.RemedyRefund}) })
			r.run(r.claimForDesk())
			for _, s := range r.last().Facts.Sources {
				require.NotEqual(t, dispute.SourcePending, s.State, s.Source)
			}
			require.NotNil(t, r.last().AcceptedAt)
			require.Equal(t, []string{refundKey}, r.paid())
			r.ended(dispute.OutcomeResolved)
		}},
	})
}
