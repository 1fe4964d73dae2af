package workflows

import (
	"slices"

	"github.com/redresshq/redress/activities"
	"github.com/redresshq/redress/dispute"
)

// Goods that were to be mended are never kept silently: a repair that is given up sends
// them back, unless something else is given for them.

// sendBack has the workshop send the goods back as they are.
func (r *caseRun) sendBack(l *dispute.Leg, by dispute.Actor, why string) {
	if !r.setLeg(l, dispute.RepairSendingBack, by, why) {
		return
	}
	l.Repair.Declined, l.Repair.CalledOff, l.Repair.Tracing, l.Problem = true, false, false, ""
	r.meetLegClocks(l.ID)
	r.start(dispute.ClockReplacementDispatch, l.ID)
	r.notify(dispute.NoticeRepair, dispute.RoleCustomer, kv{"leg_id": l.ID, "status": dispute.RepairToldSendingBack, "why": why})
}

// mustCallOff says whether the workshop does not know yet that the repair is given up, and
// what becomes of the goods.
func mustCallOff(l *dispute.Leg) bool {
	if l.Repair.CalledOff {
		return false
	}
	switch l.State {
	case dispute.RepairSendingBack, dispute.RepairCancelled:
		return true
	case dispute.RepairFailed:
		return l.Repair.ShippedAt == nil && l.Repair.ReturnedAt == nil && l.Problem != dispute.ProblemRepairBounced
	}
	return false
}

// callOff tells the workshop. Goods stay there only where something else is given for
// them, or a person is asked what.
func (r *caseRun) callOff(leg dispute.Leg) {
	id, back := leg.Repair.RepairID, leg.State != dispute.RepairFailed
	r.effect(repairing(leg.ID), func(w world) func() error {
		_, err := call[any](w, partnerOptions(QueueWarehouse, undoPatience, "call off "+id), activities.NameCancelRepair, id, back)
		return r.onLeg(leg.ID, func(l *dispute.Leg) {
			if l.State != leg.State {
				return // told anew, of what holds now
			}
			l.Repair.CalledOff = true
			reason := ""
			if err != nil {
				reason = dispute.ProblemUndoFailed
				r.notify(dispute.NoticeTask, dispute.RoleSupervisor, kv{"what": dispute.ProblemUndoFailed, "repair_id": id, "leg_id": l.ID})
			}
			r.log(dispute.EventRepairCalledOff, dispute.System, reason, kv{"leg_id": l.ID, "repair_id": id, "send_back": back})
		})
	})
}

// endRepairs gives up, at the end of a case, what was to be mended. Goods that are with
// the workshop, or on their way to it, go back to the customer, and the case waits for
// them; nothing is kept for which nothing was given.
func (r *caseRun) endRepairs(o dispute.Outcome) {
	for i := range r.Case.Legs {
		l := &r.Case.Legs[i]
		switch {
		case l.Repair == nil:
		case l.HoldsGoods():
			if !r.remedied(l) {
				r.sendBack(l, dispute.System, string(o))
			}
		case l.State == dispute.RepairRequired && !r.travelling(l.After):
			r.setLeg(l, dispute.RepairCancelled, dispute.System, string(o))
		case !l.State.Final() && l.State != dispute.RepairSendingBack && l.State != dispute.RepairShipped:
			r.sendBack(l, dispute.System, string(o))
		}
		if o == dispute.OutcomeCancelled && l.Repair != nil && (l.State == dispute.RepairSendingBack || l.State == dispute.RepairShipped) {
			// Operations do not wait: a person sees to it that the goods arrive, and no clock runs on.
			r.meetLegClocks(l.ID)
			r.notify(dispute.NoticeTask, dispute.RoleSupervisor, kv{"what": dispute.TaskRepairCancelledWithGoods, "leg_id": l.ID, "repair_id": l.Repair.RepairID})
		}
	}
}

// travelling says whether the goods of a return are on their way.
func (r *caseRun) travelling(returnID string) bool {
	back := r.Case.Leg(returnID)
	return back != nil && back.Return != nil && !back.State.Final() && (back.Return.ShippedAt != nil || back.Return.DeliveredAt != nil)
}

