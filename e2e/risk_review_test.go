package e2e_test

import (
	"net/http"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
	"go.temporal.io/sdk/converter"

	"github.com/redresshq/redress/dispute"
	"github.com/redresshq/redress/partners"
	"github.com/redresshq/redress/workflows"
)

// Row 40: a person clears the flags of a claim and says nothing more. Silence then brings what
// it brings to any case: the money, by rule. What was found stays to be seen, and the report
// on abuse counts who was flagged and what became of it.
func TestAbuseClearedIsLikeAnyOtherCase(t *testing.T) {
	t.Parallel()
	s := newStack(t, options{policy: "patient", library: libraryWith(t, "patient", "default@3", story.with(sets{
		"clocks.agent_decision": "6s"}))})
	c, agent, boss := s.customer(t), s.agent(t), s.supervisor(t)
	for range 2 {
		s.paidFor(t, s.lostTo(t, c, ""))
	}
	claim := claimOf(s.order(t, c.id, func(n *partners.NewOrder) {
		n.DeliveredAt, n.Parcel = nil, &partners.ParcelUpdate{Status: dispute.ParcelLost}
	}), dispute.ReasonNotReceived)
	claim["requested_remedy"] = []dispute.RemedyType{dispute.RemedyRefund}
	id := c.open(claim).ID
	flagged := agent.awaitPerson(id, dispute.CodeRiskFlagged)
	path := "/v1/cases/" + id + "/risk-review"
	reviewed := agent.must(http.StatusOK, http.MethodPost, path, map[string]any{"verdict": "cleared", "note": "Three parcels, one broken door."})
	require.Equal(t, flagged.Risk.Score, reviewed.Risk.Score)
	require.Equal(t, flagged.Risk.Flags, reviewed.Risk.Flags)
	require.Equal(t, agent.id, reviewed.Risk.Reasons[0].Cleared.By.ID)
	require.False(t, reviewed.Risk.Reasons[0].Cleared.At.IsZero())
	wait(t, "CaseRisk to fall", func() bool { return s.caseRisk(t, id) == 0 })
	require.NotContains(t, string(c.do(http.MethodGet, "/v1/cases/"+id, nil).body), "cleared")

	s.paidFor(t, id)
	silent := agent.get(id)
	require.Equal(t, dispute.System, silent.Decisions[0].Author)
	require.Equal(t, []string{"often_not_received"}, silent.Risk.Flags)
	s.happened(t, id, dispute.EventRiskFlagged, dispute.EventPersonNeeded, dispute.EventRiskReviewed, dispute.EventClockBreached, dispute.EventDecided)

	// The same again, and the desk decides without a word on the flags.
	other := s.lostTo(t, c, "")
	again := agent.awaitPerson(other, dispute.CodeRiskFlagged)
	wait(t, "CaseRisk to rise", func() bool { return s.caseRisk(t, other) == int64(again.Risk.Score) })
	agent.reject(other, "not_proven")
	row := boss.report("abuse-decisions", "reviews", nil)
	require.Equal(t, []any{2.0, 1.0, 0.0, 1.0, 1.0}, []any{row["flagged"], row["cleared"], row["confirmed"], row["unreviewed"], row["decided_unreviewed"]})
	require.NotNil(t, row["median_hours"])
	require.Equal(t, 2.0, boss.report("abuse-decisions?reason=not_received", "flag_reviews", map[string]any{"flag": "often_not_received"})["flagged"])
	require.Equal(t, "cleared", boss.report("abuse-decisions", "cases", map[string]any{"case_id": id})["review"])
	require.Equal(t, true, boss.report("abuse-decisions", "cases", map[string]any{"case_id": other})["decided_unreviewed"])
	file := boss.do(http.MethodGet, "/v1/reports/abuse-decisions?table=flag_reviews", nil, "Accept", "text/csv")
	require.Equal(t, http.StatusOK, file.status)
	require.True(t, strings.HasPrefix(string(file.body), "\ufeffflag,flagged,cleared,confirmed,unreviewed,decided_unreviewed,median_hours,p90_hours\r\n"), "%s", file.body)
	require.Contains(t, string(file.body), "\r\noften_not_received,2,1,0,1,1,")
}

// caseRisk is what operations find the case by.
func (s *stack) caseRisk(t *testing.T, id string) (risk int64) {
	t.Helper()
	d, err := s.engine.DescribeWorkflowExecution(t.Context(), "case/"+id, "")
	require.NoError(t, err)
	payload := d.GetWorkflowExecutionInfo().GetSearchAttributes().GetIndexedFields()[workflows.AttrRisk]
	require.NoError(t, converter.GetDefaultDataConverter().FromPayload(payload, &risk))
	return risk
}
