package e2e_test

import (
	"fmt"
	"net/http"
	"path"
	"sync"
	"testing"

	"github.com/stretchr/testify/require"
	enumspb "go.temporal.io/api/enums/v1"

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
		until(t, patience, "case "+id+" is on record", func() bool {
			return s.agent(t).do(http.MethodGet, "/v1/cases/"+id, nil).status == http.StatusOK
		})
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
	ids[i] = path.Base(r.header.Get("Location")) // a 202 has no more than that
	return nil
}

// Fault 2: an order of nothing panicked and was tried without end. A claim on an
// order that nobody knows ends at once and says why.
func TestFault02UnknownOrder(t *testing.T) {
	t.Parallel()
	s := newStack(t, options{policy: "story"})
	c := s.customer(t)
	for name, lines := range map[string][]dispute.Line{"order_that_never_was": {{LineID: "cup", Quantity: 1}},
		s.order(t, c.id).OrderID: {{LineID: "no-such-line", Quantity: 1}}} {
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
