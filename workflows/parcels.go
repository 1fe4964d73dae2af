package workflows

import "github.com/redresshq/redress/dispute"

// Goods on their way back do not always arrive as they should: elsewhere, in pieces,
// without the name that was given to them, or not at all and back at the customer's.

// returnNamed is the return that a warehouse means: by its RMA or a name that a person
// matched, by the leg that a person named, or by the parcel's number. A leg that a person
// named learns the name, so that what is reported under it later finds the leg.
func (r *caseRun) returnNamed(rma string, n dispute.ReturnName) *dispute.Leg {
	if l := r.legBy(func(l *dispute.Leg) bool { return l.Return != nil && l.Return.Known(rma) }); l != nil {
		return l
	}
	if n.LegID != "" {
		l := r.Case.Leg(n.LegID)
		if l == nil || l.Return == nil {
			return nil
		}
		if rma != "" {
			l.Return.Aliases = append(l.Return.Aliases, rma)
		}
		return l
	}
	if n.TrackingNumber == "" {
		return nil
	}
	return r.legBy(func(l *dispute.Leg) bool { return l.Return != nil && l.Return.Travels(n.Carrier, n.TrackingNumber) })
}

// astray says whether a warehouse reports goods that were sent to another one. They are
// to be passed on: both sides are told, the customer gets the new date, and the return
// goes on waiting for the right warehouse, on its clock.
func (r *caseRun) astray(l *dispute.Leg, at, eventID string) bool {
	ret, home := l.Return, l.Return.WarehouseID
	if o := r.Case.Facts.Order; home == "" && o != nil {
		home = o.WarehouseID
	}
	if at == "" || home == "" || at == home || ret.ReceivedAt != nil || r.Engine.Ending != "" || l.State.Final() {
		return false
	}
	told := ret.AstrayAt == at
	ret.AstrayAt = at
	r.logEvent(dispute.EventParcel, warehouse, dispute.WhyWrongWarehouse, eventID, kv{"leg_id": l.ID, "warehouse_id": at, "expected": home})
	if told {
		return true
	}
	due := r.lastDue(dispute.ClockReceiptConfirmation, l.ID)
	if l.State != dispute.ReturnDelivered {
		r.meetClock(dispute.ClockReturnShipment, l.ID)
		r.meetClock(dispute.ClockReturnTransit, l.ID)
		now := r.now()
		ret.DeliveredAt = &now
		r.setLeg(l, dispute.ReturnDelivered, warehouse, dispute.WhyWrongWarehouse)
		due = r.startNow(dispute.ClockRequest{Name: dispute.ClockReceiptConfirmation, LegID: l.ID}).DueAt
	}
	data := kv{"leg_id": l.ID, "rma_id": ret.RMAID, "warehouse_id": at, "expected": home}
	r.notify(dispute.NoticeWrongAddress, dispute.RoleWarehouse, data)
	r.notify(dispute.NoticeWrongAddress, dispute.RoleAgent, data)
	if !due.IsZero() {
		r.delayed(dispute.WhyWrongWarehouse, l.ID, r.lastDue(dispute.ClockReturnTransit, l.ID), due)
	}
	return true
}

// cameBack follows a parcel that came back to the customer: they are told, get a new
// label where the merchant pays for it, and the time to send the goods anew.
func (r *caseRun) cameBack(l *dispute.Leg, carrier, number string) {
	ret := l.Return
	if own := ret.CustomerTracking; own != nil && own.Carrier == carrier && own.Number == number {
		ret.CustomerTracking = nil
		ret.OldLabels = append(ret.OldLabels, dispute.OldLabel{Carrier: carrier, Number: number, CameBack: true})
	} else {
		r.retireLabel(l, true)
	}
	ret.CameBack++
	ret.ShippedAt = nil
	r.meetLegClocks(l.ID)
	r.setLeg(l, dispute.ReturnAwaitingShipment, dispute.System, dispute.RelabelCameBack)
	due := r.startNow(dispute.ClockRequest{Name: dispute.ClockReturnShipment, LegID: l.ID}).DueAt
	ret.Instructions.ShipBy = &due
	relabel := ret.LabelID == "" && ret.Instructions.FreightPayer == dispute.FreightMerchant
	if relabel {
		ret.Relabel = dispute.RelabelCameBack
	}
	r.notify(dispute.NoticeParcelBack, dispute.RoleCustomer, kv{"leg_id": l.ID, "rma_id": ret.RMAID, "ship_by": due, "new_label": relabel})
	if ret.CameBack > 1 { // something is wrong with the address or the goods
		r.notify(dispute.NoticeTask, dispute.RoleAgent, kv{"what": dispute.TaskParcelCameBack, "leg_id": l.ID, "times": ret.CameBack})
	}
}

// mayComeBack says whether the goods can be on their way, so that they can come back.
func mayComeBack(l *dispute.Leg) bool {
	return l.State == dispute.ReturnInTransit || l.State == dispute.ReturnAwaitingShipment
}

// restCame follows a parcel that brought what was missing of a return whose part was
// refunded: its money goes out by the same rule, and the desk has nothing left to decide
// about it.
func (r *caseRun) restCame(l *dispute.Leg, finding dispute.InspectionFinding) {
	l.Return.Differences = finding.Differences
	r.notify(dispute.NoticeInspected, dispute.RoleCustomer, kv{"leg_id": l.ID, "accepted": finding.Accepted, "differences": finding.Differences})
	r.startLegs(finding.Part, finding.Rule)
	if !finding.Accepted {
		return
	}
	l.Problem = ""
	r.setLeg(l, dispute.ReturnAccepted, dispute.System, dispute.WhyRestCame)
	if r.Case.Stage == dispute.StageFollowUp {
		r.askAgent(&dispute.Explanation{Code: dispute.ProblemRestCameLate, Detail: map[string]string{"leg_id": l.ID}}, finding.Rule)
	}
	r.resumeExecution()
}

// startLegs adds legs that the rules planned to the case.
func (r *caseRun) startLegs(legs []dispute.Leg, rule string) {
	for _, leg := range legs {
		r.Case.Legs = append(r.Case.Legs, leg)
		data := kv{"leg_id": leg.ID, "type": leg.Type}
		switch {
		case leg.Return != nil:
			r.refer(dispute.RefRMA, leg.Return.RMAID, leg.ID)
			data["rma_id"] = leg.Return.RMAID
		case leg.Money != nil:
			r.refer(dispute.RefRefund, leg.Money.Key, leg.ID)
			data["refund_key"], data["amount"] = leg.Money.Key, leg.Money.Amount
			if leg.Money.Form != "" {
				data["form"] = leg.Money.Form
			}
		}
		r.referGoods(leg, data)
		r.log(dispute.EventLegStarted, dispute.System, rule, data)
	}
}

// awaitsParcels says whether another parcel of the return is in the dock and was not
// looked at: the finding waits for it, on the same clock.
func awaitsParcels(l *dispute.Leg) bool {
	return l.State == dispute.ReturnReceived && l.Return.Uninspected()
}
