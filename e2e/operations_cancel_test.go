package e2e_test

import (
	"testing"

	"github.com/stretchr/testify/require"
	enumspb "go.temporal.io/api/enums/v1"

	"github.com/redresshq/redress/dispute"
	"github.com/redresshq/redress/partners"
	"github.com/redresshq/redress/workflows"
)

// cancelled cancels a case through the CLI and waits for its end.
func (s *stack) cancelled(t *testing.T, c caller, id string) view {
	t.Helper()
	s.temporal(t, "workflow", "cancel", "--workflow-id", workflows.CaseID(id))
	closed := c.awaitClosed(id, dispute.OutcomeCancelled)
	s.ran(t, id, enumspb.WORKFLOW_EXECUTION_STATUS_COMPLETED)
	require.Equal(t, 1, s.count(t, id, dispute.EventCancelled))
	return closed
}

// A cancelled case gives RMA and label back, pays nothing further, and closes.
func TestOperationsCancel(t *testing.T) {
	t.Parallel()
	s := operated(t)
	for _, p := range points() {
		t.Run(p.name, func(t *testing.T) {
			t.Parallel()
			c, id := p.reach(t, s)
			before := s.money(t, id)
			s.cancelled(t, c, id)
			require.Equal(t, before, s.money(t, id), "nothing is paid once a case is cancelled")
			s.parcelsAre(t, id, p.cancelled)
			s.awaitNotices(t, id, dispute.NoticeClosed, 1)
		})
	}
}

// A refund in flight is asked about before the last record: what the provider has
// settled is known, what it has not is given to a supervisor.
func TestOperationsCancelReconcilesTheRefund(t *testing.T) {
	t.Parallel()
	s := operated(t)
	t.Run("settled, and its webhook lost", func(t *testing.T) {
		t.Parallel()
		c, id := refundPending(t, s)
		key := c.awaitMoney(id, "refund-1", dispute.MoneyPending).Money.Key
		require.NoError(t, s.box.SettleRefund(t.Context(), key, partners.Settle{Status: dispute.MoneySucceeded, Silent: true}))
		closed := s.cancelled(t, c, id)
		require.Equal(t, dispute.MoneySucceeded, closed.Leg("refund-1").State)
		s.paid(t, id, moved{"refund.made", "refund-1/1", 8000})
		s.awaitNotices(t, id, dispute.NoticeRefunded, 1)
	})
	t.Run("still pending", func(t *testing.T) {
		t.Parallel()
		c, id := refundPending(t, s)
		closed := s.cancelled(t, c, id)
		leg := closed.Leg("refund-1")
		require.Equal(t, dispute.MoneyPending, leg.State)
		require.Equal(t, "cancelled_while_pending", leg.Problem)
		s.awaitNotices(t, id, dispute.NoticeTask, 1)

		// What the provider says afterwards is kept and shown.
		require.NoError(t, s.box.SettleRefund(t.Context(), leg.Money.Key, partners.Settle{Status: dispute.MoneySucceeded}))
		require.Eventually(t, func() bool { return s.count(t, id, dispute.EventLate) == 1 }, patience, tick, "the late webhook is not shown")
		s.paid(t, id, moved{"refund.made", "refund-1/1", 8000})
	})
}

// A label that was used cannot be given back: a supervisor is told of the parcel
// that is on its way to a cancelled RMA.
func TestOperationsCancelInTransitTellsASupervisor(t *testing.T) {
	t.Parallel()
	s := operated(t)
	c, id := goodsInTransit(t, s)
	closed := s.cancelled(t, c, id)
	require.Equal(t, dispute.ReturnCancelled, closed.Leg("return-1").State)
	require.Equal(t, "undo_failed", closed.Leg("return-1").Problem)
	s.awaitNotices(t, id, dispute.NoticeTask, 1)
	leg := closed.Leg("return-1").Return
	require.NoError(t, s.box.Receive(t.Context(), leg.RMAID, partners.ReceiveReport{Force: true}))
	require.Eventually(t, func() bool { return s.count(t, id, dispute.EventLate) == 1 }, patience, tick, "the parcel's arrival is not shown")
	s.paid(t, id)
}

// A case that is cancelled while nothing can be undone still ends, once it can.
func TestOperationsCancelWhileTheCarrierIsDown(t *testing.T) {
	t.Parallel()
	s := operated(t)
	c, id := labelIssued(t, s)
	require.NoError(t, s.box.Switch(t.Context(), partners.Carrier, partners.Switches{Mode: partners.ModeDown, Operations: []string{"void_label"}}))
	s.temporal(t, "workflow", "cancel", "--workflow-id", workflows.CaseID(id))
	require.Eventually(t, func() bool { return s.calls(t, partners.Carrier, "void_label") > 0 }, patience, tick, "the label is not given back")
	s.parcels(t, id, 1, 1, 1, 0)
	require.NotEqual(t, dispute.StageClosed, c.get(id).Stage)

	require.NoError(t, s.box.Switch(t.Context(), partners.Carrier, partners.Switches{}))
	c.awaitClosed(id, dispute.OutcomeCancelled)
	s.parcels(t, id, 1, 1, 1, 1)
	s.paid(t, id)
}
