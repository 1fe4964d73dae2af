package dispute

import (
	"fmt"
	"slices"
)

// ReductionKind is what lowered the price of an order.
type ReductionKind string

// The kinds of reductions. What was paid with a coupon or with points was not
// captured: it is never refunded as money, and stands in a remedy's credits.
const (
	ReductionDiscount ReductionKind = "discount"
	ReductionCoupon   ReductionKind = "coupon"
	ReductionPoints   ReductionKind = "points"
)

// MaxReductions is how many reductions an order may name.
const MaxReductions = 100

// OrderReduction is a reduction of the order that is not assigned to one line.
type OrderReduction struct {
	Kind   ReductionKind `json:"kind"`
	Amount int64         `json:"amount"`           // what it took off, minor units
	Points int64         `json:"points,omitempty"` // how many points that were
	Code   string        `json:"code,omitempty"`   // which coupon, which programme
	Lines  []string      `json:"lines,omitempty"`  // ids of the lines that it is for; empty: all
	// ShopBears says at whose cost it was. Refunds are the same either way; who
	// settles with the platform or the maker of the coupon wants to know.
	ShopBears bool `json:"shop_bears,omitempty"`
}

// OrderBundle is the price of lines that were sold together, minor units.
type OrderBundle struct {
	BundleID string `json:"bundle_id"`
	Price    int64  `json:"price"`
}

// FreeShipping says that shipping cost nothing because the goods reached a
// threshold, and what it would have cost, in minor units.
type FreeShipping struct {
	Threshold int64 `json:"threshold"`
	Charge    int64 `json:"charge"`
}

// Credit is what was paid with a coupon or with points: its value in minor units,
// and how many points. It is no money.
type Credit struct {
	Kind   ReductionKind `json:"kind"` // coupon or points
	Code   string        `json:"code,omitempty"`
	Amount int64         `json:"amount"`
	Points int64         `json:"points,omitempty"`
}

// PriceOrder works out what the order system left to be worked out. Where it says
// what was paid for each line, that is final. Else each line's price is its list
// price less its own discount, or its part of its bundle's price by list price; the
// order's reductions are taken off one after the other, each in proportion to what
// is left of its lines, by largest remainder; what is left is what was paid, and it
// must come to what was captured. Lines get the credits that fall on them.
//
// It fails with CodeInvalid and a field on amounts that are negative, overflow, take
// off more than there is, or do not come to what was captured, and on names of lines
// and bundles that are not in the order.
func PriceOrder(o OrderFacts, paidGiven bool) (OrderFacts, error) {
	p := &orderPrice{order: o, derive: !paidGiven}
	p.order.Lines = slices.Clone(o.Lines)
	for i := range p.order.Lines {
		p.order.Lines[i].Credits = nil
	}
	for _, step := range []func() *Error{p.check, p.start, p.reduce, p.finish} {
		if err := step(); err != nil {
			return OrderFacts{}, err
		}
	}
	return p.order, nil
}

// orderPrice is an order while it is being priced.
type orderPrice struct {
	order  OrderFacts
	derive bool
	prices []int64 // of each line, before the order's reductions that are still to come
}

func wrongOrder(pointer, format string, args ...any) *Error {
	detail := fmt.Sprintf(format, args...)
	return Invalid("the order does not add up: "+detail, Field{Pointer: pointer, Detail: detail})
}

// check looks at every number and name by itself.
func (p *orderPrice) check() *Error {
	o := &p.order
	ids := map[string]bool{}
	for _, line := range o.Lines {
		ids[line.LineID] = true
	}
	for i, line := range o.Lines {
		at := fmt.Sprintf("/lines/%d", i)
		switch {
		case line.ListPrice < 0 || line.Discount < 0 || line.Tax < 0 || line.Paid < 0:
			return wrongOrder(at, "an amount is negative")
		case line.GiftWith != "" && (line.GiftWith == line.LineID || !ids[line.GiftWith]):
			return wrongOrder(at+"/gift_with", "not another line of the order")
		}
	}
	for i, bundle := range o.Bundles {
		member := func(l OrderLine) bool { return l.Bundle == bundle.BundleID }
		twice := func(other OrderBundle) bool { return other.BundleID == bundle.BundleID }
		if bundle.Price < 0 || bundle.BundleID == "" || !slices.ContainsFunc(o.Lines, member) || slices.ContainsFunc(o.Bundles[:i], twice) {
			return wrongOrder(fmt.Sprintf("/bundles/%d", i), "negative, twice, or of no line")
		}
	}
	if len(o.Reductions) > MaxReductions {
		return wrongOrder("/reductions", "more than %d", MaxReductions)
	}
	for i, r := range o.Reductions {
		at := fmt.Sprintf("/reductions/%d", i)
		seen := map[string]bool{}
		switch {
		case r.Kind != ReductionDiscount && r.Kind != ReductionCoupon && r.Kind != ReductionPoints:
			return wrongOrder(at+"/kind", "not discount, coupon or points")
		case r.Amount < 0 || r.Points < 0:
			return wrongOrder(at, "an amount is negative")
		}
		for _, id := range r.Lines {
			if !ids[id] || seen[id] {
				return wrongOrder(at+"/lines", "line %q is not in the order, or stands twice", id)
			}
			seen[id] = true
		}
	}
	if f := o.FreeShipping; f != nil && (f.Threshold < 0 || f.Charge < 0) {
		return wrongOrder("/free_shipping", "an amount is negative")
	}
	if o.ShippingTax < 0 || o.ShippingTax > o.ShippingPaid {
		return wrongOrder("/shipping_tax", "negative, or more than was paid for shipping")
	}
	return nil
}

