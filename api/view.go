package api

import (
	"context"
	"strings"
	"time"

	"github.com/redresshq/redress/dispute"
)

// CaseView is a case as one caller sees it.
type CaseView struct {
	dispute.Case
	Facts          any             `json:"facts"`               // dispute.Facts; customers see CustomerFacts
	Suspended      any             `json:"suspended,omitempty"` // dispute.CaseSuspension; customers see CustomerSuspension
	Proof          any             `json:"proof,omitempty"`     // []dispute.ProofStep; customers see []CustomerProof
	Risk           *dispute.Risk   `json:"risk,omitempty"`      // staff and machines only
	Gate           dispute.Gate    `json:"gate"`
	Orphaned       *bool           `json:"orphaned,omitempty"` // staff and machines only
	AllowedActions []AllowedAction `json:"allowed_actions"`
	// Retention is until when a closed case is kept: staff and machines only.
	Retention *dispute.Retention `json:"retention,omitempty"`
	// Recoveries are what is claimed back from carrier or supplier: staff only.
	Recoveries []RecoveryView `json:"recoveries,omitempty"`
	// Links are the batches of a defect that it is one of: staff only, with one case.
	Links []dispute.DefectBatch `json:"links,omitempty"`
	// Preferences are the customer's, for whoever answers: staff only, with one case.
	Preferences *dispute.Preferences `json:"customer_preferences,omitempty"`
	Texts       []dispute.Text       `json:"texts,omitempty"` // with GetCase only
}

// AllowedAction is something that the caller may do now.
type AllowedAction struct {
	Action string     `json:"action"`
	DueAt  *time.Time `json:"due_at,omitempty"`
	Target string     `json:"target,omitempty"` // offer, leg or approval
}

// view shows a case to the caller of x. Customers do not see what the shop has
// yet to agree on, nor what it thinks of them.
func (x *exchange) view(record dispute.CaseRecord) CaseView {
	v := CaseView{Case: record.Case, Facts: record.Case.Facts, Gate: record.Gate, AllowedActions: []AllowedAction{}}
	if v.Gate == "" {
		v.Gate = dispute.GateOpen
	}
	if v.Case.Suspended != nil {
		v.Suspended = v.Case.Suspended
	}
	if len(v.Case.Proof) > 0 {
		v.Proof = v.Case.Proof
	}
	if x.customer() {
		v.hide()
	} else {
		v.Risk, v.Orphaned, v.Retention = &record.Case.Risk, &record.Orphaned, record.Retention
	}
	v.fill()
	if v.Gate == dispute.GateOpen {
		for _, a := range dispute.AllowedActions(&record.Case, x.actor()) {
			v.AllowedActions = append(v.AllowedActions, AllowedAction{Action: a.Action, DueAt: a.DueAt, Target: a.Target})
		}
	}
	return v
}

// hide takes out what a customer does not see. It copies what it shortens, since
// the record may be shared.
func (v *CaseView) hide() {
	v.Facts = customerFacts(&v.Case)
	v.Suspended, v.Proof = customerSuspension(&v.Case), customerProof(&v.Case)
	v.Clocks, v.Appeals = customerClocks(v.Clocks), customerAppeals(v.Appeals)
	if !openlyExplained(&v.Case) {
		v.Explanation = nil
	}
	v.Approvals = nil
	offers, decisions := v.Offers, v.Decisions
	v.Offers, v.Decisions = nil, nil
	for _, o := range offers {
		if o.PresentedAt != nil {
			v.Offers = append(v.Offers, o)
		}
	}
	for _, d := range decisions {
		switch d.State {
		case dispute.DecisionInForce, dispute.DecisionContestable, dispute.DecisionContested:
			v.Decisions = append(v.Decisions, d)
		}
	}
	v.anonymize()
}

// fill makes absent lists empty ones, as the document promises.
func (v *CaseView) fill() {
	list(&v.Lines)
	list(&v.RequestedRemedy)
	list(&v.Evidence)
	list(&v.Liability)
	list(&v.Offers)
	list(&v.Decisions)
	list(&v.Approvals)
	list(&v.Remedies)
	list(&v.Clocks)
	list(&v.Legs)
	if v.Completeness != nil && v.Completeness.Items == nil {
		notice := *v.Completeness
		list(&notice.Items)
		v.Completeness = &notice
	}
}

func list[T any](s *[]T) {
	if *s == nil {
		*s = []T{}
	}
}

// readView reads a case without its texts: answers to writes are stored for
// replay, and personal data is kept in one place only.
func (s *Server) readView(ctx context.Context, x *exchange, caseID string) (*CaseView, error) {
	record, err := s.Store.GetCase(ctx, caseID)
	if err != nil {
		return nil, err
	}
	record.Case = record.Case.AsOf(s.now())
	view := x.view(record)
	view.Recoveries, err = s.recoveriesOf(ctx, x, &record.Case)
	return &view, err
}

// withTexts shows a case with what people wrote, as far as the caller may read it.
func (s *Server) withTexts(ctx context.Context, x *exchange, record dispute.CaseRecord) (*CaseView, error) {
	v := x.view(record)
	var err error
	if v.Recoveries, err = s.recoveriesOf(ctx, x, &record.Case); err != nil {
		return nil, err
	}
	if v.Links, err = s.linksOf(ctx, x, record.Case.ID); err != nil {
		return nil, err
	}
	if x.caller.Role == dispute.RoleMachine {
		return &v, nil
	}
	if v.Preferences, err = s.preferencesOf(ctx, x, record.Case.CustomerID); err != nil {
		return nil, err
	}
	texts, err := s.Store.Texts(ctx, record.Case.ID)
	if err != nil {
		return nil, err
	}
	for _, t := range texts {
		if t.Kind == textFileName || (t.Internal && x.customer()) {
			continue
		}
		if strings.HasPrefix(t.ID, remarkPrefix) && !v.mentions(t.ID) {
			continue // of a command that was refused, or that the caller does not see
		}
		v.Texts = append(v.Texts, t)
	}
	if x.customer() {
		v.Texts = namelessTexts(v.Texts)
	}
	return &v, nil
}

// mentions says whether the case, as the caller sees it, refers to the text.
func (v *CaseView) mentions(textID string) bool {
	for _, o := range v.Offers {
		if o.NoteID == textID || (o.Counter != nil && o.Counter.NoteID == textID) {
			return true
		}
	}
	for _, d := range v.Decisions {
		if d.NoteID == textID || (d.Reject != nil && d.Reject.NoteID == textID) {
			return true
		}
	}
	for _, a := range v.Approvals {
		if a.NoteID == textID {
			return true
		}
	}
	for _, a := range v.Appeals {
		if a.NoteID == textID {
			return true
		}
	}
	for _, m := range v.Mediations {
		if m.NoteID == textID {
			return true
		}
	}
	for _, step := range v.Case.Proof { // what was asked of the merchant is an internal text
		if step.NoteID == textID {
			return true
		}
	}
	if v.SecondOpinion != nil && v.SecondOpinion.NoteID == textID {
		return true
	}
	if v.Risk != nil && v.Risk.Review != nil && v.Risk.Review.NoteID == textID {
		return true
	}
	return v.Survey != nil && v.Survey.NoteID == textID
}
