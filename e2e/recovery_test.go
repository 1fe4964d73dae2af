package e2e_test

import (
	"encoding/json"
	"net/http"
	"net/url"
	"testing"

	"github.com/stretchr/testify/require"
	"go.temporal.io/sdk/client"

	"github.com/redresshq/redress/dispute"
	"github.com/redresshq/redress/partners"
	"github.com/redresshq/redress/workflows"
)

// recovered is a recovery as the API shows it.
type recovered struct {
	dispute.Recovery
	Orphaned       bool                    `json:"orphaned"`
	AllowedActions []string                `json:"allowed_actions"`
	Timeline       []dispute.RecoveryEntry `json:"timeline"`
}

func (c caller) recoveries(query string) []recovered {
	c.t.Helper()
	var page struct {
		Items []recovered `json:"items"`
	}
	r := c.do(http.MethodGet, "/v1/recoveries?"+query, nil)
	require.Equal(c.t, http.StatusOK, r.status, "%s", r.body)
	r.decode(c.t, &page)
	return page.Items
}

func (c caller) recovery(id string) recovered {
	c.t.Helper()
	r := c.do(http.MethodGet, "/v1/recoveries/"+id, nil)
	require.Equal(c.t, http.StatusOK, r.status, "%s", r.body)
	var got recovered
	r.decode(c.t, &got)
	return got
}

// awaitRecovery waits until the only recovery of a case is as ok says.
func (c caller) awaitRecovery(caseID, what string, ok func(recovered) bool) recovered {
	c.t.Helper()
	var got recovered
	wait(c.t, "the recovery "+what, func() bool {
		all := c.recoveries("case_id=" + url.QueryEscape(caseID))
		if len(all) != 1 {
			return false
		}
		got = all[0]
		return ok(got)
	})
	return got
}

func (c caller) awaitRecoveryState(caseID string, s dispute.RecoveryState) recovered {
	c.t.Helper()
	return c.awaitRecovery(caseID, "is "+string(s), func(r recovered) bool { return r.State == s })
}

// act sends a command to a recovery.
func (c caller) act(id, verb string, body map[string]any) recovered {
	c.t.Helper()
	r := c.do(http.MethodPost, "/v1/recoveries/"+id+"/"+verb, body)
	require.Equal(c.t, http.StatusOK, r.status, "%s", r.body)
	var got recovered
	r.decode(c.t, &got)
	return got
}

// Damaged in transit: the customer is paid, the claim goes to the carrier, the case closes,
// and only then the carrier accepts and pays.
func TestRecoveryOutlivesTheCase(t *testing.T) {
	t.Parallel()
	tellRecovery(t, sharedStack(t))
}

