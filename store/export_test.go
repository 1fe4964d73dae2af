package store

import (
	"context"

	"github.com/jackc/pgx/v5"

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

// BackOff is how long a row of a relay rests.
var BackOff = backOff

// ExplainArticles returns PostgreSQL's plan, as JSON, for a search of articles.
func (s *Store) ExplainArticles(ctx context.Context, q dispute.ArticleQuery) (plan []byte, err error) {
	if q.Limit == 0 {
		q.Limit = defaultArticles
	}
	sql, args, err := articleQuery(q)
	if err != nil {
		return nil, err
	}
	err = s.pool.QueryRow(ctx, "EXPLAIN (FORMAT JSON) "+sql, args...).Scan(&plan)
	return plan, err
}

// ExplainReport runs the tables of a report and returns PostgreSQL's plans of them, as JSON.
func (s *Store) ExplainReport(ctx context.Context, q dispute.ReportQuery) (map[string][]byte, error) {
	q.Limit, q.Days = 200, 30
	tables, _, err := reportTables(q)
	if err != nil {
		return nil, err
	}
	plans := map[string][]byte{}
	err = s.inTx(ctx, "explain", func(tx pgx.Tx) error {
		if _, err := tx.Exec(ctx, reportSettings); err != nil {
			return err
		}
		for _, t := range tables {
			var plan []byte
			if err := tx.QueryRow(ctx, "EXPLAIN (ANALYZE, BUFFERS, FORMAT JSON) "+t.sql+" LIMIT 201", t.args...).Scan(&plan); err != nil {
				return err
			}
			plans[t.name] = plan
		}
		return nil
	})
	return plans, err
}
