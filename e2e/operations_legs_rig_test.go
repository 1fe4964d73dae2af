package e2e_test

import (
	"net/http"
	"slices"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/redresshq/redress/dispute"
	"github.com/redresshq/redress/partners"
)

// ledger counts what the partners did for a case, by kind of effect.
type ledger map[string]int

// effectKinds are the effects of a ledger: each is done once, or undone.
var effectKinds = map[partners.Kind][]string{
	partners.Warehouse: {"return.announced", "return.cancelled", "replacement.reserved", "replacement.cancelled",
		"repair.announced", "repair.approved", "repair.cancelled", "interception.held", "interception.released"},
	partners.Carrier:  {"label.issued", "label.voided", "claim.filed"},
	partners.Payments: {"refund.made", "payout.made"},
	partners.Orders:   {"credit.made", "order.amended"},
}

func (s *stack) ledger(t *testing.T, id string) ledger {
	t.Helper()
	got := ledger{}
	for kind, effects := range effectKinds {
		for _, e := range s.effects(t, kind, id, "") {
			if slices.Contains(effects, e.Kind) {
				got[e.Kind]++
			}
		}
	}
	return got
}

// legPoint is a place in a story of the newer legs where an operator steps in, or where
// the worker is killed.
type legPoint struct {
	name string
	// reach plays a new case to the point; goOn plays it from there to its good end.
	reach func(t *testing.T, s *stack) (caller, string)
	goOn  func(t *testing.T, s *stack, c caller, id string)
	// done is what the partners did by the good end, undone by the end of a cancelled case.
	done, undone ledger
}

// legPoints are the places. Money settles by hand.
func legPoints() []legPoint {
	return []legPoint{
		{"goods kept for the customer", goodsKept, fromGoodsKept,
			ledger{"replacement.reserved": 1, "claim.filed": 1}, ledger{"replacement.reserved": 1, "replacement.cancelled": 1}},
		{"new goods on their way", goodsSent, fromGoodsSent,
			ledger{"replacement.reserved": 1, "claim.filed": 1}, ledger{"replacement.reserved": 1}},
		{"a repair is quoted", repairQuoted, fromQuote,
			ledger{"return.announced": 1, "repair.announced": 1, "repair.approved": 1},
			ledger{"return.announced": 1, "repair.announced": 1, "repair.cancelled": 1}},
		{"an exchange in place of a repair", irreparableKept, fromGoodsKept,
			ledger{"return.announced": 1, "label.issued": 1, "repair.announced": 1, "replacement.reserved": 1, "claim.filed": 1},
			ledger{"return.announced": 1, "label.issued": 1, "repair.announced": 1, "repair.cancelled": 1, "replacement.reserved": 1, "replacement.cancelled": 1}},
		{"coupon given, payout pending", payoutPending, fromPayout,
			ledger{"credit.made": 1, "payout.made": 1}, ledger{"credit.made": 1, "payout.made": 1}},
		{"an approval is asked for", approvalAsked, fromApproval, ledger{"credit.made": 2}, ledger{}},
		{"a counter-offer is open", countered, fromCounter, ledger{"refund.made": 1}, ledger{}},
		{"a label is issued anew", relabelled, fromLabel,
			ledger{"return.announced": 1, "label.issued": 2, "label.voided": 1, "refund.made": 1, "claim.filed": 1},
			ledger{"return.announced": 1, "return.cancelled": 1, "label.issued": 2, "label.voided": 2}},
	}
}

func goodsKept(t *testing.T, s *stack) (caller, string) {
	c := s.customer(t)
	id := c.open(reshipOf(s.lost(t, c.id))).ID
	c.awaitLeg(id, dispute.LegReplacement, dispute.ReplacementReserved)
	return c, id
}

func fromGoodsKept(t *testing.T, s *stack, c caller, id string) {
	s.sendNew(t, c, id)
	fromGoodsSent(t, s, c, id)
}

func goodsSent(t *testing.T, s *stack) (caller, string) {
	c, id := goodsKept(t, s)
	s.sendNew(t, c, id)
	return c, id
}

func fromGoodsSent(t *testing.T, s *stack, c caller, id string) {
	parcel := c.awaitLeg(id, dispute.LegReplacement, dispute.ReplacementShipped).Replacement
	require.NoError(t, s.box.Scan(t.Context(), parcel.Carrier, parcel.TrackingNumber, dispute.ParcelDelivered))
	c.awaitClosed(id, dispute.OutcomeResolved)
}

