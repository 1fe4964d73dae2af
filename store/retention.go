package store

import (
	"context"
	"encoding/json"
	"errors"
	"time"

	"github.com/jackc/pgx/v5"

	"github.com/redresshq/redress/dispute"
)

// textsDue holds for a case c whose personal data has to go at an instant ($1): it is
// closed, its time is over, and no case that followed from it, over however many, is
// still open.
const textsDue = `c.texts_until <= $1 AND c.texts_until IS NOT NULL AND c.texts_erased_at IS NULL AND c.gate = 'closed'
	AND NOT EXISTS (WITH RECURSIVE later (id, gate) AS (
			SELECT n.id, n.gate FROM cases n WHERE n.previous_case_id = c.id AND n.previous_case_id <> ''
			UNION SELECT n.id, n.gate FROM cases n JOIN later l ON n.previous_case_id = l.id AND n.previous_case_id <> '')
		SELECT FROM later WHERE later.gate <> 'closed')`

// lockErasing is held by whoever erases what belongs to a case: one at a time.
const lockErasing = "SELECT pg_try_advisory_xact_lock(hashtextextended($1, 7205760))"

// DueTexts lists closed cases whose personal data has to go, those first that have
// waited longest, after the given one (the zero value: from the start), at most limit
// (500 if 0 or more).
func (s *Store) DueTexts(ctx context.Context, at time.Time, after dispute.DueTexts, limit int) ([]dispute.DueTexts, error) {
	rows, err := s.pool.Query(ctx, "SELECT c.id, c.texts_until FROM cases c WHERE "+textsDue+`
			AND (c.texts_until, c.id) > ($2::timestamptz, $3::text) ORDER BY c.texts_until, c.id LIMIT $4`,
		at, after.Until, after.CaseID, atMost(limit, 500))
	if err != nil {
		return nil, mapError("due texts", err)
	}
	out, err := pgx.CollectRows(rows, func(r pgx.CollectableRow) (d dispute.DueTexts, err error) {
		err = r.Scan(&d.CaseID, &d.Until)
		d.Until = d.Until.UTC()
		return d, err
	})
	return out, mapError("due texts", err)
}

// EraseTexts erases the personal data of a closed case that is due at the instant:
// first the bytes of its evidence by remove, then in one transaction what people wrote
// and what partners reported word for word, with one entry in the timeline. What is not
// due, or another process has in hand, is left alone (false). remove may be called
// again after a failure or a crash: until the row says that all is gone, the work is
// known to be open. An error of remove is returned as it is.
func (s *Store) EraseTexts(ctx context.Context, caseID string, at time.Time, remove func(context.Context, string) error) (erased bool, err error) {
	at = utc(at)
	err = s.inTx(ctx, "erase texts of "+caseID, func(tx pgx.Tx) error {
		due, err := claimErasing(ctx, tx, caseID, at)
		if err != nil || !due {
			return err
		}
		// So far the transaction has no number: it holds back no reader of events, however
		// long the files take.
		if err := removeBytes(ctx, caseID, remove); err != nil {
			return err
		}
		position, err := reserve(ctx, tx)
		if err != nil {
			return err
		}
		head, stage, _, err := lockHead(ctx, tx, caseID)
		if err != nil {
			return err
		}
		entry, err := eraseRows(ctx, tx, caseID, at)
		if err != nil {
			return err
		}
		erased = true
		_, err = appendOne(ctx, tx, caseID, head, stage, position, entry)
		return err
	})
	return erased && err == nil, err
}

// claimErasing says whether the case is ours to erase.
func claimErasing(ctx context.Context, tx pgx.Tx, caseID string, at time.Time) (due bool, err error) {
	if err := tx.QueryRow(ctx, lockErasing, caseID).Scan(&due); err != nil || !due {
		return false, err
	}
	// A statement of its own: it sees what the one before us has committed.
	err = tx.QueryRow(ctx, "SELECT EXISTS (SELECT FROM cases c WHERE c.id = $2 AND "+textsDue+")", at, caseID).Scan(&due)
	return due, err
}

