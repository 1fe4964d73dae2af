package dispute

import (
	"regexp"
	"slices"
)

// The bounds of triage and routing.
const (
	maxTriageRules = 200
	maxWords       = 200
	maxWordLength  = 64 // characters
	maxRouting     = 100
)

var teamName = regexp.MustCompile(`^[a-z][a-z0-9_.-]{0,63}$`)

// triage checks how what comes in is sorted.
func (c policyCheck) triage() {
	t := c.policy.Triage
	if t == nil {
		return
	}
	c.class("$.triage.class", t.Class, true)
	if t.Strong < 1 || t.Strong > 100 {
		c.problem("$.triage.strong", "expected from which match an article answers an inquiry, 1 to 100, found %d", t.Strong)
	}
	if t.Basis == "" {
		c.problem("$.triage.basis", "expected the law or rule that the setting comes from")
	}
	if len(t.Rules) > maxTriageRules {
		c.problem("$.triage.rules", "expected at most %d rules, found %d", maxTriageRules, len(t.Rules))
	}
	seen := map[string]bool{}
	for i, rule := range t.Rules {
		path := element("$.triage.rules", i)
		if !flagName.MatchString(rule.Name) {
			c.problem(path+".name", "expected a name of lower-case letters, digits and _, found %q", rule.Name)
		}
		if seen[rule.Name] {
			c.problem(path+".name", "%s stands twice", rule.Name)
		}
		seen[rule.Name] = true
		c.triageRule(path, rule)
	}
}

func (c policyCheck) triageRule(path string, rule TriageRule) {
	for i, channel := range rule.Channels {
		if !channel.Valid() {
			c.problem(element(path+".channels", i), "expected a channel, found %q%s", channel, nearestHint(string(channel), texts(channels)))
		}
	}
	if len(rule.Words) > maxWords {
		c.problem(path+".words", "expected at most %d words, found %d", maxWords, len(rule.Words))
	}
	for i, word := range rule.Words {
		han, latin := spelled(Fold(word))
		switch at := element(path+".words", i); {
		case len(han)+len(latin) == 0 || len([]rune(word)) > maxWordLength:
			c.problem(at, "expected a word or phrase of at most %d characters, found %s", maxWordLength, shortened(word))
		case slices.Contains(rule.Words[:i], word):
			c.problem(at, "%s stands twice", word)
		}
	}
	c.condition(path+".when", rule.When)
	if len(rule.Channels) == 0 && len(rule.Words) == 0 && rule.When == "" {
		c.problem(path, "expected when this rule holds: channels, words or a condition")
	}
	if rule.Class == "" && rule.Reason == "" {
		c.problem(path, "expected what this rule says: a class, a reason, or both")
	}
	c.class(path+".class", rule.Class, false)
	switch {
	case rule.Reason != "" && rule.Reason.Family() == "":
		c.problem(path+".reason", "expected a reason, found %q%s", rule.Reason, nearestHint(string(rule.Reason), sortedNames(families)))
	case rule.Kind != "" && LegalReasons(rule.Kind) == nil:
		c.problem(path+".kind", "expected a kind, found %q%s", rule.Kind, nearestHint(string(rule.Kind), kindNames()))
	case (rule.Kind == "") != (rule.Reason == ""):
		c.problem(path, "expected kind and reason together: what is suggested is a case that can be opened")
	case rule.Kind != "" && !LegalPair(rule.Kind, rule.Reason):
		c.problem(path+".reason", "a %s cannot be for %s", rule.Kind, rule.Reason)
	}
	if rule.Basis == "" {
		c.problem(path+".basis", "expected the law or rule that the setting comes from")
	}
}

func (c policyCheck) class(path string, class CaseClass, needed bool) {
	if (needed || class != "") && !class.Valid() {
		c.problem(path, "expected one of %v, found %q%s", classes, class, nearestHint(string(class), texts(classes)))
	}
}

// routing checks which team gets what.
func (c policyCheck) routing() {
	if len(c.policy.Routing) > maxRouting {
		c.problem("$.routing", "expected at most %d rules, found %d", maxRouting, len(c.policy.Routing))
	}
	for i, rule := range c.policy.Routing {
		path := element("$.routing", i)
		if rule.When == "" {
			c.problem(path+".when", "expected the condition under which the team gets a case; `team` gets the rest")
		}
		c.condition(path+".when", rule.When)
		if !teamName.MatchString(rule.Team) {
			c.problem(path+".team", "expected the name of a team in lower-case letters, digits and _ . -, found %q", rule.Team)
		}
		if rule.Basis == "" {
			c.problem(path+".basis", "expected the law or rule that the setting comes from")
		}
	}
}
