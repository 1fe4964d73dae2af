package dispute

import "slices"

// ReturnsRule is what belongs into a parcel besides the goods (an after-sales desk asks
// for goods, accessories and invoice).
type ReturnsRule struct {
	With  []string `yaml:"with"` // codes, such as accessories and invoice
	Basis string   `yaml:"basis"`
}

// maxManifest bounds what a parcel may have to hold besides its goods.
const maxManifest = 10

// DifferenceLacking is the code of something that was to come with the goods and did not.
const DifferenceLacking = "lacking"

func (c policyCheck) returns() {
	rule := c.policy.Returns
	if len(rule.With) > maxManifest {
		c.problem("$.returns.with", "expected at most %d, found %d", maxManifest, len(rule.With))
	}
	for i, code := range rule.With {
		if !flagName.MatchString(code) || slices.Contains(rule.With[:i], code) {
			c.problem(element("$.returns.with", i), "expected a code such as accessories or invoice, each once, found %s", shortened(code))
		}
	}
	if len(rule.With) > 0 && rule.Basis == "" {
		c.problem("$.returns.basis", "expected the law or rule that asks for it, or `ours`")
	}
}

// lacking lists what the instructions of a return asked for besides the goods and the
// warehouse says did not come; what it does not speak of is not missed.
func (r *ReturnLeg) lacking() []ReturnDifference {
	var all []ReturnDifference
	for _, code := range r.Instructions.With {
		for _, line := range r.Inspection {
			if slices.Contains(line.Lacking, code) {
				all = append(all, ReturnDifference{LineID: line.LineID, SKU: line.SKU, Code: DifferenceLacking, Condition: code})
				break
			}
		}
	}
	return all
}
