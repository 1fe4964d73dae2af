package store_test

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/redresshq/redress/dispute"
)

// many puts n open cases on record, quickly: copies of one that was recorded.
func (b *bundle) many(t testing.TB, n int) {
	t.Helper()
	b.open(t, "case_000000")
	conn := b.super(t)
	for _, sql := range []string{
		`CREATE TEMPORARY TABLE copies AS SELECT (jsonb_populate_record(c, jsonb_build_object('id', i.key, 'order_id', i.key, 'doc', c.doc || jsonb_build_object('id', i.key)))).*
			FROM cases c, generate_series(1, $1::int) n, LATERAL (SELECT 'case_' || lpad(n::text, 6, '0') AS key) i WHERE c.id = 'case_000000'`,
		// All columns but those that are generated from the others.
		`DO $$ DECLARE columns text; BEGIN
			SELECT string_agg(quote_ident(attname), ', ') INTO columns FROM pg_attribute
				WHERE attrelid = 'cases'::regclass AND attnum > 0 AND NOT attisdropped AND attgenerated = '';
			EXECUTE format('INSERT INTO cases (%s) SELECT %s FROM copies', columns, columns); END $$`,
		`INSERT INTO case_watch (case_id) SELECT 'case_' || lpad(n::text, 6, '0') FROM generate_series(1, $1::int) n`,
	} {
		var args []any
		if strings.Contains(sql, "$1") {
			args = []any{n - 1}
		}
		_, err := conn.Exec(t.Context(), sql, args...)
		require.NoError(t, err)
	}
	// They have been as they are for a while.
	_, err := conn.Exec(t.Context(), "UPDATE cases SET updated_at = now() - interval '1 hour'")
	require.NoError(t, err)
}

// everyThird is touched.
func everyThird(_ context.Context, _ dispute.RuleRevision, c *dispute.Case) (bool, error) {
	var n int
	_, err := fmt.Sscanf(c.ID, "case_%d", &n)
	return n%3 == 0, err
}

// work carries the walk on until there is nothing to do now.
func (b *bundle) work(t testing.TB, revision int64, judge dispute.RuleJudge) {
	t.Helper()
	for {
		worked, err := b.WorkRules(t.Context(), revision, judge)
		require.NoError(t, err)
		if !worked {
			return
		}
	}
}

// hurry makes the walk settle now.
func (b *bundle) hurry(t testing.TB) {
	t.Helper()
	_, err := b.super(t).Exec(t.Context(), "UPDATE rule_jobs SET next_at = now()")
	require.NoError(t, err)
}

func (b *bundle) told(t testing.TB, where string) (n int) {
	t.Helper()
	require.NoError(t, b.super(t).QueryRow(t.Context(), "SELECT count(*) FROM inbox WHERE source = 'rules' AND "+where).Scan(&n))
	return n
}

// Ten thousand open cases: exactly those that a correction touches are told, once,
// although the work is cut off again and again and two workers do it.
func TestAWalkTellsExactlyTheTouchedCases(t *testing.T) {
	t.Parallel()
	const open = 10000
	b := setup(t)
	b.many(t, open)
	r, err := b.PublishCalendarYear(t.Context(), yearOf(2026, "a", dispute.RuleByAPI))
	require.NoError(t, err)

	var looks atomic.Int64
	var wg sync.WaitGroup
	for range 2 {
		wg.Go(func() {
			for {
				ctx, kill := context.WithCancel(t.Context())
				worked, err := b.WorkRules(ctx, 0, func(ctx context.Context, r dispute.RuleRevision, c *dispute.Case) (bool, error) {
					if looks.Add(1)%777 == 0 {
						kill() // the process dies in the middle of a page
					}
					return everyThird(ctx, r, c)
				})
				kill()
				j, jerr := b.RuleJob(t.Context(), r.Revision)
				if jerr != nil || (err != nil && !errors.Is(err, context.Canceled)) {
					t.Error(err, jerr)
					return
				}
				if err == nil && !worked && j.State != dispute.RuleJobRunning {
					return
				}
			}
		})
	}
	wg.Wait()
	require.Greater(t, looks.Load(), int64(open), "some pages were taken anew")
	j, err := b.RuleJob(t.Context(), r.Revision)
	require.NoError(t, err)
	const touched = (open + 2) / 3
	require.Equal(t, []int64{open, open, touched, 0}, []int64{j.Open, j.Looked, j.Touched, j.Failed})
	require.Equal(t, dispute.RuleJobSettling, j.State)
	require.Equal(t, touched, b.told(t, "right(case_id, 6)::int % 3 = 0"))
	require.Equal(t, touched, b.told(t, "true"))

	b.hurry(t)
	b.work(t, 0, everyThird)
	j, err = b.RuleJob(t.Context(), r.Revision)
	require.NoError(t, err)
	require.Equal(t, dispute.RuleJobDone, j.State)
	require.NotNil(t, j.FinishedAt)
	require.EqualValues(t, touched, j.Touched, "nothing changed meanwhile, nobody hears it twice")

	var got dispute.InboxEvent
	_, err = b.RelayInbox(t.Context(), 1, func(_ context.Context, e dispute.InboxEvent) (dispute.Delivery, error) {
		got = e
		return dispute.DeliveryDelivered, nil
	})
	require.NoError(t, err)
	require.Equal(t, dispute.SignalReproject, got.Signal)
	require.Equal(t, "calendar.published", got.Type)
	require.JSONEq(t, fmt.Sprintf(`{"event_id": "rules-%d-%s", "revision": %d, "calendar": "cn"}`, r.Revision, got.CaseID, r.Revision), string(got.Payload))
}

