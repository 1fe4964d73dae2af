package workflows

import (
	"fmt"

	"github.com/redresshq/redress/activities"
	"github.com/redresshq/redress/dispute"
)

// resolveCommand is the door for what the engine cannot settle.
func (r *caseRun) resolveCommand(c dispute.ResolveCommand) error {
	l := r.Case.Leg(c.LegID)
	if c.RefundKey != "" {
		l = r.legByKey(c.RefundKey)
	}
	if l == nil || (c.RefundKey != "" && l.Money == nil) {
		return dispute.Errorf(dispute.CodeNotFound, "no such leg in this case")
	}
	if c.Result != dispute.ResultSucceeded && c.Result != dispute.ResultFailed && c.Result != dispute.ResultRetry {
		return dispute.Invalid("result is succeeded, failed or retry", dispute.Field{Pointer: "/result", Detail: "unknown result"})
	}
	switch l.Type {
	case dispute.LegReturn:
		return r.resolveReturn(l, c)
	case dispute.LegReplacement:
		return r.resolveReplacement(l, c)
	case dispute.LegRepair:
		return r.resolveRepair(l, c)
	case dispute.LegAmendment:
		return r.resolveAmendment(l, c)
	}
	switch c.Result {
	case dispute.ResultSucceeded, dispute.ResultFailed:
		to := dispute.LegState(c.Result)
		if l.State.Final() || !l.CanBecome(to) {
			return dispute.Errorf(dispute.CodeNotAllowedNow, "a payment that is %s cannot be resolved as %s", l.State, c.Result)
		}
		if to == dispute.MoneyFailed {
			if err := r.mayGiveUp(l); err != nil {
				return err
			}
		}
		r.meetLegClocks(l.ID)
		r.moneyUpdate(l, to, c.ProviderRef, c.Actor, dispute.WhyByHand)
	default:
		return r.retryMoney(l, c)
	}
	return nil
}

// mayGiveUp asks the provider, here and now, before a person's word gives a payment
// up: what the provider still holds may be paid yet, and would be paid a second time
// by the next attempt. Its word is taken over; a provider that cannot be asked
// leaves things as they are.
func (r *caseRun) mayGiveUp(l *dispute.Leg) error {
	moved, err := call[activities.Movement](r.world, partnerOptions(payQueue(r.claim(l)), givingUpPatience, "ask before giving "+l.Money.Key+" up"),
		activities.NameReconcile, r.claim(l))
	switch {
	case err != nil:
		return dispute.Errorf(dispute.CodeUnavailable, "the payment provider cannot say what became of %s; try again later", l.Money.Key)
	case moved.Status == dispute.MoneyUnknown, gaveUp(moved.Status):
		return nil
	}
	r.moneyUpdate(l, moved.Status, moved.ProviderRef, granted(l), "")
	return dispute.Errorf(dispute.CodeNotAllowedNow, "the payment provider has %s as %s; it cannot be resolved as failed", l.Money.Key, moved.Status)
}

// retryMoney tries again. An unknown payment keeps its key, and the provider is
// asked first; a failed one is paid anew as a leg of its own.
func (r *caseRun) retryMoney(l *dispute.Leg, c dispute.ResolveCommand) error {
	if l.State == dispute.MoneyUnknown {
		l.Problem = ""
		r.setLeg(l, dispute.MoneyRequested, c.Actor, dispute.WhyRetry)
		r.meetLegClocks(l.ID)
		r.start(dispute.ClockRefundSettlement, l.ID)
		return nil
	}
	if l.State != dispute.MoneyFailed {
		return dispute.Errorf(dispute.CodeNotAllowedNow, "a payment that is %s cannot be retried", l.State)
	}
	l.Problem = ""
	again := *l.Money
	id := r.nextLegID(l.Type)
	again.Key, again.ProviderRef, again.RequestedAt, again.SettledAt, again.Reconciling = fmt.Sprintf("%s/%s/1", r.Case.ID, id), "", nil, nil, false
	r.Case.Legs = append(r.Case.Legs, dispute.Leg{ID: id, Type: l.Type, State: dispute.MoneyRequired, Money: &again})
	r.refer(dispute.RefRefund, again.Key, id)
	r.log(dispute.EventLegStarted, c.Actor, dispute.WhyRetry, kv{"leg_id": id, "refund_key": again.Key, "amount": again.Amount})
	r.resumeExecution()
	if r.withdrawProposals() { // still at the desk, for another leg: what was proposed did not know of this payment
		r.backToDesk(dispute.ProblemRetried)
	}
	return nil
}

func (r *caseRun) nextLegID(t dispute.LegType) string {
	n := 1
	for _, l := range r.Case.Legs {
		if l.Type == t {
			n++
		}
	}
	return fmt.Sprintf("%s-%d", t, n)
}

// resolveReturn settles a return leg by hand: succeeded counts as accepted,
// failed as given up.
func (r *caseRun) resolveReturn(l *dispute.Leg, c dispute.ResolveCommand) error {
	to := dispute.ReturnCancelled
	if c.Result == dispute.ResultSucceeded {
		to = dispute.ReturnAccepted
	}
	if to == dispute.ReturnAccepted && l.CanBecome(dispute.ReturnInspected) {
		r.setLeg(l, dispute.ReturnInspected, c.Actor, dispute.WhyByHand)
	}
	if c.Result == dispute.ResultRetry || !l.CanBecome(to) {
		return dispute.Errorf(dispute.CodeNotAllowedNow, "a return that is %s cannot be resolved as %s", l.State, c.Result)
	}
	r.meetLegClocks(l.ID)
	r.setLeg(l, to, c.Actor, dispute.WhyByHand)
	if to == dispute.ReturnCancelled {
		r.failLeg(l, dispute.ProblemGivenUp)
		return nil
	}
	l.Problem = ""
	r.returnAccepted(l)
	return nil
}
