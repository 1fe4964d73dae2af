package store

import (
	"context"
	"time"

	"github.com/jackc/pgx/v5"

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
	answer, err := s.keys.Text(string(response)) // it may repeat what the caller wrote
	if err != nil {
		return err
	}
	_, err = s.pool.Exec(ctx, `UPDATE operations SET status = $4, location = $5, response = $6, finished_at = now()
		WHERE subject = $1 AND operation = $2 AND key = $3 AND finished_at IS NULL`,
		op.Subject, op.Operation, op.Key, status, location, []byte(answer))
	return mapError("finish operation", err)
}

// ReleaseOperation gives a lease back when the answer was not final, so that a retry
// need not wait for its end. A lease that somebody took over meanwhile stays.
func (s *Store) ReleaseOperation(ctx context.Context, op dispute.OperationRow) error {
	_, err := s.pool.Exec(ctx, `UPDATE operations SET lease_until = clock_timestamp()
		WHERE subject = $1 AND operation = $2 AND key = $3 AND lease_until = $4 AND finished_at IS NULL`,
		op.Subject, op.Operation, op.Key, op.LeaseUntil)
	return mapError("release operation", err)
}
