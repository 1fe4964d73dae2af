package workflows_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"go.temporal.io/sdk/temporal"

	"github.com/redresshq/redress/dispute"
	"github.com/redresshq/redress/workflows"
)

// What the API checks, a person at a command line may still type wrong.
func TestOpeningThatIsNoneFailsWithItsReason(t *testing.T) {
	t.Parallel()
	r := setup(t)
	o := r.opening()
	o.Lines[0].Quantity = -5
	r.env.ExecuteWorkflow(workflows.CaseWorkflow, workflows.Start{Opening: &o})
	require.True(t, r.env.IsWorkflowCompleted())
	var app *temporal.ApplicationError
	require.ErrorAs(t, r.env.GetWorkflowError(), &app)
	require.Equal(t, string(dispute.CodeInvalid), app.Type())
	require.Empty(t, r.batches, "nothing was recorded")
	require.Empty(t, r.calls, "nobody was asked")
}

// A first workflow task that dies after its record runs anew, together with the
// evidence that the record let in: none of it is early.
func TestEvidenceInTheFirstTaskIsTaken(t *testing.T) {
	t.Parallel()
	r := setup(t)
	r.after(0, r.supply)
	r.after(time.Hour, func() { r.respond("u1", dispute.ResponseDecline) })
	r.run(r.opening())
	require.Len(t, r.last().Evidence, 2)
}
