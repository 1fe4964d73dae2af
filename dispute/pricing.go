package dispute

import (
	"fmt"
	"math"
)

// pricedRemedy is a remedy with its amount, and where captured money is given
// back, with what falls on each order line.
type pricedRemedy struct {
	Remedy
	parts []LineAmount
}

// price gives every remedy its amount. The error points at the remedy at fault.
func price(c *Case, remedies []Remedy) ([]pricedRemedy, *Error) {
	var book *ledger
	if c.Facts.Order != nil {
		if c.Facts.Order.Currency != c.Currency {
			return nil, Errorf(CodeInvalid, "the case is in %s and the order in %s", c.Currency, c.Facts.Order.Currency)
		}
		book = newLedger(c)
	}
	priced := make([]pricedRemedy, 0, len(remedies))
	refunded := int64(0)
	for i, r := range remedies {
		pointer := fmt.Sprintf("/remedies/%d", i)
		if fail := checkRemedy(c, r, pointer); fail != nil {
			return nil, fail
		}
		if r.Type == RemedyCompensation {
			priced = append(priced, pricedRemedy{Remedy: r})
			continue
		}
		if book == nil {
			return nil, Invalid("without the order's facts only compensation can be given", Field{pointer, "the order is not known"})
		}
		p, fail := book.price(c, r, pointer)
		if fail != nil {
			return nil, fail
		}
		if refunded > math.MaxInt64-p.Amount.Amount {
			return nil, Invalid("the amounts overflow", Field{pointer + "/amount", "too large"})
		}
		refunded += p.Amount.Amount
		priced = append(priced, p)
	}
	if book != nil && refunded > 0 {
		if fail := book.fits(c, refunded); fail != nil {
			return nil, fail
		}
	}
	return priced, nil
}

// checkRemedy checks what needs no order: type and amount.
func checkRemedy(c *Case, r Remedy, pointer string) *Error {
	if !r.Type.Supported() {
		return Invalid(fmt.Sprintf("remedy %q is not carried out by this release", r.Type), Field{pointer + "/type", "not supported"})
	}
	if r.Amount == nil && (r.Type == RemedyCompensation || r.Type == RemedyPartialRefund) {
		return Invalid(fmt.Sprintf("a %s needs an amount", r.Type), Field{pointer + "/amount", "missing"})
	}
	if r.Amount != nil && r.Amount.Amount <= 0 {
		return Invalid("an amount is more than nothing", Field{pointer + "/amount", "must be positive"})
	}
	if r.Amount != nil && r.Amount.Currency != c.Currency {
		return Invalid(fmt.Sprintf("the case is in %s", c.Currency), Field{pointer + "/amount/currency", "must be " + c.Currency})
	}
	return nil
}

// price gives one refund its lines and its amount, and books it.
func (l *ledger) price(c *Case, r Remedy, pointer string) (pricedRemedy, *Error) {
	lines := l.lines(c, r)
	if len(lines) == 0 {
		return pricedRemedy{}, Invalid("a refund needs the lines that it concerns", Field{pointer + "/lines", "missing"})
	}
	caps, sum := make([]int64, len(lines)), int64(0)
	seen := map[string]bool{}
	for i, line := range lines {
		at := fmt.Sprintf("%s/lines/%d", pointer, i)
		if seen[line.LineID] {
			return pricedRemedy{}, Invalid("a line stands twice", Field{at, "line " + line.LineID + " stands twice"})
		}
		seen[line.LineID] = true
		room, err := l.room(line.LineID, line.Quantity)
		if err != nil || sum > math.MaxInt64-room {
			return pricedRemedy{}, Invalid(fmt.Sprintf("%d of line %q are not in this case", line.Quantity, line.LineID),
				Field{at, "not a line and quantity of this case's order"})
		}
		caps[i], sum = room, sum+room
	}
	amount := sum
	if r.Amount != nil {
		amount = r.Amount.Amount
	}
	if amount > sum || amount == 0 {
		return pricedRemedy{}, &Error{Code: CodeExceedsCapture,
			Message: fmt.Sprintf("%s can still be given back for these lines", Money{sum, c.Currency}),
			Fields:  []Field{{pointer + "/amount", "more than was paid for the lines and not yet given back"}}}
	}
	spread, err := Spread(amount, caps)
	if err != nil {
		return pricedRemedy{}, Invalid("the amount cannot be divided over the lines", Field{pointer + "/amount", err.Error()})
	}
	p := pricedRemedy{Remedy: Remedy{Type: r.Type, Lines: lines, Amount: &Money{Amount: amount, Currency: c.Currency}}}
	for i, line := range lines {
		part := LineAmount{LineID: line.LineID, Amount: spread[i]}
		if amount == sum {
			part.Quantity = line.Quantity // whole units are given back, not a reduction of their price
		}
		if part.Amount > 0 {
			p.parts = append(p.parts, part)
		}
	}
	l.take(p.parts)
	return p, nil
}

// lines are those of the remedy, else of the case; a freight refund has its own.
func (l *ledger) lines(c *Case, r Remedy) []Line {
	switch {
	case r.Type == RemedyFreightRefund:
		return []Line{{LineID: ShippingLine, Quantity: 1}}
	case len(r.Lines) > 0:
		return r.Lines
	case len(c.Lines) > 0:
		return c.Lines
	}
	all := make([]Line, 0, len(l.order.Lines))
	for _, line := range l.order.Lines {
		all = append(all, Line{LineID: line.LineID, Quantity: line.Quantity})
	}
	return all
}

// fits refuses more than the order's payments still hold, given what was given
// back by this case, elsewhere, and by chargeback.
func (l *ledger) fits(c *Case, refunded int64) *Error {
	left, err := l.captured()
	if err != nil {
		return Errorf(CodeInvalid, "the order's payments: %w", err)
	}
	left -= l.total
	if p := c.Facts.Payment; p != nil {
		left -= p.RefundedElsewhere + p.ChargedBack
	}
	if left = max(left, 0); refunded > left {
		return &Error{Code: CodeExceedsCapture, Fields: []Field{{"/remedies", "more than the payments still hold"}},
			Message: fmt.Sprintf("%s is left of what was captured", Money{left, c.Currency})}
	}
	return nil
}

// remediesOf strips the parts.
func remediesOf(priced []pricedRemedy) []Remedy {
	remedies := make([]Remedy, 0, len(priced))
	for _, p := range priced {
		remedies = append(remedies, p.Remedy)
	}
	return remedies
}

// totals sums all remedies, and the new money among them.
func totals(c *Case, remedies []Remedy) (all, newMoney Money, err error) {
	all, newMoney = Money{Currency: c.Currency}, Money{Currency: c.Currency}
	for _, r := range remedies {
		if r.Amount == nil {
			continue
		}
		if all, err = all.Add(*r.Amount); err != nil {
			return all, newMoney, err
		}
		if r.Type == RemedyCompensation {
			if newMoney, err = newMoney.Add(*r.Amount); err != nil {
				return all, newMoney, err
			}
		}
	}
	return all, newMoney, nil
}
