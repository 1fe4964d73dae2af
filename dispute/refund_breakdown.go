package dispute

// breakdown says what the amount of a refund is made of, before it is booked: nil
// where it is the price of its lines and nothing else is to be said. Off are the
// deductions in it.
func (l *ledger) breakdown(lines []Line, spread, caps []int64, off []AmountPart) []AmountPart {
	var goods, shipping, tax, others int64
	for i, line := range lines {
		price := spread[i]
		if deducted(off) != 0 {
			price = caps[i]
		}
		if line.LineID == ShippingLine {
			shipping += price
		} else {
			goods += price
		}
		ordered, _ := l.line(line.LineID)
		tax += l.taxIn(ordered, spread[i])
		others += l.others[line.LineID].Amount
	}
	if deducted(off) == 0 && tax == 0 && others == 0 {
		return nil
	}
	var parts []AmountPart
	for _, p := range []AmountPart{{Kind: PartGoods, Amount: goods}, {Kind: PartShipping, Amount: shipping}} {
		if p.Amount != 0 {
			parts = append(parts, p)
		}
	}
	for _, p := range off {
		if p.Kind == PartGiftValue || p.Kind == PartShippingClawback {
			parts = append(parts, p)
		}
	}
	for _, p := range []AmountPart{{Kind: PartTaxIncluded, Amount: tax}, {Kind: PartOtherCases, Amount: others}} {
		if p.Amount != 0 {
			parts = append(parts, p)
		}
	}
	return parts
}

// taxIn is the tax included in money of a line that is given back after what was
// given before, rounded so that the parts come to the line's tax once all is given.
func (l *ledger) taxIn(line OrderLine, amount int64) int64 {
	if line.Tax <= 0 || line.Tax > line.Paid {
		return 0
	}
	from := min(l.others[line.LineID].Amount+l.used[line.LineID].amount, line.Paid-min(amount, line.Paid))
	return shareOf(line.Tax, from+min(amount, line.Paid), line.Paid) - shareOf(line.Tax, from, line.Paid)
}

// credits is what goes back in coupons and points with units of the lines, before
// they are booked, one credit for each coupon and programme.
func (l *ledger) credits(lines []Line) []Credit {
	var all []Credit
	for _, line := range lines {
		if ordered, ok := l.line(line.LineID); ok {
			from, n := l.units(ordered, line.Quantity)
			all = creditsOf(all, ordered, from, n)
		}
	}
	if len(l.credited) == 0 {
		return all
	}
	// What came back before its money did, or without it, is not given back again.
	due := l.creditsDue(lines)
	rest := all[:0]
	for _, c := range all {
		for _, given := range l.credited {
			if given.Kind != c.Kind || given.Code != c.Code {
				continue
			}
			for _, d := range due {
				if d.Kind == c.Kind && d.Code == c.Code {
					c.Amount, c.Points = max(min(c.Amount, d.Amount-given.Amount), 0), max(min(c.Points, d.Points-given.Points), 0)
				}
			}
		}
		if c.Amount > 0 || c.Points > 0 {
			rest = append(rest, c)
		}
	}
	return rest
}

// creditsDue are the credits of all units that the case has given back, and of the lines.
func (l *ledger) creditsDue(lines []Line) []Credit {
	var due []Credit
	for _, ordered := range l.order.Lines {
		if n := min(l.used[ordered.LineID].units+unitsOf(lines, ordered.LineID), l.claimed[ordered.LineID]); n > 0 {
			due = creditsOf(due, ordered, l.before(ordered), n)
		}
	}
	return due
}

// creditsOf adds what coupons and points had paid of n units of a line.
func creditsOf(all []Credit, ordered OrderLine, from, n int) []Credit {
	for _, c := range ordered.Credits {
		amount, err := UnitsPaid(c.Amount, ordered.Quantity, from, n)
		if err != nil {
			continue
		}
		points, err := UnitsPaid(c.Points, ordered.Quantity, from, n)
		if err != nil || (amount == 0 && points == 0) {
			continue
		}
		all = addCredit(all, Credit{Kind: c.Kind, Code: c.Code, Amount: amount, Points: points})
	}
	return all
}

func addCredit(all []Credit, c Credit) []Credit {
	for i := range all {
		if all[i].Kind == c.Kind && all[i].Code == c.Code {
			all[i].Amount += c.Amount
			all[i].Points += c.Points
			return all
		}
	}
	return append(all, c)
}
