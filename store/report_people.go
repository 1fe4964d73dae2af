package store

import (
	"fmt"

	"github.com/redresshq/redress/dispute"
)

const marks = `count(f.survey_score) FILTER (WHERE f.survey_score = 1) AS score_1, count(f.survey_score) FILTER (WHERE f.survey_score = 2) AS score_2,
	count(f.survey_score) FILTER (WHERE f.survey_score = 3) AS score_3, count(f.survey_score) FILTER (WHERE f.survey_score = 4) AS score_4,
	count(f.survey_score) FILTER (WHERE f.survey_score = 5) AS score_5`

// satisfaction counts the answers to the survey; a question that is laid ready is none yet.
func satisfaction(query dispute.ReportQuery) tableSQL {
	q := &reportQuery{ReportQuery: query}
	columns, names := q.groups("f.survey_asked_at")
	where := q.where("f.survey_asked_at")
	return tableSQL{name: "survey", sql: fmt.Sprintf(`SELECT %s count(*) AS asked, count(f.survey_score) AS answered, %s AS answered_percent,
			avg(f.survey_score)::float8 AS mean, %s
		FROM report_cases f WHERE f.survey_asked_at <= now() AND %s%s%s`, list(columns), percent("count(f.survey_score)", "count(*)"),
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
