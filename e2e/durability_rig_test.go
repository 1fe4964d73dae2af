package e2e_test

import (
	"net/http"
	"net/url"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/Shopify/toxiproxy/v2"
	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"
	"github.com/rs/zerolog"
	"github.com/stretchr/testify/require"
	enumspb "go.temporal.io/api/enums/v1"

	"github.com/redresshq/redress/dispute"
	"github.com/redresshq/redress/workflows"
)

// What the tests of durability have in common: wires that can be cut, a way to
// the database that cannot, and what must be true of every case afterwards.

// until waits for something, for a limited time; unlike require.Eventually it
// asks in the test's own goroutine, so that the question may use require.
func until(t *testing.T, limit time.Duration, what string, done func() bool) {
	t.Helper()
	deadline := time.NewTimer(limit)
	defer deadline.Stop()
	again := time.NewTicker(tick)
	defer again.Stop()
	for !done() {
		select {
		case <-deadline.C:
			require.FailNow(t, "waited in vain", "%s: not within %s", what, limit)
		case <-t.Context().Done():
			require.FailNow(t, "the test is over", "while waiting: %s", what)
		case <-again.C:
		}
	}
}

// abreast does n things, at most limit at once, and waits for all.
func abreast(n, limit int, do func(i int)) {
	var wg sync.WaitGroup
	var next atomic.Int64
	for range min(n, limit) {
		wg.Go(func() {
			for i := next.Add(1); i <= int64(n); i = next.Add(1) {
				do(int(i - 1))
			}
		})
	}
	wg.Wait()
}

// openSoon opens a case on a machine that is busy: 202 is as good as 201.
func (c caller) openSoon(o opening) (id string) {
	c.t.Helper()
	r := c.do(http.MethodPost, "/v1/cases", o)
	require.Contains(c.t, []int{http.StatusCreated, http.StatusAccepted}, r.status, "%s", r.body)
	return strings.TrimPrefix(r.header.Get("Location"), "/v1/cases/")
}

// wire is a connection between two parts that can be cut and mended.
type wire struct {
	t     *testing.T
	proxy *toxiproxy.Proxy
}

func newWire(t *testing.T, upstream string) *wire {
	t.Helper()
	p := toxiproxy.NewProxy(toxiproxy.NewServer(toxiproxy.NewMetricsContainer(nil), zerolog.Nop()), t.Name(), "127.0.0.1:0", upstream)
	require.NoError(t, p.Start())
	t.Cleanup(p.Stop)
	return &wire{t: t, proxy: p}
}

func (w *wire) address() string { return w.proxy.Listen }

// cut resets every connection, those to come too: the other end is down.
func (w *wire) cut() {
	w.mend()
	w.poison("reset_peer", "upstream")
	w.poison("reset_peer", "downstream")
}

// stall lets nothing pass any more and says nothing about it: a black hole.
func (w *wire) stall() { w.mend(); w.poison("timeout", "upstream"); w.stallReplies() }

// stallReplies lets requests pass, but no answer.
func (w *wire) stallReplies() { w.poison("timeout", "downstream") }

// mend makes the wire good; connections that were stalled break.
func (w *wire) mend() { w.proxy.Toxics.ResetToxics(w.t.Context()) }

func (w *wire) poison(kind, stream string) {
	w.t.Helper()
	_, err := w.proxy.Toxics.AddToxicJson(strings.NewReader(
		`{"type": "` + kind + `", "stream": "` + stream + `", "attributes": {"timeout": 0}}`))
	require.NoError(w.t, err)
}

// wireTo puts a wire before a database and returns the URL that goes through it.
func wireTo(t *testing.T, databaseURL string) (*wire, string) {
	t.Helper()
	u, err := url.Parse(databaseURL)
	require.NoError(t, err)
	w := newWire(t, u.Host)
	u.Host = w.address()
	return w, u.String()
}

// witness reads and locks the database past every wire, as its superuser.
type witness struct {
	t    *testing.T
	pool *pgxpool.Pool
}

func newWitness(t *testing.T, databaseURL string) *witness {
	t.Helper()
	pool, err := pgxpool.New(t.Context(), databaseURL)
	require.NoError(t, err)
	t.Cleanup(pool.Close)
	return &witness{t: t, pool: pool}
}

