package store_test

import (
	"encoding/base64"
	"encoding/json"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/redresshq/redress/dispute"
)

func TestListCasesPages(t *testing.T) {
	t.Parallel()
	b := setup(t)
	for i := range 7 {
		c := newCase(fmt.Sprintf("case_%d", i))
		c.OpenedAt = noon.Add(time.Duration(i/2) * time.Hour) // pairs share a time
		c.WaitingOn = dispute.WaitingAgent
		if i != 3 && i != 4 {
			c.Clocks = []dispute.Clock{{Name: dispute.ClockAgentDecision, State: dispute.ClockRunning, Owner: dispute.WaitingAgent,
				DueAt: noon.Add(time.Duration(10-i/2) * time.Hour)}}
		}
		_, err := b.Record(t.Context(), opening(c))
		require.NoError(t, err)
	}
	for _, tc := range []struct {
		byDue bool
		want  string
	}{
		{false, "6 5 4 3 2 1 0"},
		{true, "6 5 2 0 1 3 4"},
	} {
		for limit := 1; limit <= 8; limit++ {
			var got []string
			f := dispute.CaseFilter{SortByDue: tc.byDue, Limit: limit, WaitingOn: dispute.WaitingAgent}
			for {
				page, err := b.ListCases(t.Context(), f)
				require.NoError(t, err)
				for _, c := range page.Cases {
					got = append(got, strings.TrimPrefix(c.Case.ID, "case_"))
				}
				if f.Cursor = page.Next; f.Cursor == "" {
					break
				}
			}
			require.Equal(t, tc.want, strings.Join(got, " "), "limit %d", limit)
		}
	}
	soon := noon.Add(8 * time.Hour)
	page, err := b.ListCases(t.Context(), dispute.CaseFilter{DueBefore: &soon})
	require.NoError(t, err)
	require.Len(t, page.Cases, 1)
}

func TestListCasesRefusesBadInput(t *testing.T) {
	t.Parallel()
	b := setup(t)
	encode := base64.RawURLEncoding.EncodeToString
	for _, f := range []dispute.CaseFilter{
		{Limit: -1}, {Limit: 201}, {Cursor: "%%%"}, {Cursor: encode([]byte("no json"))}, {Cursor: encode([]byte(`{}`))},
		{Cursor: encode([]byte(`{"t":"yesterday","i":"x"}`))}, {Cursor: encode([]byte(`{"t":"infinity","i":"x"}`))},
		{Cursor: encode([]byte(`{"d":true,"t":"infinity","i":"x"}`))},
		{Cursor: encode([]byte(`{"t":"2026-05-04T12:00:00Z","i":"x"}`)), SortByDue: true},
		{OrderID: "nul \x00"},
	} {
		_, err := b.ListCases(t.Context(), f)
		requireCode(t, dispute.CodeInvalid, err)
	}
}

