package workflows

import (
	"github.com/redresshq/redress/dispute"
)

// escalateCommand takes the case to a supervisor.
func (r *caseRun) escalateCommand(c dispute.EscalateCommand) error {
	if !dispute.CanMove(r.Case.Stage, dispute.StageAdjudication) {
		return dispute.Errorf(dispute.CodeNotAllowedNow, "a case in %s cannot be escalated", r.Case.Stage)
	}
	if r.Case.MediatesFirst() {
		r.askMediator(c.Actor, dispute.MediationEscalated, c.NoteID)
		return nil
	}
	r.endMediation(dispute.MediationFailed, dispute.FailedLeft)
	r.escalate(c.Actor, dispute.WhyAskedFor)
	return nil
}

// escalate moves the case into adjudication: a supervisor rules, on a clock.
func (r *caseRun) escalate(by dispute.Actor, why string) {
	if !r.moveTo(dispute.StageAdjudication) {
		return
	}
	r.withdrawProposals()
	r.meetClocks(dispute.ClockAgentDecision, dispute.ClockCustomerResponse, dispute.ClockEscalationWindow)
	r.log(dispute.EventEscalated, by, why, nil)
	r.askSupervisor(why)
}

// askSupervisor starts the supervisor's clock at the first level.
func (r *caseRun) askSupervisor(what string) {
	k := r.startNow(dispute.ClockRequest{Name: dispute.ClockSupervisorDecision})
	r.notify(dispute.NoticeTask, dispute.RoleSupervisor, kv{
		"what": what, "level": 1, "due_at": k.DueAt,
	})
}

// nextLevel tells the next supervisor; the last is told again and again. Silence
// of a supervisor never pays and never closes.
func (r *caseRun) nextLevel(k dispute.Clock) {
	if m := r.Case.OpenMediation(); m != nil && m.State == dispute.MediationAsked {
		r.mediationFailed(dispute.FailedNoMediator)
		return
	}
	next := r.startNow(dispute.ClockRequest{Name: dispute.ClockSupervisorDecision, LegID: k.LegID, Round: k.Round + 1})
	r.notify(dispute.NoticeTask, dispute.RoleSupervisor, kv{
		"what": dispute.TaskOverdue, "level": k.Round + 2, "due_at": next.DueAt,
	})
}
