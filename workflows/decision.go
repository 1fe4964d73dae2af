package workflows

import (
	"fmt"

	"go.temporal.io/sdk/workflow"

	"github.com/redresshq/redress/dispute"
)

// decideCommand is a binding decision of an agent within limits, or of a supervisor.
func (r *caseRun) decideCommand(c dispute.DecideCommand) error {
	if err := dispute.CheckShares(c.Liability); err != nil {
		return err
	}
	d := dispute.Decision{ID: c.DecisionID, Author: c.Actor, Liability: c.Liability, Reject: c.Reject, NoteID: c.NoteID}
	if c.Reject != nil {
		r.reject(d)
		return nil
	}
	a, err := r.authorize(c.Actor, c.Remedies)
	if err != nil {
		return err
	}
	d.Remedies = a.Remedies
	if a.NeedsApproval {
		r.replaceOpenOffer()
		d.MadeAt, d.State = workflow.Now(r.sure).UTC(), dispute.DecisionPendingApproval
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
	d.MadeAt, d.State = workflow.Now(r.sure).UTC(), dispute.DecisionInForce
	r.replaceOpenOffer()
	r.Case.Decisions = append(r.Case.Decisions, d)
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
	r.log(dispute.EventDecided, d.Author, d.Rule, kv{"decision_id": d.ID, "remedies": d.Remedies})
	r.notify(dispute.NoticeDecision, dispute.RoleCustomer, kv{"decision_id": d.ID, "remedies": d.Remedies})
}

// reject refuses the claim. An agent's refusal can be taken to a supervisor;
// a supervisor's is final.
func (r *caseRun) reject(d dispute.Decision) {
	d.MadeAt, d.State = workflow.Now(r.sure).UTC(), dispute.DecisionInForce
	r.replaceOpenOffer()
	r.Case.Decisions = append(r.Case.Decisions, d)
	r.Case.Explanation = &dispute.Explanation{Code: d.Reject.Code}
	r.Engine.Offered = true
	r.meetClocks(dispute.ClockFirstResponse, dispute.ClockAgentDecision, dispute.ClockCustomerResponse,
		dispute.ClockSupervisorDecision, dispute.ClockEscalationWindow, dispute.ClockResolution)
	data := kv{"decision_id": d.ID, "code": d.Reject.Code}
	r.log(dispute.EventRejected, d.Author, d.Reject.Code, data)
	if d.Author.Role == dispute.RoleSupervisor || d.Author.Role == dispute.RoleAdmin {
		r.notify(dispute.NoticeDecision, dispute.RoleCustomer, data)
		r.end(dispute.OutcomeRejected)
		return
	}
	data["escalate_by"] = r.startNow(dispute.ClockRequest{Name: dispute.ClockEscalationWindow}).DueAt
	r.notify(dispute.NoticeDecision, dispute.RoleCustomer, data)
}
