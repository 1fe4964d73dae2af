package dispute

import (
	"slices"
	"time"
)

// Calendar knows which days are worked. Implementations are pure: the same
// question always has the same answer for one loaded set of years.
type Calendar interface {
	// ID names the calendar, e.g. "cn".
	ID() string
	// Zone is the time zone in which its days begin and end.
	Zone() *time.Location
	// Day is what the calendar says about the civil day of t (in Zone).
	Day(t time.Time) CalendarDay
	// Working says whether the civil day of t (in Zone) is worked. Known is false
	// when the year is not published; then Monday to Friday is assumed.
	Working(t time.Time) (working, known bool)
	// AddWorkingDays goes n working days on from t: the same local time of day on
	// the n-th working day after the day of t, which itself never counts. It fails
	// with CodeInvalid unless 1 <= n <= MaxWorkingDays, or when that day is not
	// reached within maxWalkDays.
	AddWorkingDays(t time.Time, n int) (Projection, error)
}

// CalendarDay is one civil day of a calendar.
type CalendarDay struct {
	// Working says whether the day is worked; Monday to Friday where Known is false.
	Working bool
	// Known says whether the day's year is published.
	Known bool
	// Name is the holiday that makes the day free, or worked (MakeUp); "" on others.
	Name string
	// MakeUp marks a day of the weekend that is worked for a holiday.
	MakeUp bool
	// Source is the notice that a named day comes from.
	Source string
}

// civilDay is a date without a time, e.g. "2026-09-24".
type civilDay string

func dayOf(t time.Time, zone *time.Location) civilDay {
	return civilDay(t.In(zone).Format(time.DateOnly))
}

// YearlyCalendar is a calendar made of yearly tables of holidays and make-up
// working days. It never changes: WithYear makes another.
type YearlyCalendar struct {
	id    string
	zone  *time.Location
	years map[int]yearTable
}

var _ Calendar = (*YearlyCalendar)(nil)

// yearTable is a year's file with its days laid out.
type yearTable struct {
	file    CalendarYear
	weekend [7]bool
	named   map[civilDay]CalendarDay
}

// NewCalendar makes a calendar of the given years, in the order in which they were
// published: a later one replaces an earlier one of the same year. It fails with
// CodeInvalid when there is none, or when they are not of one calendar and zone.
func NewCalendar(years ...CalendarYear) (*YearlyCalendar, error) {
	if len(years) == 0 {
		return nil, Errorf(CodeInvalid, "a calendar has at least one year")
	}
	zone, err := loadZone(years[0].Zone)
	if err != nil {
		return nil, err
	}
	c := &YearlyCalendar{id: years[0].Calendar, zone: zone}
	for _, y := range years {
		if c, err = c.WithYear(y); err != nil {
			return nil, err
		}
	}
	return c, nil
}

// WithYear returns the calendar with a year added, or replaced by this revision of
// it. It fails with CodeInvalid when the year is of another calendar or zone.
func (c *YearlyCalendar) WithYear(y CalendarYear) (*YearlyCalendar, error) {
	if y.Calendar != c.id || y.Zone != c.zone.String() {
		return nil, Errorf(CodeInvalid, "%s-%d in zone %s is not a year of calendar %s in zone %s", y.Calendar, y.Year, y.Zone, c.id, c.zone)
	}
	next := &YearlyCalendar{id: c.id, zone: c.zone, years: make(map[int]yearTable, len(c.years)+1)}
	for n, table := range c.years {
		next.years[n] = table
	}
	next.years[y.Year] = y.table()
	return next, nil
}

// ID names the calendar.
func (c *YearlyCalendar) ID() string { return c.id }

// Zone is the zone of its days.
func (c *YearlyCalendar) Zone() *time.Location { return c.zone }

// Years lists the loaded years in order, each with its source. They must not be changed.
func (c *YearlyCalendar) Years() []CalendarYear {
	years := make([]CalendarYear, 0, len(c.years))
	for _, table := range c.years {
		years = append(years, table.file)
	}
	slices.SortFunc(years, func(a, b CalendarYear) int { return a.Year - b.Year })
	return years
}

// Day is what the calendar says about the civil day of t.
func (c *YearlyCalendar) Day(t time.Time) CalendarDay {
	t = t.In(c.zone)
	table, known := c.years[t.Year()]
	if !known {
		return CalendarDay{Working: t.Weekday() != time.Saturday && t.Weekday() != time.Sunday}
	}
	if day, ok := table.named[dayOf(t, c.zone)]; ok {
		return day
	}
	return CalendarDay{Working: !table.weekend[t.Weekday()], Known: true}
}

// Working says whether the civil day of t is worked, and whether its year is published.
func (c *YearlyCalendar) Working(t time.Time) (working, known bool) {
	day := c.Day(t)
	return day.Working, day.Known
}

// AddWorkingDays goes n working days on from t.
func (c *YearlyCalendar) AddWorkingDays(t time.Time, n int) (Projection, error) {
	return ExplainDue(c, nil, t, Span{N: int64(n), Unit: UnitWorkingDays}, CountAtOnce)
}
