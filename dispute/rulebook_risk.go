package dispute

// risk adds up the flags that the customer's history, or a condition, raises.
func (b *Rulebook) risk(c *Case) Risk {
	var risk Risk
	for _, rule := range b.policy.Risk {
		if b.raised(c, rule) {
			risk.Flags = append(risk.Flags, rule.Flag)
			risk.Score = min(100, risk.Score+rule.Score)
		}
	}
	return risk
}

// raised says whether a rule of risk holds; a history that is not known raises nothing.
func (b *Rulebook) raised(c *Case, rule RiskRule) bool {
	if rule.When != "" {
		return b.holds(rule.When, c)
	}
	return c.Facts.History != nil && riskFacts[rule.Fact](c.Facts.History) >= rule.AtLeast
}
