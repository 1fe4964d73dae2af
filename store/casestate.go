package store

import (
	"context"
	"encoding/json"
	"errors"

	"github.com/jackc/pgx/v5"

	"github.com/redresshq/redress/dispute"
)

// CaseState returns a case with the workflow's own part of its state, both of one
// record. Unlike Adopt it changes nothing and takes nothing over. CodeNotFound when
// there is no such case.
func (s *Store) CaseState(ctx context.Context, id string) (c dispute.Case, engine json.RawMessage, err error) {
	err = s.pool.QueryRow(ctx, "SELECT doc, engine FROM cases WHERE id = $1", id).Scan(&c, &engine)
	if errors.Is(err, pgx.ErrNoRows) {
		return c, nil, dispute.Errorf(dispute.CodeNotFound, "there is no case %s", id)
	}
	return c, engine, mapError("state of case "+id, err)
}
