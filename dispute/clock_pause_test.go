package dispute

import (
	"slices"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"
)

// drawRules makes a rulebook of one clock in any unit, in a zone with or without
// daylight saving.
func drawRules(rt *rapid.T, calendars []Calendar) *Rulebook {
	unit := rapid.SampledFrom([]Unit{UnitSeconds, UnitMinutes, UnitHours, UnitDays, UnitEndOfDays, UnitWorkingDays, UnitBusinessHours, UnitBusinessMinutes}).Draw(rt, "unit")
	most := map[Unit]int64{UnitDays: 20, UnitEndOfDays: 20, UnitWorkingDays: 12, UnitHours: 200, UnitBusinessHours: 60}[unit]
	span := Span{N: rapid.Int64Range(1, max(most, 3000)).Draw(rt, "n"), Unit: unit}
	if most > 0 {
		span.N = 1 + span.N%most
	}
	desk := rapid.SampledFrom([]HoursRule{lunchDesk, nightDesk, {Days: "every", Open: []string{"00:00-24:00"}}}).Draw(rt, "desk")
	rule := ClockRule{Budget: span.String(), Remind: []string{"1h", "1d"},
		CountFrom: rapid.SampledFrom([]CountFrom{"", CountAtOnce, CountNextMinute, CountNextDay}).Draw(rt, "count")}
	b := rulesFor(calendars[rapid.IntRange(0, len(calendars)-1).Draw(rt, "calendar")], rule, desk)
	b.policy.QuietHours = &QuietHours{From: "22:00", To: "08:00"}
	return b
}

func drawInstant(rt *rapid.T, name string) time.Time {
	return time.Unix(rapid.Int64Range(utc("2024-01-01T00:00:00Z").Unix(), utc("2026-11-15T00:00:00Z").Unix()).Draw(rt, name), 0).UTC()
}

func drawClock(rt *rapid.T, b *Rulebook) Clock {
	k, err := b.Clock(nil, ClockRequest{Name: ClockResolution}, drawInstant(rt, "start"))
	require.NoError(rt, err)
	return k
}

// drawWhile is an instant while the clock runs, not at its very end.
func drawWhile(rt *rapid.T, k Clock, name string) time.Time {
	return k.Started.Add(time.Duration(rapid.Int64Range(0, int64(k.DueAt.Sub(k.Started)/time.Second)-1).Draw(rt, name)) * time.Second)
}

func drawLength(rt *rapid.T, name string) time.Duration {
	return time.Duration(rapid.Int64Range(0, 20*86400).Draw(rt, name)) * time.Second
}

func allCalendars(t *testing.T) []Calendar {
	return []Calendar{chinaCalendar(t), plainCalendar(t, "Europe/Berlin"), plainCalendar(t, "America/New_York"), plainCalendar(t, "Africa/Cairo")}
}

