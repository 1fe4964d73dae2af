package dispute

import "slices"

// part is the refund of what came of a return when the rest did not: nobody disputes
// it, it was granted with the whole, and it does not wait for what becomes of the rest.
// Nothing where anything else differs, or where the grant was not for whole units.
// Units that were given back before are not given back again.
func (b *Rulebook) part(c *Case, leg *Leg, out InspectionFinding) []Leg {
	other := func(d ReturnDifference) bool { return d.Code != DifferenceShort }
	if b.policy.Format < 3 || c.Facts.Order == nil || slices.ContainsFunc(out.Differences, other) || !c.grantedWhole(leg) {
		return nil
	}
	given := newLedger(c, nil)
	var lines []Line
	for _, item := range leg.Return.Instructions.Items {
		units := item.Quantity
		for _, d := range out.Differences {
			if d.LineID == item.LineID {
				units = d.Acceptable
			}
		}
		if units -= given.used[item.LineID].units; units > 0 {
			lines = append(lines, Line{LineID: item.LineID, Quantity: units})
		}
	}
	if len(lines) == 0 {
		return nil
	}
	priced, fail := b.priceBeside(c, []Remedy{{Type: RemedyReturnRefund, Lines: lines}}, nil)
	if fail != nil {
		return nil // a person has to look at it
	}
	p := planner{c: c, next: nextNumbers(c), rooms: paymentRooms(c), with: b.policy.Returns.With}
	if p.addRefund("", priced[0]) != nil {
		return nil
	}
	p.addCredits("", priced[0])
	return p.legs
}

// grantedWhole says whether the refunds that waited for the return were for whole
// units, as the rules price them.
func (c *Case) grantedWhole(ret *Leg) bool {
	granted := false
	for i := range c.Legs {
		m := &c.Legs[i]
		if m.Type != LegRefund || m.Money == nil {
			continue
		}
		for _, part := range m.Money.Lines {
			asked := slices.ContainsFunc(ret.Return.Instructions.Items, func(l Line) bool { return l.LineID == part.LineID })
			if asked && part.Quantity == 0 && part.Amount > 0 {
				return false
			}
			granted = granted || asked
		}
	}
	return granted
}
