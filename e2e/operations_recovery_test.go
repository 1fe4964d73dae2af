package e2e_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/redresshq/redress/dispute"
	"github.com/redresshq/redress/partners"
)

// recoveryPoint is a place in the story of a recovery where an operator steps in; reach
// plays a filed claim to it, goOn plays it to its end.
type recoveryPoint struct {
	name        string
	reach, goOn func(t *testing.T, s *stack, one recovered)
	end         dispute.RecoveryState
	claims      int
}

func recoveryPoints() []recoveryPoint {
	filed := func(*testing.T, *stack, recovered) {}
	verdict := func(t *testing.T, s *stack, v partners.ClaimVerdict) {
		t.Helper()
		require.NoError(t, s.box.AnswerClaim(t.Context(), partners.Carrier, v))
	}
	denied := func(t *testing.T, s *stack, one recovered) {
		verdict(t, s, partners.ClaimVerdict{Key: one.Claims[0].Key, Status: dispute.ClaimDenied, Reason: "packaging"})
		s.agent(t).awaitRecoveryState(one.CaseID, dispute.RecoveryDenied)
	}
	contested := func(t *testing.T, s *stack, one recovered) {
		denied(t, s, one)
		desk := s.agent(t)
		proof := desk.get(one.CaseID).Evidence
		require.NotEmpty(t, proof)
		desk.act(one.ID, "contest", small{"reason": "packed_well", "evidence": []string{proof[0].ID}})
		desk.awaitRecovery(one.CaseID, "was filed again", func(r recovered) bool { return len(r.Claims) == 2 && r.State == dispute.RecoveryFiled })
	}
	half := func(t *testing.T, s *stack, one recovered) {
		verdict(t, s, partners.ClaimVerdict{Key: one.Claims[0].Key, Status: dispute.ClaimPaid, Amount: 2000})
		s.agent(t).awaitRecovery(one.CaseID, "has its first money", func(r recovered) bool { return r.Recovered == 2000 })
	}
	pay := func(t *testing.T, s *stack, one recovered) {
		all := s.agent(t).recovery(one.ID).Claims
		verdict(t, s, partners.ClaimVerdict{Key: all[len(all)-1].Key, Status: dispute.ClaimPaid})
	}
	askWriteOff := func(t *testing.T, s *stack, one recovered) {
		denied(t, s, one)
		asked := s.agent(t).act(one.ID, "write-off", small{"reason": "no_use"})
		require.Equal(t, dispute.AwaitsApproval, asked.Awaits)
	}
	approve := func(t *testing.T, s *stack, one recovered) {
		super := s.supervisor(t)
		super.act(one.ID, "write-off/"+super.recovery(one.ID).WriteOff.ID+"/approval", small{"approve": true})
	}
	return []recoveryPoint{
		{"filed", filed, pay, dispute.RecoveryRecovered, 1},
		{"paid in part", half, pay, dispute.RecoveryRecovered, 1},
		{"contested", contested, pay, dispute.RecoveryRecovered, 2},
		{"a write-off is asked for", askWriteOff, approve, dispute.RecoveryWrittenOff, 1},
	}
}

// toldOfRecovery counts what the desk is told of a case's recovery, sent or still to be sent.
func (c caller) toldOfRecovery(id string) (n int) {
	for _, one := range c.noticesOf(id) {
		if one.Milestone == dispute.NoticeRecovery {
			n++
		}
	}
	return n
}

// What an operator does to a recovery: it goes on from its record, claims nothing again,
// and tells nobody again.
func TestOperationsOnARecovery(t *testing.T) {
	t.Parallel()
	s := newStack(t, options{policy: "strict", library: libraryWith(t, "strict", "default@3", story.with(sets{
		"recovery.carrier.write_off.agent": 1000, "recovery.carrier.write_off.supervisor": 100000}))})
	workflow := func(t *testing.T, s *stack, verb string, one recovered, flags ...string) {
		t.Helper()
		s.temporal(t, append([]string{"workflow", verb, "--workflow-id", one.WorkflowID(), "--reason", "a test of operations"}, flags...)...)
	}
	restart := func(t *testing.T, s *stack, one recovered) {
		t.Helper()
		until(t, patience, "its workflow has ended", func() bool {
			d, err := s.engine.DescribeWorkflowExecution(t.Context(), one.WorkflowID(), "")
			return err == nil && d.GetWorkflowExecutionInfo().GetCloseTime() != nil
		})
		out, err := s.run(t, binary(t), "recovery", "restart", one.ID)
		require.NoError(t, err, out)
	}
	for name, act := range map[string]func(*testing.T, *stack, recovered){
		"reset": func(t *testing.T, s *stack, one recovered) {
			workflow(t, s, "reset", one, "--type", "FirstWorkflowTask")
		},
		"reset to its last task": func(t *testing.T, s *stack, one recovered) {
			workflow(t, s, "reset", one, "--type", "LastWorkflowTask")
		},
		"reset and nothing applied": func(t *testing.T, s *stack, one recovered) {
			workflow(t, s, "reset", one, "--type", "FirstWorkflowTask", "--reapply-exclude", "All")
		},
		"terminated and started new": func(t *testing.T, s *stack, one recovered) {
			workflow(t, s, "terminate", one)
			restart(t, s, one)
		},
		"cancelled and started new": func(t *testing.T, s *stack, one recovered) {
			s.temporal(t, "workflow", "cancel", "--workflow-id", one.WorkflowID())
			restart(t, s, one)
		},
	} {
		for _, p := range recoveryPoints() {
			t.Run(p.name+"/"+name, func(t *testing.T) {
				t.Parallel()
				desk := s.agent(t)
				c, id := claimAtDesk(t, s)
				reshipDecided(t, s, c, id)
				fromGoodsKept(t, s, c, id)
				one := desk.awaitRecoveryState(id, dispute.RecoveryFiled)
				p.reach(t, s, one)
				before := desk.recovery(one.ID)
				told := desk.toldOfRecovery(id)
				act(t, s, before)
				p.goOn(t, s, one)
				desk.awaitRecoveryState(id, p.end)
				require.Len(t, s.effects(t, partners.Carrier, id, "claim.filed"), p.claims)
				done := desk.recovery(one.ID).Timeline
				require.Greater(t, len(done), len(before.Timeline))
				require.Equal(t, before.Timeline, done[:len(before.Timeline)], "the record goes on")
				require.Equal(t, told, desk.toldOfRecovery(id), "told again")
				s.toldOnce(t, []string{id})
			})
		}
	}
}
