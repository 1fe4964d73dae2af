package workflows_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/redresshq/redress/dispute"
)

// silences has, for every clock of the default policy, what silence brings.
var silences = map[dispute.ClockName][]scenario{
	dispute.ClockFirstResponse:       firstResponseSilences,
	dispute.ClockCustomerInfo:        customerInfoSilences,
	dispute.ClockResolution:          resolutionSilences,
	dispute.ClockAgentDecision:       agentSilences,
	dispute.ClockSupervisorDecision:  supervisorSilences,
	dispute.ClockCustomerResponse:    customerResponseSilences,
	dispute.ClockEscalationWindow:    escalationSilences,
	dispute.ClockReturnShipment:      returnShipmentSilences,
	dispute.ClockReturnTransit:       returnTransitSilences,
	dispute.ClockReceiptConfirmation: receiptSilences,
	dispute.ClockInspection:          inspectionSilences,
	dispute.ClockRefundSettlement:    settlementSilences,
	dispute.ClockReopenWindow:        reopenSilences,
	dispute.ClockEvidenceSupplement:  proofSilences,
	dispute.ClockAppealWindow:        appealSilences,
	dispute.ClockSurvey:              surveySilences,
	dispute.ClockSuspension:          suspensionSilences,
	dispute.ClockReplacementDispatch: replacementDispatchSilences,
	dispute.ClockReplacementDelivery: replacementDeliverySilences,
	dispute.ClockAmendment:           amendmentSilences,
	dispute.ClockRepairDiagnosis:     repairDiagnosisSilences,
	dispute.ClockRepairQuote:         repairQuoteSilences,
	dispute.ClockRepairWork:          repairWorkSilences,
	dispute.ClockNextReply:           nextReplySilences,
}

func TestEveryClockOfTheDefaultPolicyHasASilenceTest(t *testing.T) {
	t.Parallel()
	library, err := dispute.Embedded()
	require.NoError(t, err)
	book, err := library.Book("default")
	require.NoError(t, err)
	for name := range book.Policy().Clocks {
		require.NotEmpty(t, silences[name], "clock %s: nobody tested its silence", name)
	}
}

func TestSilence(t *testing.T) {
	t.Parallel()
	for name, all := range silences {
		t.Run(string(name), func(t *testing.T) {
			t.Parallel()
			playAll(t, all)
		})
	}
}

var firstResponseSilences = []scenario{
	{"breach after 48 h tells the supervisor and the case goes on", func(t *testing.T, r *rig) {
		r.after(3*day, func() { r.reject("u1", supervisor) })
		r.run(r.complaint())
		r.ranOut(dispute.ClockFirstResponse, 48*time.Hour)
		require.Contains(t, r.told(dispute.RoleSupervisor), "breach first_response")
		require.True(t, r.last().Breached)
		r.unpaid()
		r.ended(dispute.OutcomeRejected)
	}},
	{"an agent's message meets it", func(t *testing.T, r *rig) {
		r.after(day, func() {
			r.send(dispute.UpdateNote, "n1", dispute.NoteCommand{Command: cmd("n1", agent), NoteID: "txt_1", Customer: true})
		})
		r.after(3*day, func() { r.reject("u1", supervisor) })
		r.run(r.complaint())
		r.ranOut(dispute.ClockFirstResponse)
		r.ended(dispute.OutcomeRejected)
	}},
	{"an internal note does not meet it", func(_ *testing.T, r *rig) {
		r.after(day, func() {
			r.send(dispute.UpdateNote, "n1", dispute.NoteCommand{Command: cmd("n1", agent), NoteID: "txt_1"})
		})
		r.after(3*day, func() { r.reject("u1", supervisor) })
		r.run(r.complaint())
		r.ranOut(dispute.ClockFirstResponse, 48*time.Hour)
	}},
}

var customerInfoSilences = []scenario{
	{"after 7 days the case expires, told, nothing asked of anybody", func(t *testing.T, r *rig) {
		r.run(r.opening())
		r.ranOut(dispute.ClockCustomerInfo, 7*day)
		require.Equal(t, []dispute.Milestone{dispute.NoticeMissing, dispute.NoticeClosed}, r.notices(dispute.RoleCustomer))
		require.Empty(t, r.notices(dispute.RoleSupervisor))
		require.False(t, r.last().Breached, "the customer's silence is no breach of the shop")
		require.Empty(t, r.made())
		r.ended(dispute.OutcomeExpired)
	}},
	{"half of what is missing is not all of it", func(_ *testing.T, r *rig) {
		r.after(day, func() { r.signal(dispute.SignalEvidenceSubmitted, photo("p")) })
		r.run(r.opening())
		r.ranOut(dispute.ClockCustomerInfo, 7*day)
		r.ended(dispute.OutcomeExpired)
	}},
}

