package store

import (
	"context"
	"encoding/json"
	"errors"
	"time"

	"github.com/jackc/pgx/v5"

	"github.com/redresshq/redress/dispute"
)

// Adopt makes a run of the case's workflow (after a reset or a restart) the owner
// of the record, adds a run.adopted entry, has events that no run has recorded
// delivered again, and returns the case and the workflow's own state as stored, from
// which the run goes on. The owner that adopts again gets them without another
// entry. Errors: CodeNotFound, CodeCaseClosed after the end,
// CodeRunSuperseded for a run that was replaced already.
func (s *Store) Adopt(ctx context.Context, caseID, runID string) (dispute.Case, json.RawMessage, error) {
	var c dispute.Case
	var engine []byte
	err := s.inTx(ctx, "adopt "+caseID, func(tx pgx.Tx) error {
		position, err := reserve(ctx, tx)
		if err != nil {
			return err
		}
		var owner string
		var gate dispute.Gate
		var head chainHead
		err = tx.QueryRow(ctx, `SELECT run_id, gate, timeline_seq, timeline_hash, doc, engine FROM cases
			WHERE id = $1 FOR NO KEY UPDATE`, caseID).Scan(&owner, &gate, &head.seq, &head.hash, &c, &engine)
		switch {
		case errors.Is(err, pgx.ErrNoRows):
			return dispute.Errorf(dispute.CodeNotFound, "there is no case %s", caseID)
		case err != nil:
			return err
		case owner == runID:
			return nil
		case gate == dispute.GateClosed:
			return dispute.Errorf(dispute.CodeCaseClosed, "case %s is closed", caseID)
		}
		c.Version++
		return takeOver(ctx, tx, c, owner, runID, head, position)
	})
	if err != nil {
		return dispute.Case{}, nil, err
	}
	return c, engine, nil
}

// redeliver makes events due again which the case has not recorded: those that
// found no workflow, and those that its last run was given and ended without
// having taken in. What it did take in stands in its state; the quarter of an hour
// covers the time between a signal and the record of it.
const redeliver = `UPDATE inbox i SET state = 'pending', next_at = clock_timestamp(), settled_at = NULL
	FROM cases c WHERE c.id = $1 AND i.case_id = c.id AND (i.state = 'pending' OR (i.state = 'delivered'
		AND i.settled_at >= c.updated_at - interval '15 minutes'
		AND NOT coalesce(c.engine -> 'seen_events', '[]') ? (i.payload ->> 'event_id')))`

// takeOver writes the change of owner.
func takeOver(ctx context.Context, tx pgx.Tx, c dispute.Case, from, to string, head chainHead, position int64) error {
	var known bool
	var runs int
	err := tx.QueryRow(ctx, "SELECT coalesce(bool_or(run_id = $2), false), coalesce(max(ordinal), 0) FROM case_runs WHERE case_id = $1",
		c.ID, to).Scan(&known, &runs)
	if err != nil {
		return err
	}
	if known {
		return dispute.Errorf(dispute.CodeRunSuperseded, "another run has taken case %s over", c.ID).WithRef(from)
	}
	data, err := json.Marshal(map[string]string{"from_run": from, "to_run": to})
	if err != nil {
		return err
	}
	entry := dispute.Entry{Type: dispute.EventAdopted, At: time.Now(), Data: data}
	if _, err := appendOne(ctx, tx, c.ID, head, c.Stage, position, entry); err != nil {
		return err
	}
	doc, err := json.Marshal(c)
	if err != nil {
		return err
	}
	var q pgx.Batch
	q.Queue(redeliver, c.ID)
	q.Queue("INSERT INTO case_runs (case_id, run_id, ordinal) VALUES ($1, $2, $3)", c.ID, to, runs+1)
	q.Queue(`UPDATE cases SET run_id = $2, version = $3, doc = $4, orphaned = false, updated_at = now() WHERE id = $1`,
		c.ID, to, c.Version, doc)
	return tx.SendBatch(ctx, &q).Close()
}
