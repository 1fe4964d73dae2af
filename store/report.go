package store

import (
	"context"
	"fmt"
	"math"
	"slices"
	"strings"
	"time"

	"github.com/jackc/pgx/v5"

	"github.com/redresshq/redress/dispute"
)

// reportQuery is a question on its way to SQL. Only fixed text becomes SQL; what was
// asked becomes parameters.
type reportQuery struct {
	dispute.ReportQuery
	args []any
}

// arg adds a parameter and returns its place.
func (q *reportQuery) arg(v any) string {
	q.args = append(q.args, v)
	return fmt.Sprintf("$%d", len(q.args))
}

// where is the filter: on a date column, and on columns of a case f.
func (q *reportQuery) where(date string) string {
	var conditions []string
	if q.From != "" {
		conditions = append(conditions, fmt.Sprintf("%s >= (%s::date)::timestamp AT TIME ZONE %s", date, q.arg(q.From), q.arg(q.Zone)))
	}
	if q.To != "" {
		conditions = append(conditions, fmt.Sprintf("%s < (%s::date + 1)::timestamp AT TIME ZONE %s", date, q.arg(q.To), q.arg(q.Zone)))
	}
	for _, eq := range []struct{ column, value string }{
		{"shop_id", q.ShopID}, {"team", q.Team}, {"assignee", q.Assignee}, {"policy", q.Policy},
		{"channel", string(q.Channel)}, {"kind", string(q.Kind)}, {"reason", string(q.Reason)},
	} {
		if eq.value != "" {
			conditions = append(conditions, "f."+eq.column+" = "+q.arg(eq.value))
		}
	}
	if len(conditions) == 0 {
		return "true"
	}
	return strings.Join(conditions, " AND ")
}

// dimension is the SQL of one dimension; dates are civil ones of the zone.
func (q *reportQuery) dimension(name, date string) string {
	format := map[string]string{"day": "YYYY-MM-DD", "week": `IYYY-"W"IW`, "month": "YYYY-MM"}[name]
	if format == "" {
		return "f." + name
	}
	return fmt.Sprintf("to_char(%s AT TIME ZONE %s, '%s')", date, q.arg(q.Zone), format)
}

// groups are the columns of the dimensions asked for, and of others: as they are
// selected, and their names.
func (q *reportQuery) groups(date string, more ...string) (selected string, names []string) {
	var columns []string
	for _, g := range q.GroupBy {
		columns, names = append(columns, q.dimension(g, date)+" AS "+g), append(names, g)
	}
	for _, m := range more {
		sql, name, _ := strings.Cut(m, " AS ")
		if slices.Contains(names, name) {
			continue // asked for as a dimension already
		}
		columns, names = append(columns, sql+" AS "+name), append(names, name)
	}
	return strings.Join(columns, ", "), names
}

// by is a GROUP BY over the first n selected columns, "" for none.
func by(names []string) string {
	if len(names) == 0 {
		return ""
	}
	numbers := make([]string, len(names))
	for i := range names {
		numbers[i] = fmt.Sprint(i + 1)
	}
	return " GROUP BY " + strings.Join(numbers, ", ")
}

// ordered are the selected columns in ascending order, for results that never vary.
func ordered(names []string) string {
	if len(names) == 0 {
		return ""
	}
	return " ORDER BY " + strings.Join(names, ", ")
}

func list(columns string) string {
	if columns == "" {
		return ""
	}
	return columns + ", "
}

// tableSQL is one table of a report on its way.
type tableSQL struct {
	name string
	sql  string
	args []any
	next func(last map[string]any) (string, error) // makes the cursor of a list
}

// reportSettings: one state of the record for all tables, and memory to sort a million
// rows in; the disks are not those for which the usual cost of a random page was set.
const reportSettings = "SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY; SET LOCAL work_mem = '128MB'; SET LOCAL jit = off; SET LOCAL random_page_cost = 1.1; SET LOCAL statement_timeout = '60s'"

