package workflows

import (
	"github.com/redresshq/redress/activities"
	"github.com/redresshq/redress/dispute"
)

// What becomes of a replacement that is late, lost, not wanted any more, or settled by hand.

// replacementLate follows the silence of the warehouse about goods that should have left:
// a second notice, then the desk. The customer hears the new date each time.
func (r *caseRun) replacementLate(l *dispute.Leg, k dispute.Clock) {
	r.breach(k)
	if k.OnExpiry == dispute.SilenceRemind {
		again := r.startNow(dispute.ClockRequest{Name: k.Name, LegID: l.ID, Round: k.Round + 1})
		r.notify(dispute.NoticeDispatchNow, dispute.RoleWarehouse, kv{"replacement_id": l.Replacement.ReplacementID, "round": k.Round + 1, "due_at": again.DueAt})
		r.delayed(dispute.ProblemReplacementOverdue, l.ID, k.DueAt, again.DueAt)
		return
	}
	r.lateAtDesk(dispute.ProblemReplacementOverdue, l.ID, k.DueAt)
}

// traceReplacement asks the carrier where the goods are.
func (r *caseRun) traceReplacement(leg *dispute.Leg) {
	id, carrier, number, limit := leg.ID, leg.Replacement.Carrier, leg.Replacement.TrackingNumber, r.sourceLimit(dispute.FactTrace)
	r.effect("trace/"+id, func(w world) func() error {
		t, err := call[dispute.TraceFacts](w, partnerOptions(QueueCarrier, limit, "trace of the new goods"), activities.NameTraceParcel, carrier, number)
		return r.onLeg(id, func(l *dispute.Leg) {
			l.Replacement.Tracing = false
			switch {
			case l.State != dispute.ReplacementShipped:
				return // it turned up meanwhile
			case err == nil && t.Status.Valid() && t.Status != dispute.ParcelInTransit && t.Status != dispute.ParcelOutForDelivery && t.Status != dispute.ParcelException:
				r.replacementScanned(l, dispute.CarrierUpdate{Carrier: carrier, TrackingNumber: number, Status: t.Status})
			default:
				r.replacementNowhere(l)
			}
		})
	})
}

// replacementNowhere hands goods that nobody can find to the desk.
func (r *caseRun) replacementNowhere(l *dispute.Leg) {
	r.lateAtDesk(dispute.ProblemReplacementUnknown, l.ID, r.lastDue(dispute.ClockReplacementDelivery, l.ID))
}

// replacementParcel is the replacement that travels under a number, or nil.
func (r *caseRun) replacementParcel(carrier, number string) *dispute.Leg {
	return r.legBy(func(l *dispute.Leg) bool {
		return l.Replacement != nil && number != "" && l.Replacement.Carrier == carrier && l.Replacement.TrackingNumber == number
	})
}

// replacementScanned takes a carrier's word on goods on their way to the customer.
func (r *caseRun) replacementScanned(l *dispute.Leg, u dispute.CarrierUpdate) {
	by := dispute.Actor{Role: dispute.RoleCarrier, ID: u.Carrier}
	if l.State.Final() && l.State != dispute.ReplacementLost || l.Replacement.ParcelStatus == dispute.ParcelDelivered {
		r.ignore(by, dispute.IgnoredParcelPast, u.EventID, kv{"leg_id": l.ID, "status": u.Status})
		return
	}
	l.Replacement.ParcelStatus = u.Status
	r.logEvent(dispute.EventParcel, by, string(u.Status), u.EventID, kv{"leg_id": l.ID})
	switch u.Status {
	case dispute.ParcelDelivered:
		r.replacementSigned(l, by)
	case dispute.ParcelLost:
		if r.setLeg(l, dispute.ReplacementLost, by, "") {
			r.moneyInstead(l, dispute.ProblemReplacementLost)
		}
	case dispute.ParcelReturnedToSender:
		r.replacementFailed(l, by, dispute.ProblemReturnedToSender)
	}
}

// cancelReplacement has the goods given free. Goods that have left are on their way after
// all; what cannot be settled is for a person, and money for the same lines waits for it.
func (r *caseRun) cancelReplacement(leg *dispute.Leg) {
	id, name := leg.ID, leg.Replacement.ReplacementID
	r.effect("undo/"+id, func(w world) func() error {
		_, err := call[any](w, partnerOptions(QueueWarehouse, undoPatience, "cancel "+name), activities.NameCancelReplacement, name)
		return r.onLeg(id, func(l *dispute.Leg) {
			switch {
			case !l.ToFree():
				return
			case err == nil:
				l.Replacement.Voided = true
				r.log(dispute.EventLegChanged, dispute.System, dispute.WhyVoided, kv{"leg_id": l.ID, "replacement_id": name})
			case isFinal(err) && activities.Ref(err) == dispute.PartnerShipped:
				r.replacementShipped(l, l.Replacement.Carrier, l.Replacement.TrackingNumber)
			default:
				l.Problem = dispute.ProblemNotCancelled
				r.log(dispute.EventLegChanged, dispute.System, l.Problem, kv{"leg_id": l.ID, "replacement_id": name})
				r.notify(dispute.NoticeTask, dispute.RoleSupervisor, kv{"what": l.Problem, "leg_id": l.ID, "replacement_id": name})
			}
		})
	})
}

