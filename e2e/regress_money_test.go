package e2e_test

import (
	"net/http"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/redresshq/redress/dispute"
	"github.com/redresshq/redress/partners"
)

// A refund that the provider still holds is given up by nobody's word, so it is
// never paid a second time under another key.
func TestRegressPendingIsNotResolvedAsFailed(t *testing.T) {
	t.Parallel()
	s := newStack(t, options{policy: "default"})
	require.NoError(t, s.box.SetSettlement(t.Context(), partners.Settlement{Mode: partners.SettleManual}))
	c, id := s.refunding(t)
	first := c.awaitMoney(id, "refund-1", dispute.MoneyPending).Money
	finance := s.as(t, dispute.RoleFinance, "finance-1")
	answer := finance.do(http.MethodPost, "/v1/cases/"+id+"/refunds/refund-1/resolution", map[string]any{"result": "failed"})
	require.Equal(t, http.StatusConflict, answer.status, string(answer.body))
	require.NoError(t, s.box.SettleRefund(t.Context(), first.Key, partners.Settle{Status: dispute.MoneySucceeded}))
	c.awaitMoney(id, "refund-1", dispute.MoneySucceeded)
	s.paid(t, id, moved{"refund.made", "refund-1/1", 8000})
}

// halfRejected is a case that a supervisor rejected while its refund was pending.
func (s *stack) halfRejected(t *testing.T, c caller, order dispute.OrderFacts) (string, *dispute.MoneyLeg) {
	t.Helper()
	require.NoError(t, s.box.SetSettlement(t.Context(), partners.Settlement{Mode: partners.SettleManual}))
	require.NoError(t, s.box.Switch(t.Context(), partners.Payments,
		partners.Switches{Mode: partners.ModeDecline, Operations: []string{"payout"}, Times: 1}))
	agent := s.agent(t)
	id := c.open(claimOf(order, dispute.ReasonNotReceived, dispute.Line{LineID: "cup", Quantity: 2})).ID
	agent.awaitPerson(id, dispute.CodeCarrierSays+"delivered")
	agent.decide(id, grant(dispute.RemedyRefund, 0), grant(dispute.RemedyCompensation, 1000))
	pending := c.awaitMoney(id, "refund-1", dispute.MoneyPending).Money
	agent.await(id, "payout failed", func(v view) bool {
		l := (&v).Leg("compensation-1")
		return l != nil && l.State == dispute.MoneyFailed
	})
	s.supervisor(t).reject(id, "no_compensation")
	return id, pending
}

// A rejected case waits for its pending refund; when that fails, the next case of
// the same units can be paid.
func TestRegressRejectedWhileRefundPending(t *testing.T) {
	t.Parallel()
	s := newStack(t, options{policy: "story"})
	c, agent := s.customer(t), s.agent(t)
	order := s.order(t, c.id)
	id, pending := s.halfRejected(t, c, order)
	require.NotEqual(t, dispute.StageClosed, c.get(id).Stage)
	require.NoError(t, s.box.SettleRefund(t.Context(), pending.Key, partners.Settle{Status: dispute.MoneyFailed, Reason: "account_closed"}))
	closed := c.awaitClosed(id, dispute.OutcomeRejected)
	require.Equal(t, dispute.MoneyFailed, closed.Leg("refund-1").State)

	require.NoError(t, s.box.SetSettlement(t.Context(), partners.Settlement{}))
	second := c.open(claimOf(order, dispute.ReasonNotReceived, dispute.Line{LineID: "cup", Quantity: 2})).ID
	agent.awaitPerson(second, dispute.CodeCarrierSays+"delivered")
	agent.decide(second, grant(dispute.RemedyRefund, 0))
	c.awaitMoney(second, "refund-1", dispute.MoneySucceeded)
}

// A pending refund fails while the supervisor's refusal may still be contested: a
// supervisor is told why, and what another supervisor then grants is paid.
func TestRegressRefundFailsWhileTheRulingIsContested(t *testing.T) {
	t.Parallel()
	s := newStack(t, options{policy: "default"})
	c := s.customer(t)
	id, pending := s.halfRejected(t, c, s.order(t, c.id))
	require.Equal(t, dispute.StageAppeal, c.get(id).Stage)
	require.NoError(t, s.box.SettleRefund(t.Context(), pending.Key, partners.Settle{Status: dispute.MoneyFailed, Reason: "account_closed"}))
	c.awaitMoney(id, "refund-1", dispute.MoneyFailed)
	needed := ""
	for _, e := range s.agent(t).timeline(id) {
		if e.Type == dispute.EventPersonNeeded {
			needed = e.Reason
		}
	}
	require.Equal(t, "payment_failed", needed)

	c.must(http.StatusOK, http.MethodPost, "/v1/cases/"+id+"/appeal", map[string]any{"evidence": []string{c.hand(id, "photo", 9)}})
	require.NoError(t, s.box.SetSettlement(t.Context(), partners.Settlement{}))
	s.as(t, dispute.RoleSupervisor, "super-2").decide(id, grant(dispute.RemedyRefund, 0))
	paid := c.awaitMoney(id, "refund-2", dispute.MoneySucceeded)
	require.Equal(t, dispute.CNY(10000), paid.Money.Amount)
	s.paid(t, id, moved{"refund.made", "refund-1/1", 10000}, moved{"refund.made", "refund-2/1", 10000})
	require.Len(t, s.effects(t, partners.Payments, id, "refund.settled"), 2, "one failed, one succeeded")
}

