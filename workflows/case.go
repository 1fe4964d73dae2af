package workflows

import (
	"errors"
	"fmt"
	"slices"
	"time"

	"go.temporal.io/sdk/temporal"
	"go.temporal.io/sdk/workflow"

	"github.com/redresshq/redress/activities"
	"github.com/redresshq/redress/dispute"
)

// Result is what a completed case workflow says of itself.
type Result struct {
	CaseID  string          `json:"case_id"`
	Outcome dispute.Outcome `json:"outcome,omitempty"`
	// Duplicate is set when the case was never opened, because this one claims the same units.
	Duplicate string `json:"duplicate,omitempty"`
}

// Case is the workflow of one case, from its opening to its end.
func Case(ctx workflow.Context, start Start) (Result, error) {
	r, err := setup(ctx, start)
	if err != nil {
		return Result{}, err
	}
	return r.run(ctx)
}

// caseRun is one run of the case workflow. There is a single writer: the main
// loop applies events one after another to the state and records each turn;
// coroutines only carry effects out and bring their results back as events.
type caseRun struct {
	State
	given Start

	world    world
	temporal *temporalWorld // the same, for what only Temporal has: timers, visibility, runs; nil in a forecast

	queue      []*event
	inflight   map[string]bool  // effects under way, by key
	amends     map[string]error // how a change of the order was answered, by leg
	generation int              // rises when the record is adopted; older effects count no more
	draft      draft
	timer      timer
	published  attributes
	recorder   string        // the run that wrote the last record: this one, or the one it continues
	opened     bool          // the first record stands
	duplicate  string        // or it never will: this open case claims the same units
	refused    error         // or the opening is not one
	answering  bool          // a command ended the case in this task
	held       time.Duration // how long the closing waits before it is tried again; 0 when nothing holds it
	ended      bool
	turns      int
}

// event is something to apply to the state. done is called once its turn is
// recorded, or with the error that refused it.
type event struct {
	apply  func() error
	done   func(err error)
	effect string // key of the effect that brought it
	gen    int
	err    error
}

var errAdopted = errors.New("the record was adopted")

func setup(ctx workflow.Context, start Start) (*caseRun, error) {
	w := newTemporalWorld(ctx)
	r := &caseRun{given: start, inflight: map[string]bool{}, recorder: start.Continues, world: w, temporal: w}
	switch {
	case start.State != nil:
		r.State, r.opened = *start.State, true
	case start.Opening != nil:
		r.Case.ID = start.Opening.CaseID
	case start.Restart != "":
		r.Case.ID = start.Restart
	default:
		return nil, temporal.NewNonRetryableApplicationError("a case starts from an opening, a state or a recorded case",
			string(dispute.CodeInvalid), nil)
	}
	if want := CaseID(r.Case.ID); workflow.GetInfo(ctx).WorkflowExecution.ID != want {
		return nil, temporal.NewNonRetryableApplicationError(
			fmt.Sprintf("workflow id is %q, the case's is %q", workflow.GetInfo(ctx).WorkflowExecution.ID, want),
			string(dispute.CodeInvalid), nil)
	}
	if start.ContinueEvery > 0 {
		r.Engine.ContinueEvery = start.ContinueEvery
	}
	if err := r.handleUpdates(ctx); err != nil {
		return nil, err
	}
	return r, workflow.SetQueryHandler(ctx, QueryCase, func() (dispute.Case, error) { return r.Case, nil })
}

func (r *caseRun) run(ctx workflow.Context) (Result, error) {
	if err := r.begin(); err != nil {
		return Result{}, err
	}
	for r.duplicate == "" && r.refused == nil && !r.ended {
		r.publish()
		if r.Engine.Ending != "" {
			if err := r.windDown(ctx); err != nil {
				return Result{}, err
			}
			continue
		}
		if r.mustContinue(ctx) {
			return Result{}, r.continueAsNew(ctx)
		}
		// Handlers finish after the turn that answered them; only then may it go on anew.
		if err := workflow.Await(ctx, func() bool { return r.hasWork() || r.mustContinue(ctx) }); err != nil {
			r.cancel()
			continue
		}
		if r.hasWork() {
			r.turn()
		}
	}
	r.refuseRest()
	r.publish()
	sure := r.temporal.ctx
	if err := workflow.Await(sure, func() bool { return workflow.AllHandlersFinished(sure) }); err != nil {
		return Result{}, err
	}
	return Result{CaseID: r.Case.ID, Outcome: r.Case.Outcome, Duplicate: r.duplicate}, r.refused
}

