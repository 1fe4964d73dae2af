package dispute

// CreditRule bounds coupons and gifts (format 3). Without it a policy gives none. Their
// value is new money besides: the limits of compensation count it.
type CreditRule struct {
	CouponMost int64 `yaml:"coupon_most"` // the value of one coupon, in minor units
	// Approval is what coupons and gifts of one case may come to together, in minor
	// units, before an agent needs an approval.
	Approval int64      `yaml:"approval"`
	Gifts    []GiftRule `yaml:"gifts"` // what may be given, and what each counts for
	Basis    string     `yaml:"basis"`
}

// GiftRule is one gift that the shop gives.
type GiftRule struct {
	SKU   string `yaml:"sku"`
	Value int64  `yaml:"value"` // minor units
}

// CompensationRule says what is given for a delivery that went wrong, besides the goods or
// their price (format 3): a compensation of such a case that names no amount is worked
// out by it.
type CompensationRule struct {
	Late    []CompensationAmount `yaml:"late"`    // by how many days late, rising; the last that is reached counts
	Lost    *CompensationAmount  `yaml:"lost"`    // the carrier lost it
	Damaged *CompensationAmount  `yaml:"damaged"` // the claim is damage in transit
	Most    int64                `yaml:"most"`    // of one order over all of its cases, in minor units
}

// CompensationAmount is a fixed amount, or a part of what was paid for the claimed units.
type CompensationAmount struct {
	Days    int    `yaml:"days"`    // late only: from how many days after the promised one
	Percent int    `yaml:"percent"` // 1 to 100, rounded down
	Amount  int64  `yaml:"amount"`  // minor units, instead of Percent
	Basis   string `yaml:"basis"`
}

// gift is the list's entry for a SKU, nil where it has none.
func (p *Policy) gift(sku string) *GiftRule {
	if p.Credits == nil {
		return nil
	}
	for i := range p.Credits.Gifts {
		if p.Credits.Gifts[i].SKU == sku {
			return &p.Credits.Gifts[i]
		}
	}
	return nil
}
