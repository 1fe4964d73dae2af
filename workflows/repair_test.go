package workflows_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/redresshq/redress/activities"
	"github.com/redresshq/redress/dispute"
)

// Repairs that go other ways than wished: what the workshop refuses, what is lost, and
// what is withdrawn. Goods of the customer are never kept silently.
func TestRepairs(t *testing.T) {
	t.Parallel()
	playAll(t, []scenario{
		{"the workshop refuses it: RMA and label are given back, and a person decides", func(t *testing.T, r *rig) {
			o := r.mending()
			r.repair = &activities.PartnerError{Partner: "warehouse", Operation: "announce repair", Status: 409, Code: "repair_cancelled"}
			r.after(2*time.Hour, func() { r.decide("u2", agent, dispute.Remedy{Type: dispute.RemedyRefund}) })
			r.run(o)
			require.Equal(t, dispute.RepairFailed, r.legState("repair-1"))
			require.Equal(t, dispute.ReturnCancelled, r.legState("return-1"))
			r.voided()
			require.Contains(t, r.told(dispute.RoleAgent), "task decide")
			r.ended(dispute.OutcomeResolved)
		}},
		{"not covered, and no price: a person asks the workshop, whose price then goes out", func(t *testing.T, r *rig) {
			o := r.mending()
			r.workshop(4*day, 1, dispute.WorkshopDiagnosed, covered(false))
			r.workshop(5*day, 2, dispute.WorkshopDiagnosed, quoting(8000))
			r.after(6*day, func() { r.quote("q1", dispute.ResponseAccept) })
			r.workshop(7*day, 3, dispute.WorkshopShipped)
			r.backAgain(8*day, dispute.ParcelDelivered)
			r.run(o)
			require.Equal(t, dispute.StageNegotiation, r.stageAt(4*day+time.Hour))
			require.Equal(t, dispute.StageExecution, r.stageAt(5*day+time.Hour))
			r.ranOut(dispute.ClockAgentDecision)
			r.ended(dispute.OutcomeResolved)
		}},
		{"less came than was to be mended: a person is asked about the rest, and the repair goes on", func(t *testing.T, r *rig) {
			o := r.mending()
			o.Lines[0].Quantity = 2
			r.workshop(4*day, 1, dispute.WorkshopDiagnosed, covered(true))
			r.after(4*day+time.Hour, func() {
				r.decide("u2", agent, dispute.Remedy{Type: dispute.RemedyCompensation, Amount: &dispute.Money{Amount: 500, Currency: "CNY"}})
			})
			r.workshop(5*day, 2, dispute.WorkshopShipped)
			r.backAgain(6*day, dispute.ParcelDelivered)
			r.run(o)
			require.Contains(t, r.told(dispute.RoleAgent), "task decide")
			require.Equal(t, dispute.RepairReturned, r.legState("repair-1"))
			r.ended(dispute.OutcomeResolved)
		}},
		{"lost on the way back: the carrier is asked, and a person decides", func(t *testing.T, r *rig) {
			o := r.mending()
			r.onReturn = dispute.TraceFacts{Status: dispute.ParcelLost}
			r.workshop(4*day, 1, dispute.WorkshopShipped)
			r.after(15*day, func() { r.decide("u2", agent, dispute.Remedy{Type: dispute.RemedyRefund}) })
			r.run(o)
			r.ranOut(dispute.ClockReplacementDelivery, 14*day)
			require.Equal(t, 1, r.times("trace B1"))
			require.Equal(t, dispute.RepairFailed, r.legState("repair-1"))
			require.Equal(t, []string{refundKey}, r.paid())
			r.ended(dispute.OutcomeResolved)
		}},
		{"back at the workshop, and the claim given up: it is sent once more", func(t *testing.T, r *rig) {
			o := r.mending()
			r.workshop(4*day, 1, dispute.WorkshopShipped)
			r.backAgain(5*day, dispute.ParcelReturnedToSender)
			r.after(6*day, func() { r.withdraw("u2") })
			r.workshop(7*day, 2, dispute.WorkshopShipped)
			r.backAgain(8*day, dispute.ParcelDelivered)
			r.run(o)
			require.Contains(t, r.made(), "call off "+repairID+" send back true")
			require.Equal(t, dispute.RepairReturned, r.legState("repair-1"))
			r.unpaid()
			r.ended(dispute.OutcomeWithdrawn)
		}},
		{"withdrawn with the goods on their way in: they are waited for, and come back", func(t *testing.T, r *rig) {
			o := r.mending()
			r.after(2*day+time.Hour, func() { r.withdraw("u2") })
			r.workshop(4*day, 1, dispute.WorkshopShipped)
			r.backAgain(5*day, dispute.ParcelDelivered)
			r.run(o)
			require.Equal(t, 0, r.times("cancel "+rmaOf(r.last())), "a parcel on its way is not voided")
			require.Contains(t, r.made(), "call off "+repairID+" send back true")
			require.Equal(t, dispute.RepairReturned, r.legState("repair-1"))
			r.ended(dispute.OutcomeWithdrawn)
		}},
		{"withdrawn, and the workshop silent: a supervisor is told again and again, and settles it", func(t *testing.T, r *rig) {
			o := r.mending()
			r.after(4*day, func() { r.withdraw("u2") })
			r.after(12*day, func() { r.resolveLeg("u3", "repair-1", dispute.ResultSucceeded) })
			r.run(o)
			r.ranOut(dispute.ClockReplacementDispatch, 6*day, 8*day, 10*day, 12*day)
			require.GreaterOrEqual(t, count(r.told(dispute.RoleSupervisor), "task "+dispute.ProblemRepairNotSentBack), 2)
			r.ended(dispute.OutcomeWithdrawn)
		}},
		{"cancelled by operations: the workshop is told, a supervisor sees to the goods, nothing is waited for", func(t *testing.T, r *rig) {
			o := r.mending()
			r.cancelAfter(4 * day)
			r.run(o)
			require.Contains(t, r.made(), "call off "+repairID+" send back true")
			require.Contains(t, r.told(dispute.RoleSupervisor), "task repair_cancelled_with_goods")
			require.Equal(t, dispute.OutcomeCancelled, r.last().Outcome)
		}},
		{"old, unknown and repeated reports change nothing", func(t *testing.T, r *rig) {
			o := r.mending()
			r.workshop(4*day, 5, dispute.WorkshopDiagnosed, covered(true))
			r.workshop(4*day+time.Hour, 3, dispute.WorkshopIrreparable)
			r.workshop(4*day+2*time.Hour, 9, "polished")
			r.workshop(4*day+3*time.Hour, 9, dispute.WorkshopReturned, func(u *dispute.RepairUpdate) { u.RepairID = "RPR-else" })
			r.workshop(5*day, 6, dispute.WorkshopReturned)
			r.run(o)
			require.Subset(t, r.ignored(), []string{"lower_sequence", "unknown_status", "unknown_repair"})
			require.Equal(t, dispute.RepairReturned, r.legState("repair-1"))
			r.ended(dispute.OutcomeResolved)
		}},
		{"sent although an exchange was decided: a supervisor is told", func(t *testing.T, r *rig) {
			o := r.mending()
			r.workshop(4*day, 1, dispute.WorkshopIrreparable)
			r.workshop(5*day, 2, dispute.WorkshopShipped)
			r.exchanged(6 * day)
			r.run(o)
			require.Contains(t, r.told(dispute.RoleSupervisor), "task repair_sent_after_its_end")
			r.ended(dispute.OutcomeResolved)
		}},
	})
}

// Continued anew after every single event, a repair with a quote, a delay and goods that
// go back ends as it does in one run.
func TestRepairGoesOnFromItsState(t *testing.T) {
	t.Parallel()
	r := setup(t)
	o := r.mending()
	r.workshop(4*day, 1, dispute.WorkshopDiagnosed, quoting(8000))
	r.after(5*day, func() { r.quote("q1", dispute.ResponseDecline) })
	r.workshop(6*day, 2, dispute.WorkshopShipped)
	r.backAgain(7*day, dispute.ParcelDelivered)
	require.Greater(t, r.relay(o), 8)
	require.Equal(t, dispute.RepairReturned, r.legState("repair-1"))
	require.Equal(t, 1, r.times("call off "+repairID+" send back true"))
	require.Equal(t, 1, r.times("repair "+repairID))
	r.ended(dispute.OutcomeRejected)
}
