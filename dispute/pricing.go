package dispute

import (
	"fmt"
	"math"
)

// pricedRemedy is a remedy with its amount, and where captured money is given
// back, with what falls on each order line.
type pricedRemedy struct {
	Remedy
	parts    []LineAmount
	withheld []LineAmount // what deductions took off the units given back
	clawback int64        // how much of that is for shipping that had been waived
	replaced []LineAmount // units for which goods are sent, with what was paid for them
	value    int64        // of these; limits count it
	byPerson bool         // no rule gives it, and an agent needs an approval
}

// price gives every remedy its amount. The error points at the remedy at fault.
func (b *Rulebook) price(c *Case, remedies []Remedy) ([]pricedRemedy, *Error) {
	return b.priceBeside(c, remedies, b.beside(c, remedies))
}

// priceBeside prices remedies that leave what waits for some of their lines alone.
func (b *Rulebook) priceBeside(c *Case, remedies []Remedy, beside map[string]bool) ([]pricedRemedy, *Error) {
	var book *ledger
	if c.Facts.Order != nil {
		if c.Facts.Order.Currency != c.Currency {
			return nil, Errorf(CodeInvalid, "the case is in %s and the order in %s", c.Currency, c.Facts.Order.Currency)
		}
		anew := anewLines(c, remedies, beside)
		book = newLedger(c, anew)
		book.keep(c, beside, anew)
	}
	if !KnownCurrency(c.Currency) {
		return nil, Errorf(CodeInvalid, "%q is no currency", c.Currency)
	}
	terms := b.refundTerms(c)
	priced := make([]pricedRemedy, 0, len(remedies))
	refunded, worked := int64(0), int64(0)
	for i, r := range remedies {
		pointer := fmt.Sprintf("/remedies/%d", i)
		if fail := b.checkRemedy(c, r, pointer); fail != nil {
			return nil, fail
		}
		if r.Type == RemedyApology || r.Type.newValue() {
			given, fail := b.priceNew(c, r, worked, pointer)
			if fail != nil {
				return nil, fail
			}
			if b.mostOf(given) > 0 {
				worked += given.Amount.Amount
			}
			priced = append(priced, pricedRemedy{Remedy: given})
			continue
		}
		if book == nil {
			return nil, Invalid("without the order's facts only compensation can be given", Field{Pointer: pointer, Detail: "the order is not known"})
		}
		if r.Type == RemedyRepair {
			p, fail := book.priceRepair(c, r, pointer)
			if fail != nil {
				return nil, fail
			}
			priced = append(priced, p)
			continue
		}
		if r.Type.SendsGoods() || r.Type == RemedyOrderAmendment {
			p, fail := book.goods(c, r, pointer)
			if fail != nil {
				return nil, fail
			}
			priced = append(priced, p)
			continue
		}
		p, fail := book.price(c, r, terms, pointer)
		if fail != nil {
			return nil, fail
		}
		if refunded > math.MaxInt64-p.Amount.Amount {
			return nil, Invalid("the amounts overflow", Field{Pointer: pointer + "/amount", Detail: "too large"})
		}
		refunded += p.Amount.Amount
		priced = append(priced, p)
	}
	if book != nil {
		if fail := book.repairsAlone(priced); fail != nil {
			return nil, fail
		}
		book.unpaid(c, refunded, priced)
	}
	if book != nil && refunded > 0 {
		if fail := book.fits(c, refunded); fail != nil {
			return nil, fail
		}
	}
	return priced, nil
}

// settledLines are the lines of which the remedies give captured money back, for which
// they send goods, or whose goods they mend.
func settledLines(c *Case, remedies []Remedy) map[string]bool {
	ids := map[string]bool{}
	for _, r := range remedies {
		if !r.Type.settlesUnits() {
			continue
		}
		for _, line := range linesOf(c, r) {
			ids[line.LineID] = true
		}
	}
	return ids
}

// checkRemedy checks what needs no order: type and amount.
func (b *Rulebook) checkRemedy(c *Case, r Remedy, pointer string) *Error {
	if !b.carriesOut(r.Type) {
		return Invalid(fmt.Sprintf("remedy %q is not carried out under policy %s", r.Type, b.Version()), Field{Pointer: pointer + "/type", Detail: "not supported"})
	}
	if r.Amount == nil && (r.Type == RemedyCompensation && b.policy.Compensation == nil || r.Type == RemedyPartialRefund || r.Type == RemedyCoupon) {
		return Invalid(fmt.Sprintf("a %s needs an amount", r.Type), Field{Pointer: pointer + "/amount", Detail: "missing"})
	}
	if r.Amount != nil && r.Amount.Amount <= 0 {
		return Invalid("an amount is more than nothing", Field{Pointer: pointer + "/amount", Detail: "must be positive"})
	}
	if r.Amount != nil && r.Amount.Currency != c.Currency {
		return Invalid(fmt.Sprintf("the case is in %s", c.Currency), Field{Pointer: pointer + "/amount/currency", Detail: "must be " + c.Currency})
	}
	return nil
}

