package store

import (
	"context"

	"github.com/jackc/pgx/v5"
)

// shutGate takes no new evidence from here on and lists the events that were
// accepted for the case before and that it has not got yet: until it has, it may
// not close.
func shutGate(ctx context.Context, tx pgx.Tx, caseID string) ([]string, error) {
	_, err := tx.Exec(ctx, `UPDATE cases SET gate = 'closing', closing_at = coalesce(closing_at, clock_timestamp())
		WHERE id = $1 AND gate <> 'closed'`, caseID)
	if err != nil {
		return nil, err
	}
	rows, err := tx.Query(ctx, `SELECT i.event_id FROM inbox i JOIN cases c ON c.id = i.case_id
		WHERE i.case_id = $1 AND i.state = 'pending' AND i.signal <> 'claim-update' AND i.received_at <= c.closing_at ORDER BY i.id`, caseID)
	if err != nil {
		return nil, err
	}
	return pgx.CollectRows(rows, pgx.RowTo[string])
}
