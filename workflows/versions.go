package workflows

import "go.temporal.io/sdk/workflow"

// Every change of the story that a case which is open may meet half-way, in one
// place. A predicate says whether the case goes the new way; the name of the change
// stands in the case's history, and neither may ever change (law 8).
//
// Most of what release 2 added needs no name here: a case takes a new way only where
// its policy, or the state that it brought along, says so, and no case of release 1
// has such a policy or state. See docs/decisions/0011-suspension.md.

// changeReproject: release 1 wrote the signal reproject down and did nothing.
const changeReproject = "reproject-rules-anew"

// reprojects says whether the signal reproject has the case's dates worked out anew.
func (r *caseRun) reprojects() bool {
	return r.world.version(changeReproject, 1) != workflow.DefaultVersion
}
