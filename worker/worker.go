// Package worker says what is registered on which queue with which limits, and
// runs the relay of inbox and outbox, the walks that follow published rules, and the
// erasing of what closed cases need not keep.
package worker

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"sync"
	"time"

	enumspb "go.temporal.io/api/enums/v1"
	"go.temporal.io/api/serviceerror"
	"go.temporal.io/sdk/activity"
	"go.temporal.io/sdk/client"
	"go.temporal.io/sdk/temporal"
	sdkworker "go.temporal.io/sdk/worker"
	"go.temporal.io/sdk/workflow"

	"github.com/redresshq/redress/activities"
	"github.com/redresshq/redress/dispute"
	"github.com/redresshq/redress/workflows"
)

// Record is everything that a worker needs of the store.
type Record interface {
	activities.Keeper
	activities.Ledger
	activities.GivenBack
	activities.GoodsLedger
	activities.AddressHistory
	activities.CaseTexts
	activities.SweepRecord
	RelayRecord
	WalkRecord
	EraseRecord
	RecoveryRecord
	ReportRecord
}

// Deps is what a worker is made of.
type Deps struct {
	Client    client.Client
	Record    Record
	Books     activities.Books // the policies and calendars, as they are published
	Policy    string           // under which new cases open: "default", "demo" ...
	Orders    activities.Orders
	Warehouse activities.Warehouse
	Carrier   activities.Carrier
	// Claims are the parties that take claims by an API; for others a person files them.
	Claims   map[dispute.Party]activities.Claims
	Payments activities.Payments
	Credits  activities.Credits // the shop's own system: coupons, points and gifts
	Notifier activities.Notifier
	Webhooks WebhookSender // tells the shop's own systems; nil: this worker tells none
	// Files is the folder of evidence, to erase from when its time is over; nil: this
	// worker erases nothing.
	Files Files
	Log   *slog.Logger
	// Weekly is when the supervisors get their report.
	Weekly WeeklyPlan
	// StopTimeout is how long work under way may go on after the stop; 0 means 20 s.
	StopTimeout time.Duration
	// PartnerSlots is how many calls run at once on each partner queue; 0 means 50.
	PartnerSlots int
}

// Run works until ctx ends, then drains: no new work, what is under way is
// finished within StopTimeout. It returns an error when a queue cannot be served.
func Run(ctx context.Context, d Deps) error {
	if d.StopTimeout == 0 {
		d.StopTimeout = 20 * time.Second
	}
	if d.PartnerSlots == 0 {
		d.PartnerSlots = 50
	}
	fatal := make(chan error, 8)
	var started []sdkworker.Worker
	defer func() {
		for i := len(started) - 1; i >= 0; i-- {
			started[i].Stop()
		}
	}()
	for _, w := range d.workers(func(err error) {
		select {
		case fatal <- err:
		default: // one is enough to stop
		}
	}) {
		if err := w.Start(); err != nil {
			return fmt.Errorf("worker cannot start: %w", err)
		}
		started = append(started, w)
	}
	if err := EnsureSweep(ctx, d.Client); err != nil {
		return err
	}
	relay := &Relay{Record: d.Record, Engine: &workflows.Door{Client: d.Client}, Notifier: d.Notifier,
		Letters: &activities.Letters{Books: d.Books}, Webhooks: d.Webhooks, Log: d.Log}
	relayCtx, stopRelay := context.WithCancel(ctx)
	defer stopRelay()
	walker := &Walker{Record: d.Record, Books: d.Books, Log: d.Log}
	var loops sync.WaitGroup
	loops.Go(func() { relay.Run(relayCtx) })
	loops.Go(func() { walker.Run(relayCtx) })
	eraser := &Eraser{Record: d.Record, Files: d.Files, Log: d.Log}
	loops.Go(func() { eraser.Run(relayCtx) })
	reports := &reporter{d}
	loops.Go(func() { reports.run(relayCtx) })
	starter := &RecoveryStarter{Record: d.Record, Engine: &workflows.Door{Client: d.Client}, Log: d.Log}
	loops.Go(func() { starter.Run(relayCtx) })
	defer func() { stopRelay(); loops.Wait() }()
	select {
	case <-ctx.Done():
		return nil
	case err := <-fatal:
		return fmt.Errorf("worker failed: %w", err)
	}
}

