package e2e_test

import (
	"net/http"
	"sync"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/stretchr/testify/require"

	"github.com/redresshq/redress/dispute"
	"github.com/redresshq/redress/partners"
)

// Who names another's order learns nothing of it and gets nothing for it, not
// even by way of a supervisor; and does not stand in its owner's way.
func TestAnothersOrderStaysTheirs(t *testing.T) {
	t.Parallel()
	s := newStack(t, options{policy: "story"})
	owner, thief, agent := s.customer(t), s.customer(t), s.agent(t)
	o := s.lost(t, owner.id)
	require.NoError(t, s.box.Switch(t.Context(), partners.Orders, partners.Switches{Mode: partners.ModeDown}))
	lamp := dispute.Line{LineID: o.Lines[0].LineID, Quantity: 1}
	id := thief.open(claimOf(o, dispute.ReasonNotReceived, lamp)).ID
	agent.awaitStage(id, dispute.StageInvestigation)
	agent.escalate(id)
	mine := owner.open(claimOf(o, dispute.ReasonNotReceived, lamp)).ID
	require.NoError(t, s.box.Switch(t.Context(), partners.Orders, partners.Switches{}))
	closed := thief.awaitClosed(id, dispute.OutcomeInadmissible)
	require.Equal(t, dispute.CodeOrderNotYours, closed.Explanation.Code)
	for _, v := range []view{closed, agent.get(id)} {
		require.Nil(t, v.Facts.Order)
		require.Nil(t, v.Facts.Trace)
		require.Nil(t, v.Facts.Dispatch)
		require.Nil(t, v.Facts.Payment)
	}
	require.Empty(t, s.money(t, id))
	owner.awaitMoney(mine, "refund-1", dispute.MoneySucceeded)
}

// The number of a label belongs to its return: nobody else can give it as theirs.
func TestAnothersLabelStaysTheirs(t *testing.T) {
	t.Parallel()
	s := newStack(t, options{policy: "story"})
	owner, thief := s.customer(t), s.customer(t)
	var ids []string
	var label *dispute.ReturnLeg
	for _, c := range []caller{thief, owner} {
		id := c.open(returnOf(s.order(t, c.id), dispute.ReasonDefective)).ID
		c.supply(id)
		c.accept(id)
		ids, label = append(ids, id), c.awaitLeg(id, dispute.LegReturn, dispute.ReturnAwaitingShipment).Return
	}
	r := thief.do(http.MethodPost, "/v1/cases/"+ids[0]+"/return-shipment",
		map[string]string{"carrier": label.Carrier, "tracking_number": label.TrackingNumber})
	require.Equal(t, http.StatusUnprocessableEntity, r.status, "%s", r.body)
	require.NoError(t, s.box.Scan(t.Context(), label.Carrier, label.TrackingNumber, dispute.ParcelInTransit))
	owner.awaitLeg(ids[1], dispute.LegReturn, dispute.ReturnInTransit)
}

// Two openings that were both accepted while no worker ran: the one that was not
// opened says so, and names the other.
func TestAcceptedOpeningThatIsASecondOneSaysSo(t *testing.T) {
	t.Parallel()
	s := newStack(t, options{policy: "story", noWorker: true})
	c := s.customer(t)
	o := s.order(t, c.id)
	body := claimOf(o, dispute.ReasonNotReceived, dispute.Line{LineID: o.Lines[0].LineID, Quantity: 1})
	var wg sync.WaitGroup
	var where [2]string
	for i := range where {
		wg.Go(func() {
			r := c.do(http.MethodPost, "/v1/cases", body, "Idempotency-Key", uuid.NewString())
			if r.status != http.StatusAccepted {
				t.Errorf("opening %d: %d %s", i, r.status, r.body)
			}
			where[i] = r.header.Get("Location")
		})
	}
	wg.Wait()
	require.NoError(t, s.startWorker(t.Context()))
	require.Eventually(t, func() bool {
		found := map[int]int{}
		for i := range where {
			found[c.do(http.MethodGet, where[i], nil).status]++
		}
		return found[http.StatusOK] == 1 && found[http.StatusConflict] == 1
	}, patience, 100*time.Millisecond)
}
