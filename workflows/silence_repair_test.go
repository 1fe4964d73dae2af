package workflows_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/redresshq/redress/dispute"
)

const repairID = "RPR-test1-1"

// mending opens a repair of goods that the carrier damaged, which is free: offered by rule,
// accepted after an hour, and at the workshop on day 3.
func (r *rig) mending() dispute.Opening {
	r.under(newest)
	r.after(time.Hour, func() { r.respond("u1", dispute.ResponseAccept) })
	r.received()
	o := r.opening()
	o.Kind, o.RequestedRemedy = dispute.KindRepair, []dispute.RemedyType{dispute.RemedyRepair}
	o.Evidence = []dispute.EvidenceType{dispute.EvidencePhoto, dispute.EvidenceStatement}
	return o
}

// workshop has the workshop report on the day.
func (r *rig) workshop(on time.Duration, sequence int64, status string, change ...func(*dispute.RepairUpdate)) {
	u := dispute.RepairUpdate{EventID: "ws-" + status + on.String(), RepairID: repairID, Status: status, Sequence: sequence}
	if status == dispute.WorkshopShipped {
		u.Carrier, u.TrackingNumber = "sf", "B1"
	}
	for _, f := range change {
		f(&u)
	}
	r.after(on, func() { r.signal(dispute.SignalRepairUpdate, u) })
}

func covered(yes bool) func(*dispute.RepairUpdate) {
	return func(u *dispute.RepairUpdate) { u.Diagnosis, u.Covered = "loose_contact", &yes }
}

func quoting(fen int64) func(*dispute.RepairUpdate) {
	return func(u *dispute.RepairUpdate) {
		no := false
		ready := opened.Add(14 * day)
		u.Diagnosis, u.Covered, u.Quote, u.ReadyBy = "dropped", &no, &dispute.Money{Amount: fen, Currency: "CNY"}, &ready
	}
}

// backAgain has the carrier deliver the goods that the workshop sent back.
func (r *rig) backAgain(on time.Duration, status dispute.ParcelStatus) {
	r.after(on, func() {
		r.signal(dispute.SignalCarrierUpdate, dispute.CarrierUpdate{EventID: "back-" + on.String(), Carrier: "sf", TrackingNumber: "B1", Status: status})
	})
}

func (r *rig) quote(id string, action dispute.ResponseAction) *reply {
	return r.send(dispute.UpdateQuote, id, dispute.QuoteCommand{Command: cmd(id, customer), LegID: "repair-1", Action: action})
}

// exchanged has the warehouse send the goods of an exchange, and the customer sign for them.
func (r *rig) exchanged(on time.Duration) {
	for i, status := range []string{"shipped", "signed"} {
		u := dispute.ReplacementUpdate{EventID: "new-" + status, Status: status, Carrier: "sf", TrackingNumber: "N1", Sequence: int64(i + 1)}
		r.after(on+time.Duration(i)*day, func() {
			for _, l := range r.last().Legs {
				if l.Replacement != nil {
					u.ReplacementID = l.Replacement.ReplacementID
				}
			}
			r.signal(dispute.SignalReplacementUpdate, u)
		})
	}
}

var repairDiagnosisSilences = []scenario{
	{"5 days, a second notice with a new date for the customer, 2 more, then an agent; a late diagnosis takes the case back", func(t *testing.T, r *rig) {
		o := r.mending()
		r.workshop(11*day, 1, dispute.WorkshopDiagnosed, covered(true))
		r.workshop(12*day, 2, dispute.WorkshopShipped)
		r.backAgain(13*day, dispute.ParcelDelivered)
		r.run(o)
		r.ranOut(dispute.ClockRepairDiagnosis, 8*day, 10*day)
		r.ranOut(dispute.ClockAgentDecision)
		require.Equal(t, []dispute.Milestone{dispute.NoticeRepairNow}, r.notices(dispute.RoleWarehouse))
		require.Contains(t, r.told(dispute.RoleSupervisor), "breach repair_diagnosis")
		require.Contains(t, r.told(dispute.RoleAgent), "task decide")
		require.Equal(t, dispute.StageNegotiation, r.stageAt(10*day+time.Hour))
		require.Equal(t, dispute.StageExecution, r.stageAt(11*day+time.Hour))
		require.Contains(t, r.notices(dispute.RoleCustomer), dispute.NoticeDelay)
		require.Equal(t, dispute.RepairReturned, r.legState("repair-1"))
		r.unpaid()
		r.ended(dispute.OutcomeResolved)
	}},
	{"and the agent silent too: a supervisor, who decides an exchange of goods that are there", func(t *testing.T, r *rig) {
		o := r.mending()
		r.after(14*day, func() {
			r.send(dispute.UpdateDecide, "u2", dispute.DecideCommand{Command: cmd("u2", supervisor), DecisionID: "decision_u2",
				Remedies: []dispute.Remedy{{Type: dispute.RemedyExchange}}, Cites: []string{"default@3/reasons/damaged_in_transit"}})
		})
		r.exchanged(15 * day)
		r.run(o)
		r.ranOut(dispute.ClockAgentDecision, 12*day)
		require.Contains(t, r.made(), "call off "+repairID+" send back false")
		require.Equal(t, dispute.RepairFailed, r.legState("repair-1"))
		require.Empty(t, r.legState("return-2"), "the goods are not asked for again")
		require.Equal(t, dispute.ReplacementSigned, r.legState("replacement-1"))
		r.unpaid()
		r.ended(dispute.OutcomeResolved)
	}},
}

