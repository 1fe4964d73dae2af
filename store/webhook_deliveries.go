package store

import (
	"context"
	"encoding/json"
	"errors"
	"math/rand/v2"
	"time"

	"github.com/jackc/pgx/v5"

	"github.com/redresshq/redress/dispute"
)

const deliveryColumns = `d.seq, d.id, d.endpoint_id, d.type, coalesce(i.case_id, ''), d.state, d.attempts, d.tries,
	CASE WHEN d.state = 'pending' THEN d.next_at END, d.last_status, d.problem, d.created_at, d.settled_at, d.data`

func deliveryTargets(d *dispute.WebhookDelivery, data *[]byte) []any {
	return []any{&d.Seq, &d.ID, &d.EndpointID, &d.Type, &d.CaseID, &d.State, &d.Attempts, &d.Tries, &d.NextAt, &d.LastStatus,
		&d.Problem, &d.CreatedAt, &d.SettledAt, data}
}

// scanDelivery scans a delivery after the columns that before points to.
func scanDelivery(r pgx.CollectableRow, before ...any) (dispute.WebhookDelivery, error) {
	var d dispute.WebhookDelivery
	var data []byte
	err := r.Scan(append(before, deliveryTargets(&d, &data)...)...)
	d.Data, d.CreatedAt = data, d.CreatedAt.UTC()
	return d, err
}

// WebhookDeliveries lists messages to endpoints, oldest first, after a sequence number;
// state and endpoint select where they are not empty.
func (s *Store) WebhookDeliveries(ctx context.Context, state dispute.WebhookState, endpoint string, after int64, limit int) ([]dispute.WebhookDelivery, error) {
	rows, err := s.pool.Query(ctx, `SELECT `+deliveryColumns+` FROM webhook_deliveries d LEFT JOIN outbox i ON i.id = d.outbox_id
		WHERE d.seq > $1 AND ($2 = '' OR d.state = $2) AND ($3 = '' OR d.endpoint_id = $3) ORDER BY d.seq LIMIT $4`,
		after, state, endpoint, atMost(limit, maxPage))
	if err != nil {
		return nil, mapError("list deliveries", err)
	}
	all, err := pgx.CollectRows(rows, func(r pgx.CollectableRow) (dispute.WebhookDelivery, error) { return scanDelivery(r) })
	return all, mapError("list deliveries", err)
}

// delivery returns one message as it stands.
func delivery(ctx context.Context, tx pgx.Tx, id string) (dispute.WebhookDelivery, error) {
	rows, err := tx.Query(ctx, `SELECT `+deliveryColumns+` FROM webhook_deliveries d LEFT JOIN outbox i ON i.id = d.outbox_id
		WHERE d.id = $1 FOR UPDATE OF d`, id)
	if err != nil {
		return dispute.WebhookDelivery{}, err
	}
	d, err := pgx.CollectExactlyOneRow(rows, func(r pgx.CollectableRow) (dispute.WebhookDelivery, error) { return scanDelivery(r) })
	if errors.Is(err, pgx.ErrNoRows) {
		return d, dispute.Errorf(dispute.CodeNotFound, "there is no such delivery")
	}
	return d, err
}

// ReplayWebhookDelivery sets a dead message going again, from the first line of the
// retry table and under the same id. One that is under way stays as it is. CodeNotFound;
// CodeNotAllowedNow for one that was delivered, or whose endpoint is not enabled.
func (s *Store) ReplayWebhookDelivery(ctx context.Context, id string) (dispute.WebhookDelivery, error) {
	var out dispute.WebhookDelivery
	err := s.inTx(ctx, "replay delivery", func(tx pgx.Tx) error {
		d, err := delivery(ctx, tx, id)
		if err != nil {
			return err
		}
		var enabled bool
		if err := tx.QueryRow(ctx, "SELECT state = 'enabled' FROM webhook_endpoints WHERE id = $1", d.EndpointID).Scan(&enabled); err != nil {
			return err
		}
		switch {
		case d.State == dispute.WebhookPending:
			out = d
			return nil
		case d.State == dispute.WebhookDelivered:
			return dispute.Errorf(dispute.CodeNotAllowedNow, "the endpoint has this message already")
		case !enabled:
			return dispute.Errorf(dispute.CodeNotAllowedNow, "the endpoint is not enabled: enable it first")
		}
		if _, err := tx.Exec(ctx, `UPDATE webhook_deliveries SET state = 'pending', attempts = 0, next_at = now(), claimed_until = NULL,
			settled_at = NULL WHERE id = $1`, id); err != nil {
			return err
		}
		if out, err = delivery(ctx, tx, id); err != nil {
			return err
		}
		_, err = tx.Exec(ctx, "SELECT pg_notify($1, '')", ChannelWebhooks)
		return err
	})
	return out, err
}

