package dispute

import (
	"encoding/json"
	"testing"

	"github.com/stretchr/testify/require"
)

// What a week came to is kept as JSON: its amounts come back to the cent, however large,
// and shares stay shares.
func TestWeeklyFiguresComeBackExactly(t *testing.T) {
	t.Parallel()
	const large = int64(1)<<53 + 1 // the first whole number that a float does not hold
	kept, err := json.Marshal(WeeklyFigures{Opened: 3, Reasons: []map[string]any{{"reason": "defective", "currency": "CNY", "cost": large, "share_percent": 33.33}}})
	require.NoError(t, err)
	var back WeeklyFigures
	require.NoError(t, json.Unmarshal(kept, &back))
	require.EqualValues(t, 3, back.Opened)
	require.Equal(t, map[string]any{"reason": "defective", "currency": "CNY", "cost": large, "share_percent": 33.33}, back.Reasons[0])
}