var repairQuoteSilences = []scenario{
	{"7 days without an answer: the goods go back as they are, the case waits for them, and a supervisor may still be asked", func(t *testing.T, r *rig) {
		o := r.mending()
		r.workshop(4*day, 1, dispute.WorkshopDiagnosed, quoting(8000))
		r.workshop(12*day, 2, dispute.WorkshopShipped)
		r.backAgain(13*day, dispute.ParcelDelivered)
		r.run(o)
		r.ranOut(dispute.ClockRepairQuote, 11*day)
		require.Contains(t, r.notices(dispute.RoleCustomer), dispute.NoticeRepairQuote)
		require.Contains(t, r.made(), "call off "+repairID+" send back true")
		require.Equal(t, dispute.RepairReturned, r.legState("repair-1"))
		r.ranOut(dispute.ClockRepairWork)
		r.ranOut(dispute.ClockEscalationWindow, 20*day)
		r.unpaid()
		r.ended(dispute.OutcomeRejected)
	}},
	{"accepted in time: the workshop is told, and the repair done", func(t *testing.T, r *rig) {
		o := r.mending()
		r.workshop(4*day, 1, dispute.WorkshopDiagnosed, quoting(8000))
		r.after(6*day, func() { r.quote("q1", dispute.ResponseAccept) })
		r.workshop(7*day, 2, dispute.WorkshopRepairing)
		r.workshop(8*day, 3, dispute.WorkshopShipped)
		r.backAgain(9*day, dispute.ParcelDelivered)
		r.run(o)
		r.ranOut(dispute.ClockRepairQuote)
		require.Equal(t, 1, r.times("approve "+repairID+" 80.00 CNY"))
		r.unpaid()
		r.ended(dispute.OutcomeResolved)
	}},
}

var repairWorkSilences = []scenario{
	{"30 days: an exchange is decided by rule, without asking for the goods", func(t *testing.T, r *rig) {
		o := r.mending()
		r.workshop(4*day, 1, dispute.WorkshopDiagnosed, covered(true))
		r.exchanged(34 * day)
		r.run(o)
		r.ranOut(dispute.ClockRepairWork, 33*day)
		require.Contains(t, r.told(dispute.RoleSupervisor), "breach repair_work")
		require.Equal(t, dispute.RepairFailed, r.legState("repair-1"))
		require.Contains(t, r.made(), "call off "+repairID+" send back false")
		c := r.last()
		require.Equal(t, dispute.RemedyExchange, c.Decisions[len(c.Decisions)-1].Remedies[0].Type)
		require.Equal(t, dispute.System, c.Decisions[len(c.Decisions)-1].Author)
		require.Empty(t, r.legState("return-2"))
		r.unpaid()
		r.ended(dispute.OutcomeResolved)
	}},
	{"above the automatic limit an agent decides; money back then goes out at once, since the goods are there", func(t *testing.T, r *rig) {
		r.order.Lines[0].Paid, r.order.Payments[0].Captured = 100000, 109000
		o := r.mending()
		r.workshop(4*day, 1, dispute.WorkshopDiagnosed, covered(true))
		r.after(34*day, func() { r.decide("u2", supervisor, dispute.Remedy{Type: dispute.RemedyReturnRefund}) })
		r.run(o)
		r.ranOut(dispute.ClockRepairWork, 33*day)
		require.Contains(t, r.told(dispute.RoleAgent), "task decide")
		require.Equal(t, []string{refundKey}, r.paid())
		require.Empty(t, r.legState("return-2"))
		r.ended(dispute.OutcomeResolved)
	}},
	{"a paid repair that takes too long is for a person, and the workshop may still finish it", func(t *testing.T, r *rig) {
		o := r.mending()
		r.workshop(4*day, 1, dispute.WorkshopDiagnosed, quoting(8000))
		r.after(5*day, func() { r.quote("q1", dispute.ResponseAccept) })
		r.workshop(36*day, 2, dispute.WorkshopShipped)
		r.backAgain(37*day, dispute.ParcelDelivered)
		r.run(o)
		r.ranOut(dispute.ClockRepairWork, 35*day)
		require.Contains(t, r.told(dispute.RoleAgent), "task decide")
		require.Equal(t, dispute.RepairReturned, r.legState("repair-1"))
		r.unpaid()
		r.ended(dispute.OutcomeResolved)
	}},
}
