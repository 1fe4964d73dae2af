package workflows_test

import (
	"encoding/json"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/redresshq/redress/dispute"
)

var half = yuan(dispute.RemedyPartialRefund, 2500)

// The silences of a mediation, of approvals and of the merchant's appeal: each clock of
// theirs runs out, and nothing is paid by it.
func TestBargainingSilences(t *testing.T) {
	t.Parallel()
	playAll(t, []scenario{
		{"no mediator in a day: a supervisor rules", func(t *testing.T, r *rig) {
			r.bargain().toMediator()
			r.after(40*time.Hour, func() { r.rule("r1", supervisor) })
			r.run(r.claimForDesk())
			r.ranOut(dispute.ClockSupervisorDecision, 27*time.Hour)
			require.Equal(t, dispute.StageNegotiation, r.stageAt(20*time.Hour))
			require.Equal(t, dispute.WaitingSupervisor, r.waitingAt(20*time.Hour))
			require.Equal(t, dispute.StageAdjudication, r.stageAt(28*time.Hour))
			require.Equal(t, dispute.FailedNoMediator, r.last().Mediations[0].Failed)
			require.Contains(t, r.told(dispute.RoleSupervisor), "task mediate")
			r.unpaid()
		}},
		{"the customer is silent on a proposal: it lapses, and the case ends where nobody takes it on", func(t *testing.T, r *rig) {
			r.bargain().toMediator()
			r.after(4*time.Hour, func() { r.propose("p1", supervisor, half) })
			r.after(5*time.Hour, func() { r.consent("a1", agent, dispute.ResponseAccept) })
			r.run(r.claimForDesk())
			require.Equal(t, dispute.WaitingBoth, r.waitingAt(4*time.Hour+time.Minute))
			require.Equal(t, dispute.WaitingCustomer, r.waitingAt(6*time.Hour))
			r.ranOut(dispute.ClockCustomerResponse, 76*time.Hour)
			r.ranOut(dispute.ClockEscalationWindow, 76*time.Hour+7*day)
			require.Equal(t, dispute.FailedCustomerSilent, r.last().Mediations[0].Failed)
			r.unpaid()
			r.ended(dispute.OutcomeRejected)
		}},
		{"the merchant is silent on a proposal: a supervisor rules, and silence grants nothing", func(t *testing.T, r *rig) {
			r.bargain().toMediator()
			r.after(4*time.Hour, func() { r.propose("p1", supervisor, half) })
			r.after(5*time.Hour, func() { r.consent("a1", customer, dispute.ResponseAccept) })
			r.after(3*day, func() { r.rule("r1", supervisor, half) })
			r.run(r.claimForDesk())
			r.ranOut(dispute.ClockAgentDecision, 52*time.Hour)
			require.Equal(t, dispute.WaitingAgent, r.waitingAt(6*time.Hour))
			require.Equal(t, dispute.StageAdjudication, r.stageAt(53*time.Hour))
			require.Equal(t, dispute.FailedMerchantSilent, r.last().Mediations[0].Failed)
			require.Equal(t, []string{refundKey}, r.paid(), "by the ruling")
			require.Equal(t, citedRule, r.last().Decisions[0].Cites)
		}},
		{"a step of a chain that nobody answers goes up and up, and never approves", func(t *testing.T, r *rig) {
			r.order.Lines[0].Paid, r.order.Payments[0].Captured = 1200000, 1209000
			r.bargain()
			r.after(time.Hour, func() { r.decide("u1", agent, yuan(dispute.RemedyRefund, 600000)) })
			r.after(2*time.Hour, func() { r.approve("u2", "approval_1", supervisor, true) })
			r.after(5*day, func() { r.approve("u3", "approval_2", treasurer, false) })
			r.after(5*day+time.Hour, func() { r.reject("u4", agent) })
			r.run(r.claimForDesk())
			at, _ := r.breaches(dispute.ClockSupervisorDecision)
			require.NotEmpty(t, at)
			require.Contains(t, r.told(dispute.RoleFinance), "task approve")
			require.Equal(t, dispute.ApprovalRefused, r.last().Approvals[1].State)
			require.Equal(t, 1, count(r.told(dispute.RoleAgent), "task decide")-1, "the refusal gives it back to the desk")
			r.unpaid()
			r.ended(dispute.OutcomeRejected)
		}},
		{"the merchant's window passes: what was granted is carried out, and not before", func(t *testing.T, r *rig) {
			r.bargain("merchant_appeal: false", "merchant_appeal: true")
			r.after(time.Hour, func() { r.escalate("e1", customer) })
			r.after(2*time.Hour, func() { r.rule("r1", supervisor, half) })
			r.after(6*day, r.unpaid)
			r.run(r.claimForDesk())
			r.ranOut(dispute.ClockAppealWindow, 2*time.Hour+7*day)
			require.Equal(t, dispute.StageAppeal, r.stageAt(3*day))
			require.Equal(t, dispute.WaitingAgent, r.waitingAt(3*day))
			require.Equal(t, 1, r.has(dispute.EventRulingFinal))
			require.Equal(t, []string{refundKey}, r.paid())
			r.ended(dispute.OutcomeResolved)
		}},
		{"both sides are asked, one by one: silence of one side means judged on what is there", func(t *testing.T, r *rig) {
			r.bargain()
			r.after(time.Hour, func() { r.escalate("e1", customer) })
			r.after(2*time.Hour, func() { r.ask("q1", dispute.PartyBoth, dispute.EvidenceReport) })
			r.after(3*time.Hour, func() { r.hand("report", dispute.EvidenceReport, agent, 3*time.Hour) })
			r.after(40*time.Hour, func() { r.rule("r1", supervisor) })
			r.after(41*time.Hour, func() { r.withdraw("w1") })
			r.run(r.claimForDesk())
			require.Equal(t, dispute.WaitingBoth, r.waitingAt(2*time.Hour+time.Minute))
			require.Equal(t, dispute.WaitingCustomer, r.clockAt(4*time.Hour, dispute.ClockEvidenceSupplement, "proof-1").Owner)
			require.Equal(t, dispute.WaitingAgent, r.clockAt(4*time.Hour, dispute.ClockEvidenceSupplement, "proof-2").Owner)
			require.Equal(t, dispute.ClockMet, r.clockAt(4*time.Hour, dispute.ClockEvidenceSupplement, "proof-2").State)
			r.ranOut(dispute.ClockEvidenceSupplement, 26*time.Hour)
			require.Equal(t, dispute.ProofFailed, r.last().Proof[0].State)
			require.Equal(t, dispute.ProofMet, r.last().Proof[1].State)
			require.Equal(t, 1, count(r.told(dispute.RoleSupervisor), "task proof.failed"), "told once both have ended")
			require.Zero(t, count(r.told(dispute.RoleSupervisor), "task proof.met"))
		}},
	})
}

