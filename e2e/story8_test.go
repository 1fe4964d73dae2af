package e2e_test

import (
	"net/http"
	"sync"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/redresshq/redress/dispute"
	"github.com/redresshq/redress/partners"
)

// Story 8: a second case for the same units is refused, and its customer is told
// which case has them; a stranger's case does not touch them, and ends.
func TestStory8SameUnitsTwice(t *testing.T) {
	t.Parallel()
	s := sharedStack(t)
	c := s.customer(t)
	o := s.order(t, c.id)
	lamp := dispute.Line{LineID: "lamp", Quantity: 1}
	first := c.open(returnOf(o, dispute.ReasonDamagedInTransit, lamp)).ID

	p := c.refused(http.StatusConflict, dispute.CodeDuplicateCase, "/v1/cases", returnOf(o, dispute.ReasonDefective, lamp))
	require.Equal(t, first, p.CaseID)
	stranger := s.customer(t)
	theirs := stranger.open(returnOf(o, dispute.ReasonDefective, lamp)).ID
	stranger.supply(theirs)
	require.Equal(t, dispute.CodeOrderNotYours, stranger.awaitClosed(theirs, dispute.OutcomeInadmissible).Explanation.Code)

	c.withdraw(first)
	c.awaitClosed(first, dispute.OutcomeWithdrawn)
	second := c.open(returnOf(o, dispute.ReasonDefective, lamp)).ID
	require.NotEqual(t, first, second, "the units are free again once the first case has ended")
	c.withdraw(second)
	c.awaitClosed(second, dispute.OutcomeWithdrawn)
	s.paid(t, first)
	s.paid(t, second)
}

// Different units of one line run side by side, and end with exactly what was
// paid for the line; a third unit does not exist.
func TestStory8DifferentUnitsSideBySide(t *testing.T) {
	t.Parallel()
	s := sharedStack(t)
	c := s.customer(t)
	o := s.order(t, c.id)
	one := returnOf(o, dispute.ReasonChangedMind)
	first := c.open(one).ID
	c.awaitLeg(first, dispute.LegReturn, dispute.ReturnAwaitingShipment) // the order is known by now
	second := c.open(one).ID
	c.refused(http.StatusConflict, dispute.CodeDuplicateCase, "/v1/cases", one)

	for _, id := range []string{first, second} {
		s.goesBack(t, c, id)
		c.awaitClosed(id, dispute.OutcomeResolved)
		s.paid(t, id, moved{"refund.made", "refund-1/1", 5000})
	}
}

// Two cases about one order, both open before either parcel comes back, take a waived
// shipping charge off once, as one after the other would.
func TestStory8DeductionsSideBySide(t *testing.T) {
	t.Parallel()
	s := sharedStack(t)
	for name, row := range map[string]struct {
		lines []string // of 60.00 each; shipping of 10.00 is free from 100.00 on
		want  [2]int64
	}{
		"both go back, nothing is kept":     {[]string{"a", "b"}, [2]int64{5000, 6000}},
		"the second takes it below the sum": {[]string{"a", "b", "c"}, [2]int64{6000, 5000}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			c := s.customer(t)
			o := s.order(t, c.id, func(n *partners.NewOrder) {
				n.ShippingPaid, n.FreeShipping, n.Lines = 0, &dispute.FreeShipping{Threshold: 10000, Charge: 1000}, nil
				for _, line := range row.lines {
					n.Lines = append(n.Lines, dispute.OrderLine{LineID: line, SKU: "sku-" + line, Quantity: 1, Paid: 6000})
				}
			})
			var ids [2]string
			for i, line := range row.lines[:2] {
				ids[i] = c.open(returnOf(o, dispute.ReasonChangedMind, dispute.Line{LineID: line, Quantity: 1})).ID
				c.awaitLeg(ids[i], dispute.LegReturn, dispute.ReturnAwaitingShipment)
			}
			for i, id := range ids {
				s.goesBack(t, c, id)
				c.awaitClosed(id, dispute.OutcomeResolved)
				s.paid(t, id, moved{"refund.made", "refund-1/1", row.want[i]})
			}
		})
	}
}

// A closed case has given its units free, but its money is spent: a later case
// for the same unit cannot be paid from the other one's price.
func TestStory8NeverMoreThanTheLine(t *testing.T) {
	t.Parallel()
	s := sharedStack(t)
	c, agent := s.customer(t), s.agent(t)
	o := s.order(t, c.id)
	lamp := dispute.Line{LineID: "lamp", Quantity: 1}
	first := c.open(claimOf(o, dispute.ReasonNotReceived, lamp)).ID
	agent.awaitPerson(first, dispute.CodeCarrierSays+"delivered")
	agent.decide(first, grant(dispute.RemedyRefund, 0))
	c.awaitClosed(first, dispute.OutcomeResolved)

	second := c.open(claimOf(o, dispute.ReasonNotReceived, lamp)).ID
	agent.awaitPerson(second, dispute.CodeCarrierSays+"delivered")
	agent.refused(http.StatusUnprocessableEntity, dispute.CodeExceedsCapture, "/v1/cases/"+second+"/decision",
		map[string]any{"remedies": []dispute.Remedy{grant(dispute.RemedyRefund, 0)}})
	agent.reject(second, "already_refunded")

	s.paid(t, first, moved{"refund.made", "refund-1/1", 8000})
	s.paid(t, second)
}

