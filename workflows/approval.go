package workflows

import (
	"fmt"

	"github.com/redresshq/redress/dispute"
)

// askApproval asks a supervisor's leave; nobody approves what they wrote.
func (r *caseRun) askApproval(subject string, author dispute.Actor, a dispute.Authority) string {
	id := fmt.Sprintf("approval_%d", len(r.Case.Approvals)+1)
	r.Case.Approvals = append(r.Case.Approvals, dispute.Approval{
		ID: id, For: subject, Author: author, Amount: a.Total, State: dispute.ApprovalPending, AskedAt: r.now(),
	})
	r.meetClocks(dispute.ClockAgentDecision, dispute.ClockCustomerResponse, dispute.ClockEscalationWindow)
	r.askSupervisor("approve")
	r.log(dispute.EventApprovalAsked, author, a.Rule, kv{"approval_id": id, "for": subject, "amount": a.Total})
	return id
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
		return r.approvalAnswered(a.For, c.Actor, c.Approve)
	}
	return dispute.Errorf(dispute.CodeNotFound, "no approval %q in this case", c.ApprovalID)
}

// approvalAnswered lets follow what the answer means. What was approved must still
// be the approver's to grant: the case may have given more since it was asked.
func (r *caseRun) approvalAnswered(subject string, by dispute.Actor, approved bool) error {
	offer, decision := r.Case.Offer(subject), r.Case.Decision(subject)
	switch {
	case offer != nil && approved:
		if why := r.ungrantable(by, offer.Remedies); why != "" {
			offer.State = dispute.OfferRefused
			r.backToDesk(why)
			return nil
		}
		offer.State = dispute.OfferOpen
		r.presentOffer(offer)
	case offer != nil:
		offer.State = dispute.OfferRefused
		r.backToDesk("approval_refused")
	case decision != nil && approved:
		if why := r.ungrantable(by, decision.Remedies); why != "" {
			decision.State = dispute.DecisionRefused
			r.backToDesk(why)
			return nil
		}
		return r.enforce(decision)
	case decision != nil:
		decision.State = dispute.DecisionRefused
		r.backToDesk("approval_refused")
	}
	return nil
}

// ungrantable is the code that keeps an approver from granting remedies now, or "".
func (r *caseRun) ungrantable(by dispute.Actor, remedies []dispute.Remedy) string {
	_, err := r.authorize(by, nil, remedies)
	return string(dispute.CodeOf(err))
}