// bringsBack says whether a return carries goods that a given-up repair sends back: it is
// not voided, since they are on their way.
func (r *caseRun) bringsBack(l *dispute.Leg) bool {
	rep := r.Case.RepairOf(l.ID)
	return rep != nil && rep.State == dispute.RepairSendingBack && r.travelling(l.ID)
}

// keepsGoods says whether goods of the customer are on their way back from the workshop,
// or have yet to leave it: a case does not end before they have arrived.
func (r *caseRun) keepsGoods(legID string) bool {
	l := r.Case.Leg(legID)
	return l != nil && l.Repair != nil && (l.State == dispute.RepairSendingBack || l.State == dispute.RepairShipped)
}

// remedied says whether something else was decided for the goods of a repair, and whole units
// of its lines were paid for or replaced, or are going to be, or go back with another repair.
// A part of the price leaves the goods the customer's, and so does what is given for others.
func (r *caseRun) remedied(repair *dispute.Leg) bool {
	lines := repair.Repair.Lines
	return repair.Repair.Remedied && r.legBy(func(l *dispute.Leg) bool {
		switch l.State {
		case dispute.MoneyFailed, dispute.MoneyCancelled, dispute.ReplacementLost, dispute.RepairIrreparable:
			return false
		}
		return (l.Type == dispute.LegRefund && l.Money != nil && overlap(wholeUnits(l.Money), lines)) ||
			(l.Replacement != nil && l.Replacement.Replaces(lines)) || (l.Repair != nil && overlap(l.Repair.Lines, lines))
	}) != nil
}

// wholeUnits are the units that a refund gives back, and not a part of their price.
func wholeUnits(m *dispute.MoneyLeg) []dispute.Line {
	var lines []dispute.Line
	for _, part := range m.Lines {
		if part.Quantity > 0 {
			lines = append(lines, dispute.Line{LineID: part.LineID, Quantity: part.Quantity})
		}
	}
	return lines
}

// returnHeld sends back what lies in the workshop and for which nothing more is given.
func (r *caseRun) returnHeld(by dispute.Actor, why string) {
	for i := range r.Case.Legs {
		if l := &r.Case.Legs[i]; l.HoldsGoods() && !r.remedied(l) {
			r.sendBack(l, by, why)
		}
	}
}

// supersedeRepairs gives up repairs of goods for which something else was decided. Goods
// that are with the workshop stay there: the plan counts on them.
func (r *caseRun) supersedeRepairs(plan dispute.LegPlan) {
	var lines []dispute.Line
	for _, leg := range plan.Legs {
		switch {
		case leg.Return != nil:
			lines = append(lines, leg.Return.Instructions.Items...)
		case leg.Replacement != nil:
			lines = append(lines, leg.Replacement.Lines()...)
		case leg.Repair != nil:
			lines = append(lines, leg.Repair.Lines...)
		case leg.Type == dispute.LegRefund && leg.Money != nil:
			lines = append(lines, wholeUnits(leg.Money)...)
		}
	}
	lines = decidedAnew(lines, plan)
	for i := range r.Case.Legs {
		l := &r.Case.Legs[i]
		if rep := l.Repair; rep != nil && rep.ShippedAt == nil && overlap(rep.Lines, lines) {
			rep.Remedied = true
		}
		if l.Repair == nil || l.State.Final() || l.Repair.ShippedAt != nil || l.State == dispute.RepairSendingBack || !overlap(l.Repair.Lines, lines) {
			continue
		}
		l.Problem = ""
		r.meetLegClocks(l.ID)
		if l.State != dispute.RepairRequired {
			r.setLeg(l, dispute.RepairFailed, dispute.System, dispute.WhyDecidedAnew)
			continue
		}
		r.setLeg(l, dispute.RepairCancelled, dispute.System, dispute.WhyDecidedAnew)
		if back := r.Case.Leg(l.After); back != nil && !r.travelling(back.ID) && back.CanBecome(dispute.ReturnCancelled) {
			r.meetLegClocks(back.ID)
			r.setLeg(back, dispute.ReturnCancelled, dispute.System, dispute.WhyDecidedAnew)
		}
	}
}