func repairQuoted(t *testing.T, s *stack) (caller, string) {
	c, id, _ := s.outOfWarranty(t)
	return c, id
}

func fromQuote(t *testing.T, s *stack, c caller, id string) {
	quoted := c.awaitLeg(id, dispute.LegRepair, dispute.RepairQuoted).Repair
	c.must(http.StatusOK, http.MethodPost, "/v1/cases/"+id+"/legs/repair-1/quote", map[string]any{"action": "accept"})
	wait(t, "the workshop may begin", func() bool { return len(s.effects(t, partners.Warehouse, id, "repair.approved")) == 1 })
	s.homeAgain(t, c, id, quoted.RepairID)
	c.awaitClosed(id, dispute.OutcomeResolved)
}

func irreparableKept(t *testing.T, s *stack) (caller, string) {
	c := s.customer(t)
	id := s.irreparable(t, c, s.order(t, c.id))
	c.awaitLeg(id, dispute.LegReplacement, dispute.ReplacementReserved)
	return c, id
}

func payoutPending(t *testing.T, s *stack) (caller, string) {
	c, id := s.atDesk(t)
	s.supervisor(t).grantAll(id, http.StatusOK, small{"type": "coupon", "amount": yuan(1000)}, small{"type": "compensation", "amount": yuan(800)})
	c.await(id, "had its coupon, and money on its way", func(v view) bool {
		legs := legsOf(v, dispute.LegCompensation)
		return len(legs) == 2 && legs[0].State == dispute.MoneySucceeded && legs[1].State == dispute.MoneyPending
	})
	return c, id
}

func fromPayout(t *testing.T, s *stack, c caller, id string) {
	leg := c.awaitLeg(id, dispute.LegCompensation, dispute.MoneyPending)
	require.NoError(t, s.box.SettlePayout(t.Context(), leg.Money.Key, partners.Settle{Status: dispute.MoneySucceeded}))
	c.awaitClosed(id, dispute.OutcomeResolved)
}

func approvalAsked(t *testing.T, s *stack) (caller, string) {
	c, id := s.atDesk(t)
	agent := s.agent(t)
	agent.grantAll(id, http.StatusOK, small{"type": "coupon", "amount": yuan(2000)}, small{"type": "gift", "gift": "gift-cup"})
	require.Len(t, agent.get(id).Approvals, 1)
	return c, id
}

func fromApproval(t *testing.T, s *stack, c caller, id string) {
	super := s.supervisor(t)
	super.approve(id, super.get(id).Approvals[0].ID)
	c.awaitClosed(id, dispute.OutcomeResolved)
}

func countered(t *testing.T, s *stack) (caller, string) {
	c := s.customer(t)
	id := s.atTheDesk(t, c)
	s.agent(t).offer(id, partly(1000))
	c.counter(id, partly(4000))
	return c, id
}

func fromCounter(t *testing.T, s *stack, c caller, id string) {
	s.agent(t).offer(id, partly(2000))
	c.accept(id)
	fromRefund(t, s, c, id)
}

func relabelled(t *testing.T, s *stack) (caller, string) {
	c, id, old := s.sentBack(t, 1)
	c.must(http.StatusOK, http.MethodPost, "/v1/cases/"+id+"/legs/return-1/label", nil)
	c.await(id, "had another label", func(v view) bool {
		now := legsOf(v, dispute.LegReturn)[0].Return
		return now.TrackingNumber != "" && now.TrackingNumber != old.TrackingNumber
	})
	wait(t, "the old label was given back", func() bool { return len(s.effects(t, partners.Carrier, id, "label.voided")) == 1 })
	return c, id
}

// did waits until the partners did all that they have to do for a case, and insists that
// they did nothing else and nothing twice, and that nobody was told anything twice.
func (s *stack) did(t *testing.T, id string, want ledger) {
	t.Helper()
	wait(t, "everybody heard of the end of "+id, func() bool {
		n := s.notices(t, id)
		return n["customer closed"] > 0
	})
	s.toldOnce(t, []string{id})
	if want["claim.filed"] > 0 {
		wait(t, "the claim was filed", func() bool { return s.ledger(t, id)["claim.filed"] > 0 })
	}
	require.Equal(t, want, s.ledger(t, id), "the ledgers of case %s", id)
}
