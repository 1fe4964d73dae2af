package workflows

import (
	"encoding/json"
	"time"

	"go.temporal.io/sdk/workflow"

	"github.com/redresshq/redress/activities"
	"github.com/redresshq/redress/dispute"
)

// advance files what is not filed, once at a time, until its answer is due.
func (r *recoveryRun) advance() {
	if r.Awaits != dispute.AwaitsFiling || r.Clock == nil {
		return
	}
	key, patience := r.Last().Key, max(r.Clock.DueAt.Sub(r.world.now()), minPayPatience)
	id, party := r.ID, r.Party
	r.effect("file/"+key, func(w world) func() error {
		answer, err := call[activities.ClaimAnswer](w, claimOptions(party, patience, "file "+key), activities.NameFileClaim, id, key)
		return func() error { r.filed(key, answer, err); return nil }
	})
}

// filed takes the outcome of filing: a refusal is a denial, and what cannot be filed by an
// API, or did not get through in time, is for a person.
func (r *recoveryRun) filed(key string, answer activities.ClaimAnswer, err error) {
	c := r.Claim(key)
	if c == nil || c.Status != "" {
		return // a webhook was quicker
	}
	by := dispute.Actor{Role: dispute.Role(r.Party)}
	switch {
	case err == nil:
		r.take(answer.Update(), by)
	case activities.Code(err) == dispute.CodeDeclined:
		reason := activities.Ref(err)
		if reason == "" {
			reason = dispute.WhyRefused
		}
		r.take(dispute.ClaimUpdate{ClaimKey: key, Status: dispute.ClaimDenied, Reason: reason}, by)
	default:
		r.trouble(dispute.RecoveryNotFiled, failureWord(err))
	}
}

// trouble hands the recovery to a person.
func (r *recoveryRun) trouble(problem, why string) {
	r.Problem = problem
	r.Derive(r.world.now())
	r.log(dispute.EventRecoveryProblem, dispute.System, problem, "", kv{"why": why})
}

// onClock is silence. A party is first asked, since its webhook may be lost, then given a
// second notice, then a person decides; a person is told again, from the second time on
// a supervisor.
func (r *recoveryRun) onClock() {
	k := r.Clock
	if k == nil || k.State != dispute.ClockRunning || k.DueAt.After(r.world.now()) {
		return
	}
	r.Clock = r.breached(*k)
	r.log(dispute.EventClockBreached, dispute.System, k.OnExpiry, "", kv{"clock": k.Name, "round": k.Round, "awaits": r.Awaits})
	switch r.Awaits {
	case dispute.AwaitsFiling:
		if !r.inflight["file/"+r.Last().Key] {
			r.trouble(dispute.RecoveryNotFiled, dispute.WhyTimeout)
		}
	case dispute.AwaitsAnswer, dispute.AwaitsPayment:
		r.ask(*k)
	default:
		to := r.who()
		if k.Round > 1 && r.Pending() == nil {
			to = dispute.RoleSupervisor
		}
		r.tell(to, r.task())
		r.startClock(k.Round + 1)
	}
}

func (r *recoveryRun) breached(k dispute.Clock) *dispute.Clock {
	now := r.world.now()
	k.State, k.MetAt = dispute.ClockBreached, &now
	return &k
}

// ask asks the party how the claim stands before its silence counts.
func (r *recoveryRun) ask(k dispute.Clock) {
	key := r.Last().Key
	id, party := r.ID, r.Party
	r.effect("ask/"+key, func(w world) func() error {
		answer, err := call[activities.ClaimAnswer](w, claimOptions(party, askPatience, "ask about "+key), activities.NameFindClaim, id, key)
		return func() error { r.asked(k, key, answer, err); return nil }
	})
}

func (r *recoveryRun) asked(k dispute.Clock, key string, answer activities.ClaimAnswer, err error) {
	if r.Clock == nil || r.Clock.State == dispute.ClockRunning || (r.Awaits != dispute.AwaitsAnswer && r.Awaits != dispute.AwaitsPayment) {
		return // its answer came meanwhile
	}
	before := r.phase()
	if err == nil {
		r.take(answer.Update(), dispute.Actor{Role: dispute.Role(r.Party)})
	}
	if before != r.phase() || r.State.Final() {
		return
	}
	if k.OnExpiry == dispute.SilenceRemind {
		r.log(dispute.EventRecoveryReminded, dispute.System, "", "", kv{"claim_key": key, "awaits": r.Awaits})
		r.tell(dispute.Role(r.Party), dispute.TaskSecondNotice)
		r.startClock(k.Round + 1)
		return
	}
	r.trouble(dispute.RecoveryNoAnswer, string(r.Awaits))
}

