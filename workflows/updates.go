package workflows

import (
	"errors"

	"go.temporal.io/sdk/temporal"
	"go.temporal.io/sdk/workflow"

	"github.com/redresshq/redress/dispute"
)

// handleUpdates registers every command. A validator refuses without a trace in
// the history; a handler queues the command for the main loop and answers once
// the record is committed.
func (r *caseRun) handleUpdates(ctx workflow.Context) error {
	return errors.Join(
		r.handleOpen(ctx),
		handle(ctx, r, dispute.UpdateOffer, dispute.ActionOffer, noTarget, r.offerCommand,
			func(c dispute.OfferCommand) dispute.Command { return c.Command }),
		handle(ctx, r, dispute.UpdateRespond, dispute.ActionRespond,
			func(c dispute.RespondCommand) string { return c.OfferID }, r.respondCommand,
			func(c dispute.RespondCommand) dispute.Command { return c.Command }),
		handle(ctx, r, dispute.UpdateDecide, dispute.ActionDecide, noTarget, r.decideCommand,
			func(c dispute.DecideCommand) dispute.Command { return c.Command }),
		handle(ctx, r, dispute.UpdateApprove, dispute.ActionApprove,
			func(c dispute.ApproveCommand) string { return c.ApprovalID }, r.approveCommand,
			func(c dispute.ApproveCommand) dispute.Command { return c.Command }),
		r.handleResolve(ctx),
		handle(ctx, r, dispute.UpdateEscalate, dispute.ActionEscalate, noTarget, r.escalateCommand,
			func(c dispute.EscalateCommand) dispute.Command { return c.Command }),
		handle(ctx, r, dispute.UpdateWithdraw, dispute.ActionWithdraw, noTarget, r.withdrawCommand,
			func(c dispute.WithdrawCommand) dispute.Command { return c.Command }),
		handle(ctx, r, dispute.UpdateNote, dispute.ActionNote, noTarget, r.noteCommand,
			func(c dispute.NoteCommand) dispute.Command { return c.Command }),
		handle(ctx, r, dispute.UpdateAssign, dispute.ActionAssign, noTarget, r.assignCommand,
			func(c dispute.AssignCommand) dispute.Command { return c.Command }),
		handle(ctx, r, dispute.UpdateSuspend, dispute.ActionSuspend, noTarget, r.suspendCommand,
			func(c dispute.SuspendCommand) dispute.Command { return c.Command }),
		handle(ctx, r, dispute.UpdateResume, dispute.ActionResume, noTarget, r.resumeCommand,
			func(c dispute.ResumeCommand) dispute.Command { return c.Command }),
		handle(ctx, r, dispute.UpdateExtend, dispute.ActionExtend, noTarget, r.extendCommand,
			func(c dispute.ExtendCommand) dispute.Command { return c.Command }),
		handle(ctx, r, dispute.UpdateAppeal, dispute.ActionAppeal, noTarget, r.appealCommand,
			func(c dispute.AppealCommand) dispute.Command { return c.Command }),
		handle(ctx, r, dispute.UpdateReopen, dispute.ActionReopen, noTarget, r.reopenCommand,
			func(c dispute.ReopenCommand) dispute.Command { return c.Command }),
		handle(ctx, r, dispute.UpdateSurvey, dispute.ActionSurvey, noTarget, r.surveyCommand,
			func(c dispute.SurveyCommand) dispute.Command { return c.Command }),
		handle(ctx, r, dispute.UpdateQuote, dispute.ActionAnswerQuote,
			func(c dispute.QuoteCommand) string { return c.LegID }, r.quoteCommand,
			func(c dispute.QuoteCommand) dispute.Command { return c.Command }),
		handle(ctx, r, dispute.UpdateRequest, dispute.ActionRequest, noTarget, r.requestCommand,
			func(c dispute.RequestEvidenceCommand) dispute.Command { return c.Command }),
		handle(ctx, r, dispute.UpdateRelabel, dispute.ActionReissueLabel,
			func(c dispute.RelabelCommand) string { return c.LegID }, r.relabelCommand,
			func(c dispute.RelabelCommand) dispute.Command { return c.Command }),
		handle(ctx, r, dispute.UpdateRisk, dispute.ActionReviewRisk, noTarget, r.reviewRiskCommand,
			func(c dispute.RiskReviewCommand) dispute.Command { return c.Command }),
		handle(ctx, r, dispute.UpdateOpinion, dispute.ActionSecondOpinion, noTarget, r.opinionCommand,
			func(c dispute.SecondOpinionCommand) dispute.Command { return c.Command }),
		register(ctx, r, dispute.UpdateMediate, r.mediateCommand, func(c dispute.MediateCommand) dispute.Command { return c.Command },
			func(c dispute.MediateCommand) (string, string) {
				if len(c.Remedies) == 0 {
					return dispute.ActionAskMediation, ""
				}
				return dispute.ActionMediate, ""
			}),
	)
}

func noTarget[C any](C) string { return "" }

