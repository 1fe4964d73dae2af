package workflows

import (
	"slices"

	"github.com/redresshq/redress/dispute"
)

// repaired takes the workshop's report on a repair. A lower sequence is old news.
func (r *caseRun) repaired(u dispute.RepairUpdate) {
	l := r.legBy(func(l *dispute.Leg) bool { return l.Repair != nil && l.Repair.RepairID == u.RepairID })
	switch {
	case l == nil:
		r.ignore(workshop, dispute.IgnoredUnknownRepair, u.EventID, kv{"repair_id": clip(u.RepairID)})
		return
	case !slices.Contains(dispute.WorkshopStatuses(), u.Status):
		r.ignore(workshop, dispute.IgnoredUnknownStatus, u.EventID, kv{"leg_id": l.ID, "status": clip(u.Status)})
		return
	case l.Repair.Sequence != 0 && u.Sequence <= l.Repair.Sequence:
		r.ignore(workshop, dispute.IgnoredLowerSequence, u.EventID, kv{"leg_id": l.ID, "sequence": u.Sequence})
		return
	}
	l.Repair.Sequence = u.Sequence
	r.logEvent(dispute.EventRepairUpdated, workshop, u.Status, u.EventID, reportData(l, u))
	if l.State.Final() {
		r.repairIsOver(l, u)
		return
	}
	if u.Status != dispute.WorkshopDelayed && u.Status != dispute.WorkshopReturned {
		r.workshopHasGoods(l)
	}
	if l.State == dispute.RepairSendingBack && u.Status != dispute.WorkshopShipped && u.Status != dispute.WorkshopReturned {
		return // the goods go back as they are
	}
	switch u.Status {
	case dispute.WorkshopDiagnosed:
		r.diagnosed(l, u)
	case dispute.WorkshopRepairing, dispute.WorkshopRepaired:
		r.mending(l, u)
	case dispute.WorkshopShipped:
		r.repairShipped(l, u.Carrier, u.TrackingNumber)
	case dispute.WorkshopReturned:
		r.repairBack(l, workshop, "")
	case dispute.WorkshopIrreparable:
		r.setLeg(l, dispute.RepairIrreparable, workshop, clip(u.Reason))
		r.meetLegClocks(l.ID)
		r.notify(dispute.NoticeRepair, dispute.RoleCustomer, kv{"leg_id": l.ID, "status": u.Status})
		r.cameToNothing(l, dispute.ProblemIrreparable)
	case dispute.WorkshopDelayed:
		r.repairDelayed(l, u)
	}
}

// reportData is what of a report stands in the timeline: codes, dates and amounts.
func reportData(l *dispute.Leg, u dispute.RepairUpdate) kv {
	data := kv{"leg_id": l.ID, "sequence": u.Sequence}
	for name, code := range map[string]string{"diagnosis": u.Diagnosis, "reason": u.Reason, "carrier": u.Carrier, "tracking_number": u.TrackingNumber} {
		if code != "" {
			data[name] = clip(code)
		}
	}
	if u.Covered != nil {
		data["covered"] = *u.Covered
	}
	if u.Quote != nil {
		data["quote"] = *u.Quote
	}
	if u.ReadyBy != nil {
		data["ready_by"] = u.ReadyBy.UTC()
	}
	return data
}

// repairIsOver takes a report on a repair that is at its end. Goods that leave the
// workshop although something else was decided for them are for a person.
func (r *caseRun) repairIsOver(l *dispute.Leg, u dispute.RepairUpdate) {
	if l.State == dispute.RepairReturned || (u.Status != dispute.WorkshopShipped && u.Status != dispute.WorkshopReturned) {
		return
	}
	now := r.now()
	l.Repair.ShippedAt, l.Repair.Carrier, l.Repair.TrackingNumber = &now, clip(u.Carrier), clip(u.TrackingNumber)
	r.log(dispute.EventPersonNeeded, dispute.System, dispute.ProblemRepairSentAfterEnd, kv{"leg_id": l.ID, "state": l.State})
	r.notify(dispute.NoticeTask, dispute.RoleSupervisor, kv{"what": dispute.ProblemRepairSentAfterEnd, "leg_id": l.ID})
}

