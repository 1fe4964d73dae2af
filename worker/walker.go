package worker

import (
	"context"
	"log/slog"
	"time"

	"github.com/redresshq/redress/activities"
	"github.com/redresshq/redress/dispute"
)

// WalkRecord is what a walk over the open cases needs of the store.
type WalkRecord interface {
	// WorkRules carries one page of a walk out, of a revision or (0) of any.
	WorkRules(ctx context.Context, revision int64, judge dispute.RuleJudge) (worked bool, err error)
	WaitForWork(ctx context.Context, channel string)
}

// Walker looks at the open cases after rules were published, and tells those that they
// touch. Any number may walk side by side; what one leaves another takes up.
type Walker struct {
	Record WalkRecord
	Books  activities.Books
	Log    *slog.Logger
}

// walkPoll is how long a walker waits for a poke at most: walks settle without one.
const walkPoll = 2 * time.Second

// Run walks until ctx ends.
func (w *Walker) Run(ctx context.Context) {
	for ctx.Err() == nil {
		worked, err := w.Step(ctx, 0)
		if err != nil && ctx.Err() == nil {
			w.Log.Warn("walk over the open cases", "error", err)
		}
		if worked && err == nil {
			continue
		}
		wait, cancel := context.WithTimeout(ctx, walkPoll)
		w.Record.WaitForWork(wait, dispute.ChannelRuleJobs)
		if err != nil { // do not try in a hurry what has just failed
			<-wait.Done()
		}
		cancel()
	}
}

// Step carries one page of a walk out (of a revision, or with 0 of any) and says
// whether there was one.
func (w *Walker) Step(ctx context.Context, revision int64) (worked bool, err error) {
	return w.Record.WorkRules(ctx, revision, func(ctx context.Context, r dispute.RuleRevision, c *dispute.Case) (bool, error) {
		library, err := w.Books.Library(ctx, r.Revision)
		if err != nil {
			return false, err
		}
		touched, err := library.Touched(r, c, time.Now())
		if dispute.CodeOf(err) == dispute.CodeNotFound {
			return true, nil // its policy is not known here: a worker that knows it decides
		}
		return touched, err
	})
}
