package dispute

import (
	"slices"
	"sort"
	"strconv"
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
	CodeTriedBefore         = "tried_before" // goods, or a change of the order, that a rule granted once
)

// Assess rules on the facts: who is liable, what speaks against deciding without
// a person, and how the case goes on. Where the policy moves the burden of proof,
// the route is RouteProve first: a flag decides who rules, not who has to prove.
func (b *Rulebook) Assess(c *Case, _ time.Time) Assessment {
	out := Assessment{Route: RoutePerson, Risk: b.risk(c)}
	ask, c := b.burden(c)
	if ask != nil && b.obstacle(c, Risk{}, "") == nil {
		out.Route, out.Rule, out.Basis, out.Proof = RouteProve, ask.Rule, ask.Basis, ask
		return out
	}
	route := b.route(c)
	out.Liability, out.Rule, out.Basis = b.liability(c), route.id, route.Basis
	if out.Explanation = b.obstacle(c, out.Risk, out.Rule); out.Explanation != nil {
		return out
	}
	switch route.Route {
	case ApproachRight:
		return b.byRule(c, out, RouteDecide, RemedyReturnRefund)
	case ApproachOffer:
		return b.byRule(c, out, RouteOffer, RemedyReturnRefund)
	case ApproachTrace:
		if !parcelIs(ParcelLost)(c) {
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

// routeRule is the approach to a case, with the id of its rule.
type routeRule struct {
	RouteVariant
	id string
}

// route is the approach of the reason, or the first variant of it that holds.
func (b *Rulebook) route(c *Case) routeRule {
	reason, id := b.reason(c.Reason), b.rule("route", string(c.Reason))
	for i, variant := range reason.Routes {
		if b.holds(variant.When, c) {
			return routeRule{variant, id + "/" + strconv.Itoa(i+1)}
		}
	}
	return routeRule{RouteVariant{Route: reason.Route, Basis: reason.Basis}, id}
}

// person routes to an agent with the reason why.
func (a Assessment) person(code string, detail map[string]string) Assessment {
	a.Route, a.Remedies = RoutePerson, nil
	a.Explanation = &Explanation{Code: code, Rule: a.Rule, Basis: a.Basis, Detail: detail}
	return a
}

// obstacle finds what keeps a rule from deciding, nil if nothing does: first of all a
// condition that cannot be worked out, since then the rules say nothing. A window
// or an exclusion that holds only after admission, by what the carrier or a
// warehouse answered, is for a person.
func (b *Rulebook) obstacle(c *Case, risk Risk, rule string) *Explanation {
	window, open := b.window(c)
	excluded, _ := b.excluded(c)
	reason := b.reason(c.Reason)
	unanchored := b.unanchored(c, reason.Window, rule)
	warrantyID := b.rule("warranty", string(c.Reason))
	warranty, warranted := b.warranted(c)
	unworkable, flags := b.unworkable(c), risk.Standing()
	switch {
	case unworkable != nil:
		return unworkable
	case c.Facts.Order == nil:
		return &Explanation{Code: CodeOrderNotAnswered, Rule: rule}
	case c.Facts.Payment != nil && c.Facts.Payment.ChargebackOpen:
		return &Explanation{Code: CodeChargeback, Rule: rule}
	case len(flags) > 0:
		return &Explanation{Code: CodeRiskFlagged, Rule: rule, Detail: map[string]string{"flag": flags[0]}}
	case !open:
		return window
	case unanchored != nil:
		return unanchored
	case excluded != nil:
		return excluded
	case !warranted && warranty != nil:
		return warranty
	}
	return b.unanchored(c, reason.Warranty, warrantyID)
}

// byRule grants the remedy, and the shipping charge where it goes back, when the
// kind allows it and the amount is inside the automatic limit. From format 2 on the
// remedy is the first in the policy's own order that the kind offers and that was
// asked for.
func (b *Rulebook) byRule(c *Case, out Assessment, route string, remedy RemedyType) Assessment {
	offers := b.policy.Kinds[c.Kind].Offer
	if b.policy.Format >= 2 {
		remedy = b.firstRemedy(c, offers, remedy)
	}
	if !slices.Contains(offers, remedy) {
		return out.person(CodePersonByRule, map[string]string{"kind": string(c.Kind)})
	}
	if why, owed := b.exchangeInstead(c); owed && remedy == RemedyRepair {
		out.Rule, out.Basis = why.Rule, why.Basis
		if !slices.Contains(offers, RemedyExchange) {
			return out.person(CodeRepairedBefore, why.Detail)
		}
		remedy = RemedyExchange
	} else if len(c.RequestedRemedy) > 0 && !slices.Contains(c.RequestedRemedy, remedy) {
		return out.person(CodeOtherRemedy, map[string]string{"requested": string(c.RequestedRemedy[0])})
	}
	grant := []Remedy{{Type: remedy}}
	if remedy.Money() && slices.Contains(offers, RemedyFreightRefund) && c.Facts.Order.ShippingPaid > 0 && b.shippingBack(c, out.Liability) {
		grant = append(grant, Remedy{Type: RemedyFreightRefund})
	}
	judged := *c
	judged.Liability = out.Liability // what is taken off a refund depends on whose fault it is
	granted := b.Authorize(&judged, System, grant)
	switch {
	case granted.Refused != nil && granted.Refused.Code == CodeLimitExceeded:
		return out.person(CodeAboveAutomatic, map[string]string{"total": granted.Total.String(),
			"limit": Money{b.limits(c).Automatic, b.policy.Currency}.String()})
	case granted.Refused != nil:
		return out.person(CodeCannotPrice, granted.Refused.why())
	}
	out.Route, out.Remedies = route, granted.Remedies
	return out
}

// firstRemedy is the first remedy of the reason that the kind offers and that was
// asked for; else the first that the kind offers, else the usual one. The freight
// only goes along with another remedy.
func (b *Rulebook) firstRemedy(c *Case, offers []RemedyType, usual RemedyType) RemedyType {
	offered := RemedyType("")
	for _, t := range b.reason(c.Reason).Remedies {
		switch {
		case t == RemedyFreightRefund || !slices.Contains(offers, t):
		case len(c.RequestedRemedy) == 0 || slices.Contains(c.RequestedRemedy, t):
			return t
		case offered == "":
			offered = t
		}
	}
	if offered != "" {
		return offered
	}
	return usual
}

// parcelSays is the carrier's word on the outbound parcel, for a code.
func (c *Case) parcelSays() string {
	if c.Facts.Trace == nil || c.Facts.Trace.Status == "" {
		return string(ParcelUnknown)
	}
	return string(c.Facts.Trace.Status)
}

// liability applies the first rule of the reason whose condition holds. Outside
// the warranty, or where nobody knows since when it counts, the fault is undetermined.
func (b *Rulebook) liability(c *Case) []Share {
	if w := b.reason(c.Reason).Warranty; w != nil {
		if _, inside := b.warranted(c); !inside {
			undetermined := LiabilityRule{Shares: map[Party]int{PartyUndetermined: 100}, Basis: w.Basis}
			return undetermined.list(b.rule("warranty", string(c.Reason)), c.evidenceIDs())
		}
	}
	for i, rule := range b.reason(c.Reason).Liability {
		if !b.holds(rule.When, c) {
			continue
		}
		id := b.rule("liability", string(c.Reason))
		switch {
		case rule.When == "":
		case b.policy.Format >= 2:
			id += "/" + strconv.Itoa(i+1)
		default:
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
		shares = append(shares, Share{Party: party, Percent: percent, Rule: rule, Basis: r.Basis, Evidence: evidence})
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
