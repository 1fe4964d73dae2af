package workflows

import (
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"go.temporal.io/sdk/temporal"
	"go.temporal.io/sdk/workflow"

	"github.com/redresshq/redress/activities"
	"github.com/redresshq/redress/dispute"
)

// RecoveryStart is the argument of the recovery workflow: everything else is on record,
// so that a restart and a new run begin like the first.
type RecoveryStart struct {
	RecoveryID string `json:"recovery_id"`
}

// Recovery claims back from a carrier or supplier what the shop has paid to a customer. It
// outlives the case: claim, answer, contest, payment, write-off.
func Recovery(ctx workflow.Context, start RecoveryStart) (dispute.Recovery, error) {
	w := newTemporalWorld(ctx)
	r := &recoveryRun{world: w, start: start, inflight: map[string]bool{}}
	// Before the record is read: a command that comes with the first task waits for it.
	if err := r.handle(ctx); err != nil {
		return dispute.Recovery{}, err
	}
	var err error
	r.Recovery, err = durable[dispute.Recovery](w, activities.NameOpenRecovery, start.RecoveryID, w.runID())
	if err != nil {
		return dispute.Recovery{}, err
	}
	if want := r.WorkflowID(); workflow.GetInfo(ctx).WorkflowExecution.ID != want {
		return dispute.Recovery{}, temporal.NewNonRetryableApplicationError(
			fmt.Sprintf("workflow id is %q, the recovery's is %q", workflow.GetInfo(ctx).WorkflowExecution.ID, want), string(dispute.CodeInvalid), nil)
	}
	return r.run(ctx)
}

// recoveryRun is one run of the recovery workflow. As in a case there is a single writer:
// the main loop applies one event after another and records each turn.
type recoveryRun struct {
	dispute.Recovery
	start RecoveryStart
	world *temporalWorld

	queue    []*event
	inflight map[string]bool // effects under way, by key
	entries  []dispute.Entry
	notices  []dispute.Notice
	refs     []dispute.Reference
	starting *dispute.ClockRequest
	batch    int64
	due      time.Time // of the timer
	fired    bool
	cancel   workflow.CancelFunc
	settled  bool // nothing is left to do: the last step is recorded
}

func (r *recoveryRun) run(ctx workflow.Context) (dispute.Recovery, error) {
	if !r.State.Final() {
		r.follow("")
		if err := r.turn(); err != nil {
			return r.Recovery, r.orAnew(ctx, err)
		}
	}
	for !r.settled && !r.State.Final() {
		r.advance()
		r.arm()
		workflow.SetCurrentDetails(r.world.ctx, r.words())
		if workflow.GetInfo(ctx).GetContinueAsNewSuggested() && r.idle() {
			return r.Recovery, workflow.NewContinueAsNewError(ctx, RecoveryWorkflow, r.start)
		}
		if err := workflow.Await(ctx, func() bool { return r.hasWork() }); err != nil {
			return r.Recovery, err // cancelled: the record shows that it is open and nobody works at it
		}
		if err := r.turn(); err != nil {
			return r.Recovery, r.orAnew(ctx, err)
		}
	}
	r.disarm()
	for {
		r.refuseRest()
		workflow.SetCurrentDetails(r.world.ctx, r.words())
		if err := workflow.Await(r.world.ctx, func() bool { return workflow.AllHandlersFinished(r.world.ctx) }); err != nil {
			return r.Recovery, err
		}
		if !r.world.signalled() {
			return r.Recovery, nil
		}
		if err := r.turn(); err != nil { // it came as the last step was written, and was acknowledged
			return r.Recovery, r.orAnew(ctx, err)
		}
	}
}

// orAnew begins anew from the record when another run wrote it: the server lets only one
// run of a workflow live, so this one was reset and the record is further on.
func (r *recoveryRun) orAnew(ctx workflow.Context, err error) error {
	r.disarm()
	r.refuseRest()
	if activities.Code(err) == dispute.CodeRunSuperseded {
		return workflow.NewContinueAsNewError(ctx, RecoveryWorkflow, r.start)
	}
	return err
}

func (r *recoveryRun) hasWork() bool {
	return len(r.queue) > 0 || r.fired || r.world.signalled()
}

func (r *recoveryRun) idle() bool {
	return !r.hasWork() && len(r.inflight) == 0 && workflow.AllHandlersFinished(r.world.ctx)
}

// turn applies everything that has come, records it as one step, and answers.
func (r *recoveryRun) turn() error {
	r.collect()
	events := r.queue
	r.queue = nil
	for _, e := range events {
		if e.effect != "" {
			delete(r.inflight, e.effect)
		}
		before := r.phase()
		if e.err = e.apply(); e.err == nil {
			r.follow(before)
		}
	}
	err := r.commit()
	for _, e := range events {
		if e.done != nil {
			e.done(errors.Join(e.err, err))
		}
	}
	return err
}