// Operations cancel a case whose refund is pending: it ends, and what the provider
// says later settles the ledger.
func TestRegressCancelledWhileRefundPending(t *testing.T) {
	t.Parallel()
	s := newStack(t, options{policy: "default"})
	require.NoError(t, s.box.SetSettlement(t.Context(), partners.Settlement{Mode: partners.SettleManual}))
	c, agent := s.customer(t), s.agent(t)
	order := s.order(t, c.id)
	cup := dispute.Line{LineID: "cup", Quantity: 2}
	id := c.open(claimOf(order, dispute.ReasonNotReceived, cup)).ID
	agent.awaitPerson(id, dispute.CodeCarrierSays+"delivered")
	agent.decide(id, grant(dispute.RemedyRefund, 0))
	pending := c.awaitMoney(id, "refund-1", dispute.MoneyPending).Money
	require.NoError(t, s.engine.CancelWorkflow(t.Context(), "case/"+id, ""))
	c.awaitClosed(id, dispute.OutcomeCancelled)
	require.NoError(t, s.box.SettleRefund(t.Context(), pending.Key, partners.Settle{Status: dispute.MoneyFailed, Reason: "account_closed"}))
	wait(t, "the late word is kept", func() bool {
		for _, e := range agent.timeline(id) {
			if e.Type == dispute.EventLate {
				return true
			}
		}
		return false
	})
	require.NoError(t, s.box.SetSettlement(t.Context(), partners.Settlement{}))
	second := c.open(claimOf(order, dispute.ReasonNotReceived, cup)).ID
	agent.awaitPerson(second, dispute.CodeCarrierSays+"delivered")
	agent.decide(second, grant(dispute.RemedyRefund, 0))
	c.awaitMoney(second, "refund-1", dispute.MoneySucceeded)
}

// Two payments: a plan takes from the one that still holds something, whoever took
// what is gone.
func TestRegressPlansFromThePaymentThatHoldsIt(t *testing.T) {
	t.Parallel()
	s := sharedStack(t)
	rows := []struct {
		name  string
		spend func(t *testing.T, c caller, o dispute.OrderFacts)
	}{
		{"another case took it", func(t *testing.T, c caller, o dispute.OrderFacts) {
			t.Helper()
			first := c.open(claimOf(o, dispute.ReasonNotReceived, dispute.Line{LineID: "cup", Quantity: 2})).ID
			s.agent(t).awaitPerson(first, dispute.CodeCarrierSays+"delivered")
			s.agent(t).decide(first, grant(dispute.RemedyRefund, 0))
			c.awaitMoney(first, "refund-1", dispute.MoneySucceeded)
		}},
		{"it was refunded elsewhere", func(t *testing.T, c caller, _ dispute.OrderFacts) {
			t.Helper()
			require.NoError(t, s.box.RefundElsewhere(t.Context(), "pay-a-"+c.id, 10000))
		}},
	}
	for _, row := range rows {
		t.Run(row.name, func(t *testing.T) {
			t.Parallel()
			c, agent := s.customer(t), s.agent(t)
			o := s.order(t, c.id, func(n *partners.NewOrder) {
				n.Payments = []dispute.OrderMoney{{PaymentID: "pay-a-" + c.id, Captured: 10000}, {PaymentID: "pay-b-" + c.id, Captured: 9000}}
			})
			row.spend(t, c, o)
			id := c.open(claimOf(o, dispute.ReasonNotReceived, dispute.Line{LineID: "lamp", Quantity: 1})).ID
			agent.awaitPerson(id, dispute.CodeCarrierSays+"delivered")
			agent.decide(id, grant(dispute.RemedyRefund, 0))
			require.Equal(t, "pay-b-"+c.id, c.awaitMoney(id, "refund-1", dispute.MoneySucceeded).Money.PaymentID)
		})
	}
}

// A return that is settled by hand while its label is made: the label is voided.
func TestRegressResolvedWhileTheLabelIsMade(t *testing.T) {
	t.Parallel()
	s := newStack(t, options{policy: "story"})
	c, super := s.customer(t), s.supervisor(t)
	require.NoError(t, s.box.Switch(t.Context(), partners.Carrier, partners.Switches{Mode: partners.ModeSlow,
		DelayMS: (2500 * time.Millisecond).Milliseconds(), Operations: []string{"issue_label"}}))
	id := c.open(returnOf(s.order(t, c.id), dispute.ReasonDefective)).ID
	c.supply(id)
	c.accept(id)
	super.must(http.StatusOK, http.MethodPost, "/v1/cases/"+id+"/legs/return-1/resolution", map[string]any{"result": "succeeded"})
	c.awaitStage(id, dispute.StageClosed)
	require.Len(t, s.effects(t, partners.Carrier, id, "label.issued"), 1)
	require.Len(t, s.effects(t, partners.Carrier, id, "label.voided"), 1)
	require.Len(t, s.effects(t, partners.Warehouse, id, "return.cancelled"), 1)
}
