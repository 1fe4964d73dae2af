package workflows

import (
	"context"
	"errors"
	"fmt"
	"slices"

	enumspb "go.temporal.io/api/enums/v1"
	"go.temporal.io/api/serviceerror"
	"go.temporal.io/sdk/client"
	"go.temporal.io/sdk/temporal"
	"go.temporal.io/sdk/workflow"

	"github.com/redresshq/redress/dispute"
)

// RecoveryResult is the answer to an update of a recovery.
type RecoveryResult struct {
	RecoveryID string `json:"recovery_id"`
	Version    int64  `json:"version"`
}

// handle registers the query and every command of a recovery.
func (r *recoveryRun) handle(ctx workflow.Context) error {
	return errors.Join(
		workflow.SetQueryHandler(ctx, QueryRecovery, func() (dispute.Recovery, error) { return r.Recovery, nil }),
		onRecovery(ctx, r, dispute.UpdateSettle, func(c dispute.SettleCommand) dispute.RecoveryCommand { return c.RecoveryCommand },
			func(c dispute.SettleCommand) error { return r.settle(c) }),
		onRecovery(ctx, r, dispute.UpdateWriteOff, func(c dispute.WriteOffCommand) dispute.RecoveryCommand { return c.RecoveryCommand },
			func(c dispute.WriteOffCommand) error { return r.giveUp(c) }),
		onRecovery(ctx, r, dispute.UpdateApprove, func(c dispute.ApproveWriteOffCommand) dispute.RecoveryCommand { return c.RecoveryCommand },
			func(c dispute.ApproveWriteOffCommand) error { return r.approve(c) }),
		onRecovery(ctx, r, dispute.UpdateContest, func(c dispute.ContestCommand) dispute.RecoveryCommand { return c.RecoveryCommand },
			func(c dispute.ContestCommand) error { return r.contest(c) }),
	)
}

// onRecovery queues a command for the main loop and answers once it is recorded. A command
// that was applied before, in an earlier run, is answered and changes nothing.
func onRecovery[C any](ctx workflow.Context, r *recoveryRun, name dispute.UpdateName, meta func(C) dispute.RecoveryCommand, apply func(C) error) error {
	return workflow.SetUpdateHandler(ctx, string(name), func(ctx workflow.Context, c C) (RecoveryResult, error) {
		var done bool
		var failed error
		r.queue = append(r.queue, &event{
			apply: func() error {
				m := meta(c)
				switch {
				case m.UpdateID != "" && slices.Contains(r.Seen, m.UpdateID):
					return nil
				case m.ExpectedVersion != nil && *m.ExpectedVersion != r.Version:
					return dispute.Errorf(dispute.CodeStaleVersion, "the recovery is at version %d", r.Version)
				}
				if err := apply(c); err != nil {
					return err
				}
				r.Saw(m.UpdateID)
				return nil
			},
			done: func(err error) { done, failed = true, err },
		})
		if err := workflow.Await(ctx, func() bool { return done }); err != nil {
			return RecoveryResult{}, err
		}
		var refused *dispute.Error
		if errors.As(failed, &refused) {
			failed = applicationError(refused)
		}
		return RecoveryResult{RecoveryID: r.ID, Version: r.Version}, failed
	})
}

func (r *recoveryRun) settle(c dispute.SettleCommand) error {
	if err := r.Settle(c, r.world.now()); err != nil {
		return err
	}
	r.log(dispute.EventRecoverySettled, c.Actor, string(c.Result), "", kv{"amount": c.Amount, "partner_ref": clip(c.PartnerRef), "note_id": c.NoteID})
	return nil
}

func (r *recoveryRun) giveUp(c dispute.WriteOffCommand) error {
	if err := r.GiveUp(c, r.world.now()); err != nil {
		return err
	}
	event := dispute.EventWrittenOff
	if r.Pending() != nil {
		event = dispute.EventWriteOffAsked
	}
	r.log(event, c.Actor, c.Reason, "", kv{"write_off_id": r.WriteOff.ID, "amount": r.WriteOff.Amount, "note_id": c.NoteID})
	return nil
}

func (r *recoveryRun) approve(c dispute.ApproveWriteOffCommand) error {
	if err := r.Approve(c, r.world.now()); err != nil {
		return err
	}
	r.log(dispute.EventWriteOffAnswered, c.Actor, r.WriteOff.State, "", kv{"write_off_id": r.WriteOff.ID, "amount": r.WriteOff.Amount, "note_id": c.NoteID})
	return nil
}

