package workflows_test

import (
	"encoding/json"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/redresshq/redress/dispute"
)

// settled gives the rig the newest default policy, and a case that a supervisor settles
// an hour after its opening: so the question is due after 3 d and 1 h, the answer after
// 10 d and 1 h, and the time for reopening is over after 15 d and 1 h.
func settled(t tester, changes ...string) (*rig, func() dispute.Opening) {
	r := setup(t).bargain(changes...)
	r.after(time.Hour, func() { r.decide("u1", supervisor, dispute.Remedy{Type: dispute.RemedyRefund}) })
	return r, r.claimForDesk
}

// questions are the notices that ask.
func (r *rig) questions() (asked []dispute.Notice) {
	for _, b := range r.batches {
		for _, n := range b.Notices {
			if n.Milestone == dispute.NoticeSurvey {
				asked = append(asked, n)
			}
		}
	}
	return asked
}

// takenBack is when questions that were not out were taken back.
func (r *rig) takenBack() (at []time.Duration) {
	for _, b := range r.batches {
		for range b.Withdrawn {
			at = append(at, b.At.Sub(opened).Round(time.Minute))
		}
	}
	return at
}

// wakes are when the record was written, from a span after the opening on.
func (r *rig) wakes(from time.Duration) (at []time.Duration) {
	for _, b := range r.batches {
		if d := b.At.Sub(opened); d >= from {
			at = append(at, d.Round(time.Minute))
		}
	}
	return at
}

// Nobody answers: the question is laid ready with the settlement and names its time, the
// case sleeps until the time for reopening is over, and the survey ended when it was due.
func TestASurveyThatNobodyAnswersCostsNoWake(t *testing.T) {
	t.Parallel()
	r, open := settled(t)
	r.run(open())
	asked := r.questions()
	require.Len(t, asked, 1)
	require.WithinDuration(t, opened.Add(3*day+time.Hour), *asked[0].NotBefore, time.Minute)
	require.Equal(t, 1, asked[0].Number)
	require.Contains(t, string(asked[0].Data), `"survey_by"`)
	require.Equal(t, []time.Duration{15*day + time.Hour}, r.wakes(2*day), "one wake after the settlement")
	r.ranOut(dispute.ClockSurvey, 10*day+time.Hour)
	r.ranOut(dispute.ClockReopenWindow, 15*day+time.Hour)
	require.Nil(t, r.last().Survey)
	require.False(t, r.last().Breached)
	r.ended(dispute.OutcomeResolved)

	laid := map[dispute.EventType]map[string]any{}
	for _, e := range r.entries() {
		var data map[string]any
		if json.Unmarshal(e.Data, &data) == nil && data["asked_at"] != nil {
			require.WithinDuration(t, opened.Add(time.Hour), e.At, time.Minute, "%s", e.Type)
			laid[e.Type] = data
		}
	}
	for _, kind := range []dispute.EventType{dispute.EventClockStarted, dispute.EventSurveyAsked} {
		require.Equal(t, asked[0].NotBefore.Format(time.RFC3339Nano), laid[kind]["asked_at"], kind)
		require.NotEmpty(t, laid[kind]["due_at"], kind)
	}
	c := r.clockAt(time.Hour+time.Minute, dispute.ClockSurvey, "")
	require.NotNil(t, c.Laid)
	for _, b := range r.batches {
		if b.Case.Stage == dispute.StageFollowUp {
			require.Equal(t, dispute.ClockReopenWindow, b.Case.NextDue().Name, "what operations see as due is the next wake")
		}
	}
}

