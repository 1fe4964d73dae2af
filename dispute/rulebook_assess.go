package dispute

import (
	"slices"
	"sort"
	"time"
)

// The codes that send a case to a person.
const (
	CodeOrderNotAnswered    = "order_not_answered"
	CodeDeliveryDateUnknown = "delivery_date_unknown"
	CodeRiskFlagged         = "risk_flagged"
	CodeChargeback          = "chargeback_open"
	CodeAboveAutomatic      = "above_automatic_limit"
	CodeCannotPrice         = "cannot_price"
	CodeCarrierSays         = "carrier_says_" // followed by the status, e.g. carrier_says_delivered
	CodeDispatchComplete    = "dispatch_says_packed"
	CodeOtherRemedy         = "other_remedy_requested"
	CodePersonByRule        = "person_by_rule"
	CodeInspectionDiffers   = "inspection_differs"
)

// Assess rules on the facts: who is liable, what speaks against deciding without
// a person, and how the case goes on.
func (b *Rulebook) Assess(c *Case, _ time.Time) Assessment {
	reason := b.reason(c.Reason)
	out := Assessment{Route: RoutePerson, Liability: b.liability(c), Risk: b.risk(c), Rule: b.rule("route", string(c.Reason))}
	if out.Explanation = b.obstacle(c, out.Risk, out.Rule); out.Explanation != nil {
		return out
	}
	switch reason.Route {
	case ApproachRight:
		return b.byRule(c, out, RouteDecide, RemedyReturnRefund)
	case ApproachOffer:
		return b.byRule(c, out, RouteOffer, RemedyReturnRefund)
	case ApproachTrace:
		if !caseFacts["carrier_lost"](c) {
			return out.person(CodeCarrierSays+c.parcelSays(), nil)
		}
		return b.byRule(c, out, RouteDecide, RemedyRefund)
	case ApproachDispatch:
		if !packedShort(c) {
			return out.person(CodeDispatchComplete, nil)
		}
		return b.byRule(c, out, RouteOffer, RemedyRefund)
	}
	return out.person(CodePersonByRule, nil)
}

// person routes to an agent with the reason why.
func (a Assessment) person(code string, detail map[string]string) Assessment {
	a.Route, a.Remedies = RoutePerson, nil
	a.Explanation = &Explanation{Code: code, Rule: a.Rule, Detail: detail}
	return a
}

// obstacle finds what keeps a rule from deciding, nil if nothing does. A window
// that proves over only after admission, by the carrier's date, is for a person.
func (b *Rulebook) obstacle(c *Case, risk Risk, rule string) *Explanation {
	window, open := b.window(c)
	switch {
	case c.Facts.Order == nil:
		return &Explanation{Code: CodeOrderNotAnswered, Rule: rule}
	case c.Facts.Payment != nil && c.Facts.Payment.ChargebackOpen:
		return &Explanation{Code: CodeChargeback, Rule: rule}
	case len(risk.Flags) > 0:
		return &Explanation{Code: CodeRiskFlagged, Rule: rule, Detail: map[string]string{"flag": risk.Flags[0]}}
	case !open:
		return window
	case b.reason(c.Reason).Window != nil && window == nil:
		return &Explanation{Code: CodeDeliveryDateUnknown, Rule: rule}
	}
	return nil
}

// byRule grants the remedy, and the freight where it was asked for and the
// customer is not at fault, when the kind allows it and the amount is inside the
// automatic limit.
func (b *Rulebook) byRule(c *Case, out Assessment, route string, remedy RemedyType) Assessment {
	offers := b.policy.Kinds[c.Kind].Offer
	if !slices.Contains(offers, remedy) {
		return out.person(CodePersonByRule, map[string]string{"kind": string(c.Kind)})
	}
	if len(c.RequestedRemedy) > 0 && !slices.Contains(c.RequestedRemedy, remedy) {
		return out.person(CodeOtherRemedy, map[string]string{"requested": string(c.RequestedRemedy[0])})
	}
	grant := []Remedy{{Type: remedy}}
	freight := slices.Contains(c.RequestedRemedy, RemedyFreightRefund) && slices.Contains(offers, RemedyFreightRefund)
	if freight && c.Facts.Order.ShippingPaid > 0 && b.freightPayer(c, out.Liability) == FreightMerchant {
		grant = append(grant, Remedy{Type: RemedyFreightRefund})
	}
	granted := b.Authorize(c, System, grant)
	switch {
	case granted.Refused != nil && granted.Refused.Code == CodeLimitExceeded:
		return out.person(CodeAboveAutomatic, map[string]string{"total": granted.Total.String(),
			"limit": Money{b.policy.Limits.Automatic, b.policy.Currency}.String()})
	case granted.Refused != nil:
		return out.person(CodeCannotPrice, map[string]string{"code": string(granted.Refused.Code)})
	}
	out.Route, out.Remedies = route, granted.Remedies
	return out
}

// parcelSays is the carrier's word on the outbound parcel, for a code.
func (c *Case) parcelSays() string {
	if c.Facts.Trace == nil || c.Facts.Trace.Status == "" {
		return string(ParcelUnknown)
	}
	return string(c.Facts.Trace.Status)
}

// liability applies the first rule of the reason whose fact holds.
func (b *Rulebook) liability(c *Case) []Share {
	for _, rule := range b.reason(c.Reason).Liability {
		if rule.When != "" && !caseFacts[rule.When](c) {
			continue
		}
		id := b.rule("liability", string(c.Reason))
		if rule.When != "" {
			id += "/" + rule.When
		}
		return rule.list(id, c.evidenceIDs())
	}
	return nil
}

// list writes the shares, the largest first.
func (r LiabilityRule) list(rule string, evidence []string) []Share {
	shares := make([]Share, 0, len(r.Shares))
	for party, percent := range r.Shares {
		shares = append(shares, Share{Party: party, Percent: percent, Rule: rule, Evidence: evidence})
	}
	sort.Slice(shares, func(i, j int) bool {
		if shares[i].Percent != shares[j].Percent {
			return shares[i].Percent > shares[j].Percent
		}
		return shares[i].Party < shares[j].Party
	})
	return shares
}

// shareEvidence bounds the evidence ids in a share, which travels in payloads.
const shareEvidence = 3

// evidenceIDs are the first pieces of evidence of the case.
func (c *Case) evidenceIDs() []string {
	ids := make([]string, 0, shareEvidence)
	for _, e := range c.Evidence {
		if len(ids) < shareEvidence {
			ids = append(ids, e.ID)
		}
	}
	if len(ids) == 0 {
		return nil
	}
	return ids
}

// risk adds up the flags that the customer's history raises.
func (b *Rulebook) risk(c *Case) Risk {
	var risk Risk
	if c.Facts.History == nil {
		return risk
	}
	for _, rule := range b.policy.Risk {
		if riskFacts[rule.Fact](c.Facts.History) >= rule.AtLeast {
			risk.Flags = append(risk.Flags, rule.Flag)
			risk.Score = min(100, risk.Score+rule.Score)
		}
	}
	return risk
}

// freightPayer is who pays for sending goods back: by the party with the largest
// share of fault, else by the reason.
func (b *Rulebook) freightPayer(c *Case, shares []Share) FreightPayer {
	var largest Share
	for _, s := range shares {
		if s.Percent > largest.Percent {
			largest = s
		}
	}
	if payer, ok := b.policy.Freight[largest.Party]; ok {
		return payer
	}
	if payer := b.reason(c.Reason).FreightPayer; payer != "" {
		return payer
	}
	return FreightMerchant
}
