package e2e_test

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	enumspb "go.temporal.io/api/enums/v1"
	"go.temporal.io/api/workflowservice/v1"

	"github.com/redresshq/redress/dispute"
	"github.com/redresshq/redress/partners"
	"github.com/redresshq/redress/workflows"
)

// Fourteen faults that were each reproduced against a well-known order system on
// the same engine. Every one has its equivalent here and a test that it is absent.

// Fault 1: a short limit on writing a status failed 1 order in 20 under load. Here
// the record may be slow, and no case fails for it.
func TestFault01ManyCasesAtOnceAndNoneFails(t *testing.T) {
	const cases, inFlight = 300, 32
	s := newStack(t, options{policy: "story"})
	ids := make([]string, cases)
	var mu sync.Mutex
	var wrong []string
	abreast(cases, inFlight, func(i int) {
		if err := s.loseAndOpen(t, i, ids); err != nil {
			mu.Lock()
			defer mu.Unlock()
			wrong = append(wrong, err.Error())
		}
	})
	require.Empty(t, wrong)
	for _, id := range ids {
		s.agent(t).awaitClosed(id, dispute.OutcomeResolved)
		s.ran(t, id, enumspb.WORKFLOW_EXECUTION_STATUS_COMPLETED)
		s.paid(t, id, moved{"refund.made", "refund-1/1", 8000})
	}
}

// loseAndOpen opens a claim for a lost lamp and waits until it is in the hands of
// the engine; it may be called from any goroutine.
func (s *stack) loseAndOpen(t *testing.T, i int, ids []string) error {
	c := s.as(t, dispute.RoleCustomer, fmt.Sprintf("cust-many-%d", i))
	o, err := s.box.CreateOrder(t.Context(), partners.NewOrder{
		CustomerID: c.id, Parcel: &partners.ParcelUpdate{Status: dispute.ParcelLost},
		Lines: []dispute.OrderLine{{LineID: "lamp", SKU: "sku-lamp", Quantity: 1, Paid: 8000}},
	})
	if err != nil {
		return err
	}
	r, err := c.try(http.MethodPost, "/v1/cases", claimOf(o, dispute.ReasonNotReceived))
	if err != nil {
		return err
	}
	if r.status != http.StatusCreated && r.status != http.StatusAccepted {
		return fmt.Errorf("opening %d: %d %s", i, r.status, r.body)
	}
	var opened struct {
		ID string `json:"id"`
	}
	if err := json.Unmarshal(r.body, &opened); err != nil {
		return err
	}
	ids[i] = opened.ID
	return nil
}

// Fault 2: an order of nothing panicked and was tried without end. A claim on an
// order that nobody knows ends at once and says why.
func TestFault02UnknownOrder(t *testing.T) {
	t.Parallel()
	s := newStack(t, options{policy: "story"})
	c := s.customer(t)
	for name, lines := range map[string][]dispute.Line{"order_that_never_was": {{LineID: "cup", Quantity: 1}},
		s.order(t, c.id).OrderID: {{LineID: "no such line", Quantity: 1}}} {
		before := s.calls(t, partners.Orders, "get_order")
		id := c.open(returnOf(dispute.OrderFacts{OrderID: name, Lines: []dispute.OrderLine{{LineID: "cup"}}}, dispute.ReasonChangedMind, lines...)).ID
		closed := c.awaitClosed(id, dispute.OutcomeInadmissible)
		require.NotEmpty(t, closed.Explanation.Code)
		s.ran(t, id, enumspb.WORKFLOW_EXECUTION_STATUS_COMPLETED)
		require.LessOrEqual(t, s.calls(t, partners.Orders, "get_order"), before+3, "each source that needs the order asks once")
	}
}

// Fault 3: the same order id with other content was answered 201 twice. One
// idempotency key is one request, and one case.
func TestFault03SameKeyOtherBody(t *testing.T) {
	t.Parallel()
	s := sharedStack(t)
	c := s.customer(t)
	o := s.order(t, c.id)
	body, key := returnOf(o, dispute.ReasonDamagedInTransit), "fault-3-"+c.id
	first := c.must(http.StatusCreated, http.MethodPost, "/v1/cases", body, "Idempotency-Key", key)

	again := c.do(http.MethodPost, "/v1/cases", body, "Idempotency-Key", key)
	require.Equal(t, http.StatusCreated, again.status)
	require.Equal(t, "true", again.header.Get("Idempotent-Replayed"))
	var replayed view
	again.decode(t, &replayed)
	require.Equal(t, first.ID, replayed.ID)

	other := returnOf(o, dispute.ReasonDefective, dispute.Line{LineID: "lamp", Quantity: 1})
	r := c.do(http.MethodPost, "/v1/cases", other, "Idempotency-Key", key)
	require.Equal(t, http.StatusUnprocessableEntity, r.status, "%s", r.body)
	var p problem
	r.decode(t, &p)
	require.Equal(t, dispute.CodeKeyReused, p.Code)
	var page struct {
		Items []view `json:"items"`
	}
	c.do(http.MethodGet, "/v1/cases", nil).decode(t, &page)
	require.Len(t, page.Items, 1)
}

