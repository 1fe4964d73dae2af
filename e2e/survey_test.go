package e2e_test

import (
	"net/http"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/redresshq/redress/api"
	"github.com/redresshq/redress/dispute"
)

// asked are the questions of a survey in the caller's list of a case's notices.
func (c caller) asked(id string) (questions []api.NoticeView) {
	c.t.Helper()
	var page api.NoticePage
	c.do(http.MethodGet, "/v1/cases/"+id+"/notices", nil).decode(c.t, &page)
	for _, n := range page.Items {
		if n.Milestone == dispute.NoticeSurvey {
			questions = append(questions, n)
		}
	}
	return questions
}

// held is a policy whose survey lies inside the time for reopening, as in the default one.
func held(t *testing.T, wait, again string) options {
	return options{policy: "held", library: libraryWith(t, "held", "default@3", story.with(sets{"clocks.survey": wait, "clocks.survey.again": again,
		"clocks.reopen_window": "1d"}))}
}

// compensated settles a claim by a supervisor's decision.
func (s *stack) compensated(t *testing.T, c, super caller) string {
	t.Helper()
	id := c.open(s.late(t, c)).ID
	super.awaitPerson(id, dispute.CodePersonByRule)
	super.decide(id, grant(dispute.RemedyCompensation, 500))
	c.awaitStage(id, dispute.StageFollowUp)
	return id
}

// The question of a survey waits for its time in the outbox: staff see until when, the
// forecast says when it goes out and when it lapses, and a case that is taken up again
// before is not asked, but once it is settled again.
func TestSurveyQuestionWaitsAndIsTakenBack(t *testing.T) {
	t.Parallel()
	s := newStack(t, held(t, "1h", "2h"))
	c, super, agent := s.customer(t), s.supervisor(t), s.agent(t)
	id := s.compensated(t, c, super)
	questions := agent.asked(id)
	require.Len(t, questions, 1)
	require.Equal(t, "pending", questions[0].State)
	due := *questions[0].HeldUntil
	require.WithinDuration(t, time.Now().Add(time.Hour), due, time.Minute)
	require.Empty(t, c.asked(id), "nobody has asked the customer yet")
	v := agent.get(id)
	k := v.Counting(dispute.ClockSurvey, "")
	require.Equal(t, dispute.SilenceAsk, k.OnExpiry)
	require.WithinDuration(t, due, k.DueAt, time.Millisecond)
	when := map[string]time.Time{}
	for _, step := range agent.forecast(id).Steps {
		when[step.OnExpiry] = step.At
	}
	require.WithinDuration(t, due, when[dispute.SilenceAsk], time.Millisecond)
	require.WithinDuration(t, due.Add(2*time.Hour), when[dispute.SilenceUnanswered], time.Millisecond)
	require.WithinDuration(t, due.Add(23*time.Hour), when[dispute.SilenceClose], time.Minute)

	c.must(http.StatusOK, http.MethodPost, "/v1/cases/"+id+"/reopening", map[string]any{"note": "The next parcel is late too."})
	require.Equal(t, "void", agent.asked(id)[0].State)
	require.Empty(t, c.asked(id))
	agent.awaitPerson(id, dispute.CodePersonByRule)
	agent.decide(id, grant(dispute.RemedyCompensation, 700))
	c.awaitStage(id, dispute.StageFollowUp)
	questions = agent.asked(id)
	require.Len(t, questions, 2)
	require.Equal(t, "pending", questions[1].State)
	require.Equal(t, 2, questions[1].Number)
	s.awaitNotices(t, id, dispute.NoticeDecision, 2)
	s.awaitNotices(t, id, dispute.NoticeSurvey, 0)
}

// In its time the question goes out, once; then the customer may answer.
func TestSurveyQuestionGoesOutInItsTime(t *testing.T) {
	t.Parallel()
	s := newStack(t, held(t, "1s", "2h"))
	c, super := s.customer(t), s.supervisor(t)
	id := s.compensated(t, c, super)
	s.awaitNotices(t, id, dispute.NoticeSurvey, 1)
	require.Len(t, c.asked(id), 1)
	v := c.get(id)
	k := v.Counting(dispute.ClockSurvey, "")
	require.Equal(t, dispute.SilenceUnanswered, k.OnExpiry)
	answered := c.must(http.StatusOK, http.MethodPost, "/v1/cases/"+id+"/survey", map[string]any{"score": 4})
	require.Equal(t, 4, answered.Survey.Score)
	c.refused(http.StatusConflict, dispute.CodeNotAllowedNow, "/v1/cases/"+id+"/survey", map[string]any{"score": 1})
	s.awaitNotices(t, id, dispute.NoticeSurvey, 1)
}
