package dispute

import (
	"fmt"
	"slices"
	"strconv"
)

// RepairRule is how often goods are repaired (format 3).
type RepairRule struct {
	// Attempts is after how many repairs in vain of the same goods an exchange is owed in
	// place of another one; 0 knows no such number.
	Attempts int    `yaml:"attempts"`
	Basis    string `yaml:"basis"`
}

// maxRepairAttempts bounds what a policy may say.
const maxRepairAttempts = 10

func (c policyCheck) repair() {
	if n := c.policy.Repair.Attempts; c.has("$.repair") && (n < 1 || n > maxRepairAttempts) {
		c.problem("$.repair.attempts", "expected after how many repairs in vain an exchange is owed, 1 to %d, found %d", maxRepairAttempts, n)
	}
}

// The codes of repairs.
const (
	CodeRepairedBefore = "repaired_before" // so often that an exchange is owed
	CodeRepairNotFree  = "repair_not_free" // outside the warranty, or not covered by it
)

// The problems of a repair.
const (
	ProblemRepairRefused     = "repair_refused"     // the workshop does not take it
	ProblemRepairOverdue     = "repair_overdue"     // not diagnosed, or not ready, in time
	ProblemRepairUnpriced    = "repair_unpriced"    // to be paid for, and nobody said how much
	ProblemIrreparable       = "irreparable"        // and no rule says what follows
	ProblemRepairLost        = "repair_lost"        // the goods, on their way back
	ProblemRepairBounced     = "repair_bounced"     // they came back to the workshop
	ProblemRepairNotFound    = "repair_not_found"   // the carrier does not know where they are
	ProblemRepairShort       = "repair_goods_short" // less came than was to be repaired
	ProblemRepairNotSentBack = "repair_not_sent_back"
)

// priceRepair checks a repair: units of the case's order, and no amount.
func (l *ledger) priceRepair(c *Case, r Remedy, pointer string) (pricedRemedy, *Error) {
	if r.Amount != nil {
		return pricedRemedy{}, Invalid("a repair has no amount", Field{Pointer: pointer + "/amount", Detail: "must be left out"})
	}
	var lines []Line
	for _, line := range linesOf(c, r) {
		if line.LineID != ShippingLine || len(r.Lines) > 0 {
			lines = append(lines, line)
		}
	}
	if len(lines) == 0 {
		return pricedRemedy{}, Invalid("a repair needs the lines that it is about", Field{Pointer: pointer + "/lines", Detail: "missing"})
	}
	seen := map[string]bool{}
	for i, line := range lines {
		at := fmt.Sprintf("%s/lines/%d", pointer, i)
		_, ordered := l.line(line.LineID)
		switch {
		case seen[line.LineID]:
			return pricedRemedy{}, Invalid("a line stands twice", Field{Pointer: at, Detail: "line " + line.LineID + " stands twice"})
		case line.LineID == ShippingLine, !ordered, line.Quantity < 1, line.Quantity > l.claimed[line.LineID]:
			return pricedRemedy{}, Invalid(fmt.Sprintf("%d of line %q are not in this case", line.Quantity, line.LineID),
				Field{Pointer: at, Detail: "not a line and quantity of this case"})
		}
		seen[line.LineID] = true
	}
	return pricedRemedy{Remedy: Remedy{Type: r.Type, Lines: lines}}, nil
}

// repairsAlone refuses a repair beside another remedy that takes the same goods in, and of
// units for which all the money or new goods are given, or were.
func (l *ledger) repairsAlone(remedies []pricedRemedy) *Error {
	for i, repair := range remedies {
		for k, other := range remedies {
			if repair.Type != RemedyRepair || i == k || !other.Type.MovesGoods() {
				continue
			}
			for _, line := range repair.Lines {
				if unitsOf(other.Lines, line.LineID) > 0 {
					return Invalid("goods are repaired, or go back: not both",
						Field{Pointer: fmt.Sprintf("/remedies/%d/lines", k), Detail: "line " + line.LineID + " is to be repaired"})
				}
			}
		}
		if repair.Type != RemedyRepair {
			continue
		}
		for n, line := range repair.Lines {
			if line.Quantity <= l.claimed[line.LineID]-l.used[line.LineID].units {
				continue
			}
			for k, other := range remedies {
				if unitsGiven(other, line.LineID) > 0 {
					return Invalid("goods are repaired, or given for: not both",
						Field{Pointer: fmt.Sprintf("/remedies/%d/lines", k), Detail: "line " + line.LineID + " is to be repaired"})
				}
			}
			return &Error{Code: CodeExceedsCapture, Message: "line " + line.LineID + " was given back or replaced: there is nothing to repair",
				Fields: []Field{{Pointer: fmt.Sprintf("/remedies/%d/lines/%d", i, n), Detail: "more than was not given back or replaced"}}}
		}
	}
	return nil
}

