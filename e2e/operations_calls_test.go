package e2e_test

import (
	"maps"
	"net/http"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/redresshq/redress/dispute"
	"github.com/redresshq/redress/partners"
)

// underway is a call of a newer leg, and how a case comes to make it.
type underway struct {
	name      string
	partner   partners.Kind
	operation string
	// ready plays a new case up to where ask has it make the call; goOn plays it to its
	// good end.
	ready func(t *testing.T, s *stack) (caller, string)
	ask   func(t *testing.T, s *stack, c caller, id string)
	goOn  func(t *testing.T, s *stack, c caller, id string)
	// done is what the partners did by the good end, undone by the end of a case that was
	// cancelled while the call was under way.
	done, undone ledger
}

// underways are the calls. Money settles by itself.
func underways() []underway {
	returned := ledger{"return.announced": 1, "return.cancelled": 1, "label.issued": 1, "label.voided": 1}
	return []underway{
		{"goods are asked for", partners.Warehouse, "replace", claimAtDesk, reshipDecided, fromGoodsKept,
			ledger{"replacement.reserved": 1, "claim.filed": 1}, ledger{"replacement.reserved": 1, "replacement.cancelled": 1}},
		{"a repair is announced", partners.Warehouse, "announce_repair", repairOffered, accepted, fromRepair,
			ledger{"return.announced": 1, "label.issued": 1, "repair.announced": 1},
			returned.and("repair.announced", "repair.cancelled")},
		{"a price is agreed", partners.Warehouse, "approve_repair", repairQuoted, priceAgreed, fromPrice,
			ledger{"return.announced": 1, "repair.announced": 1, "repair.approved": 1},
			ledger{"return.announced": 1, "repair.announced": 1, "repair.approved": 1, "repair.cancelled": 1}},
		{"a parcel is held", partners.Warehouse, "intercept", addressAsked, addressGiven, resolved,
			ledger{"interception.held": 1, "interception.released": 1, "order.amended": 1},
			ledger{"interception.held": 1, "interception.released": 1}},
		{"an order is amended", partners.Orders, "amend_order", addressAsked, addressGiven, resolved,
			ledger{"interception.held": 1, "interception.released": 1, "order.amended": 1},
			ledger{"interception.held": 1, "interception.released": 1, "order.amended": 1}},
		{"a coupon is given", partners.Orders, "credit", claimAtDesk, couponGiven, resolved, ledger{"credit.made": 1}, ledger{"credit.made": 1}},
		{"money is paid out", partners.Payments, "payout", claimAtDesk, paidOut, resolved, ledger{"payout.made": 1}, ledger{"payout.made": 1}},
		{"a label is issued anew", partners.Carrier, "issue_label", labelIssued, labelLost, fromLabelLost,
			ledger{"return.announced": 1, "label.issued": 2, "label.voided": 1, "refund.made": 1, "claim.filed": 1},
			returned.and("label.issued", "label.voided")},
	}
}

// and is the ledger with one more of each.
func (l ledger) and(kinds ...string) ledger {
	more := maps.Clone(l)
	for _, kind := range kinds {
		more[kind]++
	}
	return more
}

func claimAtDesk(t *testing.T, s *stack) (caller, string) { return s.atDesk(t) }

func resolved(_ *testing.T, _ *stack, c caller, id string) {
	c.awaitClosed(id, dispute.OutcomeResolved)
}

func accepted(_ *testing.T, _ *stack, c caller, id string) { c.accept(id) }

func reshipDecided(t *testing.T, s *stack, _ caller, id string) {
	s.supervisor(t).grantAll(id, http.StatusOK, small{"type": dispute.RemedyReship})
}

func repairOffered(t *testing.T, s *stack) (caller, string) {
	c := s.customer(t)
	id := c.open(repairOf(s.order(t, c.id), dispute.ReasonDamagedInTransit)).ID
	c.supply(id)
	c.awaitOffer(id)
	return c, id
}

