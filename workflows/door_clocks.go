package workflows

import (
	"context"

	"github.com/redresshq/redress/dispute"
)

// Suspend lets the case stand still.
func (d *Door) Suspend(ctx context.Context, caseID string, c dispute.SuspendCommand) (dispute.CommandResult, error) {
	return d.update(ctx, caseID, dispute.UpdateSuspend, c.UpdateID, c)
}

// Resume lets it go on.
func (d *Door) Resume(ctx context.Context, caseID string, c dispute.ResumeCommand) (dispute.CommandResult, error) {
	return d.update(ctx, caseID, dispute.UpdateResume, c.UpdateID, c)
}

// Extend gives a clock more time.
func (d *Door) Extend(ctx context.Context, caseID string, c dispute.ExtendCommand) (dispute.CommandResult, error) {
	return d.update(ctx, caseID, dispute.UpdateExtend, c.UpdateID, c)
}

// Appeal contests a rejection.
func (d *Door) Appeal(ctx context.Context, caseID string, c dispute.AppealCommand) (dispute.CommandResult, error) {
	return d.update(ctx, caseID, dispute.UpdateAppeal, c.UpdateID, c)
}

// Reopen takes a settled case up again.
func (d *Door) Reopen(ctx context.Context, caseID string, c dispute.ReopenCommand) (dispute.CommandResult, error) {
	return d.update(ctx, caseID, dispute.UpdateReopen, c.UpdateID, c)
}

// AnswerSurvey says how it went.
func (d *Door) AnswerSurvey(ctx context.Context, caseID string, c dispute.SurveyCommand) (dispute.CommandResult, error) {
	return d.update(ctx, caseID, dispute.UpdateSurvey, c.UpdateID, c)
}

// Mediate asks for a mediator, or proposes as one.
func (d *Door) Mediate(ctx context.Context, caseID string, c dispute.MediateCommand) (dispute.CommandResult, error) {
	return d.update(ctx, caseID, dispute.UpdateMediate, c.UpdateID, c)
}

// RequestEvidence asks a side for evidence.
func (d *Door) RequestEvidence(ctx context.Context, caseID string, c dispute.RequestEvidenceCommand) (dispute.CommandResult, error) {
	return d.update(ctx, caseID, dispute.UpdateRequest, c.UpdateID, c)
}

// Relabel asks for a new return label.
func (d *Door) Relabel(ctx context.Context, caseID string, c dispute.RelabelCommand) (dispute.CommandResult, error) {
	return d.update(ctx, caseID, dispute.UpdateRelabel, c.UpdateID, c)
}

// ReviewRisk takes a person's word on the flags of a case.
func (d *Door) ReviewRisk(ctx context.Context, caseID string, c dispute.RiskReviewCommand) (dispute.CommandResult, error) {
	return d.update(ctx, caseID, dispute.UpdateRisk, c.UpdateID, c)
}

// GiveOpinion takes a second opinion on a case that got a bad mark.
func (d *Door) GiveOpinion(ctx context.Context, caseID string, c dispute.SecondOpinionCommand) (dispute.CommandResult, error) {
	return d.update(ctx, caseID, dispute.UpdateOpinion, c.UpdateID, c)
}
