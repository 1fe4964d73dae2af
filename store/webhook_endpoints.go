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

// querier is a pool or a transaction.
type querier interface {
	Query(ctx context.Context, sql string, args ...any) (pgx.Rows, error)
}

// endpoint runs one statement that returns an endpoint. CodeNotFound where there is none,
// CodeUnavailable where no key opens its secrets.
func (s *Store) endpoint(ctx context.Context, what string, on querier, sql string, args ...any) (dispute.WebhookEndpoint, error) {
	e, err := sealedEndpoint(ctx, what, on, sql, args...)
	if err != nil {
		return e, err
	}
	err = s.openSecrets(&e)
	return e, err
}

// sealedEndpoint is endpoint with the secrets as they are kept.
func sealedEndpoint(ctx context.Context, what string, on querier, sql string, args ...any) (dispute.WebhookEndpoint, error) {
	rows, err := on.Query(ctx, sql, args...)
	if err != nil {
		return dispute.WebhookEndpoint{}, mapError(what, err)
	}
	e, err := pgx.CollectExactlyOneRow(rows, scanEndpoint)
	switch {
	case errors.Is(err, pgx.ErrNoRows):
		return e, dispute.Errorf(dispute.CodeNotFound, "there is no such endpoint")
	case sqlState(err) == "23505":
		return e, dispute.Invalid("there is an endpoint at this URL already", dispute.Field{Pointer: "/url", Detail: "change that one, or delete it"})
	}
	return e, mapError(what, err)
}

// endpointOnce writes an endpoint, and the answer to its operation with it.
func (s *Store) endpointOnce(ctx context.Context, what string, op dispute.OperationRow, answer dispute.EndpointAnswer,
	write func(pgx.Tx) (dispute.WebhookEndpoint, error)) (e dispute.WebhookEndpoint, err error) {
	err = s.finishWith(ctx, what, op, func(tx pgx.Tx) (dispute.OperationAnswer, error) {
		var err error
		if e, err = write(tx); err != nil {
			return dispute.OperationAnswer{}, err
		}
		return answer(e)
	})
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

// CreateWebhookEndpoint adds an endpoint and keeps the answer to its operation; the same
// id again answers what is there. CodeInvalid where another has its URL.
func (s *Store) CreateWebhookEndpoint(ctx context.Context, op dispute.OperationRow, e dispute.WebhookEndpoint, answer dispute.EndpointAnswer) (dispute.WebhookEndpoint, error) {
	secret, err := s.keys.Text(e.Secret)
	if err != nil {
		return dispute.WebhookEndpoint{}, err
	}
	return s.endpointOnce(ctx, "create endpoint", op, answer, func(tx pgx.Tx) (dispute.WebhookEndpoint, error) {
		return s.endpoint(ctx, "create endpoint", tx, `INSERT INTO webhook_endpoints AS e (id, url, description, types, secret)
			VALUES ($1, $2, $3, $4, $5) ON CONFLICT (id) DO UPDATE SET id = excluded.id RETURNING `+endpointColumns,
			e.ID, e.URL, e.Description, nonNil(e.Types), secret)
	})
}

// WebhookEndpoint returns one that was not deleted. CodeNotFound.
func (s *Store) WebhookEndpoint(ctx context.Context, id string) (dispute.WebhookEndpoint, error) {
	return s.endpoint(ctx, "get endpoint", s.pool, `SELECT `+endpointColumns+` FROM webhook_endpoints e WHERE id = $1 AND state <> 'deleted'`, id)
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
	return s.endpoint(ctx, "update endpoint", s.pool, `UPDATE webhook_endpoints e SET url = $2, description = $3, types = $4, state = $5,
			reason = CASE WHEN $5 = 'enabled' THEN '' WHEN e.state = 'disabled' THEN e.reason ELSE 'by_hand' END, updated_at = now()
		WHERE id = $1 AND state <> 'deleted' RETURNING `+endpointColumns, e.ID, e.URL, e.Description, nonNil(e.Types), e.State)
}

// RotateWebhookSecret gives an endpoint a new secret and keeps the answer to its
// operation; the one before signs too until an instant, unless its key is lost. The same
// secret again changes nothing. CodeNotFound.
func (s *Store) RotateWebhookSecret(ctx context.Context, op dispute.OperationRow, id, secret string, until time.Time, answer dispute.EndpointAnswer) (dispute.WebhookEndpoint, error) {
	sealed, err := s.keys.Text(secret)
	if err != nil {
		return dispute.WebhookEndpoint{}, err
	}
	return s.endpointOnce(ctx, "rotate secret", op, answer, func(tx pgx.Tx) (dispute.WebhookEndpoint, error) {
		now, err := sealedEndpoint(ctx, "rotate secret", tx, `SELECT `+endpointColumns+` FROM webhook_endpoints e WHERE id = $1 AND state <> 'deleted' FOR UPDATE`, id)
		if err != nil {
			return now, err
		}
		old, oldUntil := now.Secret, &until
		switch signs, err := s.keys.OpenText(old); {
		case dispute.CodeOf(err) == dispute.CodeUnavailable:
			old, oldUntil = "", nil // its key is lost: it signs nothing more
		case err != nil:
			return now, err
		case signs == secret:
			err = s.openSecrets(&now)
			return now, err
		}
		return s.endpoint(ctx, "rotate secret", tx, `UPDATE webhook_endpoints e SET old_secret = $4, old_until = $3, secret = $2, updated_at = now()
			WHERE id = $1 RETURNING `+endpointColumns, id, sealed, oldUntil, old)
	})
}

// DeleteWebhookEndpoint ends an endpoint and keeps the answer to its operation: what the
// endpoint did not get is dead. CodeNotFound.
func (s *Store) DeleteWebhookEndpoint(ctx context.Context, op dispute.OperationRow, id string, answer dispute.EndpointAnswer) (dispute.WebhookEndpoint, error) {
	return s.endpointOnce(ctx, "delete endpoint", op, answer, func(tx pgx.Tx) (dispute.WebhookEndpoint, error) {
		e, err := sealedEndpoint(ctx, "delete endpoint", tx, `UPDATE webhook_endpoints e SET state = 'deleted', updated_at = now()
			WHERE id = $1 AND state <> 'deleted' RETURNING `+endpointColumns, id)
		if err != nil {
			return e, err
		}
		return e, buryDeliveries(ctx, tx, id, "the endpoint was deleted")
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
