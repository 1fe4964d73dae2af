package workflows

import (
	"time"

	"github.com/redresshq/redress/activities"
	"github.com/redresshq/redress/dispute"
)

// progressMoney turns a money leg whose time has come from required to
// requested, so that its key stands in the record before the provider is called.
func (r *caseRun) progressMoney(leg *dispute.Leg) {
	if leg.Money == nil || leg.State != dispute.MoneyRequired || !r.mayPay(leg) {
		return
	}
	if r.Case.ForeignOrder() {
		r.setLeg(leg, dispute.MoneyCancelled, dispute.System, dispute.CodeOrderNotYours)
		return
	}
	now := r.now()
	leg.Money.RequestedAt = &now
	r.setLeg(leg, dispute.MoneyRequested, dispute.System, "")
	r.start(dispute.ClockRefundSettlement, leg.ID)
	r.log(dispute.EventRefundRequested, dispute.System, "", kv{
		"leg_id": leg.ID, "refund_key": leg.Money.Key, "amount": leg.Money.Amount, "payment_id": leg.Money.PaymentID,
	})
}

func (r *caseRun) mayPay(leg *dispute.Leg) bool {
	if r.goodsInTheWay(leg) {
		return false
	}
	if leg.After == "" {
		return true
	}
	before := r.Case.Leg(leg.After)
	return before != nil && before.State == dispute.ReturnAccepted
}

// advanceMoney pays what is requested, once at a time, and asks about what is
// overdue.
func (r *caseRun) advanceMoney(leg *dispute.Leg) {
	if leg.Money.Reconciling {
		r.advanceReconcile(leg)
	}
	if leg.State != dispute.MoneyRequested || r.Case.ForeignOrder() {
		return
	}
	claim, patience := r.claim(leg), r.payPatience(leg)
	r.effect("pay/"+leg.Money.Key, func(w world) func() error {
		moved, err := call[activities.Movement](w, payOptions(payQueue(claim), patience, "pay "+claim.Amount.String()), activities.NamePay, claim)
		return r.onMoney(claim.Key, func(l *dispute.Leg) { r.paid(l, moved, err) })
	})
}

// payPatience is how long a payment is tried: until its settlement is due.
func (r *caseRun) payPatience(leg *dispute.Leg) time.Duration {
	if k := r.Case.Counting(dispute.ClockRefundSettlement, leg.ID); k != nil {
		return max(k.DueAt.Sub(r.now()), minPayPatience)
	}
	return time.Hour
}

// claim is the leg as the ledger needs it: what was captured comes from the order.
func (r *caseRun) claim(leg *dispute.Leg) dispute.MoneyClaim {
	m := leg.Money
	claim := dispute.MoneyClaim{
		Key: m.Key, Type: leg.Type, CaseID: r.Case.ID, LegID: leg.ID, OrderID: r.Case.OrderID,
		PaymentID: m.PaymentID, CustomerID: r.Case.CustomerID, Amount: m.Amount, Lines: m.Lines,
		Form: m.Form, Gift: m.Gift, Returns: m.Returns, Most: m.Most,
	}
	claim.Ended = r.endedRefunds(leg)
	o := r.Case.Facts.Order
	if o == nil {
		return claim
	}
	for _, p := range o.Payments {
		if p.PaymentID == m.PaymentID {
			claim.Captured = p.Captured
		}
	}
	for _, l := range m.Lines {
		claim.LineCaps = append(claim.LineCaps, dispute.LineAmount{LineID: l.LineID, Amount: paidFor(o, l.LineID)})
	}
	return claim
}

// endedRefunds are the keys under which the same lines were to be paid from the same
// payment before, and were given up.
func (r *caseRun) endedRefunds(leg *dispute.Leg) []string {
	var lines []dispute.Line
	for _, part := range leg.Money.Lines {
		lines = append(lines, dispute.Line{LineID: part.LineID})
	}
	var keys []string
	for i := range r.Case.Legs {
		l := &r.Case.Legs[i]
		if l.Money != nil && l.ID != leg.ID && gaveUp(l.State) && l.Money.PaymentID == leg.Money.PaymentID && refundsAny(l, lines) {
			keys = append(keys, l.Money.Key)
		}
	}
	return keys
}

