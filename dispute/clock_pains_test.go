package dispute

import (
	"io/fs"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

// What users of other systems suffer from (docs of the domain, pain points 7 to
// 12), where it concerns dates: a test each.

// Pain 7: the clock runs while the customer is waited for.
func TestPain07ClockStandsStillWhileTheCustomerIsAwaited(t *testing.T) {
	t.Parallel()
	b := rulesFor(chinaCalendar(t), ClockRule{Budget: "8bh"}, lunchDesk)
	k := started(t, b, "2026-03-02T09:00:00+08:00")
	require.Equal(t, utc("2026-03-02T18:00:00+08:00"), k.DueAt)
	k, err := b.Suspend(k, utc("2026-03-02T11:00:00+08:00"), SuspendAwaitingCustomer)
	require.NoError(t, err)
	require.Equal(t, "2bh", k.Consumed)
	k, err = b.Resume(k, utc("2026-03-06T17:00:00+08:00"))
	require.NoError(t, err)
	require.Equal(t, utc("2026-03-09T15:00:00+08:00"), k.DueAt, "six hours are left: one on Friday, five on Monday, less lunch")
}

// Pain 8: a suspension does not move the planned end, and a change of the budget
// forgets the time that stood still.
func TestPain08SuspensionMovesTheEndAndIsNeverForgotten(t *testing.T) {
	t.Parallel()
	b := rulesFor(chinaCalendar(t), ClockRule{Budget: "48h"}, lunchDesk)
	k := started(t, b, "2026-03-02T10:00:00+08:00")
	k = paused(t, b, k, utc("2026-03-03T10:00:00+08:00"), utc("2026-03-05T16:30:00+08:00"))
	require.Equal(t, utc("2026-03-06T16:30:00+08:00"), k.DueAt)
	k, err := b.Extend(k, utc("2026-03-05T17:00:00+08:00"), "24h", "new_facts")
	require.NoError(t, err)
	require.Equal(t, utc("2026-03-07T16:30:00+08:00"), k.DueAt, "the pause counts for the longer budget too")
	same, changed := b.Reproject(k, time.Time{})
	require.False(t, changed)
	require.Equal(t, k, same)
}

// Pain 9: no lunch breaks or holidays; reminders at midnight and on weekends.
func TestPain09LunchHolidaysAndNoReminderAtNight(t *testing.T) {
	t.Parallel()
	b := rulesFor(chinaCalendar(t), ClockRule{Budget: "9bh", Remind: []string{"8bh", "12h"}}, lunchDesk)
	b.policy.QuietHours = &QuietHours{From: "21:00", To: "09:00"}
	k := started(t, b, "2026-09-30T17:00:00+08:00")
	require.Equal(t, utc("2026-10-08T18:00:00+08:00"), k.DueAt)
	// 8 bh left is the morning after the holiday, not its eve at closing time; 12 h
	// before would be 06:00 and comes when quiet hours end, which is the same instant.
	require.Len(t, k.RemindAt, 1)
	require.Equal(t, utc("2026-10-08T09:00:00+08:00"), k.RemindAt[0])
	require.Contains(t, k.Why, "12:00-13:00 closed, 2026-10-01..07 National Day holiday")
}

// Pain 10: an edit of a calendar does not recompute the open deadlines.
func TestPain10EditedCalendarMovesOpenDeadlines(t *testing.T) {
	t.Parallel()
	calendar, ok := chinaCalendar(t).(*YearlyCalendar)
	require.True(t, ok)
	b := rulesFor(calendar, ClockRule{Budget: "2wd"}, lunchDesk)
	touched, apart := started(t, b, "2026-03-02T10:00:00+08:00"), started(t, b, "2026-03-09T10:00:00+08:00")
	year := calendar.Years()[2]
	year.Holidays = append([]Holiday{{Name: "Extra Day", First: "2026-03-03", Last: "2026-03-03", Source: "a correction"}}, year.Holidays...)
	edited, err := calendar.WithYear(year)
	require.NoError(t, err)
	b.calendar = edited

	next, changed := b.Reproject(touched, time.Time{})
	require.True(t, changed)
	require.Equal(t, utc("2026-03-05T10:00:00+08:00"), next.DueAt)
	require.Contains(t, next.Why, "2026-03-03 Extra Day holiday")
	_, changed = b.Reproject(apart, time.Time{})
	require.False(t, changed)
}

// Pain 11: one clock overrules another, or counts on after it was met.
func TestPain11ClocksAreIndependent(t *testing.T) {
	t.Parallel()
	b := rulesFor(chinaCalendar(t), ClockRule{Budget: "7wd"}, lunchDesk)
	b.policy.Clocks[ClockFirstResponse] = ClockRule{Budget: "48h"}
	resolution := started(t, b, "2026-03-02T10:00:00+08:00")
	first, err := b.Clock(nil, ClockRequest{Name: ClockFirstResponse}, utc("2026-03-02T10:00:00+08:00"))
	require.NoError(t, err)
	c := &Case{Clocks: []Clock{first, resolution}}
	require.Equal(t, ClockFirstResponse, c.NextDue().Name)

	// The reply came: its clock is over for good, the other runs on as it was.
	at := utc("2026-03-02T11:00:00+08:00")
	c.Clocks[0].State, c.Clocks[0].MetAt = ClockMet, &at
	require.Equal(t, resolution, *c.NextDue())
	require.Equal(t, CodeNotAllowedNow, CodeOf(errorOf(b.Suspend(c.Clocks[0], at, SuspendAgreedPause))))
	same, changed := b.Reproject(c.Clocks[0], time.Time{})
	require.False(t, changed)
	require.Equal(t, c.Clocks[0], same)

	// A pause of one is no pause of the other.
	c.Clocks[0] = first
	c.Clocks[1] = paused(t, b, resolution, at, at.Add(fullDay))
	require.Equal(t, first, *c.NextDue())
}

// Pain 12: a return window fails open without a delivery date, or hangs on the
// wrong date.
func TestPain12WindowHangsOnSigningAndNeverFailsOpen(t *testing.T) {
	t.Parallel()
	b := book(t, "default@1")
	unknown := damagedReturn()
	unknown.Reason = ReasonChangedMind
	unknown.Facts.Order.DeliveredAt, unknown.Facts.Trace.DeliveredAt = nil, nil
	require.Equal(t, RoutePerson, b.Assess(unknown, unknown.OpenedAt).Route, "what is not known is for a person")

	signed := utc("2026-09-10T12:00:00+08:00")
	for opened, open := range map[string]bool{"2026-09-17T23:59:59+08:00": true, "2026-09-18T00:00:00+08:00": false} {
		c := damagedReturn()
		c.Reason, c.OpenedAt, c.Facts.Order.DeliveredAt = ReasonChangedMind, utc(opened), &signed
		require.Equal(t, open, b.Admit(c).Admissible, opened)
		p, err := ExplainDue(chinaCalendar(t), nil, signed, Span{7, UnitEndOfDays}, CountAtOnce)
		require.NoError(t, err)
		require.Equal(t, open, c.OpenedAt.Before(p.At), "the clock in ed and the window agree")
	}
}

// A correction that would leave a customer less time than they were told to have
// leaves them their date, and later suspensions move it as they would have; the
// shop's own dates come earlier.
func TestACorrectionTakesNoTimeFromTheCustomer(t *testing.T) {
	t.Parallel()
	china := chinaCalendar(t)
	text, err := fs.ReadFile(ruleFiles, "calendars/cn-2026.yaml")
	require.NoError(t, err)
	worked, err := ParseCalendarYear("calendars/cn-2026.yaml", []byte(strings.Replace(string(text), "working_days:\n",
		"working_days:\n  - {name: Correction, day: 2026-03-08}\n", 1)), nil)
	require.NoError(t, err)
	for _, owner := range []WaitingOn{WaitingCustomer, WaitingAgent} {
		b := rulesFor(china, ClockRule{Budget: "3wd"}, lunchDesk)
		k := started(t, b, "2026-03-06T10:00:00+08:00") // a Friday; due on Wednesday
		k.Owner = owner
		told := k.DueAt
		b.calendar = worked // the Sunday between is worked
		next, changed := b.Reproject(k, utc("2026-03-06T11:00:00+08:00"))
		require.True(t, changed)
		if owner == WaitingAgent {
			require.Equal(t, utc("2026-03-10T10:00:00+08:00"), next.DueAt)
			continue
		}
		require.Equal(t, told, next.DueAt)
		require.Contains(t, next.Why, "kept at the date that the customer was told")
		_, changed = b.Reproject(next, utc("2026-03-06T12:00:00+08:00"))
		require.False(t, changed)
		still, err := b.Suspend(next, utc("2026-03-09T10:00:00+08:00"), SuspendAgreedPause)
		require.NoError(t, err)
		again, err := b.Resume(still, utc("2026-03-09T15:00:00+08:00"))
		require.NoError(t, err)
		require.Equal(t, told.Add(5*time.Hour), again.DueAt)
	}
}
