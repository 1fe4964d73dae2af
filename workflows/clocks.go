package workflows

import (
	"fmt"
	"slices"
	"time"

	"go.temporal.io/sdk/temporal"
	"go.temporal.io/sdk/workflow"

	"github.com/redresshq/redress/activities"
	"github.com/redresshq/redress/dispute"
)

// timer is the one durable timer of a case; it serves the clock that is due first.
type timer struct {
	due    time.Time // zero when none is armed
	cancel workflow.CancelFunc
	fired  bool
	round  int
}

// start starts a clock with the record of this turn: the recorded step works its
// instant out, so that the workflow itself never reads a calendar or a policy.
func (r *caseRun) start(name dispute.ClockName, legID string) {
	r.startRound(dispute.ClockRequest{Name: name, LegID: legID})
}

func (r *caseRun) startRound(want dispute.ClockRequest) {
	r.draft.starting = append(r.draft.starting, want)
}

// startNow starts a clock whose date this turn tells somebody, and returns it.
func (r *caseRun) startNow(want dispute.ClockRequest) dispute.Clock {
	k := r.workedOut(want)
	r.setClock(k)
	return k
}

// workedOut asks for a clock until it can be had. One that the rules cannot work out
// at all is a plain one: somebody is awaited, for a day, and a supervisor is told why.
func (r *caseRun) workedOut(want dispute.ClockRequest) dispute.Clock {
	for {
		started, err := tryRuling[[]dispute.Clock](r.world, activities.NameClocks, &r.Case, r.now(), []dispute.ClockRequest{want})
		if err == nil {
			return started[0]
		}
		if activities.Code(err) == dispute.CodeInvalid && r.plainClocks() {
			k := dispute.PlainClock(want, r.now())
			r.log(dispute.EventPersonNeeded, dispute.System, dispute.CodeClockUnworkable, kv{"clock": k.Name, "leg_id": k.LegID, "due_at": k.DueAt})
			r.notify(dispute.NoticeTask, dispute.RoleSupervisor, kv{"what": dispute.CodeClockUnworkable, "clock": k.Name, "due_at": k.DueAt})
			return k
		}
		r.world.logger().Error("clock not to be had, trying again", "clock", want.Name, "error", err)
		r.world.pause(rulingPause)
	}
}

// setClock takes a started clock in.
func (r *caseRun) setClock(k dispute.Clock) {
	r.draft.entries = append(r.draft.entries, k.StartedEntry(r.Case.Stage))
	r.Case.SetClock(k)
}

// moveClock takes a clock in whose date has moved, and has the instructions of a
// return say the new one.
func (r *caseRun) moveClock(k dispute.Clock) {
	r.Case.SetClock(k)
	l := r.Case.Leg(k.LegID)
	if k.Name == dispute.ClockReturnShipment && l != nil && l.Return != nil && l.Return.Instructions.ShipBy != nil {
		due := k.DueAt
		l.Return.Instructions.ShipBy = &due
		r.watchLabel(l, due)
	}
}

// meetClock stops a clock, running or standing still, because what it waited for has happened.
func (r *caseRun) meetClock(name dispute.ClockName, legID string) {
	r.draft.starting = slices.DeleteFunc(r.draft.starting, func(w dispute.ClockRequest) bool { return w.Name == name && w.LegID == legID })
	if k := r.Case.Counting(name, legID); k != nil {
		r.stopClock(k, dispute.ClockMet)
		r.log(dispute.EventClockMet, dispute.System, r.takeBack(k), kv{"clock": k.Name, "leg_id": k.LegID})
	}
}

func (r *caseRun) meetClocks(names ...dispute.ClockName) {
	for _, n := range names {
		r.meetClock(n, "")
	}
}

// meetLegClocks stops every clock of a leg.
func (r *caseRun) meetLegClocks(legID string) {
	r.draft.starting = slices.DeleteFunc(r.draft.starting, func(w dispute.ClockRequest) bool { return w.LegID == legID })
	for i := range r.Case.Clocks {
		if k := &r.Case.Clocks[i]; k.LegID == legID && k.Open() {
			r.meetClock(k.Name, legID)
		}
	}
}

