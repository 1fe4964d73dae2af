package e2e_test

import (
	"context"
	"fmt"
	"net/http"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	enumspb "go.temporal.io/api/enums/v1"
	"go.temporal.io/api/workflowservice/v1"

	"github.com/redresshq/redress/dispute"
	"github.com/redresshq/redress/partners"
)

// Faults 8 to 14: operations, sums, and processes.

// Fault 8: a carrier's word on a cancelled shipment panicked, and the order never
// moved again. Here a leg that was given up takes every word and goes on.
func TestFault08SignalForACancelledLeg(t *testing.T) {
	t.Parallel()
	s := newStack(t, options{policy: "story"})
	c, id := labelIssued(t, s)
	leg := c.awaitLeg(id, dispute.LegReturn, dispute.ReturnAwaitingShipment).Return
	super := s.supervisor(t)
	super.must(http.StatusOK, http.MethodPost, "/v1/cases/"+id+"/legs/return-1/resolution", map[string]any{"result": "failed", "note": "The customer keeps it."})
	super.await(id, "had its return given back", func(v view) bool { l := (&v).Leg("return-1"); return l.Return.Voided })

	require.NoError(t, s.box.SetParcel(t.Context(), leg.Carrier, leg.TrackingNumber, partners.ParcelUpdate{Status: dispute.ParcelDelivered, Webhook: true}))
	require.NoError(t, s.box.Receive(t.Context(), leg.RMAID, partners.ReceiveReport{Force: true}))
	require.NoError(t, s.box.Inspect(t.Context(), leg.RMAID, partners.InspectReport{Force: true, Condition: dispute.ConditionDamaged}))
	until(t, patience, "all three are in the timeline", func() bool {
		n := s.events(t, id)
		return n[dispute.EventIgnored]+n[dispute.EventReceived]+n[dispute.EventInspected]+n[dispute.EventParcel] >= 3
	})
	asked := s.query(t, id)
	require.Equal(t, dispute.ReturnCancelled, asked.Leg("return-1").State)

	s.agent(t).decide(id, grant(dispute.RemedyPartialRefund, 2000))
	c.awaitClosed(id, dispute.OutcomeResolved)
	s.parcels(t, id, 1, 1, 1, 1)
	s.onlyPaid(t, id, 2000)
}

// onlyPaid insists on one movement of money of the amount.
func (s *stack) onlyPaid(t *testing.T, id string, amount int64) {
	t.Helper()
	all := s.money(t, id)
	require.Len(t, all, 1)
	require.Equal(t, amount, all[0].Amount)
}

// Fault 9: a cancelled order was charged and its shipment forgotten, and nobody
// was told. Here RMA and label are given back and the record says what happened.
func TestFault09CancelCompensates(t *testing.T) {
	t.Parallel()
	s := operated(t)
	c, id := labelIssued(t, s)
	closed := s.cancelled(t, c, id)
	require.Equal(t, dispute.ReturnCancelled, closed.Leg("return-1").State)
	require.Equal(t, dispute.MoneyCancelled, closed.Leg("refund-1").State)
	s.parcels(t, id, 1, 1, 1, 1)
	s.paid(t, id)
	require.Equal(t, dispute.StageClosed, s.query(t, id).Stage, "engine and record say the same")
}

// Fault 10: after a reset, a signal that was applied again came before the state
// existed. TestOperationsReset tells it at every point.
func TestFault10ResetWithSignalsAppliedAgain(t *testing.T) {
	t.Parallel()
	s := operated(t)
	c, id := refundPending(t, s)
	s.reset(t, id)
	fromRefund(t, s, c, id)
	s.ran(t, id, enumspb.WORKFLOW_EXECUTION_STATUS_COMPLETED)
}

// Fault 11: a reset without its signals charged the customer twice, since the key
// of the payment was made anew.
func TestFault11ResetPaysOnce(t *testing.T) {
	t.Parallel()
	s := operated(t)
	c, id := refundPending(t, s)
	s.reset(t, id, "--reapply-exclude", "Signal")
	fromRefund(t, s, c, id)
	s.paid(t, id, moved{"refund.made", "refund-1/1", 8000})
	require.Equal(t, 1, s.sent(t, id), "asked of the provider once")
}