// Limits: the last counter and the last offer are refused with what is left to do.
func TestNegotiationHasLimitsAndAHistory(t *testing.T) {
	t.Parallel()
	r := setup(t).bargain("rounds: 3", "rounds: 1", "offers: 5", "offers: 2")
	var second, third *reply
	r.after(time.Hour, func() { r.offer("o1", "o1", agent, yuan(dispute.RemedyPartialRefund, 1000)) })
	r.after(2*time.Hour, func() { r.counter("c1", "o1", yuan(dispute.RemedyPartialRefund, 4000)) })
	r.after(3*time.Hour, func() { r.offer("o2", "o2", agent, yuan(dispute.RemedyPartialRefund, 2000)) })
	r.after(4*time.Hour, func() { second = r.counter("c2", "o2", yuan(dispute.RemedyPartialRefund, 4000)) })
	r.after(5*time.Hour, func() { third = r.offer("o3", "o3", agent, yuan(dispute.RemedyPartialRefund, 3000)) })
	r.after(6*time.Hour, func() { r.answer("a1", "o2", dispute.ResponseAccept) })
	r.run(r.claimForDesk())
	require.Equal(t, dispute.CodeNotAllowedNow, second.code)
	require.Equal(t, dispute.CodeNotAllowedNow, third.code)
	c := r.last()
	require.Len(t, c.Offers, 2)
	require.Equal(t, dispute.OfferCountered, c.Offers[0].State)
	require.Equal(t, int64(4000), c.Offers[0].Counter.Remedies[0].Amount.Amount)
	require.Equal(t, dispute.OfferAccepted, c.Offers[1].State)
	require.Equal(t, []string{refundKey}, r.paid())
}

