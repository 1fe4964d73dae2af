package e2e_test

import (
	"encoding/json"
	"fmt"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/redresshq/redress/dispute"
	"github.com/redresshq/redress/partners"
	"github.com/redresshq/redress/workflows"
)

// Continue-as-new after every single turn leaves the same timeline as none at all.
func TestContinueAsNewAfterEveryTurn(t *testing.T) {
	t.Parallel()
	plain, forced := newStack(t, options{policy: "story"}), newStack(t, options{policy: "story", continueEvery: 1})
	for _, s := range []*stack{plain, forced} {
		// A settlement that comes well after the reply, so that both runs see the same order.
		require.NoError(t, s.box.SetSettlement(t.Context(), partners.Settlement{DelayMS: 1500}))
	}
	stories := map[string]func(*testing.T, *stack) string{
		"story 1": tellStory1, "story 3": tellStory3,
		"story 5": func(t *testing.T, s *stack) string { return tellStory5(t, s, differences[2]) },
	}
	for name, tell := range stories {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			want, got := tell(t, plain), tell(t, forced)
			require.Equal(t, 1, plain.runs(t, want), "the plain story is one run")
			require.Greater(t, forced.runs(t, got), 5, "the forced story is many runs")
			require.Equal(t, plain.strands(t, want), forced.strands(t, got))
		})
	}
}

// runs counts the runs of a case's workflow, by the record.
func (s *stack) runs(t *testing.T, caseID string) int {
	t.Helper()
	first, err := s.engine.DescribeWorkflowExecution(t.Context(), workflows.CaseID(caseID), "")
	require.NoError(t, err)
	n, info := 1, first.GetWorkflowExecutionInfo()
	for info.GetExecution().GetRunId() != info.GetFirstRunId() {
		events := s.historyOf(t, caseID, info.GetExecution().GetRunId())
		before := events[0].GetWorkflowExecutionStartedEventAttributes().GetContinuedExecutionRunId()
		require.NotEmpty(t, before)
		next, err := s.engine.DescribeWorkflowExecution(t.Context(), workflows.CaseID(caseID), before)
		require.NoError(t, err)
		n, info = n+1, next.GetWorkflowExecutionInfo()
	}
	return n
}

// strands is a case's timeline without times and ids, comparable over cases. What
// runs side by side has no order: each leg and each source has a strand of its own.
func (s *stack) strands(t *testing.T, caseID string) map[string][]string {
	t.Helper()
	names := map[string]map[string]string{} // by strand, since strands overtake one another
	strands := map[string][]string{}
	for _, e := range s.agent(t).timeline(caseID) {
		if e.Type == dispute.EventReprojected {
			continue // the sweep of the minute came by; no part of the story
		}
		data := map[string]any{}
		if len(e.Data) > 0 {
			require.NoError(t, json.Unmarshal(e.Data, &data))
		}
		strand := "case"
		if leg, ok := data["leg_id"].(string); ok && leg != "" {
			strand = leg
		} else if e.Type == dispute.EventFact {
			strand = fmt.Sprintf("source %v", data["source"])
		}
		delete(data, "why") // speaks of instants
		if names[strand] == nil {
			names[strand] = map[string]string{}
		}
		plain, err := json.Marshal(timeless(data, names[strand]))
		require.NoError(t, err)
		strands[strand] = append(strands[strand], strings.Join([]string{string(e.Type), string(e.Actor.Role), string(e.Stage), e.Reason, string(plain)}, " | "))
	}
	return strands
}

var (
	instant = regexp.MustCompile(`^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d`)
	// foreign finds what is made anew for each case: ids, keys, numbers, hashes.
	foreign = regexp.MustCompile(`(case|offer|decision|order|ev|evidence|label|re|po|cust)_[0-9A-Za-z-]{6,}|RMA-[0-9a-f]{8,}|RT[0-9a-f]{8,}|[0-9a-f]{64}|https?://[^/]+`)
)

// timeless drops the instants of a document and calls ids by their order of appearance.
func timeless(v any, names map[string]string) any {
	switch v := v.(type) {
	case map[string]any:
		keys := make([]string, 0, len(v))
		for k := range v {
			keys = append(keys, k)
		}
		slices.Sort(keys)
		out := map[string]any{}
		for _, k := range keys {
			out[k] = timeless(v[k], names)
		}
		return out
	case []any:
		out := make([]any, len(v))
		for i := range v {
			out[i] = timeless(v[i], names)
		}
		return out
	case string:
		if instant.MatchString(v) {
			return "instant"
		}
		return foreign.ReplaceAllStringFunc(v, func(id string) string {
			if names[id] == "" {
				kind := foreign.FindStringSubmatch(id)[1]
				names[id] = fmt.Sprintf("%s number %d", kind, len(names)+1)
			}
			return names[id]
		})
	}
	return v
}
