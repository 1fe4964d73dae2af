package workflows_test

import (
	"encoding/json"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/redresshq/redress/activities"
	"github.com/redresshq/redress/dispute"
)

func cups(kind dispute.RemedyType, n int) dispute.Remedy {
	return dispute.Remedy{Type: kind, Lines: []dispute.Line{{LineID: "line-1", Quantity: n}}}
}

// threeCups opens a claim for three cups for 100.00, of which what is decided together with
// a coupon comes back to the desk: the shop's system refuses the coupon.
func (r *rig) threeCups(decided ...dispute.Remedy) dispute.Opening {
	o := r.twoCups()
	o.Lines[0].Quantity, r.order.Lines[0].Quantity = 3, 3
	r.pay = func(c dispute.MoneyClaim) (activities.Movement, error) {
		if c.Type == dispute.LegCompensation {
			return activities.Movement{}, &activities.PartnerError{Partner: "orders", Status: 422, Code: "unknown_customer"}
		}
		return answering(dispute.MoneySucceeded)(c)
	}
	r.after(time.Hour, func() { r.decide("u1", supervisor, append(decided, yuan(dispute.RemedyCoupon, 500))...) })
	return o
}

// arrive lets goods of the first return come back in order.
func (r *rig) arrive(at time.Duration, id string, quantity int) {
	r.after(at, func() {
		r.receive("w"+id, 1, quantity)
		r.inspect("i"+id, 2, found("line-1", quantity, dispute.ConditionDamaged))
	})
}

func (r *rig) refunded() int64 {
	sum := int64(0)
	for _, l := range r.last().Legs {
		if l.Type == dispute.LegRefund && l.State == dispute.MoneySucceeded {
			sum += l.Money.Amount.Amount
		}
	}
	return sum
}

