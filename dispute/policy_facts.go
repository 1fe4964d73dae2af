package dispute

import "time"

// FactType is what a fact of a condition is.
type FactType string

// The types of facts, by the names that conditions know them under.
const (
	FactBool  FactType = "bool"
	FactInt   FactType = "int"
	FactText  FactType = "string"
	FactTexts FactType = "list(string)"
	FactTime  FactType = "timestamp"
)

// PolicyFact is one fact that conditions of a policy (`when`) may ask about. A
// fact that is not known has the zero value of its type: false, 0, "", no
// elements, the year 1.
type PolicyFact struct {
	Name    string   `json:"name"`
	Type    FactType `json:"type"`
	Meaning string   `json:"meaning"`
	// Values are all values that a text can have besides ""; none where any can stand.
	Values []string `json:"values,omitempty"`

	value func(c *Case, zone *time.Location) any
}

// factElements bounds the elements of a list of a case, so that a condition's
// cost is known before it runs; what goes beyond is left out.
const factElements = 200

// PolicyFacts lists all facts of conditions, in the order of the guide.
func PolicyFacts() []PolicyFact { return append([]PolicyFact(nil), policyFacts...) }

// policyFacts is the one table of facts.
var policyFacts = joinFacts(claimFacts, orderPolicyFacts, partnerFacts, proofFacts, releasedFacts)

// policyFactNames finds a fact by its name.
var policyFactNames = func() map[string]PolicyFact {
	byName := make(map[string]PolicyFact, len(policyFacts))
	for _, f := range policyFacts {
		byName[f.Name] = f
	}
	return byName
}()

func joinFacts(tables ...[]PolicyFact) []PolicyFact {
	var all []PolicyFact
	for _, t := range tables {
		all = append(all, t...)
	}
	return all
}

func boolFact(name, meaning string, value func(*Case) bool) PolicyFact {
	return PolicyFact{Name: name, Type: FactBool, Meaning: meaning, value: func(c *Case, _ *time.Location) any { return value(c) }}
}

func intFact(name, meaning string, value func(*Case) int64) PolicyFact {
	return PolicyFact{Name: name, Type: FactInt, Meaning: meaning, value: func(c *Case, _ *time.Location) any { return value(c) }}
}

func textFact(name, meaning string, values []string, value func(*Case) string) PolicyFact {
	return PolicyFact{Name: name, Type: FactText, Meaning: meaning, Values: values,
		value: func(c *Case, _ *time.Location) any { return value(c) }}
}

func textsFact(name, meaning string, values []string, value func(*Case) []string) PolicyFact {
	return PolicyFact{Name: name, Type: FactTexts, Meaning: meaning, Values: values, value: func(c *Case, _ *time.Location) any {
		v := value(c)
		return v[:min(len(v), factElements):min(len(v), factElements)]
	}}
}

func timeFact(name, meaning string, value func(*Case) *time.Time) PolicyFact {
	return PolicyFact{Name: name, Type: FactTime, Meaning: meaning, value: func(c *Case, _ *time.Location) any {
		if at := value(c); at != nil {
			return at.UTC()
		}
		return time.Time{}
	}}
}

// civilDaysBetween counts midnights of the zone from a to b.
func civilDaysBetween(a, b time.Time, zone *time.Location) int64 {
	day := func(t time.Time) time.Time {
		y, m, d := t.In(zone).Date()
		return time.Date(y, m, d, 0, 0, 0, 0, time.UTC)
	}
	return int64(day(b).Sub(day(a)) / (24 * time.Hour))
}

// texts writes a list of named strings as plain ones.
func texts[T ~string](all []T) []string {
	out := make([]string, 0, len(all))
	for _, v := range all {
		out = append(out, string(v))
	}
	return out
}