func (r *recoveryRun) contest(c dispute.ContestCommand) error {
	claims := len(r.Claims)
	if err := r.Contest(c, r.world.now()); err != nil {
		return err
	}
	key := r.Last().Key
	if len(r.Claims) > claims {
		r.refs = append(r.refs, dispute.Reference{Kind: dispute.RefClaim, Value: key, LegID: r.ID})
	}
	r.log(dispute.EventRecoveryContest, c.Actor, c.Reason, "", kv{"claim_key": key, "amount": r.Last().Amount, "evidence": c.Evidence, "note_id": c.NoteID})
	return nil
}

// StartRecovery starts the workflow of a recovery that is on record; one that was started
// before is left alone.
func (d *Door) StartRecovery(ctx context.Context, r dispute.Recovery) error {
	err := d.startRecovery(ctx, r, enumspb.WORKFLOW_ID_REUSE_POLICY_REJECT_DUPLICATE)
	if temporal.IsWorkflowExecutionAlreadyStartedError(err) {
		return nil
	}
	return decode(err)
}

// RestartRecovery starts the workflow of an open recovery again, which is gone.
func (d *Door) RestartRecovery(ctx context.Context, r dispute.Recovery) error {
	err := d.startRecovery(ctx, r, enumspb.WORKFLOW_ID_REUSE_POLICY_ALLOW_DUPLICATE)
	if temporal.IsWorkflowExecutionAlreadyStartedError(err) {
		return dispute.Errorf(dispute.CodeNotAllowedNow, "the workflow of recovery %s is running", r.ID)
	}
	return decode(err)
}

func (d *Door) startRecovery(ctx context.Context, r dispute.Recovery, reuse enumspb.WorkflowIdReusePolicy) error {
	_, err := d.Client.ExecuteWorkflow(ctx, client.StartWorkflowOptions{
		ID: r.WorkflowID(), TaskQueue: QueueMain, WorkflowIDReusePolicy: reuse,
		WorkflowExecutionErrorWhenAlreadyStarted: true,
		StaticSummary:                            fmt.Sprintf("%s, case %s", r.Words(), r.CaseID),
	}, RecoveryWorkflow, RecoveryStart{RecoveryID: r.ID})
	return err
}

// DescribeRecovery says whether the recovery's workflow runs.
func (d *Door) DescribeRecovery(ctx context.Context, r dispute.Recovery) (running bool, err error) {
	running, _, err = d.describe(ctx, r.WorkflowID())
	return running, err
}

// SettleRecovery puts an answer or a payment of the party by hand.
func (d *Door) SettleRecovery(ctx context.Context, r dispute.Recovery, c dispute.SettleCommand) error {
	return d.updateRecovery(ctx, r, dispute.UpdateSettle, c.UpdateID, c)
}

// WriteOffRecovery gives up what is open.
func (d *Door) WriteOffRecovery(ctx context.Context, r dispute.Recovery, c dispute.WriteOffCommand) error {
	return d.updateRecovery(ctx, r, dispute.UpdateWriteOff, c.UpdateID, c)
}

// ApproveWriteOff answers a write-off that waits for another person.
func (d *Door) ApproveWriteOff(ctx context.Context, r dispute.Recovery, c dispute.ApproveWriteOffCommand) error {
	return d.updateRecovery(ctx, r, dispute.UpdateApprove, c.UpdateID, c)
}

// ContestRecovery contests a denied claim.
func (d *Door) ContestRecovery(ctx context.Context, r dispute.Recovery, c dispute.ContestCommand) error {
	return d.updateRecovery(ctx, r, dispute.UpdateContest, c.UpdateID, c)
}

func (d *Door) updateRecovery(ctx context.Context, r dispute.Recovery, name dispute.UpdateName, id string, arg any) error {
	handle, err := d.Client.UpdateWorkflow(ctx, client.UpdateWorkflowOptions{
		WorkflowID: r.WorkflowID(), UpdateID: id, UpdateName: string(name),
		WaitForStage: client.WorkflowUpdateStageCompleted, Args: []any{arg},
	})
	if err == nil {
		err = handle.Get(ctx, nil)
	}
	var gone *serviceerror.NotFound
	if errors.As(err, &gone) {
		return dispute.Errorf(dispute.CodeUnavailable, "the recovery cannot take it just now; try again with the same key")
	}
	return decode(err)
}
