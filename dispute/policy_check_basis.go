package dispute

import (
	"slices"
	"strings"
)

// basisOf is where settings come from that have no basis of their own, by their
// paths in the policy; "" where it does not say.
func (b *Rulebook) basisOf(paths ...string) string {
	var named []string
	for _, path := range paths {
		if basis := b.policy.Basis[path]; basis != "" && !slices.Contains(named, basis) {
			named = append(named, basis)
		}
	}
	return strings.Join(named, "; ")
}

// basis checks that whatever a source is named for stands in the policy.
func (c policyCheck) basis() {
	for path, basis := range c.policy.Basis {
		if !c.has("$." + path) {
			c.problem("$.basis."+path, "expected the path of a setting of this policy, such as limits.automatic, found %q", path)
		}
		if basis == "" {
			c.problem("$.basis."+path, "expected the law or rule that the setting comes from")
		}
	}
}
