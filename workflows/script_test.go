package workflows_test

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"go.temporal.io/sdk/testsuite"

	"github.com/redresshq/redress/activities"
	"github.com/redresshq/redress/dispute"
	"github.com/redresshq/redress/workflows"
)

// What people and partners do in the stories, one line each.

const day = 24 * time.Hour

// reply is the answer to an update, filled in when it comes.
type reply struct {
	code     dispute.Code // "" when it succeeded
	version  int64
	rejected bool // by the validator: nothing stands in the history
	answered bool
}

// send sends an update under a Temporal update id of its own.
func (r *rig) send(name dispute.UpdateName, id string, c any) *reply {
	var a reply
	refusal := func(err error) {
		a.answered = true
		if a.code = activities.Code(err); a.code == "" {
			a.code = dispute.Code(err.Error())
		}
	}
	r.env.UpdateWorkflow(string(name), id, &testsuite.TestUpdateCallback{
		OnAccept: func() {},
		OnReject: func(err error) { a.rejected = true; refusal(err) },
		OnComplete: func(result any, err error) {
			if err != nil {
				refusal(err)
				return
			}
			a.answered = true
			if done, ok := result.(dispute.CommandResult); ok {
				a.version = done.Version
			}
		},
	}, c)
	return &a
}

func (r *rig) answer(id, offerID string, action dispute.ResponseAction) *reply {
	return r.send(dispute.UpdateRespond, id, dispute.RespondCommand{Command: cmd(id, customer), OfferID: offerID, Action: action})
}

func (r *rig) counter(id, offerID string, want ...dispute.Remedy) *reply {
	return r.send(dispute.UpdateRespond, id, dispute.RespondCommand{Command: cmd(id, customer), OfferID: offerID,
		Action: dispute.ResponseCounter, Counter: &dispute.CounterAsk{Remedies: want}})
}

func (r *rig) offer(id, offerID string, by dispute.Actor, remedies ...dispute.Remedy) *reply {
	return r.send(dispute.UpdateOffer, id, dispute.OfferCommand{Command: cmd(id, by), OfferID: offerID, Remedies: remedies})
}

func (r *rig) decide(id string, by dispute.Actor, remedies ...dispute.Remedy) *reply {
	return r.send(dispute.UpdateDecide, id, dispute.DecideCommand{Command: cmd(id, by), DecisionID: "decision_" + id, Remedies: remedies})
}

func (r *rig) reject(id string, by dispute.Actor) *reply {
	return r.send(dispute.UpdateDecide, id, dispute.DecideCommand{Command: cmd(id, by), DecisionID: "decision_" + id,
		Reject: &dispute.Rejection{Code: "not_our_fault"}})
}

func (r *rig) approve(id, approvalID string, by dispute.Actor, yes bool) *reply {
	return r.send(dispute.UpdateApprove, id, dispute.ApproveCommand{Command: cmd(id, by), ApprovalID: approvalID, Approve: yes})
}

func (r *rig) escalate(id string, by dispute.Actor) *reply {
	return r.send(dispute.UpdateEscalate, id, dispute.EscalateCommand{Command: cmd(id, by)})
}

func (r *rig) withdraw(id string) *reply {
	return r.send(dispute.UpdateWithdraw, id, dispute.WithdrawCommand{Command: cmd(id, customer)})
}

func (r *rig) resolveRefund(id, key, result string) *reply {
	return r.send(dispute.UpdateResolve, id, dispute.ResolveCommand{Command: cmd(id, supervisor), RefundKey: key, Result: result})
}

func (r *rig) resolveLeg(id, legID, result string) *reply {
	return r.send(dispute.UpdateResolve, id, dispute.ResolveCommand{Command: cmd(id, supervisor), LegID: legID, Result: result})
}

func (r *rig) scan(id string, status dispute.ParcelStatus) {
	r.signal(dispute.SignalCarrierUpdate, dispute.CarrierUpdate{EventID: id, Carrier: "sf", TrackingNumber: "R1", Status: status})
}

func (r *rig) receive(id string, sequence int64, quantity int) {
	r.signal(dispute.SignalWarehouseReceived, dispute.WarehouseReceived{EventID: id, RMAID: rmaOf(r.last()), Sequence: sequence,
		Lines: []dispute.ReceivedLine{{LineID: "line-1", Quantity: quantity}}})
}

func (r *rig) inspect(id string, sequence int64, lines ...dispute.InspectedLine) {
	r.signal(dispute.SignalWarehouseInspected, dispute.WarehouseInspected{EventID: id, RMAID: rmaOf(r.last()), Sequence: sequence, Lines: lines})
}

