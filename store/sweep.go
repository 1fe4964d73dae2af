package store

import (
	"context"
	"errors"
	"time"

	"github.com/jackc/pgx/v5"

	"github.com/redresshq/redress/dispute"
)

// OpenRuns returns the cases that are not closed, those least recently returned
// first, at most limit (500 if 0 or more), and remembers that it did. Several
// sweepers share the work.
func (s *Store) OpenRuns(ctx context.Context, limit int) ([]dispute.OpenRun, error) {
	rows, err := s.pool.Query(ctx, `
		WITH next AS (SELECT case_id FROM case_watch ORDER BY checked_at, case_id LIMIT $1 FOR UPDATE SKIP LOCKED),
		seen AS (UPDATE case_watch w SET checked_at = clock_timestamp() FROM next WHERE w.case_id = next.case_id RETURNING w.case_id)
		SELECT c.id, c.run_id, c.gate, c.orphaned, c.updated_at FROM cases c JOIN seen ON seen.case_id = c.id
		WHERE c.gate <> 'closed' ORDER BY c.updated_at, c.id`, atMost(limit, 500))
	if err != nil {
		return nil, mapError("open runs", err)
	}
	out, err := pgx.CollectRows(rows, func(r pgx.CollectableRow) (o dispute.OpenRun, err error) {
		err = r.Scan(&o.CaseID, &o.RunID, &o.Gate, &o.Orphaned, &o.UpdatedAt)
		o.UpdatedAt = o.UpdatedAt.UTC()
		return o, err
	})
	return out, mapError("open runs", err)
}

// MarkOrphaned notes that an open case's workflow is gone, with one entry in the
// timeline, or that it is there again. What is so already, and a closed case,
// are left alone. CodeNotFound for an unknown case.
func (s *Store) MarkOrphaned(ctx context.Context, caseID string, orphaned bool) error {
	return s.inTx(ctx, "orphan "+caseID, func(tx pgx.Tx) error {
		position, err := reserve(ctx, tx)
		if err != nil {
			return err
		}
		var is bool
		var gate dispute.Gate
		var stage dispute.Stage
		var head chainHead
		err = tx.QueryRow(ctx, `SELECT orphaned, gate, stage, timeline_seq, timeline_hash FROM cases
			WHERE id = $1 FOR NO KEY UPDATE`, caseID).Scan(&is, &gate, &stage, &head.seq, &head.hash)
		if errors.Is(err, pgx.ErrNoRows) {
			return dispute.Errorf(dispute.CodeNotFound, "there is no case %s", caseID)
		}
		if err != nil || is == orphaned || gate == dispute.GateClosed {
			return err
		}
		if _, err := tx.Exec(ctx, "UPDATE cases SET orphaned = $2 WHERE id = $1", caseID, orphaned); err != nil || !orphaned {
			return err
		}
		_, err = appendOne(ctx, tx, caseID, head, stage, position, dispute.Entry{Type: dispute.EventOrphaned, At: time.Now()})
		return err
	})
}

// Counts are figures for metrics and alarms: inbox_pending, inbox_unmatched,
// inbox_late, inbox_invalid, inbox_oldest_seconds (how long the oldest pending event
// has waited), outbox_pending, outbox_dead, outbox_oldest_seconds (those that wait for
// the morning do not count), webhooks_pending, webhooks_dead, cases_open,
// cases_orphaned, texts_due (closed cases whose personal data has to go), records_due
// (closed cases that need not be kept any more). None of them reads a table as a whole.
func (s *Store) Counts(ctx context.Context) (map[string]int64, error) {
	rows, err := s.pool.Query(ctx, `
		SELECT 'inbox_' || state, count(*) FROM inbox WHERE state IN ('pending', 'unmatched', 'late', 'invalid') GROUP BY state
		UNION ALL SELECT 'inbox_oldest_seconds', coalesce(extract(epoch FROM now() - min(received_at)), 0)::bigint FROM inbox WHERE state = 'pending'
		UNION ALL SELECT 'outbox_pending', count(*) FROM outbox WHERE state = 'pending'
		UNION ALL SELECT 'outbox_dead', count(*) FROM outbox WHERE state = 'dead'
		UNION ALL SELECT 'webhooks_pending', count(*) FROM webhook_deliveries WHERE state = 'pending'
		UNION ALL SELECT 'webhooks_dead', count(*) FROM webhook_deliveries WHERE state = 'dead'
		UNION ALL SELECT 'outbox_oldest_seconds', coalesce(extract(epoch FROM now() - min(greatest(created_at, held_until))), 0)::bigint FROM outbox
			WHERE state = 'pending' AND (held_until IS NULL OR held_until <= now())
		UNION ALL SELECT 'cases_open', count(*) FROM case_watch
		UNION ALL SELECT 'cases_orphaned', count(*) FROM cases WHERE orphaned
		UNION ALL SELECT 'recoveries_orphaned', count(*) FROM recoveries WHERE orphaned
		UNION ALL SELECT 'texts_due', count(*) FROM cases c WHERE `+textsDue+`
		UNION ALL SELECT 'records_due', count(*) FROM cases WHERE record_until <= $1`, time.Now())
	if err != nil {
		return nil, mapError("counts", err)
	}
	out := map[string]int64{"inbox_pending": 0, "inbox_unmatched": 0, "inbox_late": 0, "inbox_invalid": 0}
	var name string
	var n int64
	_, err = pgx.ForEachRow(rows, []any{&name, &n}, func() error { out[name] = n; return nil })
	return out, mapError("counts", err)
}
