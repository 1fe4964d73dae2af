package store

import (
	"fmt"
	"strings"

	"github.com/redresshq/redress/dispute"
)

// costed are the selected cases f with what they cost, one row a case and currency: what
// was really paid, and what carriers and suppliers gave back.
func costed(where string) string {
	const dimensions = `f.case_id, f.shop_id, f.team, f.channel, f.kind, f.reason, f.assignee, f.policy, f.carrier, f.warehouse, f.opened_at`
	return fmt.Sprintf(`SELECT %[1]s, f.currency, f.refunded, f.freight, f.paid_out, f.credits, coalesce(r.recovered, 0) AS recovered
		FROM report_cases f LEFT JOIN (SELECT case_id, currency, sum(recovered)::bigint AS recovered FROM recoveries WHERE recovered > 0
			GROUP BY case_id, currency) r ON r.case_id = f.case_id AND r.currency = f.currency WHERE %[2]s
		UNION ALL SELECT %[1]s, o.currency, o.refunded, o.freight, o.paid_out, o.credits, o.recovered
		FROM report_cases f JOIN (SELECT x.case_id, x.currency, sum(x.refunded)::bigint AS refunded, sum(x.freight)::bigint AS freight,
				sum(x.paid_out)::bigint AS paid_out, sum(x.credits)::bigint AS credits, sum(x.recovered)::bigint AS recovered
			FROM (SELECT m.case_id, m.currency, CASE m.type WHEN 'refund' THEN m.amount ELSE 0 END AS refunded,
					CASE m.type WHEN 'refund' THEN m.freight ELSE 0 END AS freight, CASE m.type WHEN 'payout' THEN m.amount ELSE 0 END AS paid_out,
					CASE m.type WHEN 'credit' THEN m.amount ELSE 0 END AS credits, 0 AS recovered
				FROM report_cases c JOIN report_money m ON m.case_id = c.case_id
				WHERE c.mixed AND m.currency <> c.currency AND m.state = 'succeeded' AND m.type <> 'returned_credit'
				UNION ALL SELECT r.case_id, r.currency, 0, 0, 0, 0, r.recovered FROM recoveries r JOIN report_cases c ON c.case_id = r.case_id
				WHERE r.recovered > 0 AND r.currency <> c.currency) x
			GROUP BY x.case_id, x.currency) o ON o.case_id = f.case_id WHERE %[2]s`, dimensions, where)
}

// costColumns are sums over the cases of a group. The cost is what stays with the shop.
const costColumns = `sum(f.refunded)::bigint AS refunded, sum(f.freight)::bigint AS of_which_freight, sum(f.paid_out)::bigint AS paid_out,
	sum(f.credits)::bigint AS credits, sum(f.recovered)::bigint AS recovered,
	sum(f.refunded + f.paid_out + f.credits - f.recovered)::bigint AS cost`

// costBy counts cases and what they cost by one column of the case and by currency.
func costBy(query dispute.ReportQuery, name, column string) tableSQL {
	q := &reportQuery{ReportQuery: query}
	columns, names := q.groups("f.opened_at", column, "f.currency AS currency")
	where := q.where("f.opened_at")
	return tableSQL{name: name, sql: fmt.Sprintf(`SELECT %s count(*) AS cases, %s AS share_percent, %s
		FROM (%s) f%s ORDER BY cases DESC, %s`, list(columns), percent("count(*)", total(where)), costColumns, costed(where),
		by(names), strings.Join(names, ", "))}.with(q)
}

// total is how many cases are selected.
func total(where string) string { return "(SELECT count(*) FROM report_cases f WHERE " + where + ")" }

// products counts claimed lines by product, with what was refunded of them.
func products(query dispute.ReportQuery) tableSQL {
	q := &reportQuery{ReportQuery: query}
	columns, names := q.groups("f.opened_at", "l.sku AS sku", "f.currency AS currency")
	where := q.where("f.opened_at")
	return tableSQL{name: "products", sql: fmt.Sprintf(`SELECT %s count(*) FILTER (WHERE l.first) AS cases, sum(l.units) AS units, %s AS share_percent,
			sum(l.refunded)::bigint AS refunded
		FROM report_cases f JOIN report_lines l ON l.case_id = f.case_id WHERE l.sku <> '' AND %s%s ORDER BY cases DESC, %s`, list(columns),
		percent("count(*) FILTER (WHERE l.first)", total(where)), where, by(names), strings.Join(names, ", "))}.with(q)
}

// shares counts who was found liable for how much. The cost borne is the share of what
// the cases were paid, cut down to whole minor units once a row.
func shares(query dispute.ReportQuery) tableSQL {
	q := &reportQuery{ReportQuery: query}
	columns, names := q.groups("f.opened_at", "s.party AS party", "f.currency AS currency")
	where := q.where("f.opened_at")
	return tableSQL{name: "shares", sql: fmt.Sprintf(`SELECT %s count(*) AS cases, avg(s.percent)::float8 AS mean_percent,
			floor(sum((f.refunded + f.paid_out + f.credits) * s.percent) / 100)::bigint AS cost_borne
		FROM (%s) f JOIN report_shares s ON s.case_id = f.case_id%s%s`, list(columns), costed(where), by(names), ordered(names))}.with(q)
}

// recoveries counts claims against carriers and suppliers. What is neither recovered nor
// written off is still open.
func recoveries(query dispute.ReportQuery) tableSQL {
	q := &reportQuery{ReportQuery: query}
	columns, names := q.groups("f.opened_at", "r.party AS party", "r.state AS state", "r.currency AS currency")
	where := q.where("f.opened_at")
	return tableSQL{name: "recoveries", sql: fmt.Sprintf(`SELECT %s count(*) AS claims, sum(r.claimed)::bigint AS claimed, sum(r.accepted)::bigint AS accepted,
			sum(r.recovered)::bigint AS recovered, sum(r.written_off)::bigint AS written_off,
			sum(r.claimed - r.recovered - r.written_off)::bigint AS open
		FROM recoveries r JOIN report_cases f ON f.case_id = r.case_id WHERE %s%s%s`, list(columns), where, by(names), ordered(names))}.with(q)
}

// refundTimes says how long money took, by kind and result: from the binding word to
// the request, and from there until it was settled.
func refundTimes(query dispute.ReportQuery) tableSQL {
	q := &reportQuery{ReportQuery: query}
	columns, names := q.groups("m.requested_at", "m.type AS type", "m.state AS result", "m.currency AS currency")
	where := q.where("m.requested_at")
	seconds := func(from, to string) string {
		return fmt.Sprintf("floor(extract(epoch FROM %s - %s))::bigint", to, from)
	}
	return tableSQL{name: "movements", sql: fmt.Sprintf(`SELECT %s count(*) AS movements, sum(m.amount)::bigint AS amount, %s, %s, %s
		FROM report_money m JOIN report_cases f ON f.case_id = m.case_id WHERE m.requested_at IS NOT NULL AND %s%s%s`, list(columns),
		quantiles(seconds("m.decided_at", "m.requested_at"), "decision_to_request_"), quantiles(seconds("m.requested_at", "m.settled_at"), "request_to_settled_"),
		quantiles(seconds("m.decided_at", "m.settled_at"), "decision_to_settled_"), where, by(names), ordered(names))}.with(q)
}
