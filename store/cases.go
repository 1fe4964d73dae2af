package store

import (
	"context"
	"errors"
	"time"

	"github.com/jackc/pgx/v5"

	"github.com/redresshq/redress/dispute"
)

// GetCase returns a case as recorded; CodeNotFound when there is none.
func (s *Store) GetCase(ctx context.Context, id string) (dispute.CaseRecord, error) {
	rows, err := s.pool.Query(ctx, "SELECT doc, gate, orphaned, run_id, "+retentionColumns+" FROM cases WHERE id = $1", id)
	if err != nil {
		return dispute.CaseRecord{}, mapError("case "+id, err)
	}
	c, err := pgx.CollectExactlyOneRow(rows, func(r pgx.CollectableRow) (c dispute.CaseRecord, err error) {
		var kept retentionRow
		err = r.Scan(append([]any{&c.Case, &c.Gate, &c.Orphaned, &c.RunID}, kept.fields()...)...)
		c.Retention = kept.retention()
		return c, err
	})
	if errors.Is(err, pgx.ErrNoRows) {
		return c, dispute.Errorf(dispute.CodeNotFound, "there is no case %s", id)
	}
	return c, mapError("case "+id, err)
}

// CustomerHistory counts the customer's cases other than one, and the refunds
// claimed for them, as of an instant.
func (s *Store) CustomerHistory(ctx context.Context, customerID, exceptCaseID string, at time.Time) (dispute.HistoryFacts, error) {
	var h dispute.HistoryFacts
	since := at.AddDate(0, 0, -90)
	err := s.pool.QueryRow(ctx, `
		SELECT count(*), count(*) FILTER (WHERE opened_at > $3 AND opened_at <= $4), count(*) FILTER (WHERE gate <> 'closed'),
			coalesce(sum((SELECT count(*) FROM refunds r WHERE r.case_id = c.id AND r.created_at > $3
				AND r.status NOT IN ('failed', 'cancelled'))), 0)::int
		FROM cases c WHERE customer_id = $1 AND id <> $2`, customerID, exceptCaseID, since, at).
		Scan(&h.Cases, &h.Cases90Days, &h.OpenCases, &h.Refunds90Day)
	if err == nil {
		err = s.goodsHistory(ctx, customerID, exceptCaseID, at, &h)
	}
	return h, mapError("history of a customer", err)
}
