package dispute

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

// rulesFor is a rulebook of one clock, "resolution", under a calendar.
func rulesFor(c Calendar, rule ClockRule, hours HoursRule) *Rulebook {
	rule.Hours = "desk"
	return &Rulebook{calendar: c, policy: &Policy{Name: "test", Version: 1, Calendar: c.ID(),
		Clocks: map[ClockName]ClockRule{ClockResolution: rule}, Hours: map[string]HoursRule{"desk": hours},
		Suspension: map[SuspensionReason]SuspensionRule{SuspendAgreedPause: {Limit: "30d", Moves: []ClockName{ClockResolution}}},
		Extension:  ExtensionRule{Clocks: []ClockName{ClockResolution}, Most: "5wd", Times: 2}}}
}

func started(t require.TestingT, b *Rulebook, at string) Clock {
	k, err := b.Clock(nil, ClockRequest{Name: ClockResolution}, utc(at))
	require.NoError(t, err)
	return k
}

// The golden vectors of other systems, each found wrong somewhere once.
func TestGoldenVectors(t *testing.T) {
	t.Parallel()
	nineToSix := HoursRule{Days: "every", Open: []string{"09:00-18:00"}}
	rows := []struct {
		name  string
		zone  string
		rule  ClockRule
		hours HoursRule
		from  string
		want  string
	}{
		{"JD: 4 business hours from 10:00", "Asia/Shanghai", ClockRule{Budget: "4bh"}, nineToSix, "2026-10-01T10:00:00+08:00", "2026-10-01T14:00:00+08:00"},
		{"JD: 4 business hours from 14:01, a holiday too", "Asia/Shanghai", ClockRule{Budget: "4bh"}, nineToSix, "2026-10-01T14:01:00+08:00", "2026-10-02T09:01:00+08:00"},
		{"Chatwoot PR 13392: Friday 16:30 + 1 h", "America/New_York", ClockRule{Budget: "1bh"},
			HoursRule{Days: "working", Open: []string{"09:00-17:00"}}, "2026-01-16T16:30:00-05:00", "2026-01-19T09:30:00-05:00"},
		{"GLPI PR 22678: Monday 17:00 + 4 h", "Europe/Paris", ClockRule{Budget: "4bh"},
			HoursRule{Days: "working", Open: []string{"08:00-18:00"}}, "2026-01-12T17:00:00+01:00", "2026-01-13T11:00:00+01:00"},
		{"signed on D, the last day is D+7", "Asia/Shanghai", ClockRule{Budget: "7ed"}, HoursRule{}, "2026-09-24T10:00:00+08:00", "2026-10-02T00:00:00+08:00"},
		{"signed on D at midnight, the last day is D+7", "Asia/Shanghai", ClockRule{Budget: "7ed"}, HoursRule{}, "2026-09-24T00:00:00+08:00", "2026-10-02T00:00:00+08:00"},
		{"signed on D, counted from the day after", "Asia/Shanghai", ClockRule{Budget: "7ed", CountFrom: CountNextDay}, HoursRule{}, "2026-09-24T10:00:00+08:00", "2026-10-02T00:00:00+08:00"},
		{"seven days counted from the day after", "Asia/Shanghai", ClockRule{Budget: "7d", CountFrom: CountNextDay}, HoursRule{}, "2026-09-24T10:00:00+08:00", "2026-10-02T00:00:00+08:00"},
		{"the next minute", "Asia/Shanghai", ClockRule{Budget: "1h", CountFrom: CountNextMinute}, HoursRule{}, "2026-09-24T10:00:20+08:00", "2026-09-24T11:01:00+08:00"},
		{"a full working day from the next", "Asia/Shanghai", ClockRule{Budget: "1wd", CountFrom: CountNextDay}, HoursRule{}, "2026-03-06T10:00:00+08:00", "2026-03-10T00:00:00+08:00"},
		{"business hours from the next day", "Asia/Shanghai", ClockRule{Budget: "1bh", CountFrom: CountNextDay}, nineToSix, "2026-03-06T10:00:00+08:00", "2026-03-07T10:00:00+08:00"},
	}
	for _, row := range rows {
		t.Run(row.name, func(t *testing.T) {
			t.Parallel()
			k := started(t, rulesFor(plainCalendar(t, row.zone), row.rule, row.hours), row.from)
			require.Equal(t, utc(row.want), k.DueAt)
			require.Equal(t, utc(row.from), k.Started)
			require.LessOrEqual(t, len(k.Why), whyLimit)
		})
	}
}

