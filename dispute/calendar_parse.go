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
		Name   string `yaml:"name"`
		First  string `yaml:"first"`
		Last   string `yaml:"last"`
		Source string `yaml:"source"`
	} `yaml:"holidays"`
	WorkingDays []struct {
		Name   string `yaml:"name"`
		Day    string `yaml:"day"`
		Source string `yaml:"source"`
	} `yaml:"working_days"`
}

// The bounds of a calendar's file.
const (
	minCalendarYear = 2000
	maxCalendarYear = 2200
	maxCalendarRows = 366 // of holidays, and of make-up days
)

// ReadCalendarYear reads one year's file. All errors are a *FileError that names
// every mistake with its line and column: days outside the year, ranges that are
// reversed or overlap, a day that stands twice, or is both free and worked.
func ReadCalendarYear(file string, data []byte) (CalendarYear, error) {
	y, f, err := readCalendarYear(file, data)
	if err != nil {
		return CalendarYear{}, err
	}
	return y, f.err()
}

// ParseCalendarYear reads one year's file and returns the calendar `into` with it, or a new
// calendar when into is nil. A year that is loaded already is an error; see
// YearlyCalendar.WithYear for revisions. All errors are a *FileError.
func ParseCalendarYear(file string, data []byte, into *YearlyCalendar) (*YearlyCalendar, error) {
	y, f, err := readCalendarYear(file, data)
	if err != nil {
		return nil, err
	}
	if into != nil {
		if y.Calendar != into.id || y.Zone != into.zone.String() {
			f.problem("$.calendar", "expected calendar %s in zone %s", into.id, into.zone)
		}
		if _, twice := into.years[y.Year]; twice {
			f.problem("$.year", "year %d is loaded already", y.Year)
		}
	}
	if err := f.err(); err != nil {
		return nil, err
	}
	if into != nil {
		return into.WithYear(y)
	}
	return NewCalendar(y)
}

func readCalendarYear(file string, data []byte) (CalendarYear, *yamlFile, error) {
	var raw calendarFile
	f, err := readYAML(file, data, &raw)
	if err != nil {
		return CalendarYear{}, nil, err
	}
	y := CalendarYear{Calendar: raw.Calendar, Year: raw.Year, Zone: raw.Zone, Source: strings.TrimSpace(raw.Source)}
	if !plainID(raw.Calendar) {
		f.problem("$.calendar", "expected the id of the calendar: small letters, digits and _, found %q", raw.Calendar)
	}
	if raw.Year < minCalendarYear || raw.Year > maxCalendarYear {
		f.problem("$.year", "expected a year from %d to %d, found %d", minCalendarYear, maxCalendarYear, raw.Year)
	}
	if _, err := loadZone(raw.Zone); err != nil {
		f.problem("$.zone", "expected an IANA time zone, found %q", raw.Zone)
	}
	if y.Source == "" {
		f.problem("$.source", "expected the notice that these days come from")
	}
	y.Weekend = readWeekend(f, raw.Weekend)
	if len(raw.Holidays) > maxCalendarRows || len(raw.WorkingDays) > maxCalendarRows {
		f.problem("$", "expected at most %d holidays and %d make-up days", maxCalendarRows, maxCalendarRows)
		return y, f, nil
	}
	days := yearDays{file: f, year: raw.Year, weekend: y.Weekend, seen: map[civilDay]string{}}
	for i, h := range raw.Holidays {
		row := Holiday{Name: h.Name, First: h.First, Last: h.Last, Source: h.Source}
		days.holiday(element("$.holidays", i), row)
		y.Holidays = append(y.Holidays, row)
	}
	for i, w := range raw.WorkingDays {
		row := MakeUpDay{Name: w.Name, Day: w.Day, Source: w.Source}
		days.makeUp(element("$.working_days", i), row)
		y.WorkingDays = append(y.WorkingDays, row)
	}
	return y, f, nil
}

func readWeekend(f *yamlFile, names []string) []time.Weekday {
	var weekend []time.Weekday
	seen := map[time.Weekday]bool{}
	for i, name := range names {
		day, ok := weekday(name)
		switch {
		case !ok:
			f.problem(element("$.weekend", i), "expected a day of the week, found %q", name)
		case seen[day]:
			f.problem(element("$.weekend", i), "%s stands twice", name)
		default:
			seen[day] = true
			weekend = append(weekend, day)
		}
	}
	if len(weekend) == 7 {
		f.problem("$.weekend", "expected at least one day of the week that is worked")
	}
	return weekend
}

// plainID says whether a name can stand in file names and URLs as it is.
func plainID(name string) bool {
	return name != "" && len(name) <= 40 && strings.Trim(name, "abcdefghijklmnopqrstuvwxyz0123456789_") == ""
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
