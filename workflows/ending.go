package workflows

import (
	"time"

	"go.temporal.io/sdk/workflow"

	"github.com/redresshq/redress/activities"
	"github.com/redresshq/redress/dispute"
)

// followUp begins once money or parcel arrived; the case closes after its window.
func (r *caseRun) followUp() {
	if !r.moveTo(dispute.StageFollowUp) {
		return
	}
	now := r.now()
	r.Case.ResolvedAt, r.Case.Outcome = &now, dispute.OutcomeResolved
	r.withdrawProposals()
	r.dropProof()
	r.liftSuspension()
	r.meetAllClocks(dispute.ClockNextReply) // a question is answered though the remedy has arrived
	r.start(dispute.ClockReopenWindow, "")
	r.startSurvey()
	r.log(dispute.EventFollowUp, dispute.System, "", nil)
}

// withdrawCommand ends the case by the customer's wish, as long as no money moves.
func (r *caseRun) withdrawCommand(c dispute.WithdrawCommand) error {
	r.log(dispute.EventWithdrawn, c.Actor, "", nil)
	r.end(dispute.OutcomeWithdrawn)
	return nil
}

// end puts the case on its way out: no clock runs, nothing further is started,
// and what was prepared is undone. Money that is on its way is waited for, on its own
// clocks. The last turn closes the case.
func (r *caseRun) end(o dispute.Outcome) {
	o = r.lastWord(o)
	r.Engine.Ending = o
	r.Case.Outcome = o
	r.dropProof()
	r.ruledOnAppeal()
	r.liftSuspension()
	r.meetAllClocks()
	r.withdrawProposals()
	r.endGoods(o)
	r.endRepairs(o)
	for i := range r.Case.Legs {
		l := &r.Case.Legs[i]
		switch {
		case l.State.Final():
		case l.Return != nil && l.CanBecome(dispute.ReturnCancelled) && !r.bringsBack(l):
			r.setLeg(l, dispute.ReturnCancelled, dispute.System, string(o))
		case l.Money != nil && l.State == dispute.MoneyRequired:
			r.setLeg(l, dispute.MoneyCancelled, dispute.System, string(o))
		}
	}
}

// closePause is how long a case that may not close yet waits for what was
// promised to it, at first; it doubles up to closePauseMost.
const (
	closePause     = 5 * time.Second
	closePauseMost = 5 * time.Minute
)

// mayClose says that the case is on its way out and nothing is left to undo, to
// carry out, or to take in.
func (r *caseRun) mayClose() bool {
	if r.Engine.Ending == "" || !r.opened || !r.idle() {
		return false
	}
	for i := range r.Case.Legs {
		if l := &r.Case.Legs[i]; l.Return != nil && givenUp(l) && !l.Return.Voided || l.Repair != nil && mustCallOff(l) {
			return false
		}
	}
	return !r.awaitsMoney() && !r.goodsToUndo()
}

// awaitsMoney says that the closing waits for money, or goods of the customer, on their way. Operations
// that cancel do not wait: what they leave open is settled in the ledger alone.
func (r *caseRun) awaitsMoney() bool {
	if r.Engine.Ending == dispute.OutcomeCancelled {
		return false
	}
	for i := range r.Case.Legs {
		if r.unsettled(r.Case.Legs[i].ID) {
			return true
		}
	}
	return false
}

// unsettled says whether the leg is money of which it is not known how it ends, or goods
// of the customer that are not back from the workshop.
func (r *caseRun) unsettled(legID string) bool {
	l := r.Case.Leg(legID)
	if r.keepsGoods(legID) {
		return true
	}
	return l != nil && l.Money != nil && l.State != dispute.MoneyRequired && !l.State.Final()
}

