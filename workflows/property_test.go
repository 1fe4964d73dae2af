package workflows_test

import (
	"fmt"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/redresshq/redress/activities"
	"github.com/redresshq/redress/dispute"
)

// provider is a payment provider that keeps its own books.
type provider struct {
	mood  string
	books map[string]dispute.MoneyClaim // paid or on its way
	state map[string]dispute.LegState
}

func (p *provider) pay(c dispute.MoneyClaim) (activities.Movement, error) {
	if _, known := p.books[c.Key]; known {
		return p.find(c)
	}
	switch p.mood {
	case "declining":
		return activities.Movement{}, &activities.PartnerError{Partner: "payment", Status: 422, Code: "account_closed"}
	case "deaf":
		return activities.Movement{}, &activities.PartnerError{Partner: "payment"}
	case "mute":
		p.books[c.Key], p.state[c.Key] = c, dispute.MoneySucceeded
		return activities.Movement{}, &activities.PartnerError{Partner: "payment"}
	case "slow":
		p.books[c.Key], p.state[c.Key] = c, dispute.MoneyPending
	default:
		p.books[c.Key], p.state[c.Key] = c, dispute.MoneySucceeded
	}
	return p.find(c)
}

func (p *provider) find(c dispute.MoneyClaim) (activities.Movement, error) {
	if _, known := p.books[c.Key]; !known {
		return activities.Movement{Key: c.Key, Status: dispute.MoneyUnknown, Amount: c.Amount}, nil
	}
	return activities.Movement{Key: c.Key, ProviderRef: "re", Status: p.state[c.Key], Amount: c.Amount}, nil
}

// fail is the provider's word that a pending payment came to nothing.
func (p *provider) fail(key string) bool {
	if p.state[key] != dispute.MoneyPending {
		return false
	}
	delete(p.books, key)
	delete(p.state, key)
	return true
}

var anyKey = rapid.SampledFrom([]string{refundKey, caseID + "/refund-2/1", caseID + "/refund-3/1", payoutKey, "nobody's"})

// anything is one act of anybody, legal or not.
func (r *rig) anything(t *rapid.T, p *provider, n int) func() {
	id := rapid.SampledFrom([]string{fmt.Sprintf("x%d", n), fmt.Sprintf("x%d", n), fmt.Sprintf("x%d", max(0, n-1))}).Draw(t, "id")
	who := rapid.SampledFrom([]dispute.Actor{customer, agent, supervisor, {Role: dispute.RoleCustomer, ID: "cust-2"}, {Role: dispute.RoleFinance, ID: "fin"}}).Draw(t, "who")
	offer := rapid.SampledFrom([]string{"offer_1", "o1", "o2"}).Draw(t, "offer")
	amount := rapid.Int64Range(-5, 30000).Draw(t, "amount")
	kind := rapid.SampledFrom([]dispute.RemedyType{dispute.RemedyRefund, dispute.RemedyReturnRefund, dispute.RemedyPartialRefund,
		dispute.RemedyCompensation, dispute.RemedyFreightRefund, dispute.RemedyCoupon}).Draw(t, "remedy")
	remedy := dispute.Remedy{Type: kind}
	if kind == dispute.RemedyPartialRefund || kind == dispute.RemedyCompensation || amount%7 == 0 {
		remedy = yuan(kind, amount)
	}
	key := anyKey.Draw(t, "key")
	sequence := rapid.Int64Range(0, 4).Draw(t, "sequence")
	quantity := rapid.IntRange(-1, 3).Draw(t, "quantity")
	condition := rapid.SampledFrom([]dispute.Condition{dispute.ConditionIntact, dispute.ConditionDamaged, dispute.ConditionUsed, "molten"}).Draw(t, "condition")
	status := rapid.SampledFrom([]dispute.ParcelStatus{dispute.ParcelInTransit, dispute.ParcelDelivered, dispute.ParcelLost, "teleported"}).Draw(t, "status")
	acts := map[string]func(){
		"supply":     r.supply,
		"accept":     func() { r.answer(id, offer, dispute.ResponseAccept) },
		"decline":    func() { r.answer(id, offer, dispute.ResponseDecline) },
		"counter":    func() { r.counter(id, offer, remedy) },
		"offer":      func() { r.offer(id, offer, who, remedy) },
		"decide":     func() { r.decide(id, who, remedy) },
		"reject":     func() { r.reject(id, who) },
		"approve":    func() { r.approve(id, "approval_1", who, amount%2 == 0) },
		"escalate":   func() { r.escalate(id, who) },
		"withdraw":   func() { r.withdraw(id) },
		"resolve":    func() { r.resolveRefund(id, key, dispute.ResultRetry) },
		"resolveLeg": func() { r.resolveLeg(id, "return-1", []string{"succeeded", "failed", "retry"}[sequence%3]) },
		"scan":       func() { r.scan("c"+id, status) },
		"receive":    func() { r.receive("w"+id, sequence, quantity) },
		"inspect":    func() { r.inspect("i"+id, sequence, found("line-1", quantity, condition)) },
		"settle":     func() { r.tell(p, id, key, amount%2 == 0) },
		"garbage":    func() { r.signal(dispute.SignalWarehouseInspected, []string{"?"}) },
		"mood": func() {
			p.mood = []string{"declining", "deaf", "mute", "slow", ""}[sequence%5]
		},
		"trace": func() { r.onReturn.Status = status },
		"suspend": func() {
			r.suspend(id, []dispute.SuspensionReason{dispute.SuspendAgreedPause, dispute.SuspendCourtOrPolice, dispute.SuspendAppraisal,
				dispute.SuspendAwaitingCustomer, "lunch"}[sequence%5])
		},
		"resume": func() { r.resume(id) },
		"extend": func() {
			r.extend(id, []dispute.ClockName{dispute.ClockResolution, dispute.ClockCustomerResponse, dispute.ClockAgentDecision}[sequence%3],
				"", []string{"1wd", "1d", "2h", "99wd", "soon"}[max(quantity, 0)])
		},
		"ask": func() {
			r.ask(id, []dispute.Party{dispute.PartyCustomer, dispute.PartyMerchant}[sequence%2], dispute.EvidenceReport)
		},
		"show":   func() { r.hand(id, dispute.EvidenceReport, who, time.Duration(amount)*time.Hour) },
		"appeal": func() { r.appeal(id, "evd_"+id) },
		"reopen": func() { r.reopenCase(id, who) },
		"survey": func() { r.survey(id, quantity) },
		"rules":  func() { r.signal(dispute.SignalReproject, dispute.RulesChanged{EventID: "r" + id, Calendar: "cn"}) },
	}
	names := make([]string, 0, len(acts))
	for name := range acts {
		names = append(names, name)
	}
	return acts[rapid.SampledFrom(sorted(names)).Draw(t, "act")]
}

