package workflows

import (
	"time"

	"go.temporal.io/sdk/temporal"
	"go.temporal.io/sdk/workflow"

	"github.com/redresshq/redress/activities"
)

// How long the weekly report is tried: a record or a channel that is away for longer
// than a day leaves the run failed, for people to see and to trigger again.
const (
	weeklyTry      = 2 * time.Minute
	weeklyPatience = 24 * time.Hour
)

// WeeklyReport makes the issue of the last whole week, once, and sends it to the
// supervisors, once: starting it again in the same week does nothing.
func WeeklyReport(ctx workflow.Context) (activities.WeeklyIssue, error) {
	step := func(summary string) workflow.Context {
		return workflow.WithActivityOptions(ctx, workflow.ActivityOptions{
			TaskQueue: QueueMain, StartToCloseTimeout: weeklyTry, ScheduleToCloseTimeout: weeklyPatience, Summary: summary,
			RetryPolicy: &temporal.RetryPolicy{InitialInterval: time.Second, BackoffCoefficient: 2, MaximumInterval: 10 * time.Minute},
		})
	}
	var issue activities.WeeklyIssue
	err := workflow.ExecuteActivity(step("count the week"), activities.NameBuildWeekly, workflow.Now(ctx)).Get(ctx, &issue)
	if err != nil || issue.Sent {
		return issue, err
	}
	err = workflow.ExecuteActivity(step("send it to the supervisors"), activities.NameSendWeekly, issue.Week).Get(ctx, nil)
	issue.Sent = err == nil
	return issue, err
}
