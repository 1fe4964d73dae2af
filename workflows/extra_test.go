package workflows_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/redresshq/redress/dispute"
)

// returnAndExtra decides a return with its refund and a small compensation.
func (r *rig) returnAndExtra() dispute.Opening {
	r.after(time.Hour, func() {
		r.decide("u1", agent, dispute.Remedy{Type: dispute.RemedyReturnRefund}, yuan(dispute.RemedyCompensation, 1000))
	})
	return r.claimForDesk()
}

// Silence or a refusal about an extra does not take the return that was granted.
func TestExtraRefused(t *testing.T) {
	t.Parallel()
	playAll(t, []scenario{
		{"an offer that lapses", func(t *testing.T, r *rig) {
			r.pay = declining(1)
			r.after(2*time.Hour, func() { r.offer("u2", "o1", agent, yuan(dispute.RemedyCompensation, 500)) })
			r.after(5*day, func() { r.scan("c1", dispute.ParcelInTransit) })
			r.after(11*day, func() { r.receive("w1", 1, 1) })
			r.after(12*day, func() { r.inspect("w2", 2, found("line-1", 1, dispute.ConditionDamaged)) })
			r.run(r.returnAndExtra())
			r.ranOut(dispute.ClockEscalationWindow, 74*time.Hour+7*day)
			require.Equal(t, dispute.StageExecution, r.stageAt(10*day+12*time.Hour))
			require.Equal(t, []string{payoutKey, refundKey}, r.paid())
			require.NotContains(t, r.made(), "cancel "+rmaOf(r.last()))
			require.Contains(t, r.notices(dispute.RoleCustomer), dispute.NoticeDecision)
			r.ended(dispute.OutcomeResolved)
		}},
		{"a supervisor's rejection", func(t *testing.T, r *rig) {
			r.pay = declining(1)
			r.after(day, func() { r.scan("c1", dispute.ParcelInTransit) })
			r.after(2*day, func() { r.reject("u2", supervisor) })
			r.after(3*day, func() { r.receive("w1", 1, 1) })
			r.after(4*day, func() { r.inspect("w2", 2, found("line-1", 1, dispute.ConditionDamaged)) })
			r.run(r.returnAndExtra())
			require.Equal(t, dispute.StageExecution, r.stageAt(2*day+time.Hour))
			require.Equal(t, []string{payoutKey, refundKey}, r.paid())
			require.Equal(t, 1, r.has(dispute.EventRejected))
			r.ended(dispute.OutcomeResolved)
		}},
		{"the customer's withdrawal ends it all the same", func(t *testing.T, r *rig) {
			r.pay = declining(1)
			r.after(day, func() { r.withdraw("u2") })
			r.run(r.returnAndExtra())
			require.Equal(t, []string{payoutKey}, r.paid())
			r.ended(dispute.OutcomeWithdrawn)
		}},
	})
}

// Goods that arrive after their return expired are for a person.
func TestExpiredReturnArrives(t *testing.T) {
	t.Parallel()
	arrive := func(r *rig) {
		r.after(8*day, func() { r.receive("w1", 1, 1) })
		r.after(9*day, func() { r.inspect("w2", 2, found("line-1", 1, dispute.ConditionDamaged)) })
		r.after(9*day+time.Hour, func() {
			c := r.last()
			require.Equal(r.t, dispute.ReturnAccepted, c.Leg("return-1").State)
			require.Equal(r.t, dispute.StageNegotiation, c.Stage)
			require.Equal(r.t, "arrived_after_expiry", c.Explanation.Code)
			require.Empty(r.t, c.Outcome)
		})
		r.after(10*day, func() { r.decide("u2", agent, dispute.Remedy{Type: dispute.RemedyRefund}) })
	}
	playAll(t, []scenario{
		{"in follow-up", func(t *testing.T, r *rig) {
			arrive(r)
			r.run(r.returnAndExtra())
			require.Equal(t, dispute.StageFollowUp, r.stageAt(7*day+12*time.Hour))
			require.Equal(t, []string{payoutKey, caseID + "/refund-2/1"}, r.paid())
			r.ended(dispute.OutcomeResolved)
		}},
		{"beside a payout under way", func(t *testing.T, r *rig) {
			r.pay, r.find = answering(dispute.MoneyPending), answering(dispute.MoneyPending)
			arrive(r)
			r.after(9*day+2*time.Hour, func() {
				r.pay = answering(dispute.MoneySucceeded)
				r.settle("p1", payoutKey, dispute.MoneySucceeded, 1000)
			})
			r.run(r.returnAndExtra())
			require.Equal(t, []string{payoutKey, caseID + "/refund-2/1"}, r.paid())
			r.ended(dispute.OutcomeResolved)
		}},
	})
}