// "due Mon 16:01 because 4 business hours from Fri 14:31, 12:00-13:00 closed, a holiday"
func TestDateExplainsItself(t *testing.T) {
	t.Parallel()
	desk := HoursRule{Days: "working", Open: []string{"09:00-12:00", "13:00-18:00"},
		Weekdays: map[string][]string{"friday": {"13:00-15:00"}, "monday": {"11:30-12:00", "13:00-18:00"}}}
	b := rulesFor(plainCalendar(t, "Asia/Shanghai", Holiday{Name: "National Day", First: "2026-09-28", Last: "2026-10-02"}), ClockRule{Budget: "4bh"}, desk)
	k := started(t, b, "2026-09-25T14:31:00+08:00")
	require.Equal(t, utc("2026-10-05T16:01:00+08:00"), k.DueAt)
	require.Equal(t, time.Monday, k.DueAt.In(b.zone()).Weekday())
	require.Equal(t, "4 business hours from Fri 2026-09-25 14:31 (Asia/Shanghai): 12:00-13:00 closed, "+
		"2026-09-28..2026-10-02 National Day holiday, Fri 15:00-Mon 11:30 closed", k.Why)

	p, err := b.Project(k)
	require.NoError(t, err)
	kinds := map[PassageKind]int{}
	for _, pass := range p.Passed {
		kinds[pass.Kind]++
	}
	require.Equal(t, map[PassageKind]int{PassageClosed: 2, PassageWeekend: 2, PassageHoliday: 1}, kinds)
	require.Equal(t, Passage{Kind: PassageHoliday, From: utc("2026-09-28T00:00:00+08:00"), To: utc("2026-10-03T00:00:00+08:00"), Name: "National Day", Source: "test"}, p.Passed[2])
}

func TestPassagesOfWorkingDays(t *testing.T) {
	t.Parallel()
	p, err := ExplainDue(chinaCalendar(t), nil, utc("2026-09-18T10:00:00+08:00"), Span{90, UnitWorkingDays}, CountAtOnce)
	require.NoError(t, err)
	require.True(t, p.Provisional)
	var names []string
	for _, pass := range p.Passed {
		require.True(t, pass.From.Before(pass.To))
		if pass.Kind != PassageWeekend {
			names = append(names, string(pass.Kind)+" "+pass.From.In(shanghai(t)).Format(time.DateOnly)+" "+pass.Name+" "+pass.Source)
		}
	}
	require.Equal(t, []string{
		"make_up 2026-09-20 National Day 国办发明电〔2025〕7号", "holiday 2026-09-25 Mid-autumn 国办发明电〔2025〕7号",
		"holiday 2026-10-01 National Day 国办发明电〔2025〕7号", "make_up 2026-10-10 National Day 国办发明电〔2025〕7号",
		"assumed 2027-01-01 2027 not published, Mon-Fri assumed ",
	}, names)
}

