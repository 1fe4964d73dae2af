package dispute

import "slices"

// NegotiationRule is how a policy of format 3 bounds bargaining (docs/policy/authority.md).
type NegotiationRule struct {
	Rounds         int    `yaml:"rounds"`          // counter-offers of the customer
	Offers         int    `yaml:"offers"`          // offers and revisions of the desk
	Mediation      string `yaml:"mediation"`       // off, offered or required
	MerchantAppeal bool   `yaml:"merchant_appeal"` // a granting ruling may be contested before it is carried out
	Basis          string `yaml:"basis"`
}

// ApprovalRule is a chain of approvals above an amount, one after another.
type ApprovalRule struct {
	Above int64  `yaml:"above"` // minor units of the policy's currency
	By    []Role `yaml:"by"`    // supervisor or finance, in order; each another person
	Basis string `yaml:"basis"`
}

// Negotiation is what the case carries of the policy's section; nil before format 3.
// A policy without the section bounds bargaining by what bounds every case.
func (b *Rulebook) Negotiation() *Negotiation {
	if b.policy.Format < 3 {
		return nil
	}
	rule := b.policy.Negotiation
	n := &Negotiation{Rounds: MaxOffers, Offers: MaxOffers, Mediation: MediationOff}
	if rule != nil {
		n = &Negotiation{Rounds: rule.Rounds, Offers: rule.Offers, Mediation: rule.Mediation, MerchantAppeal: rule.MerchantAppeal}
	}
	if s := b.policy.Survey; s != nil {
		n.SecondOpinionAt = s.SecondOpinionAt
	}
	return n
}

// chain is who has to approve an amount, in order; none where no row of the policy is
// about it. An amount in another currency cannot be compared: it goes by the last row,
// with a supervisor in any case.
func (b *Rulebook) chain(c *Case, amount int64) []Role {
	var by []Role
	if c.Currency != b.policy.Currency {
		if n := len(b.policy.Approvals); n > 0 && amount > 0 {
			by = b.policy.Approvals[n-1].By
		}
		if len(by) > 0 && !slices.Contains(by, RoleSupervisor) {
			by = append([]Role{RoleSupervisor}, by...)
		}
		return by
	}
	for _, row := range b.policy.Approvals {
		if amount > row.Above {
			by = row.By
		}
	}
	return by
}

// approval works out whom remedies have to be shown to, where the policy has chains.
func (b *Rulebook) approval(c *Case, a Actor, out *Authority) {
	if b.policy.Format < 3 || out.Refused != nil || a.Role == RoleSystem {
		return
	}
	out.Approvers = approvers(a, b.chain(c, out.counted), out.NeedsApproval)
	out.NeedsApproval = len(out.Approvers) > 0
}

// approvers is who has to approve what an actor wrote. A supervisor's word is the
// supervisor's step; whoever else the chain names comes after it.
func approvers(a Actor, chain []Role, aboveLimit bool) []Role {
	if len(chain) == 0 && aboveLimit {
		chain = []Role{RoleSupervisor}
	}
	var steps []Role
	own := a.Role == RoleSupervisor
	for _, role := range chain {
		if own && role == RoleSupervisor {
			own = false
			continue
		}
		steps = append(steps, role)
	}
	return steps
}