// askPatience is how long a party is asked about a claim before its silence counts.
const askPatience = 2 * time.Minute

// claimOptions serve one call of a party that takes claims, on the party's own queue.
func claimOptions(party dispute.Party, patience time.Duration, summary string) workflow.ActivityOptions {
	queue := QueueCarrier
	if party == dispute.PartySupplier {
		queue = QueueSupplier
	}
	o := partnerOptions(queue, patience, summary)
	o.RetryPolicy.MaximumInterval = time.Hour // a claim has weeks
	return o
}

func (r *recoveryRun) effect(key string, act func(w world) func() error) {
	if r.inflight[key] {
		return
	}
	r.inflight[key] = true
	r.world.begin(key, act, func(apply func() error) {
		r.queue = append(r.queue, &event{apply: apply, effect: key})
	})
}

// arm sets the timer to the clock.
func (r *recoveryRun) arm() {
	var due time.Time
	if r.Clock != nil && r.Clock.State == dispute.ClockRunning {
		due = r.Clock.DueAt
	}
	if r.cancel != nil && r.due.Equal(due) {
		return
	}
	r.disarm()
	if due.IsZero() {
		return
	}
	ctx, cancel := workflow.WithCancel(r.world.ctx)
	r.due, r.cancel = due, cancel
	timer := workflow.NewTimerWithOptions(ctx, max(due.Sub(r.world.now()), 0), workflow.TimerOptions{Summary: "recovery_answer of " + string(r.Waiting)})
	workflow.GoNamed(ctx, "clock", func(ctx workflow.Context) {
		if timer.Get(ctx, nil) == nil {
			r.fired = true
		}
	})
}

func (r *recoveryRun) disarm() {
	if r.cancel != nil {
		r.cancel()
	}
	r.cancel, r.due, r.fired = nil, time.Time{}, false
}

func (r *recoveryRun) log(t dispute.EventType, by dispute.Actor, reason, eventID string, data kv) {
	r.entries = append(r.entries, dispute.Entry{Type: t, At: r.world.now(), Actor: by, Stage: dispute.Stage(r.State),
		Reason: reason, EventID: eventID, Data: r.encode(data)})
}

// tell sends a notice to whoever has to do something about the recovery.
func (r *recoveryRun) tell(to dispute.Role, what string) {
	r.notices = append(r.notices, dispute.Notice{Milestone: dispute.NoticeRecovery, To: to, Data: r.encode(kv{
		"what": what, "recovery_id": r.ID, "party": r.Party, "claim_key": r.Last().Key,
		"amount": dispute.Money{Amount: r.Open(), Currency: r.Currency},
	})})
}

func (r *recoveryRun) encode(data kv) json.RawMessage {
	if len(data) == 0 {
		return nil
	}
	raw, err := json.Marshal(data)
	if err != nil {
		raw = []byte(`{"unencodable":true}`)
		r.world.logger().Error("entry data", "error", err)
	}
	return raw
}

// commit writes the turn.
func (r *recoveryRun) commit() error {
	if len(r.entries)+len(r.notices)+len(r.refs) == 0 && r.starting == nil {
		return nil
	}
	r.batch++
	receipt, err := durable[dispute.RecoveryReceipt](r.world, activities.NameRecordRecovery, dispute.RecoveryBatch{
		Recovery: r.Recovery, RunID: r.world.runID(), Number: r.batch, At: r.world.now(),
		Entries: r.entries, Notices: r.notices, References: r.refs, Starting: r.starting,
	})
	if err != nil {
		return err
	}
	r.Version = receipt.Version
	if r.starting != nil {
		r.Clock = receipt.Clock
	}
	r.entries, r.notices, r.refs, r.starting = nil, nil, nil, nil
	r.settled = r.State.Final()
	return nil
}