// A revision before an answer takes the place of the open offer and says what changed.
func TestARevisionSaysWhatChanged(t *testing.T) {
	t.Parallel()
	r := setup(t).bargain()
	r.after(time.Hour, func() { r.offer("o1", "o1", agent, yuan(dispute.RemedyPartialRefund, 1000)) })
	r.after(2*time.Hour, func() { r.offer("o2", "o2", agent, yuan(dispute.RemedyPartialRefund, 2000)) })
	r.after(3*time.Hour, func() { r.answer("a1", "o2", dispute.ResponseAccept) })
	r.run(r.claimForDesk())
	o := r.last().Offers
	require.Equal(t, dispute.OfferReplaced, o[0].State)
	require.Equal(t, "o1", o[1].Replaces)
	require.Len(t, o[1].Changes, 1)
	require.Equal(t, dispute.ChangeAmount, o[1].Changes[0].Change)
	require.Equal(t, int64(1000), o[1].Changes[0].Was.Amount)
	require.Equal(t, int64(2000), o[1].Changes[0].Now.Amount)
	for _, e := range r.entries() {
		if e.Type == dispute.EventOfferMade {
			var said struct{ Replaces string }
			require.NoError(t, json.Unmarshal(e.Data, &said))
			require.Equal(t, e.At.After(opened.Add(90*time.Minute)), said.Replaces == "o1")
		}
	}
}

func TestMediation(t *testing.T) {
	t.Parallel()
	playAll(t, []scenario{
		{"accepted by both sides it is carried out", func(t *testing.T, r *rig) {
			var own, early *reply
			r.bargain().toMediator()
			r.after(4*time.Hour, func() { own = r.propose("p0", agent, half) })
			r.after(5*time.Hour, func() { r.propose("p1", supervisor, half) })
			r.after(6*time.Hour, func() { r.consent("a1", agent, dispute.ResponseAccept) })
			r.after(7*time.Hour, func() { early = r.decide("x", supervisor, half) })
			r.after(8*time.Hour, func() { r.unpaid(); r.consent("a2", customer, dispute.ResponseAccept) })
			r.run(r.claimForDesk())
			require.Equal(t, dispute.CodeSameAuthor, own.code)
			require.Equal(t, dispute.CodeNotAllowedNow, early.code)
			require.Equal(t, dispute.MediationAgreed, r.last().Mediations[0].State)
			require.Equal(t, []string{refundKey}, r.paid())
			r.ended(dispute.OutcomeResolved)
		}},
		{"declined by one side it goes to a supervisor who rules", func(t *testing.T, r *rig) {
			var uncited *reply
			r.bargain().toMediator()
			r.after(5*time.Hour, func() { r.propose("p1", supervisor, half) })
			r.after(6*time.Hour, func() { r.consent("a1", customer, dispute.ResponseAccept) })
			r.after(7*time.Hour, func() { r.consent("a2", agent, dispute.ResponseDecline) })
			r.after(8*time.Hour, func() { uncited = r.decide("r0", supervisor, half) })
			r.after(9*time.Hour, func() { r.rule("r1", supervisor, half) })
			r.run(r.claimForDesk())
			require.Equal(t, dispute.StageAdjudication, r.stageAt(7*time.Hour+time.Minute))
			require.Equal(t, dispute.FailedByMerchant, r.last().Mediations[0].Failed)
			require.Equal(t, dispute.CodeInvalid, uncited.code)
			require.Equal(t, []string{refundKey}, r.paid())
		}},
		{"where it is required a decline brings the mediator, and nobody escalates past", func(t *testing.T, r *rig) {
			var past *reply
			r.bargain("mediation: offered", "mediation: required")
			r.after(time.Hour, func() { r.offer("o1", "o1", agent, yuan(dispute.RemedyPartialRefund, 1000)) })
			r.after(2*time.Hour, func() { r.answer("d1", "o1", dispute.ResponseDecline) })
			r.after(3*time.Hour, func() { past = r.escalate("e1", customer) })
			r.after(4*time.Hour, func() { r.propose("p1", supervisor, half) })
			r.after(5*time.Hour, func() { r.consent("a1", customer, dispute.ResponseDecline) })
			r.after(6*time.Hour, func() { r.rule("r1", secondSupervisor, half) })
			r.run(r.claimForDesk())
			require.Equal(t, dispute.CodeNotAllowedNow, past.code)
			require.Equal(t, dispute.MediationDeclined, r.last().Mediations[0].Why)
			require.Equal(t, dispute.FailedByCustomer, r.last().Mediations[0].Failed)
			require.Equal(t, dispute.StageAdjudication, r.stageAt(5*time.Hour+time.Minute))
		}},
		{"where it is required an escalation brings it first, once", func(t *testing.T, r *rig) {
			r.bargain("mediation: offered", "mediation: required")
			r.after(time.Hour, func() { r.reject("u1", agent) })
			r.after(2*time.Hour, func() { r.escalate("e1", customer) })
			r.after(30*time.Hour, func() { r.rule("r1", supervisor, half) })
			r.run(r.claimForDesk())
			require.Equal(t, dispute.StageNegotiation, r.stageAt(3*time.Hour))
			require.Equal(t, dispute.MediationEscalated, r.last().Mediations[0].Why)
			r.ranOut(dispute.ClockSupervisorDecision, 26*time.Hour)
			require.Equal(t, dispute.StageAdjudication, r.stageAt(27*time.Hour))
		}},
		{"a proposal above the mediator's limit is approved first, or proposed anew", func(t *testing.T, r *rig) {
			r.order.Lines[0].Paid, r.order.Payments[0].Captured = 1200000, 1209000
			r.bargain().toMediator()
			r.after(4*time.Hour, func() { r.propose("p1", supervisor, yuan(dispute.RemedyPartialRefund, 600000)) })
			r.after(5*time.Hour, func() { r.approve("f1", "approval_1", treasurer, false) })
			r.after(6*time.Hour, func() {
				r.send(dispute.UpdateMediate, "p2", dispute.MediateCommand{Command: cmd("p2", supervisor), OfferID: "again", Remedies: []dispute.Remedy{half}})
			})
			r.after(7*time.Hour, func() { r.withdraw("w1") })
			r.run(r.claimForDesk())
			c := r.last()
			require.Equal(t, dispute.OfferRefused, c.Offer("proposal").State)
			require.Nil(t, c.Offer("proposal").PresentedAt)
			require.NotNil(t, c.Offer("again").PresentedAt)
			require.Equal(t, dispute.FailedOvertaken, c.Mediations[0].Failed)
			r.ended(dispute.OutcomeWithdrawn)
		}},
	})
}

