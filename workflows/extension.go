package workflows

import (
	"github.com/redresshq/redress/activities"
	"github.com/redresshq/redress/dispute"
)

// extendCommand gives a clock more time, inside what the policy allows; a date that
// the customer was told is told anew, with the reason.
func (r *caseRun) extendCommand(c dispute.ExtendCommand) error {
	if err := dispute.CheckNotes(c.NoteID, c.Reason); err != nil {
		return err
	}
	k := r.Case.Counting(c.Clock, c.LegID)
	if k == nil {
		return dispute.Errorf(dispute.CodeNotAllowedNow, "no clock %s runs here", c.Clock)
	}
	was := *k
	e, err := askedRuling[activities.Extended](r.world, activities.NameExtend, &r.Case, r.now(), was, c.By, c.Reason)
	if err != nil {
		return err
	}
	if e.Refused != nil {
		return e.Refused
	}
	r.moveClock(e.Clock)
	r.log(dispute.EventClockExtended, c.Actor, c.Reason, kv{
		"clock": c.Clock, "leg_id": c.LegID, "by": c.By, "old_due_at": was.DueAt, "due_at": e.Clock.DueAt, "why": e.Clock.Why, "text_id": c.NoteID,
	})
	r.tellNewDate(e.Clock, c.Reason, was.DueAt)
	return nil
}
