package workflows

import (
	"github.com/redresshq/redress/activities"
	"github.com/redresshq/redress/dispute"
)

// workshop is who mends goods: a part of the warehouse.
var workshop = dispute.Actor{Role: dispute.RoleWarehouse}

// progressRepair lets the repair begin once the goods are in, whoever said so.
func (r *caseRun) progressRepair(leg *dispute.Leg) {
	if leg.State != dispute.RepairRequired || leg.Repair.ReceivedAt != nil {
		return
	}
	if before := r.Case.Leg(leg.After); leg.After == "" || (before != nil && before.State == dispute.ReturnAccepted) {
		r.goodsIn(leg, dispute.System)
	}
}

// advanceRepair tells the workshop what it has to know: that goods will come, that the
// customer takes the quote, that the repair is given up.
func (r *caseRun) advanceRepair(leg *dispute.Leg) {
	rep := leg.Repair
	if mustCallOff(leg) {
		// What is under way ends first: it is to be called off too.
		if !r.inflight[repairing(leg.ID)] {
			r.callOff(*leg)
		}
		return
	}
	if rep.Tracing {
		r.traceRepair(leg)
	}
	if r.Engine.Ending != "" || leg.State.Final() || leg.Problem != "" {
		return
	}
	switch {
	case !rep.Announced && leg.State != dispute.RepairSendingBack:
		r.effect(repairing(leg.ID), r.announceRepair(*leg))
	case rep.AcceptedAt != nil && !rep.Approved:
		r.effect(repairing(leg.ID), r.approveRepair(*leg))
	}
}

// repairing is the key of what is being told to the workshop.
func repairing(legID string) string { return "repair/" + legID }

func (r *caseRun) announceRepair(leg dispute.Leg) func(world) func() error {
	rep := leg.Repair
	request := activities.RepairAnnouncement{RepairID: rep.RepairID, CaseID: r.Case.ID, WorkflowID: CaseID(r.Case.ID),
		OrderID: r.Case.OrderID, Lines: rep.Lines, Free: rep.Free}
	if before := r.Case.Leg(leg.After); before != nil && before.Return != nil {
		request.RMAID = before.Return.RMAID
	}
	return func(w world) func() error {
		_, err := call[any](w, partnerOptions(QueueWarehouse, preparePatience, "announce "+rep.RepairID), activities.NameAnnounceRepair, request)
		return r.onLeg(leg.ID, func(l *dispute.Leg) {
			if err == nil {
				l.Repair.Announced = true
				return
			}
			r.repairRefused(l, isFinal(err))
		})
	}
}

func (r *caseRun) approveRepair(leg dispute.Leg) func(world) func() error {
	rep := leg.Repair
	return func(w world) func() error {
		_, err := call[any](w, partnerOptions(QueueWarehouse, preparePatience, "approve "+rep.RepairID), activities.NameApproveRepair, rep.RepairID, *rep.Quote)
		return r.onLeg(leg.ID, func(l *dispute.Leg) {
			switch {
			case l.State.Final():
			case l.Repair.AcceptedAt == nil || !l.Repair.AcceptedAt.Equal(*rep.AcceptedAt):
				return // another price meanwhile: the workshop is told of that one
			case err == nil:
				l.Repair.Approved = true
			default:
				r.repairRefused(l, isFinal(err))
			}
		})
	}
}

// repairRefused takes a repair that the workshop does not make to a person. Goods that
// have not left stay where they are.
func (r *caseRun) repairRefused(l *dispute.Leg, knows bool) {
	if l.State.Final() {
		return
	}
	l.Repair.CalledOff = knows && l.Repair.ReceivedAt == nil
	if back := r.Case.Leg(l.After); back != nil && back.Return != nil && back.Return.ShippedAt == nil && back.CanBecome(dispute.ReturnCancelled) {
		r.meetLegClocks(back.ID)
		r.setLeg(back, dispute.ReturnCancelled, dispute.System, dispute.ProblemRepairRefused)
	}
	r.setLeg(l, dispute.RepairFailed, workshop, dispute.ProblemRepairRefused)
	r.failLeg(l, dispute.ProblemRepairRefused)
}

