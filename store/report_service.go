package store

import (
	"fmt"
	"strings"
	"time"

	"github.com/redresshq/redress/dispute"
)

// hours is a column of whole seconds as hours.
func hours(seconds string) string { return "(" + seconds + ")::float8 / 3600" }

// percent is a share of a count, null where the whole is nothing.
func percent(part, whole string) string {
	return fmt.Sprintf("100.0::float8 * (%s) / nullif(%s, 0)", part, whole)
}

// quantiles are median and 90th percentile in hours of a column of seconds: values
// that occurred, the first at or above the share.
func quantiles(seconds, prefix string) string {
	return fmt.Sprintf(`%s AS %smedian_hours, %s AS %sp90_hours`,
		hours("percentile_disc(0.5) WITHIN GROUP (ORDER BY "+seconds+")"), prefix,
		hours("percentile_disc(0.9) WITHIN GROUP (ORDER BY "+seconds+")"), prefix)
}

// serviceClocks counts first reply and resolution against their clocks.
func serviceClocks(query dispute.ReportQuery) tableSQL {
	q := &reportQuery{ReportQuery: query}
	columns, names := q.groups("f.opened_at", "k.clock AS clock")
	where := q.where("f.opened_at")
	return tableSQL{name: "clocks", args: nil, sql: fmt.Sprintf(`SELECT %s count(*) AS cases,
			count(*) FILTER (WHERE k.state = 'met') AS met, count(*) FILTER (WHERE k.state = 'breached') AS breached,
			count(*) FILTER (WHERE k.state = 'open') AS open, count(*) FILTER (WHERE k.state = 'dropped') AS dropped,
			%s AS met_percent, %s
		FROM report_cases f CROSS JOIN LATERAL (VALUES ('first_response', f.reply_state, f.reply_seconds),
			('resolution', f.resolution_state, f.resolution_seconds)) AS k (clock, state, seconds)
		WHERE k.state <> '' AND %s%s%s`, list(columns),
		percent("count(*) FILTER (WHERE k.state = 'met')", "count(*) FILTER (WHERE k.state IN ('met', 'breached'))"),
		quantiles("k.seconds", ""), where, by(names), ordered(names))}.with(q)
}

func (t tableSQL) with(q *reportQuery) tableSQL {
	t.args = q.args
	return t
}

// serviceCases counts what came back: reopened, and another case of the same order.
func serviceCases(query dispute.ReportQuery) tableSQL {
	q := &reportQuery{ReportQuery: query}
	columns, names := q.groups("f.opened_at")
	where := q.where("f.opened_at")
	again, join := q.again("same_order", "report_cases", "order_id", "")
	return tableSQL{name: "cases", sql: fmt.Sprintf(`SELECT %s count(*) AS cases, count(f.closed_at) AS closed,
			count(*) FILTER (WHERE f.reopened > 0) AS reopened, %s AS reopened_percent,
			count(*) FILTER (WHERE f.again) AS repeated, %s AS repeated_percent
		FROM (SELECT f.*, %s AS again FROM report_cases f%s WHERE %s) f%s%s`, list(columns), percent("count(*) FILTER (WHERE f.reopened > 0)", "count(*)"),
		percent("count(*) FILTER (WHERE f.again)", "count(*)"), again, join, where, by(names), ordered(names))}.with(q)
}

// again holds for a case f after an earlier one of the same key that was opened within
// the days asked for. Over a short time each case is looked up by index; over a long
// one all are walked once in the order of the index, and joined.
func (q *reportQuery) again(name, table, key, condition string) (holds, join string) {
	days := q.arg(q.Days) + "::int * interval '24 hours'"
	if q.short() {
		same, from := "o."+key+" = f."+key, table+" o"
		if table == "report_lines" {
			from = "report_lines l JOIN report_lines o ON true"
			var equal []string
			for _, k := range strings.Split(key, ", ") {
				equal = append(equal, "o."+k+" = l."+k)
			}
			same = "l.case_id = f.case_id AND " + strings.Join(equal, " AND ")
			if condition != "" {
				same += " AND l." + condition
			}
		}
		return fmt.Sprintf(`EXISTS (SELECT FROM %s WHERE %s AND (o.opened_at, o.case_id) < (f.opened_at, f.case_id) AND o.opened_at >= f.opened_at - %s)`,
			from, same, days), ""
	}
	where := ""
	if condition != "" {
		where = " WHERE " + condition
	}
	return name + ".case_id IS NOT NULL", fmt.Sprintf(` LEFT JOIN (SELECT DISTINCT case_id FROM (
			SELECT case_id, opened_at, lag(opened_at) OVER (PARTITION BY %[1]s ORDER BY opened_at, case_id) AS before
			FROM (SELECT %[1]s, opened_at, case_id FROM %[2]s%[3]s GROUP BY %[1]s, opened_at, case_id) o) o
		WHERE o.before >= o.opened_at - %[4]s) %[5]s ON %[5]s.case_id = f.case_id`, key, table, where, days, name)
}

