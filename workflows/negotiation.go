package workflows

import (
	"fmt"

	"go.temporal.io/sdk/workflow"

	"github.com/redresshq/redress/activities"
	"github.com/redresshq/redress/dispute"
)

// askAgent hands the case to the desk: an agent offers or decides, on a clock.
func (r *caseRun) askAgent(why *dispute.Explanation, rule string) {
	if r.Case.Stage != dispute.StageAdjudication {
		r.moveTo(dispute.StageNegotiation)
	}
	r.Case.Explanation = why
	code := rule
	if why != nil {
		code = why.Code
	}
	r.log(dispute.EventPersonNeeded, dispute.System, code, nil)
	if r.Case.Stage == dispute.StageAdjudication {
		return // a supervisor has it already, with a clock of theirs
	}
	k := r.Case.Running(dispute.ClockAgentDecision, "")
	if k == nil {
		started := r.startNow(dispute.ClockRequest{Name: dispute.ClockAgentDecision})
		k = &started
	}
	r.notify(dispute.NoticeTask, dispute.RoleAgent, kv{"what": "decide", "why": code, "due_at": k.DueAt})
}

// makeOffer puts an offer before the customer; the one before it is replaced.
func (r *caseRun) makeOffer(o dispute.Offer) {
	now := workflow.Now(r.sure).UTC()
	if o.ID == "" {
		o.ID = fmt.Sprintf("offer_%d", len(r.Case.Offers)+1)
	}
	o.MadeAt, o.State = now, dispute.OfferOpen
	r.replaceOpenOffer()
	r.Case.Offers = append(r.Case.Offers, o)
	r.Case.Explanation = nil
	r.presentOffer(o)
}

// presentOffer starts the customer's clock on an offer that may be answered now.
func (r *caseRun) presentOffer(o dispute.Offer) {
	r.moveTo(dispute.StageNegotiation)
	r.Engine.Offered = true
	r.meetClocks(dispute.ClockFirstResponse, dispute.ClockAgentDecision, dispute.ClockSupervisorDecision, dispute.ClockEscalationWindow)
	k := r.Case.Running(dispute.ClockCustomerResponse, "")
	if k == nil {
		started := r.startNow(dispute.ClockRequest{Name: dispute.ClockCustomerResponse})
		k = &started
	}
	due := k.DueAt
	r.log(dispute.EventOfferMade, o.Author, o.Rule, kv{"offer_id": o.ID, "remedies": o.Remedies, "answer_by": due})
	r.notify(dispute.NoticeOffer, dispute.RoleCustomer, kv{"offer_id": o.ID, "remedies": o.Remedies, "answer_by": due})
}

func (r *caseRun) replaceOpenOffer() {
	for i := range r.Case.Offers {
		if o := &r.Case.Offers[i]; o.State == dispute.OfferOpen || o.State == dispute.OfferPendingApproval {
			o.State = dispute.OfferReplaced
			r.meetClock(dispute.ClockCustomerResponse, "")
			r.dropApproval(o.ApprovalID)
		}
	}
}

// dropApproval withdraws a request for approval whose subject is gone.
func (r *caseRun) dropApproval(id string) {
	for i := range r.Case.Approvals {
		if a := &r.Case.Approvals[i]; a.ID == id && a.State == dispute.ApprovalPending {
			a.State = dispute.ApprovalRefused
			r.meetClock(dispute.ClockSupervisorDecision, "")
			r.log(dispute.EventApprovalAnswered, dispute.System, "replaced", kv{"approval_id": a.ID})
		}
	}
}

// authorize prices remedies and asks whether their author may grant them.
func (r *caseRun) authorize(by dispute.Actor, remedies []dispute.Remedy) (dispute.Authority, error) {
	a := ruling[dispute.Authority](r.sure, activities.NameAuthorize, &r.Case, by, remedies)
	if a.Refused != nil {
		return a, a.Refused
	}
	return a, nil
}

// offerCommand is an agent's or supervisor's proposal.
func (r *caseRun) offerCommand(c dispute.OfferCommand) error {
	if err := dispute.CheckShares(c.Liability); err != nil {
		return err
	}
	a, err := r.authorize(c.Actor, c.Remedies)
	if err != nil {
		return err
	}
	o := dispute.Offer{ID: c.OfferID, Author: c.Actor, Liability: c.Liability, Remedies: a.Remedies, NoteID: c.NoteID}
	if len(c.Liability) > 0 {
		r.Case.Liability = c.Liability
		r.log(dispute.EventLiability, c.Actor, "", kv{"liability": c.Liability})
	}
	if !a.NeedsApproval {
		r.makeOffer(o)
		return nil
	}
	r.replaceOpenOffer()
	o.MadeAt, o.State = workflow.Now(r.sure).UTC(), dispute.OfferPendingApproval
	o.ApprovalID = r.askApproval(o.ID, c.Actor, a)
	r.Case.Offers = append(r.Case.Offers, o)
	return nil
}

