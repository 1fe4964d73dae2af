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
