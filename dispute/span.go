package dispute

import (
	"fmt"
	"strconv"
	"strings"
	"time"
)

// Span is a length of time as policies write it: "48h", "7d", "7wd", "3s".
type Span struct {
	N    int64
	Unit Unit
}

// maxSpanDays bounds every span: no clock of a policy runs longer than ten years.
const maxSpanDays = 3660

// unitLengths are the units with a fixed length.
var unitLengths = map[Unit]time.Duration{
	UnitSeconds: time.Second, UnitMinutes: time.Minute, UnitHours: time.Hour, UnitDays: 24 * time.Hour,
}

// ParseSpan reads a span. It fails with CodeInvalid on anything but a positive
// whole number followed by s, m, h, d or wd.
func ParseSpan(text string) (Span, error) {
	digits := strings.TrimRight(text, "abcdefghijklmnopqrstuvwxyz")
	unit := Unit(text[len(digits):])
	_, fixed := unitLengths[unit]
	n, err := strconv.ParseInt(digits, 10, 64)
	if err != nil || n <= 0 || strings.HasPrefix(digits, "+") || (!fixed && unit != UnitWorkingDays) {
		return Span{}, Errorf(CodeInvalid, "%q is not a span such as 48h, 7d, 7wd or 3s", text)
	}
	if unit == UnitWorkingDays && n > MaxWorkingDays || fixed && n > int64(maxSpanDays*24*time.Hour/unitLengths[unit]) {
		return Span{}, Errorf(CodeInvalid, "%q is too long", text)
	}
	return Span{N: n, Unit: unit}, nil
}

// String writes the span as policies do.
func (s Span) String() string { return strconv.FormatInt(s.N, 10) + string(s.Unit) }

// Duration is the length of a span in seconds, minutes or hours; ok is false for
// days and working days, whose length a calendar decides.
func (s Span) Duration() (d time.Duration, ok bool) {
	if s.Unit == UnitDays || s.Unit == UnitWorkingDays {
		return 0, false
	}
	return time.Duration(s.N) * unitLengths[s.Unit], true
}

// Project goes the span on from t by the calendar: exact hours, the same local
// time of day after calendar days, or working days.
func (s Span) Project(c Calendar, t time.Time) (Projection, error) {
	local := t.In(c.Zone())
	switch s.Unit {
	case UnitWorkingDays:
		return c.AddWorkingDays(t, int(s.N))
	case UnitDays:
		noun := "calendar days"
		if s.N == 1 {
			noun = "calendar day"
		}
		return Projection{At: local.AddDate(0, 0, int(s.N)).UTC(),
			Why: fmt.Sprintf("%d %s from %s", s.N, noun, localTime(local))}, nil
	case UnitSeconds, UnitMinutes, UnitHours:
		d, _ := s.Duration()
		return Projection{At: t.Add(d).UTC(), Why: fmt.Sprintf("%d %s from %s", s.N, s.Unit, localTime(local))}, nil
	}
	return Projection{}, Errorf(CodeInvalid, "unknown unit %q", s.Unit)
}