// gaveUp says that a payment was given up.
func gaveUp(s dispute.LegState) bool { return s == dispute.MoneyFailed || s == dispute.MoneyCancelled }

func paidFor(o *dispute.OrderFacts, lineID string) int64 {
	if lineID == dispute.ShippingLine {
		return o.ShippingPaid
	}
	for _, l := range o.Lines {
		if l.LineID == lineID {
			return l.Paid
		}
	}
	return 0
}

// onMoney makes an applier that runs f on the leg that has the key.
func (r *caseRun) onMoney(key string, f func(*dispute.Leg)) func() error {
	return func() error {
		if l := r.legByKey(key); l != nil {
			f(l)
		}
		return nil
	}
}

func (r *caseRun) legByKey(key string) *dispute.Leg {
	return r.legBy(func(l *dispute.Leg) bool { return l.Money != nil && l.Money.Key == key })
}

var paymentProvider = dispute.Actor{Role: dispute.RolePayment}

// paid takes the outcome of a payment's tries. A refusal is final; running out
// of time is not knowing, which forbids another attempt until it is reconciled.
func (r *caseRun) paid(l *dispute.Leg, moved activities.Movement, err error) {
	switch {
	case err == nil:
		r.moneyUpdate(l, moved.Status, moved.ProviderRef, granted(l), "")
	case l.State.Final():
		return // a webhook was quicker
	case isFinal(err):
		r.moneyFailed(l, paymentProblem(err))
		if activities.Code(err) == dispute.CodeExceedsCapture {
			r.askAnew(dispute.FactPayment) // somebody else took what the plan counted on
		}
	default:
		r.setLeg(l, dispute.MoneyUnknown, dispute.System, failureWord(err))
	}
}

// paymentProblem names a refusal: the provider's own code, or the record's, where it gave one.
func paymentProblem(err error) string {
	switch code, ref := activities.Code(err), activities.Ref(err); {
	case code == dispute.CodeDeclined && ref != "", code == dispute.CodeLimitExceeded && ref == dispute.ProblemCompensatedElsewhere:
		return ref
	}
	return string(activities.Code(err))
}

// moneyUpdate applies the provider's word; a repeated or older one changes nothing.
func (r *caseRun) moneyUpdate(l *dispute.Leg, status dispute.LegState, ref string, by dispute.Actor, eventID string) {
	if ref != "" {
		l.Money.ProviderRef = ref
	}
	if status == dispute.MoneySucceeded && gaveUp(l.State) {
		r.paidLate(l, by, eventID)
		return
	}
	said := status
	if status == dispute.MoneyCancelled {
		status = dispute.MoneyFailed // the provider gave it up: nothing was paid
	}
	if l.State == status || !l.CanBecome(status) {
		if eventID != "" {
			r.ignore(by, dispute.IgnoredNothingNew, eventID, kv{"leg_id": l.ID, "status": status})
		}
		return
	}
	r.logEvent(dispute.EventRefundUpdated, by, string(said), eventID, kv{"leg_id": l.ID, "refund_key": l.Money.Key, "provider_ref": ref})
	switch status {
	case dispute.MoneySucceeded:
		now := r.now()
		l.Money.SettledAt, l.Problem = &now, ""
		r.setLeg(l, status, by, "")
		r.meetLegClocks(l.ID)
		r.tellSettled(l)
	case dispute.MoneyFailed:
		r.moneyFailed(l, dispute.ProblemPayment+string(said))
	default:
		r.setLeg(l, status, by, "")
	}
}

