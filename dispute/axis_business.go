package dispute

import "time"

// businessAxis counts real time while opening hours are open.
type businessAxis struct {
	calendar Calendar
	hours    *Hours
}

// stretch is a run of time, half-open.
type stretch struct{ from, to time.Time }

// walk visits the open stretches that end after an instant, in order, until visit
// returns false. It fails when the desk does not open for maxClosedDays, and
// after maxWalkDays.
func (a businessAxis) walk(from time.Time, visit func(open stretch) bool) error {
	zone := a.calendar.Zone()
	d := wallOf(from, zone).midnight().plus(-fullDay) // what opened yesterday may go on past midnight
	closed := 0
	var end time.Time // of the stretch before: none begins earlier
	for range maxWalkDays {
		intervals := a.hours.on(calendarDay(a.calendar, d), d.Weekday())
		if closed++; len(intervals) > 0 {
			closed = 0
		}
		if closed > maxClosedDays {
			return Errorf(CodeInvalid, "the opening hours do not open for %d days before %s", maxClosedDays, d.Format(time.DateOnly))
		}
		for _, i := range intervals {
			s := stretch{d.plus(i.open).instant(zone), d.plus(i.close).instant(zone)}
			if s.from.Before(end) {
				s.from = end
			}
			if !s.to.After(s.from) { // the clock was set forward over all of it
				continue
			}
			if end = s.to; s.to.After(from) && !visit(s) {
				return nil
			}
		}
		d = d.plus(fullDay)
	}
	return tooFar("that much opening time", from.In(zone))
}

func (a businessAxis) counted(from, to time.Time) (time.Duration, error) {
	if !from.Before(to) {
		return 0, nil
	}
	sum := time.Duration(0)
	err := a.walk(from, func(s stretch) bool {
		if !s.from.Before(to) {
			return false
		}
		sum += earlier(s.to, to).Sub(later(s.from, from))
		return s.to.Before(to)
	})
	return sum, err
}

func (a businessAxis) after(from time.Time, length time.Duration) (time.Time, error) {
	if length <= 0 {
		return from, nil
	}
	return a.find(from, length-1, 1)
}

func (a businessAxis) open(from time.Time, length time.Duration) (time.Time, error) {
	return a.find(from, length, 0)
}

// find is the first open instant at which so much has been counted since from, and
// then a rest that may reach to the very end of what is open there.
func (a businessAxis) find(from time.Time, length, rest time.Duration) (time.Time, error) {
	var at time.Time
	err := a.walk(from, func(s stretch) bool {
		begin := later(s.from, from)
		left := s.to.Sub(begin)
		if length < left {
			at = begin.Add(length + rest)
			return false
		}
		length -= left
		return true
	})
	return at, err
}

// account notes what was closed between two instants: lunches, nights, free days.
func (a businessAxis) account(j *journal, from, to time.Time) error {
	zone := a.calendar.Zone()
	last := reading(to.In(zone))
	for d := reading(from.In(zone)).midnight(); !d.After(last.Time); d = d.plus(fullDay) {
		cd := calendarDay(a.calendar, d)
		if a.hours.every { // holidays are days like any other
			cd = CalendarDay{Working: true, Known: true}
		}
		j.day(d, cd, len(a.hours.on(cd, d.Weekday())) > 0)
	}
	at := from
	return a.walk(from, func(s stretch) bool {
		if at.Before(s.from) && at.Before(to) {
			j.closed(at, earlier(s.from, to))
		}
		at = s.to
		return at.Before(to)
	})
}

func earlier(a, b time.Time) time.Time {
	if a.Before(b) {
		return a
	}
	return b
}

func later(a, b time.Time) time.Time {
	if a.After(b) {
		return a
	}
	return b
}
