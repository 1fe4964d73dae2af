package dispute

import (
	"slices"
	"time"
)

// yearDays checks the days of one year's file.
type yearDays struct {
	file    *yamlFile
	year    int
	weekend []time.Weekday
	seen    map[civilDay]string // what the day is already, in words
}

// date reads a date of the year and notes what is wrong with it.
func (d yearDays) date(path, text string) (time.Time, bool) {
	day, err := time.Parse(time.DateOnly, text)
	switch {
	case text == "":
		d.file.problem(path, "expected a date such as %d-10-01", d.year)
	case err != nil:
		d.file.problem(path, "expected a date such as %d-10-01, found %q", d.year, text)
	case day.Year() != d.year:
		d.file.problem(path, "expected a day of %d, found %s", d.year, text)
	default:
		return day, true
	}
	return time.Time{}, false
}

func (d yearDays) name(path, name string) {
	if name == "" || len(name) > 60 {
		d.file.problem(path+".name", "expected the name of the holiday, at most 60 bytes")
	}
}

func (d yearDays) holiday(path string, h Holiday) {
	d.name(path, h.Name)
	first, ok1 := d.date(path+".first", h.First)
	last, ok2 := d.date(path+".last", h.Last)
	if !ok1 || !ok2 {
		return
	}
	if last.Before(first) {
		d.file.problem(path+".last", "the last day %s is before the first, %s", h.Last, h.First)
		return
	}
	told := false // one mistake a row is enough
	h.days(func(day civilDay) {
		before, twice := d.seen[day]
		if twice && !told {
			d.file.problem(path, "%s stands twice: it is a day of %s already", day, before)
			told = true
		}
		d.seen[day] = h.Name
	})
}

func (d yearDays) makeUp(path string, w MakeUpDay) {
	d.name(path, w.Name)
	date, ok := d.date(path+".day", w.Day)
	if !ok {
		return
	}
	day := civilDay(w.Day)
	before, twice := d.seen[day]
	switch {
	case twice:
		d.file.problem(path+".day", "%s is not a free weekend day: it is a day of %s already", day, before)
	case !slices.Contains(d.weekend, date.Weekday()):
		d.file.problem(path+".day", "%s is not a free weekend day: %s is worked anyway", day, date.Weekday())
	default:
		d.seen[day] = "work for " + w.Name
	}
}
