package workflows_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/redresshq/redress/activities"
	"github.com/redresshq/redress/dispute"
)

func (r *rig) cancelAfter(d time.Duration) { r.after(d, func() { r.env.CancelWorkflow() }) }

func TestCancel(t *testing.T) {
	t.Parallel()
	playAll(t, []scenario{
		{"during intake", func(t *testing.T, r *rig) {
			r.cancelAfter(time.Hour)
			r.run(r.opening())
			require.Equal(t, 1, r.has(dispute.EventCancelled))
			r.unpaid()
			r.ended(dispute.OutcomeCancelled)
		}},
		{"while partners are asked", func(_ *testing.T, r *rig) {
			r.orderErr = dispute.Errorf(dispute.CodeUnavailable, "down")
			r.cancelAfter(time.Minute)
			r.run(r.claimForDesk())
			r.unpaid()
			r.ended(dispute.OutcomeCancelled)
		}},
		{"while an offer is open", func(t *testing.T, r *rig) {
			r.after(time.Hour, r.supply)
			r.cancelAfter(2 * time.Hour)
			r.run(r.opening())
			require.Equal(t, dispute.OfferReplaced, r.last().Offers[0].State)
			r.ended(dispute.OutcomeCancelled)
		}},
		{"after the label: RMA and label are given back", func(_ *testing.T, r *rig) {
			r.cancelAfter(3 * time.Hour)
			r.run(r.accepted())
			r.voided()
			r.unpaid()
			r.ended(dispute.OutcomeCancelled)
		}},
		{"while the label is on order: it is asked for by its key, and given back", func(_ *testing.T, r *rig) {
			r.announce = dispute.Errorf(dispute.CodeUnavailable, "down")
			r.cancelAfter(3 * time.Hour)
			r.run(r.accepted())
			r.voided()
			r.unpaid()
			r.ended(dispute.OutcomeCancelled)
		}},
		{"while a refund is pending: reconciled before the last record", func(t *testing.T, r *rig) {
			r.pay, r.find = answering(dispute.MoneyPending), answering(dispute.MoneySucceeded)
			r.cancelAfter(3 * time.Hour)
			r.run(r.lostOutbound())
			require.Equal(t, 1, r.times("pay "+refundKey))
			require.Equal(t, 1, r.times("reconcile "+refundKey))
			require.Equal(t, dispute.MoneySucceeded, r.legState("refund-1"))
			r.ended(dispute.OutcomeCancelled)
		}},
		{"while a refund is pending that then failed: nobody is put to work on a closed case", func(t *testing.T, r *rig) {
			r.pay, r.find = answering(dispute.MoneyPending), answering(dispute.MoneyFailed)
			r.cancelAfter(3 * time.Hour)
			r.run(r.lostOutbound())
			require.Equal(t, dispute.MoneyFailed, r.legState("refund-1"))
			require.Empty(t, r.notices(dispute.RoleAgent))
			r.ended(dispute.OutcomeCancelled)
		}},
		{"while a refund stays pending: a supervisor is told", func(t *testing.T, r *rig) {
			r.pay, r.find = answering(dispute.MoneyPending), answering(dispute.MoneyPending)
			r.cancelAfter(3 * time.Hour)
			r.run(r.lostOutbound())
			require.Contains(t, r.told(dispute.RoleSupervisor), "task settle")
			r.ended(dispute.OutcomeCancelled)
		}},
		{"while a refund is being tried: never sent, so never paid", func(t *testing.T, r *rig) {
			r.pay = func(dispute.MoneyClaim) (activities.Movement, error) {
				return activities.Movement{}, &activities.PartnerError{Partner: "payment"}
			}
			r.cancelAfter(time.Minute)
			r.run(r.lostOutbound())
			require.Equal(t, dispute.MoneyCancelled, r.legState("refund-1"))
			r.ended(dispute.OutcomeCancelled)
		}},
		{"while a refund is unknown: it stays so, and a supervisor is told", func(t *testing.T, r *rig) {
			r.pay = func(dispute.MoneyClaim) (activities.Movement, error) {
				return activities.Movement{}, &activities.PartnerError{Partner: "payment"}
			}
			r.cancelAfter(5 * day)
			r.run(r.lostOutbound())
			require.Equal(t, dispute.MoneyUnknown, r.legState("refund-1"))
			require.Contains(t, r.told(dispute.RoleSupervisor), "task settle")
			r.ended(dispute.OutcomeCancelled)
		}},
		{"in the follow-up: what is paid stays paid", func(t *testing.T, r *rig) {
			r.cancelAfter(day)
			r.run(r.lostOutbound())
			require.Equal(t, dispute.MoneySucceeded, r.legState("refund-1"))
			r.ended(dispute.OutcomeCancelled)
		}},
		{"twice is once", func(t *testing.T, r *rig) {
			r.cancel = dispute.Errorf(dispute.CodeUnavailable, "down")
			r.cancelAfter(3 * time.Hour)
			r.cancelAfter(3*time.Hour + time.Minute)
			r.after(3*time.Hour+2*time.Minute, func() { r.cancel = nil })
			r.run(r.accepted())
			require.Equal(t, 1, r.has(dispute.EventCancelled))
			r.voided()
			r.ended(dispute.OutcomeCancelled)
		}},
		{"a command behind it is answered that the case is closed", func(t *testing.T, r *rig) {
			r.cancel = dispute.Errorf(dispute.CodeUnavailable, "down")
			var late *reply
			r.cancelAfter(3 * time.Hour)
			r.after(3*time.Hour+time.Minute, func() { late = r.withdraw("u2") })
			r.after(3*time.Hour+2*time.Minute, func() { r.cancel = nil })
			r.run(r.accepted())
			require.Equal(t, dispute.CodeCaseClosed, late.code)
			r.ended(dispute.OutcomeCancelled)
		}},
	})
}
