package dispute

import "slices"

// The most that a policy may ask of one negotiation.
const (
	maxRounds    = 10
	maxApprovals = 10 // rows of the table
	maxApprovers = 4  // steps of one chain
)

// negotiation checks how bargaining is bounded.
func (c policyCheck) negotiation() {
	rule := c.policy.Negotiation
	if rule == nil {
		return
	}
	const path = "$.negotiation"
	if !c.has(path+".rounds") || rule.Rounds < 0 || rule.Rounds > maxRounds {
		c.problem(path+".rounds", "expected how often the customer may counter, 0 to %d, found %d", maxRounds, rule.Rounds)
	}
	if rule.Offers < 1 || rule.Offers > MaxOffers {
		c.problem(path+".offers", "expected how many offers the desk may make, 1 to %d, found %d", MaxOffers, rule.Offers)
	}
	ways := []string{MediationOff, MediationOffered, MediationRequired}
	if !slices.Contains(ways, rule.Mediation) {
		c.problem(path+".mediation", "expected one of %v, found %q%s", ways, rule.Mediation, nearestHint(rule.Mediation, ways))
	}
	if _, foreseen := c.policy.Clocks[ClockAppealWindow]; rule.MerchantAppeal && !foreseen {
		c.problem(path+".merchant_appeal", "expected the clock %s, on which the merchant contests a ruling", ClockAppealWindow)
	}
}

// approvals checks the chains: each row is above the one before it, and none asks for
// what a rule gives without a person.
func (c policyCheck) approvals() {
	rows := c.policy.Approvals
	if len(rows) > maxApprovals {
		c.problem("$.approvals", "expected at most %d rows, found %d", maxApprovals, len(rows))
		return
	}
	for i, row := range rows {
		path := element("$.approvals", i)
		if row.Above < c.policy.Limits.Automatic {
			c.problem(path+".above", "expected at least limits.automatic, %d: what a rule gives asks nobody; found %d", c.policy.Limits.Automatic, row.Above)
		}
		if i > 0 && row.Above <= rows[i-1].Above {
			c.problem(path+".above", "expected more than the row before, %d, found %d", rows[i-1].Above, row.Above)
		}
		if len(row.By) == 0 || len(row.By) > maxApprovers {
			c.problem(path+".by", "expected 1 to %d approvers, one after another", maxApprovers)
		}
		for k, role := range row.By {
			if role != RoleSupervisor && role != RoleFinance {
				c.problem(element(path+".by", k), "expected %s or %s, found %q", RoleSupervisor, RoleFinance, role)
			}
		}
	}
}