// An answer counts from the time of the question on, and until the survey is over; it
// takes back a question that is not out yet.
func TestASurveyLaidReadyIsAnsweredInItsTime(t *testing.T) {
	t.Parallel()
	for name, row := range map[string]struct {
		at    time.Duration
		code  dispute.Code
		taken []time.Duration
	}{
		"before the question":     {3 * day, dispute.CodeNotAllowedNow, []time.Duration{15*day + time.Hour}},
		"as soon as it is out":    {3*day + 61*time.Minute, "", []time.Duration{3*day + 61*time.Minute}},
		"on the last day":         {10 * day, "", []time.Duration{10 * day}},
		"after the end":           {10*day + 2*time.Hour, dispute.CodeNotAllowedNow, []time.Duration{15*day + time.Hour}},
		"before the window ended": {15 * day, dispute.CodeNotAllowedNow, []time.Duration{15*day + time.Hour}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			r, open := settled(t)
			var said *reply
			r.after(row.at, func() { said = r.survey("s1", 4) })
			r.run(open())
			require.Equal(t, row.code, said.code)
			require.Equal(t, row.taken, r.takenBack())
			require.Len(t, r.questions(), 1, "asked once")
			if row.code == "" {
				require.Equal(t, 4, r.last().Survey.Score)
				r.ranOut(dispute.ClockSurvey)
			} else {
				require.Nil(t, r.last().Survey)
				r.ranOut(dispute.ClockSurvey, 10*day+time.Hour)
			}
			r.ranOut(dispute.ClockReopenWindow, 15*day+time.Hour)
			r.ended(dispute.OutcomeResolved)
		})
	}
}

// What happens in between notes the end first, at the time at which it was over.
func TestASurveyThatIsOverIsNotedByTheNextStep(t *testing.T) {
	t.Parallel()
	r, open := settled(t)
	r.after(12*day, func() { r.reopenCase("r1", customer) })
	r.after(13*day, func() { r.decide("u2", agent, yuan(dispute.RemedyCompensation, 1000)) })
	r.run(open())
	r.ranOut(dispute.ClockSurvey, 10*day+time.Hour, 23*day) // of both times
	require.Equal(t, 1, r.last().Reopened)
	r.ended(dispute.OutcomeResolved)
}

// A case that is taken up again before the question takes it back in the same step, and
// lays another one ready once it is settled again.
func TestAReopenedCaseIsNotAskedHowItWent(t *testing.T) {
	t.Parallel()
	r, open := settled(t)
	r.after(2*day, func() { r.reopenCase("r1", customer) })
	r.after(2*day+time.Hour, func() { r.decide("u2", agent, yuan(dispute.RemedyCompensation, 1000)) })
	r.run(open())
	require.Equal(t, []time.Duration{2 * day, 17*day + time.Hour}, r.takenBack(), "with the reopening; at the end nothing is left to take back")
	for _, b := range r.batches {
		if len(b.Withdrawn) > 0 && b.At.Sub(opened) < 3*day {
			require.Equal(t, dispute.StageInvestigation, b.Case.Stage)
			require.Equal(t, []dispute.Milestone{dispute.NoticeSurvey}, b.Withdrawn)
		}
	}
	asked := r.questions()
	require.Len(t, asked, 2)
	require.Equal(t, 2, asked[1].Number)
	require.WithinDuration(t, opened.Add(5*day+time.Hour), *asked[1].NotBefore, time.Minute)
	var why []string
	for _, e := range r.entries() {
		if e.Type == dispute.EventClockMet && clockName(e) == dispute.ClockSurvey {
			why = append(why, e.Reason)
		}
	}
	require.Equal(t, []string{dispute.ReasonNotAsked}, why)
	r.ended(dispute.OutcomeResolved)
}

func clockName(e dispute.Entry) dispute.ClockName {
	var d struct {
		Clock dispute.ClockName `json:"clock"`
	}
	if json.Unmarshal(e.Data, &d) != nil {
		return ""
	}
	return d.Clock
}

// Operations that cancel a settled case take the question back.
func TestACancelledCaseIsNotAskedHowItWent(t *testing.T) {
	t.Parallel()
	r, open := settled(t)
	r.after(2*day, func() { r.env.CancelWorkflow() })
	r.run(open())
	require.Equal(t, []time.Duration{2 * day}, r.takenBack())
	r.ended(dispute.OutcomeCancelled)
}

