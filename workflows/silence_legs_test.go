package workflows_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/redresshq/redress/activities"
	"github.com/redresshq/redress/dispute"
)

// What silence brings on the clocks of legs.

var returnShipmentSilences = []scenario{
	{"after 7 days the return expires: RMA and label given back, nothing paid, told", func(t *testing.T, r *rig) {
		r.run(r.accepted())
		r.ranOut(dispute.ClockReturnShipment, 2*time.Hour+7*day)
		require.Equal(t, dispute.ReturnExpired, r.legState("return-1"))
		require.Equal(t, dispute.MoneyCancelled, r.legState("refund-1"))
		require.False(t, r.last().Breached)
		r.voided()
		r.unpaid()
		r.ended(dispute.OutcomeExpired)
	}},
	{"a number given in time stops it", func(_ *testing.T, r *rig) {
		r.after(6*day, func() {
			r.signal(dispute.SignalReturnShipped, dispute.ReturnShipped{EventID: "s1", Carrier: "yto", TrackingNumber: "Y1", Actor: customer})
		})
		r.after(8*day, func() { r.receive("w1", 1, 1) })
		r.after(8*day+time.Hour, func() { r.inspect("w2", 2, found("line-1", 1, dispute.ConditionDamaged)) })
		r.run(r.accepted())
		r.ranOut(dispute.ClockReturnShipment)
		r.ended(dispute.OutcomeResolved)
	}},
}

var returnTransitSilences = []scenario{
	{"after 10 days the carrier is asked; lost on the merchant's label: refunded", func(t *testing.T, r *rig) {
		r.onReturn.Status = dispute.ParcelLost
		r.inTransit()
		r.run(r.accepted())
		r.ranOut(dispute.ClockReturnTransit, 11*day)
		require.Equal(t, 1, r.times("trace R1"))
		require.Equal(t, dispute.ReturnLost, r.legState("return-1"))
		require.Equal(t, []string{refundKey}, r.paid())
		r.ended(dispute.OutcomeResolved)
	}},
	{"lost above the automatic limit: an agent decides, nothing is paid by itself", func(t *testing.T, r *rig) {
		r.order.Lines[0].Paid, r.order.Payments[0].Captured = 100000, 109000
		r.onReturn.Status = dispute.ParcelLost
		r.after(2*time.Hour, func() { r.offer("u0", "offer_1", agent, dispute.Remedy{Type: dispute.RemedyReturnRefund}) })
		r.after(3*time.Hour, func() { r.respond("u1", dispute.ResponseAccept) })
		r.inTransit()
		r.after(12*day, func() { r.reject("u2", supervisor) })
		o := r.opening()
		o.Evidence = []dispute.EvidenceType{dispute.EvidencePhoto, dispute.EvidenceStatement}
		r.run(o)
		r.ranOut(dispute.ClockReturnTransit, 11*day)
		require.Contains(t, r.told(dispute.RoleAgent), "task decide")
		r.unpaid()
		r.ended(dispute.OutcomeRejected)
	}},
	{"unknown to the carrier: an agent decides", func(t *testing.T, r *rig) {
		r.onReturn.Status = dispute.ParcelUnknown
		r.inTransit()
		r.after(12*day, func() { r.decide("u2", agent, dispute.Remedy{Type: dispute.RemedyRefund}) })
		r.run(r.accepted())
		r.ranOut(dispute.ClockReturnTransit, 11*day)
		require.Contains(t, r.told(dispute.RoleAgent), "task decide")
		require.Equal(t, []string{caseID + "/refund-2/1"}, r.paid(), "the decision, and not the waiting refund too")
		r.ended(dispute.OutcomeResolved)
	}},
	{"delivered after all: the warehouse's clock starts", func(_ *testing.T, r *rig) {
		r.onReturn.Status = dispute.ParcelDelivered
		r.inTransit()
		r.run(r.accepted())
		r.ranOut(dispute.ClockReturnTransit, 11*day)
		r.ranOut(dispute.ClockReceiptConfirmation, 21*day)
		r.ended(dispute.OutcomeResolved)
	}},
}

var receiptSilences = []scenario{
	{"10 days after delivery the refund goes out inside the automatic limit", func(t *testing.T, r *rig) {
		r.delivered()
		r.run(r.accepted())
		r.ranOut(dispute.ClockReceiptConfirmation, 12*day)
		require.Contains(t, r.told(dispute.RoleSupervisor), "breach receipt_confirmation")
		require.Equal(t, dispute.ReturnAccepted, r.legState("return-1"))
		require.Equal(t, []string{refundKey}, r.paid())
		r.ended(dispute.OutcomeResolved)
	}},
	{"above the automatic limit an agent decides, and nothing is paid by itself", func(t *testing.T, r *rig) {
		r.order.Lines[0].Paid, r.order.Payments[0].Captured = 100000, 109000
		r.after(2*time.Hour, func() { r.offer("u0", "offer_1", agent, dispute.Remedy{Type: dispute.RemedyReturnRefund}) })
		r.after(3*time.Hour, func() { r.respond("u1", dispute.ResponseAccept) })
		r.delivered()
		r.after(13*day, func() { r.reject("u2", supervisor) })
		o := r.opening()
		o.Evidence = []dispute.EvidenceType{dispute.EvidencePhoto, dispute.EvidenceStatement}
		r.run(o)
		r.ranOut(dispute.ClockReceiptConfirmation, 12*day)
		require.Contains(t, r.told(dispute.RoleAgent), "task decide")
		r.unpaid()
		r.ended(dispute.OutcomeRejected)
	}},
}

