package dispute

import (
	"regexp"
	"slices"
	"strings"
)

// policyCheck finds what is wrong with a policy that decoded well.
type policyCheck struct {
	*yamlFile
	policy    *Policy
	calendars map[string]Calendar
}

var policyName = regexp.MustCompile(`^[a-z][a-z0-9_-]{0,31}$`)

// maxVersion is the last version of a policy that the record and the API know.
const maxVersion = 1_000_000

var flagName = regexp.MustCompile(`^[a-z][a-z0-9_]{0,31}$`)

// all checks every section.
func (c policyCheck) all() {
	c.frame()
	c.limits()
	c.risk()
	c.freight()
	c.sources()
	c.clocks()
	c.kinds()
	c.reasons()
	if c.policy.Format < 2 {
		c.released()
		return
	}
	c.force()
	c.hours()
	c.suspension()
	c.extension()
	c.exclusions()
	c.refund()
	c.notices()
	c.retention()
	c.delivery()
	c.templates()
	c.triage()
	c.routing()
	c.returns()
	c.exchange()
	c.repair()
	c.basis()
	c.recovery()
	c.credits()
	c.compensation()
	c.negotiation()
	c.approvals()
	c.survey()
	c.batch()
	if c.policy.Format < 3 {
		c.earlier()
	}
}

func (c policyCheck) frame() {
	p := c.policy
	if c.has("$.format") && p.Format != 2 && p.Format != newestFormat {
		c.problem("$.format", "expected %d, 2 for what was written for the second release, or no format for the first; found %d", newestFormat, p.Format)
	}
	if !policyName.MatchString(p.Name) {
		c.problem("$.name", "expected a name of lower-case letters, digits, - and _, found %q", p.Name)
	}
	if p.Version < 1 {
		c.problem("$.version", "expected a number from 1, found %d", p.Version)
	} else if p.Version > maxVersion {
		c.problem("$.version", "expected a number of at most %d, found %d", maxVersion, p.Version)
	}
	if _, err := loadZone(p.Zone); err != nil {
		c.problem("$.zone", "expected an IANA time zone such as Asia/Shanghai, found %q", p.Zone)
	}
	if !KnownCurrency(p.Currency) {
		c.problem("$.currency", "expected an ISO 4217 currency such as CNY, found %q", p.Currency)
	}
	if cal, ok := c.calendars[p.Calendar]; !ok {
		c.problem("$.calendar", "expected one of the calendars %s, found %q%s", list(c.calendars), p.Calendar, nearestHint(p.Calendar, sortedNames(c.calendars)))
	} else if cal.Zone().String() != p.Zone {
		c.problem("$.zone", "expected the zone of calendar %s, %s", p.Calendar, cal.Zone())
	}
}

func (c policyCheck) limits() {
	l := c.policy.Limits
	for _, v := range []struct {
		name   string
		amount int64
	}{{"automatic", l.Automatic}, {"agent", l.Agent}, {"compensation", l.Compensation}, {"compensation_cap", l.CompensationCap}} {
		if v.amount < 0 || !c.has("$.limits."+v.name) {
			c.problem("$.limits."+v.name, "expected an amount in minor units, 0 or more")
		}
	}
	c.limitOrder("$.limits", l)
	for i, v := range l.Variants {
		path := element("$.limits.variants", i)
		c.variant(path, v.When, v.Automatic == nil && v.Agent == nil && v.Compensation == nil && v.CompensationCap == nil)
		changed := l
		v.apply(&changed)
		if changed.Automatic < 0 || changed.Agent < 0 || changed.Compensation < 0 || changed.CompensationCap < 0 {
			c.problem(path, "expected amounts in minor units, 0 or more")
		}
		c.limitOrder(path, changed)
	}
}

func (c policyCheck) limitOrder(path string, l Limits) {
	if l.Automatic > l.Agent {
		c.problem(path+".automatic", "expected at most the agent limit, %d", l.Agent)
	}
	if l.Compensation > l.CompensationCap {
		c.problem(path+".compensation", "expected at most compensation_cap, %d", l.CompensationCap)
	}
}

func (c policyCheck) risk() {
	for i, r := range c.policy.Risk {
		path := element("$.risk", i)
		if !flagName.MatchString(r.Flag) {
			c.problem(path+".flag", "expected a name, found %q", r.Flag)
		}
		c.condition(path+".when", r.When)
		if r.When != "" && (r.Fact != "" || r.AtLeast != 0) {
			c.problem(path+".when", "expected either a condition, or a fact and a number that it reaches")
		}
		if facts := riskFactNames(c.policy.Format); r.When == "" && !slices.Contains(facts, r.Fact) {
			c.problem(path+".fact", "expected one of %s, found %q%s", strings.Join(facts, ", "), r.Fact, nearestHint(r.Fact, facts))
		}
		if r.AtLeast < 1 && r.When == "" {
			c.problem(path+".at_least", "expected a number from 1, found %d", r.AtLeast)
		}
		if r.Score < 1 || r.Score > 100 {
			c.problem(path+".score", "expected 1 to 100, found %d", r.Score)
		}
	}
}

func (c policyCheck) freight() {
	for party, payer := range c.policy.Freight {
		if !knownParty(party) {
			c.problem("$.freight."+string(party), "expected a party of liability, found %q", party)
		}
		c.payer("$.freight."+string(party), payer)
	}
}

func (c policyCheck) payer(path string, payer FreightPayer) {
	if payer != FreightMerchant && payer != FreightCustomer {
		c.problem(path, "expected merchant or customer, found %q", payer)
	}
}

func (c policyCheck) sources() {
	for _, family := range []Family{FamilyGoods, FamilyDelivery, FamilyService, FamilyBilling, FamilyOrder} {
		path := "$.sources." + string(family)
		if c.policy.Sources[family][FactOrder] == "" {
			c.problem(path, "expected at least the source order with its limit")
		}
	}
	for family, limits := range c.policy.Sources {
		path := "$.sources." + string(family)
		if !slices.Contains([]Family{FamilyGoods, FamilyDelivery, FamilyService, FamilyBilling, FamilyOrder}, family) {
			c.problem(path, "expected a cause family, found %q", family)
		}
		for source, limit := range limits {
			if !slices.Contains(FactSources(), source) {
				c.problem(path+"."+string(source), "expected one of %v, found %q", FactSources(), source)
			}
			span, err := ParseSpan(limit)
			if _, fixed := span.Duration(); err != nil || !fixed {
				c.problem(path+"."+string(source), "expected a limit in s, m or h, found %q", limit)
			}
		}
	}
}

func (c policyCheck) remedies(path string, remedies []RemedyType) {
	for i, t := range remedies {
		if !t.Known() {
			c.problem(element(path, i), "expected a remedy, found %q%s", t, nearestHint(string(t), remedyNames()))
		}
		if slices.Contains(remedies[:i], t) {
			c.problem(element(path, i), "%s stands twice", t)
		}
	}
}

// list joins the keys of a table in order, for messages.
func list[K ~string, V any](table map[K]V) string { return strings.Join(sortedNames(table), ", ") }
