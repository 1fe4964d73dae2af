package dispute

import (
	"slices"
	"sort"
)

// clockOutcomes is the one table of clocks in use, and of what silence may bring
// at each; a policy must set every one of them.
var clockOutcomes = map[ClockName][]string{
	ClockFirstResponse:       {SilenceBreach},
	ClockCustomerInfo:        {SilenceCloseExpired},
	ClockResolution:          {SilenceExtend},
	ClockAgentDecision:       {SilenceForCustomer, SilenceEscalate},
	ClockSupervisorDecision:  {SilenceNextLevel},
	ClockCustomerResponse:    {SilenceLapse},
	ClockEscalationWindow:    {SilenceCloseRejected},
	ClockReturnShipment:      {SilenceExpireReturn},
	ClockReturnTransit:       {SilenceTrace, SilenceAgent},
	ClockReceiptConfirmation: {SilenceRefund, SilenceAgent},
	ClockInspection:          {SilenceRemind, SilenceAgent},
	ClockRefundSettlement:    {SilenceReconcile, SilenceAgent},
	ClockReopenWindow:        {SilenceClose},
}

// clockOwners is the one table of whose act each clock waits for.
var clockOwners = map[ClockName]WaitingOn{
	ClockFirstResponse: WaitingAgent, ClockCustomerInfo: WaitingCustomer, ClockResolution: WaitingAgent,
	ClockAgentDecision: WaitingAgent, ClockSupervisorDecision: WaitingSupervisor,
	ClockCustomerResponse: WaitingCustomer, ClockEscalationWindow: WaitingCustomer,
	ClockReturnShipment: WaitingCustomer, ClockReturnTransit: WaitingCarrier,
	ClockReceiptConfirmation: WaitingWarehouse, ClockInspection: WaitingWarehouse,
	ClockRefundSettlement: WaitingPayment, ClockReopenWindow: WaitingCustomer,
}

// repeats names the clocks that start again after silence and so need a later budget.
var repeats = []ClockName{ClockResolution, ClockSupervisorDecision, ClockInspection, ClockRefundSettlement}

func (c policyCheck) clocks() {
	names := make([]ClockName, 0, len(clockOutcomes))
	for name := range clockOutcomes {
		names = append(names, name)
	}
	sort.Slice(names, func(i, j int) bool { return names[i] < names[j] })
	for _, name := range names {
		if rule, ok := c.policy.Clocks[name]; ok {
			c.clock(name, rule)
		} else {
			c.problem("$.clocks."+string(name), "expected this clock: no wait without a clock")
		}
	}
	for name := range c.policy.Clocks {
		if _, ok := clockOutcomes[name]; !ok {
			c.problem("$.clocks."+string(name), "expected one of the clocks %s", list(clockOutcomes))
		}
	}
}

func (c policyCheck) clock(name ClockName, rule ClockRule) {
	path := "$.clocks." + string(name)
	c.span(path+".budget", rule.Budget)
	if rule.Owner != clockOwners[name] {
		c.problem(path+".owner", "expected %s, found %q", clockOwners[name], rule.Owner)
	}
	if !slices.Contains(clockOutcomes[name], rule.OnExpiry) {
		c.problem(path+".on_expiry", "expected one of %v, found %q: no clock without an outcome", clockOutcomes[name], rule.OnExpiry)
	}
	if rule.Then != "" && !slices.Contains(clockOutcomes[name], rule.Then) {
		c.problem(path+".then", "expected one of %v, found %q", clockOutcomes[name], rule.Then)
	}
	for i, level := range rule.Levels {
		c.span(element(path+".levels", i), level)
	}
	switch {
	case rule.Again != "":
		c.span(path+".again", rule.Again)
	case slices.Contains(repeats, name):
		c.problem(path+".again", "expected the budget of every later round")
	}
	if len(rule.Levels) > 0 && name != ClockSupervisorDecision {
		c.problem(path+".levels", "expected levels at %s only", ClockSupervisorDecision)
	}
}

func (c policyCheck) span(path, text string) {
	if _, err := ParseSpan(text); err != nil {
		c.problem(path, "expected a span such as 48h, 7d, 7wd or 3s, found %q", text)
	}
}

func (c policyCheck) kinds() {
	for kind := range legalReasons {
		if len(c.policy.Kinds[kind].Requested) == 0 {
			c.problem("$.kinds."+string(kind)+".requested", "expected the remedy of a case that asks for none")
		}
	}
	for kind, rule := range c.policy.Kinds {
		path := "$.kinds." + string(kind)
		if _, ok := legalReasons[kind]; !ok {
			c.problem(path, "expected one of the kinds %s", list(legalReasons))
		}
		c.remedies(path+".requested", rule.Requested)
		c.remedies(path+".offer", rule.Offer)
		for i, t := range rule.Offer {
			if t.Known() && (!t.Supported() || t == RemedyPartialRefund || t == RemedyCompensation) {
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
			c.problem(path, "expected one of the reasons %s", list(families))
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
	if w := rule.Window; w != nil && w.Anchor != AnchorSigning {
		c.problem(path+".window.anchor", "expected %s, found %q", AnchorSigning, w.Anchor)
	}
	if w := rule.Window; w != nil && (w.Days < 1 || w.Days > maxSpanDays) {
		c.problem(path+".window.days", "expected a number of days from 1, found %d", w.Days)
	}
	if rule.Route == ApproachRight && rule.Window == nil {
		c.problem(path+".window", "expected a window: a right without one has no end")
	}
	for i, t := range rule.Evidence {
		if !flagName.MatchString(string(t)) {
			c.problem(element(path+".evidence", i), "expected the name of a type of evidence, found %q", t)
		}
	}
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
}

func (c policyCheck) liability(path string, rules []LiabilityRule) {
	for i, rule := range rules {
		if _, ok := caseFacts[rule.When]; rule.When != "" && !ok {
			c.problem(element(path, i)+".when", "expected one of %s, found %q", list(caseFacts), rule.When)
		}
		if err := CheckShares(rule.list("", nil)); err != nil || len(rule.Shares) == 0 {
			c.problem(element(path, i)+".shares", "expected shares of known parties that sum to 100")
		}
		if last := i == len(rules)-1; (rule.When == "") != last {
			c.problem(element(path, i), "expected `when` on every rule but the last")
		}
	}
}