// countBox and seeBox report one piece of line-1, damaged, in a parcel of its own.
func (r *rig) countBox(event, parcel string, sequence int64) {
	r.signal(dispute.SignalWarehouseReceived, dispute.WarehouseReceived{EventID: event, RMAID: rmaOf(r.last()), ReturnName: dispute.ReturnName{ParcelID: parcel},
		Sequence: sequence, Lines: []dispute.ReceivedLine{{LineID: "line-1", Quantity: 1}}})
}

func (r *rig) seeBox(event, parcel string, sequence int64) {
	r.signal(dispute.SignalWarehouseInspected, dispute.WarehouseInspected{EventID: event, RMAID: rmaOf(r.last()), ReturnName: dispute.ReturnName{ParcelID: parcel},
		Sequence: sequence, Lines: []dispute.InspectedLine{found("line-1", 1, dispute.ConditionDamaged)}})
}

func found(lineID string, quantity int, c dispute.Condition) dispute.InspectedLine {
	return dispute.InspectedLine{LineID: lineID, Quantity: quantity, Condition: c}
}

func (r *rig) settle(id, key string, status dispute.LegState, amount int64) {
	r.signal(dispute.SignalPaymentUpdate, dispute.PaymentUpdate{EventID: id, RefundKey: key, ProviderRef: "re_1", Status: status,
		Amount: dispute.Money{Amount: amount, Currency: "CNY"}})
}

func yuan(t dispute.RemedyType, fen int64) dispute.Remedy {
	return dispute.Remedy{Type: t, Amount: &dispute.Money{Amount: fen, Currency: "CNY"}}
}

const (
	refundKey = caseID + "/refund-1/1"
	payoutKey = caseID + "/compensation-1/1"
)

// complaint opens about a late delivery: facts need nobody's evidence, and a person decides.
func (r *rig) complaint() dispute.Opening {
	o := r.opening()
	o.Kind, o.Reason = dispute.KindComplaint, dispute.ReasonLateDelivery
	return o
}

// claimForDesk opens a claim that no rule decides, for an agent; silence grants it.
func (r *rig) claimForDesk() dispute.Opening {
	o := r.opening()
	o.Kind, o.Reason = dispute.KindClaim, dispute.ReasonDefective
	o.RequestedRemedy = []dispute.RemedyType{dispute.RemedyRefund}
	o.Evidence = []dispute.EvidenceType{dispute.EvidencePhoto, dispute.EvidenceStatement}
	return o
}

// accepted lets the return of story 1 come as far as its label.
func (r *rig) accepted() dispute.Opening {
	r.after(time.Hour, r.supply)
	r.after(2*time.Hour, func() { r.respond("u1", dispute.ResponseAccept) })
	return r.opening()
}

// The goods come back: in transit on day 1, delivered on day 2, received on day 3, and
// inspected on day 4 as the story says.
func (r *rig) inTransit() { r.after(day, func() { r.scan("c1", dispute.ParcelInTransit) }) }
func (r *rig) delivered() {
	r.inTransit()
	r.after(2*day, func() { r.scan("c2", dispute.ParcelDelivered) })
}

func (r *rig) received() {
	r.delivered()
	r.after(3*day, func() { r.receive("w1", 1, 1) })
}

func (r *rig) inspectedAs(lines ...dispute.InspectedLine) {
	r.received()
	r.after(4*day, func() { r.inspect("w2", 2, lines...) })
}

// paid lists the keys under which money was asked for.
func (r *rig) paid() []string {
	var keys []string
	for _, call := range r.made() {
		if key, ok := strings.CutPrefix(call, "pay "); ok && !slices.Contains(keys, key) {
			keys = append(keys, key)
		}
	}
	return keys
}

// made is the partner calls so far.
func (r *rig) made() []string {
	r.mu.Lock()
	defer r.mu.Unlock()
	return slices.Clone(r.calls)
}

func (r *rig) times(call string) int {
	n := 0
	for _, c := range r.made() {
		if c == call {
			n++
		}
	}
	return n
}

// ignored lists the reasons of ignored events.
func (r *rig) ignored() []string {
	var all []string
	for _, e := range r.entries() {
		if e.Type == dispute.EventIgnored {
			all = append(all, e.Reason)
		}
	}
	return all
}

func (r *rig) has(e dispute.EventType) int {
	n := 0
	for _, have := range r.events() {
		if have == e {
			n++
		}
	}
	return n
}

// told lists the notices' "what" to a role with their milestone, e.g. "task decide".
func (r *rig) told(to dispute.Role) []string {
	r.mu.Lock()
	defer r.mu.Unlock()
	var all []string
	for _, b := range r.batches {
		for _, n := range b.Notices {
			var d struct{ What, Clock string }
			if n.To == to && (n.Data == nil || json.Unmarshal(n.Data, &d) == nil) {
				all = append(all, strings.TrimSpace(fmt.Sprintf("%s %s%s", n.Milestone, d.What, d.Clock)))
			}
		}
	}
	return all
}

