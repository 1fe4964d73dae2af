package workflows

import (
	"github.com/redresshq/redress/dispute"
)

// Where a negotiation fails, somebody who wrote none of the offers proposes to both
// sides before anybody rules. What fails goes to a supervisor.

// mediateCommand asks for a mediator, or is the mediator's proposal.
func (r *caseRun) mediateCommand(c dispute.MediateCommand) error {
	if err := dispute.CheckNotes(c.NoteID); err != nil {
		return err
	}
	if len(c.Remedies) == 0 {
		r.askMediator(c.Actor, dispute.MediationAskedFor, c.NoteID)
		return nil
	}
	if err := dispute.CheckShares(c.Liability); err != nil {
		return err
	}
	a, err := r.authorize(c.Actor, c.Liability, c.Remedies)
	if err != nil {
		return err
	}
	o := dispute.Offer{ID: c.OfferID, Author: c.Actor, Liability: c.Liability, Remedies: a.Remedies, NoteID: c.NoteID,
		Consent: &dispute.Consent{}, MadeAt: r.now(), State: dispute.OfferOpen}
	m := r.Case.OpenMediation()
	m.State, m.Mediator, m.OfferID = dispute.MediationProposed, &c.Actor, o.ID
	r.meetClock(dispute.ClockSupervisorDecision, "")
	if a.NeedsApproval {
		o.State = dispute.OfferPendingApproval
		o.ApprovalID = r.askApproval(o.ID, c.Actor, a)
	}
	r.Case.Offers = append(r.Case.Offers, o)
	r.Case.Explanation = nil
	if !a.NeedsApproval {
		r.presentOffer(&r.Case.Offers[len(r.Case.Offers)-1])
	}
	return nil
}

// askMediator awaits a mediator on the supervisor's clock: nobody else is awaited, and
// what lay open is withdrawn.
func (r *caseRun) askMediator(by dispute.Actor, why, noteID string) {
	r.withdrawProposals()
	r.meetClocks(dispute.ClockAgentDecision, dispute.ClockCustomerResponse, dispute.ClockEscalationWindow)
	r.Case.Mediations = append(r.Case.Mediations, dispute.Mediation{
		State: dispute.MediationAsked, Why: why, AskedBy: by, AskedAt: r.now(), NoteID: noteID,
	})
	r.log(dispute.EventMediationAsked, by, why, kv{"text_id": noteID})
	r.askSupervisor(dispute.TaskMediate)
}

// askMerchant awaits the desk's word on a proposal beside the customer's.
func (r *caseRun) askMerchant(o *dispute.Offer) {
	k := r.startNow(dispute.ClockRequest{Name: dispute.ClockAgentDecision})
	r.notify(dispute.NoticeTask, dispute.RoleAgent, kv{"what": dispute.TaskAnswerProposal, "offer_id": o.ID, "remedies": o.Remedies, "due_at": k.DueAt})
}

// consentCommand is one side's answer to the proposal. Both accept, or it has failed.
func (r *caseRun) consentCommand(o *dispute.Offer, c dispute.RespondCommand) error {
	if c.Action != dispute.ResponseAccept && c.Action != dispute.ResponseDecline {
		return dispute.Errorf(dispute.CodeNotAllowedNow, "a mediator's proposal is accepted or declined")
	}
	side, now := dispute.SideOf(c.Actor), r.now()
	agrees := *o.Consent
	agrees.Give(side, dispute.Answer{Action: c.Action, By: c.Actor, At: now})
	var plan dispute.LegPlan
	if agrees.Agreed() {
		if plan = r.plan(o.Remedies); plan.Refused != nil {
			return plan.Refused
		}
	}
	*o.Consent = agrees
	r.log(dispute.EventOfferAnswered, c.Actor, string(c.Action), kv{"offer_id": o.ID, "party": side})
	if side == dispute.PartyCustomer {
		r.meetClock(dispute.ClockCustomerResponse, "")
	} else {
		r.meetClock(dispute.ClockAgentDecision, "")
	}
	switch {
	case agrees.Agreed():
		o.State, o.AnsweredAt = dispute.OfferAccepted, &now
		r.endMediation(dispute.MediationAgreed, "")
		r.execute(o.Remedies, plan, c.Actor)
	case c.Action == dispute.ResponseDecline:
		o.State, o.AnsweredAt = dispute.OfferDeclined, &now
		why := dispute.FailedByCustomer
		if side == dispute.PartyMerchant {
			why = dispute.FailedByMerchant
		}
		r.mediationFailed(why)
	}
	return nil
}

// mediationFailed takes the case to a supervisor who rules.
func (r *caseRun) mediationFailed(why string) {
	r.endMediation(dispute.MediationFailed, why)
	r.escalate(dispute.System, dispute.ProblemMediationFailed)
}

// endMediation closes the book on a mediation under way, if there is one.
func (r *caseRun) endMediation(state dispute.MediationState, why string) {
	m := r.Case.OpenMediation()
	if m == nil {
		return
	}
	now := r.now()
	m.State, m.EndedAt, m.Failed = state, &now, why
	reason := string(state)
	if why != "" {
		reason = why
	}
	r.log(dispute.EventMediationEnded, dispute.System, reason, kv{"offer_id": m.OfferID, "state": state})
}

// proposalRefused awaits another proposal: the approval of this one was refused.
func (r *caseRun) proposalRefused() {
	if m := r.Case.OpenMediation(); m != nil {
		m.State, m.Mediator, m.OfferID = dispute.MediationAsked, nil, ""
		r.askSupervisor(dispute.TaskMediate)
	}
}
