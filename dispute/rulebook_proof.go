package dispute

import (
	"slices"
	"strconv"
)

// burden walks through what the policy has the parties prove for the case's
// reason, in order. It returns the first step that holds, was not asked for and
// is not shown; and the case as the rules have to see it: a step whose evidence
// is there without being asked for counts as met.
func (b *Rulebook) burden(c *Case) (*ProofAsk, *Case) {
	for i, step := range b.reason(c.Reason).Proof {
		id := b.rule("proof", string(c.Reason), strconv.Itoa(i+1))
		asked := slices.ContainsFunc(c.Proof, func(p ProofStep) bool { return p.Rule == id })
		if asked || !b.holds(step.When, c) {
			continue
		}
		unshown := c.Unshown(step.Party, step.Evidence)
		if len(unshown) > 0 {
			return &ProofAsk{Party: step.Party, Types: unshown, Rule: id, Basis: step.Basis}, c
		}
		shown := *c
		shown.Proof = append(slices.Clone(c.Proof), ProofStep{Party: step.Party, Types: step.Evidence, State: ProofMet, Rule: id, Basis: step.Basis})
		c = &shown
	}
	return nil, c
}
