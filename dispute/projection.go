package dispute

import (
	"slices"
	"time"
)

// Projection is an instant that a budget leads to, with its reasons.
type Projection struct {
	At time.Time `json:"at"`
	// Why is one sentence for people: the span, the start, what was passed over.
	Why string `json:"why"`
	// Provisional is set when a year on the way is not published.
	Provisional bool `json:"provisional,omitempty"`
	// Passed is what lies between start and At and bears on it, in order.
	Passed []Passage `json:"passed,omitempty"`
}

// Passage is a stretch of time on the way to a due instant: From included, To not.
// Passages may lie inside each other, such as a weekend inside a closed time.
type Passage struct {
	Kind PassageKind `json:"kind"`
	From time.Time   `json:"from"`
	To   time.Time   `json:"to"`             // From, while a suspension lasts
	Name string      `json:"name,omitempty"` // holiday, reason of a suspension, closed hours, or what is assumed
	// Source is the notice that a holiday or a make-up day comes from.
	Source string `json:"source,omitempty"`
}

// PassageKind is what a passage is.
type PassageKind string

// The kinds of passages.
const (
	PassageClosed    PassageKind = "closed"    // outside the opening hours: a lunch, a night, a day
	PassageWeekend   PassageKind = "weekend"   // days that are not worked
	PassageHoliday   PassageKind = "holiday"   // free days with a name
	PassageMakeUp    PassageKind = "make_up"   // a day of the weekend that was worked
	PassageSuspended PassageKind = "suspended" // the clock stood still
	PassageAssumed   PassageKind = "assumed"   // days of a year that is not published
)

// ExplainDue works out when a span ends that starts at an instant, and what lies
// on the way. Hours are needed for business hours and minutes and may be nil
// otherwise. It fails with CodeInvalid on a span that is none, and when the end is
// not reached within twenty years.
func ExplainDue(c Calendar, hours *Hours, from time.Time, span Span, begin CountFrom) (Projection, error) {
	return projectClock(Clock{Budget: span.N, Unit: span.Unit, CountFrom: begin, Started: from}, c, hours)
}

// projectClock derives the due instant of a clock from its budget, its extensions
// and its ledger of suspensions. A suspension that lasts counts as if it ended
// when it began. It is the only place where due instants come from.
func projectClock(k Clock, c Calendar, hours *Hours) (Projection, error) {
	n, err := count(k, c, hours)
	if err != nil {
		return Projection{}, err
	}
	return n.project(k)
}

// project explains a clock that was laid out.
func (n counting) project(k Clock) (Projection, error) {
	j := journal{zone: n.zone}
	from := n.from
	if n.span.Unit == UnitWorkingDays {
		from = n.started // its day never counts
	}
	if err := n.axis.account(&j, from, n.due); err != nil {
		return Projection{}, err
	}
	for _, s := range k.Suspensions {
		to := s.From
		if s.To != nil {
			to = *s.To
		}
		j.passed = append(j.passed, Passage{Kind: PassageSuspended, From: s.From.UTC(), To: to.UTC(), Name: string(s.Reason)})
	}
	slices.SortStableFunc(j.passed, func(a, b Passage) int { return a.From.Compare(b.From) })
	p := Projection{At: n.due.UTC(), Passed: j.passed}
	p.Provisional = slices.ContainsFunc(j.passed, func(p Passage) bool { return p.Kind == PassageAssumed })
	p.Why = n.why(k, j.passed)
	if k.Told != nil && p.At.Before(*k.Told) {
		p.At = k.Told.UTC()
	}
	return p, nil
}

// journal collects the passages of a walk.
type journal struct {
	zone   *time.Location
	passed []Passage
	last   wall // the midnight at which the newest passage of days ends
	shut   int  // how many closed times were noted
}

// maxClosed bounds the closed times that are noted one by one.
const maxClosed = 1000

// day notes a civil day that is out of the ordinary; opens says whether anything
// was open on it.
func (j *journal) day(d wall, cd CalendarDay, opens bool) {
	kind, name := PassageKind(""), cd.Name
	switch {
	case !cd.Known:
		kind, name = PassageAssumed, d.Format("2006")+" not published, Mon-Fri assumed"
	case cd.MakeUp:
		kind = PassageMakeUp
	case cd.Name != "":
		kind = PassageHoliday
	case !cd.Working:
		kind = PassageWeekend
	case !opens:
		kind = PassageClosed
	default:
		return
	}
	to := d.plus(fullDay).instant(j.zone)
	if k := len(j.passed) - 1; k >= 0 && kind != PassageMakeUp && j.passed[k].Kind == kind && j.passed[k].Name == name &&
		j.last.Equal(d.Time) {
		j.passed[k].To, j.last = to, d.plus(fullDay)
		return
	}
	j.passed = append(j.passed, Passage{Kind: kind, From: d.instant(j.zone), To: to, Name: name, Source: cd.Source})
	j.last = d.plus(fullDay)
}

// closed notes a time between two openings.
func (j *journal) closed(from, to time.Time) {
	if j.shut++; j.shut > maxClosed {
		return
	}
	j.passed = append(j.passed, Passage{Kind: PassageClosed, From: from.UTC(), To: to.UTC(), Name: j.closedName(from, to)})
}

// closedName reads like "12:00-13:00", or "Fri 18:00-Mon 09:00".
func (j *journal) closedName(from, to time.Time) string {
	a, b := reading(from.In(j.zone)), reading(to.In(j.zone))
	layout := "15:04"
	if b.midnight().Sub(a.midnight().Time) > fullDay {
		layout = "Mon 15:04"
	}
	return a.Format(layout) + "-" + b.Format(layout)
}