// Money that the shop gave back without Redress counts: known before, the agent
// is told what is left; given back meanwhile, the payment itself is refused.
func TestStory8RefundedElsewhere(t *testing.T) {
	t.Parallel()
	s := sharedStack(t)
	c, agent := s.customer(t), s.agent(t)
	o := s.lost(t, c.id)
	paymentID := o.Payments[0].PaymentID // 190.00 captured
	require.NoError(t, s.box.RefundElsewhere(t.Context(), paymentID, 15000))

	id := c.open(claimOf(o, dispute.ReasonNotReceived)).ID
	asked := agent.awaitPerson(id, dispute.CodeCannotPrice)
	require.Equal(t, int64(15000), asked.Facts.Payment.RefundedElsewhere)
	agent.refused(http.StatusUnprocessableEntity, dispute.CodeExceedsCapture, "/v1/cases/"+id+"/decision",
		map[string]any{"remedies": []dispute.Remedy{grant(dispute.RemedyPartialRefund, 4001)}})

	require.NoError(t, s.box.RefundElsewhere(t.Context(), paymentID, 1000)) // after the investigation
	agent.decide(id, grant(dispute.RemedyPartialRefund, 4000))
	agent.awaitPerson(id, string(dispute.CodeExceedsCapture))
	s.paid(t, id)
	agent.decide(id, grant(dispute.RemedyPartialRefund, 3000))
	c.awaitClosed(id, dispute.OutcomeResolved)
	s.paid(t, id, moved{"refund.made", "refund-2/1", 3000})
}

// While a chargeback is open nothing is refunded, since the bank may take the
// same money; when the shop has won, it is.
func TestStory8ChargebackOpen(t *testing.T) {
	t.Parallel()
	s := sharedStack(t)
	c, agent := s.customer(t), s.agent(t)
	o := s.order(t, c.id)
	id := c.open(claimOf(o, dispute.ReasonNotReceived)).ID
	agent.awaitPerson(id, dispute.CodeCarrierSays+"delivered")

	require.NoError(t, s.box.Chargeback(t.Context(), o.Payments[0].PaymentID, partners.Chargeback{Open: true}))
	agent.decide(id, grant(dispute.RemedyRefund, 0))
	agent.awaitPerson(id, string(dispute.CodeChargebackOpen))
	s.paid(t, id)

	won := int64(0)
	require.NoError(t, s.box.Chargeback(t.Context(), o.Payments[0].PaymentID, partners.Chargeback{Amount: &won}))
	s.supervisor(t).resolve(id, "refund-1", map[string]any{"result": "retry", "note": "The bank found for the shop."})
	c.awaitClosed(id, dispute.OutcomeResolved)
	s.paid(t, id, moved{"refund.made", "refund-2/1", 5000})
}

// Two partial refunds of the same amount are two refunds, not one repeated.
func TestStory8TwoEqualPartialRefunds(t *testing.T) {
	t.Parallel()
	s := sharedStack(t)
	c, agent := s.customer(t), s.agent(t)
	id := c.open(claimOf(s.order(t, c.id), dispute.ReasonNotReceived, dispute.Line{LineID: "cup", Quantity: 2})).ID
	agent.awaitPerson(id, dispute.CodeCarrierSays+"delivered")
	cup := dispute.Line{LineID: "cup", Quantity: 1}
	agent.offer(id, grant(dispute.RemedyPartialRefund, 700, cup), grant(dispute.RemedyPartialRefund, 700, cup))
	c.accept(id)
	c.awaitClosed(id, dispute.OutcomeResolved)
	s.paid(t, id, moved{"refund.made", "refund-1/1", 700}, moved{"refund.made", "refund-2/1", 700})
}

// Two cases race for what is left of one payment: one gets it, the other goes
// back to a person.
func TestStory8RaceForWhatIsLeft(t *testing.T) {
	t.Parallel()
	s := sharedStack(t)
	c, agent := s.customer(t), s.agent(t)
	o := s.order(t, c.id)
	ids := []string{
		c.open(claimOf(o, dispute.ReasonNotReceived, dispute.Line{LineID: "cup", Quantity: 2})).ID,
		c.open(claimOf(o, dispute.ReasonNotReceived, dispute.Line{LineID: "lamp", Quantity: 1})).ID,
	}
	for _, id := range ids {
		agent.awaitPerson(id, dispute.CodeCarrierSays+"delivered")
	}
	require.NoError(t, s.box.RefundElsewhere(t.Context(), o.Payments[0].PaymentID, 8000)) // leaves 110.00 for 180.00

	var decided sync.WaitGroup
	for _, id := range ids {
		decided.Go(func() {
			r, err := agent.try(http.MethodPost, "/v1/cases/"+id+"/decision", map[string]any{"remedies": []dispute.Remedy{grant(dispute.RemedyRefund, 0)}})
			if err != nil || r.status != http.StatusOK {
				t.Errorf("decision on %s: %v, %d %s", id, err, r.status, r.body)
			}
		})
	}
	decided.Wait()
	paid, refused := 0, 0
	for _, id := range ids {
		v := agent.await(id, "was paid or refused", func(v view) bool {
			l := (&v).Leg("refund-1")
			return l != nil && l.State.Final()
		})
		if v.Leg("refund-1").State == dispute.MoneySucceeded {
			paid++
			continue
		}
		refused++
		agent.awaitPerson(id, string(dispute.CodeExceedsCapture))
	}
	require.Equal(t, []int{1, 1}, []int{paid, refused})
	require.Len(t, append(s.money(t, ids[0]), s.money(t, ids[1])...), 1, "the provider was asked for one refund only")
}
