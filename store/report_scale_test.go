package store_test

import (
	"encoding/json"
	"os"
	"strconv"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/redresshq/redress/dispute"
)

// bulk fills the reports' tables with n cases over three years: what Record would have
// written, without the cases' documents.
const bulk = `
SET session_replication_role = replica; -- no rows of cases behind them
INSERT INTO report_cases (case_id, shop_id, team, assignee, channel, kind, reason, policy, customer_id, order_id, currency, carrier, warehouse,
	opened_at, resolved_at, closed_at, outcome, reopened, reply_state, reply_seconds, resolution_state, resolution_seconds, risk_score,
	risk_flags, decided, decided_by, survey_asked_at, survey_score, fold, parts, refunded, freight)
SELECT 'case_' || lpad(i::text, 8, '0'), 'shop_' || i % 3, 'team_' || i % 7, 'agent_' || i % 40, (ARRAY['in_app', 'email', 'chat', 'phone'])[1 + i % 4],
	'return', (ARRAY['defective', 'wrong_item', 'not_received', 'late_delivery', 'changed_mind', 'not_as_described'])[1 + i % 6], 'default@3',
	'cus_' || (i::bigint * 7919) % (n * 3 / 5), 'order_' || (i::bigint * 104729) % (n * 9 / 10), CASE WHEN i % 20 = 0 THEN 'USD' ELSE 'CNY' END,
	'carrier_' || i % 5, 'wh_' || i % 4, at, at + interval '3 days', at + interval '20 days', 'resolved', (i % 50 = 0)::int,
	CASE WHEN i % 25 = 0 THEN 'breached' ELSE 'met' END, (i * 37) % 172800, CASE WHEN i % 15 = 0 THEN 'breached' ELSE 'met' END, (i * 91) % 604800,
	i % 101, CASE WHEN i % 30 = 0 THEN ARRAY['velocity'] ELSE '{}'::text[] END, 'remedies', 'agent', at + interval '6 days',
	CASE WHEN i % 3 = 0 THEN 1 + i % 5 END,
	jsonb '{"reply": {"state": "met", "spent": 123456789000, "ended": true}, "resolution": {"state": "met", "spent": 987654321000, "ended": true}}' ||
		CASE WHEN i % 60 = 0 THEN jsonb '{"risk": {"verdict": "cleared", "seconds": 3600, "flags": {"velocity": {"verdict": "cleared", "seconds": 3600}}}}'
		ELSE '{}' END, 'abcdef',
	CASE WHEN i % 3 > 0 THEN 9900 ELSE 0 END, CASE WHEN i % 3 > 0 THEN 900 ELSE 0 END
FROM (SELECT i, n, timestamptz '2024-01-01Z' + i * (interval '3 years' / n) AS at FROM (VALUES ($1::bigint)) AS size (n), generate_series(1, n) AS i) AS made;
INSERT INTO report_lines SELECT case_id, 'l1', order_id, customer_id, opened_at, 'sku_' || (substr(case_id, 6)::bigint * 31) % 5000, 1, 9900, true FROM report_cases;
INSERT INTO report_money SELECT case_id, 'refund-1', 'refund', 'succeeded', 9900, 900, currency, opened_at + interval '2 days', opened_at + interval '2 days 1 hour',
	opened_at + interval '3 days' FROM report_cases WHERE substr(case_id, 6)::bigint % 3 > 0;
INSERT INTO report_shares SELECT case_id, 'carrier', 100 FROM report_cases WHERE substr(case_id, 6)::bigint % 2 = 0;
INSERT INTO report_breaches SELECT case_id, 'first_response', '', opened_at + interval '2 days', 'agent', opened_at + interval '2 days', 'breach', 'intake', team, assignee
	FROM report_cases WHERE reply_state = 'breached'`

