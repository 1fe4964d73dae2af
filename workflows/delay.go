package workflows

import (
	"time"

	"github.com/redresshq/redress/dispute"
)

// delayed says that something takes longer than was promised: the customer is told
// the reason and the new date at once, with the turn that noticed. The leg is "" where
// the whole case is late; old is zero where no date was promised before.
func (r *caseRun) delayed(reason, legID string, old, due time.Time) {
	data := kv{"new_date": due}
	if legID != "" {
		data["leg_id"] = legID
	}
	if !old.IsZero() {
		data["old_date"] = old
	}
	r.log(dispute.EventDelay, dispute.System, reason, data)
	data["reason"] = reason
	r.notify(dispute.NoticeDelay, dispute.RoleCustomer, data)
}

// delayedAtDesk is delayed for what a person is asked about now: the new date is the one
// by which they have to decide. Where nobody is asked with a date, the promise for the
// whole case stands.
func (r *caseRun) delayedAtDesk(reason, legID string, old time.Time) {
	for _, name := range []dispute.ClockName{dispute.ClockAgentDecision, dispute.ClockSupervisorDecision, dispute.ClockResolution} {
		if k := r.Case.Counting(name, ""); k != nil && k.DueAt.After(r.now()) {
			r.delayed(reason, legID, old, k.DueAt)
			return
		}
	}
}

// lateAtDesk asks the desk about a leg that takes longer than was promised, and tells the
// customer by when it is decided.
func (r *caseRun) lateAtDesk(problem, legID string, old time.Time) {
	r.askAboutLeg(problem, legID)
	r.delayedAtDesk(problem, legID, old)
}

// lastDue is when the leg's last clock of the name was due, zero if it never ran.
func (r *caseRun) lastDue(name dispute.ClockName, legID string) time.Time {
	due := time.Time{}
	for _, k := range r.Case.Clocks {
		if k.Name == name && k.LegID == legID {
			due = k.DueAt
		}
	}
	return due
}
