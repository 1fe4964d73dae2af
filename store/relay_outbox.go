package store

import (
	"context"
	"errors"

	"github.com/jackc/pgx/v5"

	"github.com/redresshq/redress/dispute"
)

// nextOutbox takes the oldest due notice that is its case's oldest pending one, with
// the newest contact that the case has.
const nextOutbox = `SELECT i.id, i.case_id, c.customer_id, i.milestone, i.number, i.to_role, i.data, i.attempts, i.created_at,
		coalesce((SELECT t.body FROM case_texts t WHERE t.case_id = i.case_id AND t.kind = 'contact'
			ORDER BY t.created_at DESC, t.id DESC LIMIT 1), '')
	FROM outbox i JOIN cases c ON c.id = i.case_id
	WHERE i.state = 'pending' AND i.next_at <= clock_timestamp()
		AND NOT EXISTS (SELECT FROM outbox o WHERE o.case_id = i.case_id AND o.state = 'pending' AND o.id < i.id)
	ORDER BY i.next_at, i.id LIMIT 1 FOR UPDATE OF i SKIP LOCKED`

func scanOutbox(r pgx.CollectableRow) (dispute.OutboxNotice, error) {
	var n dispute.OutboxNotice
	var data []byte
	err := r.Scan(&n.ID, &n.CaseID, &n.CustomerID, &n.Notice.Milestone, &n.Notice.Number, &n.Notice.To, &data, &n.Attempts,
		&n.CreatedAt, &n.Contact)
	n.Notice.Data, n.CreatedAt = data, n.CreatedAt.UTC()
	return n, err
}

// RelayOutbox hands due notices to send, at most limit, under the rules of
// RelayInbox. A *dispute.Error of CodeInvalid or CodeDeclined is final: the notice
// is dead, and the rest of its case goes on.
func (s *Store) RelayOutbox(ctx context.Context, limit int, send func(context.Context, dispute.OutboxNotice) error) (int, error) {
	return s.relay(ctx, limit, func(ctx context.Context) (bool, bool, error) {
		var found, done bool
		err := s.inTx(ctx, "relay outbox", func(tx pgx.Tx) error {
			rows, err := tx.Query(ctx, nextOutbox)
			if err != nil {
				return err
			}
			n, err := pgx.CollectExactlyOneRow(rows, scanOutbox)
			if errors.Is(err, pgx.ErrNoRows) {
				return nil
			}
			if err != nil {
				return err
			}
			found = true
			_, err = hand(ctx, n, func(ctx context.Context, n dispute.OutboxNotice) (struct{}, error) { return struct{}{}, send(ctx, n) })
			code := dispute.CodeOf(err)
			switch {
			case ctx.Err() != nil:
				return ctx.Err()
			case code == dispute.CodeInvalid || code == dispute.CodeDeclined:
				done = true
				_, err = tx.Exec(ctx, `UPDATE outbox SET state = 'dead', attempts = attempts + 1, settled_at = now(), problem = $2
					WHERE id = $1`, n.ID, shortText(err))
				return err
			case err != nil:
				return postpone(ctx, tx, "outbox", n.ID, n.Attempts, shortText(err))
			}
			done = true
			_, err = tx.Exec(ctx, "UPDATE outbox SET state = 'sent', settled_at = now(), problem = '' WHERE id = $1", n.ID)
			return err
		})
		if ctx.Err() != nil {
			return found, done && err == nil, nil
		}
		return found, done && err == nil, err
	})
}