// count runs a query that answers one number.
func (w *witness) count(sql string, args ...any) int {
	w.t.Helper()
	var n int
	require.NoError(w.t, w.pool.QueryRow(w.t.Context(), sql, args...).Scan(&n), sql)
	return n
}

// texts runs a query that answers one column of texts.
func (w *witness) texts(sql string, args ...any) []string {
	w.t.Helper()
	rows, err := w.pool.Query(w.t.Context(), sql, args...)
	require.NoError(w.t, err, sql)
	all, err := pgx.CollectRows(rows, pgx.RowTo[string])
	require.NoError(w.t, err, sql)
	return all
}

// hold runs a statement that takes a lock and keeps it until release is called.
func (w *witness) hold(sql string, args ...any) (release func()) {
	w.t.Helper()
	tx, err := w.pool.Begin(w.t.Context())
	require.NoError(w.t, err)
	release = sync.OnceFunc(func() { require.NoError(w.t, tx.Rollback(w.t.Context())) })
	_, err = tx.Exec(w.t.Context(), sql, args...)
	require.NoError(w.t, err, sql)
	return release
}

// awaitBlocked waits until a statement that begins so waits for a lock.
func (w *witness) awaitBlocked(statement string) {
	w.t.Helper()
	until(w.t, patience, "a statement waits for the lock: "+statement, func() bool { return w.isBlocked(statement) })
}

// blocked selects the connections whose statement begins as $1 and waits for a lock.
const blocked = "datname = current_database() AND wait_event_type = 'Lock' AND query ILIKE $1 || '%'"

func (w *witness) isBlocked(statement string) bool {
	w.t.Helper()
	return w.count("SELECT count(*) FROM pg_stat_activity WHERE "+blocked, statement) > 0
}

// entriesOf reads a case's whole timeline from the record.
func (s *stack) entriesOf(t *testing.T, caseID string) []dispute.RecordedEntry {
	t.Helper()
	var all []dispute.RecordedEntry
	for {
		after := int64(0)
		if len(all) > 0 {
			after = all[len(all)-1].Seq
		}
		page, err := s.record.Timeline(t.Context(), caseID, after, 200)
		require.NoError(t, err)
		if len(page) == 0 {
			return all
		}
		all = append(all, page...)
	}
}

// intact insists that no entry of a case's timeline is missing or changed.
func (s *stack) intact(t *testing.T, caseID string) {
	t.Helper()
	report, err := s.record.VerifyChain(t.Context(), caseID)
	require.NoError(t, err)
	require.True(t, report.Intact, "%+v", report)
}

// length is how many events the case's history has.
func (s *stack) length(t *testing.T, caseID string) int64 {
	t.Helper()
	d, err := s.engine.DescribeWorkflowExecution(t.Context(), workflows.CaseID(caseID), "")
	require.NoError(t, err)
	return d.GetWorkflowExecutionInfo().GetHistoryLength()
}

// awaitCompleted waits until the case's workflow has come to its good end.
func (s *stack) awaitCompleted(t *testing.T, caseID string) {
	t.Helper()
	var status enumspb.WorkflowExecutionStatus
	until(t, patience, "the workflow of case "+caseID+" completes", func() bool {
		d, err := s.engine.DescribeWorkflowExecution(t.Context(), workflows.CaseID(caseID), "")
		require.NoError(t, err)
		status = d.GetWorkflowExecutionInfo().GetStatus()
		return status != enumspb.WORKFLOW_EXECUTION_STATUS_RUNNING
	})
	require.Equal(t, enumspb.WORKFLOW_EXECUTION_STATUS_COMPLETED, status, "how the workflow of case %s ended", caseID)
}

// unblocked insists that no workflow task of the case failed or timed out. A
// completion that meets a new event is no failure of ours: the server asks again.
func (s *stack) unblocked(t *testing.T, caseID string) {
	t.Helper()
	for _, e := range s.history(t, caseID) {
		if f := e.GetWorkflowTaskFailedEventAttributes(); f != nil {
			require.Equal(t, enumspb.WORKFLOW_TASK_FAILED_CAUSE_UNHANDLED_COMMAND, f.GetCause(),
				"case %s, event %d: %s", caseID, e.GetEventId(), f.GetFailure().GetMessage())
		}
		require.Nil(t, e.GetWorkflowTaskTimedOutEventAttributes(), "case %s: a workflow task timed out: %s", caseID, e)
	}
}
