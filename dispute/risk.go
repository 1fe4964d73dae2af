package dispute

import "slices"

// Risk is what speaks against deciding without a person. It never denies by itself.
type Risk struct {
	Score int      `json:"score"` // 0 to 100
	Flags []string `json:"flags,omitempty"`
	// Reasons say why each flag was raised, in the order of the flags. Staff see them only.
	Reasons []RiskReason `json:"reasons,omitempty"`
	// Review is what a person made of the flags, nil while nobody has.
	Review *RiskReview `json:"review,omitempty"`
}

// RiskReason is one flag with the fact that raised it and the rule that says so.
type RiskReason struct {
	Flag    string `json:"flag"`
	Fact    string `json:"fact,omitempty"` // with Value and AtLeast; or When
	Value   int    `json:"value,omitempty"`
	AtLeast int    `json:"at_least,omitempty"`
	When    string `json:"when,omitempty"`
	Score   int    `json:"score"`
	Rule    string `json:"rule"`
	// Cleared is set once a person found nothing wrong: the flag speaks against nothing more.
	Cleared *RiskClearance `json:"cleared,omitempty"`
}

// AddressFacts is what our own record knows of the address that an order went to. The
// order system names it by a key of its own making; the address itself is never here.
type AddressFacts struct {
	Cases90Days       int `json:"cases_90_days"`     // about other orders to the address
	Customers90Days   int `json:"customers_90_days"` // who opened them, this order's customer aside
	NotReceived90Days int `json:"not_received_90_days"`
}

// riskFacts are the numbers of a customer's history that a policy may flag.
var riskFacts = map[string]func(*HistoryFacts) int{
	"cases":                    func(h *HistoryFacts) int { return h.Cases },
	"cases_90_days":            func(h *HistoryFacts) int { return h.Cases90Days },
	"open_cases":               func(h *HistoryFacts) int { return h.OpenCases },
	"refunds_90_days":          func(h *HistoryFacts) int { return h.Refunds90Day },
	"cases_24_hours":           func(h *HistoryFacts) int { return h.Cases24Hours },
	"cases_7_days":             func(h *HistoryFacts) int { return h.Cases7Days },
	"cases_30_days":            func(h *HistoryFacts) int { return h.Cases30Days },
	"not_received_90_days":     func(h *HistoryFacts) int { return h.NotReceived90Days },
	"refunded_percent_90_days": func(h *HistoryFacts) int { return h.RefundedPercent90Days },
	"confirmed_365_days":       func(h *HistoryFacts) int { return h.Confirmed365Days },
}

// releasedRiskFacts are those that policies before format 3 may flag.
var releasedRiskFacts = []string{"cases", "cases_90_days", "open_cases", "refunds_90_days"}

// goodsRiskFacts are numbers of the address, and of the goods that came back.
var goodsRiskFacts = map[string]func(*Case) (n int, known bool){
	"address_cases_90_days":        ofAddress(func(a *AddressFacts) int { return a.Cases90Days }),
	"address_customers_90_days":    ofAddress(func(a *AddressFacts) int { return a.Customers90Days }),
	"address_not_received_90_days": ofAddress(func(a *AddressFacts) int { return a.NotReceived90Days }),
	"weight_short_percent":         weightShort,
	"foreign_serials":              foreignSerials,
}

func ofAddress(of func(*AddressFacts) int) func(*Case) (int, bool) {
	return func(c *Case) (int, bool) {
		if c.Facts.Order == nil || c.Facts.Order.Address == nil || c.ForeignOrder() {
			return 0, false
		}
		return of(c.Facts.Order.Address), true
	}
}

// riskFact is the number that a rule of risk asks for, and whether it is known.
func riskFact(name string, c *Case) (n int, known bool) {
	if of, ok := goodsRiskFacts[name]; ok {
		return of(c)
	}
	of, ok := riskFacts[name]
	if !ok || c.Facts.History == nil {
		return 0, false
	}
	return of(c.Facts.History), true
}

// riskFactNames lists what a policy of a format may flag.
func riskFactNames(format int) []string {
	if format < 3 {
		return releasedRiskFacts
	}
	return append(sortedNames(riskFacts), sortedNames(goodsRiskFacts)...)
}

// weightShort is by how many percent what came back weighs less than what went out. It
// is known only where the whole of the order came back in parcels that were weighed.
func weightShort(c *Case) (percent int, known bool) {
	d := c.Facts.Dispatch
	if d == nil || d.WeightGrams <= 0 {
		return 0, false
	}
	for i := range c.Legs {
		ret := c.Legs[i].Return
		if ret == nil || ret.WeightGrams <= 0 || !sameUnits(d.Lines, ret.Instructions.Items) {
			continue
		}
		percent, known = max(percent, (d.WeightGrams-ret.WeightGrams)*100/d.WeightGrams), true
	}
	return percent, known
}

// sameUnits says whether two lists name the same units.
func sameUnits(a, b []Line) bool {
	units := map[string]int{}
	for _, l := range a {
		units[l.LineID] += l.Quantity
	}
	for _, l := range b {
		units[l.LineID] -= l.Quantity
	}
	for _, n := range units {
		if n != 0 {
			return false
		}
	}
	return len(a) > 0
}

// foreignSerials counts the serial numbers that came back and never went out. It is known
// only for lines whose serial numbers the order system gives.
func foreignSerials(c *Case) (n int, known bool) {
	if c.Facts.Order == nil {
		return 0, false
	}
	sold := map[string][]string{}
	for _, l := range c.Facts.Order.Lines {
		sold[l.LineID] = l.Serials
	}
	for i := range c.Legs {
		ret := c.Legs[i].Return
		if ret == nil {
			continue
		}
		for _, found := range ret.Inspection {
			ours := sold[c.lineOf(found, ret.Instructions.Items)]
			if len(ours) == 0 || len(found.Serials) == 0 {
				continue
			}
			known = true
			for _, serial := range found.Serials {
				if !slices.Contains(ours, serial) {
					n++
				}
			}
		}
	}
	return n, known
}
