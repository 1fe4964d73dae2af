package e2e_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/redresshq/redress/dispute"
	"github.com/redresshq/redress/partners"
)

// Refunds under faults: whatever the payment provider does to us, the money moves
// once. Every test has a provider of its own and one case whose lamp of 80.00 is
// refunded by rule, since its parcel is lost.

// refunding opens that case.
func (s *stack) refunding(t *testing.T) (caller, string) {
	t.Helper()
	c := s.customer(t)
	return c, c.open(claimOf(s.lost(t, c.id), dispute.ReasonNotReceived, dispute.Line{LineID: "lamp", Quantity: 1})).ID
}

// fail sets a fault of the provider for its next refund only.
func (s *stack) fail(t *testing.T, mode partners.Mode, delay time.Duration) {
	t.Helper()
	require.NoError(t, s.box.Switch(t.Context(), partners.Payments, partners.Switches{
		Mode: mode, DelayMS: delay.Milliseconds(), Operations: []string{"refund"}, Times: 1}))
}

// sent counts the refunds that were asked of the provider for a case.
func (s *stack) sent(t *testing.T, caseID string) int {
	t.Helper()
	all, err := s.box.Ledger(t.Context(), partners.Payments,
		partners.Filter{Type: partners.EntryCall, Kind: "refund", CaseID: caseID})
	require.NoError(t, err)
	return len(all)
}

func TestRefundSurvivesOneBadAnswer(t *testing.T) {
	t.Parallel()
	const limit = 2 * time.Second
	s := newStack(t, options{policy: "story", callTimeout: limit})
	rows := []struct {
		name  string
		mode  partners.Mode
		delay time.Duration
		sent  int
	}{
		{"the reply is lost", partners.ModeLoseReply, 0, 1},
		{"the reply comes after the limit", partners.ModeSlowReply, 5 * limit, 1},
		{"the reply is no answer", partners.ModeGarbage, 0, 1},
		{"nothing is done within the limit", partners.ModeSlow, 5 * limit, 2},
		{"the connection breaks", partners.ModeReset, 0, 2},
		{"too many requests", partners.ModeRateLimited, 0, 2},
	}
	for _, row := range rows {
		t.Run(row.name, func(t *testing.T) { // one after another: the switch is the provider's
			s.fail(t, row.mode, row.delay)
			c, id := s.refunding(t)
			c.awaitClosed(id, dispute.OutcomeResolved)
			s.paid(t, id, moved{"refund.made", "refund-1/1", 8000})
			require.Equal(t, row.sent, s.sent(t, id), "what may have happened is asked about before it is sent again")
			s.told(t, id, told{"customer accepted": 1, "customer decision": 1, "customer refunded": 1, "customer survey": 1})
		})
	}
}

func TestRefundWaitsForAProviderThatIsDown(t *testing.T) {
	t.Parallel()
	s := newStack(t, options{policy: "story"})
	require.NoError(t, s.box.Switch(t.Context(), partners.Payments,
		partners.Switches{Mode: partners.ModeDown, Operations: []string{"refund"}}))
	c, id := s.refunding(t)
	wait(t, "the refund was tried again", func() bool { return s.sent(t, id) >= 2 })
	require.Equal(t, dispute.MoneyRequested, c.awaitMoney(id, "refund-1", dispute.MoneyRequested).State)
	s.paid(t, id)

	require.NoError(t, s.box.Switch(t.Context(), partners.Payments, partners.Switches{}))
	c.awaitClosed(id, dispute.OutcomeResolved)
	s.paid(t, id, moved{"refund.made", "refund-1/1", 8000})
}

func TestRefundDeclined(t *testing.T) {
	t.Parallel()
	s := newStack(t, options{policy: "story"})
	s.fail(t, partners.ModeDecline, 0)
	c, id := s.refunding(t)
	asked := s.agent(t).awaitPerson(id, "insufficient_funds")
	require.Equal(t, dispute.MoneyFailed, asked.Leg("refund-1").State)
	s.paid(t, id)

	s.agent(t).decide(id, grant(dispute.RemedyRefund, 0))
	c.awaitClosed(id, dispute.OutcomeResolved)
	s.paid(t, id, moved{"refund.made", "refund-2/1", 8000})
	s.told(t, id, told{"customer accepted": 1, "customer decision": 2, "agent task": 1, "customer refunded": 1, "customer survey": 1})
}

// The provider takes the refund and then reports that it failed: its amount is
// free again, so that the next decision can be paid.
func TestRefundFailsAtSettlement(t *testing.T) {
	t.Parallel()
	s := newStack(t, options{policy: "story"})
	require.NoError(t, s.box.SetSettlement(t.Context(), partners.Settlement{Mode: partners.SettleManual}))
	c, id := s.refunding(t)
	first := c.awaitMoney(id, "refund-1", dispute.MoneyPending).Money
	require.NoError(t, s.box.SettleRefund(t.Context(), first.Key, partners.Settle{Status: dispute.MoneyFailed, Reason: "account_closed"}))
	s.agent(t).awaitPerson(id, "payment_failed")

	require.NoError(t, s.box.SetSettlement(t.Context(), partners.Settlement{}))
	s.agent(t).decide(id, grant(dispute.RemedyRefund, 0))
	closed := c.awaitClosed(id, dispute.OutcomeResolved)
	require.Equal(t, dispute.MoneyFailed, closed.Leg("refund-1").State)
	require.Equal(t, dispute.MoneySucceeded, closed.Leg("refund-2").State)
	s.paid(t, id, moved{"refund.made", "refund-1/1", 8000}, moved{"refund.made", "refund-2/1", 8000})
	require.Len(t, s.effects(t, partners.Payments, id, "refund.settled"), 2, "one failed, one succeeded")
}

// A chargeback that opens between a refund whose reply was lost and its next try
// does not hide that the money has moved.
func TestRefundMadeBeforeTheChargeback(t *testing.T) {
	t.Parallel()
	s := newStack(t, options{policy: "story", callTimeout: 3 * time.Second})
	require.NoError(t, s.box.SetSettlement(t.Context(), partners.Settlement{Mode: partners.SettleManual}))
	s.fail(t, partners.ModeSlowReply, 20*time.Second)
	c, id := s.refunding(t)
	wait(t, "the refund was made", func() bool { return len(s.money(t, id)) == 1 })
	refund := c.awaitMoney(id, "refund-1", dispute.MoneyRequested).Money
	require.NoError(t, s.box.Chargeback(t.Context(), refund.PaymentID, partners.Chargeback{Open: true}))

	c.awaitMoney(id, "refund-1", dispute.MoneyPending)
	require.NoError(t, s.box.SettleRefund(t.Context(), refund.Key, partners.Settle{Status: dispute.MoneySucceeded}))
	c.awaitClosed(id, dispute.OutcomeResolved)
	s.paid(t, id, moved{"refund.made", "refund-1/1", 8000})
	s.never(t, id, dispute.EventPersonNeeded)
}
