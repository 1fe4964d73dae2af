package dispute

import (
	"regexp"
	"slices"
	"sort"
	"strings"
)

// policyCheck finds what is wrong with a policy that decoded well.
type policyCheck struct {
	*yamlFile
	policy *Policy
}

var policyName = regexp.MustCompile(`^[a-z][a-z0-9_-]{0,31}$`)
var flagName = regexp.MustCompile(`^[a-z][a-z0-9_]{0,31}$`)

func (c policyCheck) frame(calendars map[string]Calendar) {
	p := c.policy
	if !policyName.MatchString(p.Name) {
		c.problem("$.name", "expected a name of lower-case letters, digits, - and _, found %q", p.Name)
	}
	if p.Version < 1 {
		c.problem("$.version", "expected a number from 1, found %d", p.Version)
	}
	if _, err := loadZone(p.Zone); err != nil {
		c.problem("$.zone", "expected an IANA time zone such as Asia/Shanghai, found %q", p.Zone)
	}
	if !KnownCurrency(p.Currency) {
		c.problem("$.currency", "expected an ISO 4217 currency such as CNY, found %q", p.Currency)
	}
	if cal, ok := calendars[p.Calendar]; !ok {
		c.problem("$.calendar", "expected one of the calendars %s, found %q", list(calendars), p.Calendar)
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
		if v.amount < 0 || c.node("$.limits."+v.name) == nil {
			c.problem("$.limits."+v.name, "expected an amount in minor units, 0 or more")
		}
	}
	if l.Automatic > l.Agent {
		c.problem("$.limits.automatic", "expected at most the agent limit, %d", l.Agent)
	}
	if l.Compensation > l.CompensationCap {
		c.problem("$.limits.compensation", "expected at most compensation_cap, %d", l.CompensationCap)
	}
}

func (c policyCheck) risk() {
	for i, r := range c.policy.Risk {
		path := element("$.risk", i)
		if !flagName.MatchString(r.Flag) {
			c.problem(path+".flag", "expected a name, found %q", r.Flag)
		}
		if _, ok := riskFacts[r.Fact]; !ok {
			c.problem(path+".fact", "expected one of %s, found %q", list(riskFacts), r.Fact)
		}
		if r.AtLeast < 1 {
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
			c.problem(element(path, i), "expected a remedy, found %q", t)
		}
		if slices.Contains(remedies[:i], t) {
			c.problem(element(path, i), "%s stands twice", t)
		}
	}
}

// list joins the keys of a table in order, for messages.
func list[K ~string, V any](table map[K]V) string {
	names := make([]string, 0, len(table))
	for k := range table {
		names = append(names, string(k))
	}
	sort.Strings(names)
	return strings.Join(names, ", ")
}
