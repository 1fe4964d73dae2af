package dispute

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

// A correction that moves a reminder into the past reminds nobody at night.
func TestReprojectedReminderKeepsQuietHours(t *testing.T) {
	t.Parallel()
	b := rulesFor(chinaCalendar(t), ClockRule{Budget: "48h", Remind: []string{"20h"}}, lunchDesk)
	b.policy.QuietHours = &QuietHours{From: "22:00", To: "08:00"}
	k := started(t, b, "2026-09-21T10:00:00+08:00") // due 23rd 10:00, reminded 22nd 14:00
	require.Len(t, k.RemindAt, 1)
	night := k.RemindAt[0].Add(9 * time.Hour) // 23:00
	next, changed := b.Reproject(k, night)
	require.True(t, changed)
	require.Equal(t, "2026-09-23T00:00:00Z", next.RemindAt[0].Format(time.RFC3339)) // 08:00
	again, changed := b.Reproject(next, night.Add(time.Minute))
	require.False(t, changed, again.RemindAt)
	_, changed = b.Reproject(k, k.RemindAt[0].Add(time.Hour)) // by day it goes out at once
	require.False(t, changed)
}

// Where the clocks go back, an hour comes twice: quiet hours that end in it end once, and
// nothing is held until an instant that is over.
func TestQuietHoursEndAfterNow(t *testing.T) {
	t.Parallel()
	for _, name := range []string{"Europe/Berlin", "America/New_York", "America/Havana", "Atlantic/Azores", "Australia/Lord_Howe"} {
		zone, err := time.LoadLocation(name)
		require.NoError(t, err)
		for _, hours := range []QuietHours{{From: "22:00", To: "02:30"}, {From: "01:30", To: "02:30"}, {From: "23:30", To: "01:30"},
			{From: "23:15", To: "00:15"}, {From: "00:00", To: "02:45"}, {From: "22:00", To: "08:00"}, {From: "22:00", To: "24:00"}} {
			q, err := parseQuietHours(&hours)
			require.NoError(t, err)
			for at := time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC); at.Year() == 2026; at = at.Add(15 * time.Minute) {
				if _, end, ok := q.around(at, zone); ok && (!end.After(at) || end.Sub(at) > 25*time.Hour) {
					require.Failf(t, "held without sense", "%s %v: at %v until %v", name, hours, at.In(zone), end.In(zone))
				}
			}
		}
	}
}