// PingWebhookEndpoint sends an endpoint a message that is about nothing; the same id
// again is the same message. CodeNotFound; CodeNotAllowedNow where it is not enabled.
func (s *Store) PingWebhookEndpoint(ctx context.Context, endpoint, id string, data json.RawMessage) (dispute.WebhookDelivery, error) {
	e, err := s.WebhookEndpoint(ctx, endpoint)
	if err != nil {
		return dispute.WebhookDelivery{}, err
	}
	if e.State != dispute.EndpointEnabled {
		return dispute.WebhookDelivery{}, dispute.Errorf(dispute.CodeNotAllowedNow, "the endpoint is not enabled: enable it first")
	}
	var out dispute.WebhookDelivery
	err = s.inTx(ctx, "ping endpoint", func(tx pgx.Tx) error {
		if _, err := tx.Exec(ctx, `INSERT INTO webhook_deliveries (id, endpoint_id, type, data) VALUES ($1, $2, $3, $4)
			ON CONFLICT (id) DO NOTHING`, id, endpoint, dispute.WebhookPing, []byte(data)); err != nil {
			return err
		}
		if _, err := tx.Exec(ctx, "SELECT pg_notify($1, '')", ChannelWebhooks); err != nil {
			return err
		}
		var err error
		out, err = delivery(ctx, tx, id)
		return err
	})
	return out, err
}

// How webhooks are sent: an endpoint that hangs holds up itself and few others.
const (
	webhookWorkers  = 16
	webhookEach     = 4                // tries under way at one endpoint
	webhookTimeout  = 15 * time.Second // of one try
	webhookLease    = 60 * time.Second // after which a try whose process died is made again
	webhookSettling = 5 * time.Second
)

// claimWebhook takes the oldest due message of an endpoint that has room. Which have is
// found once a statement and not once a row, and by now(), which an index can be asked
// for: thousands of messages that wait for an endpoint that hangs cost the others nothing.
const claimWebhook = `UPDATE webhook_deliveries SET claimed_until = clock_timestamp() + $1::interval
	WHERE seq = (SELECT d.seq FROM webhook_deliveries d
		WHERE d.state = 'pending' AND d.next_at <= now() AND (d.claimed_until IS NULL OR d.claimed_until < now())
			AND d.endpoint_id = ANY (ARRAY(SELECT e.id FROM webhook_endpoints e WHERE e.state = 'enabled'
				AND (SELECT count(*) FROM webhook_deliveries b WHERE b.endpoint_id = e.id AND b.state = 'pending'
					AND b.claimed_until > now()) < $2))
		ORDER BY d.next_at, d.seq LIMIT 1 FOR UPDATE OF d SKIP LOCKED)
	RETURNING id`

// dueWebhooks counts what is due, up to so many: as many senders are worth their connection.
const dueWebhooks = `SELECT count(*) FROM (SELECT FROM webhook_deliveries d JOIN webhook_endpoints e ON e.id = d.endpoint_id
	WHERE d.state = 'pending' AND e.state = 'enabled' AND d.next_at <= clock_timestamp()
		AND (d.claimed_until IS NULL OR d.claimed_until < clock_timestamp()) LIMIT $1) AS due`

// RelayWebhooks hands due messages to send, at most limit, several at once; any number
// of processes may do it. A message that was claimed by a process that died is tried
// again once its lease is over, under the same id.
func (s *Store) RelayWebhooks(ctx context.Context, limit int, send func(context.Context, dispute.OutgoingWebhook) dispute.WebhookAnswer) (int, error) {
	var due int
	if err := s.pool.QueryRow(ctx, dueWebhooks, webhookWorkers).Scan(&due); err != nil || due == 0 {
		return 0, ended(ctx, mapError("due webhooks", err))
	}
	return s.relayWith(ctx, due, limit, func(ctx context.Context) (bool, bool, error) {
		m, found, err := s.claimWebhook(ctx)
		if err != nil || !found {
			return found, false, err
		}
		trying, cancel := context.WithTimeout(ctx, webhookTimeout)
		answer := send(trying, m)
		cancel()
		if ctx.Err() != nil && !answer.Taken() {
			return true, false, nil // stopped in the middle: the lease runs out, and it is tried again
		}
		settling, cancel := context.WithTimeout(context.WithoutCancel(ctx), webhookSettling)
		defer cancel()
		err = s.settleWebhook(settling, m.Delivery, answer)
		return true, err == nil, err
	})
}