func TestFullExplanations(t *testing.T) {
	t.Parallel()
	text, err := ExplainDueText(chinaCalendar(t), nil, utc("2026-09-30T10:00:00+08:00"), Span{3, UnitWorkingDays}, CountAtOnce)
	require.NoError(t, err)
	require.Equal(t, `Wed 2026-09-30 10:00      start
Thu 2026-10-01            holiday: National Day
Fri 2026-10-02            holiday: National Day
Sat 2026-10-03            holiday: National Day
Sun 2026-10-04            holiday: National Day
Mon 2026-10-05            holiday: National Day
Tue 2026-10-06            holiday: National Day
Wed 2026-10-07            holiday: National Day
Thu 2026-10-08            works    1 of 3
Fri 2026-10-09            works    2 of 3
Sat 2026-10-10            works    3 of 3, made up for National Day
Sat 2026-10-10 10:00      due: 2026-10-10T02:00:00Z
source: 国办发明电〔2025〕7号
3 working days from Wed 2026-09-30 10:00 (Asia/Shanghai): 2026-10-01..07 National Day holiday, 2026-10-10 worked for National Day
`, text)

	desk := openingHours(t, HoursRule{Days: "working", Open: []string{"09:00-12:00", "13:00-18:00"}})
	text, err = ExplainDueText(chinaCalendar(t), desk, utc("2026-09-30T11:00:00+08:00"), Span{7, UnitBusinessHours}, CountNextMinute)
	require.NoError(t, err)
	require.Equal(t, `Wed 2026-09-30 11:00      start
Wed 2026-09-30 11:01      counting begins
Wed 2026-09-30 11:01      open     until Wed 2026-09-30 12:00: 59m of 7bh
Wed 2026-09-30 12:00      closed   until Wed 2026-09-30 13:00
Wed 2026-09-30 13:00      open     until Wed 2026-09-30 18:00: 5bh 59m of 7bh
Wed 2026-09-30 18:00      closed   until Thu 2026-10-08 09:00, 2026-10-01..07 National Day holiday
Thu 2026-10-08 09:00      open     until Thu 2026-10-08 10:01: 7bh of 7bh
Thu 2026-10-08 10:01      due: 2026-10-08T02:01:00Z
source: 国办发明电〔2025〕7号
7 business hours from Wed 2026-09-30 11:00 (Asia/Shanghai): counted from Wed 2026-09-30 11:01, 12:00-13:00 closed, 2026-10-01..07 National Day holiday, Wed 18:00-Thu 09:00 closed
`, text)

	text, err = ExplainDueText(chinaCalendar(t), nil, utc("2026-12-30T10:00:00+08:00"), Span{2, UnitWorkingDays}, CountAtOnce)
	require.NoError(t, err)
	require.Contains(t, text, "Fri 2027-01-01            works    2 of 2 (assumed: the year is not published)")
	require.Contains(t, text, "provisional: ")

	text, err = ExplainDueText(chinaCalendar(t), nil, utc("2026-09-30T10:00:00+08:00"), Span{2, UnitEndOfDays}, CountAtOnce)
	require.NoError(t, err)
	require.Contains(t, text, "Fri 2026-10-02            counts   2 of 2\nSat 2026-10-03 00:00      due")
	require.Contains(t, text, "2 whole days from Wed 2026-09-30 10:00 (Asia/Shanghai): to the end of Fri 2026-10-02")

	text, err = ExplainDueText(chinaCalendar(t), nil, utc("2026-09-30T10:00:00+08:00"), Span{3000, UnitDays}, CountAtOnce)
	require.NoError(t, err)
	require.Contains(t, text, "... 2601 more lines")
	_, err = ExplainDueText(chinaCalendar(t), nil, utc("2026-09-30T10:00:00+08:00"), Span{0, UnitDays}, CountAtOnce)
	require.Equal(t, CodeInvalid, CodeOf(err))
}

