package e2e_test

import (
	"net/http"
	"slices"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"go.temporal.io/sdk/client"

	"github.com/redresshq/redress/dispute"
	"github.com/redresshq/redress/partners"
)

// The warehouse hangs with 200 cases waiting on it: a refund that does not need it
// is settled meanwhile.
func TestHangingWarehouseDelaysNoRefund(t *testing.T) {
	t.Parallel()
	s := newStack(t, options{policy: "story", partnerSlots: 4, callTimeout: 30 * time.Second})
	w := newWitness(t, s.database)
	require.NoError(t, s.box.Switch(t.Context(), partners.Warehouse, partners.Switches{Mode: partners.ModeHang}))
	const waiting, enough = 200, 150
	abreast(waiting, 16, func(int) {
		c := s.customer(t)
		c.openSoon(returnOf(s.order(t, c.id), dispute.ReasonChangedMind))
	})
	// A case hangs when all but the warehouse has answered.
	hanging := func() int {
		return w.count(`SELECT count(*) FROM cases WHERE stage = 'investigation'
			AND doc->'facts'->'sources' @> '[{"source": "dispatch", "state": "pending"}]'
			AND NOT doc->'facts'->'sources' @> '[{"source": "order", "state": "pending"}]'
			AND NOT doc->'facts'->'sources' @> '[{"source": "payment", "state": "pending"}]'`)
	}
	until(t, patience, "the cases wait for the warehouse", func() bool { return hanging() >= enough })
	calls := s.calls(t, partners.Warehouse, "get_dispatch")
	require.Less(t, calls, waiting, "the slots of the warehouse's queue are the limit")

	c, agent := s.customer(t), s.agent(t)
	began := time.Now()
	o := s.order(t, c.id)
	id := c.openSoon(opening{"shop_id": "shop-1", "kind": "complaint", "reason": "service_attitude", "order_id": o.OrderID,
		"lines": []dispute.Line{{LineID: "cup", Quantity: 1}}, "statement": "Nobody answered."}) // asks the warehouse nothing
	until(t, patience, "the complaint is on record", func() bool { return c.do(http.MethodGet, "/v1/cases/"+id, nil).status == http.StatusOK })
	agent.awaitPerson(id, dispute.CodePersonByRule)
	agent.decide(id, grant(dispute.RemedyFreightRefund, 0))
	c.awaitMoney(id, "refund-1", dispute.MoneySucceeded)
	t.Logf("refunded in %s while %d cases hung", time.Since(began).Round(time.Millisecond), hanging())
	require.GreaterOrEqual(t, hanging(), enough, "cases still waiting for the warehouse")
	s.paid(t, id, moved{"refund.made", "refund-1/1", 1000})
	c.awaitClosed(id, dispute.OutcomeResolved)
}

// Two workers share the load, and one is stopped in the middle of it: what it had
// in hand goes on elsewhere.
func TestOneOfTwoWorkersStops(t *testing.T) {
	t.Parallel()
	s := newStack(t, options{policy: "story"})
	second := *s
	engine, err := client.NewLazyClient(client.Options{HostPort: temporalServer.FrontendHostPort(), Namespace: s.namespace,
		Identity: "second", Logger: quiet{}})
	require.NoError(t, err)
	t.Cleanup(engine.Close)
	second.engine, second.close = engine, nil
	require.NoError(t, second.startWorker(t.Context()))
	t.Cleanup(second.stopWorker)

	const cases = 24
	ids := make([]string, cases)
	middle := make(chan struct{}, cases)
	var stopping sync.WaitGroup
	stopping.Go(func() {
		for range cases / 3 {
			<-middle
		}
		second.stopWorker()
	})
	abreast(cases, 8, func(i int) {
		c := s.customer(t)
		ids[i] = c.open(returnOf(s.order(t, c.id), dispute.ReasonDamagedInTransit)).ID
		c.supply(ids[i])
		c.accept(ids[i])
		middle <- struct{}{}
		ret := s.travel(t, c, ids[i], partners.ReceiveReport{})
		require.NoError(t, s.box.Inspect(t.Context(), ret.RMAID, partners.InspectReport{Condition: dispute.ConditionDamaged}))
		c.awaitClosed(ids[i], dispute.OutcomeResolved)
	})
	stopping.Wait()

	var workers []string
	for _, id := range ids {
		s.paid(t, id, moved{"refund.made", "refund-1/1", 5000})
		s.parcels(t, id, 1, 0, 1, 0)
		s.intact(t, id)
		for _, e := range s.history(t, id) {
			require.Nil(t, e.GetWorkflowTaskFailedEventAttributes(), "case %s: %s", id, e)
			if a := e.GetWorkflowTaskCompletedEventAttributes(); a != nil && !slices.Contains(workers, a.GetIdentity()) {
				workers = append(workers, a.GetIdentity())
			}
		}
	}
	require.Len(t, workers, 2, "both worked: %v", workers)
	require.Contains(t, workers, "second")
	until(t, patience, "all notices are out", func() bool { return s.counts(t)["outbox_pending"] == 0 })
	s.toldOnce(t, ids)
}

// counts are the figures of the record.
func (s *stack) counts(t *testing.T) map[string]int64 {
	t.Helper()
	n, err := s.record.Counts(t.Context())
	require.NoError(t, err)
	return n
}