// handleOpen answers the opening once the first record stands; the start argument
// is what opens the case.
func (r *caseRun) handleOpen(ctx workflow.Context) error {
	return workflow.SetUpdateHandler(ctx, string(dispute.UpdateOpen), func(ctx workflow.Context) (dispute.CommandResult, error) {
		err := workflow.Await(ctx, func() bool { return r.opened || r.duplicate != "" || r.refused != nil || r.ended })
		switch {
		case err != nil:
		case r.refused != nil:
			err = r.refused
		case r.ended && !r.opened:
			err = applicationError(dispute.Errorf(dispute.CodeCaseClosed, "the case is closed"))
		}
		return dispute.CommandResult{CaseID: r.Case.ID, Version: r.Case.Version, Duplicate: r.duplicate}, err
	})
}

// handleResolve differs from the rest: which action it is depends on what it names.
func (r *caseRun) handleResolve(ctx workflow.Context) error {
	action := func(c dispute.ResolveCommand) (string, string) {
		if c.RefundKey != "" {
			return dispute.ActionResolveRefund, c.RefundKey
		}
		return dispute.ActionResolveLeg, c.LegID
	}
	return register(ctx, r, dispute.UpdateResolve, r.resolveCommand,
		func(c dispute.ResolveCommand) dispute.Command { return c.Command }, action)
}

func handle[C any](ctx workflow.Context, r *caseRun, name dispute.UpdateName, action string,
	target func(C) string, apply func(C) error, meta func(C) dispute.Command,
) error {
	return register(ctx, r, name, apply, meta, func(c C) (string, string) { return action, target(c) })
}

func register[C any](ctx workflow.Context, r *caseRun, name dispute.UpdateName, apply func(C) error,
	meta func(C) dispute.Command, action func(C) (string, string),
) error {
	legal := func(c C) error {
		what, target := action(c)
		return r.legal(meta(c), what, target)
	}
	handler := func(ctx workflow.Context, c C) (dispute.CommandResult, error) {
		// Answered even while the case is being cancelled: what was recorded is told.
		ctx, _ = workflow.NewDisconnectedContext(ctx)
		id := meta(c).UpdateID
		finished := false
		var refusal error
		r.enqueue(&event{
			apply: func() error {
				if _, done := r.Engine.updated(id); done {
					return nil
				}
				if err := legal(c); err != nil {
					return err
				}
				if err := apply(c); err != nil {
					return err
				}
				r.Engine.rememberUpdate(id, r.Case.Version+1)
				return nil
			},
			done: func(err error) { refusal, finished = err, true },
		})
		if err := workflow.Await(ctx, func() bool { return finished }); err != nil {
			return dispute.CommandResult{}, err
		}
		if refusal != nil {
			return dispute.CommandResult{}, applicationError(refusal)
		}
		version := r.Case.Version
		if first, seen := r.Engine.updated(id); seen {
			version = first // a repetition answers what the first one did
		}
		return dispute.CommandResult{CaseID: r.Case.ID, Version: version}, nil
	}
	return workflow.SetUpdateHandlerWithOptions(ctx, string(name), handler, workflow.UpdateHandlerOptions{
		Validator: func(c C) error {
			if _, done := r.Engine.updated(meta(c).UpdateID); done {
				return nil
			}
			return applicationError(legal(c))
		},
	})
}

// legal says whether a command may be carried out now.
func (r *caseRun) legal(c dispute.Command, action, target string) error {
	switch {
	case !r.opened:
		return dispute.Errorf(dispute.CodeUnavailable, "the case is being opened; try again")
	case r.Engine.Ending != "" && !r.settling(action, target):
		return dispute.Errorf(dispute.CodeCaseClosed, "the case is closing as %s", r.Engine.Ending)
	case c.ExpectedVersion != nil && *c.ExpectedVersion != r.Case.Version:
		return dispute.Errorf(dispute.CodeStaleVersion, "the case is at version %d, not %d", r.Case.Version, *c.ExpectedVersion)
	}
	now := r.Case.AsOf(r.now())
	if err := dispute.Allowed(&now, c.Actor, action, target); err != nil {
		return err
	}
	return nil
}

// settling says whether a command settles money that a closing case waits for.
func (r *caseRun) settling(action, refundKey string) bool {
	if action == dispute.ActionResolveLeg {
		return r.awaitsMoney() && r.keepsGoods(refundKey)
	}
	l := r.legByKey(refundKey)
	return action == dispute.ActionResolveRefund && l != nil && r.awaitsMoney() && r.unsettled(l.ID)
}

// applicationError carries a refusal over the wire with its code and details.
func applicationError(err error) error {
	if err == nil {
		return nil
	}
	var refusal *dispute.Error
	if !errors.As(err, &refusal) {
		return err
	}
	return temporal.NewApplicationErrorWithOptions(refusal.Message, string(refusal.Code), temporal.ApplicationErrorOptions{
		NonRetryable: true, Category: temporal.ApplicationErrorCategoryBenign, Details: []any{refusal},
	})
}
