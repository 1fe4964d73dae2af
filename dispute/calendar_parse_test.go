package dispute

import (
	"errors"
	"fmt"
	"io/fs"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

func chinaYear(t testing.TB, year int) []byte {
	t.Helper()
	data, err := fs.ReadFile(ruleFiles, fmt.Sprintf("calendars/cn-%d.yaml", year))
	require.NoError(t, err)
	return data
}

func TestParseCalendarErrors(t *testing.T) {
	t.Parallel()
	data := string(chinaYear(t, 2026))
	rows := []struct{ from, to, want string }{
		{"year: 2026", "year: 26", "year: expected a year from 2000 to 2200, found 26"},
		{"zone: Asia/Shanghai", "zone: Moon/Base", "zone: expected an IANA time zone"},
		{"zone: Asia/Shanghai", "zone: Local", "zone: expected an IANA time zone"},
		{"weekend: [saturday", "weekend: [caturday", "weekend[0]: expected a day of the week"},
		{"weekend: [saturday", "weekend: [sunday", "weekend[1]: sunday stands twice"},
		{"weekend: [saturday", "weekend: [monday, tuesday, wednesday, thursday, friday, saturday", "weekend: expected at least one day"},
		{"first: 2026-06-19", "first: 2026-06-22", "holidays[4].last: the last day 2026-06-21 is before the first, 2026-06-22"},
		{"last: 2026-10-07", "last: 2027-10-07", "holidays[6].last: expected a day of 2026, found 2027-10-07"},
		{"last: 2026-10-07", "last: 2026-02-30", `holidays[6].last: expected a date such as 2026-10-01, found "2026-02-30"`},
		{", last: 2026-10-07", "", "holidays[6].last: expected a date such as 2026-10-01"},
		{"name: National Day, first", "name: \"\", first", "holidays[6].name: expected the name"},
		{"first: 2026-05-01", "first: 2026-04-06", "holidays[3]: 2026-04-06 stands twice: it is a day of Qingming already"},
		{"day: 2026-10-10", "day: 2026-10-12", "working_days[5].day: 2026-10-12 is not a free weekend day: Monday is worked anyway"},
		{"day: 2026-10-10", "day: 2026-10-04", "working_days[5].day: 2026-10-04 is not a free weekend day: it is a day of National Day already"},
		{"day: 2026-10-10", "day: 2026-09-20", "working_days[5].day: 2026-09-20 is not a free weekend day: it is a day of work for National Day"},
		{"day: 2026-10-10", "day: someday", `working_days[5].day: expected a date such as 2026-10-01, found "someday"`},
		{"source: 国", "origin: 国", `"origin"`},
		{"calendar: cn", "calendar: \"\"", "calendar: expected the id"},
		{"calendar: cn", "calendar: ../cn", "calendar: expected the id"},
	}
	for _, row := range rows {
		broken := strings.Replace(data, row.from, row.to, 1)
		require.NotEqual(t, data, broken, row.from)
		_, err := ParseCalendarYear("c.yaml", []byte(broken), nil)
		require.ErrorContains(t, err, row.want)
		require.Regexp(t, `^c\.yaml:\d+:\d+: `, err.Error())
	}
	cal, err := ParseCalendarYear("c.yaml", []byte(data), nil)
	require.NoError(t, err)
	_, err = ParseCalendarYear("c.yaml", []byte(data), cal)
	require.ErrorContains(t, err, "year 2026 is loaded already")
	_, err = ParseCalendarYear("c.yaml", []byte(strings.ReplaceAll(strings.Replace(data, "calendar: cn", "calendar: hk", 1), "2026", "2027")), cal)
	require.ErrorContains(t, err, "expected calendar cn in zone Asia/Shanghai")
}

// A mistake in the last row is found at its own place.
func TestCalendarErrorPointsAtTheValue(t *testing.T) {
	t.Parallel()
	broken := "calendar: cn\nyear: 2026\nzone: Asia/Shanghai\nsource: s\nweekend: [sunday]\nholidays:\n  - {name: A, first: 2026-01-02, last: 2026-01-01}\n"
	_, err := ReadCalendarYear("c.yaml", []byte(broken))
	var file *FileError
	require.ErrorAs(t, err, &file)
	require.Equal(t, 7, file.Problems[0].Line)
	require.Equal(t, strings.Index("  - {name: A, first: 2026-01-02, last: 2026-01-01}", "2026-01-01")+1, file.Problems[0].Column)
}

func TestTooManyHolidayRowsAreRefused(t *testing.T) {
	t.Parallel()
	head := "calendar: cn\nyear: 2026\nzone: Asia/Shanghai\nsource: s\nweekend: [sunday]\nholidays:\n"
	_, err := ReadCalendarYear("c.yaml", []byte(head+strings.Repeat("  - {name: A, first: 2026-01-01, last: 2026-12-31}\n", 400)))
	require.ErrorContains(t, err, "expected at most 366 holidays")
}

func TestCalendarOfSeveralYears(t *testing.T) {
	t.Parallel()
	var years []CalendarYear
	for year := 2024; year <= 2026; year++ {
		y, err := ReadCalendarYear("c.yaml", chinaYear(t, year))
		require.NoError(t, err)
		years = append(years, y)
	}
	all, err := NewCalendar(years[2], years[0], years[1])
	require.NoError(t, err)
	require.Equal(t, years, all.Years())
	require.Equal(t, "国办发明电〔2023〕7号", all.Years()[0].Source)

	// A gap between loaded years is no silent Monday to Friday.
	gap, err := NewCalendar(years[0], years[2])
	require.NoError(t, err)
	p, err := gap.AddWorkingDays(utc("2024-12-31T10:00:00+08:00"), 3)
	require.NoError(t, err)
	require.True(t, p.Provisional)
	require.Contains(t, p.Why, "2025 not published, Mon-Fri assumed")

	// A later revision replaces a year; the calendar before it stays what it was.
	corrected := years[2]
	corrected.Source = "a correction"
	corrected.Holidays = append([]Holiday{{Name: "Extra Day", First: "2026-03-03", Last: "2026-03-03", Source: "notice 12"}}, corrected.Holidays...)
	next, err := all.WithYear(corrected)
	require.NoError(t, err)
	at := utc("2026-03-03T04:00:00Z")
	require.True(t, all.Day(at).Working)
	require.Equal(t, CalendarDay{Known: true, Name: "Extra Day", Source: "notice 12"}, next.Day(at))
	require.Len(t, next.Years(), 3)

	_, err = NewCalendar()
	require.Equal(t, CodeInvalid, CodeOf(err))
	_, err = all.WithYear(CalendarYear{Calendar: "hk", Year: 2026, Zone: "Asia/Hong_Kong"})
	require.Equal(t, CodeInvalid, CodeOf(err))
}

func TestDaysOfTheCalendar(t *testing.T) {
	t.Parallel()
	cal := chinaCalendar(t)
	require.Equal(t, CalendarDay{Known: true, Working: true, MakeUp: true, Name: "National Day", Source: "国办发明电〔2025〕7号"}, cal.Day(utc("2026-10-10T04:00:00Z")))
	require.Equal(t, CalendarDay{Known: true, Name: "Spring Festival", Source: "国办发明电〔2024〕12号"}, cal.Day(utc("2025-02-04T04:00:00Z")))
	require.Equal(t, CalendarDay{Known: true, Working: true}, cal.Day(utc("2024-02-09T04:00:00Z")), "leave on the eve is only encouraged")
	require.Equal(t, CalendarDay{Working: true}, cal.Day(utc("2031-01-01T04:00:00Z")))
}

func TestSpans(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]Span{"48h": {48, UnitHours}, "7d": {7, UnitDays}, "7wd": {7, UnitWorkingDays},
		"3s": {3, UnitSeconds}, "90m": {90, UnitMinutes}, "7ed": {7, UnitEndOfDays}, "4bh": {4, UnitBusinessHours}, "30bm": {30, UnitBusinessMinutes},
		"3660d": {3660, UnitDays}, "3660ed": {3660, UnitEndOfDays}, "1000wd": {1000, UnitWorkingDays}, "10000bh": {10000, UnitBusinessHours}} {
		got, err := ParseSpan(text)
		require.NoError(t, err)
		require.Equal(t, want, got)
		require.Equal(t, text, got.String())
	}
	for text, want := range map[string]string{
		"": "is not a span", "h": "is not a span", "7": "is not a span", "+1h": "is not a span", "1.5h": "is not a span", "7D": "is not a span",
		"7 d": "is not a span", "1y": "is not a span", "1h30m": "is not a span", "--1h": "is not a span", "٣h": "is not a span", "0x7d": "is not a span",
		"0h": "at least 1h", "00wd": "at least 1wd", "-1h": "at least 1h", "-7ed": "at least 1ed", "0bh": "at least 1bh",
		"99999999999999999999s": "too long", "9000000000s": "too long", "4000d": "too long", "36500d": "too long", "36500ed": "too long",
		"876000h": "too long", "1001wd": "too long", "10001bh": "too long", "600001bm": "too long", "5270401m": "too long",
		strings.Repeat("1", 1000) + "h": "too long",
	} {
		_, err := ParseSpan(text)
		require.Equal(t, CodeInvalid, CodeOf(err), text)
		require.ErrorContains(t, err, want, text)
		require.Less(t, len(err.Error()), 200)
	}
}