// meetAllClocks stops every clock at the end of a case, but those of money that is
// on its way: its silence still has an outcome.
func (r *caseRun) meetAllClocks(but ...dispute.ClockName) {
	r.draft.starting = slices.DeleteFunc(r.draft.starting, func(w dispute.ClockRequest) bool { return !r.unsettled(w.LegID) })
	for i := range r.Case.Clocks {
		if k := &r.Case.Clocks[i]; k.Open() && !r.unsettled(k.LegID) && !slices.Contains(but, k.Name) {
			r.meetClock(k.Name, k.LegID)
		}
	}
}

// hasClock says whether a clock of the leg is open, or starts with this turn.
func (r *caseRun) hasClock(legID string) bool {
	return slices.ContainsFunc(r.Case.Clocks, func(k dispute.Clock) bool { return k.LegID == legID && k.Open() }) ||
		slices.ContainsFunc(r.draft.starting, func(w dispute.ClockRequest) bool { return w.LegID == legID })
}

func (r *caseRun) stopClock(k *dispute.Clock, state dispute.ClockState) {
	now := r.now()
	k.State, k.MetAt = state, &now
}

// collectClocks turns the clocks that have run out into events.
func (r *caseRun) collectClocks() {
	if !r.timer.fired {
		return
	}
	r.disarm()
	r.enqueue(&event{apply: func() error {
		now := r.now()
		r.remind(now)
		r.labelsEnded(now)
		for i := range r.Case.Clocks {
			k := r.Case.Clocks[i]
			if k.State == dispute.ClockRunning && !k.DueAt.After(now) {
				r.expire(k)
			}
		}
		return nil
	}})
}

// wake is the next instant at which a case does something by itself, and what that is.
type wake struct {
	at   time.Time
	what string
}

// nextWake is when the case does something though nobody acts, nil if never. The
// timer is armed by it, and a forecast goes from one such instant to the next.
func (r *caseRun) nextWake() *wake {
	k := r.Case.NextDue()
	if k == nil || r.ended {
		return nil
	}
	if l := r.nextLabel(); l != nil && l.Return.LabelValidUntil.Before(k.DueAt) {
		if soon := r.nextReminder(); soon == nil || l.Return.LabelValidUntil.Before(soon.RemindAt[0]) {
			return &wake{at: *l.Return.LabelValidUntil, what: "the label of " + l.ID + " ends"}
		}
	}
	if soon := r.nextReminder(); soon != nil && soon.RemindAt[0].Before(k.DueAt) {
		return &wake{at: soon.RemindAt[0], what: fmt.Sprintf("reminder of %s, due %s", soon.Name, soon.DueAt.Format(time.RFC3339))}
	}
	return &wake{at: k.DueAt, what: fmt.Sprintf("%s of %s until %s, then %s", k.Name, k.Owner, k.DueAt.Format(time.RFC3339), k.OnExpiry)}
}

// arm sets the timer to the clock that is due first. While an effect is under
// way the next turn is near: until then a timer that is merely too early is left
// alone, since each change of a timer is history that somebody pays for.
func (r *caseRun) arm() {
	next := r.nextWake()
	if r.timer.cancel != nil && !r.ended {
		tooEarly := next == nil || r.timer.due.Before(next.at)
		if (tooEarly && len(r.inflight) > 0) || (next != nil && r.timer.due.Equal(next.at)) {
			return
		}
	}
	if next == nil {
		r.disarm()
		return
	}
	r.disarm()
	ctx, cancel := workflow.WithCancel(r.temporal.ctx)
	r.timer.due, r.timer.cancel = next.at, cancel
	r.timer.round++
	round := r.timer.round
	wait := max(next.at.Sub(r.now()), time.Millisecond)
	future := workflow.NewTimerWithOptions(ctx, wait, workflow.TimerOptions{Summary: next.what})
	workflow.GoNamed(ctx, "timer", func(ctx workflow.Context) {
		if err := future.Get(ctx, nil); err != nil && temporal.IsCanceledError(err) {
			return
		}
		if round == r.timer.round {
			r.timer.fired = true
		}
	})
}

func (r *caseRun) disarm() {
	if r.timer.cancel != nil {
		r.timer.cancel()
	}
	r.timer = timer{round: r.timer.round + 1}
}
