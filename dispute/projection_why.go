package dispute

import (
	"fmt"
	"slices"
	"strings"
	"time"
)

// whyLimit keeps explanations small, in bytes: clocks travel in workflow payloads.
const whyLimit = 190

// why is the one sentence that explains a due instant: the budget and its start
// first, then what moved it most.
func (n counting) why(k Clock, passed []Passage) string {
	why := fmt.Sprintf("%d %s%s from %s", n.span.N, n.span.Unit.noun(n.span.N), added(k.Extensions), localTime(n.started.In(n.zone)))
	parts := n.parts(k, passed)
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

// added reads like " + 2wd".
func added(list []Extension) string {
	if len(list) > 3 {
		return fmt.Sprintf(" extended %d times", len(list))
	}
	text := ""
	for _, e := range list {
		text += " + " + e.By
	}
	return text
}

// parts are what a due instant owes to its way, the weightiest first.
func (n counting) parts(k Clock, passed []Passage) []string {
	var parts []string
	say := func(part string) {
		if !slices.Contains(parts, part) { // the lunch of every day is one lunch
			parts = append(parts, part)
		}
	}
	if k.Told != nil && n.due.Before(*k.Told) {
		say("kept at the date that the customer was told")
	}
	if n.span.Unit == UnitEndOfDays {
		say("to the end of " + reading(n.due.Add(-time.Second).In(n.zone)).Format("Mon 2006-01-02"))
	}
	if !n.from.Equal(n.started) {
		say("counted from " + strings.TrimSuffix(localTime(n.from.In(n.zone)), " ("+n.zone.String()+")"))
	}
	for _, p := range passed {
		if p.Kind == PassageAssumed {
			say(p.Name)
		}
	}
	n.stillParts(k.Suspensions, say)
	for _, rank := range []func(Passage) bool{n.lunch, n.wholeDays, n.night} {
		for _, p := range passed {
			if rank(p) {
				say(n.part(p))
			}
		}
	}
	return parts
}

// stillParts tells of the suspensions.
func (n counting) stillParts(ledger []Suspension, say func(string)) {
	const layout = "01-02 15:04"
	switch len(ledger) {
	case 0:
	case 1:
		s := ledger[0]
		if s.To == nil {
			say(fmt.Sprintf("stands still since %s (%s)", s.From.In(n.zone).Format(layout), s.Reason))
			return
		}
		say(fmt.Sprintf("stood still %s..%s (%s)", s.From.In(n.zone).Format(layout), s.To.In(n.zone).Format(layout), s.Reason))
	default:
		before := len(ledger)
		if s := ledger[before-1]; s.To == nil {
			say(fmt.Sprintf("stands still since %s (%s)", s.From.In(n.zone).Format(layout), s.Reason))
			before--
		}
		say(fmt.Sprintf("stood still %d times", before))
	}
}

func (n counting) days(p Passage) (first, last wall) {
	return reading(p.From.In(n.zone)).midnight(), reading(p.To.Add(-time.Second).In(n.zone)).midnight()
}

func (n counting) ofDays(p Passage) bool {
	first, _ := n.days(p)
	return first.instant(n.zone).Equal(p.From) && first.Sub(reading(p.To.In(n.zone)).Time)%fullDay == 0
}

func (n counting) lunch(p Passage) bool {
	first, last := n.days(p)
	return p.Kind == PassageClosed && !n.ofDays(p) && first.Equal(last.Time)
}

func (n counting) night(p Passage) bool {
	first, last := n.days(p)
	return p.Kind == PassageClosed && !n.ofDays(p) && !first.Equal(last.Time)
}

func (n counting) wholeDays(p Passage) bool {
	return p.Kind == PassageHoliday || p.Kind == PassageMakeUp || p.Kind == PassageClosed && n.ofDays(p)
}

// part reads like "2026-09-25..27 Mid-autumn holiday" or "12:00-13:00 closed".
func (n counting) part(p Passage) string {
	first, last := n.days(p)
	switch {
	case p.Kind == PassageMakeUp:
		return fmt.Sprintf("%s worked for %s", first.Format(time.DateOnly), p.Name)
	case p.Kind == PassageHoliday:
		return fmt.Sprintf("%s %s holiday", dates(first, last), p.Name)
	case n.ofDays(p):
		return dates(first, last) + " closed"
	default:
		return p.Name + " closed"
	}
}

// dates reads like "2026-10-01..07".
func dates(first, last wall) string {
	a, b := first.Format(time.DateOnly), last.Format(time.DateOnly)
	switch {
	case a == b:
		return a
	case a[:8] == b[:8]:
		return a + ".." + b[8:]
	default:
		return a + ".." + b
	}
}

// localTime formats an instant for an explanation, with its zone's name.
func localTime(t time.Time) string {
	layout := "Mon 2006-01-02 15:04"
	if t.Second() != 0 {
		layout = "Mon 2006-01-02 15:04:05"
	}
	return t.Format(layout) + " (" + t.Location().String() + ")"
}