// Every documented filter, alone and in pairs, in both orders, uses an index on
// 100,000 cases.
func TestListsUseIndexesOn100000Cases(t *testing.T) {
	t.Parallel()
	b := setup(t)
	conn := b.super(t)
	for _, sql := range []string{fill, "ANALYZE cases"} {
		_, err := conn.Exec(t.Context(), sql)
		require.NoError(t, err)
	}
	yes, no, soon := true, false, noon.AddDate(0, 0, 3)
	filters := map[string]func(*dispute.CaseFilter){
		"stage":        func(f *dispute.CaseFilter) { f.Stage = dispute.StageNegotiation },
		"closed":       func(f *dispute.CaseFilter) { f.Stage = dispute.StageClosed },
		"waiting_on":   func(f *dispute.CaseFilter) { f.WaitingOn = dispute.WaitingAgent },
		"kind":         func(f *dispute.CaseFilter) { f.Kind = dispute.KindReturn },
		"reason":       func(f *dispute.CaseFilter) { f.Reason = dispute.ReasonDefective },
		"order_id":     func(f *dispute.CaseFilter) { f.OrderID = "order_77" },
		"customer_id":  func(f *dispute.CaseFilter) { f.CustomerID = "cus_77" },
		"assignee":     func(f *dispute.CaseFilter) { f.Assignee = "agent_7" },
		"team":         func(f *dispute.CaseFilter) { f.Team = "team_1" },
		"class":        func(f *dispute.CaseFilter) { f.Class = dispute.ClassInquiry },
		"breached":     func(f *dispute.CaseFilter) { f.Breached = &yes },
		"not breached": func(f *dispute.CaseFilter) { f.Breached = &no },
		"due_before":   func(f *dispute.CaseFilter) { f.DueBefore = &soon },
		"nothing":      func(*dispute.CaseFilter) {},
	}
	for one, first := range filters {
		for two, second := range filters {
			for _, byDue := range []bool{false, true} {
				f := dispute.CaseFilter{SortByDue: byDue}
				first(&f)
				second(&f)
				plan, err := b.Explain(t.Context(), f)
				require.NoError(t, err)
				requireIndexed(t, plan, fmt.Sprintf("%s and %s, by due %v", one, two, byDue))
				page, err := b.ListCases(t.Context(), f)
				require.NoError(t, err)
				if page.Next != "" { // and so does the next page
					f.Cursor = page.Next
					plan, err = b.Explain(t.Context(), f)
					require.NoError(t, err)
					requireIndexed(t, plan, fmt.Sprintf("next of %s and %s, by due %v", one, two, byDue))
				}
			}
		}
	}
}

func requireIndexed(t *testing.T, plan []byte, what string) {
	t.Helper()
	var doc []struct{ Plan node }
	require.NoError(t, json.Unmarshal(plan, &doc))
	require.NotEmpty(t, doc)
	require.False(t, doc[0].Plan.scans(), "%s reads the whole table: %s", what, plan)
}

type node struct {
	Type  string `json:"Node Type"`
	Table string `json:"Relation Name"`
	Plans []node
}

func (n node) scans() bool {
	if n.Type == "Seq Scan" && n.Table == "cases" {
		return true
	}
	for _, p := range n.Plans {
		if p.scans() {
			return true
		}
	}
	return false
}

// fill makes 100,000 cases as a shop of some years has them: nine in ten closed.
const fill = `
INSERT INTO cases (id, shop_id, policy_version, kind, reason, family, channel, order_id, customer_id, assignee, stage, waiting_on,
	outcome, breached, due_at, opened_at, doc, version, run_id, gate, team)
SELECT 'case_' || lpad(n::text, 8, '0'), 'shop_1', 'default@1',
	(ARRAY['return', 'claim', 'complaint', 'exchange', 'repair'])[1 + n % 5],
	(ARRAY['defective', 'damaged_in_transit', 'changed_mind', 'wrong_item', 'not_received', 'late_delivery', 'other'])[1 + n % 7],
	'goods', 'in_app', 'order_' || n / 2, 'cus_' || n % 20000,
	CASE WHEN n % 3 = 0 THEN 'agent_' || n % 50 ELSE '' END,
	CASE WHEN open THEN (ARRAY['intake', 'investigation', 'negotiation', 'adjudication', 'execution', 'follow_up'])[1 + n % 6] ELSE 'closed' END,
	CASE WHEN open THEN (ARRAY['customer', 'agent', 'supervisor', 'warehouse', 'carrier', 'payment'])[1 + n % 6] ELSE 'none' END,
	CASE WHEN open THEN '' ELSE 'resolved' END, n % 40 = 0,
	CASE WHEN open THEN timestamptz '2026-05-04 12:00Z' + n % 1000 * interval '1 hour' ELSE 'infinity' END,
	opened_at, jsonb_build_object('id', 'case_' || lpad(n::text, 8, '0'), 'opened_at', opened_at, 'class', (ARRAY['', 'inquiry', 'complaint', 'complaint', 'other'])[1 + n % 5]), 1, 'run_1', CASE WHEN open THEN 'open' ELSE 'closed' END,
	'team_' || n % 8
FROM generate_series(1, 100000) AS n, 
	LATERAL (SELECT n % 10 = 0 AS open, timestamptz '2023-05-04 12:00Z' + n * interval '15 minutes' AS opened_at) AS o`
