package rulebase_test

import (
	"bytes"
	"context"
	"errors"
	"log/slog"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/redresshq/redress/dispute"
	"github.com/redresshq/redress/rulebase"
	"github.com/redresshq/redress/store/storetest"
)

func timeOn(day string) (time.Time, error) {
	return time.ParseInLocation(time.DateOnly, day, time.FixedZone("", 8*3600))
}

// What one process publishes another knows at once, without a restart, and what was
// handed out before stays as it was.
func TestAPublicationReachesEveryProcess(t *testing.T) {
	t.Parallel()
	one, record := base(t)
	two := beside(t, record)
	ctx, stop := context.WithCancel(t.Context())
	var loop sync.WaitGroup
	loop.Go(func() { two.Run(ctx) })
	defer loop.Wait()
	defer stop()
	before, err := two.Library(t.Context(), 0)
	require.NoError(t, err)

	r, err := one.PublishPolicy(t.Context(), demoUnder(t, "mine", "1"), dispute.RuleByAPI, ann)
	require.NoError(t, err)
	require.Eventually(t, func() bool {
		l, err := two.Library(t.Context(), 0)
		if err != nil {
			return false
		}
		_, err = l.Book("mine@1")
		return err == nil
	}, 20*time.Second, time.Millisecond)
	_, err = before.Book("mine@1")
	require.Equal(t, dispute.CodeNotFound, dispute.CodeOf(err))

	// A ruling that names the revision never goes by older rules.
	three := beside(t, record)
	l, err := three.Library(t.Context(), r.Revision)
	require.NoError(t, err)
	_, err = l.Book("mine")
	require.NoError(t, err)
	_, err = three.Library(t.Context(), r.Revision+1)
	require.Equal(t, dispute.CodeNotFound, dispute.CodeOf(err))
}

// The last revision of a year counts; books of every policy have it; compiled policies
// are shared.
func TestACalendarIsCorrected(t *testing.T) {
	t.Parallel()
	b, record := base(t)
	other := beside(t, record)
	require.False(t, holiday(t, b, "2031-03-05"))
	for _, day := range []string{"2031-03-05", "2031-03-06"} {
		_, err := b.PublishCalendar(t.Context(), year("2031", day), dispute.RuleByAPI, ann)
		require.NoError(t, err)
		require.True(t, holiday(t, b, day))
	}
	require.False(t, holiday(t, b, "2031-03-05"), "the correction took it back")
	require.True(t, holiday(t, other, "2031-03-06"), "read at once by a process that starts")
	y, err := record.PublishedRule(t.Context(), dispute.RuleCalendar, "cn", 2031)
	require.NoError(t, err)
	require.Equal(t, ann, y.Author)
}

// What a newer program published, and this one cannot read, is left out and told; all
// else goes on, and a later revision heals it.
func TestWhatCannotBeReadIsLeftOut(t *testing.T) {
	t.Parallel()
	_, record := base(t)
	_, err := record.PublishPolicy(t.Context(), dispute.RuleRevision{Name: "future", Number: 1, Source: dispute.RuleByHand,
		Author: ann, Files: map[string]string{"policy.yaml": "format: 99\n"}})
	require.NoError(t, err)
	_, err = record.PublishCalendarYear(t.Context(), dispute.RuleRevision{Name: "cn", Number: 2031, Source: dispute.RuleByHand, Author: ann, Document: "moons: 13"})
	require.NoError(t, err)

	var said bytes.Buffer
	embedded, err := dispute.Embedded()
	require.NoError(t, err)
	b := rulebase.New(record, embedded, slog.New(slog.NewTextHandler(&said, nil)))
	l, err := b.Library(t.Context(), 0)
	require.NoError(t, err)
	_, err = l.Book("default@1")
	require.NoError(t, err)
	require.Contains(t, b.Rejected(), "future@1")
	require.Contains(t, b.Rejected(), "cn-2031")
	require.Contains(t, said.String(), "cannot be read")
	counts, err := b.Counts(t.Context())
	require.NoError(t, err)
	require.EqualValues(t, 2, counts["rules_rejected"])

	_, err = b.PublishCalendar(t.Context(), year("2031", "2031-03-05"), dispute.RuleByAPI, ann)
	require.NoError(t, err)
	require.NotContains(t, b.Rejected(), "cn-2031")
}

// Without the record nothing is ruled on; once it was there, it may go away.
func TestTheRecordIsAway(t *testing.T) {
	t.Parallel()
	record, _ := storetest.New(t)
	flaky := &flakyRecord{Record: record, away: true}
	embedded, err := dispute.Embedded()
	require.NoError(t, err)
	b := rulebase.New(flaky, embedded, slog.New(slog.DiscardHandler))
	_, err = b.Library(t.Context(), 0)
	require.ErrorIs(t, err, errAway)
	flaky.away = false
	_, err = b.Library(t.Context(), 0)
	require.NoError(t, err)
	flaky.away = true
	_, err = b.Library(t.Context(), 0)
	require.NoError(t, err)
	_, err = b.Refresh(t.Context())
	require.ErrorIs(t, err, errAway)
}

var errAway = errors.New("the record is away")

type flakyRecord struct {
	rulebase.Record
	away bool
}

func (f *flakyRecord) Rules(ctx context.Context, after int64) ([]dispute.RuleRevision, error) {
	if f.away {
		return nil, errAway
	}
	return f.Record.Rules(ctx, after)
}
