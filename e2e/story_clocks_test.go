package e2e_test

import (
	"net/http"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/redresshq/redress/dispute"
)

// fastLibrary is the usual library with the policy fast@1: the newest default, quick at
// the end of a case, in which no court is foreseen and little more time can be given.
func fastLibrary(t *testing.T) *dispute.Library {
	t.Helper()
	return libraryWith(t, "fast", "default@3", sets{
		"clocks.reopen_window": "20s", "clocks.escalation_window": "2s", "clocks.survey": "1s", "clocks.survey.again": "60s",
		"suspension.court_or_police": nil, "extension.most": "2wd", "extension.times": 1,
	})
}

// The story of docs/stories/suspension-and-appeal.md: a case stands still and goes on
// with what is left, is given more time, asks the merchant for proof, is refused,
// contested, granted, asked about, taken up again and closed.
func TestStoryOfSuspensionAndAppeal(t *testing.T) {
	t.Parallel()
	s := newStack(t, options{policy: "fast", library: fastLibrary(t)})
	s.replays(t, tellSuspensionAndAppeal(t, s))
}

// tellSuspensionAndAppeal plays the story and returns the closed case's id.
func tellSuspensionAndAppeal(t *testing.T, s *stack) string {
	t.Helper()
	c, agent, super := s.customer(t), s.agent(t), s.supervisor(t)
	id := s.complain(t, c).ID
	agent.awaitPerson(id, dispute.CodePersonByRule)
	path := "/v1/cases/" + id

	s.standsStill(t, c, id)
	longer := agent.must(http.StatusOK, http.MethodPost, path+"/extension", map[string]any{"clock": "resolution", "by": "2wd", "reason": "part_on_order"})
	require.Len(t, longer.Counting(dispute.ClockResolution, "").Extensions, 1)
	agent.refused(http.StatusUnprocessableEntity, dispute.CodeLimitExceeded, path+"/extension",
		map[string]any{"clock": "resolution", "by": "1wd", "reason": "part_on_order"})
	s.proves(t, c, id)

	// The supervisor refuses, and may be contested on new facts only, before another.
	refused := super.reject(id, "not_our_fault")
	require.Equal(t, dispute.StageAppeal, refused.Stage)
	require.Equal(t, dispute.WaitingCustomer, refused.WaitingOn)
	old := refused.Evidence[0].ID
	c.refused(http.StatusUnprocessableEntity, dispute.CodeInvalid, path+"/appeal", map[string]any{"evidence": []string{old}})
	fresh := c.hand(id, "photo", 7)
	appealed := c.must(http.StatusOK, http.MethodPost, path+"/appeal", map[string]any{"evidence": []string{fresh}, "note": "The carrier wrote to me."})
	require.Equal(t, dispute.StageAdjudication, appealed.Stage)
	super.refused(http.StatusForbidden, dispute.CodeSameAuthor, path+"/decision", map[string]any{"reject": map[string]any{"code": "again"}})
	s.as(t, dispute.RoleSupervisor, "super-2").decide(id, grant(dispute.RemedyCompensation, 2000))
	c.awaitStage(id, dispute.StageFollowUp)
	s.paid(t, id, moved{"payout.made", "compensation-1/1", 2000})

	// Asked how it went, the customer answers, and comes back with more.
	c.await(id, "asked how it went", func(v view) bool { k := v.Counting(dispute.ClockSurvey, ""); return k != nil && k.Round == 1 })
	answered := c.must(http.StatusOK, http.MethodPost, path+"/survey", map[string]any{"score": 4, "note": "In the end."})
	require.Equal(t, 4, answered.Survey.Score)
	c.refused(http.StatusConflict, dispute.CodeNotAllowedNow, path+"/survey", map[string]any{"score": 5})
	again := c.must(http.StatusOK, http.MethodPost, path+"/reopening", map[string]any{"note": "It broke."})
	require.Equal(t, 1, again.Reopened)
	agent.awaitPerson(id, dispute.CodePersonByRule)
	agent.reject(id, "another_claim")
	closed := c.awaitClosed(id, dispute.OutcomeResolved) // the escalation window passes: what was settled stands

	require.Len(t, closed.Appeals, 1)
	s.paid(t, id, moved{"payout.made", "compensation-1/1", 2000})
	s.happened(t, id, dispute.EventSuspended, dispute.EventClockSuspended, dispute.EventResumed, dispute.EventClockResumed, dispute.EventClockExtended,
		dispute.EventRejected, dispute.EventAppealed, dispute.EventDecided, dispute.EventFollowUp, dispute.EventSurveyAsked,
		dispute.EventSurveyAnswered, dispute.EventReopened, dispute.EventRejected, dispute.EventClosed)
	for _, m := range []dispute.Milestone{dispute.NoticeSuspended, dispute.NoticeResumed, dispute.NoticeDelay, dispute.NoticeSurvey} {
		s.awaitNotices(t, id, m, 1)
	}
	return id
}

