package workflows

import (
	"slices"

	"github.com/redresshq/redress/dispute"
)

// An appeal contests a supervisor's rejection on facts that came after it. Where the
// policy has no appeal_window, and on an appeal, the ruling is final at once.

// foresees says whether the case's policy has the clock.
func (r *caseRun) foresees(name dispute.ClockName) bool {
	return slices.Contains(r.Engine.Foresees, name)
}

// openToAppeal lets the customer contest the rejection; it says whether they may.
func (r *caseRun) openToAppeal(data kv) bool {
	if r.ruledOnAppeal() || !r.foresees(dispute.ClockAppealWindow) {
		return false
	}
	r.moveTo(dispute.StageAdjudication) // a supervisor may have ruled at the desk
	if !r.moveTo(dispute.StageAppeal) {
		return false
	}
	data["appeal_by"] = r.startNow(dispute.ClockRequest{Name: dispute.ClockAppealWindow}).DueAt
	r.notify(dispute.NoticeDecision, dispute.RoleCustomer, data)
	return true
}

// appealCommand takes an appeal in: another supervisor rules.
func (r *caseRun) appealCommand(c dispute.AppealCommand) error {
	if err := dispute.CheckNotes(c.NoteID); err != nil {
		return err
	}
	ruled := r.Case.Ruling()
	if ruled == nil {
		return dispute.Errorf(dispute.CodeNotAllowedNow, "there is no rejection to contest")
	}
	if err := dispute.CheckAppeal(&r.Case, ruled, c.Evidence); err != nil {
		return err
	}
	r.meetClock(dispute.ClockAppealWindow, "")
	r.Case.Appeals = append(r.Case.Appeals, dispute.Appeal{
		DecisionID: ruled.ID, Against: ruled.Author, By: c.Actor, At: r.now(), Evidence: c.Evidence, NoteID: c.NoteID,
	})
	r.log(dispute.EventAppealed, c.Actor, "", kv{"decision_id": ruled.ID, "evidence": c.Evidence, "text_id": c.NoteID})
	r.moveTo(dispute.StageAdjudication)
	r.askSupervisor("appeal")
	return nil
}

// ruledOnAppeal closes the book on an open appeal, and says whether there was one.
func (r *caseRun) ruledOnAppeal() bool {
	a := r.Case.OpenAppeal()
	if a == nil {
		return false
	}
	now := r.now()
	a.RuledAt = &now
	return true
}

// notContested makes a ruling final that nobody contested in time.
func (r *caseRun) notContested() {
	data := kv{}
	if ruled := r.Case.Ruling(); ruled != nil {
		data["decision_id"] = ruled.ID
	}
	r.log(dispute.EventRulingFinal, dispute.System, "not_contested", data)
	r.end(dispute.OutcomeRejected)
}