// Two people agree to a large sum, one after another; then it is paid once.
func TestAChainOfApprovals(t *testing.T) {
	t.Parallel()
	r := setup(t)
	r.order.Lines[0].Paid, r.order.Payments[0].Captured = 1200000, 1209000
	r.bargain("by: [supervisor, finance]", "by: [supervisor, supervisor, finance]")
	var twice, wrong *reply
	r.after(time.Hour, func() { r.decide("u1", agent, yuan(dispute.RemedyRefund, 600000)) })
	r.after(2*time.Hour, func() { r.approve("u2", "approval_1", supervisor, true) })
	r.after(3*time.Hour, func() { twice = r.approve("u3", "approval_2", supervisor, true) })
	r.after(4*time.Hour, func() { wrong = r.approve("u4", "approval_2", treasurer, true) })
	r.after(5*time.Hour, func() { r.approve("u5", "approval_2", secondSupervisor, true) })
	r.after(6*time.Hour, func() { r.unpaid(); r.approve("u6", "approval_3", treasurer, true) })
	r.run(r.claimForDesk())
	require.Equal(t, dispute.CodeSameAuthor, twice.code)
	require.Equal(t, dispute.CodeForbidden, wrong.code)
	c := r.last()
	require.Len(t, c.Approvals, 3)
	for i, p := range c.Approvals {
		require.Equal(t, dispute.ApprovalApproved, p.State)
		require.Equal(t, i+1, p.Step)
	}
	require.Equal(t, []string{refundKey}, r.paid())
	require.Equal(t, 3, r.has(dispute.EventApprovalAsked))
}

