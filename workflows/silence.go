package workflows

import (
	"github.com/redresshq/redress/activities"
	"github.com/redresshq/redress/dispute"
)

// expire lets silence have its outcome (law 2). What is a breach by the shop is
// marked and told; what the outcome is, the policy says.
func (r *caseRun) expire(k dispute.Clock) {
	running := r.Case.Running(k.Name, k.LegID)
	if running == nil {
		return // met in this very turn
	}
	r.stopClock(running, dispute.ClockBreached)
	r.log(dispute.EventClockBreached, dispute.System, k.OnExpiry, kv{"clock": k.Name, "leg_id": k.LegID, "due_at": k.DueAt, "owner": k.Owner})
	if r.goodsSilent(k) || r.repairSilent(k) {
		return
	}
	switch k.OnExpiry {
	case dispute.SilenceBreach:
		r.breach(k)
	case dispute.SilenceExtend:
		r.breach(k)
		r.extendResolution(k)
	case dispute.SilenceCloseExpired:
		r.end(dispute.OutcomeExpired)
	case dispute.SilenceCloseRejected:
		r.closeAfterWindow()
	case dispute.SilenceClose, dispute.SilenceUnanswered: // of the reopen window, of the survey
		r.closeSettled()
	case dispute.SilenceAsk:
		r.askSurvey(k)
	case dispute.SilenceJudge:
		r.unproven(k)
	case dispute.SilenceFinal:
		r.notContested()
	case dispute.SilenceResume:
		r.resume(dispute.WhyOver)
	case dispute.SilenceForCustomer, dispute.SilenceEscalate:
		r.breach(k)
		r.agentSilent(k)
	case dispute.SilenceNextLevel:
		r.breach(k)
		r.nextLevel(k)
	case dispute.SilenceLapse:
		r.lapse()
	case dispute.SilenceExpireReturn:
		r.returnExpired(k)
	case dispute.SilenceTrace:
		r.traceReturn(k)
	case dispute.SilenceRefund, dispute.SilenceAgent:
		r.receiptSilent(k)
	case dispute.SilenceRemind:
		r.remindWarehouse(k)
	case dispute.SilenceReconcile:
		if l := r.Case.Leg(k.LegID); l != nil && l.Money != nil && !l.State.Final() {
			l.Money.Reconciling = true
		}
	default:
		// A policy that this release does not know must not end in silence.
		r.askAgent(&dispute.Explanation{Code: dispute.ProblemClockExpired, Detail: map[string]string{"clock": string(k.Name)}}, k.OnExpiry)
	}
}

// breach marks a clock of the shop as missed and tells the supervisor.
func (r *caseRun) breach(k dispute.Clock) {
	r.Case.Breached = true
	r.notify(dispute.NoticeBreach, dispute.RoleSupervisor, kv{"clock": k.Name, "due_at": k.DueAt, "owner": k.Owner, "round": k.Round})
}

// extendResolution gives the customer a new date, again and again until it is done.
func (r *caseRun) extendResolution(k dispute.Clock) {
	due := r.startNow(dispute.ClockRequest{Name: k.Name, LegID: k.LegID, Round: k.Round + 1}).DueAt
	r.delayed(dispute.WhyResolutionOverdue, "", k.DueAt, due)
}

// closeAfterWindow ends a case that nobody took further; returns granted earlier
// that are on their way go on.
func (r *caseRun) closeAfterWindow() {
	if legs := r.onTheirWay(); len(legs) > 0 {
		r.refuseExtra(dispute.System, kv{"code": dispute.WhyExtraRefused}, legs)
		return
	}
	if l := r.owed(); l != nil { // what was promised failed, and nothing was given for it
		r.askAboutLeg(l.Problem, l.ID)
		return
	}
	if r.Engine.Offered {
		r.end(dispute.OutcomeRejected)
		return
	}
	r.end(dispute.OutcomeExpired)
}

// agentSilent decides for the customer inside the automatic limit and without
// risk, if the policy says so; otherwise a supervisor gets the case.
func (r *caseRun) agentSilent(k dispute.Clock) {
	if o := r.Case.OpenOffer(); o != nil && o.Consent != nil {
		o.State = dispute.OfferLapsed
		r.log(dispute.EventOfferLapsed, dispute.System, dispute.FailedMerchantSilent, kv{"offer_id": o.ID})
		r.mediationFailed(dispute.FailedMerchantSilent)
		return
	}
	s := ruling[dispute.Silence](r.world, activities.NameSilence, &r.Case, k)
	if s.Outcome == dispute.SilenceForCustomer && !r.goodsSent() {
		d := dispute.Decision{Author: dispute.System, Remedies: s.Remedies, Rule: s.Rule}
		if plan := r.plan(d.Remedies); plan.Refused == nil {
			r.decidePlanned(d, plan)
			return
		}
	}
	r.escalate(dispute.System, dispute.ProblemAgentSilent)
}

