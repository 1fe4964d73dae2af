package dispute

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

// A unit that can be written can be counted by, extended and put into words.
func TestEveryUnitIsComplete(t *testing.T) {
	t.Parallel()
	l, err := Embedded()
	require.NoError(t, err)
	cn, err := l.Calendar("cn")
	require.NoError(t, err)
	hours, err := ParseHours(HoursRule{Days: "every", Open: []string{"09:00-18:00"}})
	require.NoError(t, err)
	from := time.Date(2026, 3, 16, 4, 0, 0, 0, time.UTC)
	for unit := range unitLimits {
		p, err := ExplainDue(cn, hours, from, Span{N: 1, Unit: unit}, CountAtOnce)
		require.NoError(t, err, unit)
		require.True(t, p.At.After(from), unit)
		require.NotEmpty(t, extensionUnits[unit], "extensionUnits lacks %s", unit)
	}
}