// A clock set forward or back never loses or doubles a deadline.
func TestDaylightSaving(t *testing.T) {
	t.Parallel()
	allNight := HoursRule{Days: "every", Open: []string{"22:00-06:00"}}
	allDay := HoursRule{Days: "every", Open: []string{"00:00-24:00"}}
	inGap := HoursRule{Days: "every", Open: []string{"02:30-03:30"}}
	rows := []struct {
		name, zone, budget string
		hours              HoursRule
		from, want         string
	}{
		// Berlin: 2026-03-29 02:00 -> 03:00, 2026-10-25 03:00 -> 02:00.
		{"a day keeps its time of day in spring", "Europe/Berlin", "1d", allDay, "2026-03-28T10:00:00+01:00", "2026-03-29T10:00:00+02:00"},
		{"a day keeps its time of day in autumn", "Europe/Berlin", "1d", allDay, "2026-10-24T10:00:00+02:00", "2026-10-25T10:00:00+01:00"},
		{"24 hours are 24 hours in spring", "Europe/Berlin", "24h", allDay, "2026-03-28T10:00:00+01:00", "2026-03-29T11:00:00+02:00"},
		{"24 hours are 24 hours in autumn", "Europe/Berlin", "24h", allDay, "2026-10-24T10:00:00+02:00", "2026-10-25T09:00:00+01:00"},
		{"a time in the gap is the first after it", "Europe/Berlin", "1d", allDay, "2026-03-28T02:30:00+01:00", "2026-03-29T03:00:00+02:00"},
		{"a time that comes twice is the first", "Europe/Berlin", "1d", allDay, "2026-10-24T02:30:00+02:00", "2026-10-25T02:30:00+02:00"},
		{"from the second 02:30", "Europe/Berlin", "1d", allDay, "2026-10-25T02:30:00+01:00", "2026-10-26T02:30:00+01:00"},
		{"to the end of a short day", "Europe/Berlin", "1ed", allDay, "2026-03-28T10:00:00+01:00", "2026-03-30T00:00:00+02:00"},
		{"to the end of a long day", "Europe/Berlin", "1ed", allDay, "2026-10-24T10:00:00+02:00", "2026-10-26T00:00:00+01:00"},
		{"a working day over the change", "Europe/Berlin", "1wd", allDay, "2026-03-27T10:00:00+01:00", "2026-03-30T10:00:00+02:00"},
		{"a short night", "Europe/Berlin", "7bh", allNight, "2026-03-28T22:00:00+01:00", "2026-03-29T06:00:00+02:00"},
		{"after a short night", "Europe/Berlin", "8bh", allNight, "2026-03-28T22:00:00+01:00", "2026-03-29T23:00:00+02:00"},
		{"a long night", "Europe/Berlin", "9bh", allNight, "2026-10-24T22:00:00+02:00", "2026-10-25T06:00:00+01:00"},
		{"23 hours of opening", "Europe/Berlin", "24bh", allDay, "2026-03-29T00:00:00+01:00", "2026-03-30T01:00:00+02:00"},
		{"25 hours of opening", "Europe/Berlin", "24bh", allDay, "2026-10-25T00:00:00+02:00", "2026-10-25T23:00:00+01:00"},
		{"opening in the gap begins after it", "Europe/Berlin", "30bm", inGap, "2026-03-29T00:00:00+01:00", "2026-03-29T03:30:00+02:00"},
		// New York: 2026-03-08 02:00 -> 03:00, 2026-11-01 02:00 -> 01:00.
		{"New York in spring", "America/New_York", "1d", allDay, "2026-03-07T02:30:00-05:00", "2026-03-08T03:00:00-04:00"},
		{"New York in autumn", "America/New_York", "1d", allDay, "2026-10-31T01:30:00-04:00", "2026-11-01T01:30:00-04:00"},
		{"a short night in New York", "America/New_York", "7bh", allNight, "2026-03-07T22:00:00-05:00", "2026-03-08T06:00:00-04:00"},
		{"a long night in New York", "America/New_York", "9bh", allNight, "2026-10-31T22:00:00-04:00", "2026-11-01T06:00:00-05:00"},
		// Cairo: midnight itself is skipped, 2026-04-24 00:00 -> 01:00.
		{"a day that begins at one", "Africa/Cairo", "1ed", allDay, "2026-04-22T10:00:00+02:00", "2026-04-24T01:00:00+03:00"},
	}
	for _, row := range rows {
		t.Run(row.name, func(t *testing.T) {
			t.Parallel()
			b := rulesFor(plainCalendar(t, row.zone), ClockRule{Budget: row.budget}, row.hours)
			k := started(t, b, row.from)
			require.Equal(t, utc(row.want), k.DueAt, k.DueAt.In(b.zone()))
			// A pause of no length changes nothing, here least of all.
			for _, at := range []time.Time{k.Started, k.Started.Add(k.DueAt.Sub(k.Started) / 2)} {
				require.Equal(t, k.DueAt, paused(t, b, k, at, at).DueAt)
			}
		})
	}
}

func paused(t require.TestingT, b *Rulebook, k Clock, from, to time.Time) Clock {
	k, err := b.Suspend(k, from, SuspendAgreedPause)
	require.NoError(t, err)
	k, err = b.Resume(k, to)
	require.NoError(t, err)
	return k
}