// Fault 12: an invoice added up running sums. Here every refund is the sum of its
// lines, the lines are what was paid for them, and the provider paid just that.
func TestFault12TotalsAreTheSumsOfTheirLines(t *testing.T) {
	t.Parallel()
	s := sharedStack(t)
	c := s.customer(t)
	o := s.order(t, c.id, func(n *partners.NewOrder) {
		n.DeliveredAt, n.Parcel = nil, &partners.ParcelUpdate{Status: dispute.ParcelLost}
		n.Lines = []dispute.OrderLine{{LineID: "one", SKU: "sku-1", Quantity: 1, Paid: 4412},
			{LineID: "two", SKU: "sku-2", Quantity: 2, Paid: 7099}, {LineID: "three", SKU: "sku-3", Quantity: 3, Paid: 10001}}
		n.ShippingPaid = 733
	})
	claim := claimOf(o, dispute.ReasonNotReceived, dispute.Line{LineID: "one", Quantity: 1}, dispute.Line{LineID: "two", Quantity: 2}, dispute.Line{LineID: "three", Quantity: 3})
	claim["requested_remedy"] = []dispute.RemedyType{dispute.RemedyRefund, dispute.RemedyFreightRefund}
	id := c.open(claim).ID
	closed := c.awaitClosed(id, dispute.OutcomeResolved)

	perLine, total := map[string]int64{}, int64(0)
	for _, l := range closed.Legs {
		sum := int64(0)
		for _, part := range l.Money.Lines {
			sum += part.Amount
			perLine[part.LineID] += part.Amount
		}
		require.Equal(t, l.Money.Amount.Amount, sum, "leg %s", l.ID)
		total += sum
	}
	require.Equal(t, map[string]int64{"one": 4412, "two": 7099, "three": 10001, dispute.ShippingLine: 733}, perLine)
	made := int64(0)
	for _, m := range s.money(t, id) {
		made += m.Amount
	}
	require.Equal(t, total, made)
	require.Equal(t, int64(4412+7099+10001+733), made)
}

// Fault 13: a part that was started alone died at its first write. Here it says
// which setting is missing, and does not take traffic while its database is away.
func TestFault13APIWithoutADatabase(t *testing.T) {
	t.Parallel()
	engine := "TEMPORAL_ADDRESS=" + temporalServer.FrontendHostPort()
	p := startPart(t, "api", apiSettings(t, engine)...)
	require.Equal(t, 1, p.exit(patience))
	require.Contains(t, p.log(), "DATABASE_URL")
	require.NotContains(t, p.log(), "panic")

	port, err := freePort()
	require.NoError(t, err)
	away := startPart(t, "api", apiSettings(t, engine, fmt.Sprintf("DATABASE_URL=postgres://redress@127.0.0.1:%d/redress", port))...)
	s := *sharedStack(t)
	s.url = away.listens()
	for path, want := range map[string]int{"/healthz": 200, "/readyz": 503, "/v1/cases/case_1": 503} {
		r := s.agent(t).do(http.MethodGet, path, nil)
		require.Equal(t, want, r.status, "%s: %s", path, r.body)
	}
	away.says("the database")
	away.terminate()
	require.Zero(t, away.exit(patience), away.log())
}

// Fault 14: SIGTERM killed on the spot. Here a worker finishes the call under way
// and an API the request under way, and both end well within their limits.
func TestFault14SigtermDrains(t *testing.T) {
	t.Parallel()
	t.Run("worker", func(t *testing.T) {
		t.Parallel()
		s := newStack(t, options{noWorker: true})
		first := s.workerPart(t, 15*time.Second)
		s.fail(t, partners.ModeSlowReply, 3*time.Second)
		c, id := s.refunding(t)
		until(t, patience, "the refund is under way", func() bool { return s.sent(t, id) == 1 })
		first.terminate()
		require.Zero(t, first.exit(15*time.Second), first.log())

		s.workerPart(t, 15*time.Second)
		c.awaitClosed(id, dispute.OutcomeResolved)
		require.Equal(t, 1, s.sent(t, id), "the call under way was finished, and its answer kept")
		s.paid(t, id, moved{"refund.made", "refund-1/1", 8000})
	})
	t.Run("api", func(t *testing.T) {
		t.Parallel()
		s := newStack(t, options{policy: "story", noWorker: true})
		c := s.customer(t)
		o := s.order(t, c.id)
		door := startPart(t, "api", apiSettings(t, append(s.where(), "REDRESS_DRAIN_TIMEOUT=15s")...)...)
		c = c.at(door.listens())
		var r reply
		var err error
		answered := inBackground(t.Context(), func(ctx context.Context) { // no worker: the answer takes its five seconds
			r, err = c.try(http.MethodPost, "/v1/cases", returnOf(o, dispute.ReasonDamagedInTransit))
		})
		until(t, patience, "the opening is with the engine", func() bool { return s.opening(t) == 1 })
		door.terminate()
		require.Zero(t, door.exit(15*time.Second), door.log())
		<-answered
		require.NoError(t, err)
		require.Equal(t, http.StatusAccepted, r.status, "%s", r.body)

		require.NoError(t, s.startWorker(t.Context()))
		c.s = s
		until(t, patience, "the case is open", func() bool {
			return c.do(http.MethodGet, r.header.Get("Location"), nil).status == http.StatusOK
		})
	})
}

// opening counts the workflows of the stack that run.
func (s *stack) opening(t *testing.T) int {
	t.Helper()
	n, err := s.engine.CountWorkflow(t.Context(), &workflowservice.CountWorkflowExecutionsRequest{
		Namespace: s.namespace, Query: "WorkflowType = 'Case'"})
	require.NoError(t, err)
	return int(n.GetCount())
}