// Each side appeals once, on new facts, before another supervisor each time.
func TestAppealsOfBothSides(t *testing.T) {
	t.Parallel()
	r := setup(t).bargain("merchant_appeal: false", "merchant_appeal: true")
	var stale, same, again *reply
	r.after(time.Hour, func() { r.escalate("e1", customer) })
	r.after(2*time.Hour, func() { r.rule("r1", supervisor, half) })
	r.after(3*time.Hour, func() { stale = r.contest("x1", agent, "evd_p") })
	r.after(4*time.Hour, func() { r.hand("new1", dispute.EvidenceReport, agent, 4*time.Hour) })
	r.after(5*time.Hour, func() { r.contest("x2", agent, "evd_new1") })
	r.after(6*time.Hour, func() { same = r.rule("r2", supervisor) })
	r.after(7*time.Hour, func() { r.rule("r3", secondSupervisor) })
	r.after(8*time.Hour, func() { r.hand("new2", dispute.EvidenceVideo, customer, 8*time.Hour) })
	r.after(9*time.Hour, func() { r.contest("x3", customer, "evd_new2") })
	r.after(10*time.Hour, func() { again = r.rule("r4", secondSupervisor, half) })
	r.after(11*time.Hour, func() { r.unpaid(); r.rule("r5", thirdSupervisor, half) })
	r.run(r.claimForDesk())
	require.Equal(t, dispute.CodeInvalid, stale.code, "no new facts")
	require.Equal(t, dispute.CodeSameAuthor, same.code)
	require.Equal(t, dispute.CodeSameAuthor, again.code)
	c := r.last()
	require.Len(t, c.Appeals, 2)
	require.Equal(t, []dispute.Party{dispute.PartyMerchant, dispute.PartyCustomer}, []dispute.Party{c.Appeals[0].Side, c.Appeals[1].Side})
	require.Equal(t, dispute.DecisionContested, c.Decisions[0].State)
	require.Equal(t, []string{refundKey}, r.paid(), "the last ruling is carried out at once: the merchant has had its appeal")
	r.ended(dispute.OutcomeResolved)
}

// A case is handed over with a word, and taken off; whoever gets it or is named is told.
func TestHandOverAndMentions(t *testing.T) {
	t.Parallel()
	r := setup(t).bargain()
	var nobody, foreign *reply
	r.after(time.Hour, func() {
		r.send(dispute.UpdateAssign, "a1", dispute.AssignCommand{Command: cmd("a1", agent), Assignee: "agent-2", Team: "returns", NoteID: "note_1"})
	})
	r.after(2*time.Hour, func() {
		r.send(dispute.UpdateNote, "n1", dispute.NoteCommand{Command: cmd("n1", agent), NoteID: "note_2", Evidence: []string{"evd_mine"}, Mentions: []string{"agent-3"}})
		foreign = r.send(dispute.UpdateNote, "n2", dispute.NoteCommand{Command: cmd("n2", agent), NoteID: "note_3", Evidence: []string{"evd_other"}})
	})
	r.after(90*time.Minute, func() { r.hand("mine", dispute.EvidenceReport, agent, 90*time.Minute) })
	r.after(3*time.Hour, func() {
		r.send(dispute.UpdateAssign, "a2", dispute.AssignCommand{Command: cmd("a2", supervisor), Off: true})
	})
	r.after(4*time.Hour, func() {
		nobody = r.send(dispute.UpdateAssign, "a3", dispute.AssignCommand{Command: cmd("a3", supervisor), Off: true})
	})
	r.after(5*time.Hour, func() { r.withdraw("w1") })
	r.run(r.claimForDesk())
	require.Equal(t, dispute.CodeInvalid, foreign.code)
	require.Equal(t, dispute.CodeNotAllowedNow, nobody.code)
	require.Equal(t, 1, count(r.told(dispute.RoleAgent), "task assigned"))
	require.Equal(t, 1, count(r.told(dispute.RoleAgent), "task mentioned"))
	require.Empty(t, r.last().Assignee)
	require.Equal(t, "returns", r.last().Team)
}

// A clock that the rules cannot work out is a plain one: somebody is awaited, and a
// supervisor is told why.
func TestAClockThatCannotBeWorkedOut(t *testing.T) {
	t.Parallel()
	r := setup(t).bargain()
	r.after(30*time.Minute, func() {
		book, err := r.library.Book("bargain@1")
		require.NoError(t, err)
		delete(book.Policy().Clocks, dispute.ClockCustomerResponse) // as no checked policy is
	})
	r.after(time.Hour, func() { r.offer("o1", "o1", agent, half) })
	r.run(r.claimForDesk())
	r.ranOut(dispute.ClockCustomerResponse, 25*time.Hour)
	require.Contains(t, r.told(dispute.RoleSupervisor), "task "+dispute.CodeClockUnworkable+string(dispute.ClockCustomerResponse))
	require.Equal(t, dispute.OfferLapsed, r.last().Offers[0].State)
	r.unpaid()
	r.ended(dispute.OutcomeRejected)
}
