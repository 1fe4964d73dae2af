package dispute

import "slices"

// part is the refund of what came of a return when the rest did not: nobody disputes
// it, it was granted with the whole, and it does not wait for what becomes of the rest.
// Nothing where anything else differs, or where the grant was not for whole units.
// Units of the return that were given back before are not given back again; what was given
// for others of their line is none of it.
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
		if units -= given.used[item.LineID].units - min(c.givenBeside(leg, item.LineID), given.claimed[item.LineID]-item.Quantity); units > 0 {
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
	p.reserve(func(other *Leg) bool { return other.After != leg.ID })
	if p.addRefund("", priced[0]) != nil {
		return nil
	}
	p.addCredits("", priced[0])
	for i := range p.legs {
		p.legs[i].Money.PartOf = leg.ID
	}
	return p.legs
}

// givenBeside is how many units of a line were given, in money or goods, apart from those
// that a return is to bring. What was decided once the desk was asked about the return may
// be for these, unless it came by another return.
func (c *Case) givenBeside(ret *Leg, lineID string) int {
	units, asked := 0, ret.State == ReturnPartial && !ret.Return.PartGiven
	for i := range c.Legs {
		leg := &c.Legs[i]
		if leg.Money != nil && leg.Money.PartOf == ret.ID {
			asked = true
			continue
		}
		if leg.After == ret.ID || asked && leg.After == "" {
			continue
		}
		switch {
		case leg.Type == LegRefund && leg.moving():
			for _, part := range leg.Money.Lines {
				if part.LineID == lineID {
					units += part.Quantity
				}
			}
		case leg.live():
			units += unitsOf(leg.Replacement.Lines(), lineID)
		}
	}
	return units
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
