package dispute

import (
	"fmt"
	"slices"
	"strings"
	"time"
)

// Hours are the opening hours of a desk, by ParseHours from a policy. They are
// local wall-clock times in the zone of the calendar that they are used with.
type Hours struct {
	every bool // open on every day, not on the calendar's working days only
	week  [7][]interval
}

// interval is a time of opening, since midnight; close is beyond 24 hours where it
// goes on past the next midnight.
type interval struct{ open, close time.Duration }

// on lists the times of opening that begin on a day.
func (h *Hours) on(d CalendarDay, w time.Weekday) []interval {
	if !h.every && !d.Working {
		return nil
	}
	return h.week[w]
}

// maxIntervals bounds the times of opening of one day.
const maxIntervals = 24

// ParseHours reads opening hours. It fails with CodeInvalid; the Fields of the
// *Error point at every mistake inside the rule, e.g. /open/1 or /weekdays/friday/0:
// a time that is not HH:MM-HH:MM (24:00 may end an interval), intervals that are
// empty or overlap, also past midnight into the next day, an unknown day of the
// week, and a week that is never open.
func ParseHours(rule HoursRule) (*Hours, error) {
	r := hoursReader{hours: &Hours{every: rule.Days == "every"}}
	if rule.Days != "every" && rule.Days != "working" {
		r.problem("/days", "expected working or every, found %q", rule.Days)
	}
	usual := r.intervals("/open", rule.Open)
	for d := range r.hours.week {
		r.hours.week[d] = usual
	}
	names := make([]string, 0, len(rule.Weekdays))
	for name := range rule.Weekdays {
		names = append(names, name)
	}
	slices.Sort(names)
	named := map[time.Weekday]bool{}
	for _, name := range names {
		d, ok := weekday(name)
		switch {
		case !ok:
			r.problem("/weekdays/"+name, "expected a day of the week, found %q", name)
		case named[d]:
			r.problem("/weekdays/"+name, "%s stands twice", d)
		default:
			named[d] = true
			r.hours.week[d] = r.intervals("/weekdays/"+name, rule.Weekdays[name])
		}
	}
	r.wholeWeek()
	if len(r.fields) > 0 {
		first := r.fields[0]
		return nil, Invalid("opening hours: "+strings.ReplaceAll(strings.TrimPrefix(first.Pointer, "/"), "/", ".")+": "+first.Detail, r.fields...)
	}
	return r.hours, nil
}

// hoursReader notes what is wrong with opening hours.
type hoursReader struct {
	hours  *Hours
	fields []Field
}

func (r *hoursReader) problem(pointer, format string, args ...any) {
	r.fields = append(r.fields, Field{Pointer: pointer, Detail: fmt.Sprintf(format, args...)})
}

// intervals reads the times of opening of one day, in order.
func (r *hoursReader) intervals(pointer string, texts []string) []interval {
	if len(texts) > maxIntervals {
		r.problem(pointer, "expected at most %d intervals a day, found %d", maxIntervals, len(texts))
		return nil
	}
	list := make([]interval, 0, len(texts))
	for n, text := range texts {
		i, err := parseInterval(text)
		at := fmt.Sprintf("%s/%d", pointer, n)
		if err != "" {
			r.problem(at, "%s", err)
			continue
		}
		for _, other := range list {
			if i.open < other.close && other.open < i.close {
				r.problem(at, "%s overlaps %s", i, other)
			}
		}
		list = append(list, i)
	}
	slices.SortFunc(list, func(a, b interval) int { return int(a.open - b.open) })
	return list
}

// wholeWeek checks what no day shows alone.
func (r *hoursReader) wholeWeek() {
	never := true
	for d, list := range r.hours.week {
		if len(list) == 0 {
			continue
		}
		never = false
		last, next := list[len(list)-1], r.hours.week[(d+1)%7]
		if len(next) > 0 && last.close-fullDay > next[0].open {
			r.problem("/open", "%s of %s goes on into %s of %s", last, time.Weekday(d), next[0], time.Weekday((d+1)%7))
			return
		}
	}
	if never && len(r.fields) == 0 {
		r.problem("/open", "expected at least one interval such as 09:00-18:00: these hours are never open")
	}
}

// parseInterval reads HH:MM-HH:MM; problem says what is wrong with it.
func parseInterval(text string) (i interval, problem string) {
	from, to, dash := strings.Cut(text, "-")
	open, ok1 := parseClock(from)
	end, ok2 := parseClock(to)
	switch {
	case !dash || !ok1 || !ok2 || open == fullDay:
		return interval{}, fmt.Sprintf("expected a time such as 09:00-18:00, found %s", shortened(text))
	case open == end:
		return interval{}, fmt.Sprintf("%s is empty; a whole day is 00:00-24:00", text)
	case end < open:
		end += fullDay
	}
	return interval{open, end}, ""
}

// parseClock reads a wall-clock time HH:MM from 00:00 to 24:00.
func parseClock(text string) (time.Duration, bool) {
	if text == "24:00" {
		return fullDay, true
	}
	t, err := time.Parse("15:04", text)
	if err != nil || len(text) != len("15:04") {
		return 0, false
	}
	return time.Duration(t.Hour())*time.Hour + time.Duration(t.Minute())*time.Minute, true
}

// String writes the interval as policies do.
func (i interval) String() string {
	write := func(d time.Duration) string {
		return fmt.Sprintf("%02d:%02d", int(d.Hours()), int(d.Minutes())%60)
	}
	end := i.close
	if end > fullDay {
		end -= fullDay
	}
	return write(i.open) + "-" + write(end)
}