// tellRecovery plays it and returns the case's id.
func tellRecovery(t *testing.T, s *stack) string {
	t.Helper()
	desk := s.agent(t)
	id := tellStory1(t, s)
	filed := desk.awaitRecoveryState(id, dispute.RecoveryFiled)
	require.Equal(t, id+"-carrier-1", filed.ID)
	require.EqualValues(t, 5000, filed.Claimed)
	require.Equal(t, dispute.PartyCarrier, filed.Party)
	require.Equal(t, "story@1/recovery/carrier", filed.Explanation.Rule)
	require.Len(t, filed.Items, 1)
	require.Equal(t, dispute.RecoveryItem{LegID: "refund-1", Part: dispute.LossGoods, LineID: filed.Items[0].LineID, Paid: 5000, Percent: 100, Share: 100, Amount: 5000}, filed.Items[0])
	require.Equal(t, dispute.AwaitsAnswer, filed.Awaits)
	require.Equal(t, dispute.ClockRecoveryAnswer, filed.Clock.Name)

	// The carrier's own ledger: one claim, with the case's proof by hash.
	claims := s.effects(t, partners.Carrier, id, "claim.filed")
	require.Len(t, claims, 1)
	require.Equal(t, filed.Claims[0].Key, claims[0].Key)
	var told struct {
		Claimed  dispute.Money           `json:"claimed"`
		Evidence []dispute.ClaimEvidence `json:"evidence"`
	}
	require.NoError(t, json.Unmarshal(claims[0].Data, &told))
	require.Equal(t, dispute.CNY(5000), told.Claimed)
	require.NotEmpty(t, told.Evidence)
	require.Len(t, told.Evidence[0].SHA256, 64)

	// The case is closed; staff see the claim in it, the customer does not.
	closed := desk.get(id)
	require.Equal(t, dispute.StageClosed, closed.Stage)
	require.Equal(t, filed.ID, recoveriesIn(t, desk, id)[0].ID)
	owner := s.as(t, dispute.RoleCustomer, closed.CustomerID)
	require.Empty(t, recoveriesIn(t, owner, id))
	require.Equal(t, http.StatusForbidden, owner.do(http.MethodGet, "/v1/recoveries/"+filed.ID, nil).status)
	for _, e := range owner.timeline(id) {
		require.NotEqual(t, dispute.EventRecoveryOpened, e.Type)
	}

	require.NoError(t, s.box.AnswerClaim(t.Context(), partners.Carrier, partners.ClaimVerdict{Key: claims[0].Key, Status: dispute.ClaimAccepted}))
	accepted := desk.awaitRecoveryState(id, dispute.RecoveryAccepted)
	require.Equal(t, dispute.AwaitsPayment, accepted.Awaits)
	require.NoError(t, s.box.AnswerClaim(t.Context(), partners.Carrier, partners.ClaimVerdict{Key: claims[0].Key, Status: dispute.ClaimPaid, Amount: 2000}))
	desk.awaitRecovery(id, "has its first money", func(r recovered) bool { return r.Recovered == 2000 })
	require.NoError(t, s.box.AnswerClaim(t.Context(), partners.Carrier, partners.ClaimVerdict{Key: claims[0].Key, Status: dispute.ClaimPaid, Amount: 5000}))
	done := desk.awaitRecoveryState(id, dispute.RecoveryRecovered)
	require.EqualValues(t, 5000, done.Recovered)
	require.NotNil(t, done.ClosedAt)

	// What came back is the shop's: the customer's money is as it was.
	s.paid(t, id, moved{Kind: "refund.made", Key: "refund-1/1", Amount: 5000})
	entries := desk.recovery(done.ID).Timeline
	require.Equal(t, dispute.EventRecoveryOpened, entries[0].Type)
	require.Equal(t, dispute.EventRecoveryClosed, entries[len(entries)-1].Type)
	for i := range entries[1:] {
		require.Equal(t, entries[i].Hash, entries[i+1].PrevHash, "the timeline is a chain")
	}
	require.Len(t, s.effects(t, partners.Carrier, id, "claim.filed"), 1, "claimed exactly once")
	// A word that comes after the end is kept and shown.
	require.NoError(t, s.box.AnswerClaim(t.Context(), partners.Carrier, partners.ClaimVerdict{Key: claims[0].Key, Status: dispute.ClaimDenied}))
	wait(t, "the late word is in the case's timeline", func() bool {
		all := desk.timeline(id)
		return all[len(all)-1].Type == dispute.EventLate
	})
	return id
}

func recoveriesIn(t *testing.T, c caller, id string) []recovered {
	t.Helper()
	var v struct {
		Recoveries []recovered `json:"recoveries"`
	}
	c.do(http.MethodGet, "/v1/cases/"+id, nil).decode(t, &v)
	return v.Recoveries
}