// close writes the turn as the last one and shuts the gate in the same
// transaction. If the record still holds events that were accepted for the case
// and have not reached it, it only stops taking new ones: then the case waits for
// those and tries again. So nothing that a sender was promised is lost.
func (r *caseRun) close() error {
	stage, entries, notices := r.Case.Stage, len(r.draft.entries), len(r.draft.notices)
	now := r.now()
	r.moveTo(dispute.StageClosed)
	r.Case.ClosedAt, r.Case.Outcome = &now, r.Engine.Ending
	r.draft.gate = dispute.GateClosed
	r.log(dispute.EventClosed, dispute.System, string(r.Case.Outcome), nil)
	r.notify(dispute.NoticeClosed, dispute.RoleCustomer, kv{"outcome": r.Case.Outcome})
	if err := r.commit(); err != nil {
		return err
	}
	if len(r.draft.pending) == 0 {
		r.ended = true
		return nil
	}
	r.Case.Stage, r.Case.ClosedAt = stage, nil
	r.Engine.Notices[dispute.NoticeClosed]--
	r.draft.entries, r.draft.notices, r.draft.gate = r.draft.entries[:entries], r.draft.notices[:notices], ""
	if r.held == 0 {
		r.held = closePause
		r.log(dispute.EventClosing, dispute.System, string(r.Engine.Ending), kv{"awaited": len(r.draft.pending)})
	}
	return r.commit()
}

// answerPause ends the task in which a command ended the case.
const answerPause = time.Millisecond

// windDown waits for what a closing case still waits for, and takes it in. While
// that is money, operations may still cancel it.
func (r *caseRun) windDown(ctx workflow.Context) error {
	if r.answering {
		r.answering = false
		if err := workflow.Sleep(r.temporal.ctx, answerPause); err != nil {
			return err
		}
		r.turn()
		return nil
	}
	if r.awaitsMoney() {
		if err := workflow.Await(ctx, func() bool { return r.hasWork() }); err != nil {
			r.cancel()
			return nil
		}
		r.turn()
		return nil
	}
	if r.held == 0 {
		if err := workflow.Await(r.temporal.ctx, func() bool { return r.hasWork() || r.idle() }); err != nil {
			return err
		}
		r.turn()
		return nil
	}
	if _, err := workflow.AwaitWithTimeout(r.temporal.ctx, r.held, r.hasWork); err != nil {
		return err
	}
	r.held = min(2*r.held, closePauseMost)
	r.turn()
	return nil
}

// refuseRest answers commands that came too late to be applied.
func (r *caseRun) refuseRest() {
	for _, e := range r.queue {
		if e.done != nil {
			e.done(dispute.Errorf(dispute.CodeCaseClosed, "the case is closed"))
		}
	}
	r.queue = nil
}

// cancel ends the case by order of operations: what is under way stops, label
// and RMA are given back, and a payment in flight is reconciled before the last
// record.
func (r *caseRun) cancel() {
	changing := r.changing()
	if err := r.world.stop(); err != nil {
		return
	}
	r.inflight = map[string]bool{}
	r.generation++
	r.enqueue(&event{apply: func() error {
		r.log(dispute.EventCancelled, dispute.System, "", nil)
		r.end(dispute.OutcomeCancelled)
		for _, id := range changing {
			r.cancelledWhileChanging(r.Case.Leg(id))
		}
		for i := range r.Case.Legs {
			if l := &r.Case.Legs[i]; l.Money != nil && !l.State.Final() {
				r.reconcileNow(l)
				r.meetLegClocks(l.ID)
			}
		}
		return nil
	}})
	r.turn()
}

// reconcileNow asks about a payment in flight, here and now.
func (r *caseRun) reconcileNow(l *dispute.Leg) {
	moved, err := call[activities.Movement](r.world, partnerOptions(payQueue(r.claim(l)), settlePatience, "reconcile before cancelling"),
		activities.NameReconcile, r.claim(l))
	switch {
	case err == nil && moved.Status != dispute.MoneyUnknown:
		r.moneyUpdate(l, moved.Status, moved.ProviderRef, granted(l), "")
	case err == nil:
		// The provider never heard of it, and now nobody will send it.
		r.setLeg(l, dispute.MoneyCancelled, dispute.System, dispute.WhyNeverSent)
	default:
		r.setLeg(l, dispute.MoneyUnknown, dispute.System, failureWord(err))
	}
	if !l.State.Final() {
		l.Problem = dispute.ProblemCancelledWhile + string(l.State)
		r.notify(dispute.NoticeTask, dispute.RoleSupervisor, kv{"what": dispute.TaskSettle, "refund_key": l.Money.Key, "state": l.State})
	}
}
