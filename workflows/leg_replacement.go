package workflows

import (
	"time"

	"github.com/redresshq/redress/activities"
	"github.com/redresshq/redress/dispute"
)

// progressReplacement asks for the goods once their time has come; that the warehouse is
// asked stands in the record before it is.
func (r *caseRun) progressReplacement(leg *dispute.Leg) {
	rep := leg.Replacement
	if leg.State != dispute.ReplacementRequired || rep.RequestedAt != nil || !r.maySend(leg) {
		return
	}
	now := r.now()
	rep.RequestedAt = &now
	r.start(dispute.ClockReplacementDispatch, leg.ID)
	r.log(dispute.EventReplacementRequested, dispute.System, "", kv{"leg_id": leg.ID, "replacement_id": rep.ReplacementID, "items": rep.Items})
}

// maySend says whether what the goods wait for has come: the return accepted, or by the
// policy on its way.
func (r *caseRun) maySend(leg *dispute.Leg) bool {
	if r.toFree(leg.Replacement.Lines()) {
		return false // what was asked for before may leave yet
	}
	if leg.After == "" {
		return true
	}
	before := r.Case.Leg(leg.After)
	if before == nil {
		return false
	}
	if leg.Replacement.Ship == dispute.ShipAfterShipment {
		switch before.State {
		case dispute.ReturnInTransit, dispute.ReturnDelivered, dispute.ReturnReceived:
			return true
		}
	}
	return before.State == dispute.ReturnAccepted
}

// advanceReplacement asks the warehouse for goods, the carrier for a parcel that is late,
// and has goods that are not wanted any more given free.
func (r *caseRun) advanceReplacement(leg *dispute.Leg) {
	rep := leg.Replacement
	switch {
	case leg.ToFree():
		if leg.Problem != dispute.ProblemNotCancelled && !r.inflight[replacing(leg.ID)] {
			r.cancelReplacement(leg)
		}
		return
	case rep.Tracing:
		r.traceReplacement(leg)
	}
	if leg.State != dispute.ReplacementRequired || rep.RequestedAt == nil || r.Engine.Ending != "" || leg.Problem != "" {
		return
	}
	id := leg.ID
	request := activities.ReplacementRequest{ReplacementID: rep.ReplacementID, CaseID: r.Case.ID, WorkflowID: CaseID(r.Case.ID),
		OrderID: r.Case.OrderID, Items: rep.Items}
	r.effect(replacing(id), func(w world) func() error {
		kept, err := call[activities.Reservation](w, partnerOptions(QueueWarehouse, preparePatience, "replace "+request.ReplacementID),
			activities.NameReplace, request)
		return r.onLeg(id, func(l *dispute.Leg) { r.reserved(l, kept.DispatchBy, err) })
	})
}

// The keys of a replacement's calls under way.
func replacing(legID string) string { return "replace/" + legID }

// reserved takes the warehouse's answer: it keeps the goods, or it cannot.
func (r *caseRun) reserved(l *dispute.Leg, by *time.Time, err error) {
	switch {
	case l.State != dispute.ReplacementRequired:
		return // a report was quicker, or the goods are not wanted any more
	case err != nil:
		// The units are claimed anew at every attempt: the warehouse may have taken an earlier
		// one, whose answer was lost.
		l.Replacement.Unsure = !isFinal(err) || activities.Ref(err) == dispute.ProblemGivenElsewhere
		r.replacementFailed(l, warehouse, partnerProblem(err, dispute.ProblemReplacementNotTaken))
	default:
		now := r.now()
		l.Replacement.ReservedAt, l.Replacement.DispatchBy = &now, by
		r.setLeg(l, dispute.ReplacementReserved, warehouse, "")
	}
}

// partnerProblem is the partner's own code of a refusal, else ours.
func partnerProblem(err error, otherwise string) string {
	if isFinal(err) && activities.Ref(err) != "" {
		return activities.Ref(err)
	}
	return otherwise
}

// replacementFailed gives goods up that cannot be had or came back. What was paid for them
// is offered, where the policy says so; otherwise a person decides.
func (r *caseRun) replacementFailed(l *dispute.Leg, by dispute.Actor, problem string) {
	if !r.setLeg(l, dispute.ReplacementFailed, by, problem) {
		return
	}
	r.moneyInstead(l, problem)
}

