package e2e_test

import (
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/redresshq/redress/dispute"
)

// What the API does while Temporal or the worker is away, or the record is slow.

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
