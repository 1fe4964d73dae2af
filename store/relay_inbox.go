package store

import (
	"context"
	"encoding/json"
	"errors"
	"time"

	"github.com/jackc/pgx/v5"

	"github.com/redresshq/redress/dispute"
)

// nextInbox takes the oldest due event that is its case's oldest pending one and
// that no other relay has in hand. The signals of new rules ($1) go after all others
// and hold none of them up: there may be ten thousand.
const nextInbox = `SELECT ` + inboxColumns + ` FROM inbox i
	WHERE state = 'pending' AND next_at <= clock_timestamp()
		AND (source = 'rules') = $1
		AND NOT EXISTS (SELECT FROM inbox o WHERE o.case_id = i.case_id AND o.state = 'pending' AND o.id < i.id
			AND (o.source <> 'rules' OR i.source = 'rules'))
	ORDER BY next_at, id LIMIT 1 FOR UPDATE SKIP LOCKED`

// RelayInbox hands due events to deliver, at most limit, those of one case one
// after the other in the order in which they came, those of different cases side by
// side. Any number of relays may run at once. What deliver fails at is tried again
// later, and the rest of its case waits; a deliver that is cut off may be called
// again with the same event. It returns how many events are done with, and an error
// only for faults of the database.
func (s *Store) RelayInbox(ctx context.Context, limit int, deliver func(context.Context, dispute.InboxEvent) (dispute.Delivery, error)) (int, error) {
	return s.relay(ctx, limit, func(ctx context.Context) (bool, bool, error) {
		var late *dispute.InboxEvent
		var found, done bool
		err := s.inTx(ctx, "relay inbox", func(tx pgx.Tx) error {
			var e dispute.InboxEvent
			err := pgx.ErrNoRows
			for _, rules := range []bool{false, true} {
				var rows pgx.Rows
				if rows, err = tx.Query(ctx, nextInbox, rules); err != nil {
					return err
				}
				if e, err = pgx.CollectExactlyOneRow(rows, scanInbox); !errors.Is(err, pgx.ErrNoRows) {
					break
				}
			}
			if errors.Is(err, pgx.ErrNoRows) {
				return nil
			}
			if err != nil {
				return err
			}
			found = true
			delivery, err := hand(ctx, e, deliver)
			switch {
			case ctx.Err() != nil:
				return ctx.Err() // we are being stopped: no attempt is counted
			case err != nil:
				return postpone(ctx, tx, "inbox", e.ID, e.Attempts, shortText(err))
			case delivery == dispute.DeliveryLate:
				late = &e
				return nil
			}
			done = true
			_, err = tx.Exec(ctx, "UPDATE inbox SET state = 'delivered', settled_at = now(), problem = '' WHERE id = $1", e.ID)
			return err
		})
		if err == nil && late != nil {
			done, err = s.markLate(ctx, *late)
		}
		if ctx.Err() != nil {
			return found, done && err == nil, nil
		}
		return found, done && err == nil, err
	})
}

// markLate keeps an event that came after its case's end: state late, and an entry
// in the timeline, which takes it although the case is closed; a payment's end settles
// its claim. An open case whose
// workflow is gone (it was terminated) gets its events when it has been restarted:
// until then they wait. It is a transaction of its own, since an entry's position
// must be reserved first in one.
func (s *Store) markLate(ctx context.Context, e dispute.InboxEvent) (marked bool, err error) {
	err = s.inTx(ctx, "late event", func(tx pgx.Tx) error {
		position, err := reserve(ctx, tx)
		if err != nil {
			return err
		}
		head, stage, gate, err := lockHead(ctx, tx, e.CaseID)
		if err != nil {
			return err
		}
		waits := gate != dispute.GateClosed
		if e.Signal == dispute.SignalClaimUpdate {
			if waits, err = recoveryOpen(ctx, tx, e); err != nil {
				return err
			}
		}
		if waits {
			return postpone(ctx, tx, "inbox", e.ID, e.Attempts, "the workflow of the case is gone")
		}
		tag, err := tx.Exec(ctx, `UPDATE inbox i SET state = 'late', settled_at = now(), problem = 'the case had ended',
				body = CASE WHEN c.texts_erased_at IS NULL THEN i.body END
			FROM cases c WHERE c.id = i.case_id AND i.id = $1 AND i.state = 'pending'`, e.ID)
		if err != nil || tag.RowsAffected() == 0 {
			return err // another relay was faster
		}
		if err := settleLate(ctx, tx, e); err != nil {
			return err
		}
		data, err := json.Marshal(map[string]string{"source": e.Source, "type": e.Type, "signal": string(e.Signal)})
		if err != nil {
			return err
		}
		marked = true
		_, err = appendOne(ctx, tx, e.CaseID, head, stage, position,
			dispute.Entry{Type: dispute.EventLate, At: time.Now(), EventID: nameInCase(e), Data: data})
		return err
	})
	return marked, err
}

// nameInCase is the id under which the case knows an event: the one in its
// document, which tells the events of two partners apart.
func nameInCase(e dispute.InboxEvent) string {
	var doc struct {
		EventID string `json:"event_id"`
	}
	if json.Unmarshal(e.Payload, &doc) != nil || doc.EventID == "" {
		return e.EventID
	}
	return doc.EventID
}

// lockHead locks a case's row and returns what an entry outside of a batch needs.
func lockHead(ctx context.Context, tx pgx.Tx, caseID string) (head chainHead, stage dispute.Stage, gate dispute.Gate, err error) {
	err = tx.QueryRow(ctx, "SELECT timeline_seq, timeline_hash, stage, gate FROM cases WHERE id = $1 FOR NO KEY UPDATE", caseID).
		Scan(&head.seq, &head.hash, &stage, &gate)
	if errors.Is(err, pgx.ErrNoRows) {
		return head, stage, gate, dispute.Errorf(dispute.CodeNotFound, "there is no case %s", caseID)
	}
	return head, stage, gate, err
}
