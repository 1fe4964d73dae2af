package workflows_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/redresshq/redress/activities"
	"github.com/redresshq/redress/dispute"
)

// oneCup is a remedy for one of the units of the first line.
func oneCup(kind dispute.RemedyType) dispute.Remedy {
	return dispute.Remedy{Type: kind, Lines: []dispute.Line{{LineID: "line-1", Quantity: 1}}}
}

// twoCups opens a claim for two units of a line that a person decides about.
func (r *rig) twoCups() dispute.Opening {
	r.under(newest)
	o := r.claimForDesk()
	o.Reason, o.Lines[0].Quantity = dispute.ReasonDamagedInTransit, 2
	return o
}

// trusting gives the rig the newest policy, with new goods sent before the old are back.
func (r *rig) trusting() { r.newestWith("trusting", "ship: after_inspection", "ship: at_once") }

// Nobody gets goods and money for the same unit, and what waits for one unit does not
// suffer from what is given for another.
func TestUnitsAreGivenOnce(t *testing.T) {
	t.Parallel()
	playAll(t, []scenario{
		{"a warehouse that never answered may have taken the request: it is told before money goes out", func(t *testing.T, r *rig) {
			r.under(newest)
			r.goods.replace = away
			for h := 3; h < 60; h += 3 {
				r.after(time.Duration(h)*time.Hour, func() { r.respond("u1"+time.Duration(h).String(), dispute.ResponseAccept) })
			}
			r.run(r.reship())
			calls := r.made()
			require.Contains(t, calls, "unreplace "+replacementID)
			require.Less(t, indexOf(calls, "unreplace "+replacementID), indexOf(calls, "pay "+refundKey))
			r.ended(dispute.OutcomeResolved)
		}},
		{"and if it has sent them by then, no money goes out", func(t *testing.T, r *rig) {
			r.under(newest)
			r.goods.replace, r.goods.unreplace = away, refusedWith("replacement_shipped")
			r.after(2*day, func() { r.reported("r2", 2, dispute.ReplacementUpdate{Status: "signed"}) })
			r.run(r.reship())
			require.Equal(t, dispute.ReplacementSigned, r.legState("replacement-1"))
			r.unpaid()
			r.ended(dispute.OutcomeResolved)
		}},
		{"a warehouse that never answered is not asked for the same goods under another name meanwhile", func(t *testing.T, r *rig) {
			r.under(newest)
			r.goods.replace, r.goods.unreplace = away, refusedWith("locked")
			var early *reply
			r.after(day, func() { early = r.resolveLeg("u1", "replacement-1", dispute.ResultRetry) })
			r.after(day+time.Hour, func() { r.goods.replace = nil; r.resolveLeg("u2", "replacement-1", dispute.ResultFailed) })
			r.after(day+2*time.Hour, func() { r.decide("u3", supervisor, dispute.Remedy{Type: dispute.RemedyRefund}) })
			r.run(r.reship())
			require.Equal(t, dispute.CodeNotAllowedNow, early.code)
			require.Equal(t, []string{refundKey}, r.paid())
			r.ended(dispute.OutcomeResolved)
		}},
		{"paid for as out of stock, and sent all the same: a supervisor is told", func(t *testing.T, r *rig) {
			r.under(newest)
			r.after(time.Hour, func() { r.reported("r1", 1, dispute.ReplacementUpdate{Status: "out_of_stock"}) })
			r.after(2*time.Hour, func() { r.respond("u1", dispute.ResponseAccept) })
			r.after(3*time.Hour, func() {
				r.reported("r2", 2, dispute.ReplacementUpdate{Status: "shipped", Carrier: "sf", TrackingNumber: "N1"})
			})
			r.after(2*day, func() { r.newGoods("c9", dispute.ParcelDelivered) })
			r.run(r.reship())
			require.Contains(t, r.told(dispute.RoleSupervisor), "task goods_have_left")
			require.Equal(t, dispute.ReplacementSigned, r.legState("replacement-1"))
			r.ended(dispute.OutcomeResolved)
		}},
		{"goods that the warehouse gives free after all: the money that waited goes out, and nobody is asked any more", func(t *testing.T, r *rig) {
			r.under(newest)
			r.goods.unreplace = refusedWith("locked")
			r.after(4*day+time.Hour, func() { r.decide("u1", agent, dispute.Remedy{Type: dispute.RemedyRefund}) })
			r.after(5*day, func() { r.reported("r2", 2, dispute.ReplacementUpdate{Status: "cancelled"}) })
			r.run(r.reship())
			require.Equal(t, []string{refundKey}, r.paid())
			r.ended(dispute.OutcomeResolved)
		}},
		{"one unit paid for, the other sent back: its goods are looked at", func(t *testing.T, r *rig) {
			o := r.twoCups()
			r.after(time.Hour, func() { r.decide("u1", supervisor, oneCup(dispute.RemedyRefund), oneCup(dispute.RemedyReturnRefund)) })
			r.inspectedAs(found("line-1", 1, dispute.ConditionDamaged))
			r.run(o)
			require.Len(t, r.paid(), 2)
			require.Equal(t, dispute.ReturnAccepted, r.legState("return-1"))
			require.Subset(t, r.notices(dispute.RoleCustomer), []dispute.Milestone{dispute.NoticeReceived, dispute.NoticeInspected})
			require.WithinDuration(t, opened.Add(4*day), *r.last().ResolvedAt, time.Minute)
		}},
		{"one unit paid for, the other exchanged: its goods are looked at", func(t *testing.T, r *rig) {
			o := r.twoCups()
			r.after(time.Hour, func() { r.decide("u1", supervisor, oneCup(dispute.RemedyRefund), oneCup(dispute.RemedyExchange)) })
			r.inspectedAs(found("line-1", 1, dispute.ConditionDamaged))
			r.sent(5 * day)
			r.after(6*day, func() { r.newGoods("c9", dispute.ParcelDelivered) })
			r.run(o)
			require.Equal(t, 1, r.times("replace "+replacementID))
			r.ended(dispute.OutcomeResolved)
		}},
		{"one unit on its way back, the other out of stock: no rule offers what would take the place of the first", func(t *testing.T, r *rig) {
			o := r.twoCups()
			r.after(time.Hour, func() { r.decide("u1", supervisor, oneCup(dispute.RemedyReturnRefund), oneCup(dispute.RemedyReship)) })
			r.after(12*time.Hour, func() { r.reported("r1", 1, dispute.ReplacementUpdate{Status: "out_of_stock"}) })
			r.inspectedAs(found("line-1", 1, dispute.ConditionDamaged))
			r.after(4*day+time.Hour, func() { r.rule("u3", supervisor, oneCup(dispute.RemedyRefund)) })
			r.run(o)
			require.Empty(t, r.last().Offers)
			require.Len(t, r.paid(), 2)
			r.ended(dispute.OutcomeResolved)
		}},
		{"nobody withdraws with the new goods in hand and the old ones not back", func(t *testing.T, r *rig) {
			r.trusting()
			r.after(3*time.Hour, func() { r.reported("r1", 1, dispute.ReplacementUpdate{Status: "signed"}) })
			var late *reply
			r.after(day, func() { late = r.withdraw("u9") })
			r.after(8*day, func() { r.reject("u10", supervisor) })
			r.cancelAfter(40 * day)
			r.run(r.exchanging())
			require.Equal(t, dispute.CodeNotAllowedNow, late.code)
			require.Contains(t, r.told(dispute.RoleAgent), "task decide")
		}},
		{"a coupon that came back before its money failed does not come back again", func(t *testing.T, r *rig) {
			r.under(newest)
			r.order.Lines[0].Credits = []dispute.Credit{{Kind: dispute.ReductionCoupon, Code: "TEN", Amount: 1000}}
			declined := false
			r.pay = func(c dispute.MoneyClaim) (activities.Movement, error) {
				if c.Type == dispute.LegRefund && !declined {
					declined = true
					return activities.Movement{}, &activities.PartnerError{Partner: "payment", Status: 422, Code: "account_closed"}
				}
				return answering(dispute.MoneySucceeded)(c)
			}
			o := r.claimForDesk()
			o.Reason = dispute.ReasonDamagedInTransit
			r.after(time.Hour, func() { r.decide("u1", supervisor, oneCup(dispute.RemedyRefund)) })
			r.after(2*time.Hour, func() { r.decide("u2", supervisor, oneCup(dispute.RemedyRefund)) })
			r.run(o)
			require.Equal(t, dispute.MoneySucceeded, r.legState("refund-2"))
			require.Equal(t, 1, r.times("pay "+payoutKey))
			require.Zero(t, r.times("pay "+caseID+"/compensation-2/1"))
		}},
	})
}

