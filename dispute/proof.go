package dispute

import "slices"

// RouteProve is a way to go on after the facts: a party has to show evidence
// first, on the clock evidence_supplement. Once the step is met or failed the
// facts are ruled on again.
const RouteProve = "prove"

// ProofAsk is what a party has to show before the rules go on.
type ProofAsk struct {
	Party Party          `json:"party"` // customer or merchant
	Types []EvidenceType `json:"types"` // that are not there yet
	Rule  string         `json:"rule"`
	Basis string         `json:"basis,omitempty"` // law article or platform rule that the policy cites
}

// ProofOpen returns the burden of proof on which somebody is waited for, or nil.
func (c *Case) ProofOpen() *ProofStep {
	for i := range c.Proof {
		if c.Proof[i].State == ProofOpen {
			return &c.Proof[i]
		}
	}
	return nil
}

// Shows says whether evidence of the type came from the party: what the customer
// sent or was asked for is the customer's, everything else the merchant's.
func (c *Case) Shows(party Party, evidence EvidenceType) bool {
	return slices.ContainsFunc(c.Evidence, func(e Evidence) bool {
		customers := e.SubmittedBy.Role == RoleCustomer || e.RequestedFrom == RoleCustomer
		return e.Type == evidence && customers == (party == PartyCustomer)
	})
}

// Unshown lists the types of evidence that the party has not shown.
func (c *Case) Unshown(party Party, types []EvidenceType) []EvidenceType {
	var unshown []EvidenceType
	for _, t := range types {
		if !c.Shows(party, t) {
			unshown = append(unshown, t)
		}
	}
	return unshown
}
