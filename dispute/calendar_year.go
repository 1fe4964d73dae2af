package dispute

import "time"

// CalendarYear is one year of a calendar as published: its free days, the days
// worked to make up for them, and the notice that says so. The next revision of
// a year replaces it as a whole.
type CalendarYear struct {
	Calendar    string         `json:"calendar"`
	Year        int            `json:"year"`
	Zone        string         `json:"zone"`   // IANA
	Source      string         `json:"source"` // the notice that the days come from
	Weekend     []time.Weekday `json:"weekend"`
	Holidays    []Holiday      `json:"holidays"`
	WorkingDays []MakeUpDay    `json:"working_days"`
}

// Holiday is a run of free days, dates within the year, both included.
type Holiday struct {
	Name   string `json:"name"`
	First  string `json:"first"`
	Last   string `json:"last"`
	Source string `json:"source,omitempty"` // where it is not the year's
}

// MakeUpDay is a day of the weekend that is worked for a holiday.
type MakeUpDay struct {
	Name   string `json:"name"`
	Day    string `json:"day"`
	Source string `json:"source,omitempty"` // where it is not the year's
}

// days calls visit for every day of the holiday; dates that are none are passed over.
func (h Holiday) days(visit func(civilDay)) {
	first, err1 := time.Parse(time.DateOnly, h.First)
	last, err2 := time.Parse(time.DateOnly, h.Last)
	if err1 != nil || err2 != nil || last.Sub(first) > 366*24*time.Hour {
		return
	}
	for d := first; !d.After(last); d = d.AddDate(0, 0, 1) {
		visit(civilDay(d.Format(time.DateOnly)))
	}
}

// table lays the year's days out.
func (y CalendarYear) table() yearTable {
	t := yearTable{file: y, named: map[civilDay]CalendarDay{}}
	for _, d := range y.Weekend {
		t.weekend[d] = true
	}
	source := func(own string) string {
		if own != "" {
			return own
		}
		return y.Source
	}
	for _, h := range y.Holidays {
		h.days(func(day civilDay) {
			t.named[day] = CalendarDay{Known: true, Name: h.Name, Source: source(h.Source)}
		})
	}
	for _, w := range y.WorkingDays {
		t.named[civilDay(w.Day)] = CalendarDay{Known: true, Working: true, MakeUp: true, Name: w.Name, Source: source(w.Source)}
	}
	return t
}
