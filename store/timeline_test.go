package store_test

import (
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/redresshq/redress/dispute"
)

func TestTheTimelineCannotBeChanged(t *testing.T) {
	t.Parallel()
	b := setup(t)
	b.open(t, "case_1")
	changes := []string{
		"UPDATE timeline SET reason = 'x'", "DELETE FROM timeline", "TRUNCATE timeline",
		"UPDATE timeline SET reason = 'x' WHERE false",
	}
	for _, role := range []string{"redress_app", "owner"} {
		for _, sql := range changes {
			if role == "owner" && sql == changes[3] {
				continue // no row, no trigger
			}
			conn := b.super(t)
			if role != "owner" {
				_, err := conn.Exec(t.Context(), "SET ROLE "+role)
				require.NoError(t, err)
			}
			_, err := conn.Exec(t.Context(), sql)
			require.Error(t, err, "%s as %s", sql, role)
			require.Contains(t, err.Error(), "42501", "%s as %s", sql, role)
		}
	}
}

func TestVerifyChainSaysWhere(t *testing.T) {
	t.Parallel()
	for _, tc := range []struct {
		name, sql string
		broken    int64
		problem   string
	}{
		{"untouched", "SELECT 1", 0, ""},
		{"changed", "UPDATE timeline SET reason = 'another' WHERE seq = 3", 3, "was changed"},
		{"changed data", `UPDATE timeline SET data = '{"a":"<x>","b":1.51}' WHERE seq = 1`, 1, "was changed"},
		{"changed time", "UPDATE timeline SET at = at + interval '1 microsecond' WHERE seq = 2", 2, "was changed"},
		{"removed", "DELETE FROM timeline WHERE seq = 4", 4, "is missing"},
		{"cut short", "DELETE FROM timeline WHERE seq = 5", 5, "the case knows of 5 entries"},
		{"rehashed", "UPDATE timeline SET hash = repeat('a', 64) WHERE seq = 2", 2, "was changed"},
		{"relinked", "UPDATE timeline SET prev_hash = repeat('a', 64) WHERE seq = 2", 2, "does not follow"},
	} {
		t.Run(tc.name, func(t *testing.T) {
			t.Parallel()
			b := setup(t)
			c := b.open(t, "case_1")
			_, err := b.Record(t.Context(), next(c, 2, 4))
			require.NoError(t, err)
			conn := b.super(t)
			for _, sql := range []string{"ALTER TABLE timeline DISABLE TRIGGER USER", tc.sql} {
				_, err = conn.Exec(t.Context(), sql)
				require.NoError(t, err)
			}
			report, err := b.VerifyChain(t.Context(), c.ID)
			require.NoError(t, err)
			require.Equal(t, tc.broken == 0, report.Intact)
			require.Equal(t, tc.broken, report.BrokenAt, report.Problem)
			require.Contains(t, report.Problem, tc.problem)
		})
	}
	b := setup(t)
	_, err := b.VerifyChain(t.Context(), "case_never")
	requireCode(t, dispute.CodeNotFound, err)
}

// events waits until exactly n entries stand after the position. They may be held
// back meanwhile by transactions of other tests, in other databases of the server.
func (b *bundle) events(t *testing.T, after int64, n int) (out []dispute.RecordedEntry) {
	t.Helper()
	require.Eventually(t, func() bool {
		got, err := b.Events(t.Context(), after, 0)
		out = got
		return err == nil && len(got) == n
	}, 20*time.Second, 10*time.Millisecond)
	return out
}

// A transaction that began first and commits last must not be skipped by a reader
// who has seen the other's entries.
func TestEventsNeverSkipALateCommit(t *testing.T) {
	t.Parallel()
	b := setup(t)
	b.open(t, "case_1")
	b.open(t, "case_2")
	after := b.events(t, 0, 2)[1].Position

	slow := b.super(t)
	tx, err := slow.Begin(t.Context())
	require.NoError(t, err)
	var position int64
	require.NoError(t, tx.QueryRow(t.Context(), "SELECT redress_reserve(1)").Scan(&position))
	_, err = tx.Exec(t.Context(), `INSERT INTO timeline (case_id, seq, position, type, at, actor_role, actor_id, stage, reason,
			event_id, prev_hash, hash)
		SELECT case_id, 2, $1, type, at, actor_role, actor_id, stage, reason, event_id, hash, repeat('a', 64)
		FROM timeline WHERE case_id = 'case_1'`, position)
	require.NoError(t, err)

	_, err = b.Record(t.Context(), next(newCase("case_2"), 2, 2)) // overtakes
	require.NoError(t, err)
	held, err := b.Events(t.Context(), after, 0)
	require.NoError(t, err)
	require.Empty(t, held, "the fast transaction's entries wait for the slow one")

	require.NoError(t, tx.Commit(t.Context()))
	got := b.events(t, after, 3)
	require.Equal(t, "case_1", got[0].CaseID)
	require.Equal(t, position, got[0].Position)
	require.Equal(t, "case_2", got[2].CaseID)
}

// A position after the transaction already has its number would break the order.
func TestPositionsAreReservedFirst(t *testing.T) {
	t.Parallel()
	b := setup(t)
	tx, err := b.super(t).Begin(t.Context())
	require.NoError(t, err)
	_, err = tx.Exec(t.Context(), "SELECT pg_current_xact_id()")
	require.NoError(t, err)
	_, err = tx.Exec(t.Context(), "SELECT redress_reserve(1)")
	require.ErrorContains(t, err, "must come first")
	require.NoError(t, tx.Rollback(t.Context()))
}

// Readers with a cursor, against many writers: every entry is seen exactly once.
func TestEventsUnderConcurrentWriters(t *testing.T) {
	t.Parallel()
	b := setup(t)
	const writers, batches = 6, 25
	var wg sync.WaitGroup
	for w := range writers {
		wg.Go(func() {
			c := newCase("case_" + string(rune('a'+w)))
			if _, err := b.Record(t.Context(), opening(c)); err != nil {
				t.Error(err)
			}
			for n := range batches {
				if _, err := b.Record(t.Context(), next(c, int64(n+2), 2)); err != nil {
					t.Error(err)
				}
			}
		})
	}
	seen := map[int64]int{}
	var after int64
	for deadline := time.Now().Add(30 * time.Second); len(seen) < writers*(1+2*batches); {
		require.True(t, time.Now().Before(deadline), "%d entries only", len(seen))
		got, err := b.Events(t.Context(), after, 17)
		require.NoError(t, err)
		for _, e := range got {
			require.Greater(t, e.Position, after)
			after = e.Position
			seen[e.Position]++
		}
	}
	wg.Wait()
	rest, err := b.Events(t.Context(), after, 0)
	require.NoError(t, err)
	require.Empty(t, rest)
	for position, times := range seen {
		require.Equal(t, 1, times, "position %d", position)
	}
}
