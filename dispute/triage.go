package dispute

import "slices"

// CaseClass is what somebody who writes in wants, coarsely.
type CaseClass string

// The classes of triage.
const (
	ClassInquiry   CaseClass = "inquiry"   // wants to know something
	ClassComplaint CaseClass = "complaint" // something went wrong, or is owed
	ClassOther     CaseClass = "other"
)

// classes lists all of them.
var classes = []CaseClass{ClassInquiry, ClassComplaint, ClassOther}

// Valid says whether the class is one of the known ones.
func (c CaseClass) Valid() bool { return slices.Contains(classes, c) }

// TriageSettings sort what comes in (`triage`, format 3).
type TriageSettings struct {
	// Class is what a text is that no rule knows.
	Class CaseClass `yaml:"class"`
	// Strong is from which match, 1 to 100, the best article answers an inquiry.
	Strong int          `yaml:"strong"`
	Rules  []TriageRule `yaml:"rules"`
	Basis  string       `yaml:"basis"`
}

// TriageRule holds where all that it names does: the channel, one of its words in the
// text, the condition on what is known of the case. The first rule that holds and names
// a class settles the class; the first that names a reason suggests kind and reason.
type TriageRule struct {
	Name     string    `yaml:"name"`
	Channels []Channel `yaml:"channels"` // none: all
	// Words are phrases, in any language; a rule with words never sorts a case that was
	// opened without a text.
	Words  []string  `yaml:"words"`
	When   string    `yaml:"when"`
	Class  CaseClass `yaml:"class"`
	Kind   Kind      `yaml:"kind"`
	Reason Reason    `yaml:"reason"`
	Basis  string    `yaml:"basis"`
}

// TriageAsk is what somebody writes before there is a case. The text is personal: it is
// read here and kept nowhere.
type TriageAsk struct {
	Channel Channel
	Text    string
	OrderID string
	Kind    Kind   // as the customer chose it; may be empty
	Reason  Reason // the same
}

// Triage is the ruling on it.
type Triage struct {
	Class       CaseClass
	Kind        Kind   // suggested; empty where no rule suggests one
	Reason      Reason // the same
	Rule        string
	Explanation Explanation
	// Strong is from which match the best article answers an inquiry; 0: never.
	Strong int
}

// Triage sorts a text: inquiry, complaint or other, and which kind of case it would be.
func (b *Rulebook) Triage(ask TriageAsk) Triage {
	c := &Case{Channel: ask.Channel, Kind: ask.Kind, Reason: ask.Reason, OrderID: ask.OrderID, Currency: b.policy.Currency}
	if c.Channel == "" {
		c.Channel = ChannelInApp
	}
	text := hear(ask.Text)
	t := Triage{Class: ClassOther, Kind: ask.Kind, Reason: ask.Reason, Rule: b.rule("triage"),
		Explanation: Explanation{Code: CodeTriaged, Rule: b.rule("triage"), Detail: map[string]string{"channel": string(c.Channel)}}}
	settings := b.policy.Triage
	if settings == nil {
		return t
	}
	t.Strong, t.Explanation.Basis = settings.Strong, settings.Basis
	if settings.Class != "" {
		t.Class = settings.Class
	}
	sorted, suggested := false, t.Reason != ""
	for _, rule := range settings.Rules {
		word, holds := b.triages(rule, c, &text)
		if !holds {
			continue
		}
		if !sorted && rule.Class != "" {
			sorted, t.Class, t.Rule = true, rule.Class, b.rule("triage", rule.Name)
			t.Explanation.Rule, t.Explanation.Basis = t.Rule, rule.Basis
			if word != "" {
				t.Explanation.Detail["word"] = word
			}
		}
		if !suggested && rule.Reason != "" && (ask.Kind == "" || LegalPair(ask.Kind, rule.Reason)) {
			suggested, t.Reason = true, rule.Reason
			t.Explanation.Detail["suggested_by"] = rule.Name
			if t.Kind == "" {
				t.Kind = rule.Kind
			}
		}
	}
	if t.Kind == "" && t.Class == ClassInquiry { // a case of an inquiry is a complaint for another reason
		t.Kind = KindComplaint
		if t.Reason == "" {
			t.Reason = ReasonOther
		}
	}
	if t.Kind != "" && t.Reason != "" && !LegalPair(t.Kind, t.Reason) {
		t.Kind = ask.Kind
	}
	return t
}

// CodeTriaged is the code of a triage's explanation.
const CodeTriaged = "triaged"

// triages says whether a rule holds, and by which of its words.
func (b *Rulebook) triages(rule TriageRule, c *Case, text *heard) (word string, holds bool) {
	if len(rule.Channels) > 0 && !slices.Contains(rule.Channels, c.Channel) {
		return "", false
	}
	if len(rule.Words) > 0 {
		if text == nil {
			return "", false
		}
		i := slices.IndexFunc(rule.Words, text.has)
		if i < 0 {
			return "", false
		}
		word = rule.Words[i]
	}
	return word, b.holds(rule.When, c)
}

// class is the class of a case that was opened without one: by the rules that need no
// text. A policy without triage sorts nothing.
func (b *Rulebook) class(c *Case) CaseClass {
	settings := b.policy.Triage
	if settings == nil {
		return ""
	}
	for _, rule := range settings.Rules {
		if _, holds := b.triages(rule, c, nil); holds && rule.Class != "" {
			return rule.Class
		}
	}
	return settings.Class
}

// RoutingRule gives a new case to a team (`routing`, format 3): the first that holds.
type RoutingRule struct {
	When  string `yaml:"when"`
	Team  string `yaml:"team"`
	Basis string `yaml:"basis"`
}

// team is who gets a new case.
func (b *Rulebook) team(c *Case) string {
	for _, rule := range b.policy.Routing {
		if b.holds(rule.When, c) {
			return rule.Team
		}
	}
	return b.policy.Team
}
