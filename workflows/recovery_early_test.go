package workflows_test

import (
	"sync"
	"testing"

	"github.com/stretchr/testify/require"
	"go.temporal.io/sdk/testsuite"

	"github.com/redresshq/redress/dispute"
	"github.com/redresshq/redress/workflows"
)

// A command that comes with the first task of a run, before the record is read, is not
// refused as one that nobody knows: it waits, and is answered like any other.
func TestRecoveryTakesACommandBeforeItHasBegun(t *testing.T) {
	t.Parallel()
	r := newRecoveryRig(t)
	sent := make(chan struct{})
	r.onOpen = sync.OnceFunc(func() { <-sent })
	accepted, answered := false, false
	r.env.RegisterDelayedCallback(func() {
		r.env.UpdateWorkflow(string(dispute.UpdateSettle), "early", &testsuite.TestUpdateCallback{
			OnAccept: func() { accepted = true },
			OnReject: func(err error) { t.Errorf("refused: %v", err) },
			OnComplete: func(_ any, err error) {
				answered = true
				require.NoError(t, err)
			},
		}, dispute.SettleCommand{RecoveryCommand: onBehalf(finance), Result: dispute.ClaimPaid, PartnerRef: "bank-1"})
		close(sent)
	}, 0)
	r.env.ExecuteWorkflow(workflows.RecoveryWorkflow, workflows.RecoveryStart{RecoveryID: r.kept.ID})
	require.NoError(t, r.env.GetWorkflowError())
	require.True(t, accepted)
	require.True(t, answered)
	require.Equal(t, dispute.RecoveryRecovered, r.kept.State)
}
