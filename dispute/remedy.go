package dispute

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
}

// Line is a number of units of one order line. The shipping charge of an order
// is the line with id ShippingLine and quantity 1.
type Line struct {
	LineID   string `json:"line_id"`
	Quantity int    `json:"quantity"`
}

// ShippingLine is the line id of an order's shipping charge.
const ShippingLine = "shipping"

// Supported says whether this release carries the remedy out.
func (t RemedyType) Supported() bool {
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
	return t.Supported()
}

// MovesGoods says whether the remedy needs the goods back.
func (t RemedyType) MovesGoods() bool {
	return t == RemedyReturnRefund || t == RemedyExchange || t == RemedyRepair
}
