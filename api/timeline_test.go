package api

import (
	"encoding/json"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/redresshq/redress/dispute"
)

func entry(caseID string, seq, position int64, kind dispute.EventType) dispute.RecordedEntry {
	return dispute.RecordedEntry{Entry: dispute.Entry{Type: kind, At: noon, Actor: dispute.System, Stage: dispute.StageIntake, Data: json.RawMessage(`{"a":1}`)},
		CaseID: caseID, Seq: seq, Position: position, Hash: "h"}
}

func TestTimeline(t *testing.T) {
	t.Parallel()
	b := setup(t)
	b.store.entries = []dispute.RecordedEntry{entry("case_mine", 1, 1, dispute.EventOpened), entry("case_other", 1, 2, dispute.EventOpened),
		entry("case_mine", 2, 3, dispute.EventApprovalAsked), entry("case_mine", 3, 4, dispute.EventOfferMade), entry("case_mine", 4, 5, dispute.EventNote), entry("case_mine", 5, 6, dispute.EventNote)}
	b.store.entries[5].Data = json.RawMessage(`{"customer":true}`)
	read := func(role dispute.Role, query string) TimelinePage {
		var page TimelinePage
		a := b.do(call{method: "GET", path: "/v1/cases/case_mine/timeline" + query, as: role}).status(200)
		require.NoError(t, json.Unmarshal(a.Body.Bytes(), &page))
		return page
	}
	page := read(dispute.RoleAgent, "?limit=2")
	require.Len(t, page.Items, 2)
	require.True(t, page.More)
	page = read(dispute.RoleAgent, "?limit=2&after_seq="+itoa(page.NextAfterSeq))
	require.Len(t, page.Items, 2)
	require.Equal(t, int64(4), page.NextAfterSeq)
	page = read(dispute.RoleAgent, "?after_seq=4")
	require.Len(t, page.Items, 1)
	require.False(t, page.More)
	require.Equal(t, int64(5), read(dispute.RoleAgent, "?after_seq=5").NextAfterSeq)
	page = read(dispute.RoleCustomer, "")
	require.Len(t, page.Items, 3, "a customer does not see approvals and notes of staff")
	require.Equal(t, int64(5), page.NextAfterSeq)

	var events EventPage
	a := b.do(call{method: "GET", path: "/v1/events?after=1&limit=2", as: dispute.RoleMachine}).status(200)
	require.NoError(t, json.Unmarshal(a.Body.Bytes(), &events))
	require.Len(t, events.Items, 2)
	require.Equal(t, int64(3), events.NextAfter)
	require.True(t, events.More)
}
