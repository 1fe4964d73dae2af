package workflows

import (
	"fmt"
	"slices"

	"github.com/redresshq/redress/dispute"
)

// decideCommand is a binding decision of an agent within limits, or of a supervisor.
func (r *caseRun) decideCommand(c dispute.DecideCommand) error {
	if err := dispute.CheckShares(c.Liability); err != nil {
		return err
	}
	if err := dispute.CheckNotes(c.NoteID); err != nil {
		return err
	}
	if err := dispute.CheckCites(&r.Case, c.Cites, nil); err != nil {
		return err
	}
	d := dispute.Decision{ID: c.DecisionID, Author: c.Actor, Liability: c.Liability, Reject: c.Reject, NoteID: c.NoteID, Cites: c.Cites}
	if c.Reject != nil {
		if err := dispute.CheckNotes(c.Reject.NoteID); err != nil {
			return err
		}
		r.reject(d)
		return nil
	}
	a, err := r.authorize(c.Actor, c.Liability, c.Remedies)
	if err != nil {
		return err
	}
	d.Remedies = a.Remedies
	if a.NeedsApproval {
		r.withdrawProposals()
		d.MadeAt, d.State = r.now(), dispute.DecisionPendingApproval
		d.ApprovalID = r.askApproval(d.ID, c.Actor, a)
		r.Case.Decisions = append(r.Case.Decisions, d)
		return nil
	}
	plan := r.plan(d.Remedies)
	if plan.Refused != nil {
		return plan.Refused
	}
	r.decidePlanned(d, plan)
	return nil
}

// decide carries out a decision that the rules made.
func (r *caseRun) decide(d dispute.Decision) {
	plan := r.plan(d.Remedies)
	if plan.Refused != nil {
		r.askAgent(&dispute.Explanation{Code: string(plan.Refused.Code), Rule: d.Rule}, d.Rule)
		return
	}
	r.decidePlanned(d, plan)
}

func (r *caseRun) decidePlanned(d dispute.Decision, plan dispute.LegPlan) {
	if d.ID == "" {
		d.ID = fmt.Sprintf("decision_%d", len(r.Case.Decisions)+1)
	}
	d.MadeAt, d.State = r.now(), dispute.DecisionInForce
	r.withdrawProposals()
	r.Case.Decisions = append(r.Case.Decisions, d)
	if r.openToMerchant(&r.Case.Decisions[len(r.Case.Decisions)-1]) {
		return
	}
	r.announceDecision(d)
	r.execute(d.Remedies, plan, d.Author)
}

// enforce puts an approved decision into force.
func (r *caseRun) enforce(d *dispute.Decision) error {
	plan := r.plan(d.Remedies)
	if plan.Refused != nil {
		d.State = dispute.DecisionRefused
		r.backToDesk(string(plan.Refused.Code))
		return nil
	}
	if r.openToMerchant(d) {
		return nil
	}
	d.State = dispute.DecisionInForce
	r.announceDecision(*d)
	r.execute(d.Remedies, plan, d.Author)
	return nil
}

func (r *caseRun) announceDecision(d dispute.Decision) {
	if len(d.Liability) > 0 {
		r.Case.Liability = d.Liability
	}
	r.Engine.Offered = true
	r.repliedBy(d.Author)
	data := cited(kv{"decision_id": d.ID, "remedies": d.Remedies}, d)
	r.log(dispute.EventDecided, d.Author, d.Rule, data)
	r.notify(dispute.NoticeDecision, dispute.RoleCustomer, data)
}

// cited adds the rules that a decision stands on, where it names any.
func cited(data kv, d dispute.Decision) kv {
	if len(d.Cites) > 0 {
		data["cites"] = d.Cites
	}
	return data
}

// reject refuses the claim. An agent's refusal can be taken to a supervisor; a
// supervisor's is final, unless the policy lets it be contested.
func (r *caseRun) reject(d dispute.Decision) {
	d.MadeAt, d.State = r.now(), dispute.DecisionInForce
	legs := r.onTheirWay()
	r.withdrawProposals()
	r.dropProof()
	r.Case.Decisions = append(r.Case.Decisions, d)
	r.Case.Explanation = &dispute.Explanation{Code: d.Reject.Code}
	r.Engine.Offered = true
	r.meetClocks(dispute.ClockFirstResponse, dispute.ClockAgentDecision, dispute.ClockCustomerResponse,
		dispute.ClockSupervisorDecision, dispute.ClockEscalationWindow, dispute.ClockResolution)
	r.repliedBy(d.Author)
	data := cited(kv{"decision_id": d.ID, "code": d.Reject.Code}, d)
	final := d.Author.Role == dispute.RoleSupervisor || d.Author.Role == dispute.RoleAdmin
	if final && len(legs) > 0 {
		r.refuseExtra(d.Author, data, legs)
		return
	}
	r.log(dispute.EventRejected, d.Author, d.Reject.Code, data)
	if final && r.openToAppeal(data) {
		return
	}
	if final {
		r.notify(dispute.NoticeDecision, dispute.RoleCustomer, data)
		r.end(dispute.OutcomeRejected)
		return
	}
	data["escalate_by"] = r.startNow(dispute.ClockRequest{Name: dispute.ClockEscalationWindow}).DueAt
	r.notify(dispute.NoticeDecision, dispute.RoleCustomer, data)
}

// refuseExtra closes the book on what was negotiated while legs granted earlier are
// on their way, and takes the case back to them. A return that nobody found, and
// that was negotiated about, is given up.
func (r *caseRun) refuseExtra(by dispute.Actor, data kv, legs []string) {
	data["going_on"] = legs
	r.log(dispute.EventRejected, by, dispute.WhyExtraRefused, data)
	r.notify(dispute.NoticeDecision, dispute.RoleCustomer, data)
	r.settleProblems()
	r.returnHeld(by, dispute.WhyExtraRefused)
	for i := range r.Case.Legs {
		if l := &r.Case.Legs[i]; l.Return != nil && l.CanBecome(dispute.ReturnCancelled) && !slices.Contains(legs, l.ID) {
			r.meetLegClocks(l.ID)
			r.setLeg(l, dispute.ReturnCancelled, by, dispute.WhyExtraRefused)
			r.cancelAfter(l.ID, dispute.WhyExtraRefused)
		}
	}
	r.toExecution()
}
