package workflows

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"time"

	"go.temporal.io/sdk/temporal"

	"github.com/redresshq/redress/activities"
	"github.com/redresshq/redress/dispute"
)

// Forecaster says what becomes of a case if nobody acts. It runs the workflow's
// own code in a world without Temporal (forecastWorld), so that what it says is
// what will happen. It reads and writes nothing.
type Forecaster struct {
	Rules *activities.Rules
}

// Forecast looks ahead from a recorded case and the engine's part of its record.
//
// Errors: CodeCaseClosed for a closed case; CodeNotFound when its policy is not to be had.
func (f *Forecaster) Forecast(ctx context.Context, c dispute.Case, engine json.RawMessage, at time.Time) (dispute.Forecast, error) {
	if c.Stage == dispute.StageClosed {
		return dispute.Forecast{}, dispute.Errorf(dispute.CodeCaseClosed, "the case is closed: nothing follows")
	}
	p, err := f.resume(ctx, c, engine, at)
	if err != nil {
		return dispute.Forecast{}, err
	}
	return p.play(dispute.ForecastAssumption)
}

// Simulate looks ahead from a claim that nobody made: it is opened at the instant
// where it says none, everything that the parties hold is handed in at once, and
// its facts answer at once. The rules' own policy counts where the claim names none.
//
// Errors: CodeInvalid for what no case can be opened from; CodeNotFound when its
// policy is not to be had.
func (f *Forecaster) Simulate(ctx context.Context, claim dispute.Claim, at time.Time) (dispute.Forecast, error) {
	return f.claimed(ctx, claim, at).play(dispute.SimulationAssumption)
}

// claimed makes a run that begins with a claim.
func (f *Forecaster) claimed(ctx context.Context, claim dispute.Claim, at time.Time) *player {
	rules := *f.Rules
	if claim.Policy != "" {
		rules.Policy = claim.Policy
	}
	if !claim.Opening.OpenedAt.IsZero() {
		at = claim.Opening.OpenedAt
	}
	claim.Opening.OpenedAt = at.UTC()
	w := newForecastWorld(ctx, &rules, claim.Facts, at)
	r := &caseRun{given: Start{Opening: &claim.Opening}, inflight: map[string]bool{}, world: w}
	r.Case.ID = claim.Opening.CaseID
	r.enqueue(&event{apply: r.open})
	handIn(r, dispute.Actor{Role: dispute.RoleCustomer, ID: claim.Opening.CustomerID}, claim.Opening.Evidence)
	handIn(r, dispute.Actor{Role: dispute.RoleCustomer, ID: claim.Opening.CustomerID}, claim.Evidence[dispute.PartyCustomer])
	handIn(r, dispute.Actor{Role: dispute.RoleAgent}, claim.Evidence[dispute.PartyMerchant])
	return newPlayer(r, w)
}

// handIn queues the evidence of one party, as its signals would.
func handIn(r *caseRun, by dispute.Actor, types []dispute.EvidenceType) {
	for _, t := range types {
		r.enqueue(&event{apply: func() error {
			if slices.ContainsFunc(r.Case.Evidence, func(e dispute.Evidence) bool { return e.Type == t && e.SubmittedBy.Role == by.Role }) {
				return nil // handed in twice over
			}
			id := fmt.Sprintf("evd_%d", len(r.Case.Evidence)+1)
			r.evidence(dispute.EvidenceSubmitted{EventID: id, Evidence: dispute.Evidence{ID: id, Type: t, SubmittedBy: by, ReceivedAt: r.now()}})
			return nil
		}})
	}
}

// resume makes a run that goes on with a recorded case.
func (f *Forecaster) resume(ctx context.Context, c dispute.Case, engine json.RawMessage, at time.Time) (*player, error) {
	state := State{}
	if err := transcribe(&state.Case, c); err != nil { // the caller's case is left alone
		return nil, fmt.Errorf("copying the case: %w", err)
	}
	var err error
	if state.Engine, err = decodeEngine(engine); err != nil {
		return nil, err
	}
	w := newForecastWorld(ctx, f.Rules, dispute.Facts{History: c.Facts.History}, at)
	return newPlayer(&caseRun{State: state, opened: true, inflight: map[string]bool{}, world: w}, w), nil
}

