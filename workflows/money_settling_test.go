package workflows_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/redresshq/redress/activities"
	"github.com/redresshq/redress/dispute"
)

const freightKey = caseID + "/refund-1/1"

// halfPaid opens a complaint whose decision pays two ways: the payout is declined,
// so that an agent has the case, and the refund of the freight stays pending.
func (r *rig) halfPaid() dispute.Opening {
	r.pay = func(c dispute.MoneyClaim) (activities.Movement, error) {
		if c.Type == dispute.LegCompensation {
			return activities.Movement{}, &activities.PartnerError{Partner: "payment", Status: 402, Code: "insufficient_funds"}
		}
		return answering(dispute.MoneyPending)(c)
	}
	r.find = answering(dispute.MoneyPending)
	r.after(time.Hour, func() {
		r.decide("u1", agent, yuan(dispute.RemedyCompensation, 1000), dispute.Remedy{Type: dispute.RemedyFreightRefund})
	})
	r.after(2*time.Hour, func() { r.reject("u2", supervisor) })
	return r.complaint()
}

func (r *rig) running(name dispute.ClockName, legID string) *dispute.Clock {
	c := r.last()
	return c.Running(name, legID)
}

// A case on its way out does not close over money that is on its way.
func TestEndingWaitsForMoney(t *testing.T) {
	t.Parallel()
	playAll(t, []scenario{
		{"it closes when the money is there", func(t *testing.T, r *rig) {
			r.after(2*day, func() {
				require.NotEqual(t, dispute.StageClosed, r.last().Stage)
				require.NotNil(t, r.running(dispute.ClockRefundSettlement, "refund-1"))
				r.settle("p1", freightKey, dispute.MoneySucceeded, 1000)
			})
			r.run(r.halfPaid())
			require.Equal(t, dispute.MoneySucceeded, r.legState("refund-1"))
			r.ended(dispute.OutcomeRejected)
		}},
		{"money that fails then is told to a supervisor", func(t *testing.T, r *rig) {
			r.after(2*day, func() { r.settle("p1", freightKey, dispute.MoneyFailed, 1000) })
			r.run(r.halfPaid())
			require.Equal(t, dispute.MoneyFailed, r.legState("refund-1"))
			require.Contains(t, r.told(dispute.RoleSupervisor), "task payment_failed")
			r.ended(dispute.OutcomeRejected)
		}},
		{"silence asks the provider and gives it to a supervisor, who settles it", func(t *testing.T, r *rig) {
			var refused, done *reply
			r.after(20*day, func() {
				require.NotNil(t, r.running(dispute.ClockSupervisorDecision, "refund-1"))
				refused = r.withdraw("u3")
				done = r.resolveRefund("u4", freightKey, dispute.ResultSucceeded)
			})
			r.run(r.halfPaid())
			require.Equal(t, 1, r.times("reconcile "+freightKey))
			require.Contains(t, r.told(dispute.RoleSupervisor), "task settle")
			require.Contains(t, r.told(dispute.RoleSupervisor), "task overdue")
			require.Equal(t, dispute.CodeCaseClosed, refused.code)
			require.True(t, done.answered)
			require.Empty(t, done.code)
			r.ended(dispute.OutcomeRejected)
		}},
		{"operations may still cancel it", func(t *testing.T, r *rig) {
			r.cancelAfter(day)
			r.run(r.halfPaid())
			require.Equal(t, dispute.MoneyPending, r.legState("refund-1"))
			require.Contains(t, r.told(dispute.RoleSupervisor), "task settle")
			r.ended(dispute.OutcomeCancelled)
		}},
	})
}

// A person's word gives up only what the provider does not hold.
func TestGivingUpAsksTheProvider(t *testing.T) {
	t.Parallel()
	giveUp := func(r *rig) **reply {
		var answer *reply
		r.after(day, func() { answer = r.resolveRefund("u5", refundKey, dispute.ResultFailed) })
		return &answer
	}
	playAll(t, []scenario{
		{"pending there: refused", func(t *testing.T, r *rig) {
			r.pay, r.find = answering(dispute.MoneyPending), answering(dispute.MoneyRequiresAction)
			answer := giveUp(r)
			r.after(2*day, func() {
				require.Equal(t, dispute.MoneyRequiresAction, r.legState("refund-1"), "the provider's word is taken over")
				r.settle("p1", refundKey, dispute.MoneySucceeded, 5000)
			})
			r.run(r.lostOutbound())
			require.Equal(t, dispute.CodeNotAllowedNow, (*answer).code)
			r.ended(dispute.OutcomeResolved)
		}},
		{"paid there: refused, and it is paid", func(t *testing.T, r *rig) {
			r.pay, r.find = answering(dispute.MoneyPending), answering(dispute.MoneySucceeded)
			answer := giveUp(r)
			r.run(r.lostOutbound())
			require.Equal(t, dispute.CodeNotAllowedNow, (*answer).code)
			require.Equal(t, dispute.MoneySucceeded, r.legState("refund-1"))
			r.ended(dispute.OutcomeResolved)
		}},
		{"the provider cannot be asked: refused, nothing changes", func(t *testing.T, r *rig) {
			r.pay = answering(dispute.MoneyPending)
			r.find = func(dispute.MoneyClaim) (activities.Movement, error) {
				return activities.Movement{}, &activities.PartnerError{Partner: "payment"}
			}
			answer := giveUp(r)
			r.after(2*day, func() {
				require.Equal(t, dispute.MoneyPending, r.legState("refund-1"))
				r.settle("p1", refundKey, dispute.MoneySucceeded, 5000)
			})
			r.run(r.lostOutbound())
			require.Equal(t, dispute.CodeUnavailable, (*answer).code)
			r.ended(dispute.OutcomeResolved)
		}},
		{"unknown there: given up, and paid anew under a new key that names the old one", func(t *testing.T, r *rig) {
			var ended [][]string
			r.pay = func(c dispute.MoneyClaim) (activities.Movement, error) {
				ended = append(ended, c.Ended)
				if c.Key == refundKey {
					return answering(dispute.MoneyPending)(c)
				}
				return answering(dispute.MoneySucceeded)(c)
			}
			answer := giveUp(r)
			r.after(2*day, func() { r.resolveRefund("u6", refundKey, dispute.ResultRetry) })
			r.run(r.lostOutbound())
			require.Empty(t, (*answer).code)
			require.Equal(t, [][]string{nil, {refundKey}}, ended)
			r.ended(dispute.OutcomeResolved)
		}},
	})
}

