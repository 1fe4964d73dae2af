package dispute

import "slices"

// RemedyType is a way to put things right.
type RemedyType string

// The remedies (design: The case).
const (
	RemedyRefund         RemedyType = "refund"        // money back, the customer keeps the goods
	RemedyReturnRefund   RemedyType = "return_refund" // money back once the goods are inspected
	RemedyPartialRefund  RemedyType = "partial_refund"
	RemedyExchange       RemedyType = "exchange"
	RemedyReship         RemedyType = "reship"
	RemedyRepair         RemedyType = "repair"
	RemedyCompensation   RemedyType = "compensation"   // a payout: new money
	RemedyFreightRefund  RemedyType = "freight_refund" // the shipping charge back
	RemedyCoupon         RemedyType = "coupon"
	RemedyGift           RemedyType = "gift"
	RemedyOrderAmendment RemedyType = "order_amendment"
	RemedyApology        RemedyType = "apology"
)

// Remedy is one remedy with what it concerns. Amount is set where the type has
// one; a refund or return_refund without an amount means all that was paid for
// its lines.
type Remedy struct {
	Type   RemedyType `json:"type"`
	Lines  []Line     `json:"lines,omitempty"`
	Amount *Money     `json:"amount,omitempty"`
	// Items is what the customer gets in place of the lines, by exchange or by a change of
	// the order; left out, the same goods again.
	Items []ReplacementItem `json:"items,omitempty"`
	// Breakdown says what the amount is made of, where that is more than the price of
	// the goods; the rules set it.
	Breakdown []AmountPart `json:"breakdown,omitempty"`
	// Credits is what goes back in coupons and points; it is no money. The rules set it.
	Credits []Credit `json:"credits,omitempty"`
	// Gift is the SKU of a gift from the policy's list; its value there is the amount.
	Gift string `json:"gift,omitempty"`
}

// PartKind is what a part of an amount stands for.
type PartKind string

// The parts of an amount. Goods, shipping, gift value and clawback sum to the
// amount, the last two being negative; the others only say something about it.
const (
	PartGoods            PartKind = "goods"
	PartShipping         PartKind = "shipping"
	PartGiftValue        PartKind = "gift_value"        // a gift that does not come back
	PartShippingClawback PartKind = "shipping_clawback" // shipping that was waived and is earned no more
	PartTaxIncluded      PartKind = "tax_included"
	PartOtherCases       PartKind = "other_cases" // what other cases gave back of these lines before
)

// AmountPart is one part of a remedy's amount, in minor units of the case's currency.
type AmountPart struct {
	Kind   PartKind `json:"kind"`
	LineID string   `json:"line_id,omitempty"` // of a gift
	Amount int64    `json:"amount"`
	Days   int      `json:"days,omitempty"` // by how many the delivery was late
	Rule   string   `json:"rule,omitempty"`
	Basis  string   `json:"basis,omitempty"` // law article or platform rule that the policy cites
}

// Line is a number of units of one order line. The shipping charge of an order
// is the line with id ShippingLine and quantity 1.
type Line struct {
	LineID   string `json:"line_id"`
	Quantity int    `json:"quantity"`
}

// ShippingLine is the line id of an order's shipping charge.
const ShippingLine = "shipping"

// Money says whether the remedy is a refund or a payout.
func (t RemedyType) Money() bool {
	switch t {
	case RemedyRefund, RemedyReturnRefund, RemedyPartialRefund, RemedyCompensation, RemedyFreightRefund:
		return true
	}
	return false
}

// Known says whether the type is one of the design's remedies.
func (t RemedyType) Known() bool {
	switch t {
	case RemedyExchange, RemedyReship, RemedyRepair, RemedyCoupon, RemedyGift, RemedyOrderAmendment, RemedyApology:
		return true
	}
	return t.Money()
}

// MovesGoods says whether the remedy needs the goods back.
func (t RemedyType) MovesGoods() bool {
	return t == RemedyReturnRefund || t == RemedyExchange || t == RemedyRepair
}

// SendsGoods says whether the remedy sends goods to the customer in place of units.
func (t RemedyType) SendsGoods() bool { return t == RemedyExchange || t == RemedyReship }

// settlesUnits says whether the remedy decides what becomes of units: they are paid back, in
// whole or in part, sent anew, or mended.
func (t RemedyType) settlesUnits() bool {
	return t.SendsGoods() || t.MovesGoods() || t.Money() && t != RemedyCompensation
}

// laterRemedies are those that came with format 3: a policy of an earlier format has
// none of the clocks that bound them.
var laterRemedies = []RemedyType{RemedyCoupon, RemedyGift, RemedyApology,
	RemedyExchange, RemedyReship, RemedyRepair, RemedyOrderAmendment}

// carriesOut says whether the remedy is carried out under this policy.
func (b *Rulebook) carriesOut(t RemedyType) bool {
	return t.Money() || b.policy.Format >= 3 && slices.Contains(laterRemedies, t)
}
