package store

import (
	"context"
	"errors"

	"github.com/jackc/pgx/v5"

	"github.com/redresshq/redress/dispute"
)

// APIKey returns the credential whose key has the hash; CodeUnauthorized when there
// is none, or it has expired or been revoked.
func (s *Store) APIKey(ctx context.Context, sha256hex string) (dispute.Credential, error) {
	var c dispute.Credential
	err := s.pool.QueryRow(ctx, `SELECT id, sha256, role, actor_id, expires_at, revoked_at, created_at FROM api_keys
		WHERE sha256 = $1 AND (expires_at IS NULL OR expires_at > now()) AND revoked_at IS NULL`, sha256hex).
		Scan(&c.ID, &c.SHA256, &c.Actor.Role, &c.Actor.ID, &c.ExpiresAt, &c.RevokedAt, &c.CreatedAt)
	if errors.Is(err, pgx.ErrNoRows) {
		return dispute.Credential{}, dispute.Errorf(dispute.CodeUnauthorized, "this API key is not valid")
	}
	return c, mapError("API key", err)
}

// AddAPIKey stores a credential; with a known id it replaces hash, actor, expiry and
// revocation.
func (s *Store) AddAPIKey(ctx context.Context, c dispute.Credential) error {
	_, err := s.pool.Exec(ctx, `INSERT INTO api_keys (id, sha256, role, actor_id, expires_at, revoked_at)
		VALUES ($1, $2, $3, $4, $5, $6)
		ON CONFLICT (id) DO UPDATE SET sha256 = excluded.sha256, role = excluded.role, actor_id = excluded.actor_id,
			expires_at = excluded.expires_at, revoked_at = excluded.revoked_at`,
		c.ID, c.SHA256, c.Actor.Role, c.Actor.ID, c.ExpiresAt, c.RevokedAt)
	return mapError("API key", err)
}
