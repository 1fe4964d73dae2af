package dispute

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

// reminded is a desk open from 8 to 18 whose clock is reminded.
func reminded(t testing.TB, budget string, remind ...string) *Rulebook {
	t.Helper()
	return rulesFor(plainCalendar(t, "Europe/Paris"), ClockRule{Budget: budget, Remind: remind},
		HoursRule{Days: "working", Open: []string{"08:00-18:00"}})
}

func TestReminders(t *testing.T) {
	t.Parallel()
	night := &QuietHours{From: "22:00", To: "08:00"}
	rows := []struct {
		name, budget string
		remind       []string
		quiet        *QuietHours
		from         string
		want         []string
	}{
		{"GLPI PR 22678: an hour before, in its own time", "4bh", []string{"1bh"}, nil, "2026-01-12T17:00:00+01:00", []string{"2026-01-13T10:00:00+01:00"}},
		{"an hour before, in real time", "4bh", []string{"1h"}, nil, "2026-01-12T17:00:00+01:00", []string{"2026-01-13T10:00:00+01:00"}},
		{"own time left over a night is at opening, not at closing", "4bh", []string{"3bh"}, nil, "2026-01-12T17:00:00+01:00", []string{"2026-01-13T08:00:00+01:00"}},
		{"90 minutes left", "4bh", []string{"90bm"}, nil, "2026-01-12T17:00:00+01:00", []string{"2026-01-13T09:30:00+01:00"}},
		{"a working day before, over a weekend", "2wd", []string{"1wd"}, nil, "2026-01-15T10:00:00+01:00", []string{"2026-01-16T10:00:00+01:00"}},
		{"a whole day before", "7ed", []string{"1ed"}, nil, "2026-01-12T10:00:00+01:00", []string{"2026-01-19T00:00:00+01:00"}},
		{"in order, each once", "48h", []string{"1h", "24h", "60m"}, nil, "2026-01-12T10:00:00+01:00", []string{"2026-01-13T10:00:00+01:00", "2026-01-14T09:00:00+01:00"}},
		{"none before the start", "4h", []string{"24h", "4h"}, nil, "2026-01-12T10:00:00+01:00", nil},
		{"none longer than the clock itself", "4bh", []string{"5bh"}, nil, "2026-01-12T10:00:00+01:00", nil},
		{"out of quiet hours: to their end", "48h", []string{"24h"}, night, "2026-01-12T03:00:00+01:00", []string{"2026-01-13T08:00:00+01:00"}},
		{"due before they end: before they began", "48h", []string{"1h"}, night, "2026-01-12T03:00:00+01:00", []string{"2026-01-13T21:59:00+01:00"}},
		{"due as they end: before they began", "2d", []string{"8h"}, night, "2026-01-12T08:00:00+01:00", []string{"2026-01-13T21:59:00+01:00"}},
		{"a reminder at midnight comes in the morning", "7ed", []string{"1d"}, night, "2026-01-12T10:00:00+01:00", []string{"2026-01-19T08:00:00+01:00"}},
		{"no reminder fits into the night", "4h", []string{"1h"}, night, "2026-01-12T23:00:00+01:00", nil},
		{"quiet hours by day", "48h", []string{"24h"}, &QuietHours{From: "12:00", To: "14:00"}, "2026-01-12T13:00:00+01:00", []string{"2026-01-13T14:00:00+01:00"}},
		{"quiet hours to midnight", "48h", []string{"1h"}, &QuietHours{From: "20:00", To: "24:00"}, "2026-01-12T22:00:00+01:00", []string{"2026-01-14T19:59:00+01:00"}},
	}
	for _, row := range rows {
		t.Run(row.name, func(t *testing.T) {
			t.Parallel()
			b := reminded(t, row.budget, row.remind...)
			b.policy.QuietHours = row.quiet
			var want []time.Time
			for _, at := range row.want {
				want = append(want, utc(at))
			}
			require.Equal(t, want, started(t, b, row.from).RemindAt)
		})
	}
	for _, bad := range []*Rulebook{reminded(t, "4bh", "soon"), reminded(t, "4bh", "1wd"), reminded(t, "48h", "1bh"), reminded(t, "2wd", "1ed")} {
		_, err := bad.Clock(nil, ClockRequest{Name: ClockResolution}, utc("2026-01-12T10:00:00Z"))
		require.Equal(t, CodeInvalid, CodeOf(err))
	}
	for _, q := range []QuietHours{{}, {"22:00", ""}, {"22", "08"}, {"24:00", "08:00"}, {"08:00", "08:00"}, {"00:00", "24:00"}} {
		_, err := parseQuietHours(&q)
		require.Equal(t, CodeInvalid, CodeOf(err), "%v", q)
	}
}