var resolutionSilences = []scenario{
	{"7 working days, then every 2: supervisor told, the customer given a new date each time", func(t *testing.T, r *rig) {
		r.inTransit()
		r.after(10*day, func() { r.scan("c2", dispute.ParcelDelivered) })
		r.after(19*day, func() { r.receive("w1", 1, 1) })
		r.after(19*day+time.Hour, func() { r.inspect("w2", 2, found("line-1", 1, dispute.ConditionDamaged)) })
		r.run(r.accepted())
		at, due := r.breaches(dispute.ClockResolution)
		require.Equal(t, len(at), len(due))
		require.Len(t, at, 4)
		first := due[0].In(time.FixedZone("Shanghai", 8*3600))
		require.Equal(t, "2026-03-25", first.Format(time.DateOnly), "7 working days after Monday 16 March")
		for i := range at {
			require.WithinDuration(t, due[i], at[i], time.Second)
			require.Contains(t, r.told(dispute.RoleSupervisor), "breach resolution")
		}
		require.Equal(t, 4, r.has(dispute.EventDelay))
		delays := 0
		for _, m := range r.notices(dispute.RoleCustomer) {
			if m == dispute.NoticeDelay {
				delays++
			}
		}
		require.Equal(t, 4, delays)
		require.Equal(t, []string{refundKey}, r.paid())
		r.ended(dispute.OutcomeResolved)
	}},
}

var agentSilences = []scenario{
	{"after 48 h the rule decides for the customer inside the automatic limit", func(t *testing.T, r *rig) {
		r.run(r.claimForDesk())
		r.ranOut(dispute.ClockAgentDecision, 48*time.Hour)
		require.Contains(t, r.told(dispute.RoleAgent), "task decide")
		require.Contains(t, r.told(dispute.RoleSupervisor), "breach agent_decision")
		c := r.last()
		require.Equal(t, dispute.System, c.Decisions[0].Author)
		require.Equal(t, []string{refundKey}, r.paid())
		require.Contains(t, r.notices(dispute.RoleCustomer), dispute.NoticeDecision)
		r.ended(dispute.OutcomeResolved)
	}},
	{"above the automatic limit it goes to a supervisor and pays nothing", func(t *testing.T, r *rig) {
		r.order.Lines[0].Paid, r.order.Payments[0].Captured = 100000, 109000
		r.after(3*day, func() { r.reject("u1", supervisor) })
		r.run(r.claimForDesk())
		r.ranOut(dispute.ClockAgentDecision, 48*time.Hour)
		require.Contains(t, r.told(dispute.RoleSupervisor), "task agent_silent")
		r.unpaid()
		r.ended(dispute.OutcomeRejected)
	}},
	{"with a risk flag it goes to a supervisor and pays nothing", func(t *testing.T, r *rig) {
		r.history = dispute.HistoryFacts{Cases90Days: 9}
		r.after(3*day, func() { r.reject("u1", supervisor) })
		r.run(r.claimForDesk())
		r.ranOut(dispute.ClockAgentDecision, 48*time.Hour)
		require.Contains(t, r.told(dispute.RoleSupervisor), "task agent_silent")
		r.unpaid()
		r.ended(dispute.OutcomeRejected)
	}},
	{"after an inspection that differs it goes to a supervisor and pays nothing", func(t *testing.T, r *rig) {
		r.inspectedAs(found("line-1", 1, dispute.ConditionUsed))
		r.after(8*day, func() { r.reject("u2", supervisor) })
		r.run(r.accepted())
		r.ranOut(dispute.ClockAgentDecision, 6*day)
		require.Contains(t, r.told(dispute.RoleSupervisor), "task agent_silent")
		r.unpaid()
		r.ended(dispute.OutcomeRejected)
	}},
	{"about goods that are on their way back it never asks for a second return", func(t *testing.T, r *rig) {
		r.onReturn.Status = dispute.ParcelUnknown
		r.inTransit()
		r.after(15*day, func() { r.reject("u2", supervisor) })
		r.run(r.accepted())
		r.ranOut(dispute.ClockAgentDecision, 13*day)
		require.Equal(t, 1, r.times("label"))
		require.Contains(t, r.told(dispute.RoleSupervisor), "task agent_silent")
		r.unpaid()
		r.ended(dispute.OutcomeRejected)
	}},
}

