package dispute

import "slices"

// recovery checks what is claimed back, and who may give it up.
func (c policyCheck) recovery() {
	for party, rule := range c.policy.Recovery {
		path := "$.recovery." + string(party)
		if !slices.Contains(recoverable, party) {
			c.problem(path, "expected one of %v, found %q: nobody else is claimed from", recoverable, party)
			continue
		}
		if rule.Least < 0 {
			c.problem(path+".least", "expected an amount in minor units, 0 or more")
		}
		if rule.Share < 1 || rule.Share > 100 {
			c.problem(path+".share", "expected how much of its share is claimed, 1 to 100 percent, found %d", rule.Share)
		}
		if len(rule.Counts) == 0 {
			c.problem(path+".counts", "expected at least one of %v", recoveryParts)
		}
		for i, part := range rule.Counts {
			if !slices.Contains(recoveryParts, part) {
				c.problem(element(path+".counts", i), "expected one of %v, found %q%s", recoveryParts, part, nearestHint(string(part), texts(recoveryParts)))
			}
			if slices.Contains(rule.Counts[:i], part) {
				c.problem(element(path+".counts", i), "%s stands twice", part)
			}
		}
		l := rule.WriteOff
		if l.Agent < 0 || l.Supervisor < l.Agent || l.Finance < 0 {
			c.problem(path+".write_off", "expected amounts in minor units, 0 or more, the supervisor's at least the agent's")
		}
		if rule.Basis == "" {
			c.problem(path+".basis", "expected the law or rule that the amounts come from, or ours")
		}
	}
}