// Reports answer over many cases: those of one month read the month by index and not
// the whole table, those of all time come within seconds. `make scale-reports` does it
// with a million cases; here there are fifty thousand.
func TestReportsAtScale(t *testing.T) {
	n, allTime, month := 50_000, 5*time.Second, 2*time.Second // generous: the machine is shared
	if text := os.Getenv("REDRESS_TEST_REPORT_CASES"); text != "" {
		var err error
		n, err = strconv.Atoi(text)
		require.NoError(t, err)
		allTime, month = 40*time.Second, 8*time.Second // a statement may take 60 s
	} else {
		t.Parallel()
	}
	b := setup(t)
	conn := b.super(t)
	began := time.Now()
	statements := bulk
	_, err := conn.Exec(t.Context(), replaceSize(statements, n))
	require.NoError(t, err)
	_, err = conn.Exec(t.Context(), "RESET session_replication_role; VACUUM ANALYZE report_cases, report_lines, report_money, report_shares, report_breaches")
	if err != nil { // VACUUM wants to be alone
		for _, table := range []string{"report_cases", "report_lines", "report_money", "report_shares", "report_breaches"} {
			_, err = conn.Exec(t.Context(), "VACUUM ANALYZE "+table)
			require.NoError(t, err)
		}
	}
	t.Logf("%d cases written in %s", n, time.Since(began).Round(time.Millisecond))

	for _, name := range dispute.ReportNames() {
		for _, q := range []dispute.ReportQuery{
			{Name: name, Zone: "Asia/Shanghai", From: "2026-03-01", To: "2026-03-31"},
			{Name: name, Zone: "Asia/Shanghai"},
		} {
			limit, what := allTime, "all time"
			if q.From != "" {
				limit, what = month, "a month"
			}
			if name != dispute.ReportKnowledge && name != dispute.ReportAgents && name != dispute.ReportReasons {
				q.GroupBy = []string{"team", "week"}[:1]
			}
			start := time.Now()
			report, err := b.Report(t.Context(), q)
			took := time.Since(start)
			require.NoError(t, err, "%s of %s", name, what)
			require.NotEmpty(t, report.Tables)
			t.Logf("%-18s %-9s %8s", name, what, took.Round(time.Millisecond))
			require.Less(t, took, limit, "%s of %s", name, what)
			if q.From == "" {
				continue
			}
			plans, err := b.ExplainReport(t.Context(), q)
			require.NoError(t, err)
			for table, plan := range plans {
				buffers := requireNoScan(t, plan, string(name)+"/"+table, q.Name)
				t.Logf("%-18s %-12s %d pages", name, table, buffers)
				require.Less(t, buffers, 40_000+n, "%s/%s reads too much", name, table)
			}
		}
	}
}

func replaceSize(sql string, n int) string {
	const place = "$1::bigint"
	for i := 0; i+len(place) <= len(sql); i++ {
		if sql[i:i+len(place)] == place {
			return sql[:i] + strconv.Itoa(n) + sql[i+len(place):]
		}
	}
	return sql
}

type reportNode struct {
	Type   string `json:"Node Type"`
	Table  string `json:"Relation Name"`
	Shared int    `json:"Shared Hit Blocks"`
	Read   int    `json:"Shared Read Blocks"`
	Plans  []reportNode
}

// requireNoScan fails if a month's report reads all cases, and returns how many pages it
// touched. Tables that hang on cases may be read whole where that is cheaper.
func requireNoScan(t *testing.T, plan []byte, what string, name dispute.ReportName) int {
	t.Helper()
	var doc []struct{ Plan reportNode }
	require.NoError(t, json.Unmarshal(plan, &doc))
	var walk func(n reportNode)
	walk = func(n reportNode) {
		// Movements and surveys of a month are found by their own index.
		require.False(t, n.Type == "Seq Scan" && n.Table == "report_cases", "%s reads all cases: %s", what, plan)
		for _, p := range n.Plans {
			walk(p)
		}
	}
	if name != dispute.ReportKnowledge {
		walk(doc[0].Plan)
	}
	return doc[0].Plan.Shared + doc[0].Plan.Read
}