// A case that changed after the publication, perhaps by the hand of a worker that did
// not know it yet, is looked at again.
func TestAWalkSettles(t *testing.T) {
	t.Parallel()
	b := setup(t)
	b.many(t, 10)
	r, err := b.PublishCalendarYear(t.Context(), yearOf(2026, "a", dispute.RuleByAPI))
	require.NoError(t, err)
	b.work(t, 0, everyThird) // tells 0, 3, 6 and 9
	deliver := func(context.Context, dispute.InboxEvent) (dispute.Delivery, error) {
		return dispute.DeliveryDelivered, nil
	}
	_, err = b.RelayInbox(t.Context(), 3, deliver)
	require.NoError(t, err)
	for _, id := range []string{"case_000001", "case_000003", "case_000009"} { // not told; told; about to be told
		rec, err := b.GetCase(t.Context(), id)
		require.NoError(t, err)
		_, err = b.super(t).Exec(t.Context(), "UPDATE cases SET updated_at = clock_timestamp() WHERE id = $1", rec.Case.ID)
		require.NoError(t, err)
	}
	b.work(t, 0, everyThird)
	require.Equal(t, 4, b.told(t, "true"), "not before everybody knows the revision")
	b.hurry(t)
	var seen []string
	b.work(t, 0, func(_ context.Context, _ dispute.RuleRevision, c *dispute.Case) (bool, error) {
		seen = append(seen, c.ID)
		return true, nil
	})
	require.Equal(t, []string{"case_000001", "case_000003"}, seen)
	require.Equal(t, 2, b.told(t, "event_id LIKE '%-again'"))
	j, err := b.RuleJob(t.Context(), r.Revision)
	require.NoError(t, err)
	require.EqualValues(t, 6, j.Touched)
}

// A case that cannot be judged holds nobody up; a dependency that is away does.
func TestAWalkGoesPastWhatItCannotJudge(t *testing.T) {
	t.Parallel()
	b := setup(t)
	b.many(t, 4)
	r, err := b.PublishPolicy(t.Context(), policyOf("default", 2, "a"))
	require.NoError(t, err)
	away := dispute.Errorf(dispute.CodeUnavailable, "away")
	_, err = b.WorkRules(t.Context(), 0, func(context.Context, dispute.RuleRevision, *dispute.Case) (bool, error) { return false, away })
	require.ErrorIs(t, err, away)
	b.work(t, r.Revision, func(_ context.Context, _ dispute.RuleRevision, c *dispute.Case) (bool, error) {
		if c.ID == "case_000002" {
			return false, errors.New("a policy from the future")
		}
		return true, nil
	})
	j, err := b.RuleJob(t.Context(), r.Revision)
	require.NoError(t, err)
	require.Equal(t, []int64{4, 3, 1}, []int64{j.Looked, j.Touched, j.Failed})
	require.Equal(t, "case_000002: a policy from the future", j.Problem)
	require.Equal(t, 3, b.told(t, `payload->>'policy' = 'default@2'`))
	worked, err := b.WorkRules(t.Context(), r.Revision+1, everyThird)
	require.NoError(t, err)
	require.False(t, worked, "no such walk")
	require.WithinDuration(t, time.Now(), j.StartedAt, time.Minute)
}
