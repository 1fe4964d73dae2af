package e2e_test

import (
	"net/http"
	"testing"

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
