package store

import (
	"context"
	"errors"
	"slices"
	"strings"

	"github.com/jackc/pgx/v5"

	"github.com/redresshq/redress/dispute"
)

// errDuplicate rolls an opening back whose units another open case claims.
var errDuplicate = errors.New("another open case claims the same units")

// claimUnits locks the lines of the case's order and returns the id of an open
// case of the same family that leaves too few units for this one, "" if none does.
// While nobody knows how many units a line has, any other claim on it is too many.
// Until it is known whose the order is, only the same customer's cases count: a
// stranger's must not stand in its owner's way. A case that knows the order is its owner's.
func claimUnits(ctx context.Context, tx pgx.Tx, c dispute.Case) (string, error) {
	lines := unitsByLine(c.Lines)
	if len(lines) == 0 {
		return "", nil
	}
	ids := make([]string, len(lines))
	for i, l := range lines {
		ids[i] = l.LineID
	}
	var q pgx.Batch
	known := map[string]int{}
	queueLineLocks(&q, c.OrderID, ids, known)
	claimed, by := map[string]int{}, map[string]string{}
	q.Queue(`SELECT l.line_id, sum(l.quantity)::int, min(l.case_id) FROM case_claims l JOIN cases c ON c.id = l.case_id
		WHERE l.order_id = $1 AND l.line_id = ANY($2) AND l.family = $3 AND l.released_at IS NULL AND l.case_id <> $4
			AND (c.customer_id = $5 OR c.order_known)
		GROUP BY l.line_id`, c.OrderID, ids, c.Family(), c.ID, c.CustomerID).Query(func(rows pgx.Rows) error {
		return eachLine(rows, func(line string, n int, other string) { claimed[line], by[line] = n, other })
	})
	if err := tx.SendBatch(ctx, &q).Close(); err != nil {
		return "", err
	}
	for _, l := range lines {
		if claimed[l.LineID] > 0 && claimed[l.LineID]+l.Quantity > known[l.LineID] {
			return by[l.LineID], nil
		}
	}
	return "", nil
}

// queueLineLocks locks lines of an order, making the rows that are new, and fills in how
// many units each has, 0 where nobody knows. All lock in the order of the ids' bytes, as
// unitsByLine has it, and not in that of the database's language: else two deadlock.
func queueLineLocks(q *pgx.Batch, orderID string, ids []string, known map[string]int) {
	q.Queue(`INSERT INTO order_lines (order_id, line_id) SELECT $1, l FROM unnest($2::text[]) AS l ORDER BY l COLLATE "C"
		ON CONFLICT (order_id, line_id) DO NOTHING`, orderID, ids)
	q.Queue(`SELECT line_id, coalesce(quantity, 0) FROM order_lines WHERE order_id = $1 AND line_id = ANY($2)
		ORDER BY line_id COLLATE "C" FOR NO KEY UPDATE`, orderID, ids).Query(func(rows pgx.Rows) error {
		return eachLine(rows, func(line string, n int, _ string) { known[line] = n })
	})
}

// rememberRefused keeps that an opening was refused, and in favour of which case.
func (s *Store) rememberRefused(ctx context.Context, b dispute.Batch, duplicateOf string) error {
	_, err := s.pool.Exec(ctx, `INSERT INTO refused_openings (case_id, customer_id, duplicate_of) VALUES ($1, $2, $3)
		ON CONFLICT (case_id) DO NOTHING`, b.CaseID, b.Case.CustomerID, duplicateOf)
	return mapError("refused opening "+b.CaseID, err)
}

// RefusedOpening returns why a case was never opened; CodeNotFound where nothing is known of it.
func (s *Store) RefusedOpening(ctx context.Context, caseID string) (dispute.RefusedOpening, error) {
	r := dispute.RefusedOpening{CaseID: caseID}
	err := s.pool.QueryRow(ctx, "SELECT customer_id, duplicate_of FROM refused_openings WHERE case_id = $1", caseID).
		Scan(&r.CustomerID, &r.DuplicateOf)
	if errors.Is(err, pgx.ErrNoRows) {
		return dispute.RefusedOpening{}, dispute.Errorf(dispute.CodeNotFound, "there is no case %s", caseID)
	}
	return r, mapError("refused opening "+caseID, err)
}

func eachLine(rows pgx.Rows, f func(line string, n int, other string)) error {
	defer rows.Close()
	for rows.Next() {
		var line, other string
		var n int
		into := []any{&line, &n}
		if len(rows.FieldDescriptions()) > 2 {
			into = append(into, &other)
		}
		if err := rows.Scan(into...); err != nil {
			return err
		}
		f(line, n, other)
	}
	return rows.Err()
}

// unitsByLine adds up the units of lines named twice, ordered by line, so that
// everybody locks lines in one order.
func unitsByLine(lines []dispute.Line) []dispute.Line {
	var out []dispute.Line
	for _, l := range lines {
		if i := slices.IndexFunc(out, func(o dispute.Line) bool { return o.LineID == l.LineID }); i >= 0 {
			out[i].Quantity += l.Quantity
			continue
		}
		out = append(out, l)
	}
	slices.SortFunc(out, func(x, y dispute.Line) int { return strings.Compare(x.LineID, y.LineID) })
	return out
}
