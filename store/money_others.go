package store

import (
	"context"

	"github.com/jackc/pgx/v5"

	"github.com/redresshq/redress/dispute"
)

// givenByLine counts, for each line of an order, what other cases gave back, and how
// many units come before a case's own: those given back, and those claimed by open
// cases of the same family that were opened earlier. A case that was opened later
// has counted this one's units before its own already. Claims of strangers do not
// count while nobody knows whose the order is.
const givenByLine = `
	WITH given AS (
		SELECT r.case_id, l.line_id, sum(l.quantity) AS units, sum(l.amount) AS amount
		FROM refund_lines l JOIN refunds r ON r.key = l.key
		WHERE l.order_id = $1 AND r.case_id <> $2 AND r.status NOT IN ('failed', 'cancelled')
		GROUP BY r.case_id, l.line_id
	), claims AS (
		SELECT k.case_id, k.line_id, k.quantity, k.released_at IS NULL AS open,
			k.family = (SELECT family FROM case_claims WHERE case_id = $2 LIMIT 1) AS same
		FROM case_claims k JOIN cases c ON c.id = k.case_id
		WHERE k.order_id = $1 AND k.case_id <> $2
			AND (c.order_known OR c.customer_id = (SELECT customer_id FROM cases WHERE id = $2))
	), lines AS (
		SELECT line_id, coalesce(sum(units), 0)::int AS units, coalesce(sum(amount), 0)::bigint AS amount,
			coalesce(sum(CASE WHEN same AND case_id > $2 THEN 0 WHEN same AND open THEN quantity ELSE units END), 0)::int AS before
		FROM given FULL JOIN claims USING (case_id, line_id) GROUP BY line_id
	)
	SELECT line_id, units, amount, before FROM lines WHERE units > 0 OR amount > 0 OR before > 0 ORDER BY line_id`

// liveRefunds are the legs of an order's other cases whose refunds count.
const liveRefunds = `
	FROM cases c CROSS JOIN LATERAL jsonb_path_query(c.doc, '$.legs[*].money') AS money
	JOIN refunds r ON r.key = money->>'refund_key' AND r.status NOT IN ('failed', 'cancelled')`

// OtherCases returns what the order's other cases have given back, as far as it is
// claimed by now, nil where that is nothing.
func (s *Store) OtherCases(ctx context.Context, orderID, caseID string) (*dispute.OtherCases, error) {
	var out dispute.OtherCases
	withheld := map[string]int64{}
	var q pgx.Batch
	q.Queue(givenByLine, orderID, caseID).Query(func(rows pgx.Rows) error {
		var err error
		out.Lines, err = pgx.CollectRows(rows, func(r pgx.CollectableRow) (g dispute.LineGiven, err error) {
			err = r.Scan(&g.LineID, &g.Units, &g.Amount, &g.Before)
			return g, err
		})
		return err
	})
	q.Queue(`SELECT held->>'line_id', sum((held->>'amount')::bigint)::bigint `+liveRefunds+`
		CROSS JOIN LATERAL jsonb_path_query(money, '$.withheld[*]') AS held
		WHERE c.order_id = $1 AND c.id <> $2 GROUP BY 1`, orderID, caseID).Query(func(rows pgx.Rows) error {
		var line string
		var sum int64
		_, err := pgx.ForEachRow(rows, []any{&line, &sum}, func() error { withheld[line] = sum; return nil })
		return err
	})
	q.Queue(`SELECT coalesce(sum((money->>'shipping_clawback')::bigint), 0)::bigint `+liveRefunds+`
		WHERE c.order_id = $1 AND c.id <> $2`, orderID, caseID).QueryRow(func(r pgx.Row) error { return r.Scan(&out.ShippingClawback) })
	if err := s.pool.SendBatch(ctx, &q).Close(); err != nil {
		return nil, mapError("refunds of other cases", err)
	}
	for i := range out.Lines {
		out.Lines[i].Withheld = withheld[out.Lines[i].LineID]
	}
	if len(out.Lines) == 0 && out.ShippingClawback == 0 {
		return nil, nil //nolint:nilnil // nothing was given back
	}
	return &out, nil
}
