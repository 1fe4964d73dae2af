package workflows_test

import (
	"context"
	"encoding/json"
	"fmt"
	"log/slog"
	"sync"
	"time"

	"github.com/stretchr/testify/require"
	"go.temporal.io/sdk/activity"
	"go.temporal.io/sdk/client"
	"go.temporal.io/sdk/log"
	"go.temporal.io/sdk/testsuite"
	"go.temporal.io/sdk/worker"
	"go.temporal.io/sdk/workflow"

	"github.com/redresshq/redress/activities"
	"github.com/redresshq/redress/dispute"
	"github.com/redresshq/redress/workflows"
)

// opened is the instant at which every test case opens: a Monday noon in Shanghai,
// well inside the loaded calendar.
var opened = time.Date(2026, 3, 16, 4, 0, 0, 0, time.UTC)

const (
	caseID  = "case_test1"
	orderID = "order-1"
)

var (
	customer   = dispute.Actor{Role: dispute.RoleCustomer, ID: "cust-1"}
	agent      = dispute.Actor{Role: dispute.RoleAgent, ID: "agent-1"}
	supervisor = dispute.Actor{Role: dispute.RoleSupervisor, ID: "super-1"}
)

// released is the policy of the first release: what was told under it stays as it
// was. Tests of what came later name their policy (rig.under, rig.standing).
const released = "default@1"

// newest is the default policy as new cases meet it.
const newest = "default"

// under lets cases open under another policy of the embedded ones.
func (r *rig) under(policy string) *rig {
	r.policy = policy
	r.renew(opened)
	return r
}

// rig is a case workflow in skipped time, with the real rules, a record in
// memory, and partners whose answers a test sets.
type rig struct {
	t   tester
	env *testsuite.TestWorkflowEnvironment
	// steps are what the test does, in the order in which it said so.
	steps []*step

	world   sync.Mutex
	mu      sync.Mutex
	batches []dispute.Batch
	calls   []string // partner calls, in order

	order    dispute.OrderFacts
	trace    dispute.TraceFacts
	payment  dispute.PaymentFacts
	history  dispute.HistoryFacts
	onReturn dispute.TraceFacts // the trace of a return parcel
	pay      func(dispute.MoneyClaim) (activities.Movement, error)
	find     func(dispute.MoneyClaim) (activities.Movement, error)
	orderErr error
	announce error // the warehouse's answer to announcements
	cancel   error // and to cancellations
	repair   error // and to repairs
	goods    goodsWorld
	policy   string
	library  *dispute.Library // nil: the embedded one

	// refuse, when set, answers a batch in place of the record.
	refuse func(dispute.Batch) (dispute.Receipt, error)
	// stored is what Adopt returns.
	stored *workflows.State
	// pendingAtClose is what the record answers to a last batch: events accepted
	// and not yet delivered. Then it does not close.
	pendingAtClose []string
}

// tester is a test, or one try of a property.
type tester interface {
	require.TestingT
	Helper()
}

// step is something that a test does once, at a span after the opening.
type step struct {
	at   time.Duration
	do   func()
	done bool
}

func setup(t tester) *rig {
	t.Helper()
	delivered := opened.AddDate(0, 0, -2)
	r := &rig{
		t: t, policy: released,
		order: dispute.OrderFacts{
			OrderID: orderID, CustomerID: customer.ID, PlacedAt: opened.AddDate(0, 0, -6), Currency: "CNY",
			Lines: []dispute.OrderLine{
				{LineID: "line-1", SKU: "sku-cup", Quantity: 2, Paid: 10000}, {LineID: "line-2", SKU: "sku-lamp", Quantity: 1, Paid: 8000},
			},
			ShippingPaid: 1000, Payments: []dispute.OrderMoney{{PaymentID: "pay-1", Captured: 19000}},
			DeliveredAt: &delivered, Carrier: "sf", TrackingNumber: "SF1", WarehouseID: "wh-1",
		},
		trace: dispute.TraceFacts{Carrier: "sf", TrackingNumber: "SF1", Status: dispute.ParcelDelivered, DeliveredAt: &delivered, DamageReported: true},
		pay: func(c dispute.MoneyClaim) (activities.Movement, error) {
			return activities.Movement{Key: c.Key, ProviderRef: "re_1", Status: dispute.MoneySucceeded, Amount: c.Amount}, nil
		},
		find: func(c dispute.MoneyClaim) (activities.Movement, error) {
			return activities.Movement{Key: c.Key, Status: dispute.MoneyUnknown, Amount: c.Amount}, nil
		},
	}
	r.renew(opened)
	return r
}

// renew gives the rig a fresh environment at an instant, for a first or a further run.
func (r *rig) renew(at time.Time) {
	var suite testsuite.WorkflowTestSuite
	suite.SetLogger(log.NewStructuredLogger(slog.New(slog.DiscardHandler)))
	r.env = suite.NewTestWorkflowEnvironment()
	r.env.SetStartTime(at)
	r.env.SetTestTimeout(20 * time.Second)
	r.env.SetWorkerOptions(worker.Options{DeadlockDetectionTimeout: time.Minute}) // a busy machine is no deadlock
	r.env.SetStartWorkflowOptions(client.StartWorkflowOptions{ID: workflows.CaseID(caseID), TaskQueue: workflows.QueueMain})
	r.register()
}

