package dispute

import (
	"math"
	"math/bits"
	"slices"
)

// Apportion divides an amount in proportion to weights by largest remainder: every
// part is its exact share rounded down, and the units that rounding left over go one
// each to the parts that lost most, the earlier one first where two lost the same.
// The parts sum to the amount, and where the amount is no more than all weights
// together none is above its weight. Weights that are all zero count the same.
// It fails with CodeInvalid on negative numbers, on overflow, and where there is
// something to divide and nobody to have it.
func Apportion(amount int64, weights []int64) ([]int64, error) {
	total, err := sumOf(weights)
	if err != nil {
		return nil, err
	}
	if amount < 0 || (amount > 0 && len(weights) == 0) {
		return nil, Errorf(CodeInvalid, "%d cannot be divided over %d parts", amount, len(weights))
	}
	if total == 0 {
		weights = slices.Repeat([]int64{1}, len(weights))
		total = int64(len(weights))
	}
	parts, lost, order := make([]int64, len(weights)), make([]uint64, len(weights)), make([]int, len(weights))
	left := amount
	for i, w := range weights {
		var share uint64
		high, low := bits.Mul64(uint64(amount), uint64(w)) //nolint:gosec // neither is negative
		share, lost[i] = bits.Div64(high, low, uint64(total))
		parts[i], order[i] = int64(share), i //nolint:gosec // no more than amount
		left -= parts[i]
	}
	slices.SortStableFunc(order, func(i, j int) int {
		switch {
		case lost[i] > lost[j]:
			return -1
		case lost[i] < lost[j]:
			return 1
		}
		return 0
	})
	for _, i := range order[:left] {
		parts[i]++
	}
	return parts, nil
}

// sumOf adds amounts; CodeInvalid when one is negative or they overflow.
func sumOf(all []int64) (int64, error) {
	sum := int64(0)
	for _, n := range all {
		if n < 0 || sum > math.MaxInt64-n {
			return 0, Errorf(CodeInvalid, "an amount is negative or the sum overflows")
		}
		sum += n
	}
	return sum, nil
}
