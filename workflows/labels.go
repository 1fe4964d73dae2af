package workflows

import (
	"time"

	"github.com/redresshq/redress/activities"
	"github.com/redresshq/redress/dispute"
)

// A return label may end before the time to send the goods does, be lost, or come back
// with its parcel: then another one takes its place. The old one is given back; a parcel
// that comes with it all the same is still the return's.

// watchLabel has a label watched that ends before the goods have to be sent.
func (r *caseRun) watchLabel(l *dispute.Leg, shipBy time.Time) {
	ret := l.Return
	ends := ret.LabelValidUntil
	ret.WatchLabel = ends != nil && ends.After(r.now()) && ends.Before(shipBy) && r.reissuesLabels()
}

// nextLabel is the return whose watched label ends first, nil without one.
func (r *caseRun) nextLabel() *dispute.Leg {
	var next *dispute.Leg
	for i := range r.Case.Legs {
		l := &r.Case.Legs[i]
		if l.Return == nil || !l.Return.WatchLabel || l.State != dispute.ReturnAwaitingShipment || r.Case.Running(dispute.ClockReturnShipment, l.ID) == nil {
			continue
		}
		if next == nil || l.Return.LabelValidUntil.Before(*next.Return.LabelValidUntil) {
			next = l
		}
	}
	return next
}

// labelsEnded has a new label issued for goods that were not sent while theirs was valid.
func (r *caseRun) labelsEnded(now time.Time) {
	for l := r.nextLabel(); l != nil && !l.Return.LabelValidUntil.After(now); l = r.nextLabel() {
		l.Return.WatchLabel = false
		l.Return.Relabel = dispute.RelabelExpired
		r.log(dispute.EventLegChanged, dispute.System, dispute.RelabelExpired, kv{"leg_id": l.ID, "label_id": l.Return.LabelID})
	}
}

// relabelCommand has a new label issued because somebody asks for one.
func (r *caseRun) relabelCommand(c dispute.RelabelCommand) error {
	l := r.Case.Leg(c.LegID)
	if l.Return.Relabel == "" {
		l.Return.WatchLabel, l.Return.Relabel = false, dispute.RelabelAsked
	}
	r.log(dispute.EventLegChanged, c.Actor, dispute.WhyLabelAsked, kv{"leg_id": l.ID, "label_id": l.Return.LabelID})
	return nil
}

// advanceLabels issues the label that is asked for, and gives back those whose place
// another took. One that was asked for and is not wanted any more is asked for all the
// same: it may have been issued, and only by its number can it be given back.
func (r *caseRun) advanceLabels(leg *dispute.Leg) {
	ret := leg.Return
	if ret.Relabel != "" {
		r.effect(labelling(leg.ID), r.reissueLabel(r.Case, *leg))
	}
	for _, old := range ret.OldLabels {
		if old.LabelID != "" && !old.Voided && !old.CameBack {
			r.effect("void/"+old.LabelID, r.voidOld(leg.ID, old.LabelID))
		}
	}
}

func (r *caseRun) reissueLabel(c dispute.Case, leg dispute.Leg) func(world) func() error {
	request := labelRequest(c, leg)
	request.Number = max(leg.Return.LabelNumber, 1) + 1
	return func(w world) func() error {
		label, err := call[activities.Label](w, partnerOptions(QueueCarrier, preparePatience, "new return label for "+leg.Return.RMAID),
			activities.NameIssueLabel, request)
		return r.onLeg(leg.ID, func(l *dispute.Leg) { r.relabelled(l, request.Number, label, err) })
	}
}

// relabelled takes the new label in. Without one the old instructions stand and the desk
// is told; the time to send the goods runs on.
func (r *caseRun) relabelled(l *dispute.Leg, number int, label activities.Label, err error) {
	ret, why := l.Return, l.Return.Relabel
	ret.Relabel = ""
	if err != nil {
		r.log(dispute.EventLegChanged, dispute.System, dispute.ProblemLabelFailed, kv{"leg_id": l.ID, "why": why})
		r.notify(dispute.NoticeTask, dispute.RoleAgent, kv{"what": dispute.ProblemLabelFailed, "leg_id": l.ID, "rma_id": ret.RMAID})
		return
	}
	ret.LabelNumber = number
	if l.State != dispute.ReturnAwaitingShipment { // sent with the old one meanwhile, or given up
		ret.OldLabels = append(ret.OldLabels, dispute.OldLabel{LabelID: label.LabelID, Carrier: label.Carrier, Number: label.TrackingNumber})
		return
	}
	r.retireLabel(l, false)
	ret.LabelID, ret.Carrier, ret.TrackingNumber = label.LabelID, label.Carrier, label.TrackingNumber
	ret.Instructions.LabelURL, ret.Instructions.Carrier = label.URL, label.Carrier
	ret.LabelValidUntil = validUntil(label)
	if by := ret.Instructions.ShipBy; by != nil {
		r.watchLabel(l, *by)
	}
	r.referParcel(label.Carrier, label.TrackingNumber, l.ID, true)
	r.log(dispute.EventLegChanged, dispute.System, dispute.WhyLabelReissued, kv{"leg_id": l.ID, "why": why, "label_id": label.LabelID, "tracking_number": label.TrackingNumber})
	r.notify(dispute.NoticeInstructions, dispute.RoleCustomer, kv{"leg_id": l.ID, "instructions": ret.Instructions, "reissued": why})
}

// retireLabel sets the present label or number aside.
func (r *caseRun) retireLabel(l *dispute.Leg, cameBack bool) {
	ret := l.Return
	if ret.TrackingNumber != "" {
		ret.OldLabels = append(ret.OldLabels, dispute.OldLabel{
			LabelID: ret.LabelID, Carrier: ret.Carrier, Number: ret.TrackingNumber, CameBack: cameBack})
	}
	ret.LabelID, ret.Carrier, ret.TrackingNumber, ret.LabelValidUntil, ret.WatchLabel = "", "", "", nil, false
	ret.Instructions.LabelURL, ret.Instructions.Carrier = "", ""
}

// voidOld gives a label back that another took the place of. One that cannot be given
// back is told to a supervisor, and tried no more.
func (r *caseRun) voidOld(legID, labelID string) func(world) func() error {
	return func(w world) func() error {
		_, err := call[any](w, partnerOptions(QueueCarrier, undoPatience, "void "+labelID), activities.NameVoidLabel, labelID)
		return r.onLeg(legID, func(l *dispute.Leg) {
			for i := range l.Return.OldLabels {
				if old := &l.Return.OldLabels[i]; old.LabelID == labelID {
					old.Voided = true
				}
			}
			reason := dispute.WhyVoided
			if err != nil {
				reason = dispute.ProblemUndoFailed
				r.notify(dispute.NoticeTask, dispute.RoleSupervisor, kv{"what": dispute.ProblemUndoFailed, "rma_id": l.Return.RMAID, "label_id": labelID})
			}
			r.log(dispute.EventLegChanged, dispute.System, reason, kv{"leg_id": l.ID, "label_id": labelID})
		})
	}
}

// validUntil is when the label ends, nil where the carrier does not say.
func validUntil(label activities.Label) *time.Time {
	if label.ValidUntil.IsZero() {
		return nil
	}
	at := label.ValidUntil
	return &at
}
