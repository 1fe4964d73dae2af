package workflows

import (
	"time"

	"go.temporal.io/sdk/temporal"
	"go.temporal.io/sdk/workflow"
)

// Every timeout and retry of the case workflow has its name here.
const (
	// rulingLimit bounds one recorded ruling; they are pure and take microseconds.
	rulingLimit = 3 * time.Second
	// rulingPause is how long a case waits before it asks for a ruling again that
	// could not be had (a policy version that this worker does not know yet).
	rulingPause = time.Minute
	// recordLimit is the whole time that the first, local try at the record has.
	// Beyond it the same batch goes on as an ordinary activity without end.
	recordLimit = 3 * time.Second
	// settlePatience is how long a cancelled case asks what became of a payment.
	settlePatience = 2 * time.Minute
	// givingUpPatience is how long the provider is asked before a person's word gives a
	// payment up; the person waits for the answer.
	givingUpPatience = 8 * time.Second
	// undoPatience is how long a label or RMA is tried to be given back before a
	// person is told.
	undoPatience = 24 * time.Hour
	// preparePatience is how long announcing a return and buying its label are tried.
	preparePatience = 24 * time.Hour
	// minPayPatience is the least time that a payment is tried before it counts as unknown.
	minPayPatience = time.Second
)

// rulingOptions serve recorded rulings.
func rulingOptions() workflow.LocalActivityOptions {
	return workflow.LocalActivityOptions{
		ScheduleToCloseTimeout: rulingLimit,
		StartToCloseTimeout:    rulingLimit,
		RetryPolicy:            &temporal.RetryPolicy{InitialInterval: 100 * time.Millisecond, MaximumAttempts: 3},
	}
}

// recordLocalOptions serve the first try at the record.
func recordLocalOptions() workflow.LocalActivityOptions {
	return workflow.LocalActivityOptions{
		ScheduleToCloseTimeout: recordLimit,
		StartToCloseTimeout:    recordLimit,
		RetryPolicy: &temporal.RetryPolicy{
			InitialInterval: 200 * time.Millisecond, BackoffCoefficient: 2, MaximumInterval: time.Second,
		},
	}
}

// recordOptions serve the record when it was away: unlimited attempts.
func recordOptions() workflow.ActivityOptions {
	return workflow.ActivityOptions{
		TaskQueue:           QueueMain,
		StartToCloseTimeout: 10 * time.Second,
		RetryPolicy: &temporal.RetryPolicy{
			InitialInterval: time.Second, BackoffCoefficient: 1.5, MaximumInterval: 15 * time.Second,
		},
		Summary: "write the record (it was away)",
	}
}

// partnerOptions serve one call of a partner, tried until patience ends.
func partnerOptions(queue string, patience time.Duration, summary string) workflow.ActivityOptions {
	return workflow.ActivityOptions{
		TaskQueue:              queue,
		ScheduleToCloseTimeout: patience,
		StartToCloseTimeout:    min(patience, 35*time.Second),
		RetryPolicy: &temporal.RetryPolicy{
			InitialInterval: 500 * time.Millisecond, BackoffCoefficient: 2, MaximumInterval: 5 * time.Minute,
		},
		Summary: summary,
	}
}

// payOptions serve a payment. Cancelling it waits for the try under way, since a
// try that is forgotten may still pay.
func payOptions(queue string, patience time.Duration, summary string) workflow.ActivityOptions {
	o := partnerOptions(queue, patience, summary)
	o.WaitForCancellation = true
	return o
}