func (r *rig) register() {
	if r.library == nil {
		var err error
		r.library, err = dispute.Embedded()
		require.NoError(r.t, err)
	}
	r.registerGoods()
	rules := &activities.Rules{Books: shelf{r}, Policy: r.policy}
	record := &activities.Record{Keeper: r, Rules: rules}
	r.env.RegisterWorkflowWithOptions(workflows.Case, workflow.RegisterOptions{Name: workflows.CaseWorkflow})
	for name, step := range map[string]any{
		activities.NameIntake: rules.Intake, activities.NameClocks: rules.Clocks, activities.NameAdmit: rules.Admit,
		activities.NameAssess: rules.Assess, activities.NameAuthorize: rules.Authorize, activities.NamePlan: rules.Plan,
		activities.NameInspect: rules.Inspect, activities.NameSilence: rules.Silence,
		activities.NameSuspend: rules.Suspend, activities.NameResume: rules.Resume, activities.NameExtend: rules.Extend,
		activities.NameReproject: rules.Reproject,
		activities.NameRecord:    record.Record, activities.NameAdopt: record.Adopt, activities.NameHistory: record.CustomerHistory,
		activities.NameGetOrder: func(context.Context, string) (dispute.OrderFacts, error) {
			defer r.locked()()
			r.called("order")
			return r.order, activities.Classify(r.orderErr)
		},
		activities.NameGetDispatch: func(context.Context, string) (dispute.DispatchFacts, error) {
			r.called("dispatch")
			return dispute.DispatchFacts{Lines: []dispute.Line{{LineID: "line-1", Quantity: 2}}}, nil
		},
		activities.NameTraceOrder: func(context.Context, string) (dispute.TraceFacts, error) {
			defer r.locked()()
			r.called("trace " + r.order.TrackingNumber)
			return r.trace, nil
		},
		activities.NameTraceParcel: func(_ context.Context, _, number string) (dispute.TraceFacts, error) {
			defer r.locked()()
			r.called("trace " + number)
			if number == r.order.TrackingNumber {
				return r.trace, nil
			}
			return r.onReturn, nil
		},
		activities.NamePaymentFacts: func(context.Context, string, string) (dispute.PaymentFacts, error) {
			defer r.locked()()
			r.called("payment")
			return r.payment, nil
		},
		activities.NameAnnounceReturn: func(_ context.Context, a activities.ReturnAnnouncement) (activities.ReturnAddress, error) {
			defer r.locked()()
			r.called("announce " + a.RMAID)
			return activities.ReturnAddress{Address: "Dock 1"}, activities.Classify(r.announce)
		},
		activities.NameAnnounceRepair: func(_ context.Context, a activities.RepairAnnouncement) error {
			defer r.locked()()
			r.called("repair " + a.RepairID)
			return activities.Classify(r.repair)
		},
		activities.NameApproveRepair: func(_ context.Context, id string, quote dispute.Money) error {
			r.called("approve " + id + " " + quote.String())
			return nil
		},
		activities.NameCancelRepair: func(_ context.Context, id string, sendBack bool) error {
			r.called(fmt.Sprintf("call off %s send back %t", id, sendBack))
			return nil
		},
		activities.NameCancelReturn: func(_ context.Context, rma string) error {
			defer r.locked()()
			r.called("cancel " + rma)
			return activities.Classify(r.cancel)
		},
		activities.NameIssueLabel: func(context.Context, activities.LabelRequest) (activities.Label, error) {
			r.called("label")
			return activities.Label{LabelID: "label-1", URL: "http://carrier/label-1", Carrier: "sf", TrackingNumber: "R1"}, nil
		},
		activities.NameVoidLabel: func(_ context.Context, id string) error { r.called("void " + id); return nil },
		activities.NamePay: func(_ context.Context, c dispute.MoneyClaim) (activities.Movement, error) {
			defer r.locked()()
			r.called("pay " + c.Key)
			m, err := r.pay(c)
			return m, activities.Classify(err)
		},
		activities.NameReconcile: func(_ context.Context, c dispute.MoneyClaim) (activities.Movement, error) {
			defer r.locked()()
			r.called("reconcile " + c.Key)
			m, err := r.find(c)
			return m, activities.Classify(err)
		},
	} {
		r.env.RegisterActivityWithOptions(step, activity.RegisterOptions{Name: name})
	}
}

// locked keeps what a test changes and what partners read apart.
func (r *rig) locked() func() {
	r.world.Lock()
	return r.world.Unlock
}

func (r *rig) called(what string) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.calls = append(r.calls, what)
}

