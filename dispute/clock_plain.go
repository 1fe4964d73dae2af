package dispute

import "time"

// CodeClockUnworkable says that the rules could not work a clock out: its opening hours
// or its calendar are gone, or it is not in the policy.
const CodeClockUnworkable = "clock_unworkable"

// plainBudget is what a plain clock gives, in hours.
const plainBudget = 24

// PlainClock is a clock by no policy, for one that cannot be worked out: a day of real
// time, and of the outcomes of its silence the most careful, which grants nothing.
func PlainClock(r ClockRequest, at time.Time) Clock {
	outcomes := clockOutcomes[r.Name]
	k := Clock{Name: r.Name, LegID: r.LegID, Owner: clockOwners[r.Name], Budget: plainBudget, Unit: UnitHours, State: ClockRunning,
		Started: at.UTC(), DueAt: at.UTC().Add(plainBudget * time.Hour), Round: r.Round,
		Why: "24h: the policy's own clock could not be worked out"}
	if r.Owner != "" {
		k.Owner = r.Owner
	}
	if len(outcomes) > 0 {
		k.OnExpiry = outcomes[len(outcomes)-1]
	}
	return k
}
