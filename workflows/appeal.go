package workflows

import (
	"slices"

	"github.com/redresshq/redress/dispute"
)

// An appeal contests a supervisor's ruling on facts that came after it: the customer a
// rejection, the merchant, where the policy lets them, what was granted. Where the
// policy has no appeal_window, and for a side that has had its appeal, the ruling is
// final at once.

// foresees says whether the case's policy has the clock.
func (r *caseRun) foresees(name dispute.ClockName) bool {
	return slices.Contains(r.Engine.Foresees, name)
}

// openToAppeal lets the customer contest the rejection; it says whether they may.
func (r *caseRun) openToAppeal(data kv) bool {
	final := r.ruledOnAppeal()
	if r.Case.Negotiation != nil {
		final = r.Case.Appealed(dispute.PartyCustomer)
	}
	if final || !r.foresees(dispute.ClockAppealWindow) {
		return false
	}
	r.moveTo(dispute.StageAdjudication) // a supervisor may have ruled at the desk
	if !r.moveTo(dispute.StageAppeal) {
		return false
	}
	data["appeal_by"] = r.startNow(dispute.ClockRequest{Name: dispute.ClockAppealWindow}).DueAt
	r.notify(dispute.NoticeDecision, dispute.RoleCustomer, data)
	return true
}

// appealCommand takes an appeal in: another supervisor rules.
func (r *caseRun) appealCommand(c dispute.AppealCommand) error {
	if err := dispute.CheckNotes(c.NoteID); err != nil {
		return err
	}
	ruled := r.Case.Ruling()
	if ruled == nil {
		return dispute.Errorf(dispute.CodeNotAllowedNow, "there is no ruling to contest")
	}
	if err := dispute.CheckAppeal(&r.Case, ruled, c.Evidence); err != nil {
		return err
	}
	r.meetClock(dispute.ClockAppealWindow, "")
	appeal := dispute.Appeal{
		DecisionID: ruled.ID, Against: ruled.Author, By: c.Actor, At: r.now(), Evidence: c.Evidence, NoteID: c.NoteID,
	}
	if r.Case.Negotiation != nil {
		appeal.Side, appeal.Round = dispute.SideOf(c.Actor), r.Case.Reopened
	}
	if ruled.State == dispute.DecisionContestable {
		ruled.State = dispute.DecisionContested
	}
	r.Case.Appeals = append(r.Case.Appeals, appeal)
	r.log(dispute.EventAppealed, c.Actor, "", kv{"decision_id": ruled.ID, "evidence": c.Evidence, "text_id": c.NoteID})
	r.moveTo(dispute.StageAdjudication)
	r.askSupervisor(dispute.TaskAppeal)
	return nil
}

// ruledOnAppeal closes the book on an open appeal, and says whether there was one.
func (r *caseRun) ruledOnAppeal() bool {
	a := r.Case.OpenAppeal()
	if a == nil {
		return false
	}
	now := r.now()
	a.RuledAt = &now
	return true
}

// openToMerchant lets the merchant contest what a ruling grants before it is carried
// out; it says whether they may.
func (r *caseRun) openToMerchant(d *dispute.Decision) bool {
	n := r.Case.Negotiation
	if n == nil || !n.MerchantAppeal || r.Case.Stage != dispute.StageAdjudication || d.Author.Role == dispute.RoleSystem ||
		r.Case.Appealed(dispute.PartyMerchant) || !r.foresees(dispute.ClockAppealWindow) || !r.moveTo(dispute.StageAppeal) {
		return false
	}
	d.State = dispute.DecisionContestable
	r.ruledOnAppeal()
	r.Engine.Offered = true
	r.meetClocks(dispute.ClockFirstResponse, dispute.ClockAgentDecision, dispute.ClockCustomerResponse,
		dispute.ClockSupervisorDecision, dispute.ClockEscalationWindow)
	r.repliedBy(d.Author)
	r.dropProof()
	k := r.startNow(dispute.ClockRequest{Name: dispute.ClockAppealWindow, Owner: dispute.WaitingAgent})
	data := cited(kv{"decision_id": d.ID, "remedies": d.Remedies, "appeal_by": k.DueAt, "party": dispute.PartyMerchant}, *d)
	r.log(dispute.EventContestable, d.Author, "", data)
	r.notify(dispute.NoticeDecision, dispute.RoleCustomer, data)
	r.notify(dispute.NoticeTask, dispute.RoleAgent, kv{"what": dispute.TaskAppeal, "decision_id": d.ID, "due_at": k.DueAt})
	return true
}

// carryOut puts a granting ruling into force that the merchant did not contest. What
// cannot be carried out any more is ruled on anew.
func (r *caseRun) carryOut(d *dispute.Decision) {
	plan := r.plan(d.Remedies)
	if plan.Refused != nil {
		d.State = dispute.DecisionRefused
		r.moveTo(dispute.StageAdjudication)
		r.askSupervisor(string(plan.Refused.Code))
		return
	}
	d.State = dispute.DecisionInForce
	r.announceDecision(*d)
	r.execute(d.Remedies, plan, d.Author)
}

// notContested makes a ruling final that nobody contested in time.
func (r *caseRun) notContested() {
	data, ruled := kv{}, r.Case.Ruling()
	if ruled != nil {
		data["decision_id"] = ruled.ID
	}
	r.log(dispute.EventRulingFinal, dispute.System, dispute.WhyNotContested, data)
	if ruled != nil && ruled.State == dispute.DecisionContestable {
		r.carryOut(ruled)
		return
	}
	r.end(dispute.OutcomeRejected)
}
