package workflows

import (
	"time"

	"github.com/redresshq/redress/activities"
	"github.com/redresshq/redress/dispute"
)

// amendPatience is how long the partners of an amendment are tried: longer than its clock,
// so that a person hears of it first.
const amendPatience = 7 * 24 * time.Hour

var orderSystem = dispute.Actor{Role: dispute.RoleSystem, ID: "order_system"}

// progressAmendment has the change asked for; that it is stands in the record first.
func (r *caseRun) progressAmendment(leg *dispute.Leg) {
	a := leg.Amendment
	if leg.State != dispute.AmendmentRequired || a.RequestedAt != nil {
		return
	}
	now := r.now()
	a.RequestedAt = &now
	r.start(dispute.ClockAmendment, leg.ID)
	r.log(dispute.EventAmendmentRequested, dispute.System, a.What, kv{"leg_id": leg.ID, "amendment_id": a.AmendmentID, "items": a.Items})
}

// advanceAmendment takes the change step by step: the warehouse stops the parcel, the order
// system changes the order, the warehouse lets the parcel go. An invoice stops nothing.
func (r *caseRun) advanceAmendment(leg *dispute.Leg) {
	a := leg.Amendment
	switch {
	case a.Holding(leg.State):
		// What is under way ends first: what it holds is to be let go too.
		if leg.Problem != dispute.ProblemNotReleased && !r.inflight[holding(leg.ID)] && !r.inflight[amending(leg.ID)] {
			r.releaseHold(leg)
		}
	case a.RequestedAt == nil || r.Engine.Ending != "":
	case leg.State == dispute.AmendmentRequired && a.What != dispute.AmendInvoice:
		r.hold(leg)
	case leg.State == dispute.AmendmentRequired, leg.State == dispute.AmendmentHeld:
		r.amend(leg)
	}
}

// The keys of an amendment's calls under way.
func holding(legID string) string  { return "hold/" + legID }
func amending(legID string) string { return "amend/" + legID }

// hold has the warehouse stop the parcel.
func (r *caseRun) hold(leg *dispute.Leg) {
	id, a := leg.ID, leg.Amendment
	stop := activities.Interception{AmendmentID: a.AmendmentID, CaseID: r.Case.ID, OrderID: r.Case.OrderID, What: a.What}
	r.effect(holding(id), func(w world) func() error {
		_, err := call[any](w, partnerOptions(QueueWarehouse, amendPatience, "hold the order for "+stop.AmendmentID), activities.NameIntercept, stop)
		return r.onLeg(id, func(l *dispute.Leg) {
			switch {
			case l.State != dispute.AmendmentRequired:
				return
			case err != nil && isFinal(err):
				problem := partnerProblem(err, dispute.ProblemNotHeld)
				if problem == dispute.PartnerDispatched {
					problem = dispute.ProblemTooLate
				}
				l.Amendment.Released = true // it never was held
				r.amendmentFailed(l, warehouse, problem)
			case err != nil:
				r.amendmentFailed(l, dispute.System, dispute.ProblemNotHeld) // it may be: it is let go
			default:
				now := r.now()
				l.Amendment.HeldAt = &now
				r.setLeg(l, dispute.AmendmentHeld, warehouse, "")
			}
		})
	})
}

// amend has the order system change the order. The new address is read where it is sent.
func (r *caseRun) amend(leg *dispute.Leg) {
	id, a := leg.ID, leg.Amendment
	change := activities.AmendmentRequest{AmendmentID: a.AmendmentID, CaseID: r.Case.ID, OrderID: r.Case.OrderID, What: a.What, TextID: a.TextID, Items: a.Items}
	r.effect(amending(id), func(w world) func() error {
		delete(r.amends, id)
		_, err := call[any](w, payOptions(QueueOrders, amendPatience, "amend the order by "+change.AmendmentID), activities.NameAmend, change)
		if r.amends == nil {
			r.amends = map[string]error{}
		}
		r.amends[id] = err
		return r.onLeg(id, func(l *dispute.Leg) {
			switch {
			case l.State.Final():
				if err == nil { // given up, and done all the same
					r.appliedAfterAll(l)
				}
			case err != nil:
				r.amendmentFailed(l, orderSystem, partnerProblem(err, dispute.ProblemNotAmended))
			default:
				r.amended(l, orderSystem)
			}
		})
	})
}

// appliedAfterAll tells of an order that was changed although the change was given up.
func (r *caseRun) appliedAfterAll(l *dispute.Leg) {
	r.log(dispute.EventAmendmentUpdated, orderSystem, dispute.WhyAppliedAfterAll, kv{"leg_id": l.ID, "state": l.State})
	r.notify(dispute.NoticeTask, dispute.RoleSupervisor, kv{"what": dispute.TaskAmendedAfterAll, "leg_id": l.ID})
}

// changing lists the legs whose change is being sent to the order system.
func (r *caseRun) changing() []string {
	var ids []string
	for i := range r.Case.Legs {
		if id := r.Case.Legs[i].ID; r.inflight[amending(id)] {
			ids = append(ids, id)
		}
	}
	return ids
}

