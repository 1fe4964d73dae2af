package dispute

import (
	"strings"
	"time"
	_ "time/tzdata" // zones are part of the rules, not of the machine
)

// calendarFile is one year of a calendar as its file writes it.
type calendarFile struct {
	Calendar string   `yaml:"calendar"`
	Year     int      `yaml:"year"`
	Zone     string   `yaml:"zone"`
	Source   string   `yaml:"source"`
	Weekend  []string `yaml:"weekend"`
	Holidays []struct {
		Name  string `yaml:"name"`
		First string `yaml:"first"`
		Last  string `yaml:"last"`
	} `yaml:"holidays"`
	WorkingDays []struct {
		Name string `yaml:"name"`
		Day  string `yaml:"day"`
	} `yaml:"working_days"`
}

// ParseCalendarYear reads one year's file into the calendar of the same id, or
// into a new one when into is nil. All errors are a *FileError.
func ParseCalendarYear(file string, data []byte, into *YearlyCalendar) (*YearlyCalendar, error) {
	var raw calendarFile
	f, err := readYAML(file, data, &raw)
	if err != nil {
		return nil, err
	}
	y := into
	if y == nil {
		y = &YearlyCalendar{id: raw.Calendar, years: map[int]bool{}, weekend: map[time.Weekday]bool{},
			holidays: map[civilDay]string{}, workdays: map[civilDay]string{}}
		y.readFrame(f, raw)
	} else if raw.Calendar != y.id || raw.Zone != y.zone.String() {
		f.problem("$.calendar", "expected calendar %s in zone %s", y.id, y.zone)
	}
	if raw.Year < 2000 || raw.Year > 2200 {
		f.problem("$.year", "expected a year, found %d", raw.Year)
	}
	if y.years[raw.Year] {
		f.problem("$.year", "year %d is loaded already", raw.Year)
	}
	if raw.Source == "" {
		f.problem("$.source", "expected the notice that these days come from")
	}
	y.readDays(f, raw)
	y.years[raw.Year] = true
	if err := f.err(); err != nil {
		return nil, err
	}
	return y, nil
}

func (y *YearlyCalendar) readFrame(f *yamlFile, raw calendarFile) {
	if raw.Calendar == "" {
		f.problem("$.calendar", "expected the id of the calendar")
	}
	zone, err := loadZone(raw.Zone)
	if err != nil {
		f.problem("$.zone", "expected an IANA time zone, found %q", raw.Zone)
		zone = time.UTC
	}
	y.zone = zone
	for i, name := range raw.Weekend {
		day, ok := weekday(name)
		if !ok {
			f.problem(element("$.weekend", i), "expected a day of the week, found %q", name)
		}
		y.weekend[day] = true
	}
}

func (y *YearlyCalendar) readDays(f *yamlFile, raw calendarFile) {
	for i, h := range raw.Holidays {
		first, err1 := time.Parse(time.DateOnly, h.First)
		last, err2 := time.Parse(time.DateOnly, h.Last)
		if err1 != nil || err2 != nil || last.Before(first) || first.Year() != raw.Year || last.Year() != raw.Year {
			f.problem(element("$.holidays", i), "expected a name and first and last day within %d", raw.Year)
			continue
		}
		for d := first; !d.After(last); d = d.AddDate(0, 0, 1) {
			day := civilDay(d.Format(time.DateOnly))
			if _, twice := y.holidays[day]; twice {
				f.problem(element("$.holidays", i), "%s stands twice", day)
			}
			y.holidays[day] = h.Name
		}
	}
	for i, w := range raw.WorkingDays {
		d, err := time.Parse(time.DateOnly, w.Day)
		if err != nil || d.Year() != raw.Year {
			f.problem(element("$.working_days", i), "expected a name and a day within %d", raw.Year)
			continue
		}
		day := civilDay(w.Day)
		if _, holiday := y.holidays[day]; holiday || !y.weekend[d.Weekday()] {
			f.problem(element("$.working_days", i), "%s is not a free weekend day", day)
		}
		y.workdays[day] = w.Name
	}
}

func weekday(name string) (time.Weekday, bool) {
	for d := time.Sunday; d <= time.Saturday; d++ {
		if strings.EqualFold(d.String(), name) {
			return d, true
		}
	}
	return 0, false
}

// loadZone refuses "" and "Local", which would make rules depend on the machine.
func loadZone(name string) (*time.Location, error) {
	if name == "" || name == "Local" {
		return nil, Errorf(CodeInvalid, "%q is not a time zone", name)
	}
	zone, err := time.LoadLocation(name)
	if err != nil {
		return nil, Errorf(CodeInvalid, "%q is not a time zone: %w", name, err)
	}
	return zone, nil
}