// workers makes one worker a queue: the main one carries workflows and the
// record, each partner kind has its own slots.
func (d Deps) workers(onFatal func(error)) []sdkworker.Worker {
	partner := sdkworker.Options{
		MaxConcurrentActivityExecutionSize: d.PartnerSlots, DisableWorkflowWorker: true,
		WorkerStopTimeout: d.StopTimeout, OnFatalError: onFatal,
	}
	main := sdkworker.New(d.Client, workflows.QueueMain, sdkworker.Options{WorkerStopTimeout: d.StopTimeout, OnFatalError: onFatal})
	d.registerMain(main)
	investigation := &activities.Investigation{Orders: d.Orders, Warehouse: d.Warehouse, Carrier: d.Carrier, Payments: d.Payments, Ledger: d.Record,
		Addresses: d.Record}
	returns := &activities.Returns{Warehouse: d.Warehouse, Carrier: d.Carrier}
	money := &activities.Money{Payments: d.Payments, Credits: d.Credits, Ledger: d.Record}
	repairs := &activities.Repairs{Workshop: d.Warehouse}
	goods := &activities.Goods{Ledger: d.Record, Replacements: d.Warehouse, Interceptions: d.Warehouse, Orders: d.Orders, Texts: d.Record}
	recoveries := d.recoveries()
	queues := []struct {
		name  string
		steps map[string]any
	}{
		{workflows.QueueSupplier, map[string]any{
			activities.NameFileClaim: recoveries.FileClaim, activities.NameFindClaim: recoveries.FindClaim,
		}},
		{workflows.QueueOrders, map[string]any{
			activities.NameGetOrder: investigation.GetOrder, activities.NameAmend: goods.Amend,
			activities.NamePay: money.Pay, activities.NameReconcile: money.Reconcile, // of coupons and gifts
		}},
		{workflows.QueueWarehouse, map[string]any{
			activities.NameGetDispatch:    investigation.GetDispatch,
			activities.NameAnnounceReturn: returns.AnnounceReturn, activities.NameCancelReturn: returns.CancelReturn,
			activities.NameAnnounceRepair: repairs.AnnounceRepair, activities.NameApproveRepair: repairs.ApproveRepair,
			activities.NameCancelRepair: repairs.CancelRepair,
			activities.NameReplace:      goods.Replace, activities.NameCancelReplacement: goods.CancelReplacement,
			activities.NameIntercept: goods.Intercept, activities.NameRelease: goods.Release,
		}},
		{workflows.QueueCarrier, map[string]any{
			activities.NameFileClaim: recoveries.FileClaim, activities.NameFindClaim: recoveries.FindClaim,
			activities.NameTraceParcel: investigation.TraceParcel, activities.NameTraceOrder: investigation.TraceOrder,
			activities.NameIssueLabel: returns.IssueLabel, activities.NameVoidLabel: returns.VoidLabel,
		}},
		{workflows.QueuePayment, map[string]any{
			activities.NamePaymentFacts: investigation.PaymentFacts,
			activities.NamePay:          money.Pay, activities.NameReconcile: money.Reconcile,
		}},
	}
	all := []sdkworker.Worker{main}
	for _, q := range queues {
		w := sdkworker.New(d.Client, q.name, partner)
		for name, step := range q.steps {
			w.RegisterActivityWithOptions(step, activity.RegisterOptions{Name: name})
		}
		all = append(all, w)
	}
	return all
}

