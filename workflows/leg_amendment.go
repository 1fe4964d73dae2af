package workflows

import "github.com/redresshq/redress/dispute"

// progressAmendment lets follow what follows from the state of the case.
func (r *caseRun) progressAmendment(leg *dispute.Leg) {}

// advanceAmendment starts what the leg needs from outside.
func (r *caseRun) advanceAmendment(leg *dispute.Leg) {}

// resolveAmendment settles the leg by hand.
func (r *caseRun) resolveAmendment(l *dispute.Leg, c dispute.ResolveCommand) error {
	return dispute.Errorf(dispute.CodeNotAllowedNow, "a amendment that is %s cannot be resolved as %s", l.State, c.Result)
}
