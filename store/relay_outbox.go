package store

import (
	"context"
	"errors"

	"github.com/jackc/pgx/v5"

	"github.com/redresshq/redress/dispute"
)

// nextOutbox takes the oldest due notice that is its case's oldest pending one, with
// the newest contact that the case has. What waits for the end of the quiet hours holds
// up nothing that may go out now.
const nextOutbox = `SELECT ` + outboxColumns + `,
		coalesce((SELECT t.body FROM case_texts t WHERE t.case_id = i.case_id AND t.kind = 'contact'
			ORDER BY t.created_at DESC, t.id DESC LIMIT 1), '')
	FROM outbox i JOIN cases c ON c.id = i.case_id
	WHERE i.state = 'pending' AND i.next_at <= clock_timestamp()
		AND NOT EXISTS (SELECT FROM outbox o WHERE o.case_id = i.case_id AND o.state = 'pending' AND o.id < i.id
			AND (o.held_until IS NULL OR o.held_until <= clock_timestamp()))
	ORDER BY i.next_at, i.id LIMIT 1 FOR UPDATE OF i SKIP LOCKED`

func scanOutbox(r pgx.CollectableRow) (dispute.OutboxNotice, error) {
	var n dispute.OutboxNotice
	var data []byte
	err := r.Scan(append(outboxTargets(&n, &data), &n.Contact)...)
	finishOutbox(&n, data)
	return n, err
}

// RelayOutbox hands due notices to send, at most limit, under the rules of
// RelayInbox. A *dispute.Error of CodeInvalid or CodeDeclined is final: the notice
// is dead, and the rest of its case goes on. One that send says is to be held waits
// until then.
func (s *Store) RelayOutbox(ctx context.Context, limit int, send func(context.Context, dispute.OutboxNotice) (dispute.Sending, error)) (int, error) {
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
			if n.Contact, err = s.keys.OpenText(n.Contact); err != nil {
				// The key is away: this case waits for it, and holds up no other.
				return postpone(ctx, tx, "outbox", n.ID, n.Attempts, shortText(err))
			}
			sent, err := hand(ctx, n, send)
			code := dispute.CodeOf(err)
			switch {
			case ctx.Err() != nil:
				return ctx.Err()
			case code == dispute.CodeInvalid || code == dispute.CodeDeclined:
				done = true
				_, err = tx.Exec(ctx, `UPDATE outbox SET state = 'dead', attempts = attempts + 1, settled_at = now(), problem = $2,
					channel = $3, subject = $4, body = $5, wording = $6, language = $7 WHERE id = $1`, n.ID, shortText(err),
					sent.Channel, sent.Letter.Subject, sent.Letter.Text, sent.Letter.Source, sent.Letter.Language)
				return err
			case err != nil:
				return postpone(ctx, tx, "outbox", n.ID, n.Attempts, shortText(err))
			}
			done = true
			if !sent.HeldUntil.IsZero() {
				_, err = tx.Exec(ctx, "UPDATE outbox SET next_at = $2, held_until = $2 WHERE id = $1", n.ID, sent.HeldUntil)
				return err
			}
			_, err = tx.Exec(ctx, `UPDATE outbox SET state = 'sent', settled_at = now(), problem = '', channel = $2, subject = $3,
				body = $4, wording = $5, language = $6 WHERE id = $1`, n.ID, sent.Channel, sent.Letter.Subject, sent.Letter.Text,
				sent.Letter.Source, sent.Letter.Language)
			return err
		})
		if ctx.Err() != nil {
			return found, done && err == nil, nil
		}
		return found, done && err == nil, err
	})
}
