package dispute

import (
	"errors"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

func openingHours(t testing.TB, rule HoursRule) *Hours {
	t.Helper()
	h, err := ParseHours(rule)
	require.NoError(t, err)
	return h
}

// plainCalendar is Monday to Friday without holidays, 2024 to 2028.
func plainCalendar(t testing.TB, zone string, holidays ...Holiday) *YearlyCalendar {
	t.Helper()
	var years []CalendarYear
	for year := 2024; year <= 2028; year++ {
		y := CalendarYear{Calendar: "plain", Year: year, Zone: zone, Source: "test", Weekend: []time.Weekday{time.Saturday, time.Sunday}}
		for _, h := range holidays {
			if strings.HasPrefix(h.First, strconv.Itoa(year)) {
				y.Holidays = append(y.Holidays, h)
			}
		}
		years = append(years, y)
	}
	c, err := NewCalendar(years...)
	require.NoError(t, err)
	return c
}

func TestParseHoursErrors(t *testing.T) {
	t.Parallel()
	open := func(list ...string) HoursRule { return HoursRule{Days: "working", Open: list} }
	on := func(day string, list ...string) HoursRule {
		return HoursRule{Days: "working", Open: []string{"09:00-18:00"}, Weekdays: map[string][]string{day: list}}
	}
	rows := []struct {
		rule          HoursRule
		pointer, want string
	}{
		{HoursRule{Open: []string{"09:00-18:00"}}, "/days", "expected working or every"},
		{HoursRule{Days: "sometimes", Open: []string{"09:00-18:00"}}, "/days", `found "sometimes"`},
		{open(), "/open", "never open"},
		{HoursRule{Days: "every", Open: nil, Weekdays: map[string][]string{"monday": {}}}, "/open", "never open"},
		{open("9:00-18:00"), "/open/0", "expected a time such as 09:00-18:00"},
		{open("09:00"), "/open/0", "expected a time such as 09:00-18:00"},
		{open("09:00-18:60"), "/open/0", "expected a time such as 09:00-18:00"},
		{open("09:00-25:00"), "/open/0", "expected a time such as 09:00-18:00"},
		{open("24:00-09:00"), "/open/0", "expected a time such as 09:00-18:00"},
		{open("09:00-24:01"), "/open/0", "expected a time such as 09:00-18:00"},
		{open("09:00-18:00:00"), "/open/0", "expected a time such as 09:00-18:00"},
		{open(strings.Repeat("x", 5000)), "/open/0", "..."},
		{open("09:00-09:00"), "/open/0", "is empty"},
		{open("09:00-12:00", "11:59-18:00"), "/open/1", "11:59-18:00 overlaps 09:00-12:00"},
		{open("09:00-12:00", "09:00-12:00"), "/open/1", "overlaps"},
		{open("22:00-06:00", "23:00-23:30"), "/open/1", "overlaps"},
		{open("22:00-06:00", "05:00-08:00"), "/open", "22:00-06:00 of Sunday goes on into 05:00-08:00 of Monday"},
		{on("caturday", "09:00-18:00"), "/weekdays/caturday", "expected a day of the week"},
		{on("friday", "09:00-18:00", "x"), "/weekdays/friday/1", "expected a time"},
		{on("friday", "20:00-10:00"), "/open", "20:00-10:00 of Friday goes on into 09:00-18:00 of Saturday"},
		{HoursRule{Days: "every", Open: []string{"09:00-18:00"}, Weekdays: map[string][]string{"Friday": {}, "friday": {}}}, "/weekdays/friday", "stands twice"},
		{open(strings.Split(strings.Repeat("09:00-09:01,", 30), ",")...), "/open", "at most 24 intervals"},
	}
	for _, row := range rows {
		_, err := ParseHours(row.rule)
		var e *Error
		require.True(t, errors.As(err, &e), "%v", row.rule)
		require.Equal(t, CodeInvalid, e.Code)
		require.Equal(t, row.pointer, e.Fields[0].Pointer, "%v", row.rule)
		require.Contains(t, e.Fields[0].Detail, row.want)
		require.Less(t, len(e.Message), 200)
	}
	for _, rule := range []HoursRule{
		open("00:00-24:00"), open("09:00-12:00", "12:00-13:00", "14:00-24:00"), open("22:00-06:00", "06:00-08:00"), open("18:00-00:00"),
		on("friday"), on("Saturday", "10:00-14:00"), {Days: "every", Open: []string{"14:00-18:00", "09:00-12:00"}},
	} {
		_, err := ParseHours(rule)
		require.NoError(t, err, "%v", rule)
	}
}

func TestBusinessHours(t *testing.T) {
	t.Parallel()
	lunch := HoursRule{Days: "working", Open: []string{"09:00-12:00", "13:00-18:00"}}
	night := HoursRule{Days: "working", Open: []string{"22:00-06:00"}}
	rows := []struct {
		name     string
		rule     HoursRule
		from     string
		span     string
		want     string
		whyParts []string
	}{
		{"over lunch", lunch, "2026-03-02T11:30:00+08:00", "1bh", "2026-03-02T13:30:00+08:00", []string{"1 business hour from Mon 2026-03-02 11:30 (Asia/Shanghai): 12:00-13:00 closed"}},
		{"starts at lunch", lunch, "2026-03-02T12:10:00+08:00", "30bm", "2026-03-02T13:30:00+08:00", []string{"30 business minutes from"}},
		{"ends at closing time", lunch, "2026-03-02T14:00:00+08:00", "4bh", "2026-03-02T18:00:00+08:00", nil},
		{"over two nights", lunch, "2026-03-02T17:00:00+08:00", "10bh", "2026-03-04T10:00:00+08:00", []string{"12:00-13:00 closed", "18:00-09:00 closed"}},
		{"over National Day", lunch, "2026-09-30T14:31:00+08:00", "4bh", "2026-10-08T09:31:00+08:00",
			[]string{"4 business hours from Wed 2026-09-30 14:31 (Asia/Shanghai): 2026-10-01..07 National Day holiday"}},
		{"the make-up Saturday is open", lunch, "2026-10-09T17:00:00+08:00", "2bh", "2026-10-10T10:00:00+08:00", []string{"2026-10-10 worked for National Day"}},
		{"a working night goes on into a free day", night, "2026-09-30T23:00:00+08:00", "7bh", "2026-10-01T06:00:00+08:00", nil},
		{"but none begins on it", night, "2026-09-30T23:00:00+08:00", "8bh", "2026-10-08T23:00:00+08:00", []string{"2026-10-01..07 National Day holiday"}},
		{"from inside yesterday's night", night, "2026-03-04T02:00:00+08:00", "5bh", "2026-03-04T23:00:00+08:00", []string{"06:00-22:00 closed"}},
		{"short Friday", HoursRule{Days: "working", Open: []string{"09:00-18:00"}, Weekdays: map[string][]string{"friday": {"09:00-12:00"}}},
			"2026-03-05T17:00:00+08:00", "5bh", "2026-03-09T10:00:00+08:00", []string{"Fri 12:00-Mon 09:00 closed"}},
		{"closed Wednesdays", HoursRule{Days: "every", Open: []string{"00:00-24:00"}, Weekdays: map[string][]string{"wednesday": {}}},
			"2026-03-03T20:00:00+08:00", "5bh", "2026-03-05T01:00:00+08:00", []string{"2026-03-04 closed"}},
		{"every day means holidays too", HoursRule{Days: "every", Open: []string{"09:00-18:00"}}, "2026-10-01T09:00:00+08:00", "12bh", "2026-10-02T12:00:00+08:00", nil},
		{"touching intervals are one", HoursRule{Days: "every", Open: []string{"09:00-12:00", "12:00-18:00"}}, "2026-10-01T09:00:00+08:00", "5bh", "2026-10-01T14:00:00+08:00", nil},
	}
	for _, row := range rows {
		t.Run(row.name, func(t *testing.T) {
			t.Parallel()
			span, err := ParseSpan(row.span)
			require.NoError(t, err)
			p, err := ExplainDue(chinaCalendar(t), openingHours(t, row.rule), utc(row.from), span, CountAtOnce)
			require.NoError(t, err)
			require.Equal(t, utc(row.want), p.At)
			require.False(t, p.Provisional)
			require.LessOrEqual(t, len(p.Why), whyLimit)
			for _, part := range row.whyParts {
				require.Contains(t, p.Why, part)
			}
		})
	}
}
