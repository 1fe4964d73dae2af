package dispute

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