// player plays a run on through silence and writes down what happens.
type player struct {
	run    *caseRun
	world  *forecastWorld
	began  time.Time
	before dispute.Case // as it was before the present instant
	steps  []dispute.ForecastStep
	watch  repetition
	whole  bool // lists every repetition, and goes on through them to the bounds
}

func newPlayer(r *caseRun, w *forecastWorld) *player {
	return &player{run: r, world: w, began: w.clock}
}

// The bounds of what is worked out: repetitions are counted and not listed, and
// many of them may pass; at one instant only so much can follow.
const (
	maxForecastTurns = 1000
	maxInstantTurns  = 100
)

// play lets time pass from one instant at which something happens to the next,
// until the case ends, only repetitions follow, or the bounds are reached.
func (p *player) play(assumption string) (forecast dispute.Forecast, err error) {
	defer func() {
		switch gave := recover().(type) {
		case nil:
		case givingUp:
			err = refusal(gave.cause)
		default:
			panic(gave)
		}
	}()
	horizon := p.began.AddDate(dispute.MaxForecastYears, 0, 0)
	forecast = dispute.Forecast{At: p.began, Assumption: assumption}
	p.here()
	for turns := 0; p.world.failed == nil; turns++ {
		at, goesOn := p.next()
		if !goesOn || (!p.whole && p.watch.settled(&p.run.Case)) {
			break
		}
		if at.After(horizon) || len(p.steps) >= dispute.MaxForecastSteps || turns >= maxForecastTurns {
			forecast.Cut = true
			break
		}
		p.world.clock = at
		p.here()
	}
	c := &p.run.Case
	forecast.CaseID, forecast.PolicyVersion, forecast.Steps = c.ID, c.PolicyVersion, p.steps
	switch {
	case p.run.refused != nil:
		return forecast, refusal(p.run.refused)
	case p.run.ended:
		forecast.Outcome, forecast.EndsAt = c.Outcome, c.ClosedAt
	case !forecast.Cut:
		forecast.Repeats = p.watch.repeats(c)
	}
	return forecast, refusal(p.world.failed)
}

// refusal gives an activity's failure its code back.
func refusal(err error) error {
	var app *temporal.ApplicationError
	if errors.As(err, &app) {
		return dispute.Errorf(activities.Code(err), "%s", app.Message())
	}
	return err
}

// here lets follow what follows at this very instant, as the main loop of the
// workflow does, and takes down what has happened.
func (p *player) here() {
	r, now := p.run, p.world.clock
	p.before = r.Case
	p.before.Clocks = slices.Clone(r.Case.Clocks)
	r.advance()
	for range maxInstantTurns {
		came := p.world.deliver(now)
		k := r.nextWake()
		r.timer.fired = k != nil && !k.at.After(now)
		closing := r.Engine.Ending != "" && r.idle() && !r.awaitsMoney() && !r.ended
		lapsed := r.Case.Lapsed(now) != nil // noted later, but it happens now
		if (!came && !r.timer.fired && !closing && !lapsed && len(r.queue) == 0) || p.world.failed != nil {
			break
		}
		r.turn()
	}
	p.takeDown()
}

// next is the next instant at which something happens, if there is one.
func (p *player) next() (time.Time, bool) {
	if p.run.ended || p.run.refused != nil {
		return time.Time{}, false
	}
	at, comes := p.world.next()
	if k := p.run.nextWake(); k != nil && (!comes || k.at.Before(at)) {
		at, comes = k.at, true
	}
	if laid := p.run.Case.NextLaid(p.world.clock); laid != nil && (!comes || laid.Before(at)) {
		at, comes = *laid, true
	}
	return at, comes
}
