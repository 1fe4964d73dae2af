package e2e_test

import (
	"net/http"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/redresshq/redress/dispute"
)

// badMark settles a claim by a supervisor's decision and gives it a bad mark once the
// customer was asked how it went, never before.
func (s *stack) badMark(t *testing.T, c, super caller) string {
	t.Helper()
	id := c.open(s.late(t, c)).ID
	super.awaitPerson(id, dispute.CodePersonByRule)
	super.decide(id, grant(dispute.RemedyCompensation, 500))
	c.awaitStage(id, dispute.StageFollowUp)
	c.await(id, "asked how it went", func(v view) bool { k := v.Counting(dispute.ClockSurvey, ""); return k != nil && k.Round == 1 })
	marked := c.must(http.StatusOK, http.MethodPost, "/v1/cases/"+id+"/survey", map[string]any{"score": 1, "note": "Nobody listened."})
	require.Equal(t, dispute.OpinionAwaited, marked.SecondOpinion.Verdict)
	require.Equal(t, dispute.WaitingSupervisor, marked.WaitingOn)
	return id
}

// Rows 37 and 39: follow-up after the money arrived, a survey that is answered after it
// was sent, and a bad mark that another supervisor looks at. What was decided stands.
func TestFollowUpBadMarkIsUpheld(t *testing.T) {
	t.Parallel()
	s := newStack(t, options{policy: "marks", library: libraryWith(t, "marks", "default@3", story.with(sets{"clocks.survey.again": "1h"}))})
	c, super, other := s.customer(t), s.supervisor(t), s.as(t, dispute.RoleSupervisor, "super-2")
	id := s.badMark(t, c, super)
	path := "/v1/cases/" + id + "/second-opinion"
	super.refused(http.StatusForbidden, dispute.CodeSameAuthor, path, map[string]any{"verdict": "upheld"})
	s.agent(t).refused(http.StatusForbidden, dispute.CodeForbidden, path, map[string]any{"verdict": "upheld"})
	other.await(id, "past its reopen window", func(v view) bool { return v.Counting(dispute.ClockReopenWindow, "") == nil })
	require.Equal(t, dispute.StageFollowUp, c.get(id).Stage, "the case does not close meanwhile")
	other.must(http.StatusOK, http.MethodPost, path, map[string]any{"verdict": "upheld", "note": "We called the carrier again."})
	closed := c.awaitClosed(id, dispute.OutcomeResolved)
	require.Equal(t, dispute.OpinionUpheld, closed.SecondOpinion.Verdict)
	require.Empty(t, closed.SecondOpinion.By.ID, "customers do not see who")
	r := c.do(http.MethodGet, "/v1/cases/"+id, nil)
	require.Contains(t, string(r.body), "We called the carrier again.")
	s.awaitNotices(t, id, dispute.NoticeSecondOpinion, 1)
	s.happened(t, id, dispute.EventFollowUp, dispute.EventSurveyAsked, dispute.EventSurveyAnswered, dispute.EventOpinionAsked,
		dispute.EventOpinionGiven, dispute.EventClosed)
	s.paid(t, id, moved{"payout.made", "compensation-1/1", 500})
}

// Row 38: the second opinion takes the case up again, and what was owed is paid.
func TestFollowUpBadMarkReopens(t *testing.T) {
	t.Parallel()
	s := newStack(t, options{policy: "marks", library: libraryWith(t, "marks", "default@3", story.with(sets{"clocks.survey.again": "1h"}))})
	c, super, agent := s.customer(t), s.supervisor(t), s.agent(t)
	id := s.badMark(t, c, super)
	reopened := s.as(t, dispute.RoleSupervisor, "super-2").must(http.StatusOK, http.MethodPost, "/v1/cases/"+id+"/second-opinion",
		map[string]any{"verdict": "reopened"})
	require.Equal(t, 1, reopened.Reopened)
	agent.awaitPerson(id, dispute.CodePersonByRule)
	agent.decide(id, grant(dispute.RemedyCompensation, 700))
	c.awaitClosed(id, dispute.OutcomeResolved)
	s.paid(t, id, moved{"payout.made", "compensation-1/1", 500}, moved{"payout.made", "compensation-2/1", 700})
	s.happened(t, id, dispute.EventOpinionAsked, dispute.EventOpinionGiven, dispute.EventReopened, dispute.EventDecided, dispute.EventClosed)
}

// A survey is not answered before it was sent.
func TestFollowUpSurveyIsSentFirst(t *testing.T) {
	t.Parallel()
	s := newStack(t, options{policy: "later", library: libraryWith(t, "later", "default@3", story.with(sets{"clocks.survey": "1h"}))})
	c, super := s.customer(t), s.supervisor(t)
	id := c.open(s.late(t, c)).ID
	super.awaitPerson(id, dispute.CodePersonByRule)
	super.decide(id, grant(dispute.RemedyCompensation, 500))
	c.awaitStage(id, dispute.StageFollowUp)
	c.refused(http.StatusConflict, dispute.CodeNotAllowedNow, "/v1/cases/"+id+"/survey", map[string]any{"score": 5})
	r := c.do(http.MethodPost, "/v1/cases/"+id+"/survey", map[string]any{"score": 5})
	require.Contains(t, string(r.body), "not been sent")
}

// Row 46: the customer's file: what they prefer, in which language they are told, and
// how their cases went. Nobody reads another's.
func TestCustomerFile(t *testing.T) {
	t.Parallel()
	s := sharedStack(t)
	c, agent := s.customer(t), s.agent(t)
	path := "/v1/customers/" + c.id
	kept := map[string]any{"language": "en", "channel": "email", "quiet_from": "21:00", "quiet_to": "09:00", "note": "Prefers Mondays."}
	r := agent.do(http.MethodPut, path+"/preferences", kept)
	require.Equal(t, http.StatusOK, r.status, "%s", r.body)
	r = agent.do(http.MethodPut, path+"/preferences", map[string]any{"quiet_from": "21:00"})
	require.Equal(t, http.StatusUnprocessableEntity, r.status)
	id := s.lostTo(t, c, "")
	c.awaitClosed(id, dispute.OutcomeResolved)
	var file dispute.CustomerFile
	agent.do(http.MethodGet, path, nil).decode(t, &file)
	require.Equal(t, "Prefers Mondays.", file.Preferences.Note)
	require.Equal(t, 1, file.History.Cases)
	require.Len(t, file.Cases, 1)
	require.Equal(t, dispute.OutcomeResolved, file.Cases[0].Outcome)
	require.NotZero(t, file.Cases[0].Paid[0].Amount)
	require.Contains(t, string(agent.do(http.MethodGet, "/v1/cases/"+id, nil).body), "Prefers Mondays.", "the desk sees it with the case")
	require.NotContains(t, string(c.do(http.MethodGet, "/v1/cases/"+id, nil).body), "Prefers Mondays.")
	var own dispute.CustomerFile
	c.do(http.MethodGet, path, nil).decode(t, &own)
	require.Nil(t, own.History)
	require.Equal(t, id, own.Cases[0].CaseID)
	stranger := s.customer(t)
	require.Equal(t, http.StatusNotFound, stranger.do(http.MethodGet, path, nil).status)
	require.Equal(t, http.StatusNotFound, stranger.do(http.MethodPut, path+"/preferences", kept).status)
	notices := agent.do(http.MethodGet, "/v1/cases/"+id+"/notices", nil)
	require.Contains(t, string(notices.body), "Your claim", "told in the language that they prefer: %s", notices.body)
}
