package e2e_test

import (
	"net/http"
	"sync"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/redresshq/redress/dispute"
	"github.com/redresshq/redress/partners"
)

// lateOrder has a sofa and a lamp come eight days late, and opens a claim about each before
// either is answered: the rules offer 40.00, the most of the policy, and 16.00.
func (s *stack) lateOrder(t *testing.T) (c caller, sofa, lamp string) {
	t.Helper()
	c = s.customer(t)
	o := s.order(t, c.id, func(n *partners.NewOrder) {
		promised := n.DeliveredAt.AddDate(0, 0, -8)
		n.PromisedBy = &promised
		n.Lines = []dispute.OrderLine{{LineID: "sofa", SKU: "sku-sofa", Quantity: 1, Paid: 900000}, {LineID: "lamp", SKU: "sku-lamp", Quantity: 1, Paid: 8000}}
	})
	open := func(line string) string {
		claim := returnOf(o, dispute.ReasonLateDelivery, dispute.Line{LineID: line, Quantity: 1})
		claim["kind"] = "claim"
		return c.open(claim).ID
	}
	sofa, lamp = open("sofa"), open("lamp")
	for id, want := range map[string]int64{sofa: 4000, lamp: 1600} {
		v := c.awaitOffer(id)
		require.Equal(t, want, v.OpenOffer().Remedies[0].Amount.Amount)
	}
	return c, sofa, lamp
}

// paidOut is what the provider paid to the customer for the cases.
func (s *stack) paidOut(t *testing.T, ids ...string) int64 {
	t.Helper()
	sum := int64(0)
	for _, id := range ids {
		for _, m := range s.money(t, id) {
			sum += m.Amount
		}
	}
	return sum
}

// Two cases of one order were offered compensation by rule, each without the other. The
// one that is paid last would pass the most of the policy: a person is asked, who may give it.
func TestOneOrderIsCompensatedByRuleUpToTheMost(t *testing.T) {
	t.Parallel()
	s := sharedStack(t)
	c, sofa, lamp := s.lateOrder(t)
	c.accept(sofa)
	c.awaitClosed(sofa, dispute.OutcomeResolved)
	c.accept(lamp)
	asked := s.agent(t).awaitPerson(lamp, dispute.ProblemCompensatedElsewhere)
	require.Equal(t, dispute.MoneyFailed, (&asked).Leg("compensation-1").State)
	require.Equal(t, int64(4000), s.paidOut(t, sofa, lamp))

	// What is worked out now counts the other case: nothing is left. Whoever names an amount gives it.
	refused := s.agent(t).grantAll(lamp, http.StatusUnprocessableEntity, small{"type": "compensation"})
	require.Contains(t, string(refused.body), "/remedies/0/amount")
	s.agent(t).decide(lamp, grant(dispute.RemedyCompensation, 500))
	c.awaitClosed(lamp, dispute.OutcomeResolved)
	require.Equal(t, int64(4500), s.paidOut(t, sofa, lamp))
}

// Accepted at once, too, only one of them is paid.
func TestOffersAcceptedAtOnceNeverPassTheMost(t *testing.T) {
	t.Parallel()
	s := sharedStack(t)
	c, sofa, lamp := s.lateOrder(t)
	var both sync.WaitGroup
	for _, id := range []string{sofa, lamp} {
		both.Go(func() { c.accept(id) })
	}
	both.Wait()
	states := map[dispute.LegState]int{}
	for _, id := range []string{sofa, lamp} {
		v := c.await(id, "had its payout settled or refused", func(v view) bool {
			l := (&v).Leg("compensation-1")
			return l != nil && l.State.Final()
		})
		states[(&v).Leg("compensation-1").State]++
	}
	require.Equal(t, map[dispute.LegState]int{dispute.MoneySucceeded: 1, dispute.MoneyFailed: 1}, states)
	require.LessOrEqual(t, s.paidOut(t, sofa, lamp), int64(4000))
}
