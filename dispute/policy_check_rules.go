package dispute

import (
	"slices"
	"strings"
)

func (c policyCheck) kinds() {
	for kind := range legalReasons {
		if len(c.policy.Kinds[kind].Requested) == 0 {
			c.problem("$.kinds."+string(kind)+".requested", "expected the remedy of a case that asks for none")
		}
	}
	for kind, rule := range c.policy.Kinds {
		path := "$.kinds." + string(kind)
		if _, ok := legalReasons[kind]; !ok {
			c.problem(path, "expected one of the kinds %s%s", list(legalReasons), nearestHint(string(kind), sortedNames(legalReasons)))
		}
		c.remedies(path+".requested", rule.Requested)
		c.remedies(path+".offer", rule.Offer)
		for i, t := range rule.Offer {
			if goods := t.SendsGoods() || t == RemedyRepair || t == RemedyOrderAmendment; goods && c.policy.Format >= 3 {
				continue
			}
			if t.Known() && (!t.Money() || t == RemedyPartialRefund || t == RemedyCompensation && c.policy.Compensation == nil) {
				c.problem(element(path+".offer", i), "expected a remedy that a rule can price, found %q", t)
			}
		}
	}
}

func (c policyCheck) reasons() {
	for reason := range families {
		if _, ok := c.policy.Reasons[reason]; !ok {
			c.problem("$.reasons."+string(reason), "expected this reason")
		}
	}
	for reason, rule := range c.policy.Reasons {
		path := "$.reasons." + string(reason)
		if _, ok := families[reason]; !ok {
			c.problem(path, "expected one of the reasons %s%s", list(families), nearestHint(string(reason), sortedNames(families)))
		}
		c.reason(path, rule)
	}
}

// approaches lists the values of a reason's route.
var approaches = []string{ApproachRight, ApproachOffer, ApproachTrace, ApproachDispatch, ApproachPerson}

func (c policyCheck) reason(path string, rule ReasonRule) {
	if !slices.Contains(approaches, rule.Route) {
		c.problem(path+".route", "expected one of %v, found %q", approaches, rule.Route)
	}
	c.window(path+".window", rule.Window)
	if rule.Route == ApproachRight && rule.Window == nil && !c.amends(path) {
		c.problem(path+".window", "expected a window: a right without one has no end")
	}
	c.evidence(path+".evidence", rule.Evidence)
	c.remedies(path+".requested", rule.Requested)
	if len(rule.Remedies) == 0 {
		c.problem(path+".remedies", "expected the remedies that may be given")
	}
	c.remedies(path+".remedies", rule.Remedies)
	for i, condition := range rule.Conditions {
		if !condition.Valid() || condition == ConditionMissing {
			c.problem(element(path+".conditions", i), "expected a condition of goods that came, found %q", condition)
		}
	}
	if slices.Contains(rule.Remedies, RemedyReturnRefund) && rule.FreightPayer == "" {
		c.problem(path+".freight_payer", "expected who pays for sending goods back")
	}
	if rule.FreightPayer != "" {
		c.payer(path+".freight_payer", rule.FreightPayer)
	}
	c.liability(path+".liability", rule.Liability)
	c.proof(path+".proof", rule.Proof)
	c.routes(path+".routes", rule)
	c.window(path+".warranty", rule.Warranty)
	if rule.Warranty != nil && path != "$.reasons."+string(ReasonWarrantyFailure) {
		c.problem(path+".warranty", "expected a warranty at the reason %s only", ReasonWarrantyFailure)
	}
}

// anchors lists the days from which a window is counted.
var anchors = []string{AnchorSigning, AnchorOrder, AnchorPromised, AnchorInstall}

func (c policyCheck) window(path string, w *WindowRule) {
	switch {
	case w == nil:
		return
	case c.policy.Format < 2 && w.Anchor != AnchorSigning:
		c.problem(path+".anchor", "expected %s, found %q", AnchorSigning, w.Anchor)
	case !slices.Contains(anchors, w.Anchor):
		c.problem(path+".anchor", "expected one of %v, found %q", anchors, w.Anchor)
	}
	switch {
	case w.Months != 0 && c.has(path+".days"):
		c.problem(path+".months", "expected either days or months, found both")
	case c.has(path + ".months"):
		if w.Months < 1 || w.Months > maxSpanMonths {
			c.problem(path+".months", "expected a number of months from 1 to %d, found %d", maxSpanMonths, w.Months)
		}
	case w.Days < 1 || w.Days > maxSpanDays:
		c.problem(path+".days", "expected a number of days from 1 to %d, found %d", maxSpanDays, w.Days)
	}
	if w.Unknown != "" && w.Unknown != UnknownPerson && w.Unknown != UnknownRefuse {
		c.problem(path+".unknown", "expected %s or %s, found %q", UnknownPerson, UnknownRefuse, w.Unknown)
	}
}

// maxSpanMonths bounds windows like maxSpanDays bounds spans: ten years.
const maxSpanMonths = 120

func (c policyCheck) evidence(path string, types []EvidenceType) {
	for i, t := range types {
		if !flagName.MatchString(string(t)) {
			c.problem(element(path, i), "expected the name of a type of evidence, found %q", t)
		}
		if slices.Contains(types[:i], t) {
			c.problem(element(path, i), "%s stands twice", t)
		}
	}
}

// proof checks the order in which the burden of proof moves.
func (c policyCheck) proof(path string, steps []ProofRule) {
	if len(steps) > maxProofSteps {
		c.problem(path, "expected at most %d steps, found %d", maxProofSteps, len(steps))
		return
	}
	for i, step := range steps {
		at := element(path, i)
		if step.Party != PartyCustomer && step.Party != PartyMerchant {
			c.problem(at+".party", "expected %s or %s, found %q", PartyCustomer, PartyMerchant, step.Party)
		}
		if len(step.Evidence) == 0 {
			c.problem(at+".evidence", "expected the evidence that the %s has to show", step.Party)
		}
		c.evidence(at+".evidence", step.Evidence)
		c.condition(at+".when", step.When)
	}
}

// routes checks the ways that replace a reason's usual one.
func (c policyCheck) routes(path string, rule ReasonRule) {
	for i, v := range rule.Routes {
		at := element(path, i)
		c.variant(at, v.When, false)
		if !slices.Contains(approaches, v.Route) {
			c.problem(at+".route", "expected one of %v, found %q", approaches, v.Route)
		}
		if v.Route == ApproachRight && rule.Window == nil && !c.amends(path) {
			c.problem(at+".route", "expected a window at this reason: a right without one has no end")
		}
	}
}

// amends says whether a path is of a reason to change an order: that ends with its
// dispatch, and needs no window.
func (c policyCheck) amends(path string) bool {
	reason := strings.TrimSuffix(strings.TrimPrefix(path, "$.reasons."), ".routes")
	return c.policy.Format >= 3 && Reason(reason).Family() == FamilyOrder
}

func (c policyCheck) liability(path string, rules []LiabilityRule) {
	for i, rule := range rules {
		c.condition(element(path, i)+".when", rule.When)
		if err := CheckShares(rule.list("", nil)); err != nil || len(rule.Shares) == 0 {
			c.problem(element(path, i)+".shares", "expected shares of known parties that sum to 100")
		}
		if last := i == len(rules)-1; (rule.When == "") != last {
			c.problem(element(path, i), "expected `when` on every rule but the last")
		}
	}
}