// Fault 4: an order without an id or with -5 pieces was answered 201 and failed
// later. What cannot be is refused at the door, with a pointer to it.
func TestFault04BadQuantities(t *testing.T) {
	t.Parallel()
	s := sharedStack(t)
	c := s.customer(t)
	o := s.order(t, c.id)
	for name, line := range map[string]map[string]any{
		"negative": {"line_id": "cup", "quantity": -5}, "none": {"line_id": "cup", "quantity": 0},
		"half a piece": {"line_id": "cup", "quantity": 0.5}, "missing": {"line_id": "cup"}, "a word": {"line_id": "cup", "quantity": "two"},
		"astronomic": {"line_id": "cup", "quantity": 1e18}, "no line": {"line_id": "", "quantity": 1},
	} {
		body := returnOf(o, dispute.ReasonChangedMind)
		body["lines"] = []any{line}
		r := c.do(http.MethodPost, "/v1/cases", body)
		require.Equal(t, http.StatusUnprocessableEntity, r.status, "%s: %s", name, r.body)
		require.Contains(t, string(r.body), "/lines/0", name)
	}
	body := returnOf(o, dispute.ReasonChangedMind)
	delete(body, "order_id")
	require.Equal(t, http.StatusUnprocessableEntity, c.do(http.MethodPost, "/v1/cases", body).status)
	var page struct {
		Items []view `json:"items"`
	}
	c.do(http.MethodGet, "/v1/cases", nil).decode(t, &page)
	require.Empty(t, page.Items)
}

// Fault 5: a typo in an action failed the whole order. Here it is refused at the
// door, and at the engine's own door too.
func TestFault05TypoInAnAction(t *testing.T) {
	t.Parallel()
	s := sharedStack(t)
	c := s.customer(t)
	id := c.open(returnOf(s.order(t, c.id), dispute.ReasonDamagedInTransit)).ID
	c.supply(id)
	offer := c.openOffer(id)
	c.refused(http.StatusUnprocessableEntity, dispute.CodeInvalid, "/v1/cases/"+id+"/offers/"+offer.ID+"/response", map[string]any{"action": "acept"})

	s.temporal(t, "workflow", "signal", "--workflow-id", workflows.CaseID(id), "--name", "evidence-submited", "--input", `{"event_id": "typo-1"}`)
	bin, err := temporalBinary()
	require.NoError(t, err)
	for _, update := range [][]string{
		{"--name", "respnd", "--input", `{}`},
		{"--name", "respond", "--input", `{"offer_id": "` + offer.ID + `", "action": "acept", "actor": {"role": "customer", "id": "` + c.id + `"}}`},
		{"--name", "respond", "--input", `"acept"`},
	} {
		out, err := s.run(t, bin, append([]string{"workflow", "update", "execute", "--workflow-id", workflows.CaseID(id),
			"--address", temporalServer.FrontendHostPort(), "--namespace", s.namespace}, update...)...)
		require.Equal(t, 1, exited(err), "%v: %s", update, out)
	}
	require.Equal(t, dispute.OfferOpen, c.openOffer(id).State)
	require.Eventually(t, func() bool { return s.count(t, id, dispute.EventIgnored) == 1 }, patience, tick, "the unknown signal is kept and shown")
	require.Equal(t, id, s.query(t, id).ID, "the workflow is well")
	c.withdraw(id)
	c.awaitClosed(id, dispute.OutcomeWithdrawn)
}

// Fault 6: an action that nobody waited for was answered 200 and never read. Here
// it is 409, with what may be done instead.
func TestFault06ActionNotAwaited(t *testing.T) {
	t.Parallel()
	s := sharedStack(t)
	c, agent := s.customer(t), s.agent(t)
	id := c.open(returnOf(s.order(t, c.id), dispute.ReasonDamagedInTransit)).ID
	before := len(c.timeline(id))
	p := agent.refused(http.StatusConflict, dispute.CodeNotAllowedNow, "/v1/cases/"+id+"/decision",
		map[string]any{"remedies": []dispute.Remedy{grant(dispute.RemedyRefund, 0)}})
	require.NotEmpty(t, p.AllowedActions)
	for _, a := range p.AllowedActions {
		require.NotEqual(t, dispute.ActionDecide, a.Action)
	}
	require.Len(t, c.timeline(id), before)
	c.withdraw(id)
	c.awaitClosed(id, dispute.OutcomeWithdrawn)
}

// Fault 7: the status "teleported" was answered 200 and stored. Here it is 400, is
// kept as invalid for somebody to see, and changes nothing.
func TestFault07TeleportedParcel(t *testing.T) {
	t.Parallel()
	s := newStack(t, options{policy: "story"})
	c, id := labelIssued(t, s)
	leg := c.awaitLeg(id, dispute.LegReturn, dispute.ReturnAwaitingShipment).Return
	for i, status := range []string{"teleported", ""} {
		require.Equal(t, http.StatusBadRequest, s.sendWebhook(t, partners.CarrierID, "tracking.updated", fmt.Sprintf("teleport-%d", i),
			map[string]any{"carrier": leg.Carrier, "tracking_number": leg.TrackingNumber, "status": status}))
	}
	var page struct {
		Items []dispute.InboxEvent `json:"items"`
	}
	s.agent(t).do(http.MethodGet, "/v1/partner-events?state=invalid", nil).decode(t, &page)
	require.Len(t, page.Items, 2)
	require.Contains(t, string(page.Items[0].Body), "teleported")
	require.NotEmpty(t, page.Items[0].Problem)

	// Typed by hand past the door, it is recorded and ignored.
	s.temporal(t, "workflow", "signal", "--workflow-id", workflows.CaseID(id), "--name", string(dispute.SignalCarrierUpdate),
		"--input", fmt.Sprintf(`{"event_id": "teleport-3", "carrier": %q, "tracking_number": %q, "status": "teleported"}`, leg.Carrier, leg.TrackingNumber))
	until(t, patience, "the signal is ignored", func() bool { return s.count(t, id, dispute.EventIgnored) == 1 })
	require.Empty(t, c.awaitLeg(id, dispute.LegReturn, dispute.ReturnAwaitingShipment).Return.ParcelStatus)
}

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