func TestClockLaws(t *testing.T) {
	t.Parallel()
	calendars := allCalendars(t)
	law := func(name string, holds func(rt *rapid.T, b *Rulebook, k Clock)) {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			rapid.Check(t, func(rt *rapid.T) {
				b := drawRules(rt, calendars)
				holds(rt, b, drawClock(rt, b))
			})
		})
	}

	law("due after its start, reminded between, explained in a line", func(rt *rapid.T, b *Rulebook, k Clock) {
		require.True(rt, k.DueAt.After(k.Started))
		require.LessOrEqual(rt, len(k.Why), whyLimit)
		require.True(rt, slices.IsSortedFunc(k.RemindAt, time.Time.Compare))
		for _, at := range k.RemindAt {
			require.True(rt, at.After(k.Started) && at.Before(k.DueAt))
			hour := at.In(b.zone()).Hour()
			require.True(rt, hour >= 8 && hour < 22, at.In(b.zone()))
		}
	})
	law("a longer budget is never due earlier", func(rt *rapid.T, b *Rulebook, k Clock) {
		longer := k
		longer.Budget += rapid.Int64Range(1, 5).Draw(rt, "more")
		p, err := b.Project(longer)
		require.NoError(rt, err)
		require.False(rt, p.At.Before(k.DueAt))
	})
	law("a pause of no length changes nothing", func(rt *rapid.T, b *Rulebook, k Clock) {
		at := drawWhile(rt, k, "at")
		again := paused(rt, b, k, at, at)
		require.Equal(rt, k.DueAt, again.DueAt)
		require.Equal(rt, ClockRunning, again.State)
		require.Nil(rt, again.MetAt)
		left := slices.DeleteFunc(slices.Clone(k.RemindAt), func(r time.Time) bool { return !r.After(at) })
		require.True(rt, slices.Equal(left, again.RemindAt), "%s, then %s", left, again.RemindAt)
	})
	law("a suspended clock shows what it would be if it ran", func(rt *rapid.T, b *Rulebook, k Clock) {
		at := drawWhile(rt, k, "at")
		still, err := b.Suspend(k, at, SuspendAgreedPause)
		require.NoError(rt, err)
		require.Equal(rt, k.DueAt, still.DueAt)
		require.Equal(rt, ClockSuspended, still.State)
		require.Equal(rt, at, *still.MetAt)
		require.Empty(rt, still.RemindAt)
		require.NotEmpty(rt, still.Consumed)
		require.Empty(rt, k.Suspensions, "the clock before stays as it was")
		same, changed := b.Reproject(still, time.Time{})
		require.False(rt, changed)
		require.Equal(rt, still, same)
	})
	law("a pause moves the due instant by all that would have counted, and never into itself", func(rt *rapid.T, b *Rulebook, k Clock) {
		from := drawWhile(rt, k, "from")
		to := from.Add(drawLength(rt, "stands"))
		next := paused(rt, b, k, from, to)
		require.False(rt, next.DueAt.Before(k.DueAt))
		n, err := b.count(k)
		require.NoError(rt, err)
		lost, err := n.axis.counted(later(from, n.from), to)
		require.NoError(rt, err)
		if lost > 0 {
			require.False(rt, next.DueAt.Before(to), "what is left comes after the pause")
		}
		moved, err := n.axis.counted(k.DueAt, next.DueAt)
		require.NoError(rt, err)
		require.GreaterOrEqual(rt, moved, lost)
		if k.Unit == UnitSeconds || k.Unit == UnitMinutes || k.Unit == UnitHours {
			require.Equal(rt, lost, next.DueAt.Sub(k.DueAt))
		}
		require.LessOrEqual(rt, len(next.Why), whyLimit)
	})
	law("two pauses in either order of the ledger", func(rt *rapid.T, b *Rulebook, k Clock) {
		first := drawWhile(rt, k, "first")
		k = paused(rt, b, k, first, first.Add(drawLength(rt, "stands")))
		second := later(drawWhile(rt, k, "second"), *k.Suspensions[0].To)
		k = paused(rt, b, k, second, second.Add(drawLength(rt, "stands again")))
		turned := k
		turned.Suspensions = []Suspension{k.Suspensions[1], k.Suspensions[0]}
		p, err := b.Project(turned)
		require.NoError(rt, err)
		require.Equal(rt, k.DueAt, p.At)
	})
	law("overlapping pauses count once", func(rt *rapid.T, b *Rulebook, k Clock) {
		from := drawWhile(rt, k, "from")
		to := from.Add(drawLength(rt, "stands"))
		once := paused(rt, b, k, from, to)
		twice := once
		half := from.Add(to.Sub(from) / 2)
		twice.Suspensions = append(slices.Clone(once.Suspensions), Suspension{From: half, To: &to, Reason: SuspendAppraisal})
		p, err := b.Project(twice)
		require.NoError(rt, err)
		require.Equal(rt, once.DueAt, p.At)
	})
	law("extensions add", func(rt *rapid.T, b *Rulebook, k Clock) {
		unit := extensionUnits[k.Unit][len(extensionUnits[k.Unit])-1]
		x, y := rapid.Int64Range(1, 9).Draw(rt, "x"), rapid.Int64Range(1, 9).Draw(rt, "y")
		at := drawWhile(rt, k, "at")
		extend := func(k Clock, n int64) Clock {
			next, err := b.Extend(k, at, Span{n, unit}.String(), "carrier_delay")
			require.NoError(rt, err)
			require.True(rt, next.DueAt.After(k.DueAt))
			return next
		}
		apart, once := extend(extend(k, x), y), extend(k, x+y)
		if k.Unit != UnitDays || b.zone().String() == "Asia/Shanghai" { // a day in between may end in a gap of the clock
			require.Equal(rt, once.DueAt, apart.DueAt)
		}
		require.Len(rt, apart.Extensions, 2)
		require.Empty(rt, k.Extensions)
	})
	law("reprojecting changes nothing where nothing changed", func(rt *rapid.T, b *Rulebook, k Clock) {
		from := drawWhile(rt, k, "from")
		for _, k := range []Clock{k, paused(rt, b, k, from, from.Add(drawLength(rt, "stands")))} {
			same, changed := b.Reproject(k, time.Time{})
			require.False(rt, changed)
			require.Equal(rt, k, same)
		}
	})
	law("a new holiday moves only the clocks whose way it touches", func(rt *rapid.T, b *Rulebook, k Clock) {
		calendar, ok := b.calendar.(*YearlyCalendar)
		require.True(rt, ok)
		date := drawInstant(rt, "holiday").In(b.zone())
		for _, y := range calendar.Years() {
			if day := dayOf(date, b.zone()); y.Year == date.Year() && calendar.Day(date).Name == "" {
				y.Holidays = append(slices.Clone(y.Holidays), Holiday{Name: "Extra", First: string(day), Last: string(day)})
				next, err := calendar.WithYear(y)
				require.NoError(rt, err)
				b.calendar = next
			}
		}
		again, changed := b.Reproject(k, time.Time{})
		begin := time.Date(date.Year(), date.Month(), date.Day(), 0, 0, 0, 0, b.zone())
		touches := begin.AddDate(0, 0, 1).After(k.Started) && !begin.After(k.DueAt)
		if changed {
			require.True(rt, touches, "%s is outside %s..%s", begin, k.Started, k.DueAt)
			require.False(rt, again.DueAt.Before(k.DueAt), "a free day more is never due earlier")
		}
		once, twice := b.Reproject(again, time.Time{})
		require.False(rt, twice)
		require.Equal(rt, again, once)
	})
}