// A decision about some units of a line forgets none of the others.
func TestADecisionForgetsNoUnits(t *testing.T) {
	t.Parallel()
	playAll(t, []scenario{
		{"three wait for their refund, and one is decided anew: refused, nothing is given up, and all three are paid", func(t *testing.T, r *rig) {
			o := r.threeCups(cups(dispute.RemedyReturnRefund, 3))
			var decided, offered *reply
			r.after(3*time.Hour, func() {
				part := oneCup(dispute.RemedyPartialRefund)
				part.Amount = &dispute.Money{Amount: 500, Currency: "CNY"}
				decided = r.decide("u2", supervisor, part)
				offered = r.offer("u3", "offer-1", agent, oneCup(dispute.RemedyRefund))
			})
			r.after(4*time.Hour, func() { r.resolveRefund("u4", payoutKey, dispute.ResultFailed) })
			r.after(5*time.Hour, func() { r.decide("u5", supervisor, dispute.Remedy{Type: dispute.RemedyApology}) })
			r.arrive(4*day, "1", 3)
			r.run(o)
			require.Equal(t, dispute.CodeInvalid, decided.code)
			require.Equal(t, dispute.CodeInvalid, offered.code, "an offer is refused when it is made")
			require.Empty(t, r.last().Offers)
			require.Contains(t, r.paid(), refundKey)
			require.Equal(t, int64(10000), r.refunded())
			r.ended(dispute.OutcomeResolved)
		}},
		{"all three are spoken of: two wait anew, one is paid at once, to the cent", func(t *testing.T, r *rig) {
			o := r.threeCups(cups(dispute.RemedyReturnRefund, 3))
			r.after(3*time.Hour, func() { r.decide("u2", supervisor, oneCup(dispute.RemedyRefund), cups(dispute.RemedyReturnRefund, 2)) })
			r.after(4*day, func() {
				c := r.last()
				back := c.Leg("return-2").Return
				require.Equal(t, []dispute.Line{{LineID: "line-1", Quantity: 2}}, back.Instructions.Items)
				r.signal(dispute.SignalWarehouseInspected, dispute.WarehouseInspected{EventID: "i1", RMAID: back.RMAID, Sequence: 1,
					Lines: []dispute.InspectedLine{found("line-1", 2, dispute.ConditionDamaged)}})
			})
			r.run(o)
			require.Equal(t, dispute.ReturnCancelled, r.legState("return-1"))
			require.Equal(t, int64(10000), r.refunded())
			r.ended(dispute.OutcomeResolved)
		}},
		{"two wait, and the third is decided: they run on beside it, to the cent", func(t *testing.T, r *rig) {
			o := r.threeCups(cups(dispute.RemedyReturnRefund, 2))
			r.after(3*time.Hour, func() { r.decide("u2", supervisor, oneCup(dispute.RemedyRefund)) })
			r.arrive(4*day, "1", 2)
			r.run(o)
			require.Equal(t, dispute.ReturnAccepted, r.legState("return-1"))
			require.Equal(t, dispute.MoneySucceeded, r.legState("refund-1"))
			require.Equal(t, int64(10000), r.refunded())
			require.Zero(t, r.times("cancel "+rmaOf(r.last())))
			r.ended(dispute.OutcomeResolved)
		}},
		{"the goods for two are out of stock, the third is on its way back: they are paid beside it", func(t *testing.T, r *rig) {
			o := r.twoCups()
			o.Lines[0].Quantity, r.order.Lines[0].Quantity = 3, 3
			r.after(time.Hour, func() { r.decide("u1", supervisor, oneCup(dispute.RemedyReturnRefund), cups(dispute.RemedyReship, 2)) })
			r.after(12*time.Hour, func() { r.reported("r1", 1, dispute.ReplacementUpdate{Status: "out_of_stock"}) })
			r.after(day, func() { r.decide("u2", supervisor, cups(dispute.RemedyRefund, 2)) })
			r.arrive(4*day, "1", 1)
			r.run(o)
			require.Equal(t, int64(10000), r.refunded())
			require.Len(t, r.paid(), 2)
			r.ended(dispute.OutcomeResolved)
		}},
		{"two are mended, and the third is paid for: they are mended all the same", func(t *testing.T, r *rig) {
			o := r.threeCups(cups(dispute.RemedyRepair, 2))
			r.after(3*time.Hour, func() { r.decide("u2", supervisor, oneCup(dispute.RemedyRefund)) })
			r.arrive(4*day, "1", 2)
			r.workshop(5*day, 1, dispute.WorkshopShipped)
			r.backAgain(6*day, dispute.ParcelDelivered)
			r.run(o)
			require.Contains(t, r.paid(), refundKey)
			require.Equal(t, int64(3333), r.refunded())
			require.Equal(t, dispute.RepairReturned, r.legState("repair-1"))
		}},
		{"two cannot be mended, the third was paid for: they go back, since nothing was given for them", func(t *testing.T, r *rig) {
			o := r.threeCups(cups(dispute.RemedyRepair, 2))
			r.after(3*time.Hour, func() { r.decide("u2", supervisor, oneCup(dispute.RemedyRefund)) })
			r.arrive(4*day, "1", 2)
			r.workshop(5*day, 1, dispute.WorkshopDiagnosed, quoting(100))
			r.workshop(6*day, 2, dispute.WorkshopIrreparable)
			var one *reply
			r.after(7*day-time.Hour, func() { one = r.decide("u3", supervisor, oneCup(dispute.RemedyRefund)) })
			r.after(7*day, func() { r.decide("u4", supervisor, dispute.Remedy{Type: dispute.RemedyApology}) })
			r.workshop(8*day, 3, dispute.WorkshopShipped)
			r.backAgain(9*day, dispute.ParcelDelivered)
			r.run(o)
			require.Equal(t, dispute.CodeInvalid, one.code, "one of two that lie there")
			require.Contains(t, r.made(), "call off "+repairID+" send back true")
			require.Equal(t, dispute.RepairReturned, r.legState("repair-1"))
		}},
		{"three are mended, and one is paid for: refused", func(t *testing.T, r *rig) {
			o := r.threeCups(cups(dispute.RemedyRepair, 3))
			var decided *reply
			r.after(3*time.Hour, func() { decided = r.decide("u2", supervisor, oneCup(dispute.RemedyRefund)) })
			r.cancelAfter(10 * day)
			r.run(o)
			require.Equal(t, dispute.CodeInvalid, decided.code)
			require.Zero(t, r.refunded())
		}},
	})
}

// forgotUnits checks every decision: it ends no more units of what waited than it speaks of.
func (r *rig) forgotUnits(t require.TestingT) {
	before := map[string]dispute.Leg{}
	for _, b := range r.batches {
		said, ended := map[string]int{}, map[string]map[string]int{"given": {}, "mended": {}}
		executed := false
		for _, e := range b.Entries {
			var data struct {
				Remedies []dispute.Remedy `json:"remedies"`
			}
			if e.Type != dispute.EventExecution {
				continue
			}
			executed = true
			require.NoError(t, json.Unmarshal(e.Data, &data))
			for _, remedy := range data.Remedies {
				for _, line := range remedy.Lines {
					said[line.LineID] += line.Quantity
				}
			}
		}
		after := map[string]dispute.Leg{}
		for _, l := range b.Case.Legs {
			after[l.ID] = l
		}
		for id, l := range before {
			if now := after[id].State; !executed || now != dispute.MoneyCancelled && now != dispute.RepairFailed || l.State.Final() {
				continue
			}
			kind, units := "given", []dispute.Line(nil)
			switch {
			case l.Repair != nil:
				kind, units = "mended", l.Repair.Lines
			case l.Replacement != nil:
				units = l.Replacement.Lines()
			case l.Money != nil && l.Type == dispute.LegRefund:
				if back, ok := before[l.After]; ok && back.Return != nil {
					units = back.Return.Instructions.Items
				}
			}
			for _, line := range units {
				ended[kind][line.LineID] += line.Quantity
			}
		}
		for kind, lines := range ended {
			for id, n := range lines {
				require.LessOrEqual(t, n, said[id], "%d of %s waited to be %s, and were forgotten for %v", n, id, kind, said)
			}
		}
		before = after
	}
}
