package dossier

import (
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"time"

	"github.com/redresshq/redress/dispute"
)

// clockEvent is one entry of the timeline about a date: which, to when, and why.
type clockEvent struct {
	Seq      int64             `json:"seq"`
	At       time.Time         `json:"at"`
	What     dispute.EventType `json:"what"`
	Clock    dispute.ClockName `json:"clock"`
	LegID    string            `json:"leg_id,omitempty"`
	Owner    string            `json:"owner,omitempty"`
	DueAt    *time.Time        `json:"due_at,omitempty"`
	OldDueAt *time.Time        `json:"old_due_at,omitempty"`
	Why      string            `json:"why,omitempty"`
	Reason   string            `json:"reason,omitempty"`
}

// clockHistory is every date that the case ever had, in order.
func clockHistory(entries []dispute.SealedEntry) []clockEvent {
	var all []clockEvent
	for _, e := range entries {
		var k clockEvent
		if len(e.Data) == 0 || json.Unmarshal(e.Data, &k) != nil || k.Clock == "" {
			continue
		}
		k.Seq, k.At, k.What, k.Reason = e.Seq, e.At, e.Type, e.Reason
		all = append(all, k)
	}
	return all
}

func moneyLegs(c dispute.Case) []dispute.Leg {
	return slices.DeleteFunc(slices.Clone(c.Legs), func(l dispute.Leg) bool { return l.Money == nil })
}

// citation is a rule that something in the case rests on, and the law or platform rule
// behind it.
type citation struct {
	Where string `json:"where"` // JSON pointer into case.json
	Rule  string `json:"rule,omitempty"`
	Basis string `json:"basis,omitempty"`
}

// citations finds every rule and basis that the case names.
func citations(c dispute.Case) []citation {
	raw, err := json.Marshal(c)
	var doc any
	if err != nil || json.Unmarshal(raw, &doc) != nil {
		return nil
	}
	var found []citation
	walk(doc, "", func(at string, object map[string]any) {
		c := citation{Where: at}
		if rule, ok := object["rule"].(string); ok {
			c.Rule = rule
		}
		if basis, ok := object["basis"].(string); ok {
			c.Basis = basis
		}
		if c.Rule != "" || c.Basis != "" {
			found = append(found, c)
		}
	})
	return found
}

// walk visits every object of a document, in a fixed order.
func walk(doc any, at string, visit func(at string, object map[string]any)) {
	switch doc := doc.(type) {
	case map[string]any:
		visit(at, doc)
		for _, k := range slices.Sorted(maps.Keys(doc)) {
			walk(doc[k], at+"/"+k, visit)
		}
	case []any:
		for i, v := range doc {
			walk(v, fmt.Sprintf("%s/%d", at, i), visit)
		}
	}
}