func TestSuspendAndResume(t *testing.T) {
	t.Parallel()
	b := rulesFor(chinaCalendar(t), ClockRule{Budget: "7wd", Remind: []string{"1wd"}, OnExpiry: SilenceExtend, Owner: WaitingAgent}, lunchDesk)
	k := started(t, b, "2026-09-21T10:00:00+08:00") // a Monday
	require.Equal(t, utc("2026-10-08T10:00:00+08:00"), k.DueAt)
	require.Equal(t, []time.Time{utc("2026-09-30T10:00:00+08:00")}, k.RemindAt)

	still, err := b.Suspend(k, utc("2026-09-23T15:00:00+08:00"), SuspendCourtOrPolice)
	require.NoError(t, err)
	require.Equal(t, "2wd 5h", still.Consumed)
	require.Equal(t, k.DueAt, still.DueAt)
	require.Contains(t, still.Why, "stands still since 09-23 15:00 (court_or_police)")
	require.Nil(t, still.RemindAt)

	run, err := b.Resume(still, utc("2026-10-09T15:00:00+08:00"))
	require.NoError(t, err)
	// 4 days 19 hours are left: Fri 9th 15:00, Sat 10th (made up), Mon, Tue, Wed until 10:00 of Thu.
	require.Equal(t, utc("2026-10-15T10:00:00+08:00"), run.DueAt)
	require.Equal(t, []time.Time{utc("2026-10-14T10:00:00+08:00")}, run.RemindAt)
	require.Equal(t, "2wd 5h", run.Consumed)
	require.Contains(t, run.Why, "7 working days from Mon 2026-09-21 10:00 (Asia/Shanghai): stood still 09-23 15:00..10-09 15:00 (court_or_police)")
	require.Nil(t, still.Suspensions[0].To, "the clock before stays as it was")
	p, err := b.Project(run)
	require.NoError(t, err)
	require.Contains(t, p.Passed, Passage{Kind: PassageSuspended, From: utc("2026-09-23T15:00:00+08:00"), To: utc("2026-10-09T15:00:00+08:00"), Name: "court_or_police"})

	again := paused(t, b, run, utc("2026-10-12T10:00:00+08:00"), utc("2026-10-12T11:00:00+08:00"))
	require.Equal(t, utc("2026-10-15T11:00:00+08:00"), again.DueAt)
	require.Contains(t, again.Why, "stood still 2 times")
	// 2 wd 5 h before the first pause; then 9 h of Friday, Saturday, and 10 h of Monday.
	require.Equal(t, "4wd", again.Consumed)

	longer, err := b.Extend(still, utc("2026-09-24T10:00:00+08:00"), "2wd", "carrier_delay")
	require.NoError(t, err)
	require.Equal(t, ClockSuspended, longer.State, "an extension does not end a pause")
	require.Equal(t, utc("2026-10-10T10:00:00+08:00"), longer.DueAt)
	require.Contains(t, longer.Why, "7 working days + 2wd from")

	for _, bad := range []struct {
		err  error
		code Code
	}{
		{errorOf(b.Suspend(still, k.Started, SuspendAgreedPause)), CodeNotAllowedNow},
		{errorOf(b.Suspend(k, k.Started.Add(-time.Second), SuspendAgreedPause)), CodeInvalid},
		{errorOf(b.Suspend(k, k.Started, "")), CodeInvalid},
		{errorOf(b.Resume(k, k.Started)), CodeNotAllowedNow},
		{errorOf(b.Resume(still, k.Started)), CodeInvalid},
		{errorOf(b.Extend(k, k.Started, "48h", "")), CodeInvalid},
		{errorOf(b.Extend(k, k.Started, "36500d", "")), CodeInvalid},
		{errorOf(b.Extend(inState(k, ClockMet), k.Started, "1wd", "")), CodeNotAllowedNow},
		{errorOf(b.Extend(inState(k, ClockBreached), k.Started, "1wd", "")), CodeNotAllowedNow},
	} {
		require.Equal(t, bad.code, CodeOf(bad.err), "%v", bad.err)
	}
}