// A bad mark is looked at as before; nothing is asked again.
func TestABadMarkOfASurveyLaidReady(t *testing.T) {
	t.Parallel()
	r, open := settled(t)
	r.after(4*day, func() { r.survey("s1", 1) })
	r.after(12*day, func() { r.opinion("o1", otherSupervisor, dispute.OpinionReopened) })
	r.after(13*day, func() { r.decide("u2", agent, yuan(dispute.RemedyCompensation, 1000)) })
	r.run(open())
	require.Len(t, r.questions(), 1)
	require.Equal(t, []time.Duration{4 * day}, r.takenBack())
	require.Equal(t, dispute.OpinionReopened, r.last().SecondOpinion.Verdict)
	r.ended(dispute.OutcomeResolved)
}

// Where the survey would end after the time for reopening, it has wakes of its own, as
// under the formats before.
func TestASurveyThatOutlastsTheWindowHasItsOwnWakes(t *testing.T) {
	t.Parallel()
	r := setup(t).bargainWith("clocks.yaml", "budget: 3d\n    again: 7d", "budget: 12d\n    again: 7d")
	r.after(time.Hour, func() { r.decide("u1", supervisor, dispute.Remedy{Type: dispute.RemedyRefund}) })
	var late *reply
	r.after(18*day, func() { late = r.survey("s1", 1) })
	r.after(20*day, func() { r.opinion("o1", otherSupervisor, dispute.OpinionUpheld) })
	r.run(r.claimForDesk())
	asked := r.questions()
	require.Len(t, asked, 1)
	require.Nil(t, asked[0].NotBefore)
	require.Equal(t, 1, asked[0].Number, "no number is lost")
	require.Empty(t, r.takenBack())
	r.ranOut(dispute.ClockSurvey, 12*day+time.Hour)
	r.ranOut(dispute.ClockReopenWindow, 15*day+time.Hour)
	require.Empty(t, late.code, "nothing is lost")
	r.ended(dispute.OutcomeResolved)
}

// A policy that does not send the question has the survey all the same: whoever asks on
// other ways hands the answer in.
func TestASurveyWithoutANotice(t *testing.T) {
	t.Parallel()
	r := setup(t).bargainWith("policy.yaml", "  survey: true", "  survey: false")
	r.after(time.Hour, func() { r.decide("u1", supervisor, dispute.Remedy{Type: dispute.RemedyRefund}) })
	r.after(5*day, func() { r.survey("s1", 5) })
	r.run(r.claimForDesk())
	require.Empty(t, r.questions())
	require.Equal(t, 5, r.last().Survey.Score)
	require.Equal(t, 1, r.has(dispute.EventSurveyAsked))
	r.ended(dispute.OutcomeResolved)
}

// The forecast says when the question goes out and when it lapses, before the settlement
// and after.
func TestForecastOfASurveyLaidReady(t *testing.T) {
	t.Parallel()
	for name, row := range map[string]struct {
		from time.Duration
		want []string
	}{
		"as the case is settled": {2 * time.Hour, []string{"survey ask: follow_up", "survey unanswered: follow_up", "reopen_window close: closed", "ends resolved"}},
		"after the question":     {4 * day, []string{"survey unanswered: follow_up", "reopen_window close: closed", "ends resolved"}},
		"after its end":          {11 * day, []string{"survey unanswered: follow_up", "reopen_window close: closed", "ends resolved"}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			r, open := settled(t)
			w := r.watch(row.from)
			r.run(open())
			w.meets(t, w.at.Add(60*day))
			require.Equal(t, row.want, plot(w.told))
			for _, s := range w.told.Steps {
				require.NotEmpty(t, s.Why)
				require.Regexp(t, `^bargain@1/clocks/`, s.Rule)
				switch s.OnExpiry {
				case dispute.SilenceAsk:
					require.WithinDuration(t, opened.Add(3*day+time.Hour), s.At, time.Minute)
					require.Equal(t, []dispute.ForecastNotice{{Milestone: dispute.NoticeSurvey, To: dispute.RoleCustomer}}, s.Notices)
				case dispute.SilenceUnanswered:
					require.WithinDuration(t, opened.Add(10*day+time.Hour), s.At, time.Minute)
				default:
					require.WithinDuration(t, opened.Add(15*day+time.Hour), s.At, time.Minute)
				}
			}
		})
	}
}
