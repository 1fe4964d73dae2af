package dispute

import (
	"math/big"
	"slices"
	"time"
)

// packedShort says whether the outbound record itself shows fewer units of a
// claimed line than were ordered, by at least the units claimed.
func packedShort(c *Case) bool {
	d, o := c.Facts.Dispatch, c.Facts.Order
	if d == nil || o == nil || len(d.Lines) == 0 || len(c.Lines) == 0 {
		return false
	}
	packed := map[string]int{}
	for _, line := range d.Lines {
		packed[line.LineID] += line.Quantity
	}
	for _, line := range c.Lines {
		if o.quantity(line.LineID)-packed[line.LineID] < line.Quantity {
			return false
		}
	}
	return true
}

func dispatchedLate(c *Case) bool {
	d, o := c.Facts.Dispatch, c.Facts.Order
	return d != nil && o != nil && d.DispatchedAt != nil && o.PromisedBy != nil && d.DispatchedAt.After(*o.PromisedBy)
}

func deliveredLate(c *Case) bool {
	o, signed := c.Facts.Order, c.signedAt()
	return o != nil && o.PromisedBy != nil && signed != nil && signed.After(*o.PromisedBy)
}

// promisedBy is by when delivery was promised, nil where nobody knows.
func (c *Case) promisedBy() *time.Time {
	if c.Facts.Order == nil {
		return nil
	}
	return c.Facts.Order.PromisedBy
}

// dispatchedAt is when the order left the warehouse, nil where nobody knows.
func (c *Case) dispatchedAt() *time.Time {
	if c.Facts.Dispatch == nil {
		return nil
	}
	return c.Facts.Dispatch.DispatchedAt
}

// claimedUnits counts the units claimed, the shipping charge aside.
func claimedUnits(c *Case) int64 {
	var units int64
	for _, line := range c.Lines {
		if line.LineID != ShippingLine {
			units += int64(line.Quantity)
		}
	}
	return units
}

// claimedPaid is what was paid for the claimed units: of a line claimed in part
// its share by units, rounded down. Refunds have their own arithmetic to the cent.
func claimedPaid(c *Case) int64 {
	o := c.Facts.Order
	if o == nil {
		return 0
	}
	sum := new(big.Int)
	for _, line := range c.Lines {
		if line.LineID == ShippingLine {
			sum.Add(sum, big.NewInt(o.ShippingPaid))
			continue
		}
		for _, ordered := range o.Lines {
			if ordered.LineID == line.LineID && ordered.Quantity > 0 {
				part := new(big.Int).Mul(big.NewInt(ordered.Paid), big.NewInt(int64(min(line.Quantity, ordered.Quantity))))
				sum.Add(sum, part.Quo(part, big.NewInt(int64(ordered.Quantity))))
			}
		}
	}
	return orZero(sum)
}

// orderTotal is what was captured for the order.
func orderTotal(c *Case) int64 {
	o := c.Facts.Order
	if o == nil {
		return 0
	}
	sum := new(big.Int)
	for _, p := range o.Payments {
		sum.Add(sum, big.NewInt(p.Captured))
	}
	return orZero(sum)
}

// orZero is a sum, 0 where it is out of bounds.
func orZero(sum *big.Int) int64 {
	if !sum.IsInt64() {
		return 0
	}
	return sum.Int64()
}

// claimedCodes gathers codes of the claimed lines, each once, in order.
func (c *Case) claimedCodes(of func(OrderLine) []string) []string {
	codes := []string{}
	if c.Facts.Order == nil {
		return codes
	}
	for _, ordered := range c.Facts.Order.Lines {
		if slices.ContainsFunc(c.Lines, func(l Line) bool { return l.LineID == ordered.LineID }) {
			codes = append(codes, of(ordered)...)
		}
	}
	slices.Sort(codes)
	return slices.Compact(codes)
}

// evidenceTypes are the types of evidence that came, each once, in order.
func evidenceTypes(c *Case) []string {
	types := make([]string, 0, len(c.Evidence))
	for _, e := range c.Evidence {
		types = append(types, string(e.Type))
	}
	slices.Sort(types)
	return slices.Compact(types)
}

// proofOf is where the last burden of proof stands that the policy put on a party,
// "none" without one. What a person asks for moves no burden.
func (c *Case) proofOf(party Party) string {
	for i := len(c.Proof) - 1; i >= 0; i-- {
		if c.Proof[i].Party == party && c.Proof[i].Rule != "" {
			return string(c.Proof[i].State)
		}
	}
	return "none"
}
