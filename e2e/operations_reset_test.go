package e2e_test

import (
	"slices"
	"testing"

	"github.com/stretchr/testify/require"
	enumspb "go.temporal.io/api/enums/v1"
	historypb "go.temporal.io/api/history/v1"

	"github.com/redresshq/redress/dispute"
	"github.com/redresshq/redress/partners"
)

// A reset starts the workflow anew; the new run takes the record over and the
// story goes on from where it was, whether or not the server applies the old
// signals and updates again.
func TestOperationsReset(t *testing.T) {
	t.Parallel()
	s := operated(t)
	for name, flags := range map[string][]string{
		"everything applied again": nil, "no signals": {"--reapply-exclude", "Signal"},
		"no updates": {"--reapply-exclude", "Update"}, "nothing applied again": {"--reapply-exclude", "All"},
	} {
		for _, p := range points() {
			t.Run(p.name+"/"+name, func(t *testing.T) {
				t.Parallel()
				c, id := p.reach(t, s)
				before := s.events(t, id)
				s.reset(t, id, flags...)
				require.Eventually(t, func() bool { return s.count(t, id, dispute.EventAdopted) == 1 }, patience, tick, "the record is not taken over")
				s.unchanged(t, id, before)
				p.goOn(t, s, c, id)
				s.ran(t, id, enumspb.WORKFLOW_EXECUTION_STATUS_COMPLETED)
				s.paid(t, id, moved{"refund.made", "refund-1/1", p.paid})
				s.parcelsAre(t, id, p.ended)
			})
		}
	}
}

// unchanged insists that nothing happened a second time: what was applied again
// is known from the record.
func (s *stack) unchanged(t *testing.T, id string, before map[dispute.EventType]int) {
	t.Helper()
	after := s.events(t, id)
	for _, kind := range []dispute.EventType{
		dispute.EventOpened, dispute.EventNoticeSent, dispute.EventEvidence, dispute.EventAccepted, dispute.EventOfferMade,
		dispute.EventOfferAnswered, dispute.EventExecution, dispute.EventLegStarted, dispute.EventParcel, dispute.EventRefundRequested,
	} {
		require.Equal(t, before[kind], after[kind], "%s happened again", kind)
	}
}

// A case may be reset again and again.
func TestOperationsResetTwice(t *testing.T) {
	t.Parallel()
	s := operated(t)
	c, id := goodsInTransit(t, s)
	for n := 1; n <= 2; n++ {
		s.reset(t, id)
		require.Eventually(t, func() bool { return s.count(t, id, dispute.EventAdopted) == n }, patience, tick, "reset %d", n)
	}
	fromTransit(t, s, c, id)
	s.paid(t, id, moved{"refund.made", "refund-1/1", 5000})
	s.parcels(t, id, 1, 0, 1, 0)
}

// A run that began from a state that was handed to it goes on from the record too,
// not from that state.
func TestOperationsResetOfAContinuedRun(t *testing.T) {
	t.Parallel()
	s := newStack(t, options{policy: "story", continueEvery: 4})
	require.NoError(t, s.box.SetSettlement(t.Context(), partners.Settlement{Mode: partners.SettleManual}))
	for _, p := range points() {
		t.Run(p.name, func(t *testing.T) {
			t.Parallel()
			c, id := p.reach(t, s)
			before := s.events(t, id)
			until(t, patience, "the last run has done a task", func() bool {
				return slices.ContainsFunc(s.history(t, id), func(e *historypb.HistoryEvent) bool {
					return e.GetEventType() == enumspb.EVENT_TYPE_WORKFLOW_TASK_COMPLETED
				})
			})
			s.reset(t, id, "--reapply-exclude", "All")
			until(t, patience, "the record is taken over", func() bool { return s.count(t, id, dispute.EventAdopted) == 1 })
			p.goOn(t, s, c, id)
			s.ran(t, id, enumspb.WORKFLOW_EXECUTION_STATUS_COMPLETED)
			s.paid(t, id, moved{"refund.made", "refund-1/1", p.paid})
			s.parcelsAre(t, id, p.ended)
			after := s.events(t, id)
			require.Equal(t, before[dispute.EventOpened], after[dispute.EventOpened])
			require.LessOrEqual(t, after[dispute.EventOfferMade], 1)
		})
	}
}

// A closed case that is reset by mistake stays closed, and its new run ends,
// whether the case ran from its opening or was restarted.
func TestOperationsResetOfAClosedCase(t *testing.T) {
	t.Parallel()
	s := operated(t)
	for name, before := range map[string]func(*testing.T, string){
		"opened": func(*testing.T, string) {}, "restarted": func(t *testing.T, id string) { s.terminate(t, id); s.restart(t, id) },
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			c, id := refundPending(t, s)
			before(t, id)
			fromRefund(t, s, c, id)
			s.ran(t, id, enumspb.WORKFLOW_EXECUTION_STATUS_COMPLETED)
			entries := len(c.timeline(id))

			s.reset(t, id)
			s.ran(t, id, enumspb.WORKFLOW_EXECUTION_STATUS_COMPLETED)
			require.Len(t, c.timeline(id), entries)
			require.Equal(t, dispute.OutcomeResolved, c.get(id).Outcome)
			s.paid(t, id, moved{"refund.made", "refund-1/1", 8000})
		})
	}
}
