package dispute

import (
	"slices"
	"time"
)

// quiet is when nobody is reminded, in wall-clock time since midnight.
type quiet struct{ from, to time.Duration }

// parseQuietHours reads quiet hours; nil means there are none. It fails with
// CodeInvalid on a time that is not HH:MM, and on hours that are empty or all day.
func parseQuietHours(rule *QuietHours) (*quiet, error) {
	if rule == nil {
		return nil, nil
	}
	from, ok1 := parseClock(rule.From)
	to, ok2 := parseClock(rule.To)
	switch {
	case !ok1 || !ok2 || from == fullDay:
		return nil, Errorf(CodeInvalid, "quiet hours: expected times such as 22:00 or 08:00, found %s to %s", shortened(rule.From), shortened(rule.To))
	case from == to%fullDay:
		return nil, Errorf(CodeInvalid, "quiet hours: %s to %s is no time or all time", rule.From, rule.To)
	}
	return &quiet{from, to % fullDay}, nil
}

// around returns the quiet hours that an instant falls into; their end lies after it.
func (q *quiet) around(at time.Time, zone *time.Location) (begin, end time.Time, ok bool) {
	w := reading(at.In(zone))
	today := w.midnight()
	of := w.Sub(today.Time)
	beginDay, endDay := today, today
	switch {
	case q.from < q.to && q.from <= of && of < q.to:
	case q.from > q.to && of >= q.from:
		endDay = today.plus(fullDay)
	case q.from > q.to && of < q.to:
		beginDay = today.plus(-fullDay)
	default:
		return time.Time{}, time.Time{}, false
	}
	begin, end = beginDay.plus(q.from).instant(zone), endDay.plus(q.to).instant(zone)
	return begin, end, end.After(at) // the hour that a change of the clocks repeats: it ended in the first
}

// move puts a reminder of something due outside quiet hours: at their end, or,
// where that is too late, a minute before they began.
func (q *quiet) move(at, due time.Time, zone *time.Location) time.Time {
	if q == nil {
		return at
	}
	begin, end, ok := q.around(at, zone)
	switch {
	case !ok:
		return at
	case end.Before(due):
		return end
	default:
		return begin.Add(-time.Minute)
	}
}

// reminders are the instants at which the owner of a clock is reminded, in order
// and after its start. A span in s, m, h or d is real time before the due instant,
// one in the clock's own business unit is so much of its own time that is left.
func (n counting) reminders(remind []string, q *quiet) ([]time.Time, error) {
	var list []time.Time
	for _, text := range remind {
		at, err := n.before(text)
		if err != nil {
			return nil, err
		}
		at = q.move(at, n.due, n.zone).UTC()
		if at.After(n.started) && at.Before(n.due) {
			list = append(list, at)
		}
	}
	slices.SortFunc(list, time.Time.Compare)
	return slices.CompactFunc(list, time.Time.Equal), nil
}

// before is the instant that lies a span before the due instant.
func (n counting) before(text string) (time.Time, error) {
	s, err := ParseSpan(text)
	if err != nil {
		return time.Time{}, err
	}
	if fixed, ok := unitLengths[s.Unit]; ok {
		return n.due.Add(-time.Duration(s.N) * fixed), nil
	}
	if !slices.Contains(reminderUnits[n.span.Unit], s.Unit) {
		return time.Time{}, Errorf(CodeInvalid, "a clock in %s has no reminder in %s", n.span.Unit, s.Unit)
	}
	if s.Unit == UnitEndOfDays {
		return reading(n.due.In(n.zone)).plus(-time.Duration(s.N) * fullDay).instant(n.zone), nil
	}
	left := n.length - s.counted()
	if left <= 0 {
		return n.started, nil // longer than the clock itself
	}
	at, err := n.axis.open(n.from, left)
	if err != nil {
		return time.Time{}, err
	}
	return n.past(at, left, n.axis.open)
}

// counted is the span's length on its own axis: a day has 24 hours of wall-clock time.
func (s Span) counted() time.Duration {
	switch s.Unit {
	case UnitWorkingDays, UnitEndOfDays:
		return time.Duration(s.N) * fullDay
	case UnitBusinessHours:
		return time.Duration(s.N) * time.Hour
	case UnitBusinessMinutes:
		return time.Duration(s.N) * time.Minute
	}
	return time.Duration(s.N) * unitLengths[s.Unit]
}
