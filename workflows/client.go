package workflows

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	enumspb "go.temporal.io/api/enums/v1"
	"go.temporal.io/api/serviceerror"
	"go.temporal.io/sdk/client"
	"go.temporal.io/sdk/temporal"

	"github.com/redresshq/redress/dispute"
)

// Door is the typed way to case workflows.
type Door struct {
	Client client.Client
	// ContinueEvery forces continue-as-new after so many turns, for tests; 0
	// leaves it to the server.
	ContinueEvery int
}

// Open starts the case and waits until its first record stands. Calling it again
// with the same opening is harmless.
//
// Errors: CodeUnavailable when Temporal is away or does not answer; a context error
// when the record took longer than ctx allows: the workflow was started then, and
// the case is on its way.
func (d *Door) Open(ctx context.Context, o dispute.Opening, updateID string) (dispute.CommandResult, error) {
	start := d.Client.NewWithStartWorkflowOperation(client.StartWorkflowOptions{
		ID: CaseID(o.CaseID), TaskQueue: QueueMain,
		WorkflowIDConflictPolicy: enumspb.WORKFLOW_ID_CONFLICT_POLICY_USE_EXISTING,
		WorkflowIDReusePolicy:    enumspb.WORKFLOW_ID_REUSE_POLICY_REJECT_DUPLICATE,
		TypedSearchAttributes:    startAttributes(o),
		StaticSummary:            fmt.Sprintf("%s (%s), order %s", o.Kind, o.Reason, o.OrderID),
	}, CaseWorkflow, Start{Opening: &o, ContinueEvery: d.ContinueEvery})
	handle, err := d.Client.UpdateWithStartWorkflow(ctx, client.UpdateWithStartWorkflowOptions{
		StartWorkflowOperation: start,
		UpdateOptions: client.UpdateWorkflowOptions{
			UpdateID: updateID, UpdateName: string(dispute.UpdateOpen), WaitForStage: client.WorkflowUpdateStageCompleted,
		},
	})
	if err != nil {
		return d.openedBefore(ctx, o.CaseID, updateID, err)
	}
	return result(ctx, handle)
}

// openedBefore answers an opening whose case has already run to its end.
func (d *Door) openedBefore(ctx context.Context, caseID, updateID string, err error) (dispute.CommandResult, error) {
	var started *serviceerror.WorkflowExecutionAlreadyStarted
	if !errors.As(err, &started) && !temporal.IsWorkflowExecutionAlreadyStartedError(err) {
		return dispute.CommandResult{}, d.underWay(ctx, caseID, decode(err))
	}
	return result(ctx, d.Client.GetWorkflowUpdateHandle(client.GetWorkflowUpdateHandleOptions{
		WorkflowID: CaseID(caseID), UpdateID: updateID,
	}))
}

// underWayLimit is how long an opening that ran out of time asks whether its case
// was started at all.
const underWayLimit = time.Second

// underWay keeps an opening's timeout only where Temporal says that the workflow was
// started: nobody else would start it, so that "accepted" would be an empty promise.
func (d *Door) underWay(ctx context.Context, caseID string, err error) error {
	if !errors.Is(err, context.DeadlineExceeded) {
		return err
	}
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), underWayLimit)
	defer cancel()
	if _, runID, asked := d.Describe(ctx, caseID); asked != nil || runID == "" {
		return dispute.Errorf(dispute.CodeUnavailable, "it is not known that the case was started: %s", errors.Join(err, asked).Error())
	}
	return err
}

// Restart starts the workflow of a recorded, open case again.
func (d *Door) Restart(ctx context.Context, c dispute.Case) error {
	_, err := d.Client.ExecuteWorkflow(ctx, client.StartWorkflowOptions{
		ID: CaseID(c.ID), TaskQueue: QueueMain,
		WorkflowIDReusePolicy:                    enumspb.WORKFLOW_ID_REUSE_POLICY_ALLOW_DUPLICATE,
		WorkflowExecutionErrorWhenAlreadyStarted: true,
		TypedSearchAttributes:                    recordedAttributes(c),
		StaticSummary:                            fmt.Sprintf("%s (%s), order %s, restarted", c.Kind, c.Reason, c.OrderID),
	}, CaseWorkflow, Start{Restart: c.ID})
	if temporal.IsWorkflowExecutionAlreadyStartedError(err) {
		return dispute.Errorf(dispute.CodeNotAllowedNow, "the workflow of case %s is running", c.ID)
	}
	return decode(err)
}