func (d Deps) recoveries() *activities.Recoveries {
	return &activities.Recoveries{Keeper: d.Record, Rules: &activities.Rules{Books: d.Books, Policy: d.Policy}, Parties: d.Claims}
}

// Registry is where workflows and activities are registered: a worker, a replayer, or
// a test environment.
type Registry interface {
	RegisterWorkflowWithOptions(w any, o workflow.RegisterOptions)
	RegisterActivityWithOptions(a any, o activity.RegisterOptions)
}

func (d Deps) registerMain(w Registry) {
	w.RegisterWorkflowWithOptions(workflows.Case, workflow.RegisterOptions{
		Name: workflows.CaseWorkflow, VersioningBehavior: workflow.VersioningBehaviorAutoUpgrade,
	})
	w.RegisterWorkflowWithOptions(workflows.Recovery, workflow.RegisterOptions{
		Name: workflows.RecoveryWorkflow, VersioningBehavior: workflow.VersioningBehaviorAutoUpgrade,
	})
	w.RegisterWorkflowWithOptions(workflows.Sweep, workflow.RegisterOptions{
		Name: workflows.SweepWorkflow, VersioningBehavior: workflow.VersioningBehaviorAutoUpgrade,
	})
	w.RegisterWorkflowWithOptions(workflows.WeeklyReport, workflow.RegisterOptions{
		Name: workflows.WeeklyWorkflow, VersioningBehavior: workflow.VersioningBehaviorAutoUpgrade,
	})
	weekly := d.weekly()
	rules := &activities.Rules{Books: d.Books, Policy: d.Policy, Ledger: d.Record}
	record := &activities.Record{Keeper: d.Record, Rules: rules}
	sweeper := &activities.Sweeper{Record: d.Record, Engine: &workflows.Door{Client: d.Client}, Recoveries: d.Record}
	recoveries := d.recoveries()
	for name, step := range map[string]any{
		activities.NameIntake: rules.Intake, activities.NameClocks: rules.Clocks, activities.NameAdmit: rules.Admit,
		activities.NameAssess: rules.Assess, activities.NameAuthorize: rules.Authorize, activities.NamePlan: rules.Plan,
		activities.NameInspect: rules.Inspect, activities.NameSilence: rules.Silence,
		activities.NameSuspend: rules.Suspend, activities.NameResume: rules.Resume, activities.NameExtend: rules.Extend,
		activities.NameReproject: rules.Reproject,
		activities.NameRecord:    record.Record, activities.NameAdopt: record.Adopt, activities.NameHistory: record.CustomerHistory,
		activities.NameSweepCases:  sweeper.SweepCases,
		activities.NameBuildWeekly: weekly.Build, activities.NameSendWeekly: weekly.Send,
		activities.NameOpenRecovery: recoveries.OpenRecovery, activities.NameRecordRecovery: recoveries.RecordRecovery,
	} {
		w.RegisterActivityWithOptions(step, activity.RegisterOptions{Name: name})
	}
}

// EnsureSweep creates the schedule that sweeps every minute, if it is not there.
func EnsureSweep(ctx context.Context, c client.Client) error {
	_, err := c.ScheduleClient().Create(ctx, client.ScheduleOptions{
		ID:      workflows.SweepSchedule,
		Spec:    client.ScheduleSpec{Intervals: []client.ScheduleIntervalSpec{{Every: time.Minute}}},
		Overlap: enumspb.SCHEDULE_OVERLAP_POLICY_SKIP,
		Action: &client.ScheduleWorkflowAction{
			ID: workflows.SweepSchedule, Workflow: workflows.SweepWorkflow, TaskQueue: workflows.QueueMain,
		},
		CatchupWindow: time.Minute,
	})
	var exists *serviceerror.AlreadyExists
	if err == nil || errors.Is(err, temporal.ErrScheduleAlreadyRunning) || errors.As(err, &exists) {
		return nil
	}
	return fmt.Errorf("creating the sweep's schedule: %w", err)
}
