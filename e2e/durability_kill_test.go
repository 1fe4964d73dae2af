package e2e_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

// killing is an opening whose API process is to be killed: what stands between it
// and the rest can be stalled.
type killing struct {
	claimed
	w                  *witness
	process            *process
	database, temporal *wire
	answers            <-chan answer
}

// begin sends the opening.
func (k *killing) begin() { k.answers = k.sendAside(k.process.url) }

// TestKilledWhileOpening kills the API at every step of an opening. Each step is
// held by something that the process waits for, so that none is missed.
func TestKilledWhileOpening(t *testing.T) {
	t.Parallel()
	steps := []struct {
		name string
		to   func(t *testing.T, k *killing) // begins, and returns when the step is reached
	}{
		{"before the claim", func(t *testing.T, k *killing) {
			release := k.w.hold("LOCK TABLE operations IN ACCESS EXCLUSIVE MODE")
			t.Cleanup(release)
			k.begin()
			k.w.awaitBlocked("INSERT INTO operations")
			k.process.kill()
			release()
			until(t, patience, "the connection of the killed process is gone", func() bool {
				return k.w.count("SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND query ILIKE 'INSERT INTO operations%'") == 0
			})
			require.Empty(t, k.w.texts("SELECT key FROM operations"), "no claim was committed")
		}},
		{"after the claim, before the start", func(t *testing.T, k *killing) {
			k.temporal.stall()
			k.begin()
			id := k.w.awaitClaim(k.key)
			k.process.kill()
			require.False(t, k.started(id), "nothing may have reached Temporal")
			k.temporal.mend()
		}},
		{"after the start, before the record", func(t *testing.T, k *killing) {
			k.begin()
			id := k.w.awaitClaim(k.key)
			until(t, patience, "the workflow is started", func() bool { return k.started(id) })
			k.process.kill()
			require.Empty(t, k.w.texts("SELECT id FROM cases"), "no worker was there to record it")
		}},
		{"after the record, before the answer is stored", func(t *testing.T, k *killing) {
			release := k.recorded()
			k.process.kill()
			k.w.texts("SELECT pg_terminate_backend(pid)::text FROM pg_stat_activity WHERE "+blocked, "UPDATE operations SET status")
			until(t, patience, "the statement of the killed process is gone", func() bool { return !k.w.isBlocked("UPDATE operations SET status") })
			release()
			require.Equal(t, 0, k.w.count("SELECT count(*) FROM operations WHERE status IS NOT NULL"), "no answer was stored")
		}},
		{"after the answer is stored, before it is sent", func(t *testing.T, k *killing) {
			release := k.recorded()
			k.database.stallReplies() // the answer is stored, and the process does not hear of it
			release()
			until(t, patience, "the answer is stored", func() bool {
				return k.w.count("SELECT count(*) FROM operations WHERE status = 201") == 1
			})
			k.process.kill()
		}},
	}
	for _, step := range steps {
		t.Run(step.name, func(t *testing.T) {
			t.Parallel()
			s := newStack(t, options{policy: "story", noWorker: true})
			database, throughDatabase := wireTo(t, s.database)
			temporal := newWire(t, temporalServer.FrontendHostPort())
			o := processOptions{database: throughDatabase, temporal: temporal.address(), lease: 2 * time.Second}
			k := &killing{claimed: s.claiming(t), w: newWitness(t, s.database), process: s.api(t, o), database: database, temporal: temporal}

			step.to(t, k)
			a := <-k.answers
			require.Error(t, a.err, "the killed process answered: %d %s", a.status, a.body)

			database.mend()
			temporal.mend()
			if s.stopWorker == nil {
				require.NoError(t, s.startWorker(t.Context()))
			}
			next := s.api(t, o)
			id := k.insist(next.url).caseID(t)
			k.once(k.w, id)
			require.Equal(t, "true", k.send(next.url).header.Get("Idempotent-Replayed"))
			k.at(next.url).supply(id)
			k.at(next.url).awaitOffer(id)
		})
	}
}

// started says whether the case's workflow exists.
func (k *killing) started(id string) bool {
	k.t.Helper()
	_, runID, err := k.s.door.Describe(k.t.Context(), id)
	require.NoError(k.t, err)
	return runID != ""
}

// recorded opens up to the point where the answer is to be stored: the case stands,
// and the process waits for the lock that release lets go of.
func (k *killing) recorded() (release func()) {
	k.t.Helper()
	k.begin()
	id := k.w.awaitClaim(k.key)
	until(k.t, patience, "the workflow is started", func() bool { return k.started(id) })
	release = k.w.hold("SELECT FROM operations WHERE key = $1 FOR UPDATE", k.key)
	k.t.Cleanup(release)
	require.NoError(k.t, k.s.startWorker(k.t.Context()))
	k.w.awaitBlocked("UPDATE operations SET status")
	require.Equal(k.t, []string{id}, k.w.texts("SELECT id FROM cases"), "the case is on record")
	return release
}
