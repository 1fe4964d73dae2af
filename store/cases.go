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
	var paid int
	err := s.pool.QueryRow(ctx, `
		SELECT count(*), count(*) FILTER (WHERE opened_at > $3 AND opened_at <= $4), count(*) FILTER (WHERE gate <> 'closed'),
			coalesce(sum((SELECT count(*) FROM refunds r WHERE r.case_id = c.id AND r.created_at > $3
				AND r.status NOT IN ('failed', 'cancelled'))), 0)::int,
			count(*) FILTER (WHERE opened_at > $4 - interval '24 hours' AND opened_at <= $4),
			count(*) FILTER (WHERE opened_at > $4 - interval '7 days' AND opened_at <= $4),
			count(*) FILTER (WHERE opened_at > $4 - interval '30 days' AND opened_at <= $4),
			count(*) FILTER (WHERE opened_at > $3 AND opened_at <= $4 AND reason = 'not_received'),
			count(*) FILTER (WHERE opened_at > $4 - interval '365 days' AND opened_at <= $4 AND doc #>> '{risk,review,verdict}' = 'confirmed'),
			count(*) FILTER (WHERE opened_at > $3 AND opened_at <= $4 AND EXISTS (
				SELECT FROM refunds r WHERE r.case_id = c.id AND r.status NOT IN ('failed', 'cancelled')
				UNION ALL SELECT FROM payouts p WHERE p.case_id = c.id AND p.status NOT IN ('failed', 'cancelled')))
		FROM cases c WHERE customer_id = $1 AND id <> $2`, customerID, exceptCaseID, since, at).
		Scan(&h.Cases, &h.Cases90Days, &h.OpenCases, &h.Refunds90Day,
			&h.Cases24Hours, &h.Cases7Days, &h.Cases30Days, &h.NotReceived90Days, &h.Confirmed365Days, &paid)
	if h.Cases90Days >= dispute.RefundRateCases {
		h.RefundedPercent90Days = 100 * paid / h.Cases90Days
	}
	if err == nil {
		err = s.goodsHistory(ctx, customerID, exceptCaseID, at, &h)
	}
	return h, mapError("history of a customer", err)
}
