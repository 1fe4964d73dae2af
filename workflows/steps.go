package workflows

import (
	"time"

	"go.temporal.io/sdk/temporal"
	"go.temporal.io/sdk/workflow"

	"github.com/redresshq/redress/activities"
	"github.com/redresshq/redress/dispute"
)

// ruling asks for a recorded ruling until it can be had: a case waits rather
// than fails when a worker does not know its policy.
func ruling[T any](ctx workflow.Context, name string, args ...any) T {
	for {
		out, err := tryRuling[T](ctx, name, args...)
		if err == nil {
			return out
		}
		workflow.GetLogger(ctx).Error("ruling not to be had, trying again", "ruling", name, "error", err)
		pause(ctx, rulingPause)
	}
}

func tryRuling[T any](ctx workflow.Context, name string, args ...any) (T, error) {
	var out T
	err := workflow.ExecuteLocalActivity(workflow.WithLocalActivityOptions(ctx, rulingOptions()), name, args...).Get(ctx, &out)
	return out, err
}

// pause sleeps on a context that is never cancelled.
func pause(ctx workflow.Context, d time.Duration) {
	if err := workflow.Sleep(ctx, d); err != nil {
		workflow.GetLogger(ctx).Error("sleep interrupted", "error", err)
	}
}

// durable runs a step of the record: a local activity of at most recordLimit,
// then the same as an ordinary activity without end. Only final errors come back.
func durable[T any](ctx workflow.Context, name string, args ...any) (T, error) {
	var out T
	err := workflow.ExecuteLocalActivity(workflow.WithLocalActivityOptions(ctx, recordLocalOptions()), name, args...).Get(ctx, &out)
	if err == nil || isFinal(err) {
		return out, err
	}
	err = workflow.ExecuteActivity(workflow.WithActivityOptions(ctx, recordOptions()), name, args...).Get(ctx, &out)
	return out, err
}

// isFinal says whether the failure is a refusal rather than a dependency that was away.
func isFinal(err error) bool {
	code := activities.Code(err)
	return code != "" && code != dispute.CodeUnavailable && code != dispute.CodeTooMany && !temporal.IsTimeoutError(err)
}

// call runs one partner step on the partner's own queue.
func call[T any](ctx workflow.Context, o workflow.ActivityOptions, name string, args ...any) (T, error) {
	var out T
	err := workflow.ExecuteActivity(workflow.WithActivityOptions(ctx, o), name, args...).Get(ctx, &out)
	return out, err
}
