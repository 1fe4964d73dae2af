package api

import (
	"encoding/json"
	"slices"

	"github.com/redresshq/redress/dispute"
)

// Customers see what the shop did, not who of its people did it: ids of staff are for
// staff. What the customer did themselves keeps its name.

// nameless takes the id off an actor who is staff.
func nameless(a dispute.Actor) dispute.Actor {
	switch a.Role {
	case dispute.RoleAgent, dispute.RoleSupervisor, dispute.RoleFinance, dispute.RoleAdmin, dispute.RoleMachine:
		a.ID = ""
	}
	return a
}

func namelessShares(all []dispute.Share) []dispute.Share {
	shown := slices.Clone(all)
	for i := range shown {
		if by := shown[i].Author; by != nil {
			hidden := nameless(*by)
			shown[i].Author = &hidden
		}
	}
	return shown
}

// anonymize takes the ids of staff out of a view. It copies what it changes.
func (v *CaseView) anonymize() {
	v.OpenedBy, v.Assignee = nameless(v.OpenedBy), ""
	v.Liability = namelessShares(v.Liability)
	v.Evidence = slices.Clone(v.Evidence)
	for i := range v.Evidence {
		v.Evidence[i].SubmittedBy = nameless(v.Evidence[i].SubmittedBy)
	}
	for i := range v.Offers { // the view's own list: hide has made it
		o := &v.Offers[i]
		o.Author, o.Liability = nameless(o.Author), namelessShares(o.Liability)
		if o.Consent != nil {
			o.Consent = &dispute.Consent{Customer: o.Consent.Customer, Merchant: namelessAnswer(o.Consent.Merchant)}
		}
	}
	for i := range v.Decisions {
		v.Decisions[i].Author, v.Decisions[i].Liability = nameless(v.Decisions[i].Author), namelessShares(v.Decisions[i].Liability)
	}
	for i := range v.Appeals {
		v.Appeals[i].By = nameless(v.Appeals[i].By)
	}
	if o := v.SecondOpinion; o != nil && o.By != nil {
		shown, by := *o, nameless(*o.By)
		shown.By = &by
		v.SecondOpinion = &shown
	}
	v.Mediations = slices.Clone(v.Mediations)
	for i := range v.Mediations {
		m := &v.Mediations[i]
		m.AskedBy = nameless(m.AskedBy)
		if m.Mediator != nil {
			hidden := nameless(*m.Mediator)
			m.Mediator = &hidden
		}
	}
}

func namelessAnswer(a *dispute.Answer) *dispute.Answer {
	if a == nil {
		return nil
	}
	hidden := *a
	hidden.By = nameless(a.By)
	return &hidden
}

// namelessTexts takes the ids of staff off what they wrote to the customer.
func namelessTexts(all []dispute.Text) []dispute.Text {
	shown := slices.Clone(all)
	for i := range shown {
		shown[i].Author = nameless(shown[i].Author)
	}
	return shown
}

// namelessEntry takes the ids of staff out of a timeline entry, wherever they stand in
// it. Its hash stays that of the record.
func namelessEntry(e dispute.RecordedEntry) dispute.RecordedEntry {
	e.Actor = nameless(e.Actor)
	if len(e.Data) == 0 {
		return e
	}
	var data any
	if json.Unmarshal(e.Data, &data) != nil || !stripActors(data) {
		return e
	}
	if raw, err := json.Marshal(data); err == nil {
		e.Data = raw
	}
	return e
}

// stripActors takes the ids out of everything that looks like an actor of the shop, and
// says whether there was one.
func stripActors(v any) bool {
	changed := false
	switch v := v.(type) {
	case map[string]any:
		role, named := v["role"].(string)
		if id, ok := v["id"].(string); ok && named && nameless(dispute.Actor{Role: dispute.Role(role), ID: id}).ID != id {
			delete(v, "id")
			changed = true
		}
		for _, each := range v {
			changed = stripActors(each) || changed
		}
	case []any:
		for _, each := range v {
			changed = stripActors(each) || changed
		}
	}
	return changed
}