// moneyInstead follows the rule for goods that the customer will not get.
func (r *caseRun) moneyInstead(l *dispute.Leg, problem string) {
	l.Problem = problem
	promised := r.lastDue(dispute.ClockReplacementDispatch, l.ID)
	r.meetLegClocks(l.ID)
	if r.Engine.Ending != "" {
		r.notify(dispute.NoticeTask, dispute.RoleSupervisor, kv{"what": problem, "leg_id": l.ID})
		return
	}
	s := ruling[dispute.Silence](r.world, activities.NameSilence, &r.Case, dispute.Clock{Name: dispute.ClockReplacementDispatch, LegID: l.ID})
	if s.Outcome == dispute.SilenceOfferRefund && r.Case.PendingApproval() == nil && r.Case.Stage == dispute.StageExecution {
		r.makeOffer(dispute.Offer{Author: dispute.System, Remedies: s.Remedies, Rule: s.Rule})
		return
	}
	why := &dispute.Explanation{Code: problem, Rule: s.Rule, Detail: map[string]string{"leg_id": l.ID}}
	if s.Explanation != nil && s.Explanation.Code != problem {
		why.Detail["instead"] = s.Explanation.Code
	}
	r.askAgent(why, s.Rule)
	r.delayedAtDesk(problem, l.ID, promised)
}

// owed is a leg that failed the customer, and for which a person has neither given nor
// refused anything yet.
func (r *caseRun) owed() *dispute.Leg {
	if n := len(r.Case.Decisions); n > 0 && r.Case.Decisions[n-1].Reject != nil {
		return nil
	}
	return r.legBy(func(l *dispute.Leg) bool {
		return (l.Replacement != nil || l.Amendment != nil || l.Repair != nil) && l.State.Final() && !l.Done() && needsPerson(l)
	})
}

// replaced takes the warehouse's report on a replacement.
func (r *caseRun) replaced(u dispute.ReplacementUpdate) {
	l := r.legBy(func(l *dispute.Leg) bool {
		return l.Replacement != nil && l.Replacement.ReplacementID == u.ReplacementID
	})
	if l == nil {
		r.ignore(warehouse, dispute.IgnoredNoSuchLeg, u.EventID, kv{"replacement_id": clip(u.ReplacementID)})
		return
	}
	rep := l.Replacement
	if u.Sequence <= rep.Sequence {
		r.ignore(warehouse, dispute.IgnoredLowerSequence, u.EventID, kv{"leg_id": l.ID, "sequence": u.Sequence})
		return
	}
	rep.Sequence = u.Sequence
	r.logEvent(dispute.EventReplacementUpdated, warehouse, clip(u.Status), u.EventID, kv{"leg_id": l.ID, "reason": clip(u.Reason), "dispatch_by": u.DispatchBy})
	switch u.Status {
	case dispute.ReportedReserved:
		r.reserved(l, u.DispatchBy, nil)
	case dispute.ReportedShipped:
		r.replacementShipped(l, u.Carrier, u.TrackingNumber)
	case dispute.ReportedSigned:
		r.replacementSigned(l, warehouse)
	case dispute.ReportedDelayed:
		r.replacementDelayed(l, u)
	case dispute.ReportedOutOfStock, dispute.ReportedCancelled:
		if l.State == dispute.ReplacementCancelled || l.ToFree() {
			r.freed(l, warehouse)
			return
		}
		problem := dispute.ProblemOutOfStock
		if u.Status == dispute.ReportedCancelled {
			problem = dispute.ProblemCancelledByWarehouse
		}
		r.replacementFailed(l, warehouse, problem)
	default:
		r.ignore(warehouse, dispute.IgnoredUnknownStatus, u.EventID, kv{"leg_id": l.ID, "status": clip(u.Status)})
	}
}

// replacementShipped marks goods that left the warehouse: the customer gets the number,
// and the carrier's scans find the case by it.
func (r *caseRun) replacementShipped(l *dispute.Leg, carrier, number string) {
	rep := l.Replacement
	if l.State == dispute.ReplacementShipped || !l.CanBecome(dispute.ReplacementShipped) {
		return
	}
	gone := gaveUp(l.State)
	now := r.now()
	rep.ShippedAt, rep.Carrier, rep.TrackingNumber = &now, carrier, number
	r.meetLegClocks(l.ID)
	r.setLeg(l, dispute.ReplacementShipped, warehouse, "")
	if number != "" {
		r.referParcel(carrier, number, l.ID, true)
	}
	r.notify(dispute.NoticeReplacement, dispute.RoleCustomer, kv{"leg_id": l.ID, "state": l.State, "carrier": carrier, "tracking_number": number})
	l.Problem = ""
	if r.Engine.Ending == "" {
		r.start(dispute.ClockReplacementDelivery, l.ID)
	}
	if gone {
		r.goneAlready(l)
		return
	}
	r.resumeExecution()
}

