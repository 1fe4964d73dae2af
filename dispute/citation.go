package dispute

import (
	"fmt"
	"slices"
	"strconv"
)

// Citation is a rule that a ruling may cite: its id, and where it comes from.
type Citation struct {
	ID    string `json:"id"`              // of the rule, e.g. default@3/reasons/defective
	Basis string `json:"basis,omitempty"` // law article or platform rule that the policy cites
}

// MaxCites bounds the rules that one ruling cites.
const MaxCites = 10

// Citable lists what a ruling about the case may cite: the rules of its policy that
// are about its reason, in the order in which they apply. A ruling cites a rule by its
// id or by its basis.
func (b *Rulebook) Citable(c *Case) []Citation {
	reason, name := b.reason(c.Reason), string(c.Reason)
	all := []Citation{{b.rule("reasons", name), reason.Basis}}
	add := func(basis string, parts ...string) {
		all = append(all, Citation{b.rule(parts...), basis})
	}
	for _, rule := range b.policy.Exclusions {
		if rule.about(c.Reason) {
			add(rule.Basis, "exclusions", rule.Code)
		}
	}
	if reason.Window != nil {
		add(reason.Window.Basis, "window", name)
	}
	if reason.Warranty != nil {
		add(reason.Warranty.Basis, "warranty", name)
	}
	for i, step := range reason.Proof {
		add(step.Basis, "proof", name, strconv.Itoa(i+1))
	}
	for i, rule := range reason.Liability {
		id := []string{"liability", name}
		if rule.When != "" {
			id = append(id, strconv.Itoa(i+1))
		}
		add(rule.Basis, id...)
	}
	for i, route := range reason.Routes {
		add(route.Basis, "route", name, strconv.Itoa(i+1))
	}
	if len(reason.Conditions) > 0 {
		add(b.policy.Basis["reasons."+name+".conditions"], "inspection", name)
	}
	for _, party := range sortedNames(b.policy.Freight) {
		add(b.policy.Basis["freight."+party], "freight", party)
	}
	add(b.policy.Basis["limits.compensation_cap"], "limits", "compensation_cap")
	return all
}

// CheckCites says whether a ruling cites what there is. In adjudication a ruling under a
// policy of format 3 cites at least one rule; elsewhere it may. It fails with CodeInvalid
// and a field for each that is no rule of the case. A nil list of rules checks the number only.
func CheckCites(c *Case, cites []string, rules []Citation) error {
	if c.Negotiation != nil && c.Stage == StageAdjudication && len(cites) == 0 {
		return Invalid("a ruling cites the rule that it stands on", Field{"/cites", "name at least one rule or law article; GET the case's rules lists them"})
	}
	if len(cites) > MaxCites {
		return Invalid("a ruling cites a few rules", Field{"/cites", fmt.Sprintf("at most %d", MaxCites)})
	}
	var wrong []Field
	for i, cite := range cites {
		at := "/cites/" + strconv.Itoa(i)
		known := slices.ContainsFunc(rules, func(r Citation) bool { return cite == r.ID || cite == r.Basis })
		switch {
		case cite == "" || len(cite) > MaxIDLength:
			wrong = append(wrong, Field{at, "is no rule"})
		case slices.Contains(cites[:i], cite):
			wrong = append(wrong, Field{at, "stands twice"})
		case rules != nil && !known:
			wrong = append(wrong, Field{at, "is no rule of this case; GET the case's rules lists them"})
		}
	}
	if len(wrong) > 0 {
		return Invalid("a ruling cites rules of the case", wrong...)
	}
	return nil
}
