package workflows

import (
	"github.com/redresshq/redress/activities"
	"github.com/redresshq/redress/dispute"
)

// reproject works the dates of open clocks out anew after calendars or policies
// have changed, and tells the customer which of theirs have moved.
func (r *caseRun) reproject(e dispute.RulesChanged) {
	if !r.reprojects() {
		r.logEvent(dispute.EventReprojected, dispute.System, "", e.EventID, nil)
		return
	}
	if r.Engine.Ending != "" {
		r.logEvent(dispute.EventReprojected, dispute.System, "", e.EventID, nil)
		return // what is left to do counts by what it was begun under
	}
	p := ruling[activities.Reprojected](r.world, activities.NameReproject, &r.Case, r.now(), e.Revision)
	if p.Unknown {
		r.ignore(dispute.System, dispute.IgnoredUnknownRevision, e.EventID, kv{"revision": e.Revision})
		return
	}
	r.bind(p.PolicyVersion, p.Foresees, p.Negotiation)
	if len(p.Clocks) == 0 {
		r.logEvent(dispute.EventReprojected, dispute.System, "", e.EventID, kvOf("calendar", e.Calendar))
		return
	}
	for _, k := range p.Clocks {
		was := r.Case.Counting(k.Name, k.LegID)
		if was == nil {
			continue
		}
		old := was.DueAt
		r.moveClock(k)
		r.logEvent(dispute.EventClockReprojected, dispute.System, e.Calendar, e.EventID, kv{
			"clock": k.Name, "leg_id": k.LegID, "old_due_at": old, "due_at": k.DueAt, "why": k.Why, "provisional": k.Provisional,
		})
		r.tellNewDate(k, dispute.WhyCalendarChanged, old)
	}
}

// bind has the case go on under another version of its policy, "" for the same.
func (r *caseRun) bind(version string, foresees []dispute.ClockName, n *dispute.Negotiation) {
	if version == "" || version == r.Case.PolicyVersion {
		return
	}
	r.log(dispute.EventPolicyBound, dispute.System, "", kv{"from": r.Case.PolicyVersion, "to": version})
	r.Case.PolicyVersion, r.Engine.Foresees, r.Case.Negotiation = version, foresees, n
}

// kvOf is data of one value, none where it is empty.
func kvOf(key, value string) kv {
	if value == "" {
		return nil
	}
	return kv{key: value}
}
