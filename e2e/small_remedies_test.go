package e2e_test

import (
	"encoding/json"
	"net/http"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/redresshq/redress/dispute"
	"github.com/redresshq/redress/partners"
)

// small is a remedy as a person writes it.
type small = map[string]any

func yuan(fen int64) small { return small{"amount": fen, "currency": "CNY"} }

// atDesk opens a case that a person decides: a claim of damage, the goods kept.
func (s *stack) atDesk(t *testing.T, change ...func(*partners.NewOrder)) (caller, string) {
	t.Helper()
	c := s.customer(t)
	claim := returnOf(s.order(t, c.id, change...), dispute.ReasonDamagedInTransit)
	claim["kind"] = "claim"
	id := c.open(claim).ID
	c.supply(id)
	c.awaitStage(id, dispute.StageNegotiation)
	return c, id
}

func (c caller) grantAll(id string, status int, remedies ...small) reply {
	c.t.Helper()
	r := c.do(http.MethodPost, "/v1/cases/"+id+"/decision", small{"remedies": remedies})
	require.Equal(c.t, status, r.status, "%s", r.body)
	return r
}

// legsOf are the legs of a type.
func legsOf(v view, t dispute.LegType) []dispute.Leg {
	var all []dispute.Leg
	for _, l := range v.Legs {
		if l.Type == t {
			all = append(all, l)
		}
	}
	return all
}

// Everything small in one decision: each leg is carried out once, by whom it concerns,
// and the case is followed up only when all of them are.
func TestSmallRemediesInOneDecision(t *testing.T) {
	t.Parallel()
	s := sharedStack(t)
	c, id := s.atDesk(t)
	s.supervisor(t).grantAll(id, http.StatusOK,
		small{"type": "partial_refund", "amount": yuan(1500)}, small{"type": "freight_refund"},
		small{"type": "compensation", "amount": yuan(800)}, small{"type": "coupon", "amount": yuan(1000)},
		small{"type": "gift", "gift": "gift-cup"}, small{"type": "apology"})

	closed := c.awaitStage(id, dispute.StageClosed)
	require.Equal(t, dispute.OutcomeResolved, closed.Outcome)
	require.Len(t, closed.Legs, 6)
	for _, l := range closed.Legs {
		require.True(t, l.Done(), "%s is %s", l.ID, l.State)
	}
	require.Len(t, s.effects(t, partners.Payments, id, "refund.made"), 2, "the part and the freight")
	require.Len(t, s.effects(t, partners.Payments, id, "payout.made"), 1)
	made := s.effects(t, partners.Orders, id, "credit.made")
	require.Len(t, made, 2)
	kinds := map[string]int64{}
	for _, e := range made {
		var one struct {
			Kind   string        `json:"kind"`
			SKU    string        `json:"sku"`
			Amount dispute.Money `json:"amount"`
		}
		require.NoError(t, json.Unmarshal(e.Data, &one))
		kinds[one.Kind+one.SKU] = one.Amount.Amount
	}
	require.Equal(t, map[string]int64{"coupon": 1000, "giftgift-cup": 1500}, kinds)
	s.awaitNotices(t, id, dispute.NoticeApology, 1)
	s.awaitNotices(t, id, dispute.NoticeCredited, 2)
}

// A coupon whose grant was answered and lost, by a system that then failed, is granted once.
func TestCreditIsGrantedOnceWhateverIsLost(t *testing.T) {
	t.Parallel()
	s := newStack(t, options{policy: "story"})
	c, id := s.atDesk(t)
	require.NoError(t, s.box.Switch(t.Context(), partners.Orders,
		partners.Switches{Mode: partners.ModeLoseReply, Operations: []string{"credit"}, Times: 2}))
	s.agent(t).grantAll(id, http.StatusOK, small{"type": "coupon", "amount": yuan(1000)})
	closed := c.awaitStage(id, dispute.StageClosed)
	require.Equal(t, dispute.MoneySucceeded, legsOf(closed, dispute.LegCompensation)[0].State)
	require.Len(t, s.effects(t, partners.Orders, id, "credit.made"), 1)

	// Answered 5xx, then the worker is gone in the middle of it.
	c, id = s.atDesk(t)
	require.NoError(t, s.box.Switch(t.Context(), partners.Orders, partners.Switches{Mode: partners.ModeDown, Operations: []string{"credit"}}))
	s.agent(t).grantAll(id, http.StatusOK, small{"type": "gift", "gift": "gift-card-sleeve"})
	c.awaitLeg(id, dispute.LegCompensation, dispute.MoneyRequested)
	s.stopWorker()
	require.NoError(t, s.box.Switch(t.Context(), partners.Orders, partners.Switches{}))
	require.NoError(t, s.startWorker(t.Context()))
	closed = c.awaitStage(id, dispute.StageClosed)
	require.Equal(t, dispute.MoneySucceeded, legsOf(closed, dispute.LegCompensation)[0].State)
	require.Len(t, s.effects(t, partners.Orders, id, "credit.made"), 1)
}

