package store_test

import (
	"testing"
	"time"

	"github.com/jackc/pgx/v5/pgconn"
	"github.com/stretchr/testify/require"

	"github.com/redresshq/redress/dispute"
)

// In a database whose language sorts "a" before "B", lines are locked in the order of their
// bytes all the same, in which a record keeps an order's lines: two orders would deadlock.
func TestLinesAreLockedInOneOrderInEveryLanguage(t *testing.T) {
	t.Parallel()
	b := setup(t)
	c := b.open(t, "case_1")
	super := b.super(t)
	_, err := super.Exec(t.Context(), `ALTER TABLE refund_lines DROP CONSTRAINT refund_lines_order_id_line_id_fkey;
		ALTER TABLE order_lines ALTER COLUMN line_id TYPE text COLLATE "en-x-icu"`)
	require.NoError(t, err)
	_, err = super.Exec(t.Context(), "INSERT INTO order_lines (order_id, line_id, quantity) VALUES ('order_1', 'a', 1), ('order_1', 'B', 1)")
	require.NoError(t, err)
	holder, err := super.Begin(t.Context())
	require.NoError(t, err)
	_, err = holder.Exec(t.Context(), "SELECT FROM order_lines WHERE line_id = 'a' FOR NO KEY UPDATE")
	require.NoError(t, err)

	money := claim("key_1", c.ID, 1000)
	money.Lines = []dispute.LineAmount{{LineID: "a", Quantity: 1, Amount: 400}, {LineID: "B", Quantity: 1, Amount: 600}}
	money.LineCaps = money.Lines
	anew := b.with(t) // no statement was prepared for the column as it was
	done := make(chan error, 1)
	go func() {
		_, err := anew.ClaimMoney(t.Context(), money)
		done <- err
	}()
	watch := b.super(t)
	require.Eventually(t, func() bool {
		var waits bool
		err := watch.QueryRow(t.Context(), `SELECT coalesce(bool_or(wait_event_type = 'Lock'), false) FROM pg_stat_activity
			WHERE datname = current_database()`).Scan(&waits)
		return err == nil && waits
	}, 20*time.Second, 10*time.Millisecond, "the claim waits for a")
	_, err = holder.Exec(t.Context(), "SELECT FROM order_lines WHERE line_id = 'B' FOR NO KEY UPDATE NOWAIT")
	var held *pgconn.PgError
	require.ErrorAs(t, err, &held, "B was to be locked before a")
	require.Equal(t, "55P03", held.Code)
	require.NoError(t, holder.Rollback(t.Context()))
	require.NoError(t, <-done)
}
