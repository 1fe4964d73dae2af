package store

import (
	"context"
	"maps"
	"slices"

	"github.com/jackc/pgx/v5"

	"github.com/redresshq/redress/dispute"
)

// promises are the refunds that an order's other open cases have promised and not
// claimed yet: they wait for a return, or are about to be claimed.
const promises = `
	SELECT c.id AS case_id, leg->'money' AS money
	FROM cases c CROSS JOIN LATERAL jsonb_path_query(c.doc, '$.legs[*] ? (@.type == "refund" && (@.state == "required" || @.state == "requested"))') AS leg
	WHERE c.order_id = $1 AND c.id <> $2 AND c.gate = 'open'
		AND (c.order_known OR c.customer_id = (SELECT customer_id FROM cases WHERE id = $2))
		AND NOT EXISTS (SELECT FROM refunds r WHERE r.key = leg#>>'{money,refund_key}')`

// replacedByLine counts the units of each line of an order for which customers signed for
// new goods, by other cases.
const replacedByLine = `
	SELECT part->>'line_id', sum((part->>'quantity')::int)::int
	FROM cases c CROSS JOIN LATERAL jsonb_path_query(c.doc, '$.legs[*] ? (@.type == "replacement" && @.state == "signed").replacement.parts[*]') AS part
	WHERE c.order_id = $1 AND c.id <> $2 GROUP BY 1 ORDER BY 1`

// givenByLine counts, for each line of an order, what other cases gave back or have
// promised, in money or in goods that have not arrived, and how many units come before a case's own: those given back, and those
// claimed by open cases of the same family that were opened earlier. A case that was
// opened later has counted this one's units before its own already. Claims of strangers
// do not count while nobody knows whose the order is.
const givenByLine = `
	WITH promised AS (` + promises + `), parts AS (
		SELECT r.case_id, l.line_id, l.quantity, l.amount
		FROM refund_lines l JOIN refunds r ON r.key = l.key
		WHERE l.order_id = $1 AND r.case_id <> $2 AND r.status NOT IN ('failed', 'cancelled')
		UNION ALL
		SELECT case_id, part->>'line_id', coalesce((part->>'quantity')::int, 0), (part->>'amount')::bigint
		FROM promised CROSS JOIN LATERAL jsonb_path_query(money, '$.lines[*]') AS part
		UNION ALL
		SELECT c.id, part->>'line_id', coalesce((part->>'quantity')::int, 0), (part->>'amount')::bigint
		FROM cases c CROSS JOIN LATERAL jsonb_path_query(c.doc, '$.legs[*] ? (@.type == "replacement" && (@.state == "required" || @.state == "reserved" || @.state == "shipped")).replacement.parts[*]') AS part
		WHERE c.order_id = $1 AND c.id <> $2
	), given AS (
		SELECT case_id, line_id, sum(quantity) AS units, sum(amount) AS amount FROM parts GROUP BY case_id, line_id
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

// countedRefunds are the money of an order's other cases whose refunds count: claimed
// and not failed, or promised.
const countedRefunds = ` FROM (
	SELECT money FROM cases c CROSS JOIN LATERAL jsonb_path_query(c.doc, '$.legs[*].money') AS money
		JOIN refunds r ON r.key = money->>'refund_key' AND r.status NOT IN ('failed', 'cancelled')
		WHERE c.order_id = $1 AND c.id <> $2
	UNION ALL SELECT money FROM (` + promises + `) AS promised) AS counted`

// OtherCases returns what the order's other cases have given back, are giving back or
// have promised, nil where that is nothing.
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
	q.Queue(`SELECT held->>'line_id', sum((held->>'amount')::bigint)::bigint `+countedRefunds+`
		CROSS JOIN LATERAL jsonb_path_query(money, '$.withheld[*]') AS held GROUP BY 1`, orderID, caseID).Query(func(rows pgx.Rows) error {
		var line string
		var sum int64
		_, err := pgx.ForEachRow(rows, []any{&line, &sum}, func() error { withheld[line] = sum; return nil })
		return err
	})
	q.Queue(`SELECT coalesce(sum((money->>'shipping_clawback')::bigint), 0)::bigint `+countedRefunds, orderID, caseID).QueryRow(func(r pgx.Row) error { return r.Scan(&out.ShippingClawback) })
	q.Queue(compensatedByOthers, orderID, caseID).QueryRow(func(r pgx.Row) error { return r.Scan(&out.Compensated) })
	replaced := map[string]int{}
	q.Queue(replacedByLine, orderID, caseID).Query(func(rows pgx.Rows) error {
		var line string
		var units int
		_, err := pgx.ForEachRow(rows, []any{&line, &units}, func() error { replaced[line] = units; return nil })
		return err
	})
	if err := s.pool.SendBatch(ctx, &q).Close(); err != nil {
		return nil, mapError("refunds of other cases", err)
	}
	for i := range out.Lines {
		out.Lines[i].Replaced = replaced[out.Lines[i].LineID]
		delete(replaced, out.Lines[i].LineID)
	}
	for _, line := range slices.Sorted(maps.Keys(replaced)) {
		out.Lines = append(out.Lines, dispute.LineGiven{LineID: line, Replaced: replaced[line]})
	}
	for i := range out.Lines {
		out.Lines[i].Withheld = withheld[out.Lines[i].LineID]
	}
	if len(out.Lines) == 0 && out.ShippingClawback == 0 && out.Compensated == 0 {
		return nil, nil //nolint:nilnil // nothing was given back
	}
	return &out, nil
}