// collect turns signals and a clock that has run out into events.
func (r *recoveryRun) collect() {
	for _, s := range r.world.receive() {
		r.queue = append(r.queue, &event{apply: func() error { r.onSignal(s); return nil }})
	}
	if r.fired {
		r.disarm()
		r.queue = append(r.queue, &event{apply: func() error { r.onClock(); return nil }})
	}
}

func (r *recoveryRun) onSignal(s signal) {
	var u dispute.ClaimUpdate
	by := dispute.Actor{Role: dispute.Role(r.Party)}
	body := storable(s.body)
	switch {
	case s.name != dispute.SignalClaimUpdate:
		r.log(dispute.EventRecoveryIgnored, by, dispute.IgnoredUnknownSignal, "", kv{"signal": clip(string(s.name))})
	case json.Unmarshal(body, &u) != nil:
		r.log(dispute.EventRecoveryIgnored, by, dispute.IgnoredMalformed, "", nil)
	case r.Saw(u.EventID):
		r.log(dispute.EventRecoveryIgnored, by, dispute.IgnoredRepeated, u.EventID, nil)
	default:
		r.take(u, by)
	}
}

// take applies the party's word, however it came; more money than is open goes to a person.
func (r *recoveryRun) take(u dispute.ClaimUpdate, by dispute.Actor) {
	data := kv{"claim_key": clip(u.ClaimKey), "status": clip(string(u.Status)), "amount": u.Amount}
	if u.Reason != "" {
		data["said"] = clip(u.Reason)
	}
	if ignored := r.Take(u, r.world.now()); ignored != "" {
		r.log(dispute.EventRecoveryIgnored, by, ignored, u.EventID, data)
		if ignored == dispute.IgnoredAmountExceedsClaim {
			r.tell(dispute.RoleFinance, ignored)
		}
		return
	}
	r.log(dispute.EventRecoveryUpdated, by, string(u.Status), u.EventID, data)
}

// phase tells waits apart: a clock belongs to one of them.
func (r *recoveryRun) phase() string {
	return fmt.Sprintf("%s/%s/%d/%s", r.Awaits, r.Problem, len(r.Claims), r.Last().Status)
}

// follow does what comes with a new wait: its clock, and whoever has to act is told.
func (r *recoveryRun) follow(before string) {
	if r.State.Final() {
		if before != r.phase() && !r.settled {
			r.log(dispute.EventRecoveryClosed, dispute.System, string(r.State), "",
				kv{"recovered": r.Recovered, "written_off": r.WrittenOff, "currency": r.Currency})
		}
		r.starting = nil
		return
	}
	if before == r.phase() {
		return
	}
	if before == "" && r.Clock != nil && r.Clock.State == dispute.ClockRunning {
		return // taken over from the record: the clock runs already
	}
	round := 0
	if r.Awaits == dispute.AwaitsPerson || r.Awaits == dispute.AwaitsApproval {
		round = 1
		r.tell(r.who(), r.task())
	}
	r.startClock(round)
}

func (r *recoveryRun) startClock(round int) {
	r.starting = &dispute.ClockRequest{Name: dispute.ClockRecoveryAnswer, LegID: r.ID, Round: round, Owner: r.Waiting}
}

// who is the person that is awaited.
func (r *recoveryRun) who() dispute.Role {
	if w := r.Pending(); w != nil {
		return w.Approver
	}
	return dispute.RoleAgent
}

// task is what that person has to do.
func (r *recoveryRun) task() string {
	switch {
	case r.Pending() != nil:
		return dispute.TaskApproveWriteOff
	case r.Problem != "":
		return r.Problem
	case r.Last().Status == dispute.ClaimDenied:
		return dispute.TaskClaimDenied
	default:
		return dispute.TaskRemainder
	}
}

// words says where the recovery is, for the Temporal UI.
func (r *recoveryRun) words() string {
	s := fmt.Sprintf("%s of %s\n\nState: %s. Recovered %d, written off %d of %d.", dispute.Money{Amount: r.Claimed, Currency: r.Currency}, r.Party,
		r.State, r.Recovered, r.WrittenOff, r.Claimed)
	if r.Clock != nil && !r.State.Final() {
		s += fmt.Sprintf(" Awaits %s of %s until %s, then %s.", r.Awaits, r.Waiting, r.Clock.DueAt.Format(time.RFC3339), r.Clock.OnExpiry)
	}
	return s
}

func (r *recoveryRun) refuseRest() {
	for _, e := range r.queue {
		if e.done != nil {
			e.done(dispute.Errorf(dispute.CodeNotAllowedNow, "the recovery has ended: it is %s", r.State))
		}
	}
	r.queue = nil
}
