package dispute

import (
	"slices"
	"time"
)

// counting is a budget laid out on its axis: the one derivation of due instants,
// reminders and what is used up.
type counting struct {
	axis    axis
	zone    *time.Location
	span    Span
	started time.Time
	from    time.Time     // when counting begins
	length  time.Duration // on the axis, extensions included
	still   []stretch     // the times during which it stood still: in order, apart from each other
	due     time.Time
}

// count lays a clock out. It fails with CodeInvalid on a budget that is none, on
// opening hours that do not fit, and on a due instant more than twenty years away.
func count(k Clock, c Calendar, hours *Hours) (counting, error) {
	n := counting{zone: c.Zone(), span: Span{N: k.Budget, Unit: k.Unit}, started: k.Started}
	if err := n.span.check(); err != nil {
		return counting{}, err
	}
	var err error
	if n.axis, err = axisOf(k.Unit, c, hours); err != nil {
		return counting{}, err
	}
	if n.from, err = n.begin(k.CountFrom); err != nil {
		return counting{}, err
	}
	if n.due, err = n.add(n.from, n.span); err != nil {
		return counting{}, err
	}
	for _, e := range k.Extensions {
		by, err := k.extension(e.By)
		if err != nil {
			return counting{}, err
		}
		if n.due, err = n.add(n.due, by); err != nil {
			return counting{}, err
		}
	}
	if n.due.Sub(n.from) > (maxWalkDays+1)*fullDay {
		return counting{}, tooFar("the end of the budget", n.from.In(n.zone))
	}
	if n.length, err = n.axis.counted(n.from, n.due); err != nil {
		return counting{}, err
	}
	n.still = stillTimes(k.Suspensions, n.from)
	if err := n.shift(); err != nil {
		return counting{}, err
	}
	return n, nil
}

// begin is the instant from which a clock counts.
func (n counting) begin(from CountFrom) (time.Time, error) {
	w := reading(n.started.In(n.zone))
	switch from {
	case "", CountAtOnce:
		return n.started, nil
	case CountNextMinute: // the minute of the start does not count
		return n.started.Add(w.Truncate(time.Minute).Add(time.Minute).Sub(w.Time)), nil
	case CountNextDay: // nor does the day
		at := w.midnight().plus(fullDay).instant(n.zone)
		if n.span.Unit == UnitWorkingDays {
			return n.axis.after(at, 0) // the beginning of the next day that counts
		}
		return at, nil
	}
	return time.Time{}, Errorf(CodeInvalid, "a clock counts from %s, %s or %s, found %q", CountAtOnce, CountNextMinute, CountNextDay, from)
}

// add goes a span on from an instant as if nothing stood still.
func (n counting) add(at time.Time, by Span) (time.Time, error) {
	switch by.Unit {
	case UnitSeconds, UnitMinutes, UnitHours:
		return at.Add(by.counted()), nil
	case UnitDays:
		return reading(at.In(n.zone)).plus(by.counted()).instant(n.zone), nil
	case UnitEndOfDays:
		days := by.counted()
		if at.Equal(n.from) { // the day of the start never counts, and is over at its end
			at, days = n.started, days+fullDay
		}
		return reading(at.In(n.zone)).midnight().plus(days).instant(n.zone), nil
	case UnitWorkingDays:
		w, ok := n.axis.(workingAxis)
		if !ok {
			return time.Time{}, Errorf(CodeInvalid, "working days cannot be added to a clock in %s", n.span.Unit)
		}
		return w.add(at, by.N)
	}
	return n.axis.after(at, by.counted())
}

// shift moves the due instant by what was counted while the clock stood still.
func (n *counting) shift() error {
	by := n.axis.after
	if n.span.Unit == UnitEndOfDays {
		by = func(from time.Time, length time.Duration) (time.Time, error) {
			at, err := n.axis.after(from, length)
			return endOfDay(at, n.zone), err
		}
	}
	var err error
	n.due, err = n.past(n.due, n.length, by)
	return err
}

// past moves an instant at which so much of the budget would be used to where it
// is used, since the clock stood still: by is an axis's after or open.
func (n counting) past(at time.Time, length time.Duration, by func(time.Time, time.Duration) (time.Time, error)) (time.Time, error) {
	stood := time.Duration(0)
	for _, s := range n.still {
		if !s.from.Before(at) {
			break
		}
		stop, err := n.axis.counted(s.from, s.to)
		if err != nil {
			return time.Time{}, err
		}
		if stop == 0 {
			continue
		}
		stood += stop
		if at, err = by(n.from, length+stood); err != nil {
			return time.Time{}, err
		}
	}
	return at, nil
}

// used is how much of the budget is used up at an instant.
func (n counting) used(at time.Time) (time.Duration, error) {
	sum, err := n.axis.counted(n.from, at)
	for _, s := range n.still {
		if err != nil {
			break
		}
		var stop time.Duration
		stop, err = n.axis.counted(s.from, earlier(s.to, at))
		sum -= stop
	}
	return sum, err
}

// endOfDay rounds up to the end of the civil day, which is the first instant of the next.
func endOfDay(t time.Time, zone *time.Location) time.Time {
	w := reading(t.In(zone))
	if begin := w.midnight(); !begin.instant(zone).Equal(t) {
		return begin.plus(fullDay).instant(zone)
	}
	return t
}

// stillTimes are the ended suspensions after an instant, in order and joined where
// they overlap. One that has not ended yet counts as ended when it began.
func stillTimes(ledger []Suspension, from time.Time) []stretch {
	var list []stretch
	for _, s := range ledger {
		if s.To != nil && s.To.After(from) && s.From.Before(*s.To) {
			list = append(list, stretch{later(s.From, from), *s.To})
		}
	}
	slices.SortFunc(list, func(a, b stretch) int { return a.from.Compare(b.from) })
	joined := list[:0]
	for _, s := range list {
		if k := len(joined) - 1; k >= 0 && !s.from.After(joined[k].to) {
			joined[k].to = later(joined[k].to, s.to)
			continue
		}
		joined = append(joined, s)
	}
	return joined
}

// extension reads a span by which the clock may be extended: one of its own family.
func (k Clock) extension(text string) (Span, error) {
	by, err := ParseSpan(text)
	if err != nil {
		return Span{}, err
	}
	if !slices.Contains(extensionUnits[k.Unit], by.Unit) {
		return Span{}, Errorf(CodeInvalid, "a clock in %s is extended in %v, not in %s", k.Unit, extensionUnits[k.Unit], by.Unit)
	}
	return by, nil
}
