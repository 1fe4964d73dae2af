package dispute

import "math"

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

// lineUse is what was given back of one line: money, what was withheld, whole units.
type lineUse struct {
	amount   int64
	withheld int64
	units    int
}

// ledger is the account of an order's captured money as one case sees it.
type ledger struct {
	order    *OrderFacts
	claimed  map[string]int       // units of each line that the case may speak of
	used     map[string]lineUse   // by this case, by line
	handed   map[string]int       // units for which the customer signed for new goods, by this case
	promised map[string]int       // units in refunds of this case that wait, of lines not decided anew
	others   map[string]LineGiven // by other cases, by line
	payments map[string]int64     // refunded by this case, by payment
	total    int64                // refunded by this case
	credited []Credit             // coupons and points that this case gave back
	clawback int64                // taken off for shipping that had been waived, by all cases
}

// newLedger opens the account: claimed lines, what the case's moving refunds took,
// and what other cases did. Anew are the lines that are being decided: a promise
// for one of them is given up for that.
func newLedger(c *Case, anew map[string]bool) *ledger {
	l := &ledger{order: c.Facts.Order, claimed: map[string]int{}, used: map[string]lineUse{}, handed: map[string]int{}, promised: map[string]int{},
		others: map[string]LineGiven{}, payments: map[string]int64{}}
	for _, line := range c.Lines {
		l.claimed[line.LineID] += line.Quantity
	}
	if len(c.Lines) == 0 {
		for _, line := range l.order.Lines {
			l.claimed[line.LineID] = line.Quantity
		}
	}
	l.claimed[ShippingLine] = 1
	if p := c.Facts.Payment; p != nil && p.Others != nil {
		l.clawback = p.Others.ShippingClawback
		for _, given := range p.Others.Lines {
			l.others[given.LineID] = given
		}
	}
	for i := range c.Legs {
		leg := &c.Legs[i]
		switch {
		case leg.Replacement != nil:
			l.replaced(leg, anew)
		case leg.Money != nil && leg.Money.Returns != nil:
			if leg.moving() || leg.State == MoneyRequired && !leg.Money.concerns(anew) {
				l.credited = addCredit(l.credited, *leg.Money.Returns)
			}
		case leg.Type != LegRefund:
		case leg.moving():
			l.take(leg.Money.Lines, leg.Money.Withheld)
			l.payments[leg.Money.PaymentID] += leg.Money.Amount.Amount
			l.total += leg.Money.Amount.Amount
			l.clawback += leg.Money.ShippingClawback
		case leg.State == MoneyRequired && leg.Money != nil && !leg.Money.concerns(anew):
			l.clawback += leg.Money.ShippingClawback
			for _, part := range leg.Money.Lines {
				l.promised[part.LineID] += part.Quantity
			}
		}
	}
	return l
}

func (l *ledger) take(parts, withheld []LineAmount) {
	for _, p := range parts {
		u := l.used[p.LineID]
		u.amount, u.units = u.amount+p.Amount, u.units+p.Quantity
		l.used[p.LineID] = u
	}
	for _, p := range withheld {
		u := l.used[p.LineID]
		u.withheld += p.Amount
		l.used[p.LineID] = u
	}
}

// line returns quantity and price of an order line; the shipping charge is one.
func (l *ledger) line(id string) (OrderLine, bool) {
	if id == ShippingLine {
		return OrderLine{LineID: id, Quantity: 1, Paid: l.order.ShippingPaid, Tax: l.order.ShippingTax}, true
	}
	for _, line := range l.order.Lines {
		if line.LineID == id && line.Quantity > 0 {
			return line, true
		}
	}
	return OrderLine{}, false
}

// before is how many units of a line are counted off before the case's own.
func (l *ledger) before(line OrderLine) int {
	return max(0, min(l.others[line.LineID].Before, line.Quantity-l.claimed[line.LineID]))
}

// share is what all of the case's units of a line may bring: their part of the
// line's price, counted off after the units of other cases, and never more than
// those have left. Where the case's units are the last, what rounding left over is
// theirs, so that a line that goes back in pieces, over however many cases, comes
// to what was paid for it.
func (l *ledger) share(line OrderLine) (int64, error) {
	claimed, given := l.claimed[line.LineID], l.others[line.LineID]
	whole, err := UnitsPaid(line.Paid, line.Quantity, l.before(line), claimed)
	if err != nil || (given.Amount == 0 && given.Withheld == 0 && given.Units == 0) {
		return whole, err
	}
	rest := max(line.Paid-min(given.Amount, line.Paid)-min(given.Withheld, line.Paid), 0)
	rounding := int64(given.Units) // rounding moves no more than one minor unit a piece
	if given.Units+claimed == line.Quantity && rest-whole <= rounding && whole-rest <= rounding {
		return rest, nil
	}
	return min(whole, rest), nil
}

// room is what may still be given back for n of the case's units of a line.
func (l *ledger) room(id string, n int) (int64, error) {
	line, ok := l.line(id)
	claimed := l.claimed[id]
	if !ok || n < 1 || n > claimed || claimed > line.Quantity {
		return 0, Errorf(CodeInvalid, "%d of line %q are not in this case's order", n, id)
	}
	whole, err := l.share(line)
	if err != nil {
		return 0, err
	}
	used := l.used[id]
	left := max(whole-used.amount-used.withheld, 0)
	if n == claimed {
		return left, nil
	}
	piece, err := UnitsPaid(whole, claimed, min(used.units, claimed-n), n)
	if err != nil {
		return 0, err
	}
	return min(piece, left), nil
}

// units is how many of n units are not given back yet, and where they stand among
// all units of the line.
func (l *ledger) units(line OrderLine, n int) (from, count int) {
	claimed := l.claimed[line.LineID]
	used := min(l.used[line.LineID].units, claimed)
	return l.before(line) + used, min(n, claimed-used)
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

// fits refuses more than the order's payments still hold, given what was given
// back by this case and others, elsewhere, and by chargeback.
func (l *ledger) fits(c *Case, refunded int64) *Error {
	left, err := l.captured()
	if err != nil {
		return Errorf(CodeInvalid, "the order's payments: %w", err)
	}
	gone := []int64{l.total}
	for _, given := range l.others {
		gone = append(gone, given.Amount)
	}
	if p := c.Facts.Payment; p != nil {
		gone = append(gone, p.RefundedElsewhere, p.ChargedBack)
	}
	for _, amount := range gone {
		left = max(left-max(amount, 0), 0)
	}
	if refunded > left {
		return &Error{Code: CodeExceedsCapture, Fields: []Field{{Pointer: "/remedies", Detail: "more than the payments still hold"}},
			Message: Money{left, c.Currency}.String() + " is left of what was captured"}
	}
	return nil
}