// Money that was given up and moves after all is never passed over.
func TestPaidAfterAll(t *testing.T) {
	t.Parallel()
	playAll(t, []scenario{
		{"before anything else was decided: the case goes on as paid", func(t *testing.T, r *rig) {
			r.pay = answering(dispute.MoneyFailed)
			r.after(day, func() { r.settle("p1", refundKey, dispute.MoneySucceeded, 5000) })
			r.run(r.lostOutbound())
			require.Equal(t, []string{refundKey}, r.paid())
			l := r.last().Legs[0]
			require.Equal(t, dispute.MoneySucceeded, l.State)
			require.Equal(t, "succeeded_after_failed", l.Problem)
			require.NotNil(t, l.Money.SettledAt)
			require.Contains(t, r.told(dispute.RoleSupervisor), "task succeeded_after_failed")
			r.ended(dispute.OutcomeResolved)
		}},
		{"after it was paid anew: both stand in the record, and a supervisor is told", func(t *testing.T, r *rig) {
			r.pay = func(c dispute.MoneyClaim) (activities.Movement, error) {
				if c.Key == refundKey {
					return answering(dispute.MoneyFailed)(c)
				}
				return answering(dispute.MoneySucceeded)(c)
			}
			r.after(day, func() { r.resolveRefund("u6", refundKey, dispute.ResultRetry) })
			r.after(2*day, func() { r.settle("p1", refundKey, dispute.MoneySucceeded, 5000) })
			r.run(r.lostOutbound())
			require.Equal(t, dispute.MoneySucceeded, r.legState("refund-1"))
			require.Equal(t, dispute.MoneySucceeded, r.legState("refund-2"))
			require.Equal(t, 1, count(r.told(dispute.RoleSupervisor), "task succeeded_after_failed"))
			r.ended(dispute.OutcomeResolved)
		}},
	})
}

// What a plan counted on and somebody else took is asked about anew.
func TestExceededPaymentIsAskedAbout(t *testing.T) {
	t.Parallel()
	r := setup(t)
	r.order.Payments = []dispute.OrderMoney{{PaymentID: "pay-1", Captured: 10000}, {PaymentID: "pay-2", Captured: 9000}}
	var from []string
	r.pay = func(c dispute.MoneyClaim) (activities.Movement, error) {
		from = append(from, c.PaymentID)
		if c.Key == refundKey {
			r.payment.Payments = []dispute.PaymentGone{{PaymentID: "pay-1", Gone: 10000}}
			return activities.Movement{}, dispute.Errorf(dispute.CodeExceedsCapture, "taken")
		}
		return answering(dispute.MoneySucceeded)(c)
	}
	r.after(time.Hour, func() { r.decide("u1", agent, dispute.Remedy{Type: dispute.RemedyRefund}) })
	r.run(r.lostOutbound())
	require.Equal(t, 2, r.times("payment"))
	require.Equal(t, []string{"pay-1", "pay-2"}, from)
	r.ended(dispute.OutcomeResolved)
}

// A label that nobody was given is given back, although the return was settled.
func TestReturnSettledBeforeItsInstructions(t *testing.T) {
	t.Parallel()
	r := setup(t)
	r.announce = dispute.Errorf(dispute.CodeUnavailable, "down")
	r.after(2*time.Hour+time.Minute, func() { r.resolveLeg("u2", "return-1", dispute.ResultSucceeded) })
	r.after(2*time.Hour+2*time.Minute, func() {
		require.Zero(t, r.times("void label-1"), "the announcement under way ends first")
		r.announce = nil
	})
	r.run(r.accepted())
	require.Equal(t, dispute.ReturnAccepted, r.legState("return-1"))
	require.Equal(t, 1, r.times("label"), "its number is known by then")
	r.voided()
	require.Equal(t, []string{refundKey}, r.paid())
	r.ended(dispute.OutcomeResolved)
}
