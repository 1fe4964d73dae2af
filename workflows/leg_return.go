package workflows

import (
	"github.com/redresshq/redress/activities"
	"github.com/redresshq/redress/dispute"
)

// advanceReturn starts what a return leg needs from outside: its announcement and
// label, side by side; or, once it is given up, their undoing.
func (r *caseRun) advanceReturn(leg *dispute.Leg) {
	ret := leg.Return
	r.advanceLabels(leg)
	if givenUp(leg) {
		// What is under way ends first: what it brings is to be undone too.
		if !ret.Voided && !r.inflight[announcing(leg.ID)] && !r.inflight[labelling(leg.ID)] {
			r.undoReturn(*leg)
		}
		return
	}
	if ret.Tracing {
		r.advanceTrace(leg)
	}
	if leg.State != dispute.ReturnAuthorized || r.Engine.Ending != "" || leg.Problem != "" {
		return
	}
	c := r.Case
	if !ret.Announced {
		r.effect(announcing(leg.ID), r.announce(c, *leg))
	}
	if ret.LabelID == "" && ret.Instructions.FreightPayer == dispute.FreightMerchant {
		r.effect(labelling(leg.ID), r.issueLabel(c, *leg))
	}
}

// The keys of a return's preparation under way.
func announcing(legID string) string { return "announce/" + legID }
func labelling(legID string) string  { return "label/" + legID }

// givenUp says that the goods are not expected any more: RMA and label go back. A
// return that was settled by hand before its instructions went out is none any more
// either: nobody has seen the label.
func givenUp(leg *dispute.Leg) bool {
	ret := leg.Return
	switch leg.State {
	case dispute.ReturnCancelled, dispute.ReturnExpired:
		return true
	case dispute.ReturnAccepted:
		return ret.Instructions.ShipBy == nil && ret.ShippedAt == nil && ret.DeliveredAt == nil && ret.ReceivedAt == nil
	}
	return false
}

func announceRequest(c dispute.Case, leg dispute.Leg) activities.ReturnAnnouncement {
	return activities.ReturnAnnouncement{
		RMAID: leg.Return.RMAID, CaseID: c.ID, WorkflowID: CaseID(c.ID), OrderID: c.OrderID, Lines: leg.Return.Instructions.Items,
		With: leg.Return.Instructions.With,
	}
}

func labelRequest(c dispute.Case, leg dispute.Leg) activities.LabelRequest {
	return activities.LabelRequest{RMAID: leg.Return.RMAID, CaseID: c.ID, OrderID: c.OrderID, Lines: leg.Return.Instructions.Items}
}

func (r *caseRun) announce(c dispute.Case, leg dispute.Leg) func(world) func() error {
	return func(w world) func() error {
		addr, err := call[activities.ReturnAddress](w, partnerOptions(QueueWarehouse, preparePatience, "announce "+leg.Return.RMAID),
			activities.NameAnnounceReturn, announceRequest(c, leg))
		return r.onLeg(leg.ID, func(l *dispute.Leg) {
			if err != nil {
				r.failPreparation(l, dispute.ProblemAnnouncementFailed)
				return
			}
			l.Return.Announced, l.Return.Instructions.Address, l.Return.WarehouseID = true, addr.Address, addr.WarehouseID
			r.returnReady(l)
		})
	}
}

func (r *caseRun) issueLabel(c dispute.Case, leg dispute.Leg) func(world) func() error {
	return func(w world) func() error {
		label, err := call[activities.Label](w, partnerOptions(QueueCarrier, preparePatience, "return label for "+leg.Return.RMAID),
			activities.NameIssueLabel, labelRequest(c, leg))
		return r.onLeg(leg.ID, func(l *dispute.Leg) {
			if err != nil {
				r.failPreparation(l, dispute.ProblemLabelFailed)
				return
			}
			ret := l.Return
			if ret.TrackingNumber != "" { // the customer was quicker
				ret.CustomerTracking = &dispute.Tracking{Carrier: ret.Carrier, Number: ret.TrackingNumber}
			}
			ret.LabelID, ret.Carrier, ret.TrackingNumber = label.LabelID, label.Carrier, label.TrackingNumber
			ret.Instructions.LabelURL, ret.Instructions.Carrier = label.URL, label.Carrier
			ret.LabelValidUntil = validUntil(label)
			r.referParcel(label.Carrier, label.TrackingNumber, l.ID, true)
			r.returnReady(l)
		})
	}
}

// onLeg makes an applier that runs f on the leg as it then is.
func (r *caseRun) onLeg(legID string, f func(*dispute.Leg)) func() error {
	return func() error {
		if l := r.Case.Leg(legID); l != nil {
			f(l)
		}
		return nil
	}
}

