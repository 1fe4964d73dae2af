package dispute

import "regexp"

// maxGifts bounds the list of gifts.
const maxGifts = 50

var giftSKU = regexp.MustCompile(`^[\x21-\x7e]{1,100}$`)

// credits checks what may be given in coupons and gifts.
func (c policyCheck) credits() {
	rule := c.policy.Credits
	if rule == nil {
		return
	}
	if rule.CouponMost < 0 {
		c.problem("$.credits.coupon_most", "expected an amount in minor units, 0 or more")
	}
	if rule.Approval < 0 || !c.has("$.credits.approval") {
		c.problem("$.credits.approval", "expected what coupons and gifts of a case may come to without an approval, in minor units, 0 or more")
	}
	if len(rule.Gifts) > maxGifts {
		c.problem("$.credits.gifts", "expected at most %d gifts, found %d", maxGifts, len(rule.Gifts))
	}
	seen := map[string]bool{}
	for i, gift := range rule.Gifts {
		path := element("$.credits.gifts", i)
		if !giftSKU.MatchString(gift.SKU) {
			c.problem(path+".sku", "expected the SKU of a gift, found %s", shortened(gift.SKU))
		}
		if seen[gift.SKU] {
			c.problem(path+".sku", "%s stands twice", shortened(gift.SKU))
		}
		seen[gift.SKU] = true
		if gift.Value <= 0 {
			c.problem(path+".value", "expected what the gift counts for, in minor units, more than 0")
		}
	}
	if rule.Basis == "" {
		c.problem("$.credits.basis", "expected the law or rule that the limits come from, or `ours`")
	}
}

// delivery checks what is given for deliveries that went wrong.
func (c policyCheck) compensation() {
	rule := c.policy.Compensation
	if rule == nil {
		return
	}
	if rule.Most <= 0 {
		c.problem("$.compensation.most", "expected the most that one order is given for its delivery, in minor units, more than 0")
	}
	days := 0
	for i, step := range rule.Late {
		path := element("$.compensation.late", i)
		if step.Days <= days || step.Days > 365 {
			c.problem(path+".days", "expected a number of days, more than %d and at most 365, found %d", days, step.Days)
		}
		days = max(days, step.Days)
		c.compensationAmount(path, step)
	}
	for _, part := range []struct {
		path   string
		amount *CompensationAmount
	}{{"$.compensation.lost", rule.Lost}, {"$.compensation.damaged", rule.Damaged}} {
		if part.amount == nil {
			continue
		}
		if c.has(part.path + ".days") {
			c.problem(part.path+".days", "expected no days: only a late delivery has them")
		}
		c.compensationAmount(part.path, *part.amount)
	}
}

func (c policyCheck) compensationAmount(path string, a CompensationAmount) {
	switch {
	case c.has(path+".percent") == c.has(path+".amount"):
		c.problem(path, "expected either `percent` or `amount`")
	case c.has(path+".percent") && (a.Percent < 1 || a.Percent > 100):
		c.problem(path+".percent", "expected a part of what was paid, 1 to 100, found %d", a.Percent)
	case c.has(path+".amount") && a.Amount <= 0:
		c.problem(path+".amount", "expected an amount in minor units, more than 0")
	}
	if a.Basis == "" {
		c.problem(path+".basis", "expected the law or rule that the amount comes from, or `ours`")
	}
}