// supersedeGoods gives up replacements of lines that are decided anew and have not left.
func (r *caseRun) supersedeGoods(lines []dispute.Line) {
	for i := range r.Case.Legs {
		l := &r.Case.Legs[i]
		if l.Replacement == nil || !l.Replacement.Replaces(lines) || !l.CanBecome(dispute.ReplacementCancelled) {
			continue
		}
		r.meetLegClocks(l.ID)
		r.setLeg(l, dispute.ReplacementCancelled, dispute.System, dispute.WhyDecidedAnew)
		if ret := r.Case.Leg(l.After); ret != nil && !ret.State.Final() {
			r.meetLegClocks(ret.ID)
			r.setLeg(ret, dispute.ReturnCancelled, dispute.System, dispute.WhyDecidedAnew)
		}
	}
}

// goodsInTheWay says whether goods for the same lines may still leave: money for them waits
// until the warehouse has given them free.
func (r *caseRun) goodsInTheWay(m *dispute.Leg) bool {
	return r.legBy(func(l *dispute.Leg) bool { return l.ToFree() && refundsAny(m, l.Replacement.Lines()) }) != nil
}

// toFree is goodsInTheWay for other goods for the lines: they wait too.
func (r *caseRun) toFree(lines []dispute.Line) bool {
	return r.legBy(func(l *dispute.Leg) bool { return l.ToFree() && l.Replacement.Replaces(lines) }) != nil
}

// freed marks goods that were given up and that the warehouse does not send.
func (r *caseRun) freed(l *dispute.Leg, by dispute.Actor) {
	l.Replacement.Voided = true
	if l.Problem != dispute.ProblemNotCancelled {
		return
	}
	l.Problem = ""
	r.log(dispute.EventLegChanged, by, dispute.WhyVoided, kv{"leg_id": l.ID, "replacement_id": l.Replacement.ReplacementID})
	r.settleAtDesk()
}

// resolveReplacement settles the leg by hand: succeeded counts as signed for, failed as
// given up, and retry asks the warehouse anew under a new name.
func (r *caseRun) resolveReplacement(l *dispute.Leg, c dispute.ResolveCommand) error {
	refuse := dispute.Errorf(dispute.CodeNotAllowedNow, "a replacement that is %s cannot be resolved as %s", l.State, c.Result)
	switch {
	case l.Problem == dispute.ProblemNotCancelled && c.Result == dispute.ResultFailed:
		r.freed(l, c.Actor)
		return nil
	case c.Result == dispute.ResultSucceeded:
		if !l.CanBecome(dispute.ReplacementSigned) {
			return refuse
		}
		r.replacementSigned(l, c.Actor)
		return nil
	case c.Result == dispute.ResultFailed && l.State == dispute.ReplacementShipped:
		r.setLeg(l, dispute.ReplacementFailed, c.Actor, dispute.WhyByHand)
		r.failLeg(l, dispute.ProblemGivenUp)
		return nil
	case c.Result == dispute.ResultFailed:
		if !l.CanBecome(dispute.ReplacementCancelled) {
			return refuse
		}
		r.meetLegClocks(l.ID)
		r.setLeg(l, dispute.ReplacementCancelled, c.Actor, dispute.WhyByHand)
		r.askAboutLeg(dispute.ProblemGivenUp, l.ID)
		return nil
	case l.State != dispute.ReplacementFailed && l.State != dispute.ReplacementLost:
		return refuse
	case l.ToFree():
		return dispute.Errorf(dispute.CodeNotAllowedNow, "the warehouse may have the goods of %s on their way; it is being told to keep them", l.ID)
	case r.refundOut(l):
		return dispute.Errorf(dispute.CodeNotAllowedNow, "money for the goods of %s is paid or on its way", l.ID)
	}
	r.sendAgain(l, c.Actor)
	return nil
}

// sendAgain asks for the same goods as a leg of its own.
func (r *caseRun) sendAgain(l *dispute.Leg, by dispute.Actor) {
	l.Problem = ""
	id, old := r.nextLegID(l.Type), l.Replacement
	again := dispute.ReplacementLeg{ReplacementID: old.ReplacementID + "-again-" + id, Items: old.Items, Value: old.Value, Parts: old.Parts,
		ReturnLegID: old.ReturnLegID, Ship: dispute.ShipAtOnce}
	r.Case.Legs = append(r.Case.Legs, dispute.Leg{ID: id, Type: dispute.LegReplacement, State: dispute.ReplacementRequired, Replacement: &again})
	r.refer(dispute.RefReplacement, again.ReplacementID, id)
	r.log(dispute.EventLegStarted, by, dispute.WhyRetry, kv{"leg_id": id, "replacement_id": again.ReplacementID})
	r.settleAtDesk()
}

// settleAtDesk goes on after a person settled a leg; what was proposed did not know of it.
func (r *caseRun) settleAtDesk() {
	if r.Engine.Ending != "" {
		return
	}
	r.resumeExecution()
	if r.withdrawProposals() {
		r.backToDesk(dispute.ProblemRetried)
	}
}
