package store

import (
	"context"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"

	"github.com/redresshq/redress/dispute"
)

// defaultLease is a claim's when it does not say.
const defaultLease = 30 * time.Second

// BeginOperation claims a client's write under its idempotency key, and says in
// State what the claimant shall do. One transaction inserts or locks the row; a new
// row's texts go with it. CodeKeyMissing without a key.
func (s *Store) BeginOperation(ctx context.Context, c dispute.OperationClaim) (dispute.OperationRow, error) {
	if c.Key == "" {
		return dispute.OperationRow{}, dispute.Errorf(dispute.CodeKeyMissing, "an Idempotency-Key is required")
	}
	if c.Lease <= 0 {
		c.Lease = defaultLease
	}
	row := dispute.OperationRow{Subject: c.Subject, Operation: c.Operation, Key: c.Key, BodyHash: c.BodyHash}
	err := s.inTx(ctx, "begin operation", func(tx pgx.Tx) error {
		tag, err := tx.Exec(ctx, `INSERT INTO operations (subject, operation, key, body_hash, case_id, update_id, lease_until)
			VALUES ($1, $2, $3, $4, $5, $6, clock_timestamp() + $7::interval) ON CONFLICT DO NOTHING`,
			c.Subject, c.Operation, c.Key, c.BodyHash, c.CaseID, c.UpdateID(), c.Lease)
		if err != nil {
			return err
		}
		isNew := tag.RowsAffected() == 1
		var live bool
		var bodyHash string
		var status *int
		err = tx.QueryRow(ctx, `SELECT body_hash, case_id, update_id, lease_until, lease_until > clock_timestamp(), status,
				location, response FROM operations
			WHERE subject = $1 AND operation = $2 AND key = $3 FOR NO KEY UPDATE`, c.Subject, c.Operation, c.Key).
			Scan(&bodyHash, &row.CaseID, &row.UpdateID, &row.LeaseUntil, &live, &status, &row.Location, &row.Response)
		if err != nil {
			return err
		}
		switch {
		case isNew:
			row.State = dispute.OperationNew
			return s.insertTexts(ctx, tx, row.CaseID, c.Texts)
		case bodyHash != c.BodyHash:
			row = dispute.OperationRow{Subject: c.Subject, Operation: c.Operation, Key: c.Key, BodyHash: bodyHash, State: dispute.OperationConflict}
			return nil
		case status != nil:
			row.State, row.Status = dispute.OperationFinished, *status
			answer, err := s.keys.OpenText(string(row.Response))
			row.Response = []byte(answer)
			return err
		case live:
			row.State = dispute.OperationInFlight
			return nil
		default:
			row.State = dispute.OperationRetry
			return tx.QueryRow(ctx, `UPDATE operations SET lease_until = clock_timestamp() + $4::interval
				WHERE subject = $1 AND operation = $2 AND key = $3 RETURNING lease_until`,
				c.Subject, c.Operation, c.Key, c.Lease).Scan(&row.LeaseUntil)
		}
	})
	if err != nil {
		return dispute.OperationRow{}, err
	}
	return row, nil
}

func (s *Store) insertTexts(ctx context.Context, tx pgx.Tx, caseID string, texts []dispute.Text) error {
	if len(texts) == 0 {
		return nil
	}
	var q pgx.Batch
	for _, t := range texts {
		if t.CaseID == "" {
			t.CaseID = caseID
		}
		if err := s.queueText(&q, t); err != nil {
			return err
		}
	}
	return tx.SendBatch(ctx, &q).Close()
}

// FinishOperation stores the final answer, which every retry is given from then on.
// The first answer stays; a second one, of a claimant whose lease was over, is
// dropped.
func (s *Store) FinishOperation(ctx context.Context, op dispute.OperationRow, status int, location string, response []byte) error {
	return mapError("finish operation", s.finish(ctx, s.pool, op, status, location, response))
}

// finishWith carries a write out and keeps its answer, in one transaction: whoever asks
// again after a crash is told what was done, or it is done now. CodeKeyInFlight where the
// operation was finished meanwhile, by a claimant who took the lease over.
func (s *Store) finishWith(ctx context.Context, what string, op dispute.OperationRow, write func(pgx.Tx) (dispute.OperationAnswer, error)) error {
	return s.inTx(ctx, what, func(tx pgx.Tx) error {
		var finished bool
		err := tx.QueryRow(ctx, `SELECT finished_at IS NOT NULL FROM operations
			WHERE subject = $1 AND operation = $2 AND key = $3 FOR NO KEY UPDATE`, op.Subject, op.Operation, op.Key).Scan(&finished)
		if err != nil {
			return err
		}
		if finished {
			return dispute.Errorf(dispute.CodeKeyInFlight, "a retry with this key was carried out meanwhile; ask again for its answer")
		}
		answer, err := write(tx)
		if err != nil {
			return err
		}
		return s.finish(ctx, tx, op, answer.Status, "", answer.Response)
	})
}

// executor is a pool or a transaction.
type executor interface {
	Exec(ctx context.Context, sql string, args ...any) (pgconn.CommandTag, error)
}

func (s *Store) finish(ctx context.Context, on executor, op dispute.OperationRow, status int, location string, response []byte) error {
	answer, err := s.keys.Text(string(response)) // it may repeat what the caller wrote
	if err != nil {
		return err
	}
	_, err = on.Exec(ctx, `UPDATE operations SET status = $4, location = $5, response = $6, finished_at = now()
		WHERE subject = $1 AND operation = $2 AND key = $3 AND finished_at IS NULL`,
		op.Subject, op.Operation, op.Key, status, location, []byte(answer))
	return err
}

// ReleaseOperation gives a lease back when the answer was not final, so that a retry
// need not wait for its end. A lease that somebody took over meanwhile stays.
func (s *Store) ReleaseOperation(ctx context.Context, op dispute.OperationRow) error {
	_, err := s.pool.Exec(ctx, `UPDATE operations SET lease_until = clock_timestamp()
		WHERE subject = $1 AND operation = $2 AND key = $3 AND lease_until = $4 AND finished_at IS NULL`,
		op.Subject, op.Operation, op.Key, op.LeaseUntil)
	return mapError("release operation", err)
}
