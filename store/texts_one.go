package store

import (
	"context"
	"time"

	"github.com/redresshq/redress/dispute"
)

// CaseText returns the body of one text of a case, for the step that has to tell a
// partner what it says. CodeNotFound when there is none, CodeErased when it is gone.
func (s *Store) CaseText(ctx context.Context, caseID, textID string) (string, error) {
	var body string
	var erased *time.Time
	err := s.pool.QueryRow(ctx, `SELECT t.body, c.texts_erased_at FROM case_texts t LEFT JOIN cases c ON c.id = t.case_id
		WHERE t.case_id = $1 AND t.id = $2`, caseID, textID).Scan(&body, &erased)
	if err != nil {
		return "", mapError("text "+textID, err)
	}
	if erased != nil {
		return "", dispute.Errorf(dispute.CodeErased, "the text %s was erased", textID)
	}
	return s.keys.OpenText(body)
}
