package store

import (
	"context"

	"github.com/redresshq/redress/dispute"
)

// Explain returns PostgreSQL's plan, as JSON, for the list that the filter asks for.
func (s *Store) Explain(ctx context.Context, f dispute.CaseFilter) (plan []byte, err error) {
	if f.Limit == 0 {
		f.Limit = defaultPage
	}
	sql, args, err := listQuery(f)
	if err != nil {
		return nil, err
	}
	err = s.pool.QueryRow(ctx, "EXPLAIN (FORMAT JSON) "+sql, args...).Scan(&plan)
	return plan, err
}

// Limits returns what a connection of the pool may do, and as whom it acts.
func (s *Store) Limits(ctx context.Context) (role, statements, locks string, err error) {
	err = s.pool.QueryRow(ctx, "SELECT current_user, current_setting('statement_timeout'), current_setting('lock_timeout')").
		Scan(&role, &statements, &locks)
	return role, statements, locks, err
}

// MapError is the table of errors.
var MapError = mapError

// BackOff is how long a row of a relay rests.
var BackOff = backOff