// price gives one refund its lines and its amount, and books it. An amount that is
// not given is what the lines cost less what the policy takes off; an amount that
// the rules worked out before carries its breakdown.
func (l *ledger) price(c *Case, r Remedy, terms refundTerms, pointer string) (pricedRemedy, *Error) {
	lines := linesOf(c, r)
	if len(lines) == 0 {
		return pricedRemedy{}, Invalid("a refund needs the lines that it concerns", Field{Pointer: pointer + "/lines", Detail: "missing"})
	}
	caps, sum, fail := l.rooms(lines, pointer)
	if fail != nil {
		return pricedRemedy{}, fail
	}
	again, fail := l.handedOver(r, lines, pointer)
	if fail != nil {
		return pricedRemedy{}, fail
	}
	off := r.Breakdown
	amount := sum
	if r.Amount != nil {
		amount = r.Amount.Amount
	} else {
		off = l.deductions(terms, r, lines, sum)
		amount += deducted(off)
		if amount == 0 && sum > 0 {
			whole := -deducted(l.deductions(terms, r, lines, math.MaxInt64)) // not cut off at the price
			return pricedRemedy{}, nothingLeft(Money{sum, c.Currency}, Money{whole, c.Currency}, pointer)
		}
	}
	if amount > sum || amount == 0 {
		return pricedRemedy{}, &Error{Code: CodeExceedsCapture,
			Message: fmt.Sprintf("%s can still be given back for these lines", Money{sum + deducted(off), c.Currency}),
			Fields:  []Field{{Pointer: pointer + "/amount", Detail: "more than was paid for the lines and not yet given back"}}}
	}
	spread, err := Spread(amount, caps)
	if err != nil {
		return pricedRemedy{}, Invalid("the amount cannot be divided over the lines", Field{Pointer: pointer + "/amount", Detail: err.Error()})
	}
	p := pricedRemedy{Remedy: Remedy{Type: r.Type, Lines: lines, Amount: &Money{Amount: amount, Currency: c.Currency}}}
	p.byPerson = again
	// Whole units are given back, and not a reduction of their price.
	whole := amount == sum || amount-deducted(off) == sum
	if !whole {
		off = nil
	}
	p.clawback = -partSum(off, PartShippingClawback)
	p.Breakdown = l.breakdown(lines, spread, caps, off)
	if whole {
		p.Credits = l.credits(lines)
	}
	for i, line := range lines {
		part := LineAmount{LineID: line.LineID, Amount: spread[i]}
		ordered, _ := l.line(line.LineID)
		if whole {
			_, part.Quantity = l.units(ordered, line.Quantity)
		}
		if held := caps[i] - spread[i]; whole && held > 0 {
			p.withheld = append(p.withheld, LineAmount{LineID: line.LineID, Amount: held})
		}
		if part.Amount > 0 || (part.Quantity > 0 && (whole && caps[i] > 0 || ordered.GiftWith != "")) {
			p.parts = append(p.parts, part)
		}
	}
	l.take(p.parts, p.withheld)
	l.clawback += p.clawback
	return p, nil
}

// nothingLeft says of a refund that the deductions come to all of its price.
func nothingLeft(price, deductions Money, pointer string) *Error {
	return &Error{Code: CodeNothingLeft, Message: fmt.Sprintf("%s less deductions of %s leaves nothing to give back", price, deductions),
		Fields: []Field{{Pointer: pointer + "/amount", Detail: "the deductions come to all of the price: name an amount to give one"}},
		detail: map[string]string{"price": price.String(), "deductions": deductions.String()}}
}

// rooms is what each of the lines may still bring, and all together.
func (l *ledger) rooms(lines []Line, pointer string) ([]int64, int64, *Error) {
	caps, sum := make([]int64, len(lines)), int64(0)
	seen := map[string]bool{}
	for i, line := range lines {
		at := fmt.Sprintf("%s/lines/%d", pointer, i)
		if seen[line.LineID] {
			return nil, 0, Invalid("a line stands twice", Field{Pointer: at, Detail: "line " + line.LineID + " stands twice"})
		}
		seen[line.LineID] = true
		room, err := l.room(line.LineID, line.Quantity)
		if err != nil || sum > math.MaxInt64-room {
			return nil, 0, Invalid(fmt.Sprintf("%d of line %q are not in this case", line.Quantity, line.LineID),
				Field{Pointer: at, Detail: "not a line and quantity of this case's order"})
		}
		caps[i], sum = room, sum+room
	}
	return caps, sum, nil
}

// linesOf are the lines of the remedy, else of the case; a freight refund has its own.
func linesOf(c *Case, r Remedy) []Line {
	switch {
	case r.Type == RemedyFreightRefund:
		return []Line{{LineID: ShippingLine, Quantity: 1}}
	case len(r.Lines) > 0:
		return r.Lines
	case len(c.Lines) > 0:
		return c.Lines
	case c.Facts.Order == nil:
		return nil
	}
	all := make([]Line, 0, len(c.Facts.Order.Lines))
	for _, line := range c.Facts.Order.Lines {
		all = append(all, Line{LineID: line.LineID, Quantity: line.Quantity})
	}
	return all
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
		if r.Type.newValue() {
			if newMoney, err = newMoney.Add(*r.Amount); err != nil {
				return all, newMoney, err
			}
		}
	}
	return all, newMoney, nil
}
