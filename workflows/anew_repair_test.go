package workflows_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/redresshq/redress/dispute"
)

// bring lets goods of a return that is not the first come back in order.
func (r *rig) bring(at time.Duration, legID string, quantity int) {
	r.after(at, func() {
		c := r.last()
		require.NotNil(r.t, c.Leg(legID))
		back := c.Leg(legID).Return
		r.signal(dispute.SignalWarehouseInspected, dispute.WarehouseInspected{EventID: "b" + legID, RMAID: back.RMAID, Sequence: 1,
			Lines: []dispute.InspectedLine{found("line-1", quantity, dispute.ConditionDamaged)}})
	})
}

// Units that are mended are not paid for, nor sent anew, whichever was decided first.
func TestARepairTakesThePlaceOfWhatWaits(t *testing.T) {
	t.Parallel()
	playAll(t, []scenario{
		{"their refund waits for a return: it is given up, and the return with it", func(t *testing.T, r *rig) {
			o := r.threeCups(cups(dispute.RemedyReturnRefund, 3))
			r.after(3*time.Hour, func() { r.decide("u2", supervisor, cups(dispute.RemedyRepair, 3)) })
			r.bring(4*day, "return-2", 3)
			r.workshop(5*day, 1, dispute.WorkshopShipped)
			r.backAgain(6*day, dispute.ParcelDelivered)
			r.run(o)
			require.Equal(t, dispute.ReturnCancelled, r.legState("return-1"))
			require.Equal(t, dispute.MoneyCancelled, r.legState("refund-1"))
			require.Equal(t, dispute.RepairReturned, r.legState("repair-1"))
			require.Zero(t, r.refunded())
			r.ended(dispute.OutcomeResolved)
		}},
		{"new goods wait for the old ones: they are not sent", func(t *testing.T, r *rig) {
			o := r.threeCups(cups(dispute.RemedyExchange, 3))
			r.after(3*time.Hour, func() { r.decide("u2", supervisor, cups(dispute.RemedyRepair, 3)) })
			r.bring(4*day, "return-2", 3)
			r.workshop(5*day, 1, dispute.WorkshopShipped)
			r.backAgain(6*day, dispute.ParcelDelivered)
			r.run(o)
			require.Equal(t, dispute.ReturnCancelled, r.legState("return-1"))
			require.Equal(t, dispute.ReplacementCancelled, r.legState("replacement-1"))
			require.Equal(t, dispute.RepairReturned, r.legState("repair-1"))
			r.ended(dispute.OutcomeResolved)
		}},
		{"two are on their way back, and the third is mended beside them", func(t *testing.T, r *rig) {
			o := r.threeCups(cups(dispute.RemedyReturnRefund, 2))
			r.after(3*time.Hour, func() { r.decide("u2", supervisor, oneCup(dispute.RemedyRepair)) })
			r.arrive(4*day, "1", 2)
			r.bring(4*day, "return-2", 1)
			r.workshop(5*day, 1, dispute.WorkshopShipped)
			r.backAgain(6*day, dispute.ParcelDelivered)
			r.run(o)
			require.Equal(t, dispute.ReturnAccepted, r.legState("return-1"))
			require.Equal(t, int64(6666), r.refunded())
			require.Equal(t, dispute.RepairReturned, r.legState("repair-1"))
			r.ended(dispute.OutcomeResolved)
		}},
		{"one of three on their way back is to be mended: refused, all three are paid", func(t *testing.T, r *rig) {
			o := r.threeCups(cups(dispute.RemedyReturnRefund, 3))
			var decided *reply
			r.after(3*time.Hour, func() { decided = r.decide("u2", supervisor, oneCup(dispute.RemedyRepair)) })
			r.after(4*time.Hour, func() { r.decide("u3", supervisor, dispute.Remedy{Type: dispute.RemedyApology}) })
			r.arrive(4*day, "1", 3)
			r.run(o)
			require.Equal(t, dispute.CodeInvalid, decided.code)
			require.Equal(t, int64(10000), r.refunded())
			r.ended(dispute.OutcomeResolved)
		}},
		{"on their way to the workshop they cannot be asked for anew: refused, they are mended", func(t *testing.T, r *rig) {
			o := r.threeCups(cups(dispute.RemedyRepair, 3))
			var decided *reply
			r.inTransit()
			r.after(day+time.Hour, func() { decided = r.decide("u2", supervisor, cups(dispute.RemedyReturnRefund, 3)) })
			r.after(day+2*time.Hour, func() { r.decide("u3", supervisor, dispute.Remedy{Type: dispute.RemedyApology}) })
			r.bring(4*day, "return-1", 3)
			r.workshop(5*day, 1, dispute.WorkshopShipped)
			r.backAgain(6*day, dispute.ParcelDelivered)
			r.run(o)
			require.Equal(t, dispute.CodeInvalid, decided.code)
			require.Equal(t, dispute.RepairReturned, r.legState("repair-1"))
			require.Zero(t, r.refunded())
			r.ended(dispute.OutcomeResolved)
		}},
		{"the other way: they are to be mended, and paid for then", func(t *testing.T, r *rig) {
			o := r.threeCups(cups(dispute.RemedyRepair, 3))
			r.after(3*time.Hour, func() { r.decide("u2", supervisor, cups(dispute.RemedyReturnRefund, 3)) })
			r.bring(4*day, "return-2", 3)
			r.run(o)
			require.Equal(t, dispute.ReturnCancelled, r.legState("return-1"))
			require.Equal(t, dispute.RepairCancelled, r.legState("repair-1"))
			require.Equal(t, int64(10000), r.refunded())
			r.ended(dispute.OutcomeResolved)
		}},
	})
}

// promisedOnce checks every recorded step: no more units of a line wait for their money, for
// new goods, or to be mended, than were claimed.
func (r *rig) promisedOnce(t require.TestingT) {
	for _, b := range r.batches {
		claimed, waits, legs := map[string]int{}, map[string]int{}, []string{}
		for _, line := range b.Case.Lines {
			claimed[line.LineID] += line.Quantity
		}
		counted := map[string]bool{}
		for _, l := range b.Case.Legs {
			var units []dispute.Line
			back := b.Case.Leg(l.After)
			switch {
			case l.Type == dispute.LegRefund && l.State == dispute.MoneyRequired && back != nil && back.Return != nil:
				if !counted[back.ID] { // cut along the payments, it waits for the same goods
					units = back.Return.Instructions.Items
				}
				counted[back.ID] = true
			case l.Type == dispute.LegRefund && l.State == dispute.MoneyRequired:
				for _, part := range l.Money.Lines {
					units = append(units, dispute.Line{LineID: part.LineID, Quantity: part.Quantity})
				}
			case l.Replacement != nil && (l.State == dispute.ReplacementRequired || l.State == dispute.ReplacementReserved):
				units = l.Replacement.Lines()
			case l.Repair != nil && !l.State.Final() && l.Repair.ShippedAt == nil && l.State != dispute.RepairSendingBack:
				units = l.Repair.Lines
			}
			for _, line := range units {
				waits[line.LineID] += line.Quantity
				legs = append(legs, l.ID)
			}
		}
		for id, n := range waits {
			if id != dispute.ShippingLine {
				require.LessOrEqual(t, n, claimed[id], "%d of %s wait in %v", n, id, legs)
			}
		}
	}
}