// cancelledWhileChanging says what is known of a change that was being sent as operations
// cancelled the case: nobody waits for its answer any more.
func (r *caseRun) cancelledWhileChanging(l *dispute.Leg) {
	switch err, ended := r.amends[l.ID]; {
	case ended && err == nil:
		r.appliedAfterAll(l)
	case !ended || !isFinal(err):
		l.Problem = dispute.ProblemAmendmentUnsure
		r.log(dispute.EventAmendmentUpdated, orderSystem, l.Problem, kv{"leg_id": l.ID, "state": l.State})
		r.notify(dispute.NoticeTask, dispute.RoleSupervisor, kv{"what": l.Problem, "leg_id": l.ID, "amendment_id": l.Amendment.AmendmentID})
	}
}

// amended marks a change that is done.
func (r *caseRun) amended(l *dispute.Leg, by dispute.Actor) {
	now := r.now()
	l.Amendment.AppliedAt, l.Problem = &now, ""
	r.meetLegClocks(l.ID)
	r.setLeg(l, dispute.AmendmentApplied, by, "")
	r.notify(dispute.NoticeAmendment, dispute.RoleCustomer, kv{"leg_id": l.ID, "what": l.Amendment.What, "result": l.State})
	r.resumeExecution()
}

// amendmentFailed gives the change up: the customer is told, the parcel goes as it was, and
// the desk says what is possible instead.
func (r *caseRun) amendmentFailed(l *dispute.Leg, by dispute.Actor, problem string) {
	if !r.setLeg(l, dispute.AmendmentFailed, by, problem) {
		return
	}
	r.notify(dispute.NoticeAmendment, dispute.RoleCustomer, kv{"leg_id": l.ID, "what": l.Amendment.What, "result": problem})
	r.failLeg(l, problem)
}

// releaseHold lets the parcel go, changed or as it was.
func (r *caseRun) releaseHold(leg *dispute.Leg) {
	id, name, amended := leg.ID, leg.Amendment.AmendmentID, leg.State == dispute.AmendmentApplied
	r.effect("release/"+id, func(w world) func() error {
		_, err := call[any](w, partnerOptions(QueueWarehouse, undoPatience, "let the order of "+name+" go"), activities.NameRelease, name, amended)
		return r.onLeg(id, func(l *dispute.Leg) {
			if err != nil {
				l.Problem = dispute.ProblemNotReleased
				r.log(dispute.EventAmendmentUpdated, warehouse, l.Problem, kv{"leg_id": l.ID})
				r.notify(dispute.NoticeTask, dispute.RoleSupervisor, kv{"what": l.Problem, "leg_id": l.ID, "amendment_id": name})
				return
			}
			l.Amendment.Released = true
			r.log(dispute.EventAmendmentUpdated, warehouse, dispute.WhyReleased, kv{"leg_id": l.ID, "amended": amended})
		})
	})
}

// amendmentLate follows the silence of the partners: a person is asked; what is under way
// goes on, and takes the case back when it comes.
func (r *caseRun) amendmentLate(l *dispute.Leg, k dispute.Clock) {
	r.breach(k)
	r.lateAtDesk(dispute.ProblemAmendmentOverdue, l.ID, k.DueAt)
}

// resolveAmendment settles the leg by hand: succeeded counts as done, failed as given up,
// and retry asks the partners anew under a new name.
func (r *caseRun) resolveAmendment(l *dispute.Leg, c dispute.ResolveCommand) error {
	switch {
	case l.Problem == dispute.ProblemNotReleased && c.Result == dispute.ResultSucceeded:
		l.Problem, l.Amendment.Released = "", true
		r.log(dispute.EventAmendmentUpdated, c.Actor, dispute.WhyReleased, kv{"leg_id": l.ID})
		return nil
	case l.Problem == dispute.ProblemNotReleased && c.Result == dispute.ResultRetry:
		l.Problem = ""
		r.log(dispute.EventAmendmentUpdated, c.Actor, dispute.WhyRetry, kv{"leg_id": l.ID})
		return nil
	case c.Result == dispute.ResultSucceeded && l.CanBecome(dispute.AmendmentApplied):
		r.amended(l, c.Actor)
		return nil
	case c.Result == dispute.ResultFailed && l.CanBecome(dispute.AmendmentFailed):
		r.amendmentFailed(l, c.Actor, dispute.ProblemGivenUp)
		return nil
	case c.Result == dispute.ResultRetry && l.State == dispute.AmendmentFailed && l.Amendment.Released:
		l.Problem = ""
		id, old := r.nextLegID(l.Type), l.Amendment
		again := dispute.AmendmentLeg{AmendmentID: old.AmendmentID + "-again-" + id, What: old.What, TextID: old.TextID, Items: old.Items}
		r.Case.Legs = append(r.Case.Legs, dispute.Leg{ID: id, Type: dispute.LegAmendment, State: dispute.AmendmentRequired, Amendment: &again})
		r.log(dispute.EventLegStarted, c.Actor, dispute.WhyRetry, kv{"leg_id": id, "amendment_id": again.AmendmentID})
		r.settleAtDesk()
		return nil
	}
	return dispute.Errorf(dispute.CodeNotAllowedNow, "an amendment that is %s cannot be resolved as %s", l.State, c.Result)
}