// askApproval asks a supervisor's leave; nobody approves what they wrote.
func (r *caseRun) askApproval(subject string, author dispute.Actor, a dispute.Authority) string {
	id := fmt.Sprintf("approval_%d", len(r.Case.Approvals)+1)
	r.Case.Approvals = append(r.Case.Approvals, dispute.Approval{
		ID: id, For: subject, Author: author, Amount: a.Total, State: dispute.ApprovalPending, AskedAt: workflow.Now(r.sure).UTC(),
	})
	r.meetClocks(dispute.ClockAgentDecision, dispute.ClockCustomerResponse, dispute.ClockEscalationWindow)
	r.askSupervisor("approve")
	r.log(dispute.EventApprovalAsked, author, a.Rule, kv{"approval_id": id, "for": subject, "amount": a.Total})
	return id
}

// approveCommand answers an approval.
func (r *caseRun) approveCommand(c dispute.ApproveCommand) error {
	for i := range r.Case.Approvals {
		a := &r.Case.Approvals[i]
		if a.ID != c.ApprovalID {
			continue
		}
		now := workflow.Now(r.sure).UTC()
		a.State, a.By, a.NoteID, a.AnswerAt = dispute.ApprovalRefused, &c.Actor, c.NoteID, &now
		if c.Approve {
			a.State = dispute.ApprovalApproved
		}
		r.log(dispute.EventApprovalAnswered, c.Actor, a.State, kv{"approval_id": a.ID, "for": a.For})
		r.meetClock(dispute.ClockSupervisorDecision, "")
		return r.approvalAnswered(a.For, c.Approve)
	}
	return dispute.Errorf(dispute.CodeNotFound, "no approval %q in this case", c.ApprovalID)
}

func (r *caseRun) approvalAnswered(subject string, approved bool) error {
	offer, decision := r.Case.Offer(subject), r.Case.Decision(subject)
	switch {
	case offer != nil && approved:
		offer.State = dispute.OfferOpen
		r.presentOffer(*offer)
	case offer != nil:
		offer.State = dispute.OfferRefused
		r.backToDesk("approval_refused")
	case decision != nil && approved:
		return r.enforce(decision)
	case decision != nil:
		decision.State = dispute.DecisionRefused
		r.backToDesk("approval_refused")
	}
	return nil
}

// backToDesk gives the case back to whoever decides: the agent, or in
// adjudication the supervisor.
func (r *caseRun) backToDesk(why string) {
	if r.Case.Stage == dispute.StageAdjudication {
		r.askSupervisor(why)
		return
	}
	r.askAgent(&dispute.Explanation{Code: why}, "")
}

// respondCommand is the customer's answer to the open offer.
func (r *caseRun) respondCommand(c dispute.RespondCommand) error {
	o := r.Case.OpenOffer()
	if o == nil || o.ID != c.OfferID {
		return dispute.Errorf(dispute.CodeNotAllowedNow, "offer %q is not open", c.OfferID)
	}
	if c.Action == dispute.ResponseCounter && (c.Counter == nil || len(c.Counter.Remedies) == 0) {
		return dispute.Invalid("a counter-offer says what is wanted instead", dispute.Field{Pointer: "/counter/remedies", Detail: "required"})
	}
	if c.Action == dispute.ResponseAccept {
		plan := r.plan(o.Remedies)
		if plan.Refused != nil {
			return plan.Refused
		}
		r.answerOffer(o, dispute.OfferAccepted, c)
		r.execute(o.Remedies, plan, c.Actor)
		return nil
	}
	if c.Action == dispute.ResponseDecline {
		r.answerOffer(o, dispute.OfferDeclined, c)
		r.start(dispute.ClockEscalationWindow, "")
		return nil
	}
	if c.Action != dispute.ResponseCounter {
		return dispute.Invalid("action is accept, decline or counter", dispute.Field{Pointer: "/action", Detail: "unknown action"})
	}
	o.Counter = c.Counter
	r.answerOffer(o, dispute.OfferCountered, c)
	r.askAgent(&dispute.Explanation{Code: "countered"}, "")
	return nil
}

func (r *caseRun) answerOffer(o *dispute.Offer, state dispute.OfferState, c dispute.RespondCommand) {
	now := workflow.Now(r.sure).UTC()
	o.State, o.AnsweredAt = state, &now
	r.meetClock(dispute.ClockCustomerResponse, "")
	r.log(dispute.EventOfferAnswered, c.Actor, string(c.Action), kv{"offer_id": o.ID})
}

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

// noteCommand records a message or note; a message to the customer is a first response.
func (r *caseRun) noteCommand(c dispute.NoteCommand) error {
	r.log(dispute.EventNote, c.Actor, "", kv{"text_id": c.NoteID, "customer": c.Customer})
	if c.Customer && c.Actor.Is(dispute.RoleAgent) {
		r.meetClock(dispute.ClockFirstResponse, "")
	}
	return nil
}

func (r *caseRun) assignCommand(c dispute.AssignCommand) error {
	r.Case.Assignee, r.Case.Team = c.Assignee, c.Team
	r.log(dispute.EventAssigned, c.Actor, "", kv{"assignee": c.Assignee, "team": c.Team})
	return nil
}