// Report makes a report. CodeInvalid with fields for a question that cannot be asked.
func (s *Store) Report(ctx context.Context, query dispute.ReportQuery) (dispute.Report, error) {
	if err := query.Check(); err != nil {
		return dispute.Report{}, err
	}
	if query.Limit == 0 {
		query.Limit = 200
	}
	if query.Days == 0 {
		query.Days = 30
	}
	out := dispute.Report{Name: query.Name, From: query.From, To: query.To, Zone: query.Zone, GroupBy: query.GroupBy, CountedBy: "opened_at"}
	if out.GroupBy == nil {
		out.GroupBy = []string{}
	}
	err := s.inTx(ctx, "report "+string(query.Name), func(tx pgx.Tx) error {
		if _, err := tx.Exec(ctx, reportSettings); err != nil {
			return err
		}
		tables, countedBy, err := reportTables(query)
		if err != nil {
			return err
		}
		out.CountedBy = countedBy
		for _, t := range tables {
			table, err := readTable(ctx, tx, t, query.Limit)
			if err != nil {
				return err
			}
			out.Tables = append(out.Tables, table)
		}
		return nil
	})
	return out, err
}

// reportTables are the tables of a report, and the date by which it counts.
func reportTables(q dispute.ReportQuery) ([]tableSQL, string, error) {
	switch q.Name {
	case dispute.ReportServiceLevels:
		return []tableSQL{serviceClocks(q), serviceCases(q)}, "opened_at", nil
	case dispute.ReportBreaches:
		list, err := breachList(q)
		return []tableSQL{breachCounts(q), list}, "breached_at", err
	case dispute.ReportReasons:
		return []tableSQL{costBy(q, "reasons", "f.reason AS reason"), products(q),
			costBy(q, "carriers", "f.carrier AS carrier"), costBy(q, "warehouses", "f.warehouse AS warehouse")}, "opened_at", nil
	case dispute.ReportLiability:
		return []tableSQL{shares(q), recoveries(q)}, "opened_at", nil
	case dispute.ReportRefundTimes:
		return []tableSQL{refundTimes(q)}, "requested_at", nil
	case dispute.ReportRepeatComplaints:
		return []tableSQL{repeats(q), repeatCustomers(q)}, "opened_at", nil
	case dispute.ReportAbuseDecisions:
		return []tableSQL{riskBands(q), riskFlags(q), riskReviews(q), flagReviews(q), riskCases(q)}, "opened_at", nil
	case dispute.ReportSatisfaction:
		return []tableSQL{satisfaction(q)}, "survey_asked_at", nil
	case dispute.ReportKnowledge:
		tables, err := knowledge(q)
		return tables, "used_at", err
	case dispute.ReportAgents:
		return []tableSQL{agents(q)}, "opened_at", nil
	}
	return nil, "", dispute.Invalid("there is no such report", dispute.Field{Pointer: "name", Detail: "unknown"})
}

// readTable runs one table; it asks for one row more than it gives, to know whether
// there are more.
func readTable(ctx context.Context, tx pgx.Tx, t tableSQL, limit int) (dispute.ReportTable, error) {
	rows, err := tx.Query(ctx, fmt.Sprintf("%s LIMIT %d", t.sql, limit+1), t.args...)
	if err != nil {
		return dispute.ReportTable{}, err
	}
	defer rows.Close()
	out := dispute.ReportTable{Name: t.name, Rows: []map[string]any{}}
	for _, f := range rows.FieldDescriptions() {
		out.Columns = append(out.Columns, f.Name)
	}
	for rows.Next() {
		values, err := rows.Values()
		if err != nil {
			return out, err
		}
		row := make(map[string]any, len(values))
		for i, v := range values {
			row[out.Columns[i]] = plainValue(v)
		}
		out.Rows = append(out.Rows, row)
	}
	if err := rows.Err(); err != nil {
		return out, err
	}
	if out.Truncated = len(out.Rows) > limit; out.Truncated {
		out.Rows = out.Rows[:limit]
		if t.next != nil {
			if out.NextCursor, err = t.next(out.Rows[limit-1]); err != nil {
				return out, err
			}
		}
	}
	return out, nil
}

// plainValue makes a value what JSON and CSV show: times in UTC, shares with two digits.
func plainValue(v any) any {
	switch v := v.(type) {
	case time.Time:
		return v.UTC()
	case float64:
		return math.Round(v*100) / 100
	case int32:
		return int64(v)
	case []any:
		words := make([]string, len(v))
		for i, w := range v {
			words[i] = fmt.Sprint(w)
		}
		return words
	}
	return v
}
