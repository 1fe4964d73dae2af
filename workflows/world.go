package workflows

import (
	"slices"
	"time"

	"go.temporal.io/sdk/converter"
	"go.temporal.io/sdk/log"
	"go.temporal.io/sdk/workflow"

	"github.com/redresshq/redress/dispute"
)

// world is all that the story of a case needs of the engine that runs it. There
// are two: Temporal, and the one in which a forecast plays (forecastWorld). What
// a case does is written once, against this.
type world interface {
	now() time.Time // UTC
	logger() log.Logger
	runID() string
	// local runs a recorded ruling or a step of the record, and decodes its result into out.
	local(o workflow.LocalActivityOptions, out any, name string, args ...any) error
	// call runs a step elsewhere, on the options' queue, and decodes its result into out.
	call(o workflow.ActivityOptions, out any, name string, args ...any) error
	// begin carries something out beside the main loop, in a world of its own, and
	// hands over what it brought; nothing, once it was told to stop.
	begin(key string, act func(world) func() error, arrived func(apply func() error))
	// stop has what was begun end, and waits for it; what begins later goes on.
	stop() error
	// signalled says whether signals have arrived, and receive takes them.
	signalled() bool
	receive() []signal
	// version says which behaviour a case follows at a change of its story:
	// workflow.DefaultVersion if it was there before the change, else the newest.
	version(change string, newest workflow.Version) workflow.Version
	pause(d time.Duration)
	// standStill waits for an end that comes from outside.
	standStill() error
}

// signal is one signal as it came.
type signal struct {
	name dispute.SignalName
	body []byte
}

// temporalWorld is Temporal, as one coroutine sees it.
type temporalWorld struct {
	ctx workflow.Context // the main loop's is never cancelled: what was begun is recorded

	// What the main loop begins, until it is told to stop.
	effects workflow.Context
	cancel  workflow.CancelFunc
	running int
}

func newTemporalWorld(ctx workflow.Context) *temporalWorld {
	w := &temporalWorld{}
	w.ctx, _ = workflow.NewDisconnectedContext(ctx)
	w.effects, w.cancel = workflow.WithCancel(w.ctx)
	return w
}

func (w *temporalWorld) now() time.Time     { return workflow.Now(w.ctx).UTC() }
func (w *temporalWorld) logger() log.Logger { return workflow.GetLogger(w.ctx) }
func (w *temporalWorld) runID() string      { return workflow.GetInfo(w.ctx).WorkflowExecution.RunID }

func (w *temporalWorld) local(o workflow.LocalActivityOptions, out any, name string, args ...any) error {
	return workflow.ExecuteLocalActivity(workflow.WithLocalActivityOptions(w.ctx, o), name, args...).Get(w.ctx, out)
}

func (w *temporalWorld) call(o workflow.ActivityOptions, out any, name string, args ...any) error {
	return workflow.ExecuteActivity(workflow.WithActivityOptions(w.ctx, o), name, args...).Get(w.ctx, out)
}

func (w *temporalWorld) begin(key string, act func(world) func() error, arrived func(apply func() error)) {
	w.running++
	workflow.GoNamed(w.effects, key, func(ctx workflow.Context) {
		apply := act(&temporalWorld{ctx: ctx})
		w.running--
		if ctx.Err() == nil {
			arrived(apply)
		}
	})
}

// stop lets a payment that is being sent end its try: only then can asking tell.
func (w *temporalWorld) stop() error {
	w.cancel()
	if err := workflow.Await(w.ctx, func() bool { return w.running == 0 }); err != nil {
		return err
	}
	w.effects, w.cancel = workflow.WithCancel(w.ctx)
	return nil
}

func (w *temporalWorld) signalled() bool { return len(workflow.GetUnhandledSignalNames(w.ctx)) > 0 }

func (w *temporalWorld) receive() []signal {
	names := workflow.GetUnhandledSignalNames(w.ctx)
	slices.Sort(names)
	var all []signal
	for _, name := range names {
		ch := workflow.GetSignalChannel(w.ctx, name)
		var raw converter.RawValue
		for ch.ReceiveAsync(&raw) {
			all = append(all, signal{dispute.SignalName(name), raw.Payload().GetData()})
		}
	}
	return all
}

func (w *temporalWorld) version(change string, newest workflow.Version) workflow.Version {
	return workflow.GetVersion(w.ctx, change, workflow.DefaultVersion, newest)
}

// pause sleeps on a context that is never cancelled.
func (w *temporalWorld) pause(d time.Duration) {
	if err := workflow.Sleep(w.ctx, d); err != nil {
		w.logger().Error("sleep interrupted", "error", err)
	}
}

func (w *temporalWorld) standStill() error {
	return workflow.Await(w.ctx, func() bool { return false })
}
