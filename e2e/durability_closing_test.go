package e2e_test

import (
	"errors"
	"fmt"
	"net/http"
	"slices"
	"sync"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/stretchr/testify/require"
	"go.temporal.io/api/serviceerror"

	"github.com/redresshq/redress/dispute"
	"github.com/redresshq/redress/partners"
	"github.com/redresshq/redress/workflows"
)

// Cases that end while much comes in: what was accepted is kept.

// awaitGate waits until the case takes nothing more in.
func (w *witness) awaitGate(caseID string, gates ...dispute.Gate) {
	w.t.Helper()
	until(w.t, patience, "the gate of case "+caseID+" shuts", func() bool {
		return slices.Contains(gates, dispute.Gate(w.texts("SELECT gate FROM cases WHERE id = $1", caseID)[0]))
	})
}

// withdrawAtLast withdraws and, as a client would, tries again under its key when it
// is told to.
func (c caller) withdrawAtLast(id string) {
	c.t.Helper()
	key := uuid.NewString()
	until(c.t, patience, "case "+id+" is withdrawn", func() bool {
		r := c.do(http.MethodPost, "/v1/cases/"+id+"/withdrawal", map[string]any{}, "Idempotency-Key", key)
		if r.status == http.StatusServiceUnavailable {
			return false
		}
		require.Equal(c.t, http.StatusOK, r.status, "%s", r.body)
		return true
	})
}

// ended waits for a withdrawn case's end. What came in the very last moment may
// stand in the timeline after it; nothing else may.
func (c caller) ended(id string) view {
	c.t.Helper()
	closed := c.awaitStage(id, dispute.StageClosed)
	require.Equal(c.t, dispute.OutcomeWithdrawn, closed.Outcome)
	ends := 0
	for _, e := range c.s.entriesOf(c.t, id) {
		switch e.Type {
		case dispute.EventClosed:
			ends++
		case dispute.EventEvidence, dispute.EventIgnored, dispute.EventParcel, dispute.EventLate:
		default:
			require.Zero(c.t, ends, "case %s: %s after the end", id, e.Type)
		}
	}
	require.Equal(c.t, 1, ends, "ends of case %s", id)
	return closed
}

// closing is a case that ends while much comes in.
type closing struct {
	mu       sync.Mutex
	accepted map[string][]string // event ids by case
	refused  int
}

func (c *closing) accept(id, eventID string) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.accepted[id] = append(c.accepted[id], eventID)
}

func (c *closing) refuse() {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.refused++
}

// kept insists that all that was accepted stands in the timelines.
func (c *closing) kept(t *testing.T, s *stack, w *witness) {
	t.Helper()
	w.awaitRelayed()
	for id, accepted := range c.accepted {
		s.awaitCompleted(t, id)
		s.intact(t, id)
		require.Subset(t, s.eventsOf(t, id), accepted, "case %s: accepted and lost", id)
		require.Equal(t, string(dispute.GateClosed), w.texts("SELECT gate FROM cases WHERE id = $1", id)[0])
	}
	total := 0
	for _, accepted := range c.accepted {
		total += len(accepted)
	}
	t.Logf("accepted %d, refused %d", total, c.refused)
	require.NotZero(t, total, "nothing was accepted: the case closed too early for this test")
}

// 200 pieces of evidence while their cases close.
func TestEvidenceWhileCasesClose(t *testing.T) {
	t.Parallel()
	s := newStack(t, options{policy: "story"})
	w := newWitness(t, s.database)
	const cases = 10
	callers, ids := make([]caller, cases), make([]string, cases)
	for i := range ids {
		callers[i] = s.customer(t)
		ids[i] = callers[i].open(returnOf(s.order(t, callers[i].id), dispute.ReasonDamagedInTransit)).ID
	}
	book := closing{accepted: map[string][]string{}}
	const each = dispute.MaxEvidence + 1 // one is the withdrawal
	abreast(cases*each, 16, func(n int) {
		i, turn := n%cases, n/cases
		if turn == each/2 {
			callers[i].withdrawAtLast(ids[i])
			return
		}
		if turn > each-4 { // the last ones come too late for certain
			w.awaitGate(ids[i], dispute.GateClosing, dispute.GateClosed)
		}
		r := callers[i].statement(ids[i], fmt.Sprintf("Statement %d.", turn))
		switch r.status {
		case http.StatusCreated:
			var e dispute.Evidence
			r.decode(t, &e)
			book.accept(ids[i], "evidence/"+e.ID)
		default:
			require.Equal(t, http.StatusConflict, r.status, "%s", r.body)
			require.Equal(t, dispute.CodeCaseClosed, r.code(t))
			book.refuse()
		}
	})
	book.kept(t, s, w)
	for i, id := range ids {
		callers[i].ended(id)
		require.Equal(t, len(book.accepted[id]), w.count("SELECT count(*) FROM evidence WHERE case_id = $1", id),
			"case %s: evidence on record is what was accepted", id)
	}
	require.NotZero(t, book.refused, "no case closed while evidence came")
}

// 200 webhooks while their case closes: a partner is never refused.
func TestWebhooksWhileACaseCloses(t *testing.T) {
	t.Parallel()
	s := newStack(t, options{policy: "story"})
	w := newWitness(t, s.database)
	c, id, ret := s.returning(t)
	book := closing{accepted: map[string][]string{}}
	abreast(201, 16, func(n int) {
		if n == 100 {
			c.withdrawAtLast(id)
			return
		}
		if n > 180 {
			w.awaitGate(id, dispute.GateClosed)
		}
		event := fmt.Sprintf("scan-%d", n)
		require.Equal(t, http.StatusOK, s.scan(t, ret, dispute.ParcelInTransit, event))
		book.accept(id, partners.CarrierID+"/"+event)
	})
	book.kept(t, s, w)
	c.ended(id)
	require.Len(t, book.accepted[id], 200)
	require.NotZero(t, w.count("SELECT count(*) FROM inbox WHERE state = 'late'"), "the case did not close while webhooks came")
	s.paid(t, id)
}

// 200 signals straight to the workflow while it closes: what Temporal accepted is
// taken in, what it refused came too late.
func TestSignalsWhileACaseCloses(t *testing.T) {
	t.Parallel()
	s := newStack(t, options{policy: "story"})
	w := newWitness(t, s.database)
	c := s.customer(t)
	id := c.open(returnOf(s.order(t, c.id), dispute.ReasonDamagedInTransit)).ID
	book := closing{accepted: map[string][]string{}}
	abreast(201, 16, func(n int) {
		if n == 60 {
			c.withdrawAtLast(id)
			return
		}
		if n > 180 {
			s.awaitCompleted(t, id)
		}
		event := dispute.EvidenceSubmitted{EventID: fmt.Sprintf("by-hand-%d", n), Evidence: dispute.Evidence{
			ID: fmt.Sprintf("ev_%d", n), Type: dispute.EvidenceOther, SHA256: uuid.NewString(), Size: 1, ReceivedAt: time.Now().UTC()}}
		err := s.engine.SignalWorkflow(t.Context(), workflows.CaseID(id), "", string(dispute.SignalEvidenceSubmitted), event)
		var gone *serviceerror.NotFound
		if errors.As(err, &gone) {
			book.refuse()
			return
		}
		require.NoError(t, err)
		book.accept(id, event.EventID)
	})
	book.kept(t, s, w)
	closed := c.ended(id)
	require.Len(t, closed.Evidence, len(book.accepted[id]))
	require.NotZero(t, book.refused, "the case did not close while signals came")
	s.unblocked(t, id)
}
