package workflows

import (
	"slices"

	"github.com/redresshq/redress/activities"
	"github.com/redresshq/redress/dispute"
)

var warehouse = dispute.Actor{Role: dispute.RoleWarehouse}

// received takes the count at the dock. A lower sequence is old news, unless it is the
// first of its parcel; a correction replaces the count.
func (r *caseRun) received(w dispute.WarehouseReceived) {
	l := r.returnNamed(w.RMAID, w.ReturnName)
	if l == nil {
		r.ignore(warehouse, dispute.IgnoredUnknownRMA, w.EventID, kv{"rma_id": w.RMAID})
		return
	}
	ret := l.Return
	if ret.Received != nil && w.Sequence <= ret.ReceivedSequence && !w.Correction && !r.firstOf(w.ParcelID, ret.Counted) {
		r.ignore(warehouse, dispute.IgnoredLowerSequence, w.EventID, kv{"leg_id": l.ID, "sequence": w.Sequence})
		return
	}
	if r.astray(l, w.WarehouseID, w.EventID) {
		return
	}
	ret.Count(w.ParcelID, w.Lines)
	ret.Weigh(w.ParcelID, w.WeightGrams)
	ret.ReceivedSequence = latest(ret.ReceivedSequence, w.Sequence, w.Correction)
	kind := dispute.EventReceived
	if w.Correction {
		kind = dispute.EventCorrected
	}
	r.logEvent(kind, warehouse, "", w.EventID, kv{"leg_id": l.ID, "lines": w.Lines, "sequence": w.Sequence})
	if rep := r.Case.RepairOf(l.ID); rep != nil && ret.ReceivedAt == nil {
		r.toWorkshop(l, rep)
		return
	}
	if ret.ReceivedAt != nil || !l.CanBecome(dispute.ReturnReceived) || r.moneyMoved(l) || r.Engine.Ending != "" {
		return // counted again, or the case went on without it: recorded, nothing to do
	}
	now := r.now()
	ret.ReceivedAt = &now
	r.meetLegClocks(l.ID)
	r.setLeg(l, dispute.ReturnReceived, warehouse, "")
	r.start(dispute.ClockInspection, l.ID)
	r.notify(dispute.NoticeReceived, dispute.RoleCustomer, kv{"leg_id": l.ID, "rma_id": ret.RMAID})
}

// firstOf says whether a report is the first of its parcel: such a one is no old news,
// though a report on another parcel overtook it.
func (r *caseRun) firstOf(parcelID string, told func(string) bool) bool {
	return parcelID != "" && !told(parcelID) && r.takesEachParcel()
}

// latest is the sequence up to which reports are old news after this one.
func latest(last, sequence int64, correction bool) int64 {
	if correction {
		return sequence
	}
	return max(last, sequence)
}

// inspected takes the finding of the inspection: what matches lets the refund go
// out as decided, what differs goes to a person.
func (r *caseRun) inspected(w dispute.WarehouseInspected) {
	l := r.returnNamed(w.RMAID, w.ReturnName)
	if l == nil {
		r.ignore(warehouse, dispute.IgnoredUnknownRMA, w.EventID, kv{"rma_id": w.RMAID})
		return
	}
	ret := l.Return
	if ret.Inspection != nil && w.Sequence <= ret.InspectedSequence && !w.Correction && !r.firstOf(w.ParcelID, ret.Looked) {
		r.ignore(warehouse, dispute.IgnoredLowerSequence, w.EventID, kv{"leg_id": l.ID, "sequence": w.Sequence})
		return
	}
	again := ret.Inspection != nil
	ret.Find(w.ParcelID, w.Lines)
	ret.InspectedSequence = latest(ret.InspectedSequence, w.Sequence, w.Correction)
	kind := dispute.EventInspected
	if w.Correction {
		kind = dispute.EventCorrected
	}
	r.logEvent(kind, warehouse, "", w.EventID, kv{"leg_id": l.ID, "lines": w.Lines, "sequence": w.Sequence})
	if rep := r.Case.RepairOf(l.ID); rep != nil && ret.ReceivedAt == nil {
		r.toWorkshop(l, rep) // the workshop's diagnosis counts
		return
	}
	if awaitsParcels(l) && r.Engine.Ending == "" {
		return // another parcel is in the dock: judged together
	}
	if again && w.ParcelID != "" && l.State == dispute.ReturnPartial && r.Engine.Ending == "" {
		if finding := ruling[dispute.InspectionFinding](r.world, activities.NameInspect, &r.Case, l.ID); len(finding.Part) > 0 {
			r.restCame(l, finding)
			return
		}
	}
	if r.Engine.Ending != "" || r.moneyMoved(l) || (!again && !l.CanBecome(dispute.ReturnInspected)) {
		r.log(dispute.EventIgnored, warehouse, dispute.IgnoredTooLateToMatter, kv{"leg_id": l.ID, "state": l.State})
		return
	}
	r.judge(l, again && l.State != dispute.ReturnReceived)
}