// Offer proposes remedies.
func (d *Door) Offer(ctx context.Context, caseID string, c dispute.OfferCommand) (dispute.CommandResult, error) {
	return d.update(ctx, caseID, dispute.UpdateOffer, c.UpdateID, c)
}

// Respond answers an offer.
func (d *Door) Respond(ctx context.Context, caseID string, c dispute.RespondCommand) (dispute.CommandResult, error) {
	return d.update(ctx, caseID, dispute.UpdateRespond, c.UpdateID, c)
}

// Decide decides.
func (d *Door) Decide(ctx context.Context, caseID string, c dispute.DecideCommand) (dispute.CommandResult, error) {
	return d.update(ctx, caseID, dispute.UpdateDecide, c.UpdateID, c)
}

// Approve answers an approval.
func (d *Door) Approve(ctx context.Context, caseID string, c dispute.ApproveCommand) (dispute.CommandResult, error) {
	return d.update(ctx, caseID, dispute.UpdateApprove, c.UpdateID, c)
}

// Resolve settles by hand.
func (d *Door) Resolve(ctx context.Context, caseID string, c dispute.ResolveCommand) (dispute.CommandResult, error) {
	return d.update(ctx, caseID, dispute.UpdateResolve, c.UpdateID, c)
}

// AnswerQuote takes or declines what a repair would cost.
func (d *Door) AnswerQuote(ctx context.Context, caseID string, c dispute.QuoteCommand) (dispute.CommandResult, error) {
	return d.update(ctx, caseID, dispute.UpdateQuote, c.UpdateID, c)
}

// Escalate takes the case to a supervisor.
func (d *Door) Escalate(ctx context.Context, caseID string, c dispute.EscalateCommand) (dispute.CommandResult, error) {
	return d.update(ctx, caseID, dispute.UpdateEscalate, c.UpdateID, c)
}

// Withdraw ends the case by the customer's wish.
func (d *Door) Withdraw(ctx context.Context, caseID string, c dispute.WithdrawCommand) (dispute.CommandResult, error) {
	return d.update(ctx, caseID, dispute.UpdateWithdraw, c.UpdateID, c)
}

// Note records a message or note.
func (d *Door) Note(ctx context.Context, caseID string, c dispute.NoteCommand) (dispute.CommandResult, error) {
	return d.update(ctx, caseID, dispute.UpdateNote, c.UpdateID, c)
}

// Assign gives the case to an agent or team.
func (d *Door) Assign(ctx context.Context, caseID string, c dispute.AssignCommand) (dispute.CommandResult, error) {
	return d.update(ctx, caseID, dispute.UpdateAssign, c.UpdateID, c)
}

// Signal delivers an inbound event; late when the case's workflow has completed.
func (d *Door) Signal(ctx context.Context, e dispute.InboxEvent) (dispute.Delivery, error) {
	err := d.Client.SignalWorkflow(ctx, addressee(e), "", string(e.Signal), e.Payload)
	var gone *serviceerror.NotFound
	if errors.As(err, &gone) {
		return dispute.DeliveryLate, nil
	}
	if err != nil {
		return "", decode(err)
	}
	return dispute.DeliveryDelivered, nil
}

// addressee is the workflow that an event is for: a case, or the recovery whose claim it
// answers.
func addressee(e dispute.InboxEvent) string {
	var u dispute.ClaimUpdate
	if e.Signal == dispute.SignalClaimUpdate && json.Unmarshal(e.Payload, &u) == nil {
		if id := dispute.RecoveryOfClaim(u.ClaimKey); id != "" {
			return id
		}
	}
	return CaseID(e.CaseID)
}