// Record, Adopt and CustomerHistory make the rig a record in memory.
func (r *rig) Record(_ context.Context, b dispute.Batch) (dispute.Receipt, error) {
	raw, err := json.Marshal(b) // a batch is a document: what is kept is a copy
	if err != nil {
		return dispute.Receipt{}, err
	}
	var kept dispute.Batch
	if err := json.Unmarshal(raw, &kept); err != nil {
		return dispute.Receipt{}, err
	}
	defer r.locked()()
	if r.refuse != nil {
		if receipt, err := r.refuse(kept); err != nil || receipt.Adopt || receipt.Duplicate != "" {
			return receipt, err
		}
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	if kept.Gate == dispute.GateClosed && len(r.pendingAtClose) > 0 {
		return dispute.Receipt{Version: kept.Case.Version, Pending: r.pendingAtClose}, nil
	}
	r.batches = append(r.batches, kept)
	return dispute.Receipt{Version: kept.Case.Version + 1}, nil
}

func (r *rig) Adopt(context.Context, string, string) (dispute.Case, json.RawMessage, error) {
	defer r.locked()()
	if r.stored == nil {
		return dispute.Case{}, nil, dispute.Errorf(dispute.CodeNotFound, "no such case")
	}
	r.called("adopt")
	engine, err := json.Marshal(r.stored.Engine)
	return r.stored.Case, engine, err
}

func (r *rig) CustomerHistory(context.Context, string, string, time.Time) (dispute.HistoryFacts, error) {
	return r.history, nil
}

func (r *rig) opening() dispute.Opening {
	return dispute.Opening{
		CaseID: caseID, ShopID: "shop-1", Kind: dispute.KindReturn, Reason: dispute.ReasonDamagedInTransit,
		Channel: dispute.ChannelInApp, OrderID: orderID, Lines: []dispute.Line{{LineID: "line-1", Quantity: 1}},
		CustomerID: customer.ID, OpenedBy: customer, OpenedAt: opened,
	}
}

// run plays the case to its end.
func (r *rig) run(o dispute.Opening) {
	r.t.Helper()
	r.env.ExecuteWorkflow(workflows.CaseWorkflow, workflows.Start{Opening: &o})
	require.True(r.t, r.env.IsWorkflowCompleted(), "the case did not end")
	require.NoError(r.t, r.env.GetWorkflowError())
}

// after does something once the case has run for d.
func (r *rig) after(d time.Duration, do func()) {
	s := &step{at: d, do: do}
	r.steps = append(r.steps, s)
	r.schedule(s, d)
}

func (r *rig) schedule(s *step, in time.Duration) {
	env := r.env
	env.RegisterDelayedCallback(func() {
		if !env.IsWorkflowCompleted() {
			defer r.locked()()
			s.done = true
			s.do()
		}
	}, in)
}

func (r *rig) signal(name dispute.SignalName, doc any) { r.env.SignalWorkflow(string(name), doc) }

// command sends an update and returns a pointer to its error, filled in when it is answered.
func (r *rig) command(name dispute.UpdateName, id string, c any) *error {
	var answer error
	r.env.UpdateWorkflow(string(name), id, &testsuite.TestUpdateCallback{
		OnAccept:   func() {},
		OnReject:   func(err error) { answer = err },
		OnComplete: func(_ any, err error) { answer = err },
	}, c)
	return &answer
}

// last is the case as last recorded.
func (r *rig) last() dispute.Case {
	r.mu.Lock()
	defer r.mu.Unlock()
	require.NotEmpty(r.t, r.batches)
	return r.batches[len(r.batches)-1].Case
}

// events lists the recorded timeline's types, in order.
func (r *rig) events() []dispute.EventType {
	var all []dispute.EventType
	for _, e := range r.entries() {
		all = append(all, e.Type)
	}
	return all
}

func (r *rig) entries() []dispute.Entry {
	r.mu.Lock()
	defer r.mu.Unlock()
	var all []dispute.Entry
	for _, b := range r.batches {
		all = append(all, b.Entries...)
	}
	return all
}

// notices lists the milestones told to a role, in order.
func (r *rig) notices(to dispute.Role) []dispute.Milestone {
	r.mu.Lock()
	defer r.mu.Unlock()
	var all []dispute.Milestone
	for _, b := range r.batches {
		for _, n := range b.Notices {
			if n.To == to {
				all = append(all, n.Milestone)
			}
		}
	}
	return all
}

func photo(id string) dispute.EvidenceSubmitted {
	return dispute.EvidenceSubmitted{EventID: "ev-" + id, Evidence: dispute.Evidence{
		ID: "evd_" + id, Type: dispute.EvidencePhoto, SubmittedBy: customer, SHA256: "ab" + id, MediaType: "image/jpeg", Size: 10,
	}}
}

func statement(id string) dispute.EvidenceSubmitted {
	s := photo(id)
	s.Evidence.Type = dispute.EvidenceStatement
	return s
}

func cmd(id string, by dispute.Actor) dispute.Command {
	return dispute.Command{UpdateID: id, Actor: by}
}

// supply sends everything that the completeness notice asks for.
func (r *rig) supply() {
	r.signal(dispute.SignalEvidenceSubmitted, photo("p"))
	r.signal(dispute.SignalEvidenceSubmitted, statement("s"))
}

func (r *rig) respond(id string, action dispute.ResponseAction) *error {
	return r.command(dispute.UpdateRespond, id, dispute.RespondCommand{Command: cmd(id, customer), OfferID: "offer_1", Action: action})
}