// Denied, contested with what the case has, denied again, and written off by two people.
func TestRecoveryDeniedContestedWrittenOff(t *testing.T) {
	t.Parallel()
	s := newStack(t, options{policy: "strict", library: libraryWith(t, "strict", "default@3", story.with(sets{
		"recovery.carrier.write_off.agent": 1000, "recovery.carrier.write_off.supervisor": 100000}))})
	desk, boss := s.agent(t), s.supervisor(t)
	id := tellStory1(t, s)
	one := desk.awaitRecoveryState(id, dispute.RecoveryFiled)
	desk.refused(http.StatusConflict, dispute.CodeNotAllowedNow, "/v1/recoveries/"+one.ID+"/write-off", map[string]any{"reason": "no_use"})
	require.NoError(t, s.box.AnswerClaim(t.Context(), partners.Carrier, partners.ClaimVerdict{Key: one.Claims[0].Key, Status: dispute.ClaimDenied, Reason: "packaging"}))
	denied := desk.awaitRecoveryState(id, dispute.RecoveryDenied)
	require.Equal(t, "packaging", denied.Claims[0].Reason)
	require.Contains(t, denied.AllowedActions, dispute.ActionContest)
	s.awaitNotices(t, id, dispute.NoticeRecovery, 1)

	desk.refused(http.StatusUnprocessableEntity, dispute.CodeInvalid, "/v1/recoveries/"+one.ID+"/contest", map[string]any{"evidence": []string{"ev_none"}})
	proof := desk.get(id).Evidence
	require.NotEmpty(t, proof)
	contested := desk.act(one.ID, "contest", map[string]any{"reason": "packed_well", "evidence": []string{proof[0].ID}, "note": "Packed as agreed."})
	require.Len(t, contested.Claims, 2)
	second := desk.awaitRecoveryState(id, dispute.RecoveryFiled)
	require.Equal(t, one.Claims[0].Key, second.Claims[1].Contests)
	require.Len(t, s.effects(t, partners.Carrier, id, "claim.filed"), 2)
	require.NoError(t, s.box.AnswerClaim(t.Context(), partners.Carrier, partners.ClaimVerdict{Key: second.Claims[1].Key, Status: dispute.ClaimDenied}))
	desk.awaitRecoveryState(id, dispute.RecoveryDenied)
	desk.refused(http.StatusConflict, dispute.CodeNotAllowedNow, "/v1/recoveries/"+one.ID+"/contest", map[string]any{})

	asked := desk.act(one.ID, "write-off", map[string]any{"reason": "denied_twice", "note": "A suit costs more."})
	require.Equal(t, dispute.AwaitsApproval, asked.Awaits)
	require.Equal(t, dispute.WriteOffPending, asked.WriteOff.State)
	desk.refused(http.StatusForbidden, dispute.CodeForbidden, "/v1/recoveries/"+one.ID+"/write-off/"+asked.WriteOff.ID+"/approval", map[string]any{"approve": true})
	done := boss.act(one.ID, "write-off/"+asked.WriteOff.ID+"/approval", map[string]any{"approve": true, "note": "Agreed."})
	require.Equal(t, dispute.RecoveryWrittenOff, done.State)
	require.EqualValues(t, 5000, done.WrittenOff)
	require.Zero(t, done.Recovered)
	require.Len(t, desk.recoveries("state=written_off&party=carrier"), 1)
	require.Empty(t, desk.recoveries("party=supplier"))
}

// The carrier says nothing: a second notice, then a person; finance books money by hand.
func TestRecoverySilence(t *testing.T) {
	t.Parallel()
	s := newStack(t, options{policy: "silent", library: libraryWith(t, "silent", "default@3", story.with(sets{
		"clocks.recovery_answer": "1s", "clocks.recovery_answer.again": "1s"}))})
	desk := s.agent(t)
	id := tellStory1(t, s)
	given := desk.awaitRecovery(id, "is given to a person", func(r recovered) bool { return r.Problem == dispute.RecoveryNoAnswer })
	require.Equal(t, dispute.WaitingAgent, given.Waiting)
	require.Len(t, s.effects(t, partners.Carrier, id, "claim.filed"), 1)
	require.GreaterOrEqual(t, s.calls(t, partners.Carrier, "find_claim"), 2, "asked before its silence counts")
	s.awaitNotices(t, id, dispute.NoticeRecovery, 2)
	treasurer := s.as(t, dispute.RoleFinance, "finance-1")
	treasurer.act(given.ID, "settlement", map[string]any{"result": "paid", "partner_ref": "bank-1", "note": "Seen on the account."})
	require.Equal(t, dispute.RecoveryRecovered, desk.recovery(given.ID).State)
}

// A recovery whose workflow was terminated is shown, and goes on from the record.
func TestRecoveryOrphanedAndRestarted(t *testing.T) {
	t.Parallel()
	s := newStack(t, options{policy: "story"})
	desk := s.agent(t)
	id := tellStory1(t, s)
	one := desk.awaitRecoveryState(id, dispute.RecoveryFiled)
	require.NoError(t, s.engine.TerminateWorkflow(t.Context(), one.WorkflowID(), "", "by a test"))
	handle := s.engine.ScheduleClient().GetHandle(t.Context(), workflows.SweepSchedule)
	wait(t, "the sweep shows the orphan", func() bool {
		logged(handle.Trigger(t.Context(), client.ScheduleTriggerOptions{}))
		return desk.recovery(one.ID).Orphaned
	})
	counts, err := s.record.Counts(t.Context())
	require.NoError(t, err)
	require.EqualValues(t, 1, counts["recoveries_orphaned"])
	// The carrier's answer waits for it.
	require.NoError(t, s.box.AnswerClaim(t.Context(), partners.Carrier, partners.ClaimVerdict{Key: one.Claims[0].Key, Status: dispute.ClaimPaid}))
	require.NoError(t, s.door.RestartRecovery(t.Context(), one.Recovery))
	done := desk.awaitRecoveryState(id, dispute.RecoveryRecovered)
	require.False(t, done.Orphaned)
	require.Len(t, s.effects(t, partners.Carrier, id, "claim.filed"), 1, "and claims nothing again")
}