// begin brings the run to where its state is: it opens the case, adopts the
// record, or starts the effects that the state asks for.
func (r *caseRun) begin() error {
	switch {
	case r.given.Opening != nil:
		r.enqueue(&event{apply: r.open})
		r.turn()
	case r.given.Restart != "", r.wasReset():
		err := r.adopt()
		if activities.Code(err) == dispute.CodeCaseClosed {
			r.ended = true // there is nothing to go on with
			return nil
		}
		if err != nil {
			return err
		}
		r.advance()
	default:
		r.advance()
	}
	return nil
}

// wasReset says whether this run repeats one that began from a state: that state
// is older than the record.
func (r *caseRun) wasReset() bool {
	info := workflow.GetInfo(r.temporal.ctx)
	return r.given.State != nil && info.OriginalRunID != "" && info.OriginalRunID != info.WorkflowExecution.RunID
}

// turn applies everything that has come, lets follow what follows, and records
// it as one batch; only then are effects started and commands answered.
func (r *caseRun) turn() {
	r.collectSignals()
	r.collectClocks()
	events := r.queue
	r.queue = nil
	for {
		r.draft = draft{}
		r.lapseSurvey()
		for _, e := range events {
			r.applyEvent(e)
		}
		r.progress()
		err := r.record(events)
		if errors.Is(err, errAdopted) {
			continue // the same events, on the adopted state
		}
		for _, e := range events {
			if e.done != nil {
				e.done(errors.Join(e.err, err))
			}
		}
		break
	}
	r.turns++
	r.advance()
}

// record writes the turn; the last one closes the case. A command that ends the
// case stands in the history first: a completion that meets a new signal is made
// again from there, and what is not there would be forgotten.
func (r *caseRun) record(events []*event) error {
	if !r.mayClose() {
		return r.commit()
	}
	if r.answering = slices.ContainsFunc(events, func(e *event) bool { return e.done != nil && e.err == nil }); r.answering {
		return r.commit()
	}
	return r.close()
}

func (r *caseRun) applyEvent(e *event) {
	if e.effect != "" {
		if e.gen != r.generation {
			return // it belongs to a state that is no more
		}
		delete(r.inflight, e.effect)
	}
	e.err = e.apply()
	if e.err != nil && e.done == nil {
		r.world.logger().Warn("event not applied", "error", e.err)
	}
}

func (r *caseRun) now() time.Time { return r.world.now() }

func (r *caseRun) enqueue(e *event) { r.queue = append(r.queue, e) }

func (r *caseRun) hasWork() bool {
	return len(r.queue) > 0 || r.timer.fired || r.world.signalled()
}

// idle says that nothing is on its way: no event, no signal, no effect.
func (r *caseRun) idle() bool {
	return len(r.queue) == 0 && len(r.inflight) == 0 && !r.world.signalled()
}

// effect carries something out in a coroutine, once at a time by key; what it
// returns is applied in the main loop.
func (r *caseRun) effect(key string, act func(w world) func() error) {
	if r.inflight[key] {
		return
	}
	r.inflight[key] = true
	gen := r.generation
	r.world.begin(key, act, func(apply func() error) {
		r.enqueue(&event{apply: apply, effect: key, gen: gen})
	})
}

// adopt takes the recorded state over: after a reset or a restart the record,
// not the engine, is what happened.
func (r *caseRun) adopt() error {
	a, err := durable[activities.Adopted](r.world, activities.NameAdopt, r.Case.ID, r.world.runID())
	if err != nil {
		return err
	}
	engine, err := decodeEngine(a.Engine)
	if err != nil {
		return err
	}
	keep := r.Engine.ContinueEvery
	r.State = State{Case: a.Case, Engine: engine}
	r.Engine.ContinueEvery = max(keep, engine.ContinueEvery)
	r.inflight = map[string]bool{}
	r.generation++
	r.opened, r.recorder = true, r.world.runID()
	return nil
}

// mustContinue says whether the history is long enough for a new run and
// nothing is in the way of one.
func (r *caseRun) mustContinue(ctx workflow.Context) bool {
	forced := r.Engine.ContinueEvery > 0 && r.turns >= r.Engine.ContinueEvery
	if !forced && !workflow.GetInfo(ctx).GetContinueAsNewSuggested() {
		return false
	}
	return r.opened && r.Engine.Ending == "" && r.idle() && !r.timer.fired && r.turns > 0 && workflow.AllHandlersFinished(ctx)
}

func (r *caseRun) continueAsNew(ctx workflow.Context) error {
	return workflow.NewContinueAsNewError(ctx, CaseWorkflow, Start{
		State: &r.State, Continues: r.recorder,
	})
}