// moneyMoved says whether a refund for the goods of this return is already out:
// the one that waited for it, or one that no longer waits. Money for other units of the
// same lines is none of it, as long as something waits for these.
func (r *caseRun) moneyMoved(l *dispute.Leg) bool {
	return r.refunded(l) && !(r.awaits(l) && r.judgesOwnGoods())
}

// awaits says whether something was promised for the goods of the return and waits for them.
func (r *caseRun) awaits(ret *dispute.Leg) bool {
	return r.legBy(func(m *dispute.Leg) bool { return m.After == ret.ID && m.State == dispute.MoneyRequired }) != nil
}

func (r *caseRun) refunded(l *dispute.Leg) bool {
	for i := range r.Case.Legs {
		m := &r.Case.Legs[i]
		if m.Money != nil && (m.After == l.ID || (m.After == "" && refundsAny(m, l.Return.Instructions.Items))) &&
			m.State != dispute.MoneyRequired && m.State != dispute.MoneyCancelled {
			return true
		}
	}
	return false
}

// refundsAny says whether the leg gives money back for one of the lines.
func refundsAny(m *dispute.Leg, lines []dispute.Line) bool {
	return slices.ContainsFunc(m.Money.Lines, func(part dispute.LineAmount) bool {
		return slices.ContainsFunc(lines, func(line dispute.Line) bool { return line.LineID == part.LineID })
	})
}

func (r *caseRun) judge(l *dispute.Leg, again bool) {
	now := r.now()
	if l.Return.ReceivedAt == nil {
		l.Return.ReceivedAt = &now
	}
	l.Return.InspectedAt = &now
	r.meetLegClocks(l.ID)
	if !again {
		r.setLeg(l, dispute.ReturnInspected, warehouse, "")
	}
	finding := ruling[dispute.InspectionFinding](r.world, activities.NameInspect, &r.Case, l.ID)
	l.Return.Differences = finding.Differences
	r.flag(finding)
	r.notify(dispute.NoticeInspected, dispute.RoleCustomer, kv{"leg_id": l.ID, "accepted": finding.Accepted, "differences": finding.Differences})
	switch {
	case again && l.State != dispute.ReturnInspected:
		// A correction after the finding: a person weighs it anew.
		r.askAgent(&dispute.Explanation{Code: dispute.ProblemInspectionCorrected, Rule: finding.Rule}, finding.Rule)
	case finding.Accepted:
		r.setLeg(l, dispute.ReturnAccepted, dispute.System, finding.Rule)
		r.returnAccepted(l)
	default:
		to := dispute.ReturnRefused
		for _, d := range finding.Differences {
			if d.Acceptable > 0 {
				to = dispute.ReturnPartial
			}
		}
		problem := dispute.CodeInspectionDiffers
		if finding.Risk != nil && len(finding.Differences) == 0 { // what came is in order by its look
			to = dispute.ReturnPartial // why it is looked at is the shop's own
		}
		r.setLeg(l, to, dispute.System, finding.Rule)
		if len(finding.Part) > 0 {
			l.Return.PartGiven = true
			problem = dispute.ProblemRestMissing // what came is refunded at once; a person decides about the rest
		}
		r.failLeg(l, problem)
		r.startLegs(finding.Part, finding.Rule)
	}
}

// returnAccepted lets what waited for the goods go on. Goods whose refund was given
// up before they arrived are for a person: nobody else would pay for them.
func (r *caseRun) returnAccepted(l *dispute.Leg) {
	if r.awaits(l) || r.moneyMoved(l) || r.sentWithout(l.ID) != nil {
		r.resumeExecution()
		return
	}
	r.failLeg(l, dispute.ProblemArrivedAfterExpiry)
}
