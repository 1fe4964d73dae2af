package workflows

import (
	"fmt"

	"github.com/redresshq/redress/dispute"
)

// makeOffer puts an offer before the customer; the one before it is replaced.
func (r *caseRun) makeOffer(o dispute.Offer) {
	now := r.now()
	if o.ID == "" {
		o.ID = fmt.Sprintf("offer_%d", len(r.Case.Offers)+1)
	}
	o.MadeAt, o.State = now, dispute.OfferOpen
	r.revises(&o)
	r.withdrawProposals()
	r.Case.Offers = append(r.Case.Offers, o)
	r.Case.Explanation = nil
	r.presentOffer(&r.Case.Offers[len(r.Case.Offers)-1])
}

// presentOffer starts the customer's clock on an offer that may be answered now.
func (r *caseRun) presentOffer(o *dispute.Offer) {
	if !r.moveTo(dispute.StageNegotiation) {
		return
	}
	now := r.now()
	o.PresentedAt = &now
	if len(o.Liability) > 0 && o.Author != dispute.System {
		r.Case.Liability = o.Liability
		r.log(dispute.EventLiability, o.Author, "", kv{"liability": o.Liability})
	}
	r.Engine.Offered = true
	r.meetClocks(dispute.ClockFirstResponse, dispute.ClockAgentDecision, dispute.ClockSupervisorDecision, dispute.ClockEscalationWindow)
	r.repliedBy(o.Author)
	k := r.Case.Counting(dispute.ClockCustomerResponse, "")
	if k == nil {
		started := r.startNow(dispute.ClockRequest{Name: dispute.ClockCustomerResponse})
		k = &started
	}
	due := k.DueAt
	data := kv{"offer_id": o.ID, "remedies": o.Remedies, "answer_by": due}
	if o.Replaces != "" {
		data["replaces"], data["changes"] = o.Replaces, o.Changes
	}
	if o.Consent != nil {
		data["mediated"] = true
	}
	r.log(dispute.EventOfferMade, o.Author, o.Rule, data)
	r.notify(dispute.NoticeOffer, dispute.RoleCustomer, data)
	if o.Consent != nil {
		r.askMerchant(o)
	}
}

// revises says of a new offer which open one it takes the place of, and what is otherwise in it.
func (r *caseRun) revises(o *dispute.Offer) {
	if was := r.Case.OpenOffer(); was != nil && r.Case.Negotiation != nil {
		o.Replaces, o.Changes = was.ID, dispute.ChangesOf(was.Remedies, o.Remedies)
	}
}

// withdrawProposals takes back what nobody has answered yet: the open offer, and
// offers and decisions that wait for an approval, with their approvals. The case
// has gone on without them. It says whether there was anything.
func (r *caseRun) withdrawProposals() bool {
	withdrawn := r.Case.OpenMediation() != nil
	r.endMediation(dispute.MediationFailed, dispute.FailedOvertaken)
	for i := range r.Case.Offers {
		if o := &r.Case.Offers[i]; o.State == dispute.OfferOpen || o.State == dispute.OfferPendingApproval {
			o.State, withdrawn = dispute.OfferReplaced, true
			r.meetClock(dispute.ClockCustomerResponse, "")
			r.dropApproval(o.ApprovalID)
		}
	}
	for i := range r.Case.Decisions {
		if d := &r.Case.Decisions[i]; d.State == dispute.DecisionPendingApproval {
			d.State, withdrawn = dispute.DecisionRefused, true
			r.dropApproval(d.ApprovalID)
		}
	}
	return withdrawn
}

// offerCommand is an agent's or supervisor's proposal.
func (r *caseRun) offerCommand(c dispute.OfferCommand) error {
	if err := dispute.CheckShares(c.Liability); err != nil {
		return err
	}
	if err := dispute.CheckNotes(c.NoteID); err != nil {
		return err
	}
	if err := dispute.CheckRounds(&r.Case); err != nil {
		return err
	}
	a, err := r.authorize(c.Actor, c.Liability, c.Remedies)
	if err != nil {
		return err
	}
	o := dispute.Offer{ID: c.OfferID, Author: c.Actor, Liability: c.Liability, Remedies: a.Remedies, NoteID: c.NoteID}
	if !a.NeedsApproval {
		r.makeOffer(o)
		return nil
	}
	r.revises(&o)
	r.withdrawProposals()
	o.MadeAt, o.State = r.now(), dispute.OfferPendingApproval
	o.ApprovalID = r.askApproval(o.ID, c.Actor, a)
	r.Case.Offers = append(r.Case.Offers, o)
	return nil
}

// respondCommand is the customer's answer to the open offer.
func (r *caseRun) respondCommand(c dispute.RespondCommand) error {
	o := r.Case.OpenOffer()
	if o == nil || o.ID != c.OfferID {
		return dispute.Errorf(dispute.CodeNotAllowedNow, "offer %q is not open", c.OfferID)
	}
	if o.Consent != nil {
		return r.consentCommand(o, c)
	}
	if c.Action == dispute.ResponseCounter {
		if err := dispute.CheckRoundsLeft(&r.Case); err != nil {
			return err
		}
		if err := dispute.CheckCounter(&r.Case, c.Counter); err != nil {
			return err
		}
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
		if r.Case.MediatesFirst() {
			r.askMediator(c.Actor, dispute.MediationDeclined, "")
			return nil
		}
		r.start(dispute.ClockEscalationWindow, "")
		return nil
	}
	if c.Action != dispute.ResponseCounter {
		return dispute.Invalid("action is accept, decline or counter", dispute.Field{Pointer: "/action", Detail: "unknown action"})
	}
	o.Counter = c.Counter
	r.answerOffer(o, dispute.OfferCountered, c)
	r.askAgent(&dispute.Explanation{Code: dispute.ProblemCountered}, "")
	return nil
}

func (r *caseRun) answerOffer(o *dispute.Offer, state dispute.OfferState, c dispute.RespondCommand) {
	now := r.now()
	o.State, o.AnsweredAt = state, &now
	r.meetClock(dispute.ClockCustomerResponse, "")
	data := kv{"offer_id": o.ID}
	if c.Counter != nil {
		data["remedies"] = c.Counter.Remedies
	}
	r.log(dispute.EventOfferAnswered, c.Actor, string(c.Action), data)
}
