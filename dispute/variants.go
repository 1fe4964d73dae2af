package dispute

// holds says whether a condition of the policy holds for a case. An empty
// condition always holds. One that cannot be worked out does not hold, nor does any
// where there is no case; what a rule gives on without a person asks unworkable first.
func (b *Rulebook) holds(when string, c *Case) bool {
	if when == "" {
		return true
	}
	if c == nil {
		return false
	}
	holds, err := b.conditions.evaluate(when, c, b.zone())
	return err == nil && holds
}

// clockRule is the rule of a clock, with the first of its variants whose
// condition holds; ok is false for a clock that the policy does not have. Without
// a case no variant counts.
func (b *Rulebook) clockRule(c *Case, name ClockName) (ClockRule, bool) {
	rule, ok := b.policy.Clocks[name]
	if !ok {
		return ClockRule{}, false
	}
	for _, v := range rule.Variants {
		if !b.varies(v.When, c) {
			continue
		}
		if v.Budget != "" {
			rule.Budget = v.Budget
			rule.Levels = nil // levels are budgets of the rounds: the variant's own counts instead
		}
		replace(&rule.Hours, v.Hours)
		replace(&rule.CountFrom, v.CountFrom)
		replace(&rule.OnExpiry, v.OnExpiry)
		replace(&rule.Basis, v.Basis)
		if v.Remind != nil {
			rule.Remind = v.Remind
		}
		break
	}
	return rule, true
}

// limits are the amounts that count for a case.
func (b *Rulebook) limits(c *Case) Limits {
	l := b.policy.Limits
	for _, v := range l.Variants {
		if !b.varies(v.When, c) {
			continue
		}
		v.apply(&l)
		break
	}
	return l
}

// apply puts the limits that the variant names in place of the others.
func (v LimitVariant) apply(l *Limits) {
	for _, change := range []struct{ to, from *int64 }{
		{&l.Automatic, v.Automatic}, {&l.Agent, v.Agent}, {&l.Compensation, v.Compensation}, {&l.CompensationCap, v.CompensationCap},
	} {
		if change.from != nil {
			*change.to = *change.from
		}
	}
}

// refundRule is the arithmetic of refunds that counts for a case.
func (b *Rulebook) refundRule(c *Case) RefundRule {
	r := b.policy.Refund
	for _, v := range r.Variants {
		if !b.varies(v.When, c) {
			continue
		}
		replace(&r.FreeShipping, v.FreeShipping)
		replace(&r.Gifts, v.Gifts)
		replace(&r.OutboundFreight, v.OutboundFreight)
		break
	}
	return r
}

// varies says whether a variant counts: it has a condition, and it holds.
func (b *Rulebook) varies(when string, c *Case) bool {
	return when != "" && c != nil && b.holds(when, c)
}

// replace puts a value in place of another where it says anything.
func replace[T ~string](to *T, with T) {
	if with != "" {
		*to = with
	}
}

// newRulebook makes the book of a checked policy, whose calendar is among those
// given. Conditions that another book of the same policy compiled may be handed
// on; nil compiles them.
func newRulebook(p *Policy, calendars map[string]Calendar, compiled conditions) *Rulebook {
	if compiled == nil {
		compiled = compileConditions(p)
	}
	return &Rulebook{policy: p, calendar: calendars[p.Calendar], calendars: calendars, conditions: compiled}
}
