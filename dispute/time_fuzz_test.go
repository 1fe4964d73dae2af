package dispute

import (
	"errors"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

func FuzzParseSpan(f *testing.F) {
	for _, seed := range []string{"48h", "7d", "7ed", "7wd", "4bh", "30bm", "3s", "0h", "-1d", "99999999999999999999wd", "1h30m", "", "bh", "٣h", "+1h", "36500d"} {
		f.Add(seed)
	}
	calendar, desk := chinaCalendar(f), openingHours(f, lunchDesk)
	f.Fuzz(func(t *testing.T, text string) {
		s, err := ParseSpan(text)
		if err != nil {
			require.Equal(t, CodeInvalid, CodeOf(err))
			require.Less(t, len(err.Error()), 300)
			return
		}
		again, err := ParseSpan(s.String())
		require.NoError(t, err)
		require.Equal(t, s, again)
		from := utc("2026-09-24T02:00:00Z")
		p, err := ExplainDue(calendar, desk, from, s, CountAtOnce)
		if err != nil { // ten thousand business hours and more may be too far
			require.Equal(t, CodeInvalid, CodeOf(err))
			return
		}
		require.True(t, p.At.After(from))
		require.LessOrEqual(t, len(p.Why), whyLimit)
	})
}

func FuzzParseCalendarYear(f *testing.F) {
	for year := 2024; year <= 2026; year++ {
		f.Add(string(chinaYear(f, year)))
	}
	head := "calendar: cn\nyear: 2026\nzone: Europe/Berlin\nsource: s\nweekend: [saturday, sunday]\n"
	f.Add(head)
	f.Add(head + "holidays:\n  - {name: A, first: 2026-01-01, last: 2026-12-31}\n")
	f.Add(head + "holidays:\n  - {name: A, first: 0000-01-01, last: 9999-12-31}\n")
	f.Add(head + "working_days:\n  - {name: A, day: 2026-01-03}\n  - {name: A, day: 2026-01-03}\n")
	f.Add(head + "holidays: &a\n  - {name: A, first: 2026-01-01, last: 2026-12-31}\nworking_days: *a\n")
	f.Add("year: 1e9\n")
	f.Add("[[[[[[[[")
	f.Fuzz(func(t *testing.T, text string) {
		c, err := ParseCalendarYear("c.yaml", []byte(text), nil)
		if err != nil {
			var file *FileError
			require.True(t, errors.As(err, &file), "%v", err)
			require.NotEmpty(t, file.Problems)
			return
		}
		year := c.Years()[0]
		require.NotEmpty(t, year.Source)
		from := utc("2026-06-01T02:00:00Z").AddDate(year.Year-2026, 0, 0)
		p, err := c.AddWorkingDays(from, 20)
		if err != nil {
			require.Equal(t, CodeInvalid, CodeOf(err))
			return
		}
		require.True(t, p.At.After(from))
		require.LessOrEqual(t, len(p.Why), whyLimit)
	})
}

func FuzzHours(f *testing.F) {
	f.Add("working", "09:00-12:00,13:00-18:00", "friday", "09:00-12:00", uint16(240))
	f.Add("every", "22:00-06:00", "saturday", "", uint16(1000))
	f.Add("every", "00:00-24:00", "", "", uint16(60000))
	f.Add("every", "", "monday", "09:00-09:01", uint16(60))
	f.Add("working", "24:00-00:00,9:00-8:00", "caturday", "x", uint16(1))
	f.Add("every", "02:00-03:00", "sunday", "02:30-03:30", uint16(300))
	zones := []Calendar{chinaCalendar(f), plainCalendar(f, "Europe/Berlin"), plainCalendar(f, "Africa/Cairo")}
	f.Fuzz(func(t *testing.T, days, open, weekday, instead string, n uint16) {
		rule := HoursRule{Days: days}
		if open != "" {
			rule.Open = strings.Split(open, ",")
		}
		if weekday != "" {
			rule.Weekdays = map[string][]string{weekday: strings.Split(instead, ",")}
			if instead == "" {
				rule.Weekdays[weekday] = nil
			}
		}
		hours, err := ParseHours(rule)
		if err != nil {
			var e *Error
			require.True(t, errors.As(err, &e))
			require.Equal(t, CodeInvalid, e.Code)
			require.NotEmpty(t, e.Fields)
			return
		}
		for _, c := range zones {
			from := utc("2026-03-28T10:00:00Z")
			p, err := ExplainDue(c, hours, from, Span{int64(n%5000) + 1, UnitBusinessMinutes}, CountAtOnce)
			if err != nil {
				require.Equal(t, CodeInvalid, CodeOf(err))
				continue
			}
			require.True(t, p.At.After(from))
			counted, err := businessAxis{c, hours}.counted(from, p.At)
			require.NoError(t, err)
			require.Equal(t, int64(n%5000)+1, int64(counted.Minutes()))
		}
	})
}
