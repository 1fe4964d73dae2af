package store_test

import (
	"context"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/redresshq/redress/dispute"
)

// withQuestion records a question that goes out in an hour, as the second batch.
func (b *bundle) withQuestion(t *testing.T, caseID string) (dispute.Case, time.Time) {
	t.Helper()
	c := b.open(t, caseID)
	at := time.Now().Add(time.Hour).UTC().Truncate(time.Microsecond)
	batch := next(c, 2, 1)
	batch.Notices = []dispute.Notice{question(1, at)}
	_, err := b.Record(t.Context(), batch)
	require.NoError(t, err)
	return c, at
}

func question(number int, at time.Time) dispute.Notice {
	return dispute.Notice{Milestone: dispute.NoticeSurvey, Number: number, To: dispute.RoleCustomer, NotBefore: &at}
}

// send relays what may go out, and returns the keys and the instants of it.
func (b *bundle) send(t *testing.T) (keys []string, at []time.Time) {
	t.Helper()
	_, err := b.RelayOutbox(t.Context(), 10, func(_ context.Context, n dispute.OutboxNotice) (dispute.Sending, error) {
		keys, at = append(keys, n.Key()), append(at, n.CreatedAt)
		return dispute.Sending{Channel: dispute.NoticeByGateway}, nil
	})
	require.NoError(t, err)
	return keys, at
}

func (b *bundle) noticesOf(t *testing.T, caseID string, customer bool) []dispute.NoticeRecord {
	t.Helper()
	all, err := b.CaseNotices(t.Context(), caseID, customer, 0, 0)
	require.NoError(t, err)
	return all
}

const hourPassed = "UPDATE outbox SET not_before = now(), next_at = now(), held_until = now() WHERE not_before IS NOT NULL"

// A notice that is written ahead of its time waits for it, holds nothing else up, is shown
// to staff with its time and to nobody else, and is told to the endpoints when it goes out.
func TestANoticeWaitsForItsTime(t *testing.T) {
	t.Parallel()
	b := setup(t)
	b.endpoint(t, "shop")
	c, due := b.withQuestion(t, "case_1")
	keys, _ := b.send(t)
	require.Empty(t, keys, "not before its time")
	batch := next(c, 3, 1)
	batch.Notices = []dispute.Notice{{Milestone: dispute.NoticeClosed, Number: 1, To: dispute.RoleCustomer}}
	_, err := b.Record(t.Context(), batch)
	require.NoError(t, err)
	keys, _ = b.send(t)
	require.Equal(t, []string{"case_1/closed/1"}, keys, "it holds nothing else up")

	all := b.noticesOf(t, "case_1", false)
	require.Len(t, all, 2)
	require.Equal(t, "pending", all[0].State)
	require.WithinDuration(t, due, *all[0].HeldUntil, 0)
	require.WithinDuration(t, time.Now(), all[0].Notice.CreatedAt, time.Minute, "when it was written")
	require.Empty(t, all[0].Webhooks)
	require.Len(t, b.noticesOf(t, "case_1", true), 1, "a customer does not read a question that nobody has asked yet")
	counts, err := b.Counts(t.Context())
	require.NoError(t, err)
	require.Zero(t, counts["outbox_oldest_seconds"], "nobody is waited for")

	b.changeBy(t, hourPassed)
	keys, at := b.send(t)
	require.Equal(t, []string{"case_1/survey/1"}, keys)
	require.WithinDuration(t, time.Now(), at[0], time.Minute, "its date is that of the question")
	keys, _ = b.send(t)
	require.Empty(t, keys, "once")
	all = b.noticesOf(t, "case_1", false)
	require.Equal(t, "sent", all[0].State)
	require.Len(t, all[0].Webhooks, 1)
	require.Len(t, b.noticesOf(t, "case_1", true), 2)
}

