package devstack

import (
	"context"
	"fmt"
	"path/filepath"
	"time"
)

// stopTimeout is how long one part has to stop before it is left or killed.
const stopTimeout = 15 * time.Second

// parts is what runs, in the order it was started; it stops in the reverse.
type parts struct {
	fail  context.CancelCauseFunc // ends the whole stack with a sentence
	stops []stopper
}

type stopper struct {
	name string
	stop func(context.Context) error
}

// onStop adds a part that is already running.
func (p *parts) onStop(name string, stop func(context.Context) error) {
	p.stops = append(p.stops, stopper{name, stop})
}

// child adds a started program and watches over it.
func (p *parts) child(c *child) { p.watch(c.name, c.log, c.done, c.stop) }

// watch adds a running program that closes gone when it has ended.
func (p *parts) watch(name, logFile string, gone <-chan struct{}, stop func(context.Context) error) {
	stopping := make(chan struct{})
	go func() {
		select {
		case <-stopping:
		case <-gone:
			select {
			case <-stopping:
			default:
				p.fail(ended(name, logFile, nil))
			}
		}
	}()
	p.onStop(name, func(ctx context.Context) error {
		close(stopping)
		return stop(ctx)
	})
}

// ended says in one sentence that a part ended by itself.
func ended(name, logFile string, cause error) error {
	if err := diskFull(filepath.Dir(logFile), leastToRun); err != nil {
		return err
	}
	return problem(cause, "%s ended by itself: its last words are in %s; start again with `make run`, what happened is kept.", name, logFile)
}

// run starts a part of this process: run must return soon after its context is
// done. A part that returns earlier ends the stack.
func (p *parts) run(name, logFile string, run func(context.Context) error) {
	ctx, cancel := context.WithCancel(context.Background())
	done := make(chan error, 1)
	go func() {
		err := run(ctx)
		if ctx.Err() == nil {
			p.fail(ended(name, logFile, err))
		}
		done <- err
	}()
	p.onStop(name, func(stopCtx context.Context) error {
		cancel()
		select {
		case err := <-done:
			return err
		case <-stopCtx.Done():
			return fmt.Errorf("did not stop within %s", stopTimeout)
		}
	})
}

// stop ends every part, last started first, and says so.
func (p *parts) stop(out *printer) {
	for i := len(p.stops) - 1; i >= 0; i-- {
		s := p.stops[i]
		ctx, cancel := context.WithTimeout(context.Background(), stopTimeout)
		start := time.Now()
		err := s.stop(ctx)
		cancel()
		took := time.Since(start).Round(10 * time.Millisecond).Seconds()
		if err != nil {
			out.linef("  %-24s %6.2f s  %v", s.name, took, err)
			continue
		}
		out.linef("  %-24s %6.2f s  stopped", s.name, took)
	}
	p.stops = nil
}
