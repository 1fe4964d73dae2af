package workflows

import "github.com/redresshq/redress/dispute"

// progressRepair lets follow what follows from the state of the case.
func (r *caseRun) progressRepair(leg *dispute.Leg) {}

// advanceRepair starts what the leg needs from outside.
func (r *caseRun) advanceRepair(leg *dispute.Leg) {}

// resolveRepair settles the leg by hand.
func (r *caseRun) resolveRepair(l *dispute.Leg, c dispute.ResolveCommand) error {
	return dispute.Errorf(dispute.CodeNotAllowedNow, "a repair that is %s cannot be resolved as %s", l.State, c.Result)
}

// repaired takes a partner's report on a repair.
func (r *caseRun) repaired(u dispute.RepairUpdate) {
	r.ignore(dispute.System, "no_such_leg", u.EventID, nil)
}
