package workflows_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/redresshq/redress/dispute"
)

func TestReplacement(t *testing.T) {
	t.Parallel()
	playAll(t, []scenario{
		{"a reship by rule: kept, sent, signed for; no money moves", func(t *testing.T, r *rig) {
			r.under(newest)
			r.sent(day)
			r.after(3*day, func() { r.newGoods("c9", dispute.ParcelDelivered) })
			r.run(r.reship())
			require.Equal(t, 1, r.times("replace "+replacementID))
			c := r.last()
			rep := c.Leg("replacement-1").Replacement
			require.Equal(t, "N1", rep.TrackingNumber)
			require.NotNil(t, rep.SignedAt)
			require.Equal(t, []dispute.ReplacementItem{{LineID: "line-1", SKU: "sku-cup", Quantity: 1}}, rep.Items)
			require.Equal(t, 2, count(r.notices(dispute.RoleCustomer), dispute.NoticeReplacement))
			require.WithinDuration(t, opened.Add(3*day), *c.ResolvedAt, time.Minute, "followed up once the parcel arrived")
			r.unpaid()
			r.ended(dispute.OutcomeResolved)
		}},
		{"an exchange: nothing is asked for before the goods came back in order", func(t *testing.T, r *rig) {
			r.under(newest)
			r.inspectedAs(found("line-1", 1, dispute.ConditionDamaged))
			var before int
			r.after(4*day-time.Minute, func() { before = r.times("replace " + replacementID) })
			r.sent(5 * day)
			r.after(6*day, func() { r.newGoods("c9", dispute.ParcelDelivered) })
			r.run(r.exchanging())
			require.Zero(t, before)
			require.Equal(t, 1, r.times("replace "+replacementID))
			require.Equal(t, dispute.ReplacementSigned, r.legState("replacement-1"))
			r.unpaid()
			r.ended(dispute.OutcomeResolved)
		}},
		{"an exchange whose goods never come back sends nothing", func(t *testing.T, r *rig) {
			r.under(newest)
			r.run(r.exchanging())
			require.Zero(t, r.times("replace "+replacementID))
			require.Equal(t, dispute.ReplacementCancelled, r.legState("replacement-1"))
			r.voided()
			r.ended(dispute.OutcomeExpired)
		}},
		{"an exchange whose goods differ waits for a person", func(t *testing.T, r *rig) {
			r.under(newest)
			r.inspectedAs(found("line-1", 1, dispute.ConditionUsed))
			r.after(5*day, func() { r.reject("u2", supervisor) })
			r.run(r.exchanging())
			require.Zero(t, r.times("replace "+replacementID))
			r.unpaid()
		}},
		{"out of stock: what was paid is offered, accepted, paid once", func(t *testing.T, r *rig) {
			r.under(newest)
			r.goods.replace = refusedWith("out_of_stock")
			r.after(2*time.Hour, func() { r.respond("u1", dispute.ResponseAccept) })
			r.run(r.reship())
			require.Equal(t, dispute.ReplacementFailed, r.legState("replacement-1"))
			require.Equal(t, dispute.System, r.last().Offers[0].Author)
			require.Equal(t, []string{refundKey}, r.paid())
			r.ended(dispute.OutcomeResolved)
		}},
		{"out of stock above the automatic limit: an agent, and nothing is offered by rule", func(t *testing.T, r *rig) {
			r.under(newest)
			r.order.Lines[0].Paid, r.order.Payments[0].Captured = 100000, 109000
			r.goods.replace = refusedWith("out_of_stock")
			r.after(time.Hour, func() { r.decide("u1", agent, dispute.Remedy{Type: dispute.RemedyReship}) })
			r.after(day, func() { r.decide("u2", agent, dispute.Remedy{Type: dispute.RemedyRefund}) })
			r.run(r.reship())
			require.Empty(t, r.last().Offers)
			require.Equal(t, []string{refundKey}, r.paid(), "only what the agent decided")
			r.ended(dispute.OutcomeResolved)
		}},
		{"an offer in place of goods that nobody answers comes back to the desk, and does not close the case", func(t *testing.T, r *rig) {
			r.under(newest)
			r.goods.replace = refusedWith("out_of_stock")
			r.after(11*day, func() { r.decide("u2", agent, dispute.Remedy{Type: dispute.RemedyRefund}) })
			r.run(r.reship())
			r.ranOut(dispute.ClockEscalationWindow, 10*day)
			require.Contains(t, r.told(dispute.RoleAgent), "task decide")
			r.ended(dispute.OutcomeResolved)
		}},
		{"another case has the units: an agent, and what an earlier attempt had kept is given free", func(t *testing.T, r *rig) {
			r.under(newest)
			r.goods.replace = refusedWith(dispute.ProblemGivenElsewhere)
			r.after(day, func() { r.reject("u1", supervisor) })
			r.run(r.reship())
			require.Equal(t, 1, r.times("unreplace "+replacementID))
			require.Empty(t, r.last().Offers)
			require.Equal(t, dispute.ReplacementFailed, r.legState("replacement-1"))
			r.unpaid()
		}},
		{"reported out of stock later on, by webhook", func(t *testing.T, r *rig) {
			r.under(newest)
			r.after(time.Hour, func() { r.reported("r1", 1, dispute.ReplacementUpdate{Status: "out_of_stock"}) })
			r.after(2*time.Hour, func() { r.respond("u1", dispute.ResponseAccept) })
			r.run(r.reship())
			require.Equal(t, []string{refundKey}, r.paid())
			r.ended(dispute.OutcomeResolved)
		}},
		{"delayed: the customer hears the reason and the new date at once", func(t *testing.T, r *rig) {
			r.under(newest)
			by := opened.Add(40 * time.Hour)
			r.after(time.Hour, func() {
				r.reported("d1", 1, dispute.ReplacementUpdate{Status: "delayed", DispatchBy: &by, Reason: "supplier_late"})
			})
			r.after(day, func() {
				r.reported("d2", 2, dispute.ReplacementUpdate{Status: "shipped", Carrier: "sf", TrackingNumber: "N1"})
			})
			r.after(3*day, func() { r.newGoods("c9", dispute.ParcelDelivered) })
			r.run(r.reship())
			require.Equal(t, 1, count(r.notices(dispute.RoleCustomer), dispute.NoticeDelay))
			require.Equal(t, 1, r.has(dispute.EventDelay))
			r.ended(dispute.OutcomeResolved)
		}},
		{"back to the sender: a person, not money by rule", func(t *testing.T, r *rig) {
			r.under(newest)
			r.sent(day)
			r.after(4*day, func() { r.newGoods("c9", dispute.ParcelReturnedToSender) })
			r.after(5*day, func() { r.resolveLeg("u1", "replacement-1", dispute.ResultRetry) })
			r.after(6*day, func() {
				r.signal(dispute.SignalReplacementUpdate, dispute.ReplacementUpdate{EventID: "r9", ReplacementID: replacementID + "-again-replacement-2", Status: "signed", Sequence: 1})
			})
			r.run(r.reship())
			require.Empty(t, r.last().Offers)
			require.Equal(t, dispute.ReplacementFailed, r.legState("replacement-1"))
			require.Equal(t, dispute.ReplacementSigned, r.legState("replacement-2"))
			r.unpaid()
			r.ended(dispute.OutcomeResolved)
		}},
		{"lost, paid for, and it arrives after all: a supervisor is told", func(t *testing.T, r *rig) {
			r.under(newest)
			r.sent(day)
			r.after(4*day, func() { r.newGoods("c8", dispute.ParcelLost) })
			r.after(4*day+time.Hour, func() { r.respond("u1", dispute.ResponseAccept) })
			r.after(6*day, func() { r.newGoods("c9", dispute.ParcelDelivered) })
			r.run(r.reship())
			require.Equal(t, []string{refundKey}, r.paid())
			require.Contains(t, r.told(dispute.RoleSupervisor), "task arrived_after_refund")
			r.ended(dispute.OutcomeResolved)
		}},
		{"withdrawn while the goods are kept: the warehouse gets them back", func(t *testing.T, r *rig) {
			r.under(newest)
			r.after(time.Hour, func() { r.withdraw("u1") })
			r.run(r.reship())
			require.Equal(t, 1, r.times("unreplace "+replacementID))
			require.Equal(t, dispute.ReplacementCancelled, r.legState("replacement-1"))
			r.ended(dispute.OutcomeWithdrawn)
		}},
		{"nobody withdraws once the goods are on their way", func(t *testing.T, r *rig) {
			r.under(newest)
			var late *reply
			r.sent(day)
			r.after(2*day, func() { late = r.withdraw("u1") })
			r.after(3*day, func() { r.newGoods("c9", dispute.ParcelDelivered) })
			r.run(r.reship())
			require.Equal(t, dispute.CodeNotAllowedNow, late.code)
			require.Zero(t, r.times("unreplace "+replacementID))
		}},
		{"cancelled by operations while the goods are kept", func(t *testing.T, r *rig) {
			r.under(newest)
			r.cancelAfter(time.Hour)
			r.run(r.reship())
			require.Equal(t, 1, r.times("unreplace "+replacementID))
			r.ended(dispute.OutcomeCancelled)
		}},
		{"decided anew as a refund while the goods are kept: they are given free first, and only then money goes out", func(t *testing.T, r *rig) {
			r.under(newest)
			r.after(4*day+time.Hour, func() { r.decide("u1", agent, dispute.Remedy{Type: dispute.RemedyRefund}) })
			r.run(r.reship())
			calls := r.made()
			require.Equal(t, dispute.ReplacementCancelled, r.legState("replacement-1"))
			require.Equal(t, []string{refundKey}, r.paid())
			require.Less(t, indexOf(calls, "unreplace "+replacementID), indexOf(calls, "pay "+refundKey))
			r.ended(dispute.OutcomeResolved)
		}},
		{"and if they have left by then, no money goes out for them", func(t *testing.T, r *rig) {
			r.under(newest)
			r.goods.unreplace = refusedWith("replacement_shipped")
			r.after(4*day+time.Hour, func() { r.decide("u1", agent, dispute.Remedy{Type: dispute.RemedyRefund}) })
			r.sent(5 * day)
			r.after(6*day, func() { r.reported("r2", 2, dispute.ReplacementUpdate{Status: "signed"}) })
			r.run(r.reship())
			require.Equal(t, dispute.ReplacementSigned, r.legState("replacement-1"))
			r.unpaid()
			r.ended(dispute.OutcomeResolved)
		}},
	})
}