// short says whether the days asked for are so few that looking up case by case is cheaper.
func (q *reportQuery) short() bool {
	from, err := time.Parse(time.DateOnly, q.From)
	if err != nil {
		return false
	}
	to := time.Now()
	if q.To != "" {
		if to, err = time.Parse(time.DateOnly, q.To); err != nil {
			return false
		}
	}
	return to.Sub(from) < 100*24*time.Hour
}

// repeats counts cases after an earlier one of the same customer, order, line, product.
func repeats(query dispute.ReportQuery) tableSQL {
	q := &reportQuery{ReportQuery: query}
	columns, names := q.groups("f.opened_at")
	where := q.where("f.opened_at")
	var counts []string
	var joins string
	for _, c := range []struct{ name, table, key, condition string }{
		{"same_customer", "report_cases", "customer_id", ""}, {"same_order", "report_cases", "order_id", ""},
		{"same_line", "report_lines", "order_id, line_id", ""}, {"same_product", "report_lines", "customer_id, sku", "sku <> ''"},
	} {
		holds, join := q.again(c.name, c.table, c.key, c.condition)
		counts, joins = append(counts, fmt.Sprintf("count(*) FILTER (WHERE %s) AS %s", holds, c.name)), joins+join
	}
	return tableSQL{name: "repeats", sql: fmt.Sprintf(`SELECT %s count(*) AS cases, %s FROM report_cases f%s WHERE %s%s%s`,
		list(columns), strings.Join(counts, ", "), joins, where, by(names), ordered(names))}.with(q)
}

// repeatCustomers are the customers with the most cases in the span.
func repeatCustomers(query dispute.ReportQuery) tableSQL {
	q := &reportQuery{ReportQuery: query}
	where := q.where("f.opened_at")
	return tableSQL{name: "customers", sql: fmt.Sprintf(`SELECT f.customer_id, count(*) AS cases, min(f.opened_at) AS first_at, max(f.opened_at) AS last_at
		FROM report_cases f WHERE %s GROUP BY f.customer_id HAVING count(*) > 1 ORDER BY count(*) DESC, f.customer_id`, where)}.with(q)
}

// breachCounts counts clocks that ran out by clock, owner and what silence brought; team
// and assignee are those of the moment.
func breachCounts(query dispute.ReportQuery) tableSQL {
	q := &reportQuery{ReportQuery: query}
	columns, names := q.groups("b.breached_at", "b.clock AS clock", "b.owner AS owner", "b.on_expiry AS on_expiry", "b.team AS team")
	where := q.where("b.breached_at")
	return tableSQL{name: "counts", sql: fmt.Sprintf(`SELECT %s count(*) AS breaches, count(DISTINCT b.case_id) AS cases
		FROM report_breaches b JOIN report_cases c ON c.case_id = b.case_id
		CROSS JOIN LATERAL (SELECT c.shop_id, b.team, b.assignee, c.policy, c.channel, c.kind, c.reason) f
		WHERE %s%s%s`, list(columns), where, by(names), ordered(names))}.with(q)
}

// breachList lists them, oldest first, page by page.
func breachList(query dispute.ReportQuery) (tableSQL, error) {
	q := &reportQuery{ReportQuery: query}
	where := q.where("b.breached_at")
	if q.Cursor != "" {
		c, err := decodeCursor(q.Cursor)
		parts := strings.SplitN(c.ID, " ", 3)
		if err != nil || c.ByDue || len(parts) != 3 {
			return tableSQL{}, dispute.Invalid("the cursor is not one of this list", dispute.Field{Pointer: "cursor", Detail: "use next_cursor of the page before"})
		}
		where += fmt.Sprintf(" AND (b.breached_at, b.case_id, b.clock, b.leg_id) > (%s::text::timestamptz, %s::text, %s::text, %s::text)",
			q.arg(c.At), q.arg(parts[0]), q.arg(parts[1]), q.arg(parts[2]))
	}
	t := tableSQL{name: "list", sql: fmt.Sprintf(`SELECT b.breached_at, b.case_id, b.clock, b.leg_id, b.owner, b.due_at, b.on_expiry, b.stage, b.team,
			b.assignee, c.reason, c.channel
		FROM report_breaches b JOIN report_cases c ON c.case_id = b.case_id
		CROSS JOIN LATERAL (SELECT c.shop_id, b.team, b.assignee, c.policy, c.channel, c.kind, c.reason) f
		WHERE %s ORDER BY b.breached_at, b.case_id, b.clock, b.leg_id`, where)}.with(q)
	t.next = func(last map[string]any) (string, error) {
		at, ok := last["breached_at"].(time.Time)
		if !ok {
			return "", dispute.Errorf(dispute.CodeInvalid, "a breach without its time")
		}
		return encodeCursor(cursor{At: utc(at).Format(time.RFC3339Nano), ID: fmt.Sprintf("%v %v %v", last["case_id"], last["clock"], last["leg_id"])})
	}
	return t, nil
}
