package workflows

import "github.com/redresshq/redress/dispute"

// progressReplacement lets follow what follows from the state of the case.
func (r *caseRun) progressReplacement(leg *dispute.Leg) {}

// advanceReplacement starts what the leg needs from outside.
func (r *caseRun) advanceReplacement(leg *dispute.Leg) {}

// resolveReplacement settles the leg by hand.
func (r *caseRun) resolveReplacement(l *dispute.Leg, c dispute.ResolveCommand) error {
	return dispute.Errorf(dispute.CodeNotAllowedNow, "a replacement that is %s cannot be resolved as %s", l.State, c.Result)
}

// replaced takes a partner's report on a replacement.
func (r *caseRun) replaced(u dispute.ReplacementUpdate) {
	r.ignore(dispute.System, "no_such_leg", u.EventID, nil)
}
