package dispute

import (
	"fmt"
	"strings"
	"time"
)

// Calendar knows which days are worked. Implementations are pure: the same
// question always has the same answer for one loaded set of years.
type Calendar interface {
	// ID names the calendar, e.g. "cn".
	ID() string
	// Zone is the time zone in which its days begin and end.
	Zone() *time.Location
	// Working says whether the civil day of t (in Zone) is worked. Known is false
	// when the year is not published; then Monday to Friday is assumed.
	Working(t time.Time) (working, known bool)
	// AddWorkingDays goes n working days on from t: the same local time of day on
	// the n-th working day after the day of t, which itself never counts. It fails
	// with CodeInvalid unless 1 <= n <= MaxWorkingDays.
	AddWorkingDays(t time.Time, n int) (Projection, error)
}

// MaxWorkingDays bounds a span of working days, so that no question runs on for long.
const MaxWorkingDays = 1000

// Projection is an instant that a calendar or a budget leads to.
type Projection struct {
	At time.Time
	// Why is one sentence for people: the span, the start, the days passed over.
	Why string
	// Provisional is set when a year on the way is not published.
	Provisional bool
}

// whyLimit keeps explanations small, in bytes: clocks travel in workflow payloads.
const whyLimit = 190

// civilDay is a date without a time, e.g. "2026-09-24".
type civilDay string

func dayOf(t time.Time, zone *time.Location) civilDay {
	return civilDay(t.In(zone).Format(time.DateOnly))
}

// YearlyCalendar is a calendar made of yearly tables of holidays and make-up
// working days.
type YearlyCalendar struct {
	id       string
	zone     *time.Location
	years    map[int]bool
	weekend  map[time.Weekday]bool
	holidays map[civilDay]string // name
	workdays map[civilDay]string // make-up day, by the holiday's name
}

var _ Calendar = (*YearlyCalendar)(nil)

// ID names the calendar.
func (y *YearlyCalendar) ID() string { return y.id }

// Zone is the zone of its days.
func (y *YearlyCalendar) Zone() *time.Location { return y.zone }

// Working says whether the civil day of t is worked, and whether its year is published.
func (y *YearlyCalendar) Working(t time.Time) (working, known bool) {
	t = t.In(y.zone)
	if !y.years[t.Year()] {
		return t.Weekday() != time.Saturday && t.Weekday() != time.Sunday, false
	}
	day := dayOf(t, y.zone)
	if _, ok := y.workdays[day]; ok {
		return true, true
	}
	if _, ok := y.holidays[day]; ok {
		return false, true
	}
	return !y.weekend[t.Weekday()], true
}

// AddWorkingDays goes n working days on from t.
func (y *YearlyCalendar) AddWorkingDays(t time.Time, n int) (Projection, error) {
	if n < 1 || n > MaxWorkingDays {
		return Projection{}, Errorf(CodeInvalid, "%d working days is not between 1 and %d", n, MaxWorkingDays)
	}
	at := t.In(y.zone)
	walk := dayWalk{calendar: y}
	for left := n; left > 0; {
		at = at.AddDate(0, 0, 1)
		if walk.step(at) {
			left--
		}
	}
	return Projection{At: at.UTC(), Why: walk.why(n, t.In(y.zone)), Provisional: len(walk.unpublished) > 0}, nil
}

// dayWalk notes what a walk over days passes: holidays, make-up days, and years
// without a table.
type dayWalk struct {
	calendar    *YearlyCalendar
	passed      []passedDays
	unpublished []int
}

type passedDays struct {
	name        string
	first, last civilDay
	makeUp      bool
}

// step passes one day and says whether it counts.
func (w *dayWalk) step(at time.Time) bool {
	working, known := w.calendar.Working(at)
	day := dayOf(at, w.calendar.zone)
	if !known {
		if len(w.unpublished) == 0 || w.unpublished[len(w.unpublished)-1] != at.Year() {
			w.unpublished = append(w.unpublished, at.Year())
		}
		return working
	}
	name, makeUp := w.calendar.workdays[day]
	if !makeUp {
		name = w.calendar.holidays[day]
	}
	if name == "" {
		return working
	}
	if k := len(w.passed) - 1; k >= 0 && w.passed[k].name == name && !makeUp && !w.passed[k].makeUp {
		w.passed[k].last = day
		return working
	}
	w.passed = append(w.passed, passedDays{name: name, first: day, last: day, makeUp: makeUp})
	return working
}

func (w *dayWalk) why(n int, from time.Time) string {
	parts := make([]string, 0, len(w.passed)+1)
	for _, y := range w.unpublished {
		parts = append(parts, fmt.Sprintf("%d not published, Mon-Fri assumed", y))
	}
	for _, p := range w.passed {
		parts = append(parts, p.String())
	}
	noun := "working days"
	if n == 1 {
		noun = "working day"
	}
	why := fmt.Sprintf("%d %s from %s", n, noun, localTime(from))
	for i, p := range parts {
		sep := ", "
		if i == 0 {
			sep = ": "
		}
		if len(why)+len(sep)+len(p) > whyLimit-len(", ...") {
			return why + sep + "..."
		}
		why += sep + p
	}
	return why
}

// String reads like "2026-09-25..27 Mid-autumn holiday".
func (p passedDays) String() string {
	switch {
	case p.makeUp:
		return fmt.Sprintf("%s worked for %s", p.first, p.name)
	case p.first == p.last:
		return fmt.Sprintf("%s %s holiday", p.first, p.name)
	case p.first[:8] == p.last[:8]:
		return fmt.Sprintf("%s..%s %s holiday", p.first, p.last[8:], p.name)
	default:
		return fmt.Sprintf("%s..%s %s holiday", p.first, p.last, p.name)
	}
}

// localTime formats an instant for an explanation, with its zone's name.
func localTime(t time.Time) string {
	layout := "Mon 2006-01-02 15:04"
	if t.Second() != 0 {
		layout = "Mon 2006-01-02 15:04:05"
	}
	return strings.TrimSpace(t.Format(layout)) + " (" + t.Location().String() + ")"
}
