package dispute

import "time"

// workingAxis counts local wall-clock time on the calendar's working days.
type workingAxis struct{ calendar Calendar }

// worked says whether the civil day that begins at w is worked.
func (a workingAxis) worked(w wall) bool { return calendarDay(a.calendar, w).Working }

// calendarDay is what the calendar says about the civil day that begins at w.
func calendarDay(c Calendar, w wall) CalendarDay {
	y, m, d := w.Date()
	return c.Day(time.Date(y, m, d, 12, 0, 0, 0, c.Zone()))
}

func (a workingAxis) counted(from, to time.Time) (time.Duration, error) {
	zone := a.calendar.Zone()
	first, last := wallOf(from, zone), wallOf(to, zone)
	sum := time.Duration(0)
	for n, d := 0, first.midnight(); d.Before(last.Time); n, d = n+1, d.plus(fullDay) {
		if n > maxWalkDays {
			return 0, tooFar("the end of a stretch", from)
		}
		if a.worked(d) {
			sum += min(fullDay, last.Sub(d.Time)) - max(0, first.Sub(d.Time))
		}
	}
	return sum, nil
}

func (a workingAxis) after(from time.Time, length time.Duration) (time.Time, error) {
	zone := a.calendar.Zone()
	at := wallOf(from, zone)
	for n, d := 0, at.midnight(); n <= maxWalkDays; n, d = n+1, d.plus(fullDay) {
		if !a.worked(d) {
			continue
		}
		begin := d
		if n == 0 {
			begin = at
		}
		left := d.plus(fullDay).Sub(begin.Time)
		if length < left {
			return begin.plus(length).instant(zone), nil
		}
		length -= left
	}
	return time.Time{}, tooFar("that much working time", from.In(zone))
}

func (a workingAxis) open(from time.Time, length time.Duration) (time.Time, error) {
	return a.after(from, length)
}

// add goes n working days on: the same reading of the clock on the n-th working
// day after that of from.
func (a workingAxis) add(from time.Time, n int64) (time.Time, error) {
	zone := a.calendar.Zone()
	at := reading(from.In(zone))
	for walked := 0; n > 0; walked++ {
		if walked > maxWalkDays {
			return time.Time{}, tooFar("that many working days", from.In(zone))
		}
		if at = at.plus(fullDay); a.worked(at.midnight()) {
			n--
		}
	}
	return at.instant(zone), nil
}

// account notes the days after that of from up to that of to: the day of a start
// never counts.
func (a workingAxis) account(j *journal, from, to time.Time) error {
	zone := a.calendar.Zone()
	last := reading(to.In(zone))
	for n, d := 0, reading(from.In(zone)).midnight().plus(fullDay); !d.After(last.Time); n, d = n+1, d.plus(fullDay) {
		if n > maxWalkDays {
			return tooFar("the end of a stretch", from)
		}
		j.day(d, calendarDay(a.calendar, d), true)
	}
	return nil
}
