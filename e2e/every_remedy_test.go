package e2e_test

import (
	"net/http"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/redresshq/redress/dispute"
	"github.com/redresshq/redress/partners"
)

// mostEvents is what a case may take that gives every remedy; Temporal suggests a new run
// at 4,096.
const mostEvents = 400

// Row 22: every remedy in one decision, fourteen legs side by side, each carried out once
// and the case closed when all are. An order is amended before it is sent, which is a
// case of another kind; everything else is here.
func TestCapability22EveryRemedyInOneCase(t *testing.T) {
	t.Parallel()
	tellEveryRemedy(t, sharedStack(t))
}

// tellEveryRemedy plays it and returns the case's id.
func tellEveryRemedy(t *testing.T, s *stack) string {
	t.Helper()
	c := s.customer(t)
	line := func(id string) dispute.Line { return dispute.Line{LineID: id, Quantity: 1} }
	ids := []string{"kept", "back", "scratched", "swapped", "again", "mended"}
	o := s.order(t, c.id, func(n *partners.NewOrder) {
		n.Lines = nil
		for _, id := range ids {
			n.Lines = append(n.Lines, dispute.OrderLine{LineID: id, SKU: "sku-" + id, Quantity: 1, Paid: 6000})
		}
	})
	var lines []dispute.Line
	for _, id := range ids {
		lines = append(lines, line(id))
	}
	claim := returnOf(o, dispute.ReasonDamagedInTransit, lines...)
	claim["kind"] = "claim"
	id := c.open(claim).ID
	c.supply(id)
	s.agent(t).awaitPerson(id, dispute.CodePersonByRule)
	on := func(t dispute.RemedyType, lineID string) small {
		return small{"type": t, "lines": []dispute.Line{line(lineID)}}
	}
	partial := on(dispute.RemedyPartialRefund, "scratched")
	partial["amount"] = yuan(1500)
	s.supervisor(t).grantAll(id, http.StatusOK,
		on(dispute.RemedyRefund, "kept"), on(dispute.RemedyReturnRefund, "back"), partial,
		on(dispute.RemedyExchange, "swapped"), on(dispute.RemedyReship, "again"), on(dispute.RemedyRepair, "mended"),
		small{"type": "freight_refund"}, small{"type": "compensation", "amount": yuan(800)},
		small{"type": "coupon", "amount": yuan(1000)}, small{"type": "gift", "gift": "gift-cup"}, small{"type": "apology"})

	v := c.await(id, "had all its labels", func(v view) bool {
		n := 0
		for _, l := range legsOf(v, dispute.LegReturn) {
			if l.State == dispute.ReturnAwaitingShipment {
				n++
			}
		}
		return n == 3
	})
	require.Len(t, v.Legs, 14)
	for _, l := range legsOf(v, dispute.LegReturn) {
		ret, repaired := l.Return, l.Return.Instructions.Items[0].LineID == "mended"
		require.NoError(t, s.box.Scan(t.Context(), ret.Carrier, ret.TrackingNumber, dispute.ParcelInTransit))
		require.NoError(t, s.box.Scan(t.Context(), ret.Carrier, ret.TrackingNumber, dispute.ParcelDelivered))
		if repaired {
			wait(t, "the workshop knows of the repair", func() bool { return len(s.effects(t, partners.Warehouse, id, "repair.announced")) == 1 })
		}
		require.NoError(t, s.box.Receive(t.Context(), ret.RMAID, partners.ReceiveReport{}))
		if !repaired {
			require.NoError(t, s.box.Inspect(t.Context(), ret.RMAID, partners.InspectReport{Condition: dispute.ConditionDamaged}))
		}
	}
	repair := c.awaitLeg(id, dispute.LegRepair, dispute.RepairReceived).Repair
	s.workshop(t, repair.RepairID, partners.RepairReport{Status: dispute.WorkshopDiagnosed, Diagnosis: "cracked"})
	s.homeAgain(t, c, id, repair.RepairID)
	for _, leg := range []string{"replacement-1", "replacement-2"} {
		sending := c.await(id, leg+" was kept for the customer", func(v view) bool { return (&v).Leg(leg).State == dispute.ReplacementReserved })
		require.NoError(t, s.box.ReportReplacement(t.Context(), sending.Leg(leg).Replacement.ReplacementID, partners.SendingReport{Status: "shipped"}))
		sent := c.await(id, leg+" was sent", func(v view) bool { return (&v).Leg(leg).State == dispute.ReplacementShipped })
		parcel := sent.Leg(leg).Replacement
		require.NoError(t, s.box.Scan(t.Context(), parcel.Carrier, parcel.TrackingNumber, dispute.ParcelDelivered))
	}

	closed := c.awaitClosed(id, dispute.OutcomeResolved)
	for _, l := range closed.Legs {
		require.True(t, l.State.Final(), "%s is %s", l.ID, l.State)
		require.Empty(t, l.Problem, l.ID)
	}
	var paid int64
	for _, m := range s.money(t, id) {
		paid += m.Amount
	}
	require.EqualValues(t, 6000+6000+1500+1000+800, paid, "kept, back, scratched, freight, compensation")
	require.Len(t, s.effects(t, partners.Orders, id, "credit.made"), 2)
	require.Len(t, s.effects(t, partners.Warehouse, id, "replacement.reserved"), 2)
	s.repairs(t, id, "repair.announced", "repair.shipped")
	s.replays(t, id)

	cost := s.costOf(t, id)
	t.Logf("every remedy: %d events, %d bytes beyond payloads", cost.events, cost.bytes)
	require.Less(t, cost.events, mostEvents)
	return id
}