// paidLate takes in that money moved after all. It counts as paid from here on.
func (r *caseRun) paidLate(l *dispute.Leg, by dispute.Actor, eventID string) {
	r.logEvent(dispute.EventRefundUpdated, by, dispute.ProblemPaidLate, eventID, kv{
		"leg_id": l.ID, "refund_key": l.Money.Key, "provider_ref": l.Money.ProviderRef, "was": l.State,
	})
	now := r.now()
	l.Money.SettledAt, l.Problem = &now, dispute.ProblemPaidLate
	r.setLeg(l, dispute.MoneySucceeded, by, dispute.ProblemPaidLate)
	r.tellSettled(l)
	r.notify(dispute.NoticeTask, dispute.RoleSupervisor, kv{"what": dispute.ProblemPaidLate, "leg_id": l.ID, "refund_key": l.Money.Key})
	r.resumeExecution()
}

func (r *caseRun) moneyFailed(l *dispute.Leg, problem string) {
	r.setLeg(l, dispute.MoneyFailed, granted(l), problem)
	r.failLeg(l, problem)
}

// settled takes a payment provider's webhook.
func (r *caseRun) settled(u dispute.PaymentUpdate) {
	l := r.legByKey(u.RefundKey)
	switch {
	case l == nil:
		r.ignore(paymentProvider, dispute.IgnoredUnknownRefundKey, u.EventID, kv{"refund_key": u.RefundKey})
	case u.Amount.Amount != 0 && u.Amount != l.Money.Amount:
		r.ignore(paymentProvider, dispute.IgnoredAmountDiffers, u.EventID, kv{"refund_key": u.RefundKey, "amount": u.Amount})
	case !reportable(u.Status):
		r.ignore(paymentProvider, dispute.IgnoredUnknownStatus, u.EventID, kv{"refund_key": u.RefundKey, "status": clip(string(u.Status))})
	default:
		r.moneyUpdate(l, u.Status, u.ProviderRef, granted(l), u.EventID)
	}
}

// reportable says whether a provider may report the status; the others are our
// own states, which nobody outside can set.
func reportable(s dispute.LegState) bool {
	switch s {
	case dispute.MoneyPending, dispute.MoneyRequiresAction, dispute.MoneySucceeded, dispute.MoneyFailed, dispute.MoneyCancelled:
		return true
	}
	return false
}

// advanceReconcile asks the provider what became of a payment whose settlement is due.
func (r *caseRun) advanceReconcile(leg *dispute.Leg) {
	claim := r.claim(leg)
	r.effect("reconcile/"+claim.Key, func(w world) func() error {
		moved, err := call[activities.Movement](w, partnerOptions(payQueue(claim), settlePatience, "reconcile "+claim.Key),
			activities.NameReconcile, claim)
		return r.onMoney(claim.Key, func(l *dispute.Leg) { r.reconciled(l, moved, err) })
	})
}

func (r *caseRun) reconciled(l *dispute.Leg, moved activities.Movement, err error) {
	l.Money.Reconciling = false
	promised := r.lastDue(dispute.ClockRefundSettlement, l.ID)
	if err == nil && moved.Status != dispute.MoneyUnknown {
		r.moneyUpdate(l, moved.Status, moved.ProviderRef, granted(l), "")
	} else {
		r.setLeg(l, dispute.MoneyUnknown, dispute.System, dispute.WhyReconciledWithoutAnswer)
	}
	if l.State.Final() {
		return
	}
	// Still not settled: a person looks into it, and the customer is told.
	l.Problem = dispute.ProblemSettlement + string(l.State)
	due := r.startNow(dispute.ClockRequest{Name: dispute.ClockSupervisorDecision, LegID: l.ID}).DueAt
	r.log(dispute.EventPersonNeeded, dispute.System, l.Problem, kv{"leg_id": l.ID, "refund_key": l.Money.Key})
	r.delayed(l.Problem, l.ID, promised, due)
	r.notify(dispute.NoticeTask, dispute.RoleSupervisor, kv{"what": dispute.TaskSettle, "refund_key": l.Money.Key, "state": l.State})
}