// goneAlready follows goods that left although they were not wanted any more: the money
// that was to take their place waits no longer, and a person looks into it.
func (r *caseRun) goneAlready(l *dispute.Leg) {
	for i := range r.Case.Legs {
		m := &r.Case.Legs[i]
		if m.Money != nil && m.State == dispute.MoneyRequired && refundsAny(m, l.Replacement.Lines()) {
			r.setLeg(m, dispute.MoneyCancelled, dispute.System, dispute.ProblemGoodsHaveLeft)
		}
	}
	if r.Engine.Ending == "" && !r.refundOut(l) {
		r.withdrawProposals() // they did not know of it
		r.askAboutLeg(dispute.ProblemGoodsHaveLeft, l.ID)
		return
	}
	r.notify(dispute.NoticeTask, dispute.RoleSupervisor, kv{"what": dispute.ProblemGoodsHaveLeft, "leg_id": l.ID})
}

// replacementSigned marks goods that the customer has in hand.
func (r *caseRun) replacementSigned(l *dispute.Leg, by dispute.Actor) {
	if l.State == dispute.ReplacementSigned || !l.CanBecome(dispute.ReplacementSigned) {
		return
	}
	lost := l.State == dispute.ReplacementLost || l.State == dispute.ReplacementFailed
	now := r.now()
	l.Replacement.SignedAt = &now
	if l.Replacement.ShippedAt == nil {
		l.Replacement.ShippedAt = &now
	}
	r.meetLegClocks(l.ID)
	r.setLeg(l, dispute.ReplacementSigned, by, "")
	r.notify(dispute.NoticeReplacement, dispute.RoleCustomer, kv{"leg_id": l.ID, "state": l.State})
	if lost && r.refundOut(l) {
		// It was paid for as lost, and arrived after all.
		l.Problem = dispute.ProblemArrivedAfterRefund
		r.notify(dispute.NoticeTask, dispute.RoleSupervisor, kv{"what": dispute.ProblemArrivedAfterRefund, "leg_id": l.ID})
		return
	}
	if r.Engine.Ending != "" {
		return
	}
	l.Problem = ""
	if lost { // nobody needs to be asked any more what to give for it
		r.cancelMoneyFor(l)
	}
	r.resumeExecution()
}

// refundOut says whether money for the same lines is on its way or paid.
func (r *caseRun) refundOut(l *dispute.Leg) bool {
	return r.legBy(func(m *dispute.Leg) bool {
		return m.Money != nil && refundsAny(m, l.Replacement.Lines()) && m.State != dispute.MoneyRequired && !gaveUp(m.State)
	}) != nil
}

func (r *caseRun) cancelMoneyFor(l *dispute.Leg) {
	for i := range r.Case.Legs {
		if m := &r.Case.Legs[i]; m.Money != nil && m.State == dispute.MoneyRequired && refundsAny(m, l.Replacement.Lines()) {
			r.setLeg(m, dispute.MoneyCancelled, dispute.System, dispute.WhyGoodsArrived)
		}
	}
}

// replacementDelayed tells the customer the reason and the new date at once. The
// warehouse's own date does not move the clock: it is ours, and silence ends at it.
func (r *caseRun) replacementDelayed(l *dispute.Leg, u dispute.ReplacementUpdate) {
	if l.State.Final() || l.State == dispute.ReplacementShipped || u.DispatchBy == nil || r.Engine.Ending != "" {
		return
	}
	old := r.lastDue(dispute.ClockReplacementDispatch, l.ID)
	if by := l.Replacement.DispatchBy; by != nil {
		old = *by
	}
	l.Replacement.DispatchBy = u.DispatchBy
	reason := clip(u.Reason)
	if reason == "" {
		reason = dispute.WhyReplacementDelayed
	}
	r.delayed(reason, l.ID, old, *u.DispatchBy)
}