// breaches returns when a clock ran out, each time: the instant, and when it was due.
func (r *rig) breaches(name dispute.ClockName) (at, due []time.Time) {
	for _, e := range r.entries() {
		var d struct {
			Clock dispute.ClockName `json:"clock"`
			Due   time.Time         `json:"due_at"`
		}
		if e.Type == dispute.EventClockBreached && json.Unmarshal(e.Data, &d) == nil && d.Clock == name {
			at, due = append(at, e.At), append(due, d.Due)
		}
	}
	return at, due
}

// ranOut demands that the clock ran out exactly when it was due, at these spans
// after the opening (to the minute, since partners take their moment).
func (r *rig) ranOut(name dispute.ClockName, after ...time.Duration) {
	r.t.Helper()
	at, due := r.breaches(name)
	require.Len(r.t, at, len(after), "%s ran out at %v", name, at)
	for i := range at {
		require.False(r.t, at[i].Before(due[i]), "%s ran out before it was due", name)
		require.WithinDuration(r.t, due[i], at[i], time.Second, "%s heard late", name)
		require.WithinDuration(r.t, opened.Add(after[i]), due[i], time.Minute, "%s due", name)
	}
}

// ended demands the case's last words, and that no clock runs on.
func (r *rig) ended(o dispute.Outcome) {
	r.t.Helper()
	c := r.last()
	require.Equal(r.t, dispute.StageClosed, c.Stage)
	require.Equal(r.t, o, c.Outcome)
	require.Nil(r.t, c.NextDue(), "a clock runs on in a closed case")
	require.Equal(r.t, dispute.WaitingNone, c.WaitingOn)
	told := r.notices(dispute.RoleCustomer)
	require.Equal(r.t, dispute.NoticeClosed, told[len(told)-1], "the customer is told of the end")
}

// unpaid demands that nobody was asked for money.
func (r *rig) unpaid() {
	r.t.Helper()
	require.Empty(r.t, r.paid(), "nothing may be paid")
}

// voided demands that RMA and label were given back.
func (r *rig) voided() {
	r.t.Helper()
	require.Contains(r.t, r.made(), "cancel "+rmaOf(r.last()))
	require.Contains(r.t, r.made(), "void label-1")
}

func (r *rig) legState(id string) dispute.LegState {
	c := r.last()
	if l := c.Leg(id); l != nil {
		return l.State
	}
	return ""
}

// scenario is one named story of a table.
type scenario struct {
	name string
	play func(t *testing.T, r *rig)
}

func playAll(t *testing.T, all []scenario) {
	t.Helper()
	for _, s := range all {
		t.Run(s.name, func(t *testing.T) {
			t.Parallel()
			s.play(t, setup(t))
		})
	}
}

func started(o dispute.Opening) workflows.Start { return workflows.Start{Opening: &o} }

// lostOutbound opens a claim for an order that the carrier lost: refunded by rule.
func (r *rig) lostOutbound() dispute.Opening {
	r.trace = dispute.TraceFacts{Carrier: "sf", TrackingNumber: "SF1", Status: dispute.ParcelLost}
	r.order.DeliveredAt = nil
	o := r.opening()
	o.Kind, o.Reason = dispute.KindClaim, dispute.ReasonNotReceived
	return o
}

// answering makes a payment provider that always says the same.
func answering(s dispute.LegState) func(dispute.MoneyClaim) (activities.Movement, error) {
	return func(c dispute.MoneyClaim) (activities.Movement, error) {
		return activities.Movement{Key: c.Key, ProviderRef: "re_1", Status: s, Amount: c.Amount}, nil
	}
}

func count[T comparable](all []T, one T) int {
	n := 0
	for _, have := range all {
		if have == one {
			n++
		}
	}
	return n
}

// stageAt is the stage that the record showed at a span after the opening.
func (r *rig) stageAt(after time.Duration) dispute.Stage {
	r.mu.Lock()
	defer r.mu.Unlock()
	var s dispute.Stage
	for _, b := range r.batches {
		if !b.At.After(opened.Add(after)) {
			s = b.Case.Stage
		}
	}
	return s
}

// stateOf is the state that a batch recorded.
func stateOf(t *testing.T, b dispute.Batch) workflows.State {
	t.Helper()
	s := workflows.State{Case: b.Case}
	require.NoError(t, json.Unmarshal(b.Engine, &s.Engine))
	return s
}

// endingOf is whether a batch stands in a case that is on its way out.
func endingOf(t tester, b dispute.Batch) dispute.Outcome {
	var e workflows.Engine
	require.NoError(t, json.Unmarshal(b.Engine, &e))
	return e.Ending
}

func (r *rig) lastDue() *dispute.Clock {
	c := r.last()
	return c.NextDue()
}

func sorted(all []string) []string {
	slices.Sort(all)
	return all
}