// Describe says whether the case's workflow runs, and its current run.
func (d *Door) Describe(ctx context.Context, caseID string) (running bool, runID string, err error) {
	return d.describe(ctx, CaseID(caseID))
}

func (d *Door) describe(ctx context.Context, workflowID string) (running bool, runID string, err error) {
	desc, err := d.Client.DescribeWorkflowExecution(ctx, workflowID, "")
	var gone *serviceerror.NotFound
	if errors.As(err, &gone) {
		return false, "", nil
	}
	if err != nil {
		return false, "", decode(err)
	}
	info := desc.GetWorkflowExecutionInfo()
	return info.GetStatus() == enumspb.WORKFLOW_EXECUTION_STATUS_RUNNING, info.GetExecution().GetRunId(), nil
}

// Reproject makes the case work its dates out anew, by the rules that are at hand.
func (d *Door) Reproject(ctx context.Context, caseID, eventID string) error {
	return decode(d.Client.SignalWorkflow(ctx, CaseID(caseID), "", string(dispute.SignalReproject), dispute.RulesChanged{EventID: eventID}))
}

func (d *Door) update(ctx context.Context, caseID string, name dispute.UpdateName, id string, arg any) (dispute.CommandResult, error) {
	for {
		handle, err := d.Client.UpdateWorkflow(ctx, client.UpdateWorkflowOptions{
			WorkflowID: CaseID(caseID), UpdateID: id, UpdateName: string(name),
			WaitForStage: client.WorkflowUpdateStageCompleted, Args: []any{arg},
		})
		if err == nil {
			return result(ctx, handle)
		}
		if !overtaken(ctx, err) {
			return dispute.CommandResult{}, decode(err)
		}
	}
}

// overtakenPause is how long an update waits before it goes in again.
const overtakenPause = 50 * time.Millisecond

// overtaken says whether an update shall go in again, after a pause: the task that
// took it failed because something else came in as the case ended. What that task
// recorded is recorded already, so the update must not be left out of the history.
func overtaken(ctx context.Context, err error) bool {
	var notReady *serviceerror.WorkflowNotReady
	if !errors.As(err, &notReady) {
		return false
	}
	pause, cancel := context.WithTimeout(ctx, overtakenPause)
	defer cancel()
	<-pause.Done()
	return ctx.Err() == nil
}

func result(ctx context.Context, handle client.WorkflowUpdateHandle) (dispute.CommandResult, error) {
	var out dispute.CommandResult
	if err := handle.Get(ctx, &out); err != nil {
		return dispute.CommandResult{}, decode(err)
	}
	if out.Duplicate != "" {
		return out, dispute.Errorf(dispute.CodeDuplicateCase, "another open case claims the same units").WithRef(out.Duplicate)
	}
	return out, nil
}

// decode turns Temporal's errors into ours: refusals keep their code, a completed
// workflow is a closed case, and a context that ran out stays what it is.
func decode(err error) error {
	if err == nil {
		return nil
	}
	var app *temporal.ApplicationError
	var gone *serviceerror.NotFound
	var late *serviceerror.DeadlineExceeded
	var timeout *client.WorkflowUpdateServiceTimeoutOrCanceledError
	switch {
	case errors.As(err, &app):
		var refusal dispute.Error
		if app.HasDetails() && app.Details(&refusal) == nil && refusal.Code != "" {
			return &refusal
		}
		return dispute.Errorf(dispute.CodeUnavailable, "the case could not take it: %w", err)
	case errors.As(err, &gone):
		return dispute.Errorf(dispute.CodeCaseClosed, "the case's workflow has completed")
	case errors.Is(err, context.DeadlineExceeded), errors.Is(err, context.Canceled), errors.As(err, &late), errors.As(err, &timeout):
		return fmt.Errorf("no answer from the case in time: %w", context.DeadlineExceeded)
	default:
		return dispute.Errorf(dispute.CodeUnavailable, "Temporal cannot be reached: %w", err)
	}
}