func indexOf(all []string, one string) int {
	for i, s := range all {
		if s == one {
			return i
		}
	}
	return len(all)
}

func TestAmendment(t *testing.T) {
	t.Parallel()
	playAll(t, []scenario{
		{"in time: held, changed, let go", func(t *testing.T, r *rig) {
			r.under(newest)
			r.run(r.addressChange())
			calls := r.made()
			at := []int{indexOf(calls, "hold "+amendmentID), indexOf(calls, "amend "+amendmentID+" amendment_1"), indexOf(calls, "release "+amendmentID+" amended")}
			require.IsIncreasing(t, at, "%v", calls)
			require.Contains(t, r.notices(dispute.RoleCustomer), dispute.NoticeAmendment)
			r.ended(dispute.OutcomeResolved)
		}},
		{"an invoice holds nothing", func(t *testing.T, r *rig) {
			r.under(newest)
			o := r.addressChange()
			o.Reason, o.Evidence = dispute.ReasonInvoiceRequest, []dispute.EvidenceType{dispute.EvidenceInvoiceTitle}
			r.run(o)
			require.Zero(t, r.times("hold "+amendmentID))
			require.Equal(t, dispute.AmendmentApplied, r.legState("amendment-1"))
			r.ended(dispute.OutcomeResolved)
		}},
		{"too late: told, and the desk decides what instead", func(t *testing.T, r *rig) {
			r.under(newest)
			r.goods.hold = refusedWith("dispatched")
			r.after(day, func() { r.reject("u1", supervisor) })
			r.run(r.addressChange())
			require.Equal(t, dispute.AmendmentFailed, r.legState("amendment-1"))
			require.Contains(t, r.notices(dispute.RoleCustomer), dispute.NoticeAmendment)
			require.Contains(t, r.told(dispute.RoleAgent), "task decide")
			require.Zero(t, r.times("release "+amendmentID))
			r.ended(dispute.OutcomeRejected)
		}},
		{"refused by the order system: the parcel is let go as it was, and a person decides", func(t *testing.T, r *rig) {
			r.under(newest)
			r.goods.amend = refusedWith("address_not_served")
			r.after(day, func() { r.reject("u1", supervisor) })
			r.run(r.addressChange())
			require.Equal(t, 1, r.times("release "+amendmentID))
			require.Contains(t, r.told(dispute.RoleAgent), "task decide")
			r.ended(dispute.OutcomeRejected)
		}},
		{"withdrawn while it is held: let go as it was", func(t *testing.T, r *rig) {
			r.under(newest)
			r.goods.amend = away
			r.after(time.Hour, func() { r.withdraw("u1") })
			r.after(2*time.Hour, func() { r.goods.amend = refusedWith("gone") })
			r.run(r.addressChange())
			require.Equal(t, 1, r.times("release "+amendmentID))
			r.ended(dispute.OutcomeWithdrawn)
		}},
		{"cancelled by operations while it is held: let go as it was", func(t *testing.T, r *rig) {
			r.under(newest)
			r.goods.amend = away
			r.cancelAfter(time.Hour)
			r.run(r.addressChange())
			require.Equal(t, 1, r.times("release "+amendmentID))
			r.ended(dispute.OutcomeCancelled)
		}},
		{"no rule tries again what was too late: an agent's silence goes to a supervisor", func(t *testing.T, r *rig) {
			r.under(newest)
			r.goods.hold = refusedWith("dispatched")
			r.after(4*day, func() { r.withdraw("u1") })
			r.run(r.addressChange())
			require.Equal(t, 1, r.times("hold "+amendmentID))
			require.Equal(t, dispute.StageAdjudication, r.stageAt(3*day))
		}},
		{"a new address that came later counts", func(t *testing.T, r *rig) {
			r.under(newest)
			o := r.addressChange()
			o.Evidence, o.Amendment = nil, nil
			r.after(time.Hour, func() {
				e := photo("a")
				e.Evidence.Type = dispute.EvidenceNewAddress
				r.signal(dispute.SignalEvidenceSubmitted, e)
			})
			r.run(o)
			require.Equal(t, 1, r.times("amend "+amendmentID+" amendment_evd_a"))
			r.ended(dispute.OutcomeResolved)
		}},
	})
}