// A step that takes a notice back has it not go out, whatever it waits for; what is out
// stays out, and another of the same milestone goes its own way.
func TestANoticeIsTakenBack(t *testing.T) {
	t.Parallel()
	for name, wait := range map[string]string{
		"before its time":    "",
		"in the quiet hours": "UPDATE outbox SET not_before = now() - interval '1 h', held_until = now() + interval '1 h', next_at = now() + interval '1 h'",
		"after a failed try": "UPDATE outbox SET not_before = now(), held_until = now(), attempts = 1, next_at = now() + interval '1 min'",
		"as it would go out": hourPassed,
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			b := setup(t)
			b.endpoint(t, "shop")
			c, _ := b.withQuestion(t, "case_1")
			if wait != "" {
				b.changeBy(t, wait)
			}
			batch := next(c, 3, 1)
			batch.Withdrawn = []dispute.Milestone{dispute.NoticeSurvey}
			_, err := b.Record(t.Context(), batch)
			require.NoError(t, err)
			b.changeBy(t, hourPassed)
			keys, _ := b.send(t)
			require.Empty(t, keys)
			all := b.noticesOf(t, "case_1", false)
			require.Equal(t, "void", all[0].State)
			require.Empty(t, all[0].Webhooks)
			require.Empty(t, b.noticesOf(t, "case_1", true))

			batch = next(c, 4, 1)
			batch.Notices = []dispute.Notice{question(2, time.Now().Add(time.Hour))}
			_, err = b.Record(t.Context(), batch)
			require.NoError(t, err)
			b.changeBy(t, hourPassed)
			keys, _ = b.send(t)
			require.Equal(t, []string{"case_1/survey/2"}, keys)

			batch = next(c, 5, 1)
			batch.Withdrawn = []dispute.Milestone{dispute.NoticeSurvey}
			_, err = b.Record(t.Context(), batch)
			require.NoError(t, err)
			require.Equal(t, "sent", b.noticesOf(t, "case_1", false)[1].State)
		})
	}
}

// A question that is being sent as its case is taken up again: the step waits for that, and
// then either it is out, or it never goes out.
func TestANoticeIsTakenBackAsItIsSent(t *testing.T) {
	t.Parallel()
	b := setup(t)
	c, _ := b.withQuestion(t, "case_1")
	b.changeBy(t, hourPassed)
	done := make(chan error, 1)
	tries := 0
	_, err := b.RelayOutbox(t.Context(), 1, func(context.Context, dispute.OutboxNotice) (dispute.Sending, error) {
		tries++
		go func() {
			batch := next(c, 3, 1)
			batch.Withdrawn = []dispute.Milestone{dispute.NoticeSurvey}
			_, err := b.Record(t.Context(), batch)
			done <- err
		}()
		return dispute.Sending{}, dispute.Errorf(dispute.CodeUnavailable, "the channel is away")
	})
	require.NoError(t, err)
	require.NoError(t, <-done)
	b.changeBy(t, hourPassed)
	keys, _ := b.send(t)
	require.Empty(t, keys)
	require.Equal(t, 1, tries)
	require.Equal(t, "void", b.noticesOf(t, "case_1", false)[0].State)
}

// A question counts as asked once its time has come, and not at all if it was taken back.
func TestAQuestionLaidReadyIsNotAskedYet(t *testing.T) {
	t.Parallel()
	b := setup(t)
	asked := func() any {
		r, err := b.Report(t.Context(), dispute.ReportQuery{Name: dispute.ReportSatisfaction, Zone: "Asia/Shanghai"})
		require.NoError(t, err)
		return r.Tables[0].Rows[0]["asked"]
	}
	for i, at := range []time.Time{time.Now().Add(-time.Hour), time.Now().Add(time.Hour)} {
		c := b.open(t, []string{"case_1", "case_2"}[i])
		batch := next(c, 2, 0)
		entry, _ := dispute.Clock{Name: dispute.ClockSurvey, Started: at, DueAt: at.Add(time.Hour), Laid: &dispute.Laid{At: noon}}.Question(&c)
		batch.Entries = []dispute.Entry{entry}
		_, err := b.Record(t.Context(), batch)
		require.NoError(t, err)
		require.EqualValues(t, 1, asked())
	}
	b.changeBy(t, "UPDATE report_cases SET survey_asked_at = now()")
	require.EqualValues(t, 2, asked())
}
