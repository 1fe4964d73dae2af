package e2e_test

import (
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/stretchr/testify/require"

	"github.com/redresshq/redress/dispute"
	"github.com/redresshq/redress/workflows"
)

// Opening happens once per idempotency key, whoever is asked, whoever is killed,
// whatever is away.

// claimed is one opening under one key.
type claimed struct {
	caller
	key  string
	body opening
}

// claiming prepares an opening with a statement, which is personal and stored with the key.
func (s *stack) claiming(t *testing.T) claimed {
	t.Helper()
	c := s.customer(t)
	body := returnOf(s.order(t, c.id), dispute.ReasonDamagedInTransit)
	body["statement"] = "The box was crushed."
	return claimed{caller: c, key: uuid.NewString(), body: body}
}

func (c claimed) send(url string) reply {
	c.t.Helper()
	return c.at(url).do(http.MethodPost, "/v1/cases", c.body, "Idempotency-Key", c.key)
}

// sendAside sends in the background; the answer, or the error of a connection that
// broke, comes over the channel.
func (c claimed) sendAside(url string) <-chan answer {
	answers := make(chan answer, 1)
	go func() {
		r, err := c.at(url).try(http.MethodPost, "/v1/cases", c.body, "Idempotency-Key", c.key)
		answers <- answer{r, err}
	}()
	return answers
}

type answer struct {
	reply
	err error
}

// insist sends again and again, as a client would, until the case is opened.
func (c claimed) insist(url string) reply {
	c.t.Helper()
	var r reply
	until(c.t, patience, "the retries of an opening answer 201", func() bool {
		r = c.send(url)
		switch r.status {
		case http.StatusConflict:
			require.Equal(c.t, dispute.CodeKeyInFlight, r.code(c.t), "%s", r.body)
		case http.StatusAccepted, http.StatusServiceUnavailable:
		default:
			require.Equal(c.t, http.StatusCreated, r.status, "%s", r.body)
		}
		return r.status == http.StatusCreated
	})
	return r
}

// code is the code of a refusal.
func (r reply) code(t *testing.T) dispute.Code {
	t.Helper()
	var p problem
	r.decode(t, &p)
	return p.Code
}

// caseID is the id of the case that an opening answered.
func (r reply) caseID(t *testing.T) string {
	t.Helper()
	var v view
	r.decode(t, &v)
	require.NotEmpty(t, v.ID, "%s", r.body)
	return v.ID
}

// once insists that the customer has exactly this case, opened exactly once.
func (c claimed) once(w *witness, id string) {
	c.t.Helper()
	require.Equal(c.t, []string{id}, w.texts("SELECT id FROM cases WHERE customer_id = $1", c.id), "the customer's cases")
	require.Equal(c.t, []string{id}, w.texts("SELECT case_id FROM operations WHERE key = $1", c.key), "the key's case")
	require.Equal(c.t, 1, w.count("SELECT count(*) FROM timeline WHERE case_id = $1 AND type = $2", id, dispute.EventOpened))
	require.Equal(c.t, 1, w.count("SELECT count(*) FROM case_texts WHERE case_id = $1 AND kind = 'statement'", id), "what the customer wrote")
	d, err := c.s.engine.DescribeWorkflowExecution(c.t.Context(), workflows.CaseID(id), "")
	require.NoError(c.t, err)
	require.Equal(c.t, d.GetWorkflowExecutionInfo().GetExecution().GetRunId(), d.GetWorkflowExecutionInfo().GetFirstRunId())
}

func TestOneKeyAcrossTwoProcesses(t *testing.T) {
	t.Parallel()
	s := newStack(t, options{policy: "story"})
	w := newWitness(t, s.database)
	first, second := s.api(t, processOptions{}), s.api(t, processOptions{})

	c := s.claiming(t)
	one, two := c.sendAside(first.url), c.sendAside(second.url)
	for _, a := range []answer{<-one, <-two} {
		require.NoError(t, a.err)
		if a.status == http.StatusConflict {
			require.Equal(t, dispute.CodeKeyInFlight, a.code(t), "%s", a.body)
			continue
		}
		require.Equal(t, http.StatusCreated, a.status, "%s", a.body)
	}
	id := c.insist(first.url).caseID(t)
	require.Equal(t, id, c.insist(second.url).caseID(t))
	c.once(w, id)

	first.stop()
	second.stop()
	again := s.api(t, processOptions{})
	r := c.send(again.url)
	require.Equal(t, http.StatusCreated, r.status, "%s", r.body)
	require.Equal(t, "true", r.header.Get("Idempotent-Replayed"))
	require.Equal(t, "/v1/cases/"+id, r.header.Get("Location"))
	require.Equal(t, id, r.caseID(t))

	c.body["statement"] = "Another story."
	other := c.send(again.url)
	require.Equal(t, http.StatusUnprocessableEntity, other.status, "%s", other.body)
	require.Equal(t, dispute.CodeKeyReused, other.code(t))
	c.once(w, id)
}

