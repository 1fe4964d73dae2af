package store

import (
	"fmt"

	"github.com/redresshq/redress/dispute"
)

// riskBands counts what was decided, and by whom, by bands of the risk score.
func riskBands(query dispute.ReportQuery) tableSQL {
	q := &reportQuery{ReportQuery: query}
	columns, names := q.groups("f.opened_at", `CASE WHEN f.risk_score >= 80 THEN '80-100' WHEN f.risk_score >= 60 THEN '60-79'
		WHEN f.risk_score >= 40 THEN '40-59' WHEN f.risk_score >= 20 THEN '20-39' ELSE '00-19' END AS band`,
		"f.decided AS decided", "f.decided_by AS decided_by")
	where := q.where("f.opened_at")
	return tableSQL{name: "bands", sql: fmt.Sprintf(`SELECT %s count(*) AS cases FROM report_cases f WHERE %s%s%s`,
		list(columns), where, by(names), ordered(names))}.with(q)
}

// riskFlags counts the same by flag; a case with two flags counts under both.
func riskFlags(query dispute.ReportQuery) tableSQL {
	q := &reportQuery{ReportQuery: query}
	columns, names := q.groups("f.opened_at", "g.flag AS flag", "f.decided AS decided", "f.decided_by AS decided_by")
	where := q.where("f.opened_at")
	return tableSQL{name: "flags", sql: fmt.Sprintf(`SELECT %s count(*) AS cases FROM report_cases f CROSS JOIN LATERAL unnest(f.risk_flags) AS g (flag)
		WHERE cardinality(f.risk_flags) > 0 AND %s%s%s`, list(columns), where, by(names), ordered(names))}.with(q)
}

// reviewed are the columns about what people made of flags: r is a case's or a flag's.
func reviewed() string {
	return fmt.Sprintf(`count(*) AS flagged, count(*) FILTER (WHERE r.verdict = 'cleared') AS cleared,
			count(*) FILTER (WHERE r.verdict = 'confirmed') AS confirmed, count(*) FILTER (WHERE r.verdict IS NULL) AS unreviewed,
			count(*) FILTER (WHERE r.over) AS decided_unreviewed, %s`, quantiles("r.seconds", ""))
}

// riskReviews counts the flagged cases by what people made of their flags, and how long it
// took until somebody looked.
func riskReviews(query dispute.ReportQuery) tableSQL {
	q := &reportQuery{ReportQuery: query}
	columns, names := q.groups("f.opened_at")
	where := q.where("f.opened_at")
	return tableSQL{name: "reviews", sql: fmt.Sprintf(`SELECT %s %s FROM report_cases f CROSS JOIN LATERAL (SELECT f.fold #>> '{risk,verdict}' AS verdict,
			(f.fold #>> '{risk,seconds}')::bigint AS seconds, coalesce(jsonb_array_length(f.fold #> '{risk,decided_over}'), 0) > 0 AS over) r
		WHERE cardinality(f.risk_flags) > 0 AND %s%s%s`, list(columns), reviewed(), where, by(names), ordered(names))}.with(q)
}

// flagReviews counts the same by flag; one that was raised after a review was not reviewed.
func flagReviews(query dispute.ReportQuery) tableSQL {
	q := &reportQuery{ReportQuery: query}
	columns, names := q.groups("f.opened_at", "g.flag AS flag")
	where := q.where("f.opened_at")
	return tableSQL{name: "flag_reviews", sql: fmt.Sprintf(`SELECT %s %s FROM report_cases f CROSS JOIN LATERAL unnest(f.risk_flags) AS g (flag)
		CROSS JOIN LATERAL (SELECT f.fold #>> ARRAY['risk', 'flags', g.flag, 'verdict'] AS verdict,
			(f.fold #>> ARRAY['risk', 'flags', g.flag, 'seconds'])::bigint AS seconds,
			coalesce(f.fold #> '{risk,decided_over}' @> to_jsonb(g.flag), false) AS over) r
		WHERE cardinality(f.risk_flags) > 0 AND %s%s%s`, list(columns), reviewed(), where, by(names), ordered(names))}.with(q)
}

// riskCases lists the flagged cases, newest first. It is for supervisors: it names the
// customer's id, never more.
func riskCases(query dispute.ReportQuery) tableSQL {
	q := &reportQuery{ReportQuery: query}
	where := q.where("f.opened_at")
	return tableSQL{name: "cases", sql: fmt.Sprintf(`SELECT f.opened_at, f.case_id, f.customer_id, f.reason, f.risk_score, f.risk_flags, f.decided, f.decided_by,
			f.outcome, f.fold #>> '{risk,verdict}' AS review, %s AS review_hours,
			coalesce(jsonb_array_length(f.fold #> '{risk,decided_over}'), 0) > 0 AS decided_unreviewed
		FROM report_cases f WHERE cardinality(f.risk_flags) > 0 AND %s ORDER BY f.opened_at DESC, f.case_id DESC`,
		hours("(f.fold #>> '{risk,seconds}')::bigint"), where)}.with(q)
}