func fromRepair(t *testing.T, s *stack, c caller, id string) {
	repair := s.toWorkshop(t, c, id)
	s.workshop(t, repair.RepairID, partners.RepairReport{Status: dispute.WorkshopDiagnosed, Diagnosis: "loose_contact"})
	s.homeAgain(t, c, id, repair.RepairID)
	c.awaitClosed(id, dispute.OutcomeResolved)
}

func priceAgreed(_ *testing.T, _ *stack, c caller, id string) {
	c.must(http.StatusOK, http.MethodPost, "/v1/cases/"+id+"/legs/repair-1/quote", map[string]any{"action": "accept"})
}

func fromPrice(t *testing.T, s *stack, c caller, id string) {
	repair := c.awaitLeg(id, dispute.LegRepair, dispute.RepairRepairing).Repair
	wait(t, "the workshop may begin", func() bool { return len(s.effects(t, partners.Warehouse, id, "repair.approved")) == 1 })
	s.homeAgain(t, c, id, repair.RepairID)
	c.awaitClosed(id, dispute.OutcomeResolved)
}

func addressAsked(t *testing.T, s *stack) (caller, string) {
	c := s.customer(t)
	return c, c.open(changeOf(s.undispatched(t, c.id), dispute.ReasonAddressChange, nil)).ID
}

func addressGiven(t *testing.T, _ *stack, c caller, id string) {
	given := c.do(http.MethodPost, "/v1/cases/"+id+"/evidence", map[string]any{"type": "new_address", "text": newAddress})
	require.Equal(t, http.StatusCreated, given.status, "%s", given.body)
}

func couponGiven(t *testing.T, s *stack, _ caller, id string) {
	s.agent(t).grantAll(id, http.StatusOK, small{"type": "coupon", "amount": yuan(1000)})
}

func paidOut(t *testing.T, s *stack, _ caller, id string) {
	s.supervisor(t).grantAll(id, http.StatusOK, small{"type": "compensation", "amount": yuan(800)})
}

// labelLost asks for a label in place of one that is there.
func labelLost(_ *testing.T, _ *stack, c caller, id string) {
	c.must(http.StatusOK, http.MethodPost, "/v1/cases/"+id+"/legs/return-1/label", nil)
}

func fromLabelLost(t *testing.T, s *stack, c caller, id string) {
	c.await(id, "had its second label", func(v view) bool {
		old := legsOf(v, dispute.LegReturn)[0].Return.OldLabels
		return len(old) == 1 && old[0].Voided
	})
	ret := s.travel(t, c, id, partners.ReceiveReport{})
	require.NoError(t, s.box.Inspect(t.Context(), ret.RMAID, partners.InspectReport{Condition: dispute.ConditionDamaged}))
	c.awaitClosed(id, dispute.OutcomeResolved)
}

// calls counts the calls that reached the partner.
func (u underway) calls(t *testing.T, s *stack) int {
	t.Helper()
	return s.calls(t, u.partner, u.operation)
}

// A case that is cancelled while a partner carries a call out, and before it has answered:
// what the call did is undone, or is known.
func TestOperationsCancelWhileACallIsUnderWay(t *testing.T) {
	t.Parallel()
	for _, u := range underways() {
		t.Run(u.name, func(t *testing.T) {
			t.Parallel()
			s := newStack(t, options{policy: "story"})
			c, id := u.ready(t, s)
			before := u.calls(t, s)
			require.NoError(t, s.box.Switch(t.Context(), u.partner,
				partners.Switches{Mode: partners.ModeSlowReply, DelayMS: 2500, Operations: []string{u.operation}, Times: 1}))
			u.ask(t, s, c, id)
			until(t, patience, "the call is under way", func() bool { return u.calls(t, s) > before })
			closed := s.cancelled(t, c, id)
			s.did(t, id, u.undone)
			for _, l := range closed.Legs {
				told := s.notices(t, id)["supervisor task"] > 0
				require.True(t, l.State.Final() || told, "%s is %s, and nobody was told", l.ID, l.State)
				require.True(t, l.Type != dispute.LegAmendment || len(s.effects(t, partners.Orders, id, "order.amended")) == 0 || told,
					"the order was changed, and nobody was told")
			}
		})
	}
}