// The bounds hold for clocks that were not parsed, too.
func TestImpossibleBudgetsAreRefused(t *testing.T) {
	t.Parallel()
	for _, s := range []Span{{0, UnitHours}, {-1, UnitDays}, {1 << 60, UnitSeconds}, {36500, UnitEndOfDays}, {1, "y"}, {1, ""}} {
		_, err := ExplainDue(chinaCalendar(t), nil, utc("2026-03-02T10:00:00Z"), s, CountAtOnce)
		require.Equal(t, CodeInvalid, CodeOf(err), s)
		var e *Error
		require.True(t, errors.As(err, &e))
	}
	_, err := ExplainDue(chinaCalendar(t), nil, utc("2026-03-02T10:00:00Z"), Span{4, UnitBusinessHours}, CountAtOnce)
	require.ErrorContains(t, err, "needs opening hours")
	_, err = ExplainDue(chinaCalendar(t), nil, utc("2026-03-02T10:00:00Z"), Span{4, UnitHours}, "whenever")
	require.ErrorContains(t, err, "a clock counts from at_once, next_minute or next_day")
}

// A calendar with years of closure is an error in good time, never an endless walk.
func TestYearsOfClosureAreAnError(t *testing.T) {
	t.Parallel()
	years := make([]CalendarYear, 0, 40)
	for year := 2025; year < 2065; year++ {
		years = append(years, CalendarYear{Calendar: "shut", Year: year, Zone: "Europe/Berlin", Source: "s",
			Holidays: []Holiday{{Name: "Closure", First: fmt.Sprintf("%d-01-01", year), Last: fmt.Sprintf("%d-12-31", year)}}})
	}
	cal, err := NewCalendar(years...)
	require.NoError(t, err)
	begun := time.Now()
	_, err = cal.AddWorkingDays(utc("2026-03-02T10:00:00Z"), 1)
	require.Equal(t, CodeInvalid, CodeOf(err))
	require.ErrorContains(t, err, "not reached within twenty years")
	hours := openingHours(t, HoursRule{Days: "working", Open: []string{"09:00-18:00"}})
	_, err = ExplainDue(cal, hours, utc("2026-03-02T10:00:00Z"), Span{1, UnitBusinessMinutes}, CountAtOnce)
	require.Equal(t, CodeInvalid, CodeOf(err))
	require.ErrorContains(t, err, "do not open for 400 days")

	// A minute a week never comes to ten thousand hours.
	rare := openingHours(t, HoursRule{Days: "every", Weekdays: map[string][]string{"monday": {"09:00-09:01"}}})
	_, err = ExplainDue(chinaCalendar(t), rare, utc("2026-03-02T10:00:00Z"), Span{10000, UnitBusinessHours}, CountAtOnce)
	require.ErrorContains(t, err, "not reached within twenty years")
	require.Less(t, time.Since(begun), 5*time.Second)
}
