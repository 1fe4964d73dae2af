package workflows

import (
	"fmt"

	"github.com/redresshq/redress/dispute"
)

// askApproval asks the leave of whoever has to give it, a supervisor where the policy
// says nothing; nobody approves what they wrote.
func (r *caseRun) askApproval(subject string, author dispute.Actor, a dispute.Authority) string {
	p := dispute.Approval{For: subject, Author: author, Amount: a.Total}
	if len(a.Approvers) > 0 {
		p.Role, p.Then, p.Step = a.Approvers[0], a.Approvers[1:], 1
	}
	r.meetClocks(dispute.ClockAgentDecision, dispute.ClockCustomerResponse, dispute.ClockEscalationWindow)
	return r.askStep(p, a.Rule)
}

// askStep asks for one approval, on the supervisor's clock.
func (r *caseRun) askStep(p dispute.Approval, rule string) string {
	p.ID, p.State, p.AskedAt = fmt.Sprintf("approval_%d", len(r.Case.Approvals)+1), dispute.ApprovalPending, r.now()
	r.Case.Approvals = append(r.Case.Approvals, p)
	data := kv{"approval_id": p.ID, "for": p.For, "amount": p.Amount}
	if p.Step > 0 {
		data["step"], data["role"] = p.Step, p.Role
	}
	if p.Role == dispute.RoleFinance {
		k := r.startNow(dispute.ClockRequest{Name: dispute.ClockSupervisorDecision})
		r.notify(dispute.NoticeTask, dispute.RoleFinance, kv{"what": dispute.TaskApprove, "approval_id": p.ID, "amount": p.Amount, "due_at": k.DueAt})
	} else {
		r.askSupervisor(dispute.TaskApprove)
	}
	r.log(dispute.EventApprovalAsked, p.Author, rule, data)
	return p.ID
}

// dropApproval withdraws a request for approval whose subject is gone.
func (r *caseRun) dropApproval(id string) {
	for i := range r.Case.Approvals {
		if a := &r.Case.Approvals[i]; a.ID == id && a.State == dispute.ApprovalPending {
			a.State = dispute.ApprovalRefused
			r.meetClock(dispute.ClockSupervisorDecision, "")
			r.log(dispute.EventApprovalAnswered, dispute.System, dispute.WhyReplaced, kv{"approval_id": a.ID})
		}
	}
}

// approveCommand answers an approval.
func (r *caseRun) approveCommand(c dispute.ApproveCommand) error {
	for i := range r.Case.Approvals {
		a := &r.Case.Approvals[i]
		if a.ID != c.ApprovalID {
			continue
		}
		now := r.now()
		a.State, a.By, a.NoteID, a.AnswerAt = dispute.ApprovalRefused, &c.Actor, c.NoteID, &now
		if c.Approve {
			a.State = dispute.ApprovalApproved
		}
		r.log(dispute.EventApprovalAnswered, c.Actor, a.State, kv{"approval_id": a.ID, "for": a.For})
		r.meetClock(dispute.ClockSupervisorDecision, "")
		if c.Approve && len(a.Then) > 0 {
			r.nextStep(*a)
			return nil
		}
		return r.approvalAnswered(a.For, asGrantor(c.Actor), c.Approve)
	}
	return dispute.Errorf(dispute.CodeNotFound, "no approval %q in this case", c.ApprovalID)
}

// asGrantor is an approver as the rules weigh them: whoever a chain names last agrees
// with the powers of a supervisor.
func asGrantor(by dispute.Actor) dispute.Actor {
	if by.Role == dispute.RoleFinance {
		by.Role = dispute.RoleSupervisor
	}
	return by
}

// nextStep asks the next person of a chain.
func (r *caseRun) nextStep(done dispute.Approval) {
	id := r.askStep(dispute.Approval{For: done.For, Author: done.Author, Amount: done.Amount,
		Role: done.Then[0], Then: done.Then[1:], Step: done.Step + 1}, "")
	if o := r.Case.Offer(done.For); o != nil {
		o.ApprovalID = id
	}
	if d := r.Case.Decision(done.For); d != nil {
		d.ApprovalID = id
	}
}

// approvalAnswered lets follow what the answer means. What was approved must still
// be the approver's to grant: the case may have given more since it was asked.
func (r *caseRun) approvalAnswered(subject string, by dispute.Actor, approved bool) error {
	offer, decision := r.Case.Offer(subject), r.Case.Decision(subject)
	switch {
	case offer != nil && approved:
		if why := r.ungrantable(by, offer.Remedies); why != "" {
			r.offerRefused(offer, why)
			return nil
		}
		offer.State = dispute.OfferOpen
		r.presentOffer(offer)
	case offer != nil:
		r.offerRefused(offer, dispute.ProblemApprovalRefused)
	case decision != nil && approved:
		if why := r.ungrantable(by, decision.Remedies); why != "" {
			decision.State = dispute.DecisionRefused
			r.backToDesk(why)
			return nil
		}
		return r.enforce(decision)
	case decision != nil:
		decision.State = dispute.DecisionRefused
		r.backToDesk(dispute.ProblemApprovalRefused)
	}
	return nil
}

// offerRefused gives an offer back to whoever wrote it.
func (r *caseRun) offerRefused(o *dispute.Offer, why string) {
	o.State = dispute.OfferRefused
	if o.Consent != nil {
		r.proposalRefused()
		return
	}
	r.backToDesk(why)
}

// ungrantable is the code that keeps an approver from granting remedies now, or "".
func (r *caseRun) ungrantable(by dispute.Actor, remedies []dispute.Remedy) string {
	_, err := r.authorize(by, nil, remedies)
	return string(dispute.CodeOf(err))
}
