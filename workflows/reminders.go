package workflows

import (
	"time"

	"github.com/redresshq/redress/activities"
	"github.com/redresshq/redress/dispute"
)

// nextReminder is the running clock of which somebody is reminded first, nil if nobody is.
func (r *caseRun) nextReminder() *dispute.Clock {
	var next *dispute.Clock
	for i := range r.Case.Clocks {
		k := &r.Case.Clocks[i]
		if reminds(k) && (next == nil || k.RemindAt[0].Before(next.RemindAt[0])) {
			next = k
		}
	}
	return next
}

func reminds(k *dispute.Clock) bool { return k.State == dispute.ClockRunning && len(k.RemindAt) > 0 }

// remind reminds the owners of clocks that are soon due; each reminder goes out
// once. One that came due together with its clock is not sent: silence speaks.
func (r *caseRun) remind(now time.Time) {
	if k := r.nextReminder(); k != nil && now.Sub(k.RemindAt[0]) > lateReminder {
		r.putOffReminders(now)
	}
	for i := range r.Case.Clocks {
		k := &r.Case.Clocks[i]
		due := false
		for reminds(k) && !k.RemindAt[0].After(now) {
			k.RemindAt, due = k.RemindAt[1:], true
		}
		if !due || !k.DueAt.After(now) {
			continue
		}
		r.log(dispute.EventReminded, dispute.System, "", kv{"clock": k.Name, "leg_id": k.LegID, "owner": k.Owner, "due_at": k.DueAt})
		r.notify(dispute.NoticeReminder, remindedRole(k.Owner), kv{"clock": k.Name, "leg_id": k.LegID, "due_at": k.DueAt, "then": k.OnExpiry})
	}
}

// lateReminder is how late a reminder may be, after an outage, and still go out as it is.
const lateReminder = 15 * time.Minute

// putOffReminders asks the rules when late reminders shall go out, since it may be night by now.
func (r *caseRun) putOffReminders(now time.Time) {
	p := ruling[activities.Reprojected](r.world, activities.NameReproject, &r.Case, now, int64(0))
	for _, next := range p.Clocks {
		if k := r.Case.Running(next.Name, next.LegID); k != nil {
			k.RemindAt = next.RemindAt
		}
	}
}

// remindedRole is who is reminded of a clock; carriers and payment providers are
// reminded by the desk.
func remindedRole(owner dispute.WaitingOn) dispute.Role {
	switch owner {
	case dispute.WaitingCustomer:
		return dispute.RoleCustomer
	case dispute.WaitingSupervisor:
		return dispute.RoleSupervisor
	case dispute.WaitingWarehouse:
		return dispute.RoleWarehouse
	}
	return dispute.RoleAgent
}