func overlap(a, b []dispute.Line) bool {
	return slices.ContainsFunc(a, func(x dispute.Line) bool {
		return slices.ContainsFunc(b, func(y dispute.Line) bool { return x.LineID == y.LineID })
	})
}

// declinedRepairs says whether the customer took back goods that were not mended, since
// they would have had to pay.
func (r *caseRun) declinedRepairs() bool {
	return r.legBy(func(l *dispute.Leg) bool {
		return l.Repair != nil && l.State == dispute.RepairReturned && l.Repair.Declined
	}) != nil
}

// afterDecline leaves the customer the time to have a supervisor look at it: whether the
// repair should have been free is not the workshop's to say in the end.
func (r *caseRun) afterDecline() {
	if !r.moveTo(dispute.StageNegotiation) {
		return
	}
	r.Engine.Offered = true
	r.Case.Explanation = &dispute.Explanation{Code: dispute.ProblemRepairDeclined}
	r.start(dispute.ClockEscalationWindow, "")
}

// resolveRepair settles a repair by hand: succeeded counts as back with the customer,
// failed as given up, retry asks the workshop once more.
func (r *caseRun) resolveRepair(l *dispute.Leg, c dispute.ResolveCommand) error {
	refused := dispute.Errorf(dispute.CodeNotAllowedNow, "a repair that is %s cannot be resolved as %s", l.State, c.Result)
	switch c.Result {
	case dispute.ResultSucceeded:
		if l.State == dispute.RepairRequired {
			r.goodsIn(l, c.Actor)
		}
		if !l.CanBecome(dispute.RepairReturned) {
			return refused
		}
		r.repairBack(l, c.Actor, dispute.WhyByHand)
		r.resumeExecution()
	case dispute.ResultFailed:
		if !l.CanBecome(dispute.RepairFailed) {
			return refused
		}
		r.setLeg(l, dispute.RepairFailed, c.Actor, dispute.WhyByHand)
		r.failLeg(l, dispute.ProblemGivenUp)
	default:
		return r.retryRepair(l, c, refused)
	}
	return nil
}

func (r *caseRun) retryRepair(l *dispute.Leg, c dispute.ResolveCommand, refused error) error {
	rep := l.Repair
	switch {
	case l.State == dispute.RepairFailed && rep.ReceivedAt == nil:
		back := r.Case.Leg(l.After)
		if back != nil && back.State.Final() && back.State != dispute.ReturnAccepted {
			return refused // no goods come: it is to be decided anew
		}
		l.Problem = ""
		again := *rep
		id := r.nextLegID(dispute.LegRepair)
		again.RepairID, again.CalledOff, again.Announced, again.Sequence = rep.RepairID+"-"+id, false, false, 0
		r.Case.Legs = append(r.Case.Legs, dispute.Leg{ID: id, Type: dispute.LegRepair, State: dispute.RepairRequired, After: l.After, Repair: &again})
		r.refer(dispute.RefRepair, again.RepairID, id)
		r.log(dispute.EventLegStarted, c.Actor, dispute.WhyRetry, kv{"leg_id": id, "repair_id": again.RepairID})
		r.resumeExecution()
	case l.State == dispute.RepairSendingBack:
		rep.CalledOff = false
		r.startRound(dispute.ClockRequest{Name: dispute.ClockReplacementDispatch, LegID: l.ID})
	case l.State == dispute.RepairReceived, l.State == dispute.RepairDiagnosed, l.State == dispute.RepairRepairing:
		name := dispute.ClockRepairWork
		if l.State == dispute.RepairReceived {
			name = dispute.ClockRepairDiagnosis
		}
		l.Problem = ""
		r.notify(dispute.NoticeRepairNow, dispute.RoleWarehouse, kv{"repair_id": rep.RepairID, "round": 1})
		r.meetClock(name, l.ID)
		r.start(name, l.ID)
		r.log(dispute.EventLegChanged, c.Actor, dispute.WhyRetry, kv{"leg_id": l.ID})
		r.resumeExecution()
	default:
		return refused
	}
	return nil
}
