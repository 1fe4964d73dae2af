package dispute

import "slices"

// risk adds up the flags that the history of the customer and of the address, what came
// back, or a condition raises, says why each was raised, and which of them a person lifted.
func (b *Rulebook) risk(c *Case) Risk {
	var risk Risk
	for _, rule := range b.policy.Risk {
		why, raised := b.raised(c, rule)
		if !raised {
			continue
		}
		risk.Flags = append(risk.Flags, rule.Flag)
		risk.Score = min(100, risk.Score+rule.Score)
		risk.Reasons = append(risk.Reasons, why)
	}
	return risk.Judged(c.Risk.Review)
}

// raised says whether a rule of risk holds, and why; what is not known raises nothing.
func (b *Rulebook) raised(c *Case, rule RiskRule) (RiskReason, bool) {
	why := RiskReason{Flag: rule.Flag, Score: rule.Score, Rule: b.rule("risk", rule.Flag)}
	if rule.When != "" {
		why.When = rule.When
		return why, b.holds(rule.When, c)
	}
	n, known := riskFact(rule.Fact, c)
	why.Fact, why.Value, why.AtLeast = rule.Fact, n, rule.AtLeast
	return why, known && n >= rule.AtLeast
}

// newRisk is the risk with what the goods that came back add to it, nil where they add
// nothing. What a person cleared stays cleared: only flags that the case has not had count,
// and those that were lifted over a smaller number.
func (b *Rulebook) newRisk(c *Case) *Risk {
	if b.policy.Format < 3 {
		return nil
	}
	out, standing, raised := c.Risk.Judged(c.Risk.Review), c.Risk.Standing(), false
	out.Flags = slices.Clone(out.Flags)
	for _, why := range b.risk(c).Reasons {
		if why.Cleared != nil || slices.Contains(standing, why.Flag) {
			continue
		}
		raised = true
		if i := slices.IndexFunc(out.Reasons, func(had RiskReason) bool { return had.Flag == why.Flag }); i >= 0 {
			out.Reasons[i] = why
			continue
		}
		out.Reasons = append(out.Reasons, why)
		if !slices.Contains(out.Flags, why.Flag) {
			out.Flags, out.Score = append(out.Flags, why.Flag), min(100, out.Score+why.Score)
		}
	}
	if !raised {
		return nil
	}
	return &out
}
