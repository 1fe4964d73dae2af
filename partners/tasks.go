package partners

import (
	"context"
	"sync"
	"time"
)

// tasks are the goroutines of a sandbox: all end when it closes, and Close waits
// for them.
type tasks struct {
	ctx    context.Context
	cancel context.CancelFunc
	wg     sync.WaitGroup
	mu     sync.Mutex
	closed bool
}

func newTasks(ctx context.Context) *tasks {
	ctx, cancel := context.WithCancel(ctx)
	return &tasks{ctx: ctx, cancel: cancel}
}

// run starts f, unless the sandbox is closing.
func (t *tasks) run(f func(ctx context.Context)) {
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.closed || t.ctx.Err() != nil {
		return
	}
	t.wg.Go(func() { f(t.ctx) })
}

// after runs f once d has passed, unless the sandbox closes before.
func (t *tasks) after(d time.Duration, f func()) {
	t.run(func(ctx context.Context) {
		if pause(ctx, d) {
			f()
		}
	})
}

func (t *tasks) wait() {
	t.mu.Lock()
	t.closed = true
	t.mu.Unlock()
	t.cancel()
	t.wg.Wait()
}

// pause waits for d and says whether it passed before ctx was done.
func pause(ctx context.Context, d time.Duration) bool {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-ctx.Done():
		return false
	case <-timer.C:
		return true
	}
}
