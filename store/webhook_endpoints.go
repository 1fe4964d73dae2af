package store

import (
	"context"
	"errors"
	"time"

	"github.com/jackc/pgx/v5"

	"github.com/redresshq/redress/dispute"
)

const endpointColumns = `e.id, e.url, e.description, e.types, e.state, e.reason, e.secret, e.old_secret, e.old_until, e.created_at, e.updated_at`

func endpointTargets(e *dispute.WebhookEndpoint) []any {
	return []any{&e.ID, &e.URL, &e.Description, &e.Types, &e.State, &e.Reason, &e.Secret, &e.OldSecret, &e.OldSecretUntil,
		&e.CreatedAt, &e.UpdatedAt}
}

func scanEndpoint(r pgx.CollectableRow) (dispute.WebhookEndpoint, error) {
	var e dispute.WebhookEndpoint
	err := r.Scan(endpointTargets(&e)...)
	return e, err
}

// endpoint runs one statement that returns an endpoint. CodeNotFound where there is none.
func (s *Store) endpoint(ctx context.Context, what, sql string, args ...any) (dispute.WebhookEndpoint, error) {
	rows, err := s.pool.Query(ctx, sql, args...)
	if err != nil {
		return dispute.WebhookEndpoint{}, mapError(what, err)
	}
	e, err := pgx.CollectExactlyOneRow(rows, scanEndpoint)
	switch {
	case errors.Is(err, pgx.ErrNoRows):
		return e, dispute.Errorf(dispute.CodeNotFound, "there is no such endpoint")
	case sqlState(err) == "23505":
		return e, dispute.Invalid("there is an endpoint at this URL already", dispute.Field{Pointer: "/url", Detail: "change that one, or delete it"})
	case err != nil:
		return e, mapError(what, err)
	}
	err = s.openSecrets(&e)
	return e, err
}

// openSecrets makes the secrets of an endpoint readable: they are kept encrypted where
// the store has keys.
func (s *Store) openSecrets(e *dispute.WebhookEndpoint) (err error) {
	if e.Secret, err = s.keys.OpenText(e.Secret); err != nil {
		return err
	}
	if e.OldSecret != "" {
		e.OldSecret, err = s.keys.OpenText(e.OldSecret)
	}
	return err
}

// CreateWebhookEndpoint adds an endpoint; the same id again answers what is there.
// CodeInvalid where another has its URL.
func (s *Store) CreateWebhookEndpoint(ctx context.Context, e dispute.WebhookEndpoint) (dispute.WebhookEndpoint, error) {
	secret, err := s.keys.Text(e.Secret)
	if err != nil {
		return dispute.WebhookEndpoint{}, err
	}
	return s.endpoint(ctx, "create endpoint", `INSERT INTO webhook_endpoints AS e (id, url, description, types, secret)
		VALUES ($1, $2, $3, $4, $5) ON CONFLICT (id) DO UPDATE SET id = excluded.id RETURNING `+endpointColumns,
		e.ID, e.URL, e.Description, nonNil(e.Types), secret)
}

// WebhookEndpoint returns one that was not deleted. CodeNotFound.
func (s *Store) WebhookEndpoint(ctx context.Context, id string) (dispute.WebhookEndpoint, error) {
	return s.endpoint(ctx, "get endpoint", `SELECT `+endpointColumns+` FROM webhook_endpoints e WHERE id = $1 AND state <> 'deleted'`, id)
}

// WebhookEndpoints lists those that were not deleted, in order of their ids, after one.
func (s *Store) WebhookEndpoints(ctx context.Context, after string, limit int) ([]dispute.WebhookEndpoint, error) {
	rows, err := s.pool.Query(ctx, `SELECT `+endpointColumns+` FROM webhook_endpoints e
		WHERE id > $1 AND state <> 'deleted' ORDER BY id LIMIT $2`, after, atMost(limit, maxPage))
	if err != nil {
		return nil, mapError("list endpoints", err)
	}
	all, err := pgx.CollectRows(rows, scanEndpoint)
	return all, mapError("list endpoints", err)
}

// UpdateWebhookEndpoint changes where an endpoint is, what it gets and whether it is
// enabled. CodeNotFound; CodeInvalid where another has its URL.
func (s *Store) UpdateWebhookEndpoint(ctx context.Context, e dispute.WebhookEndpoint) (dispute.WebhookEndpoint, error) {
	return s.endpoint(ctx, "update endpoint", `UPDATE webhook_endpoints e SET url = $2, description = $3, types = $4, state = $5,
			reason = CASE WHEN $5 = 'enabled' THEN '' WHEN e.state = 'disabled' THEN e.reason ELSE 'by_hand' END, updated_at = now()
		WHERE id = $1 AND state <> 'deleted' RETURNING `+endpointColumns, e.ID, e.URL, e.Description, nonNil(e.Types), e.State)
}

// RotateWebhookSecret gives an endpoint a new secret; the one before signs too until an
// instant. The same secret again changes nothing. CodeNotFound.
func (s *Store) RotateWebhookSecret(ctx context.Context, id, secret string, until time.Time) (dispute.WebhookEndpoint, error) {
	now, err := s.WebhookEndpoint(ctx, id)
	if err != nil || now.Secret == secret {
		return now, err
	}
	sealed, err := s.keys.Text(secret)
	if err != nil {
		return dispute.WebhookEndpoint{}, err
	}
	return s.endpoint(ctx, "rotate secret", `UPDATE webhook_endpoints e SET old_secret = secret, old_until = $3, secret = $2, updated_at = now()
		WHERE id = $1 AND state <> 'deleted' RETURNING `+endpointColumns, id, sealed, until)
}

// DeleteWebhookEndpoint ends an endpoint: what it did not get is dead. CodeNotFound.
func (s *Store) DeleteWebhookEndpoint(ctx context.Context, id string) error {
	return s.inTx(ctx, "delete endpoint", func(tx pgx.Tx) error {
		tag, err := tx.Exec(ctx, "UPDATE webhook_endpoints SET state = 'deleted', updated_at = now() WHERE id = $1 AND state <> 'deleted'", id)
		if err != nil {
			return err
		}
		if tag.RowsAffected() == 0 {
			return dispute.Errorf(dispute.CodeNotFound, "there is no such endpoint")
		}
		return buryDeliveries(ctx, tx, id, "the endpoint was deleted")
	})
}

// buryDeliveries ends what an endpoint did not get: nothing waits without end.
func buryDeliveries(ctx context.Context, tx pgx.Tx, endpoint, why string) error {
	_, err := tx.Exec(ctx, `UPDATE webhook_deliveries SET state = 'dead', settled_at = now(), claimed_until = NULL, problem = $2
		WHERE endpoint_id = $1 AND state = 'pending'`, endpoint, why)
	return err
}

func nonNil(all []string) []string {
	if all == nil {
		return []string{}
	}
	return all
}