func (s *Store) claimWebhook(ctx context.Context) (dispute.OutgoingWebhook, bool, error) {
	var m dispute.OutgoingWebhook
	var id string
	err := s.pool.QueryRow(ctx, claimWebhook, webhookLease, webhookEach).Scan(&id)
	if errors.Is(err, pgx.ErrNoRows) {
		return m, false, nil
	}
	if err != nil {
		return m, false, ended(ctx, mapError("claim webhook", err))
	}
	err = s.inTx(ctx, "read webhook", func(tx pgx.Tx) error {
		var err error
		if m.Delivery, err = delivery(ctx, tx, id); err != nil {
			return err
		}
		rows, err := tx.Query(ctx, `SELECT `+endpointColumns+` FROM webhook_endpoints e WHERE id = $1`, m.Delivery.EndpointID)
		if err != nil {
			return err
		}
		if m.Endpoint, err = pgx.CollectExactlyOneRow(rows, scanEndpoint); err != nil || m.Delivery.CaseID == "" {
			return err
		}
		var n dispute.OutboxNotice
		var data []byte
		if err := tx.QueryRow(ctx, `SELECT `+outboxColumns+` FROM webhook_deliveries d JOIN outbox i ON i.id = d.outbox_id
			JOIN cases c ON c.id = i.case_id WHERE d.id = $1`, id).Scan(outboxTargets(&n, &data)...); err != nil {
			return err
		}
		finishOutbox(&n, data)
		m.Notice = &n
		return nil
	})
	if err == nil {
		err = s.openSecrets(&m.Endpoint)
	}
	return m, err == nil, ended(ctx, err)
}

// ended drops the errors of a relay that was told to stop.
func ended(ctx context.Context, err error) error {
	if ctx.Err() != nil {
		return nil
	}
	return err
}

// settleWebhook keeps what became of a try. One that somebody else settled meanwhile
// stays as it is.
func (s *Store) settleWebhook(ctx context.Context, d dispute.WebhookDelivery, a dispute.WebhookAnswer) error {
	return s.inTx(ctx, "settle webhook", func(tx pgx.Tx) error {
		const guard = " WHERE id = $1 AND state = 'pending' AND attempts = $2"
		problem := shortText(errors.New(a.Problem))
		if a.Taken() {
			_, err := tx.Exec(ctx, `UPDATE webhook_deliveries SET state = 'delivered', tries = tries + 1, claimed_until = NULL,
				last_status = $3, problem = '', settled_at = now()`+guard, d.ID, d.Attempts, a.Status)
			return err
		}
		pause, again := dispute.NextWebhookTry(d.Attempts+1, rand.Float64())
		if again && !a.Gone() {
			_, err := tx.Exec(ctx, `UPDATE webhook_deliveries SET attempts = attempts + 1, tries = tries + 1, claimed_until = NULL,
				last_status = $3, problem = $4, next_at = clock_timestamp() + $5::interval`+guard, d.ID, d.Attempts, a.Status, problem, pause)
			return err
		}
		if _, err := tx.Exec(ctx, `UPDATE webhook_deliveries SET state = 'dead', attempts = attempts + 1, tries = tries + 1,
			claimed_until = NULL, last_status = $3, problem = $4, settled_at = now()`+guard, d.ID, d.Attempts, a.Status, problem); err != nil || !a.Gone() {
			return err
		}
		if _, err := tx.Exec(ctx, `UPDATE webhook_endpoints SET state = 'disabled', reason = 'gone', updated_at = now()
			WHERE id = $1 AND state = 'enabled'`, d.EndpointID); err != nil {
			return err
		}
		return buryDeliveries(ctx, tx, d.EndpointID, "the endpoint answered 410: it wants nothing more")
	})
}