// A coupon that the shop's system refuses is handed to a person; the refund beside it
// runs on, and the case does not close before the person has decided.
func TestOneFailingLegHoldsNoOtherUp(t *testing.T) {
	t.Parallel()
	s := newStack(t, options{policy: "story"})
	c, id := s.atDesk(t)
	require.NoError(t, s.box.Switch(t.Context(), partners.Orders,
		partners.Switches{Mode: partners.ModeDecline, Code: "unknown_customer", Operations: []string{"credit"}}))
	s.agent(t).grantAll(id, http.StatusOK, small{"type": "freight_refund"}, small{"type": "coupon", "amount": yuan(500)})
	c.awaitLeg(id, dispute.LegRefund, dispute.MoneySucceeded)
	failed := c.awaitLeg(id, dispute.LegCompensation, dispute.MoneyFailed)
	require.Equal(t, "unknown_customer", failed.Problem)
	v := c.awaitStage(id, dispute.StageNegotiation)
	require.Nil(t, v.ResolvedAt)

	require.NoError(t, s.box.Switch(t.Context(), partners.Orders, partners.Switches{}))
	retry := s.supervisor(t).do(http.MethodPost, "/v1/cases/"+id+"/refunds/"+escaped(failed.Money.Key)+"/resolution", small{"result": "retry"})
	require.Equal(t, http.StatusOK, retry.status, "%s", retry.body)
	closed := c.awaitStage(id, dispute.StageClosed)
	require.Equal(t, dispute.OutcomeResolved, closed.Outcome)
	require.Len(t, s.effects(t, partners.Orders, id, "credit.made"), 1)
	require.Len(t, s.effects(t, partners.Payments, id, "refund.made"), 1)
}

// Coupons and gifts have limits of their own, and count as new money.
func TestCreditsHaveLimits(t *testing.T) {
	t.Parallel()
	s := sharedStack(t)
	_, id := s.atDesk(t)
	agent := s.agent(t)
	agent.grantAll(id, http.StatusUnprocessableEntity, small{"type": "coupon", "amount": yuan(5001)})
	agent.grantAll(id, http.StatusUnprocessableEntity, small{"type": "coupon"})
	agent.grantAll(id, http.StatusUnprocessableEntity, small{"type": "gift", "gift": "gift-car"})
	agent.grantAll(id, http.StatusUnprocessableEntity, small{"type": "apology", "amount": yuan(1)})
	agent.grantAll(id, http.StatusOK, small{"type": "coupon", "amount": yuan(2000)}, small{"type": "gift", "gift": "gift-cup"})
	v := agent.get(id)
	require.Len(t, v.Approvals, 1, "35.00 in coupons and gifts is above 30.00")
	require.Empty(t, s.effects(t, partners.Orders, id, "credit.made"))
	approval := s.supervisor(t).do(http.MethodPost, "/v1/cases/"+id+"/approvals/"+v.Approvals[0].ID, small{"approve": true})
	require.Equal(t, http.StatusOK, approval.status, "%s", approval.body)
	agent.awaitStage(id, dispute.StageClosed)
	require.Len(t, s.effects(t, partners.Orders, id, "credit.made"), 2)
}

// Points that had paid for the goods come back with their money, once the goods are in order.
func TestPointsComeBackWithTheGoods(t *testing.T) {
	t.Parallel()
	s := sharedStack(t)
	c := s.customer(t)
	o := s.order(t, c.id, func(n *partners.NewOrder) {
		n.ByListPrice = true
		n.Lines = []dispute.OrderLine{{LineID: "cup", SKU: "sku-cup", Quantity: 2, ListPrice: 10000}}
		n.Reductions = []dispute.OrderReduction{{Kind: dispute.ReductionPoints, Code: "club", Amount: 1000, Points: 100}}
	})
	id := c.open(returnOf(o, dispute.ReasonDamagedInTransit)).ID
	c.supply(id)
	c.accept(id)
	ret := c.awaitLeg(id, dispute.LegReturn, dispute.ReturnAwaitingShipment).Return
	require.Empty(t, s.effects(t, partners.Orders, id, "credit.made"))
	require.NoError(t, s.box.Receive(t.Context(), ret.RMAID, partners.ReceiveReport{}))
	require.NoError(t, s.box.Inspect(t.Context(), ret.RMAID, partners.InspectReport{Condition: dispute.ConditionDamaged}))
	closed := c.awaitStage(id, dispute.StageClosed)
	back := legsOf(closed, dispute.LegCompensation)
	require.Len(t, back, 1)
	require.Equal(t, &dispute.Credit{Kind: "points", Code: "club", Amount: 500, Points: 50}, back[0].Money.Returns)
	made := s.effects(t, partners.Orders, id, "credit.made")
	require.Len(t, made, 1)
	require.Len(t, s.effects(t, partners.Payments, id, "refund.made"), 1)
}

// What came eight days late is compensated by the policy's part of its price, offered by
// rule with the rule and the days.
func TestLateDeliveryIsCompensatedByRule(t *testing.T) {
	t.Parallel()
	s := sharedStack(t)
	c := s.customer(t)
	o := s.order(t, c.id, func(n *partners.NewOrder) {
		promised := n.DeliveredAt.AddDate(0, 0, -8)
		n.PromisedBy = &promised
	})
	claim := returnOf(o, dispute.ReasonLateDelivery)
	claim["kind"] = "claim"
	id := c.open(claim).ID
	waiting := c.awaitOffer(id)
	offered := waiting.OpenOffer()
	require.Len(t, offered.Remedies, 1)
	require.Equal(t, int64(1000), offered.Remedies[0].Amount.Amount, "a fifth of 50.00")
	part := offered.Remedies[0].Breakdown[0]
	require.Equal(t, "story@1/compensation/late/3", part.Rule)
	require.Equal(t, 8, part.Days)
	c.accept(id)
	c.awaitStage(id, dispute.StageClosed)
	require.Len(t, s.effects(t, partners.Payments, id, "payout.made"), 1)
}
