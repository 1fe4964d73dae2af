package dispute

import (
	"fmt"
	"slices"
	"strings"
	"time"
)

// maxExplainLines bounds an explanation; what lies between is told as one line.
const maxExplainLines = 400

// ExplainDueText explains a due instant in full, one line a day or opening: the
// start, what counts and what does not, the result, and the notices behind it. It
// fails as ExplainDue does.
func ExplainDueText(c Calendar, hours *Hours, from time.Time, span Span, begin CountFrom) (string, error) {
	k := Clock{Budget: span.N, Unit: span.Unit, CountFrom: begin, Started: from}
	n, err := count(k, c, hours)
	if err != nil {
		return "", err
	}
	p, err := n.project(k)
	if err != nil {
		return "", err
	}
	t := dueText{counting: n, calendar: c}
	t.line("%-24s  start", n.clock(n.started))
	if !n.from.Equal(n.started) {
		t.line("%-24s  counting begins", n.clock(n.from))
	}
	switch a := n.axis.(type) {
	case workingAxis:
		t.workingDays(a)
	case businessAxis:
		if err := t.openings(a); err != nil {
			return "", err
		}
	case civilAxis:
		t.civilDays()
	}
	t.shorten()
	t.line("%-24s  due: %s", n.clock(n.due), p.At.Format(time.RFC3339))
	if p.Provisional {
		t.line("provisional: a year on the way is not published, Monday to Friday is assumed")
	}
	for _, source := range sourcesOf(p.Passed) {
		t.line("source: %s", source)
	}
	t.line("%s", p.Why)
	return strings.Join(t.lines, "\n") + "\n", nil
}

// sourcesOf lists the notices behind passages, each once.
func sourcesOf(passed []Passage) []string {
	var sources []string
	for _, p := range passed {
		if p.Source != "" && !slices.Contains(sources, p.Source) {
			sources = append(sources, p.Source)
		}
	}
	return sources
}

// dueText writes an explanation line by line.
type dueText struct {
	counting
	calendar Calendar
	lines    []string
}

func (t *dueText) line(format string, args ...any) {
	t.lines = append(t.lines, fmt.Sprintf(format, args...))
}

// clock writes an instant as local time.
func (n counting) clock(at time.Time) string {
	text, _, _ := strings.Cut(localTime(at.In(n.zone)), " (")
	return text
}

// workingDays writes one line a day.
func (t *dueText) workingDays(a workingAxis) {
	worked := int64(0)
	last := reading(t.due.In(t.zone))
	for d := reading(t.started.In(t.zone)).midnight().plus(fullDay); !d.After(last.Time); d = d.plus(fullDay) {
		cd := calendarDay(a.calendar, d)
		t.line("%-24s  %s", d.Format("Mon 2006-01-02"), t.dayWords(cd, &worked))
	}
}

// dayWords says what a day is, and counts it where it is worked.
func (t *dueText) dayWords(cd CalendarDay, worked *int64) string {
	text, note := "free", ""
	switch {
	case cd.MakeUp:
		note = ", made up for " + cd.Name
	case cd.Name != "":
		text, note = "holiday", ": "+cd.Name
	case !cd.Known:
		note = " (assumed: the year is not published)"
	}
	if !cd.Working {
		return text + note
	}
	if *worked++; *worked > t.span.N { // the end of the last day is the beginning of the next
		return "works" + note
	}
	return fmt.Sprintf("works    %d of %d%s", *worked, t.span.N, note)
}

// civilDays writes one line a day.
func (t *dueText) civilDays() {
	n := int64(0)
	for d := reading(t.started.In(t.zone)).midnight().plus(fullDay); n < t.span.N; d = d.plus(fullDay) {
		n++
		t.line("%-24s  counts   %d of %d", d.Format("Mon 2006-01-02"), n, t.span.N)
	}
}

// openings writes one line for every opening, and for every time that was closed.
func (t *dueText) openings(a businessAxis) error {
	at, sum := t.from, time.Duration(0)
	return a.walk(t.from, func(s stretch) bool {
		if at.Before(s.from) {
			t.line("%-24s  closed   until %s%s", t.clock(at), t.clock(earlier(s.from, t.due)), t.freeDays(at, s.from))
		}
		begin, end := later(s.from, t.from), earlier(s.to, t.due)
		sum += end.Sub(begin)
		t.line("%-24s  open     until %s: %s of %s", t.clock(begin), t.clock(end), t.span.Unit.words(sum), t.span.Unit.words(t.length))
		at = s.to
		return at.Before(t.due)
	})
}

// freeDays names the holidays and assumed years between two instants.
func (t *dueText) freeDays(from, to time.Time) string {
	j := journal{zone: t.zone}
	last := reading(to.In(t.zone))
	for d := reading(from.In(t.zone)).midnight().plus(fullDay); d.Before(last.Time); d = d.plus(fullDay) {
		if a, ok := t.axis.(businessAxis); !ok || !a.hours.every {
			j.day(d, calendarDay(t.calendar, d), true)
		}
	}
	text := ""
	for _, p := range j.passed {
		switch p.Kind {
		case PassageHoliday, PassageMakeUp:
			text += ", " + t.part(p)
		case PassageAssumed:
			text += ", " + p.Name
		}
	}
	return text
}

// shorten leaves out the middle of a very long explanation.
func (t *dueText) shorten() {
	if cut := len(t.lines) - maxExplainLines; cut > 0 {
		half := maxExplainLines / 2
		middle := fmt.Sprintf("... %d more lines", cut)
		t.lines = slices.Concat(t.lines[:half], []string{middle}, t.lines[half+cut:])
	}
}
