package workflows

import (
	"time"

	"go.temporal.io/sdk/temporal"
	"go.temporal.io/sdk/workflow"

	"github.com/redresshq/redress/activities"
)

// Sweep looks over open cases once: a Schedule starts it every minute.
func Sweep(ctx workflow.Context) (activities.SweepReport, error) {
	ctx = workflow.WithActivityOptions(ctx, workflow.ActivityOptions{
		TaskQueue: QueueMain, StartToCloseTimeout: 50 * time.Second,
		RetryPolicy: &temporal.RetryPolicy{MaximumAttempts: 1}, // the next minute tries again
		Summary:     "look for open cases whose workflow is gone",
	})
	var report activities.SweepReport
	err := workflow.ExecuteActivity(ctx, activities.NameSweepCases).Get(ctx, &report)
	return report, err
}