// failPreparation gives up a return that could not be announced or labelled.
func (r *caseRun) failPreparation(l *dispute.Leg, problem string) {
	if l.State.Final() {
		return
	}
	r.setLeg(l, dispute.ReturnCancelled, dispute.System, problem)
	r.failLeg(l, problem)
}

// returnReady sends the instructions once the warehouse expects the goods and
// the label, where the merchant pays for one, is there.
func (r *caseRun) returnReady(l *dispute.Leg) {
	ret := l.Return
	if !ret.Announced || (ret.Instructions.FreightPayer == dispute.FreightMerchant && ret.LabelID == "") ||
		l.State != dispute.ReturnAuthorized || r.Engine.Ending != "" {
		return
	}
	if ret.LabelID != "" {
		r.setLeg(l, dispute.ReturnLabelIssued, dispute.System, "")
	}
	due := r.startNow(dispute.ClockRequest{Name: dispute.ClockReturnShipment, LegID: l.ID}).DueAt
	ret.Instructions.ShipBy = &due
	r.watchLabel(l, due)
	r.setLeg(l, dispute.ReturnAwaitingShipment, dispute.System, "")
	r.notify(dispute.NoticeInstructions, dispute.RoleCustomer, kv{"leg_id": l.ID, "instructions": ret.Instructions})
}

// undoReturn gives RMA and label back. A label whose number is not known may
// still have been issued: asking again under its key tells, and then it is voided.
func (r *caseRun) undoReturn(leg dispute.Leg) {
	c := r.Case
	r.effect("undo/"+leg.ID, func(w world) func() error {
		err := undo(w, c, leg)
		return r.onLeg(leg.ID, func(l *dispute.Leg) { r.undone(l, err) })
	})
}

func undo(w world, c dispute.Case, leg dispute.Leg) error {
	_, err := call[any](w, partnerOptions(QueueWarehouse, undoPatience, "void "+leg.Return.RMAID), activities.NameCancelReturn, leg.Return.RMAID)
	if leg.Return.Instructions.FreightPayer != dispute.FreightMerchant {
		return err
	}
	o := partnerOptions(QueueCarrier, undoPatience, "void the label of "+leg.Return.RMAID)
	id := leg.Return.LabelID
	if id == "" {
		label, labelErr := call[activities.Label](w, o, activities.NameIssueLabel, labelRequest(c, leg))
		if isFinal(labelErr) {
			return err // the carrier refuses: there is no label
		}
		if labelErr != nil {
			return labelErr
		}
		id = label.LabelID
	}
	if _, voidErr := call[any](w, o, activities.NameVoidLabel, id); voidErr != nil {
		return voidErr
	}
	return err
}

func (r *caseRun) undone(l *dispute.Leg, err error) {
	l.Return.Voided = true
	if err != nil {
		l.Problem = dispute.ProblemUndoFailed
		r.log(dispute.EventLegChanged, dispute.System, dispute.ProblemUndoFailed, kv{"leg_id": l.ID, "rma_id": l.Return.RMAID})
		r.notify(dispute.NoticeTask, dispute.RoleSupervisor, kv{"what": dispute.ProblemUndoFailed, "rma_id": l.Return.RMAID, "label_id": l.Return.LabelID})
		return
	}
	r.log(dispute.EventLegChanged, dispute.System, dispute.WhyVoided, kv{"leg_id": l.ID, "rma_id": l.Return.RMAID, "label_id": l.Return.LabelID})
}

// shipped takes the customer's word that the goods are on their way.
func (r *caseRun) shipped(s dispute.ReturnShipped) {
	l := r.legBy(func(l *dispute.Leg) bool {
		return l.Return != nil && (s.LegID == "" || s.LegID == l.ID)
	})
	if l == nil || s.TrackingNumber == "" {
		r.ignore(s.Actor, dispute.IgnoredNoSuchReturn, s.EventID, nil)
		return
	}
	ret := l.Return
	if l.State.Final() || l.State == dispute.ReturnReceived || l.State == dispute.ReturnInspected {
		r.ignore(s.Actor, dispute.IgnoredReturnPast, s.EventID, kv{"leg_id": l.ID, "state": l.State})
		return
	}
	switch {
	case ret.LabelID == "":
		ret.Carrier, ret.TrackingNumber = s.Carrier, s.TrackingNumber
	case !ret.Labelled(s.Carrier, s.TrackingNumber):
		ret.CustomerTracking = &dispute.Tracking{Carrier: s.Carrier, Number: s.TrackingNumber}
	}
	r.referParcel(s.Carrier, s.TrackingNumber, l.ID, ret.Labelled(s.Carrier, s.TrackingNumber))
	r.logEvent(dispute.EventParcel, s.Actor, dispute.WhyNumberGiven, s.EventID, kv{"leg_id": l.ID, "carrier": s.Carrier, "tracking_number": s.TrackingNumber})
	r.underway(l)
}

