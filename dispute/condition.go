package dispute

import (
	"strconv"
	"time"
)

// condition is one compiled `when`. It is safe for concurrent use.
type condition interface {
	// evaluate says whether the condition holds for a case. It fails where that
	// cannot be worked out: it overflows, or costs more than the limit.
	evaluate(c *Case, zone *time.Location) (bool, error)
}

// conditionProblem is one thing wrong with a condition. Line and Column count
// from 1 within the expression, in characters.
type conditionProblem struct {
	Line    int
	Column  int
	Message string
}

// conditions are the compiled conditions of one policy version, by their text.
// They never change and are shared by all books of the version.
type conditions map[string]condition

// evaluate says whether a condition holds for a case; it fails where that cannot be
// worked out, or where the policy has no such condition.
func (cs conditions) evaluate(when string, c *Case, zone *time.Location) (bool, error) {
	compiled, ok := cs[when]
	if !ok {
		return false, Errorf(CodeInvalid, "the policy has no condition %s", shortened(when))
	}
	return compiled.evaluate(c, zone)
}

// compileConditions compiles every condition of a checked policy once.
func compileConditions(p *Policy) conditions {
	compiled := conditions{}
	eachCondition(p, func(_, when string) {
		if _, done := compiled[when]; done || when == "" {
			return
		}
		if c, problems := compileCondition(when); len(problems) == 0 {
			compiled[when] = c
		}
	})
	return compiled
}

// eachCondition visits every `when` of a policy with its path, in no fixed order.
func eachCondition(p *Policy, visit func(path, when string)) {
	for i, r := range p.Risk {
		visit(element("$.risk", i)+".when", r.When)
	}
	for i, v := range p.Limits.Variants {
		visit(element("$.limits.variants", i)+".when", v.When)
	}
	for i, v := range p.Refund.Variants {
		visit(element("$.refund.variants", i)+".when", v.When)
	}
	for i, v := range p.Retention.Variants {
		visit(element("$.retention.variants", i)+".when", v.When)
	}
	for i, r := range p.Exclusions {
		visit(element("$.exclusions", i)+".when", r.When)
	}
	if p.Triage != nil {
		for i, r := range p.Triage.Rules {
			if r.When != "" {
				visit(element("$.triage.rules", i)+".when", r.When)
			}
		}
	}
	for i, r := range p.Routing {
		visit(element("$.routing", i)+".when", r.When)
	}
	for name, clock := range p.Clocks {
		for i, v := range clock.Variants {
			visit(element("$.clocks."+string(name)+".variants", i)+".when", v.When)
		}
	}
	for reason, rule := range p.Reasons {
		path := "$.reasons." + string(reason)
		for i, r := range rule.Liability {
			visit(element(path+".liability", i)+".when", r.When)
		}
		for i, r := range rule.Proof {
			visit(element(path+".proof", i)+".when", r.When)
		}
		for i, r := range rule.Routes {
			visit(element(path+".routes", i)+".when", r.When)
		}
	}
}

// CheckCondition says what is wrong with a condition, nil if it may stand in a
// policy of format 2.
func CheckCondition(when string) error {
	_, problems := compileCondition(when)
	if len(problems) == 0 {
		return nil
	}
	p := problems[0]
	return Errorf(CodeInvalid, "at character %s: %s", strconv.Itoa(p.Column), p.Message)
}
