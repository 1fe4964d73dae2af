package store

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/jackc/pgx/v5"

	"github.com/redresshq/redress/dispute"
)

// GetRecovery returns a recovery; CodeNotFound when there is none.
func (s *Store) GetRecovery(ctx context.Context, id string) (dispute.RecoveryRecord, error) {
	var r dispute.RecoveryRecord
	err := s.pool.QueryRow(ctx, "SELECT doc, orphaned FROM recoveries WHERE id = $1", id).Scan(&r.Recovery, &r.Orphaned)
	if errors.Is(err, pgx.ErrNoRows) {
		return r, dispute.Errorf(dispute.CodeNotFound, "there is no recovery %s", id)
	}
	return r, mapError("recovery "+id, err)
}

// ListRecoveries returns one page, newest first. CodeInvalid for a cursor that is not
// ours, and for a limit out of range.
func (s *Store) ListRecoveries(ctx context.Context, f dispute.RecoveryFilter) (dispute.RecoveryPage, error) {
	if err := checkLimit(&f.Limit, defaultPage, maxPage); err != nil {
		return dispute.RecoveryPage{}, err
	}
	where, args := []string{"true"}, []any{f.Limit + 1}
	for _, eq := range []struct{ column, value string }{{"state", string(f.State)}, {"party", string(f.Party)}, {"case_id", f.CaseID}} {
		if eq.value != "" {
			args = append(args, eq.value)
			where = append(where, fmt.Sprintf("%s = $%d", eq.column, len(args)))
		}
	}
	if f.Cursor != "" {
		c, err := decodeCursor(f.Cursor)
		if err != nil || c.ByDue {
			return dispute.RecoveryPage{}, dispute.Invalid("the cursor is not one of ours", dispute.Field{Pointer: "/cursor", Detail: "take next_cursor as it is"})
		}
		args = append(args, c.At, c.ID)
		where = append(where, fmt.Sprintf("(opened_at, id) < ($%d, $%d)", len(args)-1, len(args)))
	}
	rows, err := s.pool.Query(ctx, "SELECT doc, orphaned FROM recoveries WHERE "+strings.Join(where, " AND ")+
		" ORDER BY opened_at DESC, id DESC LIMIT $1", args...)
	if err != nil {
		return dispute.RecoveryPage{}, mapError("list recoveries", err)
	}
	items, err := pgx.CollectRows(rows, func(r pgx.CollectableRow) (out dispute.RecoveryRecord, err error) {
		return out, r.Scan(&out.Recovery, &out.Orphaned)
	})
	if err != nil {
		return dispute.RecoveryPage{}, mapError("list recoveries", err)
	}
	page := dispute.RecoveryPage{Items: items}
	if len(items) > f.Limit {
		page.Items = items[:f.Limit]
		last := page.Items[f.Limit-1].Recovery
		page.Next, err = encodeCursor(cursor{At: utc(last.OpenedAt).Format(time.RFC3339Nano), ID: last.ID})
	}
	return page, err
}

// RecoveryTimeline returns the entries of a recovery after a number, at most limit.
func (s *Store) RecoveryTimeline(ctx context.Context, id string, after int64, limit int) ([]dispute.RecoveryEntry, error) {
	rows, err := s.pool.Query(ctx, `SELECT seq, type, at, actor_role, actor_id, state, reason, event_id, data, prev_hash, hash
		FROM recovery_timeline WHERE recovery_id = $1 AND seq > $2 ORDER BY seq LIMIT $3`, id, after, atMost(limit, 500))
	if err != nil {
		return nil, mapError("timeline of "+id, err)
	}
	out, err := pgx.CollectRows(rows, func(r pgx.CollectableRow) (e dispute.RecoveryEntry, err error) {
		var data []byte
		err = r.Scan(&e.Seq, &e.Type, &e.At, &e.Actor.Role, &e.Actor.ID, &e.State, &e.Reason, &e.EventID, &data, &e.PrevHash, &e.Hash)
		e.At, e.Data = e.At.UTC(), data
		return e, err
	})
	return out, mapError("timeline of "+id, err)
}

// RecoveriesToStart returns recoveries whose workflow was never started, oldest first.
func (s *Store) RecoveriesToStart(ctx context.Context, limit int) ([]dispute.Recovery, error) {
	rows, err := s.pool.Query(ctx, "SELECT doc FROM recoveries WHERE started_at IS NULL ORDER BY opened_at LIMIT $1", atMost(limit, 200))
	if err != nil {
		return nil, mapError("recoveries to start", err)
	}
	out, err := pgx.CollectRows(rows, pgx.RowTo[dispute.Recovery])
	return out, mapError("recoveries to start", err)
}

// MarkRecoveryStarted notes that the recovery's workflow has been started.
func (s *Store) MarkRecoveryStarted(ctx context.Context, id string) error {
	_, err := s.pool.Exec(ctx, "UPDATE recoveries SET started_at = coalesce(started_at, now()) WHERE id = $1", id)
	return mapError("recovery "+id, err)
}

// RecoveryRuns returns open recoveries whose workflow was started, those
// looked at least recently first, and remembers that it did.
func (s *Store) RecoveryRuns(ctx context.Context, limit int) ([]dispute.RecoveryRun, error) {
	rows, err := s.pool.Query(ctx, `
		WITH next AS (SELECT id FROM recoveries WHERE closed_at IS NULL AND started_at IS NOT NULL
			ORDER BY checked_at LIMIT $1 FOR NO KEY UPDATE SKIP LOCKED)
		UPDATE recoveries r SET checked_at = clock_timestamp() FROM next WHERE r.id = next.id
		RETURNING r.doc, r.run_id, r.orphaned`, atMost(limit, 500))
	if err != nil {
		return nil, mapError("open recoveries", err)
	}
	out, err := pgx.CollectRows(rows, func(r pgx.CollectableRow) (run dispute.RecoveryRun, err error) {
		return run, r.Scan(&run.Recovery, &run.RunID, &run.Orphaned)
	})
	return out, mapError("open recoveries", err)
}

// MarkRecoveryOrphaned notes that an open recovery's workflow is gone, or there again.
func (s *Store) MarkRecoveryOrphaned(ctx context.Context, id string, orphaned bool) error {
	_, err := s.pool.Exec(ctx, "UPDATE recoveries SET orphaned = $2 WHERE id = $1 AND closed_at IS NULL AND orphaned <> $2", id, orphaned)
	return mapError("recovery "+id, err)
}
