package workflows

import "github.com/redresshq/redress/dispute"

// What replacements and amendments mean for the case as a whole: its silences, its end.

// goodsSilent lets the silence of a leg about goods have its outcome; false where the clock
// belongs to another leg.
func (r *caseRun) goodsSilent(k dispute.Clock) bool {
	l := r.Case.Leg(k.LegID)
	switch {
	case l == nil:
		return false
	case l.Amendment != nil:
		r.amendmentLate(l, k)
	case l.Replacement != nil && k.Name == dispute.ClockReplacementDelivery:
		if k.OnExpiry == dispute.SilenceTrace && l.Replacement.TrackingNumber != "" {
			l.Replacement.Tracing = true
			return true
		}
		r.replacementNowhere(l)
	case l.Replacement != nil:
		r.replacementLate(l, k)
	default:
		return false
	}
	return true
}

// endGoods gives up what has not left and was not changed. Goods on their way are beyond
// recall: a supervisor is told.
func (r *caseRun) endGoods(o dispute.Outcome) {
	for i := range r.Case.Legs {
		l := &r.Case.Legs[i]
		switch {
		case l.State.Final():
		case l.Replacement != nil && l.CanBecome(dispute.ReplacementCancelled):
			r.setLeg(l, dispute.ReplacementCancelled, dispute.System, string(o))
		case l.Amendment != nil && l.CanBecome(dispute.AmendmentCancelled):
			r.setLeg(l, dispute.AmendmentCancelled, dispute.System, string(o))
		case l.Replacement != nil:
			r.notify(dispute.NoticeTask, dispute.RoleSupervisor, kv{"what": dispute.TaskGoodsOnTheirWay, "leg_id": l.ID})
			if o != dispute.OutcomeCancelled { // a person ended the case over them: no leg stays open behind it
				r.meetLegClocks(l.ID)
				r.setLeg(l, dispute.ReplacementLost, dispute.System, dispute.WhyGivenUpOnTheWay)
			}
		}
	}
}

// goodsToUndo says whether the case may not close yet: the warehouse still has to be told.
func (r *caseRun) goodsToUndo() bool {
	return r.legBy(func(l *dispute.Leg) bool {
		switch {
		case l.Replacement != nil:
			return l.ToFree() && l.Problem != dispute.ProblemNotCancelled
		case l.Amendment != nil:
			return l.Amendment.Holding(l.State) && l.Problem != dispute.ProblemNotReleased
		}
		return false
	}) != nil
}

// sentWithout is the replacement that was sent for the goods of a return before they were
// accepted, or nil: nothing waits for that return.
func (r *caseRun) sentWithout(returnLeg string) *dispute.Leg {
	return r.legBy(func(l *dispute.Leg) bool {
		return l.Replacement != nil && l.Replacement.ReturnLegID == returnLeg && l.Replacement.RequestedAt != nil &&
			l.State != dispute.ReplacementCancelled && l.State != dispute.ReplacementFailed
	})
}

// referGoods makes the case known to the warehouse by a leg about goods, and says what the
// timeline tells of it.
func (r *caseRun) referGoods(l dispute.Leg, data kv) {
	switch {
	case l.Replacement != nil:
		r.refer(dispute.RefReplacement, l.Replacement.ReplacementID, l.ID)
		data["replacement_id"], data["items"] = l.Replacement.ReplacementID, l.Replacement.Items
	case l.Repair != nil:
		r.refer(dispute.RefRepair, l.Repair.RepairID, l.ID)
		data["repair_id"], data["free"] = l.Repair.RepairID, l.Repair.Free
	case l.Amendment != nil:
		data["amendment_id"], data["what"] = l.Amendment.AmendmentID, l.Amendment.What
	}
}
