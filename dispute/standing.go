package dispute

import (
	"encoding/json"
	"slices"
	"time"
)

// Standing still (design: the clocks). Two things have clocks stand still: an order
// of staff, which stands in Case.Suspended with the clocks that the policy moves for
// its reason; and the rule awaiting_customer, while one of the clocks that it names
// runs and waits for the customer (a burden of proof may be the desk's own). A clock
// stands still while either holds, and its ledger says for which.

// standstill is what has clocks of a case stand still now.
type standstill struct {
	ordered  *CaseSuspension
	awaiting []ClockName // that stand still while the customer is waited for; none while nobody is
}

func (b *Rulebook) standstill(c *Case) standstill {
	s := standstill{ordered: c.Suspended}
	rule, _ := b.SuspensionFor(SuspendAwaitingCustomer)
	for _, k := range c.Clocks {
		if k.Open() && k.Owner == WaitingCustomer && slices.Contains(rule.While, k.Name) && !s.orders(k) {
			s.awaiting = rule.Moves
		}
	}
	return s
}

func (s standstill) orders(k Clock) bool {
	if k.Name == ClockSupervisorDecision && k.LegID != "" {
		return false // money that is on its way and was not settled: no order to wait holds it up
	}
	return s.ordered != nil && k.Name != ClockSuspension && slices.Contains(s.ordered.Clocks, k.Name)
}

// reason is why the clock has to stand still, "" if it has to run. A reason for
// which it stands still already is kept as long as it holds.
func (s standstill) reason(k Clock) SuspensionReason {
	var holds []SuspensionReason
	if s.orders(k) {
		holds = append(holds, s.ordered.Reason)
	}
	if slices.Contains(s.awaiting, k.Name) {
		holds = append(holds, SuspendAwaitingCustomer)
	}
	switch now := k.still(); {
	case len(holds) == 0:
		return ""
	case slices.Contains(holds, now):
		return now
	default:
		return holds[0]
	}
}

// still is why the clock stands still, "" while it runs.
func (k Clock) still() SuspensionReason {
	if n := len(k.Suspensions); k.State == ClockSuspended && n > 0 {
		return k.Suspensions[n-1].Reason
	}
	return ""
}

// Stand has every clock of the case stand still or run as it should at an instant,
// and returns those that changed. Doing it again changes nothing.
func (b *Rulebook) Stand(c *Case, at time.Time) ([]Clock, error) {
	s := b.standstill(c)
	var changed []Clock
	for _, k := range c.Clocks {
		if !k.Open() {
			continue
		}
		want, next := s.reason(k), k
		if want == k.still() {
			continue
		}
		var err error
		if k.State == ClockSuspended {
			if next, err = b.Resume(next, at); err != nil {
				return nil, err
			}
		}
		if want != "" {
			if next, err = b.Suspend(next, at, want); err != nil {
				return nil, err
			}
		}
		changed = append(changed, next)
	}
	return changed, nil
}

// SuspensionClock bounds an order that a case stand still: the clock suspension of
// the policy, with the limit of the reason for a budget where it names one; then the
// clocks run on. It fails with CodeInvalid where the policy does not foresee the
// reason, since nothing stands still without end.
func (b *Rulebook) SuspensionClock(c *Case, reason SuspensionReason, at time.Time) (Clock, error) {
	rule, _ := b.clockRule(c, ClockSuspension)
	order, foreseen := b.SuspensionFor(reason)
	if !foreseen {
		return Clock{}, Errorf(CodeInvalid, "policy %s foresees no suspension for %s", b.Version(), reason)
	}
	replace(&rule.Budget, order.Limit)
	span, err := ParseSpan(rule.Budget)
	if err != nil {
		return Clock{}, err
	}
	k := Clock{Name: ClockSuspension, Owner: WaitingSupervisor, Budget: span.N, Unit: span.Unit, Calendar: b.calendar.ID(),
		State: ClockRunning, Started: at.UTC(), OnExpiry: SilenceResume, Remind: slices.Clone(rule.Remind)}
	if span.Unit.business() {
		k.Hours = rule.Hours
	}
	return b.derive(k, at)
}

// StandingEntry is the timeline's account of a clock that stands still or runs on:
// what was used up, or what is left and the date that follows from it.
func (k Clock) StandingEntry(stage Stage, at time.Time, before Clock) Entry {
	e := Entry{Type: EventClockResumed, At: at, Actor: System, Stage: stage, Reason: string(before.still())}
	about := struct {
		Clock       ClockName  `json:"clock"`
		LegID       string     `json:"leg_id,omitempty"`
		Consumed    string     `json:"consumed,omitempty"`
		OldDueAt    *time.Time `json:"old_due_at,omitempty"`
		DueAt       *time.Time `json:"due_at,omitempty"`
		Why         string     `json:"why,omitempty"`
		Provisional bool       `json:"provisional,omitempty"`
	}{Clock: k.Name, LegID: k.LegID, Consumed: k.Consumed}
	if k.State == ClockSuspended {
		e.Type, e.Reason = EventClockSuspended, string(k.still())
	} else {
		old := before.DueAt
		about.OldDueAt, about.DueAt, about.Why, about.Provisional = &old, &k.DueAt, k.Why, k.Provisional
	}
	data, err := json.Marshal(about)
	if err != nil {
		data = nil // a due date beyond the year 9999 only; the entry stands without it
	}
	e.Data = data
	return e
}

// ToldToCustomer says whether the clock's date is one that the customer was told:
// their own, and the limit of the resolution.
func (k Clock) ToldToCustomer() bool {
	switch k.Name {
	case ClockSurvey, ClockReopenWindow:
		return false
	}
	return k.Owner == WaitingCustomer || k.Name == ClockResolution
}

// Notices leaves out those that the policy does not send (`notices`).
func (b *Rulebook) Notices(all []Notice) []Notice {
	unsent := func(n Notice) bool { sent, said := b.policy.Notices[n.Milestone]; return said && !sent }
	if !slices.ContainsFunc(all, unsent) {
		return all
	}
	return slices.DeleteFunc(slices.Clone(all), unsent)
}

// Foresees lists the clocks of a policy without which the story of a case ends
// earlier or is quieter: a ruling is final at once, nobody is asked how it went, and
// the customer's messages have no clock.
func (b *Rulebook) Foresees() []ClockName {
	var names []ClockName
	for _, name := range []ClockName{ClockAppealWindow, ClockSurvey, ClockNextReply} {
		if _, ok := b.policy.Clocks[name]; ok {
			names = append(names, name)
		}
	}
	return names
}
