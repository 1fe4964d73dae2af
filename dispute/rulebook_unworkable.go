package dispute

import (
	"slices"
	"strconv"
)

// CodeConditionFailed says that a condition of the policy cannot be worked out for the case
// (it overflows, or costs too much), so that nobody knows what the rules say.
const CodeConditionFailed = "condition_failed"

// unworkable finds the first condition that cannot be worked out for the case, among
// those that bear upon who decides and what is given: risk, exclusions, limits, the
// arithmetic of refunds, and the reason's routes, liability and proof. It is nil if
// there is none, as in every policy of format 1, whose conditions are plain names.
func (b *Rulebook) unworkable(c *Case) *Explanation {
	if b.policy.Format < 2 {
		return nil
	}
	var rule string
	ask := func(when, id string) {
		if rule == "" && b.fails(when, c) {
			rule = id
		}
	}
	for _, r := range b.policy.Risk {
		ask(r.When, b.rule("risk", r.Flag))
	}
	for _, r := range b.policy.Exclusions {
		if id := b.rule("exclusions", r.Code); rule == "" && r.about(c.Reason) && b.exclusionFails(c, r.When) {
			rule = id
		}
	}
	for i, v := range b.policy.Limits.Variants {
		ask(v.When, b.rule("limits", strconv.Itoa(i+1)))
	}
	for i, v := range b.policy.Refund.Variants {
		ask(v.When, b.rule("refund", strconv.Itoa(i+1)))
	}
	reason := b.reason(c.Reason)
	for i, v := range reason.Routes {
		ask(v.When, b.rule("route", string(c.Reason), strconv.Itoa(i+1)))
	}
	for i, r := range reason.Liability {
		ask(r.When, b.rule("liability", string(c.Reason), strconv.Itoa(i+1)))
	}
	for i, r := range reason.Proof {
		ask(r.When, b.rule("proof", string(c.Reason), strconv.Itoa(i+1)))
	}
	if rule == "" {
		return nil
	}
	return &Explanation{Code: CodeConditionFailed, Rule: rule}
}

// fails says whether a condition cannot be worked out for a case.
func (b *Rulebook) fails(when string, c *Case) bool {
	if when == "" {
		return false
	}
	_, err := b.conditions.evaluate(when, c, b.zone())
	return err != nil
}

// exclusionFails asks as excludedLines does: line by line.
func (b *Rulebook) exclusionFails(c *Case, when string) bool {
	if len(c.Lines) == 0 {
		return b.fails(when, c)
	}
	return slices.ContainsFunc(c.Lines, func(line Line) bool {
		one := *c
		one.Lines = []Line{line}
		return b.fails(when, &one)
	})
}

// about says whether the exclusion is one of claims for the reason.
func (r ExclusionRule) about(reason Reason) bool {
	return len(r.Reasons) == 0 || slices.Contains(r.Reasons, reason)
}
