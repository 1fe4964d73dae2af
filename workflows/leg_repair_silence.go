package workflows

import (
	"github.com/redresshq/redress/activities"
	"github.com/redresshq/redress/dispute"
)

// repairSilent lets silence about a repair have its outcome; false when the clock is not
// one of a repair.
func (r *caseRun) repairSilent(k dispute.Clock) bool {
	l := r.Case.Leg(k.LegID)
	if l == nil || l.Repair == nil {
		return false
	}
	switch k.Name {
	case dispute.ClockRepairDiagnosis:
		r.breach(k)
		r.workshopSilent(l, k, dispute.ProblemRepairOverdue)
	case dispute.ClockReplacementDispatch: // of goods that are to be sent back
		r.breach(k)
		r.workshopSilent(l, k, dispute.ProblemRepairNotSentBack)
	case dispute.ClockRepairQuote:
		if k.OnExpiry == dispute.SilenceDecline {
			r.log(dispute.EventQuoteAnswered, dispute.System, dispute.WhyNotAnswered, kv{"leg_id": l.ID, "quote": l.Repair.Quote})
			r.sendBack(l, dispute.System, dispute.ProblemQuoteNotAnswered)
			return true
		}
		r.askAboutRepair(l, k, dispute.ProblemQuoteNotAnswered)
	case dispute.ClockRepairWork:
		r.breach(k)
		r.cameToNothing(l, dispute.ProblemRepairOverdue)
	case dispute.ClockReplacementDelivery:
		if l.Repair.TrackingNumber != "" && k.OnExpiry == dispute.SilenceTrace {
			l.Repair.Tracing = true
			return true
		}
		r.askAboutRepair(l, k, dispute.ProblemRepairNotFound)
	default:
		return false
	}
	return true
}

// workshopSilent sends the second notice with a new date for the customer; the next time
// a person is asked.
func (r *caseRun) workshopSilent(l *dispute.Leg, k dispute.Clock, problem string) {
	if k.OnExpiry != dispute.SilenceRemind {
		r.askAboutRepair(l, k, problem)
		return
	}
	r.notify(dispute.NoticeRepairNow, dispute.RoleWarehouse, kv{"repair_id": l.Repair.RepairID, "round": k.Round + 1})
	due := r.startNow(dispute.ClockRequest{Name: k.Name, LegID: l.ID, Round: k.Round + 1}).DueAt
	if r.Engine.Ending == "" {
		r.delayed(problem, l.ID, k.DueAt, due)
	}
}

// askAboutRepair asks a person. Of a case on its way out nobody at the desk is asked: the
// supervisor is told, again and again, since goods of the customer are not back.
func (r *caseRun) askAboutRepair(l *dispute.Leg, k dispute.Clock, problem string) {
	if r.Engine.Ending != "" {
		r.notify(dispute.NoticeTask, dispute.RoleSupervisor, kv{"what": problem, "leg_id": l.ID, "repair_id": l.Repair.RepairID})
		r.startRound(dispute.ClockRequest{Name: k.Name, LegID: l.ID, Round: k.Round + 1})
		return
	}
	r.lateAtDesk(problem, l.ID, k.DueAt)
}

// cameToNothing follows a repair that takes too long or cannot be made: where the rules
// say so the exchange that is owed is decided, else a person decides.
func (r *caseRun) cameToNothing(l *dispute.Leg, problem string) {
	legID, old := l.ID, r.lastDue(dispute.ClockRepairWork, l.ID)
	rule, ok := r.owedInstead(l)
	if ok {
		return
	}
	l = r.Case.Leg(legID)
	why := &dispute.Explanation{Code: problem, Detail: map[string]string{"leg_id": legID}}
	if rule != nil {
		why.Rule, why.Basis = rule.Rule, rule.Basis
		if rule.Explanation != nil {
			why.Detail["because"] = rule.Explanation.Code
		}
	}
	if l.State.Final() {
		l.Problem = problem
		r.meetLegClocks(legID)
	}
	r.askAgent(why, "")
	r.delayedAtDesk(problem, legID, old)
}

// owedInstead decides what is owed in place of a repair, if a rule says so and nobody has
// taken the case up already.
func (r *caseRun) owedInstead(l *dispute.Leg) (*dispute.Silence, bool) {
	if r.Case.Stage != dispute.StageExecution && r.Case.Stage != dispute.StageNegotiation {
		return nil, false
	}
	clock := dispute.Clock{Name: dispute.ClockRepairWork, LegID: l.ID}
	s := ruling[dispute.Silence](r.world, activities.NameSilence, &r.Case, clock)
	if s.Outcome != dispute.SilenceExchange || len(s.Remedies) == 0 {
		return &s, false
	}
	r.moveTo(dispute.StageNegotiation)
	plan := r.plan(s.Remedies)
	if plan.Refused != nil {
		return &s, false
	}
	r.decidePlanned(dispute.Decision{Author: dispute.System, Remedies: s.Remedies, Rule: s.Rule}, plan)
	return &s, true
}

// traceRepair asks the carrier where goods on their way back are.
func (r *caseRun) traceRepair(leg *dispute.Leg) {
	carrier, number, limit := leg.Repair.Carrier, leg.Repair.TrackingNumber, r.sourceLimit(dispute.FactTrace)
	r.effect("trace/"+leg.ID, func(w world) func() error {
		t, err := call[dispute.TraceFacts](w, partnerOptions(QueueCarrier, limit, "trace of repaired goods"), activities.NameTraceParcel, carrier, number)
		return r.onLeg(leg.ID, func(l *dispute.Leg) {
			l.Repair.Tracing = false
			by := dispute.Actor{Role: dispute.RoleCarrier, ID: carrier}
			switch {
			case l.State != dispute.RepairShipped:
				return // it turned up meanwhile
			case err == nil && (t.Status == dispute.ParcelDelivered || t.Status == dispute.ParcelLost || t.Status == dispute.ParcelReturnedToSender):
				r.repairParcel(l, t.Status, by)
			default:
				r.askAboutRepair(l, dispute.Clock{Name: dispute.ClockReplacementDelivery, LegID: l.ID, DueAt: r.lastDue(dispute.ClockReplacementDelivery, l.ID)},
					dispute.ProblemRepairNotFound)
			}
		})
	})
}