// While the first process is at it, the second one says so.
func TestOneKeyInFlightElsewhere(t *testing.T) {
	t.Parallel()
	s := newStack(t, options{policy: "story", noWorker: true})
	w := newWitness(t, s.database)
	first, second := s.api(t, processOptions{}), s.api(t, processOptions{})
	c := s.claiming(t)

	under := c.sendAside(first.url)
	w.awaitClaim(c.key)
	r := c.send(second.url)
	require.Equal(t, http.StatusConflict, r.status, "%s", r.body)
	require.Equal(t, dispute.CodeKeyInFlight, r.code(t))

	require.NoError(t, s.startWorker(t.Context()))
	a := <-under
	require.NoError(t, a.err)
	require.Contains(t, []int{http.StatusCreated, http.StatusAccepted}, a.status, "%s", a.body)
	c.once(w, c.insist(second.url).caseID(t))
}

// awaitClaim waits until the row of an operation is committed, and returns its case's id.
func (w *witness) awaitClaim(key string) string {
	w.t.Helper()
	var ids []string
	until(w.t, patience, "the key's row is committed", func() bool {
		ids = w.texts("SELECT case_id FROM operations WHERE key = $1", key)
		return len(ids) == 1
	})
	return ids[0]
}

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

func TestOpeningWhileTemporalIsAway(t *testing.T) {
	t.Parallel()
	faults := map[string]func(*wire){"down": (*wire).cut, "silent": (*wire).stall}
	for name, fault := range faults {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := newStack(t, options{policy: "story"})
			w := newWitness(t, s.database)
			temporal := newWire(t, temporalServer.FrontendHostPort())
			p := s.api(t, processOptions{temporal: temporal.address(), lease: 10 * time.Second})
			c := s.claiming(t)
			fault(temporal)

			r := c.send(p.url)
			require.Equal(t, http.StatusServiceUnavailable, r.status, "nothing was started, so nothing is promised: %s", r.body)
			require.NotEmpty(t, r.header.Get("Retry-After"))
			require.Empty(t, w.texts("SELECT id FROM cases"))

			temporal.mend()
			c.once(w, c.insist(p.url).caseID(t))
		})
	}
}

// A record that is slow, and a worker that is away: 202, and the case comes.
func TestOpeningThatTakesLong(t *testing.T) {
	t.Parallel()
	t.Run("the record is slow", func(t *testing.T) {
		t.Parallel()
		s := newStack(t, options{policy: "story"})
		w := newWitness(t, s.database)
		release := w.hold("LOCK TABLE cases IN EXCLUSIVE MODE") // can be read, not written
		t.Cleanup(release)
		acceptedAtFirst(t, s, w, release)
	})
	t.Run("no worker is there", func(t *testing.T) {
		t.Parallel()
		s := newStack(t, options{policy: "story", noWorker: true})
		acceptedAtFirst(t, s, newWitness(t, s.database), func() { require.NoError(t, s.startWorker(t.Context())) })
	})
}

// acceptedAtFirst insists on a 202, and on the case once what holds it is let go.
func acceptedAtFirst(t *testing.T, s *stack, w *witness, letGo func()) {
	t.Helper()
	c := s.claiming(t)
	r := c.send(s.url)
	require.Equal(t, http.StatusAccepted, r.status, "%s", r.body)
	location := r.header.Get("Location")
	require.True(t, strings.HasPrefix(location, "/v1/cases/case_"), location)
	require.Equal(t, http.StatusNotFound, c.do(http.MethodGet, location, nil).status, "not on record yet")

	letGo()
	until(t, patience, "Location answers the case", func() bool {
		return c.do(http.MethodGet, location, nil).status == http.StatusOK
	})
	id := c.insist(s.url).caseID(t)
	require.Equal(t, location, "/v1/cases/"+id)
	c.once(w, id)
}

// Readers need neither a worker nor Temporal.
func TestReadingWithoutWorkerAndTemporal(t *testing.T) {
	t.Parallel()
	s := newStack(t, options{policy: "story"})
	temporal, folder := newWire(t, temporalServer.FrontendHostPort()), t.TempDir()
	o := processOptions{temporal: temporal.address(), evidence: folder}
	before := s.api(t, o)
	c := s.customer(t).at(before.url)
	id := c.open(returnOf(s.order(t, c.id), dispute.ReasonDamagedInTransit)).ID
	c.supply(id)
	c.accept(id)
	c.awaitLeg(id, dispute.LegReturn, dispute.ReturnAwaitingShipment)
	evidence := newWitness(t, s.database).texts("SELECT id FROM evidence WHERE case_id = $1 ORDER BY id", id)
	require.Len(t, evidence, 2)

	s.stopWorker()
	temporal.cut()
	for name, p := range map[string]*process{"a process from before": before, "a process that starts now": s.api(t, o)} {
		c, agent := c.at(p.url), s.agent(t).at(p.url)
		for _, path := range []string{
			"/v1/cases/" + id, "/v1/cases/" + id + "/timeline", "/v1/cases",
			"/v1/cases/" + id + "/evidence/" + evidence[0] + "/content", "/v1/cases/" + id + "/evidence/" + evidence[1] + "/content",
		} {
			r := c.do(http.MethodGet, path, nil)
			require.Equal(t, http.StatusOK, r.status, "%s: GET %s: %s", name, path, r.body)
		}
		for _, path := range []string{"/v1/cases?stage=execution", "/v1/partner-events", "/healthz", "/readyz", "/openapi.yaml"} {
			r := agent.do(http.MethodGet, path, nil)
			require.Equal(t, http.StatusOK, r.status, "%s: GET %s: %s", name, path, r.body)
		}
		require.Equal(t, dispute.StageExecution, c.get(id).Stage)
	}
}