// unitsGiven are the whole units of a line that a remedy gives money or goods for.
func unitsGiven(r pricedRemedy, lineID string) int {
	n := 0
	for _, part := range slices.Concat(r.parts, r.replaced) {
		if part.LineID == lineID {
			n += part.Quantity
		}
	}
	return n
}

// repairFree says whether the merchant bears a repair, and by which rule: inside the
// warranty, or where the fault is not the customer's and not open.
func (b *Rulebook) repairFree(c *Case) (bool, string) {
	if b.reason(c.Reason).Warranty != nil {
		if e, inside := b.warranted(c); inside {
			return true, e.Rule
		}
	}
	if len(c.Liability) == 0 {
		return false, b.rule("liability", string(c.Reason))
	}
	for _, s := range c.Liability {
		if s.Percent > 0 && (s.Party == PartyCustomer || s.Party == PartyUndetermined) {
			return false, s.Rule
		}
	}
	return true, c.Liability[0].Rule
}

// repair plans a repair behind the return that brings the goods.
func (p *planner) repair(b *Rulebook, remedy pricedRemedy) {
	free, rule := b.repairFree(p.c)
	payer := FreightMerchant
	if !free {
		payer = b.freightPayer(p.c, p.c.Liability)
	}
	after := ""
	if !p.goodsHere(remedy.Lines) {
		after = p.addReturn(remedy.Lines, payer)
	}
	p.legs = append(p.legs, Leg{ID: p.id(LegRepair), Type: LegRepair, State: RepairRequired, After: after, Repair: &RepairLeg{
		RepairID: p.name("RPR", LegRepair), Lines: remedy.Lines, Free: free, FreeRule: rule, Attempt: p.c.earlierRepairs(remedy.Lines) + 1}})
}

// exchangeInstead says whether an exchange is owed in place of a repair: the same goods
// were repaired as often in vain as the policy allows.
func (b *Rulebook) exchangeInstead(c *Case) (Explanation, bool) {
	most, lines := b.policy.Repair.Attempts, linesOf(c, Remedy{Type: RemedyRepair})
	if n := c.earlierRepairs(lines); most > 0 && n >= most {
		return Explanation{Code: CodeRepairedBefore, Rule: b.rule("repair", "attempts"), Basis: b.policy.Repair.Basis,
			Detail: map[string]string{"repairs": strconv.Itoa(n)}}, true
	}
	return Explanation{}, false
}

// repairEnded rules on a free repair that took too long or cannot be made: an exchange
// is owed. It is decided inside the automatic limit where nothing speaks for a person;
// else, and outside the warranty, a person decides.
func (b *Rulebook) repairEnded(c *Case, legID string, out Silence) Silence {
	leg := c.Leg(legID)
	if leg == nil || leg.Repair == nil || out.Outcome != SilenceExchange {
		return out
	}
	code := ProblemRepairOverdue
	if leg.State == RepairIrreparable {
		code = ProblemIrreparable
	}
	detail := map[string]string{"leg_id": legID}
	if !leg.Repair.Free || leg.Repair.NotCovered {
		return out.escalate(SilenceAgent, CodeRepairNotFree, detail)
	}
	if why := b.obstacle(c, b.riskNow(c), out.Rule); why != nil && !aboutWindow(why.Code) && why.Code != CodeWarrantyUnits {
		out.Outcome, out.Explanation = SilenceAgent, why
		return out
	}
	granted := b.Authorize(c, System, []Remedy{{Type: RemedyExchange, Lines: leg.Repair.Lines}})
	if granted.Refused != nil || granted.NeedsApproval {
		return out.escalate(SilenceAgent, code, detail)
	}
	out.Remedies = granted.Remedies
	return out
}
