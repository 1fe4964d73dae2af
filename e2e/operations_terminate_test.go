package e2e_test

import (
	"net/http"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
	enumspb "go.temporal.io/api/enums/v1"

	"github.com/redresshq/redress/dispute"
	"github.com/redresshq/redress/partners"
)

// A terminated workflow leaves an open row: the sweep shows it as orphaned, and
// from the record it goes on to its good end.
func TestOperationsTerminate(t *testing.T) {
	t.Parallel()
	s := operated(t)
	for _, p := range points() {
		t.Run(p.name, func(t *testing.T) {
			t.Parallel()
			c, id := p.reach(t, s)
			require.False(t, s.orphaned(t, id))
			s.terminate(t, id)
			s.ran(t, id, enumspb.WORKFLOW_EXECUTION_STATUS_TERMINATED)
			s.isOrphaned(t, id)

			s.restart(t, id)
			until(t, patience, "the record is taken over", func() bool { return s.count(t, id, dispute.EventAdopted) == 1 })
			require.False(t, s.orphaned(t, id), "it has a workflow again")
			p.goOn(t, s, c, id)
			s.paid(t, id, moved{"refund.made", "refund-1/1", p.paid})
			s.parcelsAre(t, id, p.ended)
			require.Equal(t, 1, s.count(t, id, dispute.EventOrphaned))
		})
	}
}

// isOrphaned sweeps and insists that staff see the case, the timeline tells it,
// and the alarm counts it.
func (s *stack) isOrphaned(t *testing.T, id string) {
	t.Helper()
	require.GreaterOrEqual(t, s.sweep(t).Orphaned, 1)
	require.True(t, s.orphaned(t, id))
	s.sweep(t)
	require.Equal(t, 1, s.count(t, id, dispute.EventOrphaned), "told once")
	counts, err := s.record.Counts(t.Context())
	require.NoError(t, err)
	require.GreaterOrEqual(t, counts["cases_orphaned"], int64(1))
}

// What customer and partners send while there is no workflow was acknowledged: it
// reaches the case once it has been restarted. Commands are put off, not refused.
func TestOperationsTerminateLosesNothing(t *testing.T) {
	t.Parallel()
	s := operated(t)
	t.Run("evidence", func(t *testing.T) {
		t.Parallel()
		c, id := waitingForEvidence(t, s)
		s.terminate(t, id)
		c.supply(id)
		p := c.refused(http.StatusServiceUnavailable, dispute.CodeUnavailable, "/v1/cases/"+id+"/withdrawal", map[string]any{})
		require.Empty(t, p.AllowedActions)
		s.isOrphaned(t, id)
		s.restart(t, id)
		c.awaitOffer(id)
		s.never(t, id, dispute.EventLate)
	})
	t.Run("webhooks", func(t *testing.T) {
		t.Parallel()
		c, id := goodsInTransit(t, s)
		leg := c.awaitLeg(id, dispute.LegReturn, dispute.ReturnInTransit).Return
		s.terminate(t, id)
		require.NoError(t, s.box.Scan(t.Context(), leg.Carrier, leg.TrackingNumber, dispute.ParcelDelivered))
		require.NoError(t, s.box.Receive(t.Context(), leg.RMAID, partners.ReceiveReport{}))
		require.NoError(t, s.box.Inspect(t.Context(), leg.RMAID, partners.InspectReport{Condition: dispute.ConditionDamaged}))
		require.Eventually(t, func() bool {
			counts, err := s.record.Counts(t.Context())
			return err == nil && counts["inbox_pending"] >= 3
		}, patience, tick, "the webhooks wait")
		s.isOrphaned(t, id)
		s.restart(t, id)
		fromRefund(t, s, c, id)
		s.never(t, id, dispute.EventLate)
		s.paid(t, id, moved{"refund.made", "refund-1/1", 5000})
		s.parcels(t, id, 1, 0, 1, 0)
	})
}

// Restarting is refused for what runs and for what is closed.
func TestOperationsRestartIsRefused(t *testing.T) {
	t.Parallel()
	s := operated(t)
	c, id := waitingForEvidence(t, s)
	out, err := s.run(t, binary(t), "case", "restart", id)
	require.Equal(t, 1, exited(err), out)
	require.Contains(t, out, "is running")

	c.withdraw(id)
	c.awaitClosed(id, dispute.OutcomeWithdrawn)
	out, err = s.run(t, binary(t), "case", "restart", id)
	require.Equal(t, 1, exited(err), out)
	require.Contains(t, out, "is closed (withdrawn)")

	out, err = s.run(t, binary(t), "case", "verify", id)
	require.NoError(t, err, out)
	require.True(t, strings.Contains(out, "the chain is intact"), out)
}

// What was handed to a run that was stuck and then removed is handed to its
// successor: the engine had it, but no record did.
func TestOperationsLoseNothingOfAStuckRun(t *testing.T) {
	t.Parallel()
	for name, remove := range map[string]func(*testing.T, *stack, string){
		"terminated": func(t *testing.T, s *stack, id string) { s.terminate(t, id); s.restart(t, id) },
		"reset without its signals": func(t *testing.T, s *stack, id string) {
			s.reset(t, id, "--reapply-exclude", "All")
		},
		"reset with its signals": func(t *testing.T, s *stack, id string) { s.reset(t, id) },
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := operated(t)
			c, id := waitingForEvidence(t, s)
			s.stopWorker()
			c.supply(id)
			delivered, err := s.record.RelayInbox(t.Context(), 10, s.door.Signal)
			require.NoError(t, err)
			require.Equal(t, 2, delivered, "the engine has them")

			remove(t, s, id)
			require.NoError(t, s.startWorker(t.Context()))
			c.awaitOffer(id)
			require.Equal(t, 2, s.count(t, id, dispute.EventEvidence), "each once")
			c.accept(id)
			fromLabel(t, s, c, id)
			s.paid(t, id, moved{"refund.made", "refund-1/1", 5000})
		})
	}
}
