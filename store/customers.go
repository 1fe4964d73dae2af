package store

import (
	"context"
	"encoding/json"
	"errors"
	"strings"
	"time"

	"github.com/jackc/pgx/v5"

	"github.com/redresshq/redress/dispute"
)

// Preferences returns what a customer prefers, nothing where nothing was kept.
func (s *Store) Preferences(ctx context.Context, customerID string) (dispute.Preferences, error) {
	var p dispute.Preferences
	var sealed string
	var language dispute.Language
	var at time.Time
	err := s.pool.QueryRow(ctx, "SELECT language, preferences, updated_at FROM customers WHERE customer_id = $1", customerID).
		Scan(&language, &sealed, &at)
	if errors.Is(err, pgx.ErrNoRows) {
		return p, nil
	}
	if err != nil {
		return p, mapError("preferences of a customer", err)
	}
	text, err := s.keys.OpenText(sealed)
	if err == nil && text != "" {
		err = json.Unmarshal([]byte(text), &p)
	}
	at = at.UTC()
	p.Language, p.UpdatedAt = language, &at
	return p, mapError("preferences of a customer", err)
}

// SetPreferences replaces what a customer prefers. All but the language is sealed.
func (s *Store) SetPreferences(ctx context.Context, customerID string, p dispute.Preferences, by dispute.Role) error {
	if strings.ContainsRune(p.Note, 0) {
		return dispute.Invalid("a note has no character NUL", dispute.Field{Pointer: "/note", Detail: "without NUL"})
	}
	language := p.Language
	p.Language, p.UpdatedAt = "", nil
	raw, err := json.Marshal(p)
	if err != nil {
		return mapError("preferences of a customer", err)
	}
	sealed, err := s.keys.Text(string(raw))
	if err != nil {
		return mapError("preferences of a customer", err)
	}
	_, err = s.pool.Exec(ctx, `INSERT INTO customers (customer_id, language, preferences, updated_by) VALUES ($1, $2, $3, $4)
		ON CONFLICT (customer_id) DO UPDATE SET language = excluded.language, preferences = excluded.preferences,
			updated_by = excluded.updated_by, updated_at = now()`, customerID, language, sealed, by)
	return mapError("preferences of a customer", err)
}