// toWorkshop takes the count of goods that come to be mended: the workshop's diagnosis is
// their inspection.
func (r *caseRun) toWorkshop(back, leg *dispute.Leg) {
	ret, now := back.Return, r.now()
	ret.ReceivedAt = &now
	r.meetLegClocks(back.ID)
	if back.CanBecome(dispute.ReturnReceived) {
		r.setLeg(back, dispute.ReturnReceived, warehouse, "")
	}
	if back.CanBecome(dispute.ReturnAccepted) {
		r.setLeg(back, dispute.ReturnAccepted, dispute.System, dispute.WhyToBeRepaired)
	}
	if r.Engine.Ending == "" {
		r.notify(dispute.NoticeReceived, dispute.RoleCustomer, kv{"leg_id": back.ID, "rma_id": ret.RMAID})
	}
	r.goodsIn(leg, warehouse)
	if r.Engine.Ending == "" && tooFew(ret, leg.Repair.Lines) {
		back.Problem = dispute.ProblemRepairShort
		r.askAboutLeg(dispute.ProblemRepairShort, back.ID)
	}
}

// tooFew says whether less was counted than is to be mended. A count by SKU is not compared.
func tooFew(ret *dispute.ReturnLeg, lines []dispute.Line) bool {
	counted := map[string]int{}
	for _, got := range ret.Received {
		if got.LineID == "" {
			return false
		}
		counted[got.LineID] += got.Quantity
	}
	for _, want := range lines {
		if len(ret.Received) > 0 && counted[want.LineID] < want.Quantity {
			return true
		}
	}
	return false
}

// goodsIn starts the workshop's clocks. Goods of a repair that was given up meanwhile are
// on their way back at once.
func (r *caseRun) goodsIn(leg *dispute.Leg, by dispute.Actor) {
	if leg.Repair.ReceivedAt != nil {
		return
	}
	now := r.now()
	leg.Repair.ReceivedAt = &now
	if leg.State != dispute.RepairRequired {
		return
	}
	r.setLeg(leg, dispute.RepairReceived, by, "")
	r.start(dispute.ClockRepairDiagnosis, leg.ID)
	r.start(dispute.ClockRepairWork, leg.ID)
	r.deskServed(leg.After, leg.ID)
}

// deskServed takes the case back from the desk, if it was asked about one of the legs and
// that has gone on by itself.
func (r *caseRun) deskServed(legIDs ...string) {
	why := r.Case.Explanation
	if why == nil {
		return
	}
	for _, id := range legIDs {
		if id != "" && why.Detail["leg_id"] == id {
			r.resumeExecution()
			return
		}
	}
}

// quoteCommand is the customer's answer to what a repair would cost.
func (r *caseRun) quoteCommand(c dispute.QuoteCommand) error {
	l := r.Case.Leg(c.LegID)
	if l == nil || !l.QuoteOpen() {
		return dispute.Errorf(dispute.CodeNotAllowedNow, "no price of leg %q waits for an answer", c.LegID)
	}
	switch c.Action {
	case dispute.ResponseAccept:
		now := r.now()
		l.Repair.AcceptedAt = &now
		r.meetClock(dispute.ClockRepairQuote, l.ID)
		r.log(dispute.EventQuoteAnswered, c.Actor, string(c.Action), kv{"leg_id": l.ID, "quote": l.Repair.Quote})
		r.setLeg(l, dispute.RepairRepairing, c.Actor, dispute.WhyQuoteAccepted)
		r.start(dispute.ClockRepairWork, l.ID)
	case dispute.ResponseDecline:
		r.log(dispute.EventQuoteAnswered, c.Actor, string(c.Action), kv{"leg_id": l.ID, "quote": l.Repair.Quote})
		r.sendBack(l, c.Actor, dispute.WhyQuoteDeclined)
	default:
		return dispute.Invalid("action is accept or decline", dispute.Field{Pointer: "/action", Detail: "unknown action"})
	}
	return nil
}