// goodsSent says whether goods went back, or may have: then silence neither pays
// for what nobody found in order nor asks for them a second time.
func (r *caseRun) goodsSent() bool {
	return r.legBy(func(l *dispute.Leg) bool {
		return l.Return != nil && l.State != dispute.ReturnCancelled && l.State != dispute.ReturnExpired
	}) != nil
}

// lapse withdraws an offer that the customer did not answer.
func (r *caseRun) lapse() {
	if o := r.Case.OpenOffer(); o != nil {
		o.State = dispute.OfferLapsed
		r.log(dispute.EventOfferLapsed, dispute.System, "", kv{"offer_id": o.ID})
		if o.Consent != nil { // a case that the customer does not pursue is nobody's to rule on
			r.meetClock(dispute.ClockAgentDecision, "")
			r.endMediation(dispute.MediationFailed, dispute.FailedCustomerSilent)
		}
	}
	r.start(dispute.ClockEscalationWindow, "")
}

// returnExpired gives up a return that was never sent.
func (r *caseRun) returnExpired(k dispute.Clock) {
	l := r.Case.Leg(k.LegID)
	if l == nil || !r.setLeg(l, dispute.ReturnExpired, dispute.System, dispute.WhyNotShipped) {
		return
	}
	r.cancelAfter(l.ID, dispute.WhyNotShipped)
	if r.sentWithout(l.ID) != nil {
		r.failLeg(l, dispute.ProblemGoodsNotReturned)
	}
}

// traceReturn has the carrier asked about a parcel that should have arrived.
func (r *caseRun) traceReturn(k dispute.Clock) {
	l := r.Case.Leg(k.LegID)
	if l == nil || l.Return.TrackingNumber == "" {
		r.transitUnknown(k.LegID)
		return
	}
	l.Return.Tracing = true
}

// advanceTrace asks the carrier where a return is.
func (r *caseRun) advanceTrace(leg *dispute.Leg) {
	carrier, number, limit := leg.Return.Carrier, leg.Return.TrackingNumber, r.sourceLimit(dispute.FactTrace)
	r.effect("trace/"+leg.ID, func(w world) func() error {
		t, err := call[dispute.TraceFacts](w, partnerOptions(QueueCarrier, limit, "trace of the return"), activities.NameTraceParcel, carrier, number)
		return r.onLeg(leg.ID, func(l *dispute.Leg) {
			l.Return.Tracing = false
			switch {
			case l.State != dispute.ReturnInTransit:
				return // it turned up meanwhile
			case err == nil && t.Status == dispute.ParcelLost:
				r.parcelLost(l, carrier, number)
			case err == nil && t.Status == dispute.ParcelDelivered:
				r.scanned(dispute.CarrierUpdate{Carrier: carrier, TrackingNumber: number, Status: t.Status})
			default:
				r.transitUnknown(l.ID)
			}
		})
	})
}

// transitUnknown hands a parcel that nobody can find to the desk.
func (r *caseRun) transitUnknown(legID string) {
	r.lateAtDesk(dispute.ProblemReturnNotFound, legID, r.lastDue(dispute.ClockReturnTransit, legID))
}

// receiptSilent follows a delivery that the warehouse never confirmed.
func (r *caseRun) receiptSilent(k dispute.Clock) {
	l := r.Case.Leg(k.LegID)
	if l == nil {
		return
	}
	r.breach(k)
	if s := ruling[dispute.Silence](r.world, activities.NameSilence, &r.Case, k); s.Outcome == dispute.SilenceRefund {
		r.setLeg(l, dispute.ReturnAccepted, dispute.System, s.Rule)
		return
	}
	r.lateAtDesk(dispute.ProblemReceiptNotConfirmed, l.ID, k.DueAt)
}

// remindWarehouse sends the second notice and gives the decision to the desk.
func (r *caseRun) remindWarehouse(k dispute.Clock) {
	r.breach(k)
	l := r.Case.Leg(k.LegID)
	if l == nil {
		return
	}
	r.notify(dispute.NoticeInspectNow, dispute.RoleWarehouse, kv{"rma_id": l.Return.RMAID, "round": k.Round + 1})
	r.lateAtDesk(dispute.ProblemInspectionOverdue, l.ID, k.DueAt)
}
