package e2e_test

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"slices"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/redresshq/redress/activities"
	"github.com/redresshq/redress/dispute"
	"github.com/redresshq/redress/partners"
	"github.com/redresshq/redress/webhook"
	"github.com/redresshq/redress/worker"
	"github.com/redresshq/redress/workflows"
)

// What was accepted reaches its case: in order, once, whatever ends in between.

// statement hands in a text of its own and returns the answer.
func (c caller) statement(id, text string) reply {
	c.t.Helper()
	return c.do(http.MethodPost, "/v1/cases/"+id+"/evidence", map[string]any{"type": "statement", "text": text})
}

// sendWebhook reports as a partner does.
func (s *stack) sendWebhook(t *testing.T, partner, kind, eventID string, data any) int {
	t.Helper()
	body, err := json.Marshal(map[string]any{"type": kind, "event_id": eventID, "occurred_at": time.Now().UTC(), "data": data})
	require.NoError(t, err)
	header, err := webhook.Sign(secretOf(partner), eventID, time.Now(), body)
	require.NoError(t, err)
	req, err := http.NewRequestWithContext(t.Context(), http.MethodPost, s.url+"/v1/webhooks/"+partner, bytes.NewReader(body))
	require.NoError(t, err)
	req.Header = header
	req.Header.Set("Content-Type", "application/json")
	res, err := http.DefaultClient.Do(req)
	require.NoError(t, err)
	defer res.Body.Close()
	_, err = io.Copy(io.Discard, res.Body)
	require.NoError(t, err)
	return res.StatusCode
}

// scan reports where a parcel is, under an event id of the test's.
func (s *stack) scan(t *testing.T, ret *dispute.ReturnLeg, status dispute.ParcelStatus, eventID string) int {
	t.Helper()
	return s.sendWebhook(t, partners.CarrierID, "tracking.updated", eventID,
		map[string]any{"carrier": ret.Carrier, "tracking_number": ret.TrackingNumber, "status": status})
}

// returning opens a return and brings it to where the customer has the label.
func (s *stack) returning(t *testing.T) (caller, string, *dispute.ReturnLeg) {
	t.Helper()
	c := s.customer(t)
	id := c.open(returnOf(s.order(t, c.id), dispute.ReasonDamagedInTransit)).ID
	c.supply(id)
	c.accept(id)
	return c, id, c.awaitLeg(id, dispute.LegReturn, dispute.ReturnAwaitingShipment).Return
}

// accepted lists the inbox of a case in the order of arrival, by the ids under
// which the case knows the events; only of one signal if it is named.
func (w *witness) accepted(caseID string, signal dispute.SignalName) []string {
	w.t.Helper()
	return w.texts("SELECT payload->>'event_id' FROM inbox WHERE case_id = $1 AND ($2 = '' OR signal = $2) ORDER BY id", caseID, string(signal))
}

// awaitRelayed waits until no event waits for delivery.
func (w *witness) awaitRelayed() {
	w.t.Helper()
	until(w.t, patience, "every accepted event is delivered", func() bool {
		return w.count("SELECT count(*) FROM inbox WHERE state = 'pending'") == 0
	})
}

// eventsOf lists the event ids in a case's timeline, in its order: only of those
// entries that take an event in.
func (s *stack) eventsOf(t *testing.T, caseID string) []string {
	t.Helper()
	var ids []string
	for _, e := range s.entriesOf(t, caseID) {
		if e.EventID != "" && (len(ids) == 0 || ids[len(ids)-1] != e.EventID) {
			ids = append(ids, e.EventID)
		}
	}
	return ids
}

// Everything stops between the inbox row and the signal: nothing is lost, and
// every case gets its events in the order in which they came.
func TestStoppedBetweenInboxAndSignal(t *testing.T) {
	t.Parallel()
	t.Run("relay and worker come back", func(t *testing.T) {
		t.Parallel()
		stoppedBeforeSignals(t, func(*stack, *witness) {})
	})
	t.Run("the relay comes back long before the worker", func(t *testing.T) {
		t.Parallel()
		stoppedBeforeSignals(t, func(s *stack, w *witness) {
			ctx, stop := context.WithCancel(t.Context())
			var relay sync.WaitGroup
			relay.Go(func() { (&worker.Relay{Record: s.record, Engine: s.door, Notifier: nobody{}, Log: s.log}).Run(ctx) })
			w.awaitRelayed()
			stop()
			relay.Wait()
		})
	})
}

