package dispute

import "slices"

// The words of a policy's refund rule.
const (
	FreeShippingKeep     = "keep"
	FreeShippingClawBack = "claw_back"
	GiftsReturn          = "return"
	GiftsKeep            = "keep"
	OutboundMerchant     = "merchant"
	OutboundCustomer     = "customer"
)

// maxGiftParts is how many gifts a breakdown lists one by one.
const maxGiftParts = 5

// refundTerms is what the policy takes off the refund of one case.
type refundTerms struct {
	rule     RefundRule
	id       string              // of the rule
	basis    map[PartKind]string // law article or platform rule that the policy cites
	customer bool                // the customer answers for the return: nobody else is at fault
}

func (b *Rulebook) refundTerms(c *Case) refundTerms {
	t := refundTerms{rule: b.refundRule(c), id: b.rule("refund"), customer: b.outboundPayer(c, c.Liability) == FreightCustomer}
	gifts, shipping := b.basisOf("refund.gifts"), b.basisOf("refund.free_shipping")
	for _, v := range b.policy.Refund.Variants {
		if !b.varies(v.When, c) {
			continue
		}
		if v.Gifts != "" {
			replace(&gifts, v.Basis)
		}
		if v.FreeShipping != "" {
			replace(&shipping, v.Basis)
		}
		break
	}
	t.basis = map[PartKind]string{PartGiftValue: gifts, PartShippingClawback: shipping}
	return t
}

// deductions is what the policy takes off the price of goods that go back, as
// negative parts that never come to more than the price: gifts that stay with the
// customer, and shipping that had been waived for goods that are no longer kept.
func (l *ledger) deductions(t refundTerms, r Remedy, lines []Line, sum int64) []AmountPart {
	if r.Type != RemedyReturnRefund {
		return nil // nothing goes back, or the amount is somebody's word
	}
	var off []AmountPart
	if t.rule.Gifts == GiftsReturn {
		off = l.giftsKept(lines, sum)
	}
	left := sum + deducted(off)
	if t.rule.FreeShipping == FreeShippingClawBack && t.customer {
		if due := min(l.shippingDue(lines), left); due > 0 {
			off = append(off, AmountPart{Kind: PartShippingClawback, Amount: -due, Rule: t.id + "/free_shipping"})
		}
	}
	for i := range off {
		if off[i].Kind == PartGiftValue {
			off[i].Rule = t.id + "/gifts"
		}
		off[i].Basis = t.basis[off[i].Kind]
	}
	return off
}

// giftsKept is the value of gifts whose goods go back without them.
func (l *ledger) giftsKept(lines []Line, sum int64) []AmountPart {
	var off []AmountPart
	left := sum
	for _, gift := range l.order.Lines {
		if gift.GiftWith == "" || gift.ListPrice <= 0 {
			continue
		}
		at := slices.IndexFunc(lines, func(line Line) bool { return line.LineID == gift.GiftWith })
		if at < 0 {
			continue
		}
		if due := min(l.giftDue(gift, lines[at]), left); due > 0 {
			off, left = append(off, AmountPart{Kind: PartGiftValue, LineID: gift.LineID, Amount: -due}), left-due
		}
	}
	if len(off) > maxGiftParts {
		return []AmountPart{{Kind: PartGiftValue, Amount: left - sum}}
	}
	return off
}

// giftDue is how much of a gift's value is due with units of the goods that earned
// it: the gift belongs to all of them in equal parts, so that the order in which
// they go back does not matter. The units of the gift that go back too are free.
func (l *ledger) giftDue(gift OrderLine, back Line) int64 {
	goods, ok := l.line(back.LineID)
	if !ok || gift.Quantity < 1 {
		return 0
	}
	_, n := l.units(goods, back.Quantity)
	gone := min(l.others[back.LineID].Units+l.used[back.LineID].units, goods.Quantity-n)
	gifts := min(l.claimed[gift.LineID]+l.others[gift.LineID].Units, gift.Quantity)
	earlier, err := UnitsPaid(gift.ListPrice, goods.Quantity, 0, max(gone, 0))
	if err != nil {
		return 0
	}
	now, err := UnitsPaid(gift.ListPrice, goods.Quantity, 0, max(gone, 0)+n)
	if err != nil {
		return 0
	}
	returned, err := UnitsPaid(gift.ListPrice, gift.Quantity, 0, gifts)
	if err != nil {
		return 0
	}
	return max(now-returned, 0) - max(earlier-returned, 0)
}

// shippingDue is what is still to be taken off for shipping that had been waived,
// once what the customer keeps of the order no longer reaches the threshold. Goods
// count with their price after discounts, whatever they were paid with.
func (l *ledger) shippingDue(lines []Line) int64 {
	free := l.order.FreeShipping
	if free == nil || free.Charge <= l.clawback {
		return 0
	}
	kept := int64(0)
	for _, line := range l.order.Lines {
		if line.Quantity < 1 {
			continue
		}
		gone := l.others[line.LineID].Units + l.used[line.LineID].units + l.promised[line.LineID]
		for _, back := range lines {
			if back.LineID == line.LineID {
				_, n := l.units(line, back.Quantity)
				gone += n
			}
		}
		stays, err := UnitsPaid(line.Paid+line.credit(), line.Quantity, 0, max(0, line.Quantity-gone))
		if err != nil {
			return 0
		}
		if kept += stays; kept < 0 || kept >= free.Threshold { // or it overflows
			return 0
		}
	}
	return free.Charge - l.clawback
}

// deducted sums the parts that take something off; it is not positive.
func deducted(parts []AmountPart) int64 {
	return partSum(parts, PartGiftValue) + partSum(parts, PartShippingClawback)
}

func partSum(parts []AmountPart, kind PartKind) int64 {
	sum := int64(0)
	for _, p := range parts {
		if p.Kind == kind {
			sum += p.Amount
		}
	}
	return sum
}

// outboundByRule says whether the shipping charge goes back with the goods by the
// policy's own rule: the whole order goes back, and the customer is not at fault.
func (b *Rulebook) outboundByRule(c *Case, shares []Share) bool {
	if c.Facts.Order == nil || b.refundRule(c).OutboundFreight != OutboundMerchant || b.outboundPayer(c, shares) == FreightCustomer {
		return false
	}
	book := newLedger(c, nil)
	for _, line := range c.Facts.Order.Lines {
		gone := book.claimed[line.LineID] + book.others[line.LineID].Units
		if line.GiftWith == "" && gone < line.Quantity {
			return false
		}
	}
	return true
}