// workshopHasGoods believes the workshop that the goods are there, though nobody
// counted them at the dock.
func (r *caseRun) workshopHasGoods(l *dispute.Leg) {
	if l.Repair.ReceivedAt != nil {
		return
	}
	if back := r.Case.Leg(l.After); back != nil && back.Return != nil && back.Return.ReceivedAt == nil && !back.State.Final() {
		r.toWorkshop(back, l)
		return
	}
	r.goodsIn(l, workshop)
}

// diagnosed goes on with the work where it is free; else the customer is told what it
// costs and until when it would be done.
func (r *caseRun) diagnosed(l *dispute.Leg, u dispute.RepairUpdate) {
	rep, now := l.Repair, r.now()
	rep.DiagnosedAt, rep.Diagnosis, rep.NotCovered = &now, clip(u.Diagnosis), u.Covered != nil && !*u.Covered
	if u.ReadyBy != nil {
		rep.ReadyBy = u.ReadyBy
	}
	r.meetClock(dispute.ClockRepairDiagnosis, l.ID)
	l.Problem = ""
	switch {
	case rep.Free && !rep.NotCovered:
		if l.CanBecome(dispute.RepairDiagnosed) {
			r.setLeg(l, dispute.RepairDiagnosed, workshop, "")
		}
		r.notify(dispute.NoticeRepair, dispute.RoleCustomer, kv{"leg_id": l.ID, "status": u.Status, "ready_by": rep.ReadyBy})
		r.deskServed(l.ID)
	case u.Quote == nil || u.Quote.Amount <= 0 || !dispute.KnownCurrency(u.Quote.Currency):
		if l.CanBecome(dispute.RepairDiagnosed) {
			r.setLeg(l, dispute.RepairDiagnosed, workshop, "")
		}
		l.Problem = dispute.ProblemRepairUnpriced
		r.askAboutLeg(l.Problem, l.ID)
	default:
		r.quoted(l, *u.Quote)
	}
}

// quoted tells the price. The work waits for the answer, and so does its clock.
func (r *caseRun) quoted(l *dispute.Leg, price dispute.Money) {
	rep := l.Repair
	rep.Quote, rep.AcceptedAt, rep.Approved = &price, nil, false
	r.deskServed(l.ID)
	if l.State != dispute.RepairQuoted && !r.setLeg(l, dispute.RepairQuoted, workshop, "") {
		return
	}
	r.meetLegClocks(l.ID)
	due := r.startNow(dispute.ClockRequest{Name: dispute.ClockRepairQuote, LegID: l.ID}).DueAt
	rep.QuoteBy = &due
	r.notify(dispute.NoticeRepairQuote, dispute.RoleCustomer, kv{"leg_id": l.ID, "quote": price, "ready_by": rep.ReadyBy,
		"answer_by": due, "not_covered": rep.NotCovered})
}

// mending says that the workshop works, or is done. It may not begin what the customer
// has not agreed to pay.
func (r *caseRun) mending(l *dispute.Leg, u dispute.RepairUpdate) {
	if u.ReadyBy != nil {
		l.Repair.ReadyBy = u.ReadyBy
	}
	if l.QuoteOpen() || !l.CanBecome(dispute.RepairRepairing) {
		return
	}
	r.meetClock(dispute.ClockRepairDiagnosis, l.ID)
	r.setLeg(l, dispute.RepairRepairing, workshop, "")
	r.deskServed(l.ID)
}

// repairDelayed passes the new date on at once, with the reason. The clock of the work
// goes on: how long a repair may take is not the workshop's to say.
func (r *caseRun) repairDelayed(l *dispute.Leg, u dispute.RepairUpdate) {
	old := r.lastDue(dispute.ClockRepairWork, l.ID)
	if l.Repair.ReadyBy != nil {
		old = *l.Repair.ReadyBy
	}
	reason := clip(u.Reason)
	if reason == "" {
		reason = dispute.WhyRepairDelayed
	}
	if u.ReadyBy == nil {
		r.delayed(reason, l.ID, old, r.lastDue(dispute.ClockRepairWork, l.ID))
		return
	}
	l.Repair.ReadyBy = u.ReadyBy
	r.delayed(reason, l.ID, old, *u.ReadyBy)
}

