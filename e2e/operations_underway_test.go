package e2e_test

import (
	"testing"

	"github.com/stretchr/testify/require"
	enumspb "go.temporal.io/api/enums/v1"

	"github.com/redresshq/redress/dispute"
	"github.com/redresshq/redress/partners"
	"github.com/redresshq/redress/workflows"
)

// An operator steps in while a partner's call is under way. The call goes on, since
// nobody can take it back; what the next run does must agree with it.

// slowly makes the next call of an operation take a while before it is answered.
func (s *stack) slowly(t *testing.T, k partners.Kind, operation string, mode partners.Mode) {
	t.Helper()
	require.NoError(t, s.box.Switch(t.Context(), k, partners.Switches{Mode: mode, DelayMS: 2500, Operations: []string{operation}, Times: 1}))
}

func TestOperationsWhileARefundIsSent(t *testing.T) {
	t.Parallel()
	for name, act := range map[string]func(*testing.T, *stack, string){
		"reset":      func(t *testing.T, s *stack, id string) { s.reset(t, id) },
		"terminated": func(t *testing.T, s *stack, id string) { s.terminate(t, id); s.restart(t, id) },
	} {
		for _, mode := range []partners.Mode{partners.ModeSlow, partners.ModeSlowReply} {
			t.Run(name+"/"+string(mode), func(t *testing.T) {
				t.Parallel()
				s := newStack(t, options{policy: "story"})
				s.slowly(t, partners.Payments, "refund", mode)
				c, id := s.refunding(t)
				until(t, patience, "the refund is under way", func() bool { return s.sent(t, id) == 1 })
				act(t, s, id)
				c.awaitClosed(id, dispute.OutcomeResolved)
				s.paid(t, id, moved{"refund.made", "refund-1/1", 8000})
			})
		}
	}
}

// A cancelled case waits for the answer: either the money moved and the record
// says so, or it did not and never will.
func TestOperationsCancelWhileARefundIsSent(t *testing.T) {
	t.Parallel()
	for _, mode := range []partners.Mode{partners.ModeSlow, partners.ModeSlowReply, partners.ModeDown} {
		t.Run(string(mode), func(t *testing.T) {
			t.Parallel()
			s := newStack(t, options{policy: "story"})
			s.slowly(t, partners.Payments, "refund", mode)
			c, id := s.refunding(t)
			until(t, patience, "the refund is under way", func() bool { return s.sent(t, id) == 1 })
			s.temporal(t, "workflow", "cancel", "--workflow-id", workflows.CaseID(id))
			closed := c.awaitClosed(id, dispute.OutcomeCancelled)
			leg := closed.Leg("refund-1")
			if made := len(s.money(t, id)); made == 0 {
				require.Equal(t, dispute.MoneyCancelled, leg.State)
			} else {
				require.Equal(t, 1, made)
				require.Contains(t, []dispute.LegState{dispute.MoneySucceeded, dispute.MoneyPending}, leg.State)
			}
			require.Equal(t, 1, s.sent(t, id))
		})
	}
}

// While the label is bought: never two, and none left behind when the case ends cancelled.
func TestOperationsWhileALabelIsBought(t *testing.T) {
	t.Parallel()
	for name, row := range map[string]struct {
		act     func(*testing.T, *stack, string)
		voided  int
		outcome dispute.Outcome
	}{
		"reset":      {func(t *testing.T, s *stack, id string) { s.reset(t, id, "--reapply-exclude", "All") }, 0, ""},
		"terminated": {func(t *testing.T, s *stack, id string) { s.terminate(t, id); s.restart(t, id) }, 0, ""},
		"cancelled": {func(t *testing.T, s *stack, id string) {
			s.temporal(t, "workflow", "cancel", "--workflow-id", workflows.CaseID(id))
		}, 1, dispute.OutcomeCancelled},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := newStack(t, options{policy: "story"})
			c, id := waitingForEvidence(t, s)
			c.supply(id)
			c.awaitOffer(id)
			s.slowly(t, partners.Carrier, "issue_label", partners.ModeSlowReply)
			c.accept(id)
			until(t, patience, "the label is made", func() bool { return len(s.effects(t, partners.Carrier, id, "label.issued")) == 1 })
			row.act(t, s, id)
			if row.outcome == "" {
				fromLabelTo(t, s, c, id)
				s.ran(t, id, enumspb.WORKFLOW_EXECUTION_STATUS_COMPLETED)
			} else {
				c.awaitClosed(id, row.outcome)
				s.paid(t, id)
			}
			s.parcels(t, id, 1, row.voided, 1, row.voided)
		})
	}
}

// fromLabelTo plays a return to its end where refunds settle by themselves.
func fromLabelTo(t *testing.T, s *stack, c caller, id string) {
	t.Helper()
	ret := s.travel(t, c, id, partners.ReceiveReport{})
	require.NoError(t, s.box.Inspect(t.Context(), ret.RMAID, partners.InspectReport{Condition: dispute.ConditionDamaged}))
	c.awaitClosed(id, dispute.OutcomeResolved)
	s.paid(t, id, moved{"refund.made", "refund-1/1", 5000})
}
