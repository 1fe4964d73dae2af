package dispute

import (
	"math"
	"math/big"
)

// shareOf is num/den of amount, rounded down: 0 <= num <= den, den > 0, amount >= 0.
func shareOf(amount, num, den int64) int64 {
	p := new(big.Int).Mul(big.NewInt(amount), big.NewInt(num))
	return p.Quo(p, big.NewInt(den)).Int64()
}

// UnitsPaid is what was paid for units [from, from+n) of a line of quantity
// units that cost paid in all. Cutting a line into any sequence of pieces gives
// parts that sum to paid exactly; the last unit takes the rest. It fails with
// CodeInvalid on a piece outside the line or a negative amount.
func UnitsPaid(paid int64, quantity, from, n int) (int64, error) {
	if paid < 0 || quantity < 1 || from < 0 || n < 0 || from > quantity-n {
		return 0, Errorf(CodeInvalid, "units %d to %d of a line of %d that cost %d", from, from+n, quantity, paid)
	}
	return shareOf(paid, int64(from)+int64(n), int64(quantity)) - shareOf(paid, int64(from), int64(quantity)), nil
}

// Spread divides an amount over parts in proportion to their caps, exactly: the
// parts sum to the amount and none is above its cap. It fails with
// CodeExceedsCapture when the amount is more than all caps together, and with
// CodeInvalid on negative numbers or overflow.
func Spread(amount int64, caps []int64) ([]int64, error) {
	total := int64(0)
	for _, c := range caps {
		if c < 0 || total > math.MaxInt64-c {
			return nil, Errorf(CodeInvalid, "a cap is negative or all caps overflow")
		}
		total += c
	}
	if amount < 0 {
		return nil, Errorf(CodeInvalid, "amount %d is negative", amount)
	}
	if amount > total {
		return nil, Errorf(CodeExceedsCapture, "%d is more than the %d that can be given back", amount, total)
	}
	parts := make([]int64, len(caps))
	if total == 0 {
		return parts, nil
	}
	passed, given := int64(0), int64(0)
	for i, c := range caps {
		passed += c
		upTo := shareOf(amount, passed, total)
		parts[i], given = upTo-given, upTo
	}
	return parts, nil
}
