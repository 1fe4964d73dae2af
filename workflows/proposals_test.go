package workflows_test

import (
	"fmt"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/redresshq/redress/activities"
	"github.com/redresshq/redress/dispute"
)

// declining makes a provider that declines the first so many payouts.
func declining(times int) func(dispute.MoneyClaim) (activities.Movement, error) {
	return func(c dispute.MoneyClaim) (activities.Movement, error) {
		if c.Type == dispute.LegCompensation && times > 0 {
			times--
			return activities.Movement{}, &activities.PartnerError{Partner: "payment", Status: 422, Code: "account_closed"}
		}
		return answering(dispute.MoneySucceeded)(c)
	}
}

// What waits for an approval does not outlive what it was for.
func TestProposalsAreWithdrawn(t *testing.T) {
	t.Parallel()
	playAll(t, []scenario{
		{"a retry withdraws the decision that was to replace it", func(t *testing.T, r *rig) {
			r.pay = declining(1)
			var late *reply
			r.after(time.Hour, func() { r.decide("u1", agent, yuan(dispute.RemedyCompensation, 30000)) })
			r.after(2*time.Hour, func() { r.approve("u2", "approval_1", supervisor, true) })
			r.after(3*time.Hour, func() { r.decide("u3", agent, yuan(dispute.RemedyCompensation, 30000)) })
			r.after(4*time.Hour, func() { r.resolveRefund("u4", payoutKey, dispute.ResultRetry) })
			r.after(5*time.Hour, func() { late = r.approve("u5", "approval_2", supervisor, true) })
			r.run(r.complaint())
			require.Equal(t, dispute.CodeNotAllowedNow, late.code)
			require.Equal(t, []string{payoutKey, caseID + "/compensation-2/1"}, r.paid())
			c := r.last()
			require.Equal(t, dispute.DecisionRefused, c.Decisions[1].State)
			require.Nil(t, c.PendingApproval())
			r.ended(dispute.OutcomeResolved)
		}},
		{"a retry of one of two failures gives the desk its clock back", func(t *testing.T, r *rig) {
			r.pay = declining(2)
			r.after(time.Hour, func() {
				r.decide("u1", supervisor, yuan(dispute.RemedyCompensation, 20000), yuan(dispute.RemedyCompensation, 10000))
			})
			r.after(2*time.Hour, func() { r.decide("u2", agent, yuan(dispute.RemedyCompensation, 20000)) })
			r.after(3*time.Hour, func() { r.resolveRefund("u3", payoutKey, dispute.ResultRetry) })
			r.after(4*time.Hour, func() {
				c := r.last()
				require.Nil(t, c.PendingApproval())
				require.NotNil(t, c.Running(dispute.ClockAgentDecision, ""))
			})
			r.after(5*time.Hour, func() { r.reject("u4", supervisor) })
			r.run(r.complaint())
			require.Contains(t, r.paid(), caseID+"/compensation-3/1")
		}},
		{"goods found in order withdraw the decision that was to do without them", func(t *testing.T, r *rig) {
			r.received()
			r.after(5*day+time.Hour, func() {
				r.decide("u2", agent, dispute.Remedy{Type: dispute.RemedyRefund}, yuan(dispute.RemedyCompensation, 6000))
			})
			r.after(6*day, func() { r.inspect("w2", 2, found("line-1", 1, dispute.ConditionDamaged)) })
			var late *reply
			r.after(7*day, func() { late = r.approve("u3", "approval_1", supervisor, true) })
			r.run(r.accepted())
			require.Equal(t, dispute.CodeNotAllowedNow, late.code)
			require.Equal(t, []string{refundKey}, r.paid())
			r.ended(dispute.OutcomeResolved)
		}},
		{"an approval counts what was given meanwhile", func(t *testing.T, r *rig) {
			r.pay = declining(2)
			r.after(time.Hour, func() {
				r.decide("u1", supervisor, yuan(dispute.RemedyCompensation, 10000), yuan(dispute.RemedyCompensation, 5000))
			})
			r.after(2*time.Hour, func() { r.decide("u2", agent, yuan(dispute.RemedyCompensation, 45000)) })
			r.after(3*time.Hour, func() { r.settle("p1", payoutKey, dispute.MoneySucceeded, 10000) })
			var answer *reply
			r.after(4*time.Hour, func() { answer = r.approve("u3", "approval_1", supervisor, true) })
			r.after(5*time.Hour, func() {
				c := r.last()
				require.Equal(t, dispute.DecisionRefused, c.Decisions[1].State)
				require.Equal(t, string(dispute.CodeLimitExceeded), c.Explanation.Code)
				require.NotNil(t, c.Running(dispute.ClockAgentDecision, ""))
			})
			r.after(6*time.Hour, func() { r.reject("u4", supervisor) })
			r.run(r.complaint())
			require.Empty(t, answer.code)
			require.NotContains(t, r.paid(), caseID+"/compensation-3/1", "above the cap")
		}},
	})
}

// The state of a case is bounded, whatever is proposed in it.
func TestProposalsAreBounded(t *testing.T) {
	t.Parallel()
	playAll(t, []scenario{
		{"a counter about other lines is refused", func(t *testing.T, r *rig) {
			var a *reply
			r.after(time.Hour, r.supply)
			r.after(2*time.Hour, func() {
				a = r.counter("u1", "offer_1", dispute.Remedy{Type: dispute.RemedyRefund, Lines: []dispute.Line{{LineID: "line-9", Quantity: 1}}})
			})
			r.run(r.opening())
			require.Equal(t, dispute.CodeInvalid, a.code)
			require.Equal(t, dispute.OfferLapsed, r.last().Offers[0].State)
		}},
		{"after so many offers somebody decides", func(t *testing.T, r *rig) {
			answers := make([]*reply, dispute.MaxOffers+1)
			for i := range answers {
				id := fmt.Sprintf("o%d", i)
				r.after(time.Hour+time.Duration(i)*time.Minute, func() { answers[i] = r.offer(id, id, agent, yuan(dispute.RemedyCompensation, 100)) })
			}
			r.after(2*time.Hour, func() { r.decide("u1", agent, yuan(dispute.RemedyCompensation, 100)) })
			r.run(r.complaint())
			require.Empty(t, answers[dispute.MaxOffers-1].code)
			require.Equal(t, dispute.CodeLimitExceeded, answers[dispute.MaxOffers].code)
			require.Len(t, r.last().Offers, dispute.MaxOffers)
			r.ended(dispute.OutcomeResolved)
		}},
	})
}