// underway marks the first scan or number: the customer has done their part.
func (r *caseRun) underway(l *dispute.Leg) {
	if l.State == dispute.ReturnInTransit || !l.CanBecome(dispute.ReturnInTransit) {
		return
	}
	now := r.now()
	l.Return.ShippedAt = &now
	r.meetClock(dispute.ClockReturnShipment, l.ID)
	r.setLeg(l, dispute.ReturnInTransit, dispute.System, "")
	r.start(dispute.ClockReturnTransit, l.ID)
}

// scanned takes a carrier's word on a parcel.
func (r *caseRun) scanned(u dispute.CarrierUpdate) {
	by := dispute.Actor{Role: dispute.RoleCarrier, ID: u.Carrier}
	l := r.legBy(func(l *dispute.Leg) bool {
		return l.Return != nil && l.Return.Travels(u.Carrier, u.TrackingNumber)
	})
	if l == nil && r.scannedRepair(u) {
		return
	}
	if rep := r.replacementParcel(u.Carrier, u.TrackingNumber); l == nil && rep != nil && u.Status.Valid() {
		r.replacementScanned(rep, u)
		return
	}
	if named := r.Case.Leg(u.LegID); l == nil && named != nil && named.Return != nil { // by the person who matched it
		l = named
		l.Return.CustomerTracking = &dispute.Tracking{Carrier: u.Carrier, Number: u.TrackingNumber}
	}
	if l == nil || !u.Status.Valid() {
		r.ignore(by, dispute.IgnoredNoSuchParcel, u.EventID, kv{"status": u.Status})
		return
	}
	past := l.State.Final() || l.Return.ReceivedAt != nil || l.Return.ParcelStatus == dispute.ParcelDelivered
	if past || l.Return.CameBackUnder(u.Carrier, u.TrackingNumber) {
		r.ignore(by, dispute.IgnoredParcelPast, u.EventID, kv{"leg_id": l.ID, "status": u.Status})
		return
	}
	l.Return.ParcelStatus = u.Status
	r.logEvent(dispute.EventParcel, by, string(u.Status), u.EventID, kv{"leg_id": l.ID})
	switch {
	case u.Status == dispute.ParcelReturnedToSender && mayComeBack(l) && r.followsCameBack():
		r.cameBack(l, u.Carrier, u.TrackingNumber)
	case u.Status == dispute.ParcelLost:
		r.parcelLost(l, u.Carrier, u.TrackingNumber)
	case u.Status == dispute.ParcelDelivered:
		now := r.now()
		l.Return.DeliveredAt = &now
		if own := l.Return.CustomerTracking; own != nil && !l.Return.Labelled(u.Carrier, u.TrackingNumber) {
			own.Delivered = true
		}
		r.meetClock(dispute.ClockReturnShipment, l.ID)
		r.meetClock(dispute.ClockReturnTransit, l.ID)
		r.setLeg(l, dispute.ReturnDelivered, by, "")
		r.start(dispute.ClockReceiptConfirmation, l.ID)
	default:
		r.underway(l)
	}
}

// parcelLost follows the rule only for the label that we issued: a number that a
// customer gave may be anybody's parcel, so a person looks into it.
func (r *caseRun) parcelLost(l *dispute.Leg, carrier, number string) {
	if l.Return.Labelled(carrier, number) {
		r.returnLost(l)
		return
	}
	r.askAboutLeg(dispute.ProblemCustomerParcelLost, l.ID)
}

// returnLost follows the rule of liability for goods lost on their way back.
func (r *caseRun) returnLost(l *dispute.Leg) {
	l.Return.ParcelStatus = dispute.ParcelLost
	clock := dispute.Clock{Name: dispute.ClockReturnTransit, LegID: l.ID}
	if k := r.Case.Counting(dispute.ClockReturnTransit, l.ID); k != nil {
		clock = *k
	}
	s := ruling[dispute.Silence](r.world, activities.NameSilence, &r.Case, clock)
	r.meetLegClocks(l.ID)
	r.setLeg(l, dispute.ReturnLost, dispute.System, s.Rule)
	if s.Outcome == dispute.SilenceRefund {
		r.release(l.ID)
		return
	}
	r.failLeg(l, dispute.ProblemReturnLost)
}

// release lets what waited for a return go on without it.
func (r *caseRun) release(legID string) {
	for i := range r.Case.Legs {
		if r.Case.Legs[i].After == legID {
			r.Case.Legs[i].After = ""
		}
	}
}
