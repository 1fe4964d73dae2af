package dispute

import (
	"slices"
	"strings"
)

// condition checks one `when`. Policies of format 1 name a fact; later ones write
// an expression.
func (c policyCheck) condition(path, when string) {
	if when == "" {
		return
	}
	if c.policy.Format < 2 {
		names := make([]string, 0, len(releasedFacts))
		for _, f := range releasedFacts {
			names = append(names, f.Name)
		}
		if !slices.Contains(names, when) {
			c.problem(path, "expected one of %s, found %q", strings.Join(names, ", "), when)
		}
		return
	}
	_, problems := compileCondition(when)
	for _, p := range problems {
		c.problemInside(path, when, p.Line, p.Column, "%s", p.Message)
	}
}
