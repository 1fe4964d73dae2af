package store

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"

	"github.com/redresshq/redress/dispute"
)

const entryColumns = `case_id, seq, position, type, at, actor_role, actor_id, stage, reason, event_id, data, prev_hash, hash`

func scanEntry(r pgx.CollectableRow) (dispute.RecordedEntry, error) {
	var e dispute.RecordedEntry
	var data []byte
	err := r.Scan(&e.CaseID, &e.Seq, &e.Position, &e.Type, &e.At, &e.Actor.Role, &e.Actor.ID, &e.Stage, &e.Reason,
		&e.EventID, &data, &e.PrevHash, &e.Hash)
	e.At, e.Data = e.At.UTC(), json.RawMessage(data)
	return e, err
}

// Timeline returns a case's entries after a seq (0 for all), at most limit (500 if
// 0 or more than 500); a case that is not on record has none.
func (s *Store) Timeline(ctx context.Context, caseID string, afterSeq int64, limit int) ([]dispute.RecordedEntry, error) {
	return s.entries(ctx, "timeline of "+caseID, `SELECT `+entryColumns+` FROM timeline
		WHERE case_id = $1 AND seq > $2 ORDER BY seq LIMIT $3`, caseID, afterSeq, atMost(limit, 500))
}

// Events returns the entries of all cases after a position (0 for all), at most
// limit (500 if 0 or more), in an order that never grows in the middle: what is
// not yet certain to have no predecessor under way is held back until it is. Since
// PostgreSQL numbers transactions per server, a long transaction in any of the
// server's databases delays events, and loses none.
//
// A row whose transaction number lies in the future comes from a restored dump of
// another server, and is committed for certain.
func (s *Store) Events(ctx context.Context, after int64, limit int) ([]dispute.RecordedEntry, error) {
	return s.entries(ctx, "events", `SELECT `+entryColumns+` FROM timeline
		WHERE position > $1 AND (xid < pg_snapshot_xmin(pg_current_snapshot()) OR xid >= pg_snapshot_xmax(pg_current_snapshot()))
		ORDER BY position LIMIT $2`, after, atMost(limit, 500))
}

func (s *Store) entries(ctx context.Context, what, sql string, args ...any) ([]dispute.RecordedEntry, error) {
	rows, err := s.pool.Query(ctx, sql, args...)
	if err != nil {
		return nil, mapError(what, err)
	}
	out, err := pgx.CollectRows(rows, scanEntry)
	return out, mapError(what, err)
}

// VerifyChain reads a case's whole timeline and checks that each entry is what was
// written, follows the one before it, and that the last is the head which the case's
// row knows. CodeNotFound for an unknown case.
func (s *Store) VerifyChain(ctx context.Context, caseID string) (dispute.ChainReport, error) {
	report := dispute.ChainReport{CaseID: caseID}
	err := s.inTx(ctx, "verify "+caseID, func(tx pgx.Tx) error {
		if _, err := tx.Exec(ctx, "SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY"); err != nil {
			return err
		}
		var end chainHead
		err := tx.QueryRow(ctx, "SELECT timeline_seq, timeline_hash FROM cases WHERE id = $1", caseID).Scan(&end.seq, &end.hash)
		if errors.Is(err, pgx.ErrNoRows) {
			return dispute.Errorf(dispute.CodeNotFound, "there is no case %s", caseID)
		}
		if err != nil {
			return err
		}
		return verify(ctx, tx, end, &report)
	})
	if err != nil {
		return dispute.ChainReport{}, err
	}
	return report, nil
}

func verify(ctx context.Context, tx pgx.Tx, end chainHead, report *dispute.ChainReport) error {
	rows, err := tx.Query(ctx, `SELECT `+entryColumns+` FROM timeline WHERE case_id = $1 ORDER BY seq`, report.CaseID)
	if err != nil {
		return err
	}
	defer rows.Close()
	var at chainHead
	for rows.Next() {
		e, err := scanEntry(rows)
		if err != nil {
			return err
		}
		report.Entries++
		hash, err := chained(e)
		switch {
		case err != nil:
			return err
		case e.Seq != at.seq+1:
			report.BrokenAt, report.Problem = at.seq+1, fmt.Sprintf("entry %d is missing", at.seq+1)
		case e.PrevHash != at.hash:
			report.BrokenAt, report.Problem = e.Seq, fmt.Sprintf("entry %d does not follow the entry before it", e.Seq)
		case e.Hash != hash:
			report.BrokenAt, report.Problem = e.Seq, fmt.Sprintf("entry %d was changed after it was written", e.Seq)
		}
		if report.Problem != "" {
			return nil
		}
		at = chainHead{seq: e.Seq, hash: e.Hash}
	}
	if err := rows.Err(); err != nil {
		return err
	}
	if at != end {
		report.BrokenAt = min(at.seq, end.seq) + 1
		report.Problem = fmt.Sprintf("the case knows of %d entries ending in %.12s, the timeline has %d", end.seq, end.hash, at.seq)
		return nil
	}
	report.Intact = true
	return nil
}

// appendOne adds one entry to a locked case outside of a batch, at a position
// reserved at the transaction's start.
func appendOne(ctx context.Context, tx pgx.Tx, caseID string, head chainHead, stage dispute.Stage, position int64, e dispute.Entry) (chainHead, error) {
	entries, head, err := chain(caseID, head, stage, time.Now(), []dispute.Entry{e})
	if err != nil {
		return head, err
	}
	var q pgx.Batch
	queueEntries(&q, entries, position)
	q.Queue("UPDATE cases SET timeline_seq = $2, timeline_hash = $3 WHERE id = $1", caseID, head.seq, head.hash)
	return head, tx.SendBatch(ctx, &q).Close()
}

// reserve must come first in a transaction that will add one entry.
func reserve(ctx context.Context, tx pgx.Tx) (position int64, err error) {
	err = tx.QueryRow(ctx, "SELECT redress_reserve(1)").Scan(&position)
	return position, err
}

func atMost(limit, most int) int {
	if limit <= 0 || limit > most {
		return most
	}
	return limit
}
