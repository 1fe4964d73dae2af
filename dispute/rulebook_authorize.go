package dispute

import (
	"fmt"
	"slices"
)

// Authorize prices remedies and rules on whether their author may grant them:
// the system inside the automatic limit, an agent inside the agent limit or with
// an approval, a supervisor without one; nobody above what was captured, above
// the cap of new money, or what the policy does not foresee.
func (b *Rulebook) Authorize(c *Case, a Actor, remedies []Remedy) Authority {
	out := Authority{Remedies: remedies, Total: Money{Currency: c.Currency}, Rule: b.rule("limits", string(a.Role))}
	if len(remedies) == 0 {
		out.Refused = Invalid("at least one remedy is needed", Field{"/remedies", "empty"})
		return out
	}
	if len(remedies) > MaxRemedies {
		out.Refused = Invalid(fmt.Sprintf("at most %d remedies go together", MaxRemedies), Field{"/remedies", "too many"})
		return out
	}
	if a.Role != RoleSystem && !a.Is(RoleAgent) {
		out.Refused = Errorf(CodeForbidden, "a %s grants no remedies", a.Role)
		return out
	}
	if c.ForeignOrder() {
		out.Refused = errForeignOrder()
		return out
	}
	if out.Refused = b.foreseen(c, remedies); out.Refused != nil {
		return out
	}
	priced, fail := b.price(c, unpriced(remedies))
	if fail != nil {
		out.Refused = fail
		return out
	}
	out.Remedies = remediesOf(priced)
	if out.Refused = b.anew(c, priced, b.beside(c, out.Remedies)); out.Refused != nil {
		return out
	}
	if out.Refused = checkLineCount(out.Remedies); out.Refused != nil {
		return out
	}
	total, newMoney, err := totals(c, out.Remedies)
	if err != nil {
		out.Refused = Invalid("the amounts cannot be summed", Field{"/remedies", err.Error()})
		return out
	}
	out.Total = total
	b.limit(c, a, newMoney, priced, &out)
	b.creditLimit(c, a, &out)
	b.approval(c, a, &out)
	return out
}

// unpriced strips what only the rules may say of a remedy.
func unpriced(remedies []Remedy) []Remedy {
	asked := slices.Clone(remedies)
	for i := range asked {
		asked[i].Breakdown, asked[i].Credits = nil, nil
	}
	return asked
}

func (b *Rulebook) foreseen(c *Case, remedies []Remedy) *Error {
	allowed := b.reason(c.Reason).Remedies
	for i, r := range remedies {
		if !slices.Contains(allowed, r.Type) {
			return Invalid(fmt.Sprintf("policy %s foresees no %s for %s", b.Version(), r.Type, c.Reason),
				Field{fmt.Sprintf("/remedies/%d/type", i), "not a remedy of this reason"})
		}
	}
	return nil
}

// limit compares totals with the author's limits. Limits are for the whole case:
// what it has given or promised already counts, so that none is passed in small
// steps. They are in the policy's currency: a refund in another one is for a
// supervisor, with whom the policy's last row of approvals names, and new money in it,
// which has no cap, is for nobody.
func (b *Rulebook) limit(c *Case, a Actor, newMoney Money, priced []pricedRemedy, out *Authority) {
	l, foreign := b.limits(c), c.Currency != b.policy.Currency
	if foreign && newMoney.Amount > 0 {
		out.Refused = Errorf(CodeLimitExceeded, "policy %s has limits in %s only: compensation in %s cannot be given",
			b.Version(), b.policy.Currency, c.Currency)
		return
	}
	for _, p := range priced { // goods count like the money that was paid for what they replace
		if p.byPerson && a.Role == RoleSystem {
			out.Refused = Errorf(CodeLimitExceeded, "no rule gives this %s: a person answers for it", p.Type)
			return
		}
		out.NeedsApproval = out.NeedsApproval || p.byPerson && a.Role == RoleAgent
		var err error
		if out.Total, err = out.Total.Add(Money{Amount: p.value, Currency: c.Currency}); err != nil {
			out.Refused = Invalid("the amounts cannot be summed", Field{"/remedies", err.Error()})
			return
		}
	}
	given, givenNew, err := c.given(priced, b.beside(c, out.Remedies))
	if err == nil {
		given, err = given.Add(out.Total)
	}
	if err == nil {
		newMoney, err = newMoney.Add(givenNew)
	}
	if err != nil {
		out.Refused = Invalid("the amounts cannot be summed", Field{"/remedies", err.Error()})
		return
	}
	out.counted = given.Amount
	automatic, agent := given.Amount <= l.Automatic && !foreign, given.Amount <= l.Agent && !foreign
	small := newMoney.Amount <= l.Compensation
	switch {
	case !foreign && newMoney.Amount > l.CompensationCap:
		out.Refused = Errorf(CodeLimitExceeded, "compensation of %s is above the %s that the policy knows",
			newMoney, Money{l.CompensationCap, b.policy.Currency})
	case a.Role == RoleSystem && (!automatic || !small):
		out.Refused = Errorf(CodeLimitExceeded, "%s is above the automatic limit of %s", given, Money{l.Automatic, b.policy.Currency})
	case a.Role == RoleAgent:
		out.NeedsApproval = out.NeedsApproval || !agent || !small
	}
}

// given is what the case has moved, is moving or has promised: all of it, and the
// new money in it. A promise for lines that are decided anew is given up for that, but
// for lines of which other units are decided beside it.
func (c *Case) given(anew []pricedRemedy, beside map[string]bool) (all, newMoney Money, err error) {
	lines := map[string]bool{}
	for _, r := range anew {
		for _, part := range slices.Concat(r.parts, r.replaced) {
			lines[part.LineID] = !beside[part.LineID]
		}
		if r.Type == RemedyRepair {
			for _, line := range r.Lines {
				lines[line.LineID] = !beside[line.LineID]
			}
		}
	}
	var moved []Remedy
	for i := range c.Legs {
		leg := &c.Legs[i]
		switch {
		case leg.Replacement != nil:
			waits := leg.State == ReplacementRequired || leg.State == ReplacementReserved
			if leg.live() && (!waits || !leg.Replacement.concerns(lines)) || leg.State == ReplacementSigned {
				moved = append(moved, Remedy{Type: RemedyExchange, Amount: &leg.Replacement.Value})
			}
		case !leg.moving() && (leg.Money == nil || leg.State != MoneyRequired || leg.Money.concerns(lines)):
		case leg.Money.Returns != nil: // no money, and the customer's already
		case leg.Type == LegCompensation:
			moved = append(moved, Remedy{Type: RemedyCompensation, Amount: &leg.Money.Amount})
		default:
			moved = append(moved, Remedy{Type: RemedyRefund, Amount: &leg.Money.Amount})
		}
	}
	return totals(c, moved)
}

// concerns says whether money of one of the lines is in the leg.
func (m *MoneyLeg) concerns(lines map[string]bool) bool {
	return slices.ContainsFunc(m.Lines, func(part LineAmount) bool { return lines[part.LineID] })
}