var inspectionSilences = []scenario{
	{"48 h after receipt the warehouse gets a second notice and an agent the decision", func(t *testing.T, r *rig) {
		r.received()
		r.after(6*day, func() { r.inspect("w2", 2, found("line-1", 1, dispute.ConditionDamaged)) })
		r.run(r.accepted())
		r.ranOut(dispute.ClockInspection, 5*day)
		require.Equal(t, []dispute.Milestone{dispute.NoticeInspectNow}, r.notices(dispute.RoleWarehouse))
		require.Contains(t, r.told(dispute.RoleAgent), "task decide")
		require.Contains(t, r.told(dispute.RoleSupervisor), "breach inspection")
		r.ranOut(dispute.ClockAgentDecision) // the finding came in time and took the case back
		require.Equal(t, []string{refundKey}, r.paid())
		r.ended(dispute.OutcomeResolved)
	}},
	{"and the agent silent too: a supervisor, and nothing is paid by itself", func(t *testing.T, r *rig) {
		r.received()
		r.after(9*day, func() { r.decide("u2", supervisor, dispute.Remedy{Type: dispute.RemedyRefund}) })
		r.run(r.accepted())
		r.ranOut(dispute.ClockInspection, 5*day)
		r.ranOut(dispute.ClockAgentDecision, 7*day)
		require.Equal(t, []string{caseID + "/refund-2/1"}, r.paid(), "only what the supervisor decided")
		r.ended(dispute.OutcomeResolved)
	}},
}

var settlementSilences = []scenario{
	{"3 working days, then reconciled: it had succeeded", func(t *testing.T, r *rig) {
		r.pay = answering(dispute.MoneyPending)
		r.find = answering(dispute.MoneySucceeded)
		r.run(r.lostOutbound())
		at, due := r.breaches(dispute.ClockRefundSettlement)
		require.Len(t, at, 1)
		require.WithinDuration(t, due[0], at[0], time.Second)
		require.Equal(t, 1, r.times("pay "+refundKey))
		require.Equal(t, 1, r.times("reconcile "+refundKey))
		require.Empty(t, r.notices(dispute.RoleSupervisor))
		r.ended(dispute.OutcomeResolved)
	}},
	{"still pending: a person and the customer are told, and it is not paid again", func(t *testing.T, r *rig) {
		r.pay = answering(dispute.MoneyPending)
		r.find = answering(dispute.MoneyPending)
		r.after(5*day, func() { r.settle("p1", refundKey, dispute.MoneySucceeded, 5000) })
		r.run(r.lostOutbound())
		require.Contains(t, r.told(dispute.RoleSupervisor), "task settle")
		require.Contains(t, r.notices(dispute.RoleCustomer), dispute.NoticeDelay)
		at, _ := r.breaches(dispute.ClockSupervisorDecision)
		require.NotEmpty(t, at, "the person has a clock too")
		require.Equal(t, 1, r.times("pay "+refundKey))
		r.ended(dispute.OutcomeResolved)
	}},
	{"unknown: a person settles it by hand, and it is not paid again", func(t *testing.T, r *rig) {
		r.pay = func(dispute.MoneyClaim) (activities.Movement, error) {
			return activities.Movement{}, &activities.PartnerError{Partner: "payment", Operation: "refund"}
		}
		var sent int
		r.after(5*day, func() {
			sent = r.times("pay " + refundKey)
			r.resolveRefund("u1", refundKey, dispute.ResultSucceeded)
		})
		r.run(r.lostOutbound())
		require.Contains(t, r.told(dispute.RoleSupervisor), "task settle")
		require.Equal(t, sent, r.times("pay "+refundKey))
		require.Equal(t, dispute.MoneySucceeded, r.legState("refund-1"))
		r.ended(dispute.OutcomeResolved)
	}},
	{"unknown and retried by hand: the same key, once", func(t *testing.T, r *rig) {
		down := true
		r.pay = func(c dispute.MoneyClaim) (activities.Movement, error) {
			if down {
				return activities.Movement{}, &activities.PartnerError{Partner: "payment", Operation: "refund"}
			}
			return answering(dispute.MoneySucceeded)(c)
		}
		r.after(5*day, func() { down = false; r.resolveRefund("u1", refundKey, dispute.ResultRetry) })
		r.run(r.lostOutbound())
		require.Equal(t, []string{refundKey}, r.paid())
		r.ended(dispute.OutcomeResolved)
	}},
}

var reopenSilences = []scenario{
	{"15 days after the money arrived the case is closed as resolved", func(t *testing.T, r *rig) {
		r.run(r.lostOutbound())
		r.ranOut(dispute.ClockReopenWindow, 15*day)
		require.False(t, r.last().Breached)
		require.Empty(t, r.notices(dispute.RoleSupervisor))
		r.ended(dispute.OutcomeResolved)
	}},
}
