package dispute

import (
	"strconv"
	"strings"
	"time"
)

// Span is a length of time as policies write it: "48h", "7d", "7ed", "7wd", "4bh", "3s".
type Span struct {
	N    int64
	Unit Unit
}

// The bounds of spans: no clock of a policy runs longer than ten years.
const (
	maxSpanDays      = 3660
	maxBusinessHours = 10_000
	// MaxWorkingDays bounds a span of working days, so that no question runs on for long.
	MaxWorkingDays = 1000
)

// unitLengths are the units with a fixed length.
var unitLengths = map[Unit]time.Duration{
	UnitSeconds: time.Second, UnitMinutes: time.Minute, UnitHours: time.Hour, UnitDays: 24 * time.Hour,
}

// unitLimits are the most of each unit that a span may have.
var unitLimits = map[Unit]int64{
	UnitSeconds: maxSpanDays * 86400, UnitMinutes: maxSpanDays * 1440, UnitHours: maxSpanDays * 24,
	UnitDays: maxSpanDays, UnitEndOfDays: maxSpanDays, UnitWorkingDays: MaxWorkingDays,
	UnitBusinessHours: maxBusinessHours, UnitBusinessMinutes: maxBusinessHours * 60,
}

// ParseSpan reads a span: a whole number of at least 1 followed by s, m, h, d, ed,
// wd, bh or bm. It fails with CodeInvalid on anything else, and on more than ten
// years (MaxWorkingDays working days, ten thousand business hours).
func ParseSpan(text string) (Span, error) {
	if len(text) > 24 {
		return Span{}, Errorf(CodeInvalid, "a span of %d characters is too long", len(text))
	}
	digits := strings.TrimRight(text, "abcdefghijklmnopqrstuvwxyz")
	unit := Unit(text[len(digits):])
	bare := strings.TrimPrefix(digits, "-")
	if _, known := unitLimits[unit]; !known || bare == "" || strings.Trim(bare, "0123456789") != "" {
		return Span{}, Errorf(CodeInvalid, "%q is not a span such as 48h, 7d, 7ed, 7wd, 4bh or 3s", text)
	}
	if bare != digits || strings.Trim(digits, "0") == "" {
		return Span{}, Errorf(CodeInvalid, "%q is not a span: it is at least 1%s", text, unit)
	}
	n, err := strconv.ParseInt(digits, 10, 64)
	if err != nil {
		return Span{}, Errorf(CodeInvalid, "%q is too long: at most %d%s", text, unitLimits[unit], unit)
	}
	s := Span{N: n, Unit: unit}
	return s, s.check()
}

// check says whether the span is one that ParseSpan could have read.
func (s Span) check() error {
	most, known := unitLimits[s.Unit]
	switch {
	case !known:
		return Errorf(CodeInvalid, "unknown unit %q", s.Unit)
	case s.N < 1:
		return Errorf(CodeInvalid, "%d %s is not between 1 and %d", s.N, s.Unit.noun(2), most)
	case s.N > most:
		return Errorf(CodeInvalid, "%q is too long: at most %d%s", s.String(), most, s.Unit)
	}
	return nil
}

// String writes the span as policies do.
func (s Span) String() string { return strconv.FormatInt(s.N, 10) + string(s.Unit) }

// Duration is the length of a span in seconds, minutes or hours; ok is false for
// days and business units, whose length a calendar decides.
func (s Span) Duration() (d time.Duration, ok bool) {
	switch s.Unit {
	case UnitSeconds, UnitMinutes, UnitHours:
		return time.Duration(s.N) * unitLengths[s.Unit], true
	}
	return 0, false
}

// Project goes the span on from t by the calendar; spans in business hours need
// opening hours and ExplainDue.
func (s Span) Project(c Calendar, t time.Time) (Projection, error) {
	return ExplainDue(c, nil, t, s, CountAtOnce)
}

// business says whether the unit counts opening hours.
func (u Unit) business() bool { return u == UnitBusinessHours || u == UnitBusinessMinutes }

// noun is the unit in words, for n of it.
func (u Unit) noun(n int64) string {
	word, ok := map[Unit]string{
		UnitDays: "calendar day", UnitEndOfDays: "whole day", UnitWorkingDays: "working day",
		UnitBusinessHours: "business hour", UnitBusinessMinutes: "business minute",
	}[u]
	switch {
	case !ok:
		return string(u)
	case n == 1:
		return word
	default:
		return word + "s"
	}
}

// extensionUnits are the units in which a clock may be extended: those of its own family.
var extensionUnits = map[Unit][]Unit{
	UnitSeconds:         {UnitSeconds, UnitMinutes, UnitHours, UnitDays},
	UnitMinutes:         {UnitSeconds, UnitMinutes, UnitHours, UnitDays},
	UnitHours:           {UnitSeconds, UnitMinutes, UnitHours, UnitDays},
	UnitDays:            {UnitSeconds, UnitMinutes, UnitHours, UnitDays},
	UnitEndOfDays:       {UnitDays, UnitEndOfDays},
	UnitWorkingDays:     {UnitWorkingDays},
	UnitBusinessHours:   {UnitBusinessHours, UnitBusinessMinutes},
	UnitBusinessMinutes: {UnitBusinessHours, UnitBusinessMinutes},
}

// reminderUnits are the units that a reminder of a clock may have beside s, m, h and
// d, which are real time before any due instant.
var reminderUnits = map[Unit][]Unit{
	UnitEndOfDays:       {UnitEndOfDays},
	UnitWorkingDays:     {UnitWorkingDays},
	UnitBusinessHours:   {UnitBusinessHours, UnitBusinessMinutes},
	UnitBusinessMinutes: {UnitBusinessHours, UnitBusinessMinutes},
}