func stoppedBeforeSignals(t *testing.T, beforeWorker func(*stack, *witness)) {
	s := newStack(t, options{policy: "story"})
	w := newWitness(t, s.database)
	const cases, texts = 6, 5
	type one struct {
		c   caller
		id  string
		ret *dispute.ReturnLeg
	}
	all := make([]one, cases)
	for i := range all {
		all[i].c, all[i].id, all[i].ret = s.returning(t)
	}
	w.awaitRelayed()
	s.stopWorker()

	for i := range texts {
		for _, o := range all {
			r := o.c.statement(o.id, fmt.Sprintf("Statement %d.", i))
			require.Equal(t, http.StatusCreated, r.status, "%s", r.body)
		}
	}
	for i, status := range []dispute.ParcelStatus{dispute.ParcelInTransit, dispute.ParcelOutForDelivery, dispute.ParcelDelivered} {
		for _, o := range all {
			require.Equal(t, http.StatusOK, s.scan(t, o.ret, status, fmt.Sprintf("%s/scan-%d", o.id, i)))
		}
	}
	for _, o := range all {
		require.NoError(t, s.box.Receive(t.Context(), o.ret.RMAID, partners.ReceiveReport{}))
		require.NoError(t, s.box.Inspect(t.Context(), o.ret.RMAID, partners.InspectReport{Condition: dispute.ConditionDamaged}))
	}
	const waiting = cases * (texts + 3 + 2)
	until(t, patience, "all that was sent is in the inbox", func() bool {
		return w.count("SELECT count(*) FROM inbox WHERE state = 'pending'") == waiting
	})

	beforeWorker(s, w)
	require.NoError(t, s.startWorker(t.Context()))
	for _, o := range all {
		closed := o.c.awaitClosed(o.id, dispute.OutcomeResolved)
		require.Equal(t, dispute.ParcelDelivered, closed.Leg("return-1").Return.ParcelStatus)
	}
	require.Equal(t, 0, w.count("SELECT count(*) FROM inbox WHERE state <> 'delivered'"), "events that were not delivered")
	for _, o := range all {
		got := s.eventsOf(t, o.id)
		require.ElementsMatch(t, w.accepted(o.id, ""), got, "case %s: every event stands in the timeline once", o.id)
		for _, signal := range []dispute.SignalName{dispute.SignalEvidenceSubmitted, dispute.SignalCarrierUpdate} {
			want := w.accepted(o.id, signal)
			got := slices.DeleteFunc(slices.Clone(got), func(id string) bool { return !slices.Contains(want, id) })
			require.Equal(t, want, got, "case %s: the order of %s", o.id, signal)
		}
		s.paid(t, o.id, moved{"refund.made", "refund-1/1", 5000})
		s.unblocked(t, o.id)
	}
}

// forgetful delivers, and is then cut off before it can say so: every first
// delivery is repeated by whichever relay comes next.
type forgetful struct {
	door  *workflows.Door
	calls *atomic.Int64
	mu    *sync.Mutex
	seen  map[string]int
	order map[string][]string // event ids of a case as first delivered
}

func (f forgetful) Signal(ctx context.Context, e dispute.InboxEvent) (dispute.Delivery, error) {
	d, err := f.door.Signal(ctx, e)
	f.mu.Lock()
	defer f.mu.Unlock()
	f.calls.Add(1)
	f.seen[e.EventID]++
	if err != nil || f.seen[e.EventID] > 1 {
		return d, err
	}
	f.order[e.CaseID] = append(f.order[e.CaseID], e.EventID)
	return "", errors.New("cut off after the signal")
}

// Two relays at once, each delivery made twice: one entry for each event.
func TestTwoRelaysDeliverOnce(t *testing.T) {
	t.Parallel()
	s := newStack(t, options{policy: "story", noWorker: true})
	w := newWitness(t, s.database)
	require.NoError(t, s.startWorker(t.Context()))
	const cases, texts = 8, 10
	callers, ids := make([]caller, cases), make([]string, cases)
	for i := range ids {
		callers[i] = s.customer(t)
		ids[i] = callers[i].open(returnOf(s.order(t, callers[i].id), dispute.ReasonDamagedInTransit)).ID
	}
	s.stopWorker()
	for n := range texts {
		for i, id := range ids {
			r := callers[i].statement(id, fmt.Sprintf("Statement %d.", n))
			require.Equal(t, http.StatusCreated, r.status, "%s", r.body)
		}
	}

	f := forgetful{door: s.door, calls: new(atomic.Int64), mu: new(sync.Mutex), seen: map[string]int{}, order: map[string][]string{}}
	ctx, stop := context.WithCancel(t.Context())
	var relays sync.WaitGroup
	for range 2 {
		relay := &worker.Relay{Record: s.record, Engine: f, Notifier: nobody{}, Log: s.log}
		relays.Go(func() { relay.Run(ctx) })
	}
	w.awaitRelayed()
	stop()
	relays.Wait()
	require.EqualValues(t, 2*cases*texts, f.calls.Load(), "each event twice: one relay at a time has it in hand")

	require.NoError(t, s.startWorker(t.Context()))
	for i, id := range ids {
		until(t, patience, "case "+id+" has taken all in", func() bool { return len(callers[i].get(id).Evidence) == texts })
		require.Equal(t, w.accepted(id, ""), f.order[id], "case %s: the order of the deliveries", id)
		taken := map[string]int{}
		for _, e := range s.entriesOf(t, id) {
			if e.Type == dispute.EventEvidence {
				taken[e.EventID]++
			}
		}
		require.Len(t, taken, texts)
		for event, n := range taken {
			require.Equal(t, 1, n, "case %s: entries of %s", id, event)
		}
	}
}

// nobody is a notifier that is never reached.
type nobody struct{}

func (nobody) Notify(context.Context, activities.Notification) error {
	return errors.New("not reached")
}