// Goods of the customer in the workshop go back, unless whole units are given for them.
func TestHeldGoodsGoBack(t *testing.T) {
	t.Parallel()
	playAll(t, []scenario{
		{"a part of the price leaves them the customer's", func(t *testing.T, r *rig) {
			o := r.mending()
			r.workshop(4*day, 1, dispute.WorkshopDiagnosed, quoting(100))
			r.workshop(5*day, 2, dispute.WorkshopIrreparable)
			r.after(6*day, func() { r.decide("u2", supervisor, yuan(dispute.RemedyPartialRefund, 500)) })
			r.workshop(7*day, 3, dispute.WorkshopShipped)
			r.backAgain(8*day, dispute.ParcelDelivered)
			r.run(o)
			require.Contains(t, r.made(), "call off "+repairID+" send back true")
			require.Equal(t, dispute.RepairReturned, r.legState("repair-1"))
			r.ended(dispute.OutcomeResolved)
		}},
		{"goods that another repair brought back are not awaited a second time", func(t *testing.T, r *rig) {
			o := r.mending()
			r.after(4*day, func() { r.resolveLeg("u3", "repair-1", dispute.ResultFailed) })
			r.after(4*day+time.Hour, func() { r.decide("u4", supervisor, dispute.Remedy{Type: dispute.RemedyRepair}) })
			r.after(6*day, func() {
				r.signal(dispute.SignalRepairUpdate, dispute.RepairUpdate{EventID: "z1", RepairID: "RPR-test1-2", Status: dispute.WorkshopReturned, Sequence: 1})
			})
			r.run(o)
			require.Equal(t, dispute.RepairReturned, r.legState("repair-2"))
			r.ended(dispute.OutcomeResolved)
		}},
	})
}
