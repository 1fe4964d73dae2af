package store

import (
	"context"
	"errors"

	"github.com/jackc/pgx/v5"

	"github.com/redresshq/redress/dispute"
)

// goodsOnTheWay are the goods that an order's other cases have the warehouse send, or have
// asked it for, by line and unit. Asked says that its answer is still awaited. What waits
// for a return was not asked for yet: whoever claims first has it. What was signed for
// stands apart, since a person may give something for those goods when they come back.
const goodsOnTheWay = `
	SELECT c.id AS case_id, part->>'line_id' AS line_id, coalesce((part->>'quantity')::int, 0) AS quantity, leg->>'state' = 'required' AS asked
	FROM cases c
	CROSS JOIN LATERAL jsonb_path_query(c.doc, '$.legs[*] ? (@.type == "replacement" && (@.state == "reserved" || @.state == "shipped"
		|| @.state == "required" && exists(@.replacement.requested_at)))') AS leg
	CROSS JOIN LATERAL jsonb_path_query(leg, '$.replacement.parts[*]') AS part
	WHERE c.order_id = $1 AND c.id <> $2`

// ClaimGoods says whether the warehouse may be asked for the goods of a replacement that
// the case's record holds: no other case paid its units back or has goods sent for them,
// counted under the locks of their order lines. Two cases on one order may be decided at
// one instant, each without knowing of the other.
//
// Errors: CodeExceedsCapture where another case has the units; CodeUnavailable while a
// younger case has asked for them and the warehouse has not answered (the younger gives way
// unless it was first), while the warehouse does not know that another case gave them up,
// and where nothing is recorded of the replacement yet.
func (s *Store) ClaimGoods(ctx context.Context, caseID, replacementID string) error {
	return s.inTx(ctx, "goods "+replacementID, func(tx pgx.Tx) error {
		var orderID string
		var leg dispute.Leg
		err := tx.QueryRow(ctx, `SELECT c.order_id, leg FROM cases c CROSS JOIN LATERAL jsonb_path_query(c.doc,
			'$.legs[*] ? (@.replacement.replacement_id == $id)', jsonb_build_object('id', $2::text)) AS leg WHERE c.id = $1`,
			caseID, replacementID).Scan(&orderID, &leg)
		switch {
		case errors.Is(err, pgx.ErrNoRows):
			return dispute.Errorf(dispute.CodeUnavailable, "nothing is recorded of %s yet", replacementID)
		case err != nil:
			return err
		case leg.State != dispute.ReplacementRequired:
			return nil // it was asked for, and the answer came another way
		}
		lines := unitsByLine(leg.Replacement.Lines())
		if len(lines) == 0 {
			return nil
		}
		known, err := lockLines(ctx, tx, orderID, lines)
		if err != nil {
			return err
		}
		given, asked, err := givenUnits(ctx, tx, orderID, caseID)
		if err != nil {
			return err
		}
		waits := false
		for _, l := range lines {
			switch most := known[l.LineID]; {
			case most == 0 || given[l.LineID]+asked[l.LineID]+l.Quantity <= most:
			case given[l.LineID]+l.Quantity > most:
				return &dispute.Error{Code: dispute.CodeExceedsCapture, Ref: dispute.ProblemGivenElsewhere,
					Message: "other cases have given the units of line " + l.LineID}
			default:
				waits = true
			}
		}
		if waits {
			return dispute.Errorf(dispute.CodeUnavailable, "another case waits for the warehouse's word on the same units")
		}
		return nil
	})
}

// lockLines locks the lines of an order, making the rows that are new, and returns how many
// units each has; 0 where nobody knows.
func lockLines(ctx context.Context, tx pgx.Tx, orderID string, lines []dispute.Line) (map[string]int, error) {
	ids := make([]string, len(lines))
	for i, l := range lines {
		ids[i] = l.LineID
	}
	known := map[string]int{}
	var q pgx.Batch
	queueLineLocks(&q, orderID, ids, known)
	return known, tx.SendBatch(ctx, &q).Close()
}

// goodsGivenUp are the goods that an order's other cases gave up and that may leave yet,
// since the warehouse does not know (dispute.Leg.ToFree); those that it could not be told of
// lie with a supervisor.
const goodsGivenUp = `
	SELECT c.id AS case_id, part->>'line_id' AS line_id, coalesce((part->>'quantity')::int, 0) AS quantity
	FROM cases c
	CROSS JOIN LATERAL jsonb_path_query(c.doc, '$.legs[*] ? (@.type == "replacement" && exists(@.replacement.requested_at)
		&& (@.state == "cancelled" || @.state == "failed" && @.replacement.unsure == true)
		&& !(@.replacement.voided == true) && !(@.problem == "` + dispute.ProblemNotCancelled + `"))') AS leg
	CROSS JOIN LATERAL jsonb_path_query(leg, '$.replacement.parts[*]') AS part
	WHERE c.order_id = $1 AND c.id <> $2`

// givenUnits counts the units that an order's other cases have paid back or have goods
// sent for, and those of which that is about to be known: younger cases have asked for them
// without an answer yet, or they were given up and may leave yet.
func givenUnits(ctx context.Context, tx pgx.Tx, orderID, caseID string) (given, asked map[string]int, err error) {
	given, asked = map[string]int{}, map[string]int{}
	rows, err := tx.Query(ctx, `
		SELECT line_id, sum(quantity)::int, asked FROM (
			SELECT line_id, quantity, asked AND case_id > $2 AS asked FROM (`+goodsOnTheWay+`) AS goods
			UNION ALL
			SELECT line_id, quantity, true FROM (`+goodsGivenUp+`) AS given_up
			UNION ALL
			SELECT l.line_id, l.quantity, false FROM refund_lines l JOIN refunds r ON r.key = l.key
			WHERE l.order_id = $1 AND r.case_id <> $2 AND r.status NOT IN ('failed', 'cancelled')) AS units
		GROUP BY line_id, asked`, orderID, caseID)
	if err != nil {
		return nil, nil, err
	}
	var line string
	var n int
	var unsure bool
	_, err = pgx.ForEachRow(rows, []any{&line, &n, &unsure}, func() error {
		if unsure {
			asked[line] = n
		} else {
			given[line] = n
		}
		return nil
	})
	return given, asked, err
}

// countUnits fails with CodeExceedsCapture where a claim pays whole units back for which
// another case sends goods.
func countUnits(ctx context.Context, tx pgx.Tx, c dispute.MoneyClaim) error {
	for _, l := range c.Lines {
		if l.Quantity == 0 {
			continue
		}
		var known, sent, paid int
		err := tx.QueryRow(ctx, `SELECT coalesce((SELECT quantity FROM order_lines WHERE order_id = $1 AND line_id = $3), 0),
			coalesce((SELECT sum(quantity) FROM (`+goodsOnTheWay+`) AS goods WHERE line_id = $3), 0)::int,
			coalesce((SELECT sum(p.quantity) FROM refund_lines p JOIN refunds r ON r.key = p.key
				WHERE p.order_id = $1 AND p.line_id = $3 AND r.status NOT IN ('failed', 'cancelled')), 0)::int`,
			c.OrderID, c.CaseID, l.LineID).Scan(&known, &sent, &paid)
		switch {
		case err != nil:
			return err
		case known > 0 && sent > 0 && sent+paid > known:
			return dispute.Errorf(dispute.CodeExceedsCapture, "line %s: another case sends new goods for the units", l.LineID)
		}
	}
	return nil
}
