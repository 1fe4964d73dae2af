package api

import (
	"context"

	"github.com/redresshq/redress/dispute"
)

// The kinds of a text.
const (
	textStatement = "statement"
	textContact   = "contact"
	// What was told of the problem at the opening, beside the statement.
	textSymptom    = "symptom"
	textStepsTried = "steps_tried"
	textMessage    = "message"
	textNote       = "note"
	textFileName   = "file_name"
	textAmendment  = "amendment" // what an order shall be changed to
)

// remarkPrefix begins the ids of texts that go with an offer, an answer, a
// decision or an approval: they are shown only where the case refers to them.
const remarkPrefix = "remark"

// keepText stores what somebody wrote and returns its id, "" for no text. The id
// is the operation's, so that a retry keeps it once. Internal texts are for staff.
func (s *Server) keepText(ctx context.Context, prefix string, internal bool, body *string) (string, error) {
	if body == nil || *body == "" {
		return "", nil
	}
	x := exchangeOf(ctx)
	kind := textMessage
	if internal {
		kind = textNote
	}
	text := dispute.Text{ID: x.derived(prefix), CaseID: x.caseID(), Kind: kind, Author: x.actor(), Body: *body,
		CreatedAt: s.now(), Internal: internal}
	if err := s.Store.AddText(ctx, text); err != nil {
		return "", err
	}
	return text.ID, nil
}