// start sets each line's price before the reductions of the order. Where what was
// paid is given, these prices serve only to divide credits.
func (p *orderPrice) start() *Error {
	p.prices = make([]int64, len(p.order.Lines))
	for i, line := range p.order.Lines {
		switch price := line.ListPrice - line.Discount; {
		case !p.derive && line.ListPrice == 0:
			p.prices[i] = line.Paid
		case price < 0:
			return wrongOrder(fmt.Sprintf("/lines/%d/discount", i), "more than the list price")
		default:
			p.prices[i] = price
		}
	}
	for i, bundle := range p.order.Bundles {
		if !p.derive {
			break
		}
		var members []int
		var list []int64
		for j, line := range p.order.Lines {
			if line.Bundle == bundle.BundleID {
				members, list = append(members, j), append(list, line.ListPrice)
			}
		}
		parts, err := Apportion(bundle.Price, list)
		if err != nil {
			return wrongOrder(fmt.Sprintf("/bundles/%d", i), "the list prices overflow")
		}
		for k, j := range members {
			if p.prices[j] = parts[k] - p.order.Lines[j].Discount; p.prices[j] < 0 {
				return wrongOrder(fmt.Sprintf("/lines/%d/discount", j), "more than the line's part of its bundle")
			}
		}
	}
	if _, err := sumOf(p.prices); err != nil {
		return wrongOrder("/lines", "the prices overflow")
	}
	return nil
}

// reduce takes the order's reductions off, one after the other.
func (p *orderPrice) reduce() *Error {
	for i, r := range p.order.Reductions {
		if !p.derive && r.Kind == ReductionDiscount {
			continue // it is in what was paid already
		}
		var concerned []int
		var prices []int64
		for j, line := range p.order.Lines {
			if len(r.Lines) == 0 || slices.Contains(r.Lines, line.LineID) {
				concerned, prices = append(concerned, j), append(prices, p.prices[j])
			}
		}
		total, err := sumOf(prices)
		if err != nil || (p.derive && r.Amount > total) {
			return wrongOrder(fmt.Sprintf("/reductions/%d/amount", i), "more than its lines cost")
		}
		parts, err := Apportion(r.Amount, prices)
		if err != nil {
			return wrongOrder(fmt.Sprintf("/reductions/%d/amount", i), "cannot be divided over its lines")
		}
		points, err := Apportion(r.Points, parts)
		if err != nil {
			return wrongOrder(fmt.Sprintf("/reductions/%d/points", i), "cannot be divided over its lines")
		}
		for k, j := range concerned {
			line := &p.order.Lines[j]
			if p.derive {
				p.prices[j] -= parts[k]
			}
			if r.Kind != ReductionDiscount && (parts[k] > 0 || points[k] > 0) {
				line.Credits = append(line.Credits, Credit{Kind: r.Kind, Code: r.Code, Amount: parts[k], Points: points[k]})
			}
		}
	}
	return nil
}

// finish sets what was paid, and holds it against what was captured.
func (p *orderPrice) finish() *Error {
	o := &p.order
	all := []int64{o.ShippingPaid}
	for i := range o.Lines {
		line := &o.Lines[i]
		if p.derive {
			line.Paid = p.prices[i]
		}
		if line.Tax > line.Paid {
			return wrongOrder(fmt.Sprintf("/lines/%d/tax", i), "more than was paid")
		}
		all = append(all, line.Paid, line.credit())
	}
	if _, err := sumOf(all); err != nil {
		return wrongOrder("/lines", "the amounts overflow")
	}
	if !p.derive || len(o.Payments) == 0 {
		return nil
	}
	due, captured := o.ShippingPaid, int64(0)
	for _, line := range o.Lines {
		due += line.Paid
	}
	for _, payment := range o.Payments {
		if captured > due { // or it might overflow
			break
		}
		captured += payment.Captured
	}
	if captured != due {
		return wrongOrder("/payments", "the lines and the shipping come to %d, not to what was captured", due)
	}
	return nil
}

// credit is what of the line's price was paid with coupons and points.
func (l OrderLine) credit() int64 {
	sum := int64(0)
	for _, c := range l.Credits {
		sum += c.Amount
	}
	return sum
}
