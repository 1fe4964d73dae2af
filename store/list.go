package store

import (
	"context"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"strings"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgtype"

	"github.com/redresshq/redress/dispute"
)

// The sizes of a page of cases.
const (
	defaultPage = 50
	maxPage     = 200
)

// ListCases returns one page of the cases that the filter selects, newest first or
// soonest due first (cases without a running clock last). CodeInvalid for a cursor
// that is not ours or belongs to the other order, and for a limit out of range.
func (s *Store) ListCases(ctx context.Context, f dispute.CaseFilter) (dispute.CasePage, error) {
	if err := checkLimit(&f.Limit, defaultPage, maxPage); err != nil {
		return dispute.CasePage{}, err
	}
	sql, args, err := listQuery(f)
	if err != nil {
		return dispute.CasePage{}, err
	}
	rows, err := s.pool.Query(ctx, sql, args...)
	if err != nil {
		return dispute.CasePage{}, mapError("list cases", err)
	}
	var dues []pgtype.Timestamptz
	cases, err := pgx.CollectRows(rows, func(r pgx.CollectableRow) (c dispute.CaseRecord, err error) {
		var due pgtype.Timestamptz
		err = r.Scan(&c.Case, &c.Gate, &c.Orphaned, &c.RunID, &due)
		dues = append(dues, due)
		return c, err
	})
	if err != nil {
		return dispute.CasePage{}, mapError("list cases", err)
	}
	page := dispute.CasePage{Cases: cases}
	if len(cases) > f.Limit { // one more was asked for, to know whether there is another page
		page.Cases = cases[:f.Limit]
		last := page.Cases[f.Limit-1].Case
		page.Next, err = encodeCursor(cursor{ByDue: f.SortByDue, At: cursorTime(f.SortByDue, last, dues[f.Limit-1]), ID: last.ID})
	}
	return page, err
}

// listQuery builds the statement of a list. Only fixed text becomes SQL; values are
// parameters.
func listQuery(f dispute.CaseFilter) (string, []any, error) {
	var where []string
	var args []any
	add := func(condition string, value any) {
		args = append(args, value)
		where = append(where, fmt.Sprintf(condition, len(args)))
	}
	for _, eq := range []struct{ column, value string }{
		{"stage", string(f.Stage)}, {"waiting_on", string(f.WaitingOn)}, {"kind", string(f.Kind)},
		{"reason", string(f.Reason)}, {"order_id", f.OrderID}, {"customer_id", f.CustomerID},
	} {
		if eq.value != "" {
			add(eq.column+" = $%d", eq.value)
		}
	}
	if f.Assignee != "" {
		add("assignee = $%d AND assignee <> ''", f.Assignee) // the second as in the partial index
	}
	if f.Class != "" {
		add("class = $%d AND class <> ''", string(f.Class))
	}
	if f.Team != "" {
		add("team = $%d AND team <> ''", f.Team)
	}
	if f.Batch != "" {
		add("id IN (SELECT case_id FROM defect_batch_cases WHERE batch_id = $%d)", f.Batch)
	}
	if f.Breached != nil && *f.Breached {
		where = append(where, "breached")
	} else if f.Breached != nil {
		where = append(where, "NOT breached")
	}
	if f.DueBefore != nil {
		add("due_at < $%d", *f.DueBefore)
	}
	order := "opened_at DESC, id DESC"
	if f.SortByDue {
		order = "due_at, id"
	}
	if f.Cursor != "" {
		c, err := decodeCursor(f.Cursor)
		if err != nil || c.ByDue != f.SortByDue {
			return "", nil, dispute.Invalid("the cursor is not one of this list", dispute.Field{Pointer: "/cursor", Detail: "use next of the page before"})
		}
		args = append(args, c.At, c.ID)
		compare := "(opened_at, id) < ($%d::text::timestamptz, $%d)"
		if f.SortByDue {
			compare = "(due_at, id) > ($%d::text::timestamptz, $%d)"
		}
		where = append(where, fmt.Sprintf(compare, len(args)-1, len(args)))
	}
	sql := "SELECT doc, gate, orphaned, run_id, due_at FROM cases"
	if len(where) > 0 {
		sql += " WHERE " + strings.Join(where, " AND ")
	}
	args = append(args, f.Limit+1)
	return sql + fmt.Sprintf(" ORDER BY %s LIMIT $%d", order, len(args)), args, nil
}

// cursor is where a page ended; clients see it as opaque text.
type cursor struct {
	ByDue bool   `json:"d,omitempty"`
	At    string `json:"t"` // RFC 3339, or infinity
	ID    string `json:"i"`
}

func cursorTime(byDue bool, c dispute.Case, due pgtype.Timestamptz) string {
	switch {
	case !byDue:
		return utc(c.OpenedAt).Format(time.RFC3339Nano)
	case due.InfinityModifier == pgtype.Infinity:
		return "infinity"
	default:
		return utc(due.Time).Format(time.RFC3339Nano)
	}
}

// checkLimit gives a page that names no length the standard one; CodeInvalid for one that
// is out of range.
func checkLimit(limit *int, standard, most int) error {
	if *limit < 0 || *limit > most {
		return dispute.Invalid("the limit is out of range", dispute.Field{Pointer: "/limit", Detail: fmt.Sprintf("1 to %d", most)})
	}
	if *limit == 0 {
		*limit = standard
	}
	return nil
}

// encodeCursor writes the place where a page ended, of whatever list.
func encodeCursor(place any) (string, error) {
	raw, err := json.Marshal(place)
	if err != nil {
		return "", fmt.Errorf("cursor: %w", err)
	}
	return base64.RawURLEncoding.EncodeToString(raw), nil
}

func readCursor(text string, place any) error {
	raw, err := base64.RawURLEncoding.DecodeString(text)
	if err != nil {
		return err
	}
	return json.Unmarshal(raw, place)
}

func decodeCursor(text string) (c cursor, err error) {
	if err := readCursor(text, &c); err != nil {
		return c, err
	}
	if c.At == "infinity" && c.ByDue {
		return c, nil
	}
	_, err = time.Parse(time.RFC3339Nano, c.At)
	return c, err
}
