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

// riskCases lists the flagged cases, newest first. It is for supervisors: it names the
// customer's id, never more.
func riskCases(query dispute.ReportQuery) tableSQL {
	q := &reportQuery{ReportQuery: query}
	where := q.where("f.opened_at")
	return tableSQL{name: "cases", sql: fmt.Sprintf(`SELECT f.opened_at, f.case_id, f.customer_id, f.reason, f.risk_score, f.risk_flags, f.decided, f.decided_by,
			f.outcome
		FROM report_cases f WHERE cardinality(f.risk_flags) > 0 AND %s ORDER BY f.opened_at DESC, f.case_id DESC`, where)}.with(q)
}

const marks = `count(f.survey_score) FILTER (WHERE f.survey_score = 1) AS score_1, count(f.survey_score) FILTER (WHERE f.survey_score = 2) AS score_2,
	count(f.survey_score) FILTER (WHERE f.survey_score = 3) AS score_3, count(f.survey_score) FILTER (WHERE f.survey_score = 4) AS score_4,
	count(f.survey_score) FILTER (WHERE f.survey_score = 5) AS score_5`

// satisfaction counts the answers to the survey.
func satisfaction(query dispute.ReportQuery) tableSQL {
	q := &reportQuery{ReportQuery: query}
	columns, names := q.groups("f.survey_asked_at")
	where := q.where("f.survey_asked_at")
	return tableSQL{name: "survey", sql: fmt.Sprintf(`SELECT %s count(*) AS asked, count(f.survey_score) AS answered, %s AS answered_percent,
			avg(f.survey_score)::float8 AS mean, %s
		FROM report_cases f WHERE f.survey_asked_at IS NOT NULL AND %s%s%s`, list(columns), percent("count(f.survey_score)", "count(*)"),
		marks, where, by(names), ordered(names))}.with(q)
}

// agents says how those who work on cases fare, by the case's assignee now; cases of
// nobody stand under ”.
func agents(query dispute.ReportQuery) tableSQL {
	q := &reportQuery{ReportQuery: query}
	columns, names := q.groups("f.opened_at", "f.assignee AS assignee")
	where := q.where("f.opened_at")
	return tableSQL{name: "agents", sql: fmt.Sprintf(`SELECT %s count(*) AS cases, count(f.closed_at) AS closed, count(*) FILTER (WHERE f.reopened > 0) AS reopened,
			count(*) FILTER (WHERE f.reply_state = 'met') AS reply_met, count(*) FILTER (WHERE f.reply_state = 'breached') AS reply_breached,
			%s AS reply_median_hours,
			count(*) FILTER (WHERE f.resolution_state = 'met') AS resolution_met, count(*) FILTER (WHERE f.resolution_state = 'breached') AS resolution_breached,
			%s AS resolution_median_hours, coalesce(sum(b.breaches), 0)::bigint AS agent_breaches,
			count(f.survey_score) AS surveys, avg(f.survey_score)::float8 AS mean_score
		FROM report_cases f LEFT JOIN (SELECT case_id, count(*) AS breaches FROM report_breaches WHERE owner = 'agent' GROUP BY case_id) b ON b.case_id = f.case_id
		WHERE %s%s%s`, list(columns), hours("percentile_disc(0.5) WITHIN GROUP (ORDER BY f.reply_seconds)"),
		hours("percentile_disc(0.5) WITHIN GROUP (ORDER BY f.resolution_seconds)"), where, by(names), ordered(names))}.with(q)
}