// tell sends the provider's webhook about a payment, true to its books.
func (r *rig) tell(p *provider, id, key string, fine bool) {
	claim, known := p.books[key]
	status := dispute.MoneySucceeded
	switch {
	case known && fine:
		p.state[key] = status
	case known && p.fail(key):
		status = dispute.MoneyFailed
	case known:
		return
	default:
		status = "teleported"
	}
	r.settle("p"+id, key, status, claim.Amount.Amount)
}

func TestWhateverComesTheCaseHoldsTheLaws(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		r := setup(t).under(rapid.SampledFrom([]string{released, newest}).Draw(t, "policy"))
		p, o, at := r.somewhere(t)
		for n := range rapid.IntRange(1, 18).Draw(t, "acts") {
			at += rapid.SampledFrom([]time.Duration{0, time.Minute, time.Hour, day, 3 * day, 8 * day}).Draw(t, "pause")
			r.after(at, r.anything(t, p, n))
		}
		r.after(at+90*day, func() { r.env.CancelWorkflow() })
		r.run(o)
		require.Equal(t, dispute.StageClosed, r.last().Stage)
		require.Nil(t, r.lastDue(), "a clock runs on in a closed case")
		refunded := int64(0)
		for _, claim := range p.books {
			if claim.Type == dispute.LegRefund {
				refunded += claim.Amount.Amount
			}
		}
		require.LessOrEqual(t, refunded, int64(19000), "more was refunded than captured")
		r.lawful(t)
	})
}

// lawful checks every recorded step: stages move by the table, and an open case
// always waits for somebody with a clock running.
func (r *rig) lawful(t *rapid.T) {
	stage := dispute.Stage("")
	for _, b := range r.batches {
		c := b.Case
		if stage != "" && stage != c.Stage {
			reachable := dispute.CanMove(stage, c.Stage)
			for _, over := range dispute.Stages() { // two moves in one turn
				reachable = reachable || (dispute.CanMove(stage, over) && dispute.CanMove(over, c.Stage))
			}
			require.True(t, reachable, "from %s to %s", stage, c.Stage)
		}
		stage = c.Stage
		if c.Stage == dispute.StageClosed || endingOf(t, b) != "" {
			continue
		}
		awaited := map[dispute.Stage][]dispute.ClockName{
			dispute.StageIntake:       {dispute.ClockCustomerInfo},
			dispute.StageNegotiation:  {dispute.ClockAgentDecision, dispute.ClockCustomerResponse, dispute.ClockEscalationWindow, dispute.ClockSupervisorDecision},
			dispute.StageAdjudication: {dispute.ClockSupervisorDecision},
			dispute.StageAppeal:       {dispute.ClockAppealWindow},
			dispute.StageExecution:    {dispute.ClockResolution},
			dispute.StageFollowUp:     {dispute.ClockReopenWindow, dispute.ClockSupervisorDecision}, // a second opinion
		}[c.Stage]
		running := len(awaited) == 0 // in the investigation partners are asked
		for _, name := range awaited {
			running = running || (c.Counting(name, "") != nil && c.NextDue() != nil) // or it stands still while another is waited for
		}
		require.True(t, running, "in %s nobody is waited for: %v", c.Stage, c.Clocks)
	}
}

// somewhere draws a case and how far it comes by itself: its provider, its opening, and
// when the last of that happens.
func (r *rig) somewhere(t *rapid.T) (p *provider, o dispute.Opening, at time.Duration) {
	p = &provider{books: map[string]dispute.MoneyClaim{}, state: map[string]dispute.LegState{}}
	r.pay, r.find = p.pay, p.find
	o = rapid.SampledFrom([]dispute.Opening{r.opening(), r.claimForDesk(), r.complaint(), r.noReason(), r.lostOutbound()}).Draw(t, "opening")
	if o.Reason != dispute.ReasonNotReceived {
		signed := opened.AddDate(0, 0, -2)
		r.order.DeliveredAt = &signed
	}
	at = time.Second // the case is open
	headStart := rapid.IntRange(0, 4).Draw(t, "head start")
	for i, act := range []func(){
		r.supply, func() { r.answer("h1", "offer_1", dispute.ResponseAccept) },
		func() { r.scan("h2", dispute.ParcelDelivered) }, func() { r.receive("h3", 1, 1) },
	} {
		if i < headStart {
			at += time.Minute
			r.after(at, act)
		}
	}
	return p, o, at
}
