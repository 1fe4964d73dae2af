package store

import (
	"fmt"
	"strings"

	"github.com/redresshq/redress/dispute"
)

// knowledge counts what came of the knowledge base. It knows no cases: only the dates
// select, and only by them can it be grouped.
func knowledge(query dispute.ReportQuery) ([]tableSQL, error) {
	var wrong []dispute.Field
	for _, f := range []struct{ name, value string }{{"shop_id", query.ShopID}, {"team", query.Team}, {"assignee", query.Assignee},
		{"policy", query.Policy}, {"channel", string(query.Channel)}, {"kind", string(query.Kind)}, {"reason", string(query.Reason)}} {
		if f.value != "" {
			wrong = append(wrong, dispute.Field{Pointer: f.name, Detail: "the report on knowledge is about articles, not about cases"})
		}
	}
	for i, g := range query.GroupBy {
		if g != "day" && g != "week" && g != "month" {
			wrong = append(wrong, dispute.Field{Pointer: fmt.Sprintf("group_by/%d", i), Detail: "knowledge is grouped by day, week or month"})
		}
	}
	if len(wrong) > 0 {
		return nil, dispute.Invalid("the report cannot be made", wrong...)
	}
	return []tableSQL{deflection(query), articleUses(query)}, nil
}

// deflection counts customers' visits as Deflection does, by the day on which they began.
func deflection(query dispute.ReportQuery) tableSQL {
	q := &reportQuery{ReportQuery: query}
	columns, names := q.groups("v.began")
	where, days := q.where("v.began"), q.arg(q.Days)+"::int"
	return tableSQL{name: "deflection", sql: fmt.Sprintf(`WITH v AS MATERIALIZED (
			SELECT u.session, u.customer_id, min(u.at) AS began, bool_or(u.outcome = 'solved') AS solved
			FROM article_uses u WHERE u.role = 'customer' AND u.session <> '' GROUP BY u.session, u.customer_id),
		judged AS (SELECT v.*, EXISTS (SELECT FROM cases c WHERE c.article_session = v.session AND c.article_session <> '' AND c.customer_id = v.customer_id)
				OR EXISTS (SELECT FROM cases c WHERE c.customer_id = v.customer_id AND c.opened_at >= v.began
					AND c.opened_at < v.began + make_interval(days => %s)) AS opened
			FROM v WHERE %s)
		SELECT %s count(*) AS sessions, count(*) FILTER (WHERE v.solved) AS solved, count(*) FILTER (WHERE v.opened) AS opened,
			count(*) FILTER (WHERE v.solved AND NOT v.opened) AS deflected, %s AS deflected_percent
		FROM judged v%s%s`, days, where, list(columns), percent("count(*) FILTER (WHERE v.solved AND NOT v.opened)", "count(*)"),
		by(names), ordered(names))}.with(q)
}

// articleUses counts what people did with each article.
func articleUses(query dispute.ReportQuery) tableSQL {
	q := &reportQuery{ReportQuery: query}
	columns, names := q.groups("u.at", "u.article_id AS article_id")
	where := q.where("u.at")
	var counts []string
	for _, outcome := range []string{"shown", "opened", "solved", "not_solved", "answered"} {
		counts = append(counts, fmt.Sprintf("count(*) FILTER (WHERE u.outcome = '%s') AS %s", outcome, outcome))
	}
	return tableSQL{name: "articles", sql: fmt.Sprintf("SELECT %s %s FROM article_uses u WHERE %s%s%s",
		list(columns), strings.Join(counts, ", "), where, by(names), ordered(names))}.with(q)
}
