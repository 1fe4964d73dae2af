package dispute

// caseFacts are the named facts that a policy's liability rules may ask about.
// An unknown fact does not hold.
var caseFacts = map[string]func(*Case) bool{
	"damage_reported":   func(c *Case) bool { return c.Facts.Trace != nil && c.Facts.Trace.DamageReported },
	"not_traced":        func(c *Case) bool { return c.Facts.Trace == nil || c.Facts.Trace.Status == ParcelUnknown },
	"carrier_lost":      func(c *Case) bool { return c.Facts.Trace != nil && c.Facts.Trace.Status == ParcelLost },
	"carrier_delivered": func(c *Case) bool { return c.Facts.Trace != nil && c.Facts.Trace.Status == ParcelDelivered },
	"packed_short":      packedShort,
	"dispatched_late":   dispatchedLate,
	"delivered_late":    deliveredLate,
}

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

// riskFacts are the numbers of a customer's history that a policy may flag.
var riskFacts = map[string]func(*HistoryFacts) int{
	"cases":           func(h *HistoryFacts) int { return h.Cases },
	"cases_90_days":   func(h *HistoryFacts) int { return h.Cases90Days },
	"open_cases":      func(h *HistoryFacts) int { return h.OpenCases },
	"refunds_90_days": func(h *HistoryFacts) int { return h.Refunds90Day },
}
