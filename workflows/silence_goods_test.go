package workflows_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/redresshq/redress/dispute"
)

// The silences of goods that go out anew, and of changes of orders, under the newest policy.

var replacementDispatchSilences = []scenario{
	{"48 h: a second notice and a new date; 48 h more: an agent, and the customer told again", func(t *testing.T, r *rig) {
		r.under(newest)
		r.sent(5 * day)
		r.after(6*day, func() { r.newGoods("c9", dispute.ParcelDelivered) })
		r.run(r.reship())
		r.ranOut(dispute.ClockReplacementDispatch, 2*day, 4*day)
		require.Equal(t, []dispute.Milestone{dispute.NoticeDispatchNow}, r.notices(dispute.RoleWarehouse))
		require.Contains(t, r.told(dispute.RoleAgent), "task decide")
		require.Contains(t, r.told(dispute.RoleSupervisor), "breach replacement_dispatch")
		require.Equal(t, 2, count(r.notices(dispute.RoleCustomer), dispute.NoticeDelay))
		require.Equal(t, 2, r.has(dispute.EventDelay))
		require.Equal(t, dispute.ReplacementSigned, r.legState("replacement-1"))
		r.unpaid()
		r.ended(dispute.OutcomeResolved)
	}},
}

var replacementDeliverySilences = []scenario{
	{"10 days after dispatch the carrier is asked; lost: what was paid is offered, nothing is paid by itself", func(t *testing.T, r *rig) {
		r.under(newest)
		r.sent(day)
		r.onReturn.Status = dispute.ParcelLost
		r.after(12*day, func() { r.respond("u1", dispute.ResponseAccept) })
		r.run(r.reship())
		r.ranOut(dispute.ClockReplacementDelivery, 11*day)
		require.Equal(t, 1, r.times("trace N1"))
		require.Equal(t, dispute.ReplacementLost, r.legState("replacement-1"))
		require.Equal(t, []string{refundKey}, r.paid())
		r.ended(dispute.OutcomeResolved)
	}},
	{"unknown to the carrier: an agent decides, and it may still arrive", func(t *testing.T, r *rig) {
		r.under(newest)
		r.sent(day)
		r.onReturn.Status = dispute.ParcelUnknown
		r.after(12*day, func() { r.newGoods("c9", dispute.ParcelDelivered) })
		r.run(r.reship())
		r.ranOut(dispute.ClockReplacementDelivery, 11*day)
		require.Contains(t, r.told(dispute.RoleAgent), "task decide")
		require.Contains(t, r.notices(dispute.RoleCustomer), dispute.NoticeDelay)
		r.unpaid()
		r.ended(dispute.OutcomeResolved)
	}},
	{"unknown to the carrier, and refused for good: no leg stays open behind the case", func(t *testing.T, r *rig) {
		r.under(newest)
		r.sent(day)
		r.onReturn.Status = dispute.ParcelUnknown
		r.after(12*day, func() { r.reject("u2", supervisor) })
		r.run(r.reship())
		require.Equal(t, dispute.ReplacementLost, r.legState("replacement-1"))
		require.Contains(t, r.told(dispute.RoleSupervisor), "task goods_on_their_way")
		r.unpaid()
	}},
	{"delivered, says the carrier: signed for", func(t *testing.T, r *rig) {
		r.under(newest)
		r.sent(day)
		r.onReturn.Status = dispute.ParcelDelivered
		r.run(r.reship())
		r.ranOut(dispute.ClockReplacementDelivery, 11*day)
		require.Equal(t, dispute.ReplacementSigned, r.legState("replacement-1"))
		r.ended(dispute.OutcomeResolved)
	}},
}

var amendmentSilences = []scenario{
	{"without an answer an agent is asked and the customer told; the hold is let go once a person gives it up", func(t *testing.T, r *rig) {
		r.hasty()
		r.goods.amend = away
		r.after(2*time.Minute, func() { r.resolveLeg("u1", "amendment-1", dispute.ResultFailed) })
		r.after(3*time.Minute, func() { r.goods.amend = refusedWith("gone") })
		r.after(2*time.Hour, func() { r.reject("u2", supervisor) })
		r.run(r.addressChange())
		r.ranOut(dispute.ClockAmendment, time.Minute)
		require.Contains(t, r.told(dispute.RoleAgent), "task decide")
		require.Contains(t, r.notices(dispute.RoleCustomer), dispute.NoticeDelay)
		require.Contains(t, r.notices(dispute.RoleCustomer), dispute.NoticeAmendment)
		require.Equal(t, dispute.AmendmentFailed, r.legState("amendment-1"))
		require.Equal(t, 1, r.times("release "+amendmentID))
	}},
	{"and an answer that comes after all takes the case back", func(t *testing.T, r *rig) {
		r.hasty()
		r.goods.hold = away
		r.after(2*time.Minute, func() { r.goods.hold = nil })
		r.run(r.addressChange())
		r.ranOut(dispute.ClockAmendment, time.Minute)
		require.Contains(t, r.told(dispute.RoleAgent), "task decide")
		require.Equal(t, dispute.AmendmentApplied, r.legState("amendment-1"))
		require.Equal(t, 1, r.times("release "+amendmentID+" amended"))
		r.ended(dispute.OutcomeResolved)
	}},
}