func errorOf(_ Clock, err error) error { return err }

func inState(k Clock, state ClockState) Clock {
	k.State = state
	return k
}

func TestWordsOfWhatIsUsed(t *testing.T) {
	t.Parallel()
	for _, row := range []struct {
		unit Unit
		used time.Duration
		want string
	}{
		{UnitWorkingDays, 53 * time.Hour, "2wd 5h"}, {UnitWorkingDays, 0, "0wd"}, {UnitDays, 24 * time.Hour, "1d"},
		{UnitEndOfDays, 90 * time.Minute, "1h 30m"}, {UnitHours, 26*time.Hour + 61*time.Second, "26h 1m"}, {UnitBusinessHours, 200 * time.Minute, "3bh 20m"},
		{UnitBusinessMinutes, 20 * time.Minute, "20m"}, {UnitSeconds, 3 * time.Second, "3s"}, {UnitMinutes, 0, "0m"}, {UnitSeconds, time.Millisecond, "0s"},
	} {
		require.Equal(t, row.want, row.unit.words(row.used))
	}
}

func TestCheckExtension(t *testing.T) {
	t.Parallel()
	b := rulesFor(chinaCalendar(t), ClockRule{Budget: "7wd"}, lunchDesk) // at most 5wd, twice
	k := started(t, b, "2026-09-21T10:00:00+08:00")
	require.Nil(t, b.CheckExtension(k, "5wd"))
	require.Equal(t, CodeLimitExceeded, b.CheckExtension(k, "6wd").Code)
	require.Equal(t, CodeInvalid, b.CheckExtension(k, "48h").Code)
	require.Equal(t, []Field{{Pointer: "/by", Detail: "a clock in wd is extended in [wd], not in h"}}, b.CheckExtension(k, "48h").Fields)
	require.Equal(t, CodeInvalid, b.CheckExtension(k, "0wd").Code)
	require.Equal(t, CodeInvalid, b.CheckExtension(k, "-1wd").Code)
	require.Equal(t, CodeInvalid, b.CheckExtension(k, "a century").Code)
	twice := k
	twice.Extensions = []Extension{{By: "1wd"}, {By: "1wd"}}
	require.Equal(t, CodeLimitExceeded, b.CheckExtension(twice, "1wd").Code)
	other := k
	other.Name = ClockSurvey
	require.Equal(t, CodeNotAllowedNow, b.CheckExtension(other, "1wd").Code)
	b.policy.Extension = ExtensionRule{}
	require.Equal(t, CodeNotAllowedNow, b.CheckExtension(k, "1wd").Code)

	hours := rulesFor(chinaCalendar(t), ClockRule{Budget: "48h"}, lunchDesk)
	h := started(t, hours, "2026-09-21T10:00:00+08:00")
	require.Nil(t, hours.CheckExtension(h, "360h"), "five working days from Wed 2026-09-23, over two holidays")
	require.Equal(t, CodeLimitExceeded, hours.CheckExtension(h, "361h").Code)
	hours.policy.Extension.Most = "2d"
	require.Nil(t, hours.CheckExtension(h, "48h"))
	require.Equal(t, CodeLimitExceeded, hours.CheckExtension(h, "49h").Code)

	b.policy.Extension = ExtensionRule{Clocks: []ClockName{k.Name}, Most: "7d", Times: 1}
	require.Nil(t, b.CheckExtension(k, "5wd"), "working days under a limit of calendar days")
	require.Equal(t, CodeLimitExceeded, b.CheckExtension(k, "9wd").Code)
}

