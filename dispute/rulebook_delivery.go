package dispute

import "strconv"

// The parts of a compensation that the policy's section compensation worked out.
const (
	PartLate    PartKind = "late_delivery"
	PartLost    PartKind = "lost_delivery"
	PartDamaged PartKind = "damaged_delivery"
)

// ProblemCompensatedElsewhere is a compensation by rule that was not paid: with what the
// order's other cases were given it would pass the policy's most. A person decides.
const ProblemCompensatedElsewhere = "compensated_elsewhere"

// deliveryPart is what the policy gives for the delivery of the case, nil where it
// gives nothing: it was not late, lost or damaged, nobody knows, or what was given before, or
// worked out beside, comes to as much.
func (b *Rulebook) deliveryPart(c *Case, worked int64) *AmountPart {
	rule := b.policy.Compensation
	if rule == nil {
		return nil
	}
	part := func(kind PartKind, a CompensationAmount, path ...string) *AmountPart {
		amount := a.Amount
		if a.Percent > 0 {
			amount = shareOf(claimedPaid(c), int64(a.Percent), 100)
		}
		if amount = min(amount, rule.Most) - c.compensated() - worked; amount <= 0 {
			return nil
		}
		return &AmountPart{Kind: kind, Amount: amount, Rule: b.rule(append([]string{"compensation"}, path...)...), Basis: a.Basis}
	}
	switch {
	case c.Reason == ReasonLateDelivery:
		late := b.daysLate(c)
		for i := len(rule.Late) - 1; i >= 0; i-- {
			if late < rule.Late[i].Days {
				continue
			}
			p := part(PartLate, rule.Late[i], "late", strconv.Itoa(i+1))
			if p != nil {
				p.Days = late
			}
			return p
		}
	case c.Reason == ReasonNotReceived && rule.Lost != nil && parcelIs(ParcelLost)(c):
		return part(PartLost, *rule.Lost, "lost")
	case c.Reason == ReasonDamagedInTransit && rule.Damaged != nil:
		return part(PartDamaged, *rule.Damaged, "damaged")
	}
	return nil
}

// compensated is what the case has paid out or promised of new money, and what the
// order's other cases have: by the customer's history as it was investigated, or by the
// record as it is by now where that is more.
func (c *Case) compensated() int64 {
	sum := int64(0)
	for i := range c.Legs {
		if l := &c.Legs[i]; l.paysNew() {
			sum += l.Money.Amount.Amount
		}
	}
	others := int64(0)
	if h := c.Facts.History; h != nil {
		for _, p := range h.Compensations {
			if p.OrderID == c.OrderID && p.Amount.Currency == c.Currency {
				others += p.Amount.Amount
			}
		}
	}
	if p := c.Facts.Payment; p != nil && p.Others != nil {
		others = max(others, p.Others.Compensated)
	}
	return sum + others
}

// mostOf is what one order is given by rule, where the rules worked a remedy's amount out;
// 0 for an amount that a person named.
func (b *Rulebook) mostOf(r Remedy) int64 {
	if b.policy.Compensation == nil || r.Type != RemedyCompensation {
		return 0
	}
	for _, p := range r.Breakdown {
		switch p.Kind {
		case PartLate, PartLost, PartDamaged:
			return b.policy.Compensation.Most
		}
	}
	return 0
}

// paysNew says whether the leg has paid new money, pays it or will.
func (l *Leg) paysNew() bool {
	return l.NewMoney() && !l.Money.Form.Credited() && (l.moving() || l.State == MoneyRequired)
}

// daysLate is by how many civil days in the policy's zone the goods came after the
// promised day; what has not come yet is late until the case was opened. 0 where it was
// not late, or no day was promised.
func (b *Rulebook) daysLate(c *Case) int {
	promised := c.promisedBy()
	if promised == nil {
		return 0
	}
	came := c.OpenedAt
	if at := c.signedAt(); at != nil {
		came = *at
	}
	return max(0, int(civilDaysBetween(*promised, came, b.zone())))
}
