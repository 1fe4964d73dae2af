package dispute

import "fmt"

// priceNew gives a remedy that is no refund its amount: a compensation has the one that
// it names, else the one that the policy's section compensation works out; a coupon the one
// that it names; a gift its value in the policy's list; an apology none. Worked is what was
// worked out for the remedies before it.
func (b *Rulebook) priceNew(c *Case, r Remedy, worked int64, pointer string) (Remedy, *Error) {
	known := r.Breakdown
	r.Breakdown, r.Credits, r.Lines = nil, nil, nil
	switch r.Type {
	case RemedyApology:
		if r.Amount != nil {
			return r, Invalid("an apology has no amount", Field{Pointer: pointer + "/amount", Detail: "must be left out"})
		}
	case RemedyGift:
		return b.priceGift(c, r, pointer)
	case RemedyCoupon:
		return r, b.checkCoupon(r, pointer)
	default:
		if r.Amount != nil {
			r.Breakdown = known // the rules' own, of an earlier ruling
			return r, nil
		}
		part := b.deliveryPart(c, worked)
		if part == nil {
			return r, Invalid("a compensation needs an amount: the policy works none out for this case",
				Field{Pointer: pointer + "/amount", Detail: "missing"})
		}
		r.Amount, r.Breakdown = &Money{Amount: part.Amount, Currency: c.Currency}, []AmountPart{*part}
	}
	return r, nil
}

// priceGift takes the value of a gift from the policy's list. Only what stands there is
// given.
func (b *Rulebook) priceGift(c *Case, r Remedy, pointer string) (Remedy, *Error) {
	if r.Gift == "" {
		return r, Invalid("a gift needs its SKU", Field{Pointer: pointer + "/gift", Detail: "missing"})
	}
	gift := b.policy.gift(r.Gift)
	if gift == nil {
		return r, Invalid(fmt.Sprintf("policy %s knows no gift %s", b.Version(), r.Gift),
			Field{Pointer: pointer + "/gift", Detail: "not in the policy's list"})
	}
	value := Money{Amount: gift.Value, Currency: b.policy.Currency}
	if r.Amount != nil && *r.Amount != value || c.Currency != b.policy.Currency {
		return r, Invalid(fmt.Sprintf("the gift counts for %s", value), Field{Pointer: pointer + "/amount", Detail: "must be left out"})
	}
	r.Amount = &value
	return r, nil
}

func (b *Rulebook) checkCoupon(r Remedy, pointer string) *Error {
	switch rule := b.policy.Credits; {
	case rule == nil:
		return Invalid(fmt.Sprintf("policy %s gives no coupons", b.Version()), Field{Pointer: pointer + "/type", Detail: "no section credits"})
	case r.Amount.Amount > rule.CouponMost:
		return Invalid(fmt.Sprintf("a coupon is for at most %s", Money{Amount: rule.CouponMost, Currency: b.policy.Currency}),
			Field{Pointer: pointer + "/amount", Detail: "above the policy's coupon_most"})
	}
	return nil
}

// creditLimit has coupons and gifts approved above the limit of their own, over the
// whole case. No rule gives them without a person.
func (b *Rulebook) creditLimit(c *Case, a Actor, out *Authority) {
	asked, given := int64(0), int64(0)
	for _, r := range out.Remedies {
		if r.Type.form().Credited() && r.Amount != nil {
			asked += r.Amount.Amount
		}
	}
	if asked == 0 || out.Refused != nil || b.policy.Credits == nil {
		return
	}
	for i := range c.Legs {
		if l := &c.Legs[i]; l.NewMoney() && l.Money.Form.Credited() && (l.moving() || l.State == MoneyRequired) {
			given += l.Money.Amount.Amount
		}
	}
	switch above := given+asked > b.policy.Credits.Approval; {
	case a.Role == RoleSystem:
		out.Refused = Errorf(CodeLimitExceeded, "coupons and gifts are given by a person")
	case above && a.Role == RoleAgent:
		out.NeedsApproval = true
	}
}