var supervisorSilences = []scenario{
	{"24 h a level, then every working day; never pays, never closes", func(t *testing.T, r *rig) {
		r.after(time.Hour, func() { r.escalate("u1", customer) })
		r.after(5*day, func() { r.reject("u2", supervisor) })
		r.run(r.claimForDesk())
		at, due := r.breaches(dispute.ClockSupervisorDecision)
		require.Len(t, at, 4, "two levels, then Thursday and Friday: %v", due)
		for i := range at {
			require.WithinDuration(t, due[i], at[i], time.Second)
		}
		require.WithinDuration(t, opened.Add(25*time.Hour), due[0], time.Minute)
		require.WithinDuration(t, opened.Add(49*time.Hour), due[1], time.Minute)
		told := r.told(dispute.RoleSupervisor)
		require.Equal(t, 1, count(told, "task asked_for"))
		require.Equal(t, 4, count(told, "task overdue"))
		require.Equal(t, 4, count(told, "breach supervisor_decision"))
		require.Equal(t, dispute.StageAdjudication, r.stageAt(4*day))
		r.unpaid()
		r.ended(dispute.OutcomeRejected)
	}},
	{"an approval that nobody answers pays nothing and goes up", func(t *testing.T, r *rig) {
		r.after(time.Hour, func() { r.offer("u1", "o1", agent, yuan(dispute.RemedyCompensation, 9000)) })
		r.after(3*day, func() { r.approve("u2", "approval_1", supervisor, false) })
		r.after(3*day+time.Hour, func() { r.reject("u3", agent) })
		r.run(r.complaint())
		at, _ := r.breaches(dispute.ClockSupervisorDecision)
		require.Len(t, at, 2)
		r.unpaid()
		r.ended(dispute.OutcomeRejected)
	}},
}

var customerResponseSilences = []scenario{
	{"after 72 h the offer lapses, and after 7 more days the case is rejected, told, unpaid", func(t *testing.T, r *rig) {
		r.after(time.Hour, r.supply)
		r.run(r.opening())
		r.ranOut(dispute.ClockCustomerResponse, 73*time.Hour)
		r.ranOut(dispute.ClockEscalationWindow, 73*time.Hour+7*day)
		require.Equal(t, dispute.OfferLapsed, r.last().Offers[0].State)
		require.Equal(t, 1, r.has(dispute.EventOfferLapsed))
		require.Empty(t, r.notices(dispute.RoleAgent))
		r.unpaid()
		r.ended(dispute.OutcomeRejected)
	}},
	{"a lapsed offer cannot be accepted any more", func(t *testing.T, r *rig) {
		var late *reply
		r.after(time.Hour, r.supply)
		r.after(4*day, func() { late = r.answer("u1", "offer_1", dispute.ResponseAccept) })
		r.run(r.opening())
		require.Equal(t, dispute.CodeNotAllowedNow, late.code)
		r.unpaid()
	}},
}

var escalationSilences = []scenario{
	{"7 days after an agent's rejection the case is closed as rejected", func(t *testing.T, r *rig) {
		r.after(time.Hour, func() { r.reject("u1", agent) })
		r.run(r.claimForDesk())
		r.ranOut(dispute.ClockEscalationWindow, time.Hour+7*day)
		require.Equal(t, 1, count(r.told(dispute.RoleCustomer), "decision"))
		r.unpaid()
		r.ended(dispute.OutcomeRejected)
	}},
	{"7 days after a decline the case is closed as rejected", func(_ *testing.T, r *rig) {
		r.after(time.Hour, r.supply)
		r.after(2*time.Hour, func() { r.answer("u1", "offer_1", dispute.ResponseDecline) })
		r.run(r.opening())
		r.ranOut(dispute.ClockEscalationWindow, 2*time.Hour+7*day)
		r.unpaid()
		r.ended(dispute.OutcomeRejected)
	}},
}
