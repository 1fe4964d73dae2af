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

// moving says whether money of the leg has moved or may still: it is under way,
// unsettled or paid, not merely planned, failed or cancelled.
func (l Leg) moving() bool {
	if l.Money == nil {
		return false
	}
	switch l.State {
	case MoneyRequested, MoneyPending, MoneyRequiresAction, MoneyUnknown, MoneySucceeded:
		return true
	}
	return false
}

// lineUse is what was given back of one line: money, and whole units.
type lineUse struct {
	amount int64
	units  int
}

// ledger is the account of an order's captured money as one case sees it.
type ledger struct {
	order    *OrderFacts
	claimed  map[string]int     // units of each line that the case may speak of
	used     map[string]lineUse // by line
	payments map[string]int64   // refunded by this case, by payment
	total    int64              // refunded by this case
}

// newLedger opens the account: claimed lines and what the case's moving refunds took.
func newLedger(c *Case) *ledger {
	l := &ledger{order: c.Facts.Order, claimed: map[string]int{}, used: map[string]lineUse{}, payments: map[string]int64{}}
	for _, line := range c.Lines {
		l.claimed[line.LineID] += line.Quantity
	}
	if len(c.Lines) == 0 {
		for _, line := range l.order.Lines {
			l.claimed[line.LineID] = line.Quantity
		}
	}
	l.claimed[ShippingLine] = 1
	for _, leg := range c.Legs {
		if leg.Type == LegRefund && leg.moving() {
			l.take(leg.Money.Lines)
			l.payments[leg.Money.PaymentID] += leg.Money.Amount.Amount
			l.total += leg.Money.Amount.Amount
		}
	}
	return l
}

func (l *ledger) take(parts []LineAmount) {
	for _, p := range parts {
		u := l.used[p.LineID]
		l.used[p.LineID] = lineUse{amount: u.amount + p.Amount, units: u.units + p.Quantity}
	}
}

// line returns quantity and price of an order line; the shipping charge is one.
func (l *ledger) line(id string) (OrderLine, bool) {
	if id == ShippingLine {
		return OrderLine{LineID: id, Quantity: 1, Paid: l.order.ShippingPaid}, true
	}
	for _, line := range l.order.Lines {
		if line.LineID == id && line.Quantity > 0 {
			return line, true
		}
	}
	return OrderLine{}, false
}

// room is what may still be given back for n of the case's units of a line.
func (l *ledger) room(id string, n int) (int64, error) {
	line, ok := l.line(id)
	claimed := l.claimed[id]
	if !ok || n < 1 || n > claimed || claimed > line.Quantity {
		return 0, Errorf(CodeInvalid, "%d of line %q are not in this case's order", n, id)
	}
	whole, err := UnitsPaid(line.Paid, line.Quantity, 0, claimed)
	if err != nil {
		return 0, err
	}
	used := l.used[id]
	left := max(whole-used.amount, 0)
	if n == claimed {
		return left, nil
	}
	from := min(used.units, claimed-n)
	piece, err := UnitsPaid(whole, claimed, from, n)
	if err != nil {
		return 0, err
	}
	return min(piece, left), nil
}

// captured is all captured money of the order.
func (l *ledger) captured() (int64, error) {
	sum := int64(0)
	for _, p := range l.order.Payments {
		if p.Captured < 0 || sum > math.MaxInt64-p.Captured {
			return 0, Errorf(CodeInvalid, "the captured payments overflow")
		}
		sum += p.Captured
	}
	return sum, nil
}