func removeBytes(ctx context.Context, caseID string, remove func(context.Context, string) error) error {
	ctx, cancel := context.WithTimeout(ctx, handTimeout)
	defer cancel()
	return remove(ctx, caseID)
}

// eraseRows empties the rows and returns the entry that says so.
func eraseRows(ctx context.Context, tx pgx.Tx, caseID string, at time.Time) (dispute.Entry, error) {
	var rule string
	var done struct {
		Basis   string `json:"basis,omitempty"`
		Until   string `json:"texts_until"`
		Texts   int64  `json:"texts"`
		Reports int64  `json:"reports"`
		Files   int64  `json:"files"`
	}
	texts, err := tx.Exec(ctx, "UPDATE case_texts SET body = '' WHERE case_id = $1 AND body <> ''", caseID)
	if err != nil {
		return dispute.Entry{}, err
	}
	reports, err := tx.Exec(ctx, "UPDATE inbox SET body = NULL WHERE case_id = $1 AND body IS NOT NULL", caseID)
	if err != nil {
		return dispute.Entry{}, err
	}
	var until time.Time
	err = tx.QueryRow(ctx, `UPDATE cases c SET texts_erased_at = $2 WHERE c.id = $1
		RETURNING c.retention_rule, c.retention_basis, c.texts_until, (SELECT count(*) FROM evidence e WHERE e.case_id = c.id)`,
		caseID, at).Scan(&rule, &done.Basis, &until, &done.Files)
	if err != nil {
		return dispute.Entry{}, err
	}
	done.Until, done.Texts, done.Reports = until.UTC().Format(time.RFC3339), texts.RowsAffected(), reports.RowsAffected()
	data, err := json.Marshal(done)
	return dispute.Entry{Type: dispute.EventTextsErased, At: at, Reason: rule, Data: data}, err
}

// queueRetention keeps until when a case that closes is kept. What is erased already
// stays so.
func queueRetention(q *pgx.Batch, caseID string, r *dispute.Retention) {
	if r == nil {
		return
	}
	q.Queue(`UPDATE cases SET texts_until = $2, record_until = $3, retention_rule = $4, retention_basis = $5
		WHERE id = $1 AND texts_erased_at IS NULL`, caseID, r.TextsUntil, r.RecordUntil, r.Rule, r.Basis)
}

// retentionColumns are scanned by retentionRow.
const retentionColumns = "texts_until, record_until, retention_rule, retention_basis, texts_erased_at"

// retentionRow is where the columns of a retention go.
type retentionRow struct {
	texts, record, erased *time.Time
	rule, basis           string
}

func (r *retentionRow) fields() []any {
	return []any{&r.texts, &r.record, &r.rule, &r.basis, &r.erased}
}

// retention is nil where the row has none.
func (r *retentionRow) retention() *dispute.Retention {
	if r.texts == nil || r.record == nil {
		return nil
	}
	return &dispute.Retention{TextsUntil: r.texts.UTC(), RecordUntil: r.record.UTC(), TextsErasedAt: inUTC(r.erased), Rule: r.rule, Basis: r.basis}
}

// refuseErased fails with CodeCaseClosed where the case's personal data is gone: none
// comes after it. The row is locked against erasing until the transaction ends.
func refuseErased(ctx context.Context, tx pgx.Tx, caseID string) error {
	var erased bool
	err := tx.QueryRow(ctx, "SELECT texts_erased_at IS NOT NULL FROM cases WHERE id = $1 FOR SHARE", caseID).Scan(&erased)
	if errors.Is(err, pgx.ErrNoRows) {
		return dispute.Errorf(dispute.CodeNotFound, "there is no case %s", caseID)
	}
	if err == nil && erased {
		return dispute.Errorf(dispute.CodeCaseClosed, "what belongs to case %s was erased; it takes nothing more", caseID)
	}
	return err
}
