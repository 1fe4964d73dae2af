package store

import (
	"context"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/jackc/pgx/v5"

	"github.com/redresshq/redress/dispute"
)

// Texts returns what people wrote in a case, oldest first. It is personal data; once
// it is erased, the bodies are empty.
func (s *Store) Texts(ctx context.Context, caseID string) ([]dispute.Text, error) {
	rows, err := s.pool.Query(ctx, `SELECT t.id, t.case_id, t.kind, t.author_role, t.author_id, t.body, t.internal, t.created_at, c.texts_erased_at
		FROM case_texts t LEFT JOIN cases c ON c.id = t.case_id WHERE t.case_id = $1 ORDER BY t.created_at, t.id`, caseID)
	if err != nil {
		return nil, mapError("texts of "+caseID, err)
	}
	out, err := pgx.CollectRows(rows, func(r pgx.CollectableRow) (t dispute.Text, err error) {
		if err := r.Scan(&t.ID, &t.CaseID, &t.Kind, &t.Author.Role, &t.Author.ID, &t.Body, &t.Internal, &t.CreatedAt, &t.ErasedAt); err != nil {
			return t, err
		}
		t.CreatedAt, t.ErasedAt = t.CreatedAt.UTC(), inUTC(t.ErasedAt)
		t.Body, err = s.keys.OpenText(t.Body)
		return t, err
	})
	return out, mapError("texts of "+caseID, err)
}

// AddText stores one text; the same id again changes nothing. CodeNotFound when
// the case is not on record, CodeCaseClosed when its texts have been erased.
func (s *Store) AddText(ctx context.Context, t dispute.Text) error {
	return s.inTx(ctx, "text of "+t.CaseID, func(tx pgx.Tx) error {
		if err := refuseErased(ctx, tx, t.CaseID); err != nil {
			return err
		}
		var q pgx.Batch
		if err := s.queueText(&q, t); err != nil {
			return err
		}
		return tx.SendBatch(ctx, &q).Close()
	})
}

func (s *Store) queueText(q *pgx.Batch, t dispute.Text) error {
	if t.CreatedAt.IsZero() {
		t.CreatedAt = time.Now()
	}
	if strings.ContainsRune(t.Body, 0) || !utf8.ValidString(t.Body) {
		return dispute.Invalid("a text is UTF-8 without the character NUL") // sealed, the database would not see it
	}
	body, err := s.keys.Text(t.Body)
	if err != nil {
		return err
	}
	q.Queue(`INSERT INTO case_texts (id, case_id, kind, author_role, author_id, body, internal, created_at)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8) ON CONFLICT (id) DO NOTHING`,
		t.ID, t.CaseID, t.Kind, t.Author.Role, t.Author.ID, body, t.Internal, t.CreatedAt)
	return nil
}
