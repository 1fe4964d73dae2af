package dispute

import (
	"math"
	"testing"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"
)

func TestApportion(t *testing.T) {
	t.Parallel()
	rows := []struct {
		amount  int64
		weights []int64
		want    []int64
	}{
		// 10.00 over three equal lines: 333.3 each, the unit left goes to the first.
		{1000, []int64{1, 1, 1}, []int64{334, 333, 333}},
		// 5.00 over 30, 20, 10 is 250, 166.67, 83.33: the unit left goes to the second.
		{500, []int64{3000, 2000, 1000}, []int64{250, 167, 83}},
		// 1 over 1, 2, 1: 0.25, 0.5, 0.25: the second lost most.
		{1, []int64{1, 2, 1}, []int64{0, 1, 0}},
		// 2 over four equal ones: the first two.
		{2, []int64{5, 5, 5, 5}, []int64{1, 1, 0, 0}},
		{7, []int64{0, 7, 0}, []int64{0, 7, 0}},
		{0, []int64{3, 4}, []int64{0, 0}},
		{3, []int64{0, 0}, []int64{2, 1}}, // weights of nothing count the same
		{math.MaxInt64, []int64{math.MaxInt64}, []int64{math.MaxInt64}},
		{math.MaxInt64, []int64{1, 1}, []int64{math.MaxInt64/2 + 1, math.MaxInt64 / 2}},
	}
	for _, row := range rows {
		have, err := Apportion(row.amount, row.weights)
		require.NoError(t, err)
		require.Equal(t, row.want, have, row)
	}
	for _, bad := range []struct {
		amount  int64
		weights []int64
	}{{-1, []int64{1}}, {1, []int64{-1}}, {1, nil}, {1, []int64{math.MaxInt64, 1}}} {
		_, err := Apportion(bad.amount, bad.weights)
		require.Equal(t, CodeInvalid, CodeOf(err), bad)
	}
	none, err := Apportion(0, nil)
	require.NoError(t, err)
	require.Empty(t, none)
}

// Parts sum to the amount; none is a whole unit away from its exact share, and so
// none is above its weight where the amount is not above all of them.
func TestApportionIsExact(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(rt *rapid.T) {
		weights := rapid.SliceOfN(rapid.OneOf(rapid.Int64Range(0, 20), rapid.Int64Range(0, math.MaxInt64/20)), 1, 20).Draw(rt, "weights")
		total, err := sumOf(weights)
		require.NoError(rt, err)
		amount := rapid.OneOf(rapid.Int64Range(0, max(total, 1)), rapid.Int64()).Draw(rt, "amount")
		parts, err := Apportion(amount, weights)
		if amount < 0 {
			require.Error(rt, err)
			return
		}
		require.NoError(rt, err)
		sum := int64(0)
		for i, p := range parts {
			sum += p
			if total == 0 {
				continue
			}
			floor := shareOf(amount, weights[i], total)
			require.GreaterOrEqual(rt, p, floor)
			require.LessOrEqual(rt, p-floor, int64(1))
			if amount <= total {
				require.LessOrEqual(rt, p, weights[i])
			}
		}
		require.Equal(rt, amount, sum)
	})
}