func TestSuspensionFor(t *testing.T) {
	t.Parallel()
	b := rulesFor(chinaCalendar(t), ClockRule{Budget: "7wd"}, lunchDesk)
	rule, ok := b.SuspensionFor(SuspendAgreedPause)
	require.True(t, ok)
	require.Equal(t, "30d", rule.Limit)
	_, ok = b.SuspensionFor(SuspendAppraisal)
	require.False(t, ok)
}

// A year that arrives makes a provisional date sure, and moves it where it was wrong.
func TestReprojectWhenTheYearArrives(t *testing.T) {
	t.Parallel()
	var china *YearlyCalendar
	y2026, err := ReadCalendarYear("c", chinaYear(t, 2026))
	require.NoError(t, err)
	y2025, err := ReadCalendarYear("c", chinaYear(t, 2025))
	require.NoError(t, err)
	china, err = NewCalendar(y2025)
	require.NoError(t, err)
	b := rulesFor(china, ClockRule{Budget: "3wd", Remind: []string{"1wd"}}, lunchDesk)
	k := started(t, b, "2025-12-30T10:00:00+08:00")
	require.True(t, k.Provisional)
	require.Equal(t, utc("2026-01-02T10:00:00+08:00"), k.DueAt)
	require.Contains(t, k.Why, "2026 not published, Mon-Fri assumed")
	met := inState(k, ClockMet)
	old := started(t, b, "2025-12-18T10:00:00+08:00")

	b.calendar, err = china.WithYear(y2026)
	require.NoError(t, err)
	next, changed := b.Reproject(k, time.Time{})
	require.True(t, changed)
	require.False(t, next.Provisional)
	require.Equal(t, utc("2026-01-05T10:00:00+08:00"), next.DueAt)
	require.Equal(t, []time.Time{utc("2026-01-04T10:00:00+08:00")}, next.RemindAt)
	require.Contains(t, next.Why, "2026-01-01..03 New Year holiday")

	k.RemindAt = nil // it was sent
	next, changed = b.Reproject(k, time.Time{})
	require.True(t, changed)
	require.Empty(t, next.RemindAt, "and is not sent again")

	for _, untouched := range []Clock{met, old} {
		same, changed := b.Reproject(untouched, time.Time{})
		require.False(t, changed)
		require.Equal(t, untouched, same)
	}

	// A clock whose calendar or opening hours are gone stays as it is.
	k.Calendar = "gone"
	_, changed = b.Reproject(k, time.Time{})
	require.False(t, changed)
	_, err = b.Project(k)
	require.ErrorContains(t, err, `calendar "gone", which is not loaded`)
	b.calendars = map[string]Calendar{"gone": b.calendar}
	_, err = b.Project(k)
	require.NoError(t, err)
}

func TestClockNeedsItsOpeningHours(t *testing.T) {
	t.Parallel()
	b := rulesFor(chinaCalendar(t), ClockRule{Budget: "4bh"}, lunchDesk)
	k := started(t, b, "2026-03-02T10:00:00+08:00")
	require.Equal(t, "desk", k.Hours)
	b.policy.Hours = nil
	_, err := b.Clock(nil, ClockRequest{Name: ClockResolution}, k.Started)
	require.ErrorContains(t, err, `opening hours "desk", which policy test@1 does not have`)
	b.policy.Hours = map[string]HoursRule{"desk": {Days: "every"}}
	_, err = b.Clock(nil, ClockRequest{Name: ClockResolution}, k.Started)
	require.Equal(t, CodeInvalid, CodeOf(err))
	require.ErrorContains(t, err, "never open")
}
