package dispute

import "strings"

// excluded finds the first exclusion of the policy that holds for the case, nil
// if none does; person says that it sends the case to a person instead of
// refusing it. Exclusions are asked line by line: one that holds for some of the
// claimed lines only, or cannot be worked out, refuses nothing, and a person decides.
func (b *Rulebook) excluded(c *Case) (e *Explanation, person bool) {
	for _, rule := range b.policy.Exclusions {
		if !rule.about(c.Reason) {
			continue
		}
		if b.exclusionFails(c, rule.When) {
			return &Explanation{Code: CodeConditionFailed, Rule: b.rule("exclusions", rule.Code), Basis: rule.Basis}, true
		}
		lines, all := b.excludedLines(c, rule.When)
		if len(lines) == 0 && !all {
			continue
		}
		e = &Explanation{Code: rule.Code, Rule: b.rule("exclusions", rule.Code), Basis: rule.Basis}
		if len(lines) > 0 {
			e.Detail = map[string]string{"lines": strings.Join(lines[:min(len(lines), shownLines)], " ")}
		}
		return e, rule.Person || !all
	}
	return nil, false
}

// shownLines bounds the lines that an explanation names.
const shownLines = 3

// excludedLines lists the claimed lines for which the condition holds, and says
// whether those are all; of a case about no lines it asks once.
func (b *Rulebook) excludedLines(c *Case, when string) (lines []string, all bool) {
	if len(c.Lines) == 0 {
		return nil, b.holds(when, c)
	}
	all = true
	for _, line := range c.Lines {
		one := *c
		one.Lines = []Line{line}
		if b.holds(when, &one) {
			lines = append(lines, line.LineID)
		} else {
			all = all && line.LineID == ShippingLine // the charge follows the goods
		}
	}
	return lines, all && len(lines) > 0
}