// repairShipped says that the goods are on their way back, mended or as they were.
func (r *caseRun) repairShipped(l *dispute.Leg, carrier, number string) {
	rep, now := l.Repair, r.now()
	if l.QuoteOpen() {
		rep.Declined = true // nobody agreed to anything
	}
	if !r.setLeg(l, dispute.RepairShipped, workshop, "") {
		return
	}
	rep.ShippedAt, rep.Carrier, rep.TrackingNumber = &now, clip(carrier), clip(number)
	l.Problem = ""
	r.meetLegClocks(l.ID)
	if number != "" {
		r.referParcel(rep.Carrier, rep.TrackingNumber, l.ID, true)
	}
	r.start(dispute.ClockReplacementDelivery, l.ID)
	status := dispute.WorkshopShipped
	if rep.Declined {
		status = dispute.RepairToldSentBack
	}
	r.notify(dispute.NoticeRepair, dispute.RoleCustomer, kv{"leg_id": l.ID, "status": status, "carrier": rep.Carrier, "tracking_number": rep.TrackingNumber})
	r.deskServed(l.ID)
}

// repairBack says that the customer has signed for the goods.
func (r *caseRun) repairBack(l *dispute.Leg, by dispute.Actor, why string) {
	if !r.setLeg(l, dispute.RepairReturned, by, why) {
		return
	}
	now := r.now()
	l.Repair.ReturnedAt, l.Repair.Tracing, l.Problem = &now, false, ""
	if l.Repair.ReceivedAt == nil {
		l.Repair.ReceivedAt = &now
	}
	r.meetLegClocks(l.ID)
	r.notify(dispute.NoticeRepair, dispute.RoleCustomer, kv{"leg_id": l.ID, "status": dispute.WorkshopReturned, "declined": l.Repair.Declined})
	r.deskServed(l.ID)
}

// scannedRepair takes a carrier's word on mended goods; false when the parcel is not one.
func (r *caseRun) scannedRepair(u dispute.CarrierUpdate) bool {
	l := r.legBy(func(l *dispute.Leg) bool { return l.Repair != nil && l.Repair.Travels(u.Carrier, u.TrackingNumber) })
	if l == nil {
		return false
	}
	by := dispute.Actor{Role: dispute.RoleCarrier, ID: u.Carrier}
	turnedUp := l.State == dispute.RepairFailed && l.Problem != "" && u.Status == dispute.ParcelDelivered
	if !u.Status.Valid() || (l.State != dispute.RepairShipped && !turnedUp) {
		r.ignore(by, dispute.IgnoredParcelPast, u.EventID, kv{"leg_id": l.ID, "status": clip(string(u.Status))})
		return true
	}
	r.logEvent(dispute.EventParcel, by, string(u.Status), u.EventID, kv{"leg_id": l.ID})
	r.repairParcel(l, u.Status, by)
	return true
}

func (r *caseRun) repairParcel(l *dispute.Leg, status dispute.ParcelStatus, by dispute.Actor) {
	l.Repair.ParcelStatus = status
	switch status {
	case dispute.ParcelDelivered:
		r.repairBack(l, by, "")
	case dispute.ParcelLost:
		r.setLeg(l, dispute.RepairFailed, by, dispute.ProblemRepairLost)
		r.failLeg(l, dispute.ProblemRepairLost)
		r.repairTask(l)
	case dispute.ParcelReturnedToSender:
		l.Repair.ShippedAt = nil // the workshop has the goods again
		r.setLeg(l, dispute.RepairFailed, by, dispute.ProblemRepairBounced)
		if r.Engine.Ending != "" {
			r.sendBack(l, dispute.System, dispute.ProblemRepairBounced)
			return
		}
		r.failLeg(l, dispute.ProblemRepairBounced)
	}
}

// repairTask tells a supervisor of goods that did not come back, where the case is on its
// way out and nobody else would look.
func (r *caseRun) repairTask(l *dispute.Leg) {
	if r.Engine.Ending != "" {
		r.notify(dispute.NoticeTask, dispute.RoleSupervisor, kv{"what": l.Problem, "leg_id": l.ID, "repair_id": l.Repair.RepairID})
	}
}