// standsStill suspends the case for an appraisal, and resumes it.
func (s *stack) standsStill(t *testing.T, c caller, id string) {
	t.Helper()
	agent, path := s.agent(t), "/v1/cases/"+id+"/suspension"
	c.refused(http.StatusForbidden, dispute.CodeForbidden, path, map[string]any{"reason": "appraisal"})
	agent.refused(http.StatusConflict, dispute.CodeNotAllowedNow, path, map[string]any{"reason": "awaiting_customer"})
	agent.refused(http.StatusConflict, dispute.CodeNotAllowedNow, path, map[string]any{"reason": "court_or_police"}) // not foreseen
	before := agent.get(id)
	still := agent.must(http.StatusOK, http.MethodPost, path, map[string]any{"reason": "appraisal", "note": "With the appraiser."})
	require.Equal(t, dispute.SuspendAppraisal, still.Suspended.Reason)
	for _, name := range []dispute.ClockName{dispute.ClockResolution, dispute.ClockAgentDecision} {
		require.Equal(t, dispute.ClockSuspended, still.Counting(name, "").State, "%s", name)
	}
	require.Equal(t, dispute.ClockRunning, still.Counting(dispute.ClockFirstResponse, "").State)
	seen := c.get(id)
	require.Equal(t, dispute.SuspendAppraisal, seen.Suspended.Reason)
	require.Empty(t, seen.Suspended.By.ID, "customers do not see who ordered it")
	agent.refused(http.StatusConflict, dispute.CodeNotAllowedNow, path, map[string]any{"reason": "appraisal"})

	on := agent.must(http.StatusOK, http.MethodDelete, path, nil)
	require.Nil(t, on.Suspended)
	k := on.Counting(dispute.ClockAgentDecision, "")
	require.Equal(t, dispute.ClockRunning, k.State)
	require.NotNil(t, k.Suspensions[0].To)
	stood := k.Suspensions[0].To.Sub(k.Suspensions[0].From)
	require.WithinDuration(t, before.Counting(dispute.ClockAgentDecision, "").DueAt.Add(stood), k.DueAt, time.Second)
	again := agent.do(http.MethodDelete, path, nil)
	require.Equal(t, http.StatusConflict, again.status, "%s", again.body)
}

// proves asks the merchant for proof; the desk shows it.
func (s *stack) proves(t *testing.T, c caller, id string) {
	t.Helper()
	agent, path := s.agent(t), "/v1/cases/"+id+"/evidence-requests"
	asked := agent.must(http.StatusOK, http.MethodPost, path, map[string]any{"from": "merchant", "types": []string{"report"}})
	require.Equal(t, dispute.ProofOpen, asked.Proof[0].State)
	require.Equal(t, dispute.WaitingAgent, asked.Counting(dispute.ClockEvidenceSupplement, "proof-1").Owner)
	require.Empty(t, c.get(id).Proof, "not the customer's affair")
	agent.hand(id, "report", 3)
	agent.await(id, "had its proof", func(v view) bool { return v.Proof[0].State == dispute.ProofMet })
}

// hand hands evidence in and waits until it has reached the case.
func (c caller) hand(id, kind string, seed uint8) string {
	c.t.Helper()
	r := c.do(http.MethodPost, "/v1/cases/"+id+"/evidence", multipartOf(c.t, kind, "proof.jpg", picture(c.t, seed)))
	require.Equal(c.t, http.StatusCreated, r.status, "%s", r.body)
	var e dispute.Evidence
	r.decode(c.t, &e)
	c.await(id, "had the evidence", func(v view) bool { return v.HasEvidence(e.ID) })
	return e.ID
}
