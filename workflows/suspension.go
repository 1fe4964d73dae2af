package workflows

import (
	"time"

	"github.com/redresshq/redress/activities"
	"github.com/redresshq/redress/dispute"
)

// Standing still. An order of staff has the clocks that the policy names stand
// still, bounded by a clock of its own. What stands still by the rules alone, while
// the customer is waited for, the recorded step sees to (activities.Record).

// suspendCommand lets the case stand still.
func (r *caseRun) suspendCommand(c dispute.SuspendCommand) error {
	if err := dispute.CheckNotes(c.NoteID); err != nil {
		return err
	}
	if c.Reason == dispute.SuspendAwaitingCustomer {
		return dispute.Errorf(dispute.CodeNotAllowedNow, "awaiting_customer is set and ended by the rules, while the customer is waited for")
	}
	order := dispute.CaseSuspension{Reason: c.Reason, At: r.now(), By: c.Actor}
	s, err := askedRuling[activities.Standstill](r.world, activities.NameSuspend, &r.Case, r.now(), order)
	if err != nil {
		return err
	}
	if s.Refused != nil {
		return s.Refused
	}
	order.Clocks = s.Moves
	r.Case.Suspended = &order
	r.log(dispute.EventSuspended, c.Actor, string(c.Reason), kv{"clocks": s.Moves, "until": s.Bound.DueAt, "text_id": c.NoteID})
	r.setClock(s.Bound)
	r.setStanding(s.Changed)
	r.notify(dispute.NoticeSuspended, dispute.RoleCustomer, kv{"reason": c.Reason, "until": s.Bound.DueAt})
	return nil
}

// setStanding takes clocks in that stand still or run on.
func (r *caseRun) setStanding(changed []dispute.Clock) {
	for _, k := range changed {
		if was := r.Case.Counting(k.Name, k.LegID); was != nil {
			r.draft.entries = append(r.draft.entries, k.StandingEntry(r.Case.Stage, r.now(), *was))
			r.moveClock(k)
		}
	}
}

// resumeCommand ends the standstill before its time.
func (r *caseRun) resumeCommand(c dispute.ResumeCommand) error {
	if err := dispute.CheckNotes(c.NoteID); err != nil {
		return err
	}
	if r.Case.Suspended == nil {
		return nil
	}
	on := r.Case
	on.Suspended = nil
	changed, err := askedRuling[[]dispute.Clock](r.world, activities.NameResume, &on, r.now())
	if err != nil {
		return err
	}
	r.resumed(r.endSuspension(), changed, c.Actor, dispute.WhyAskedFor, c.NoteID)
	return nil
}

// resume lets the clocks run on once the standstill has lasted as long as it may.
func (r *caseRun) resume(why string) {
	if order := r.endSuspension(); order != nil {
		changed := ruling[[]dispute.Clock](r.world, activities.NameResume, &r.Case, r.now())
		r.resumed(order, changed, dispute.System, why, "")
	}
}

// resumed lets the clocks run on with what is left of them, and tells the customer
// the dates that have moved.
func (r *caseRun) resumed(order *dispute.CaseSuspension, changed []dispute.Clock, by dispute.Actor, why, noteID string) {
	r.log(dispute.EventResumed, by, why, kv{"reason": order.Reason, "since": order.At, "text_id": noteID})
	r.setStanding(changed)
	dates := []kv{}
	for _, k := range changed {
		if k.ToldToCustomer() && k.State == dispute.ClockRunning {
			dates = append(dates, kv{"clock": k.Name, "leg_id": k.LegID, "new_date": k.DueAt})
		}
	}
	r.notify(dispute.NoticeResumed, dispute.RoleCustomer, kv{"reason": order.Reason, "dates": dates})
}

// endSuspension takes the order away, and the clock that bounded it; nil if there was none.
func (r *caseRun) endSuspension() *dispute.CaseSuspension {
	order := r.Case.Suspended
	if order != nil {
		r.Case.Suspended = nil
		r.meetClock(dispute.ClockSuspension, "")
	}
	return order
}

// liftSuspension ends a standstill because the case is settled or at its end: there
// is nothing left to wait with. What still counts, of money under way, runs on with
// the record of this turn.
func (r *caseRun) liftSuspension() {
	if order := r.endSuspension(); order != nil {
		r.log(dispute.EventResumed, dispute.System, dispute.WhySettled, kv{"reason": order.Reason, "since": order.At})
	}
}

// tellNewDate tells the customer that a date they were told has moved.
func (r *caseRun) tellNewDate(k dispute.Clock, reason string, was time.Time) {
	if k.ToldToCustomer() && k.State == dispute.ClockRunning && !k.DueAt.Equal(was) {
		r.notify(dispute.NoticeDelay, dispute.RoleCustomer, kv{"reason": reason, "clock": k.Name, "leg_id": k.LegID, "new_date": k.DueAt})
	}
}
