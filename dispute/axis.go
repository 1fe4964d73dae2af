package dispute

import "time"

// axis is the time that a unit counts: which time passes for a clock, and which
// does not. Positions on it only ever grow.
type axis interface {
	// counted is how much of the axis lies between two instants; 0 unless from < to.
	counted(from, to time.Time) (time.Duration, error)
	// after is the instant at which so much has been counted since from: the first
	// such instant, but for working days, where an instant between two days is the
	// beginning of the next working day.
	after(from time.Time, length time.Duration) (time.Time, error)
	// open is like after, but never an instant at which the axis stands still.
	open(from time.Time, length time.Duration) (time.Time, error)
	// account notes in a journal what lies between two instants.
	account(j *journal, from, to time.Time) error
}

// maxWalkDays bounds every walk over days: a due instant is at most twenty years away.
const maxWalkDays = 7320

// maxClosedDays bounds the wait for the next open day.
const maxClosedDays = 400

// axisOf is the axis of a unit; hours are needed for business units only.
func axisOf(u Unit, c Calendar, hours *Hours) (axis, error) {
	switch u {
	case UnitSeconds, UnitMinutes, UnitHours:
		return realAxis{}, nil
	case UnitDays, UnitEndOfDays:
		return civilAxis{c.Zone()}, nil
	case UnitWorkingDays:
		return workingAxis{c}, nil
	case UnitBusinessHours, UnitBusinessMinutes:
		if hours == nil {
			return nil, Errorf(CodeInvalid, "a budget in %s needs opening hours", u)
		}
		return businessAxis{c, hours}, nil
	}
	return nil, Errorf(CodeInvalid, "unknown unit %q", u)
}

// tooFar is the error of a walk that met its bound.
func tooFar(what string, from time.Time) error {
	return Errorf(CodeInvalid, "%s is not reached within twenty years from %s", what, localTime(from))
}

// realAxis counts all time, as a stopwatch does.
type realAxis struct{}

func (realAxis) counted(from, to time.Time) (time.Duration, error) {
	return max(to.Sub(from), 0), nil
}

func (realAxis) after(from time.Time, length time.Duration) (time.Time, error) {
	return from.Add(length), nil
}

func (a realAxis) open(from time.Time, length time.Duration) (time.Time, error) {
	return a.after(from, length)
}

func (realAxis) account(*journal, time.Time, time.Time) error { return nil }
