package workflows

import (
	"github.com/redresshq/redress/activities"
	"github.com/redresshq/redress/dispute"
)

// askAgent hands the case to the desk: an agent offers or decides, on a clock.
func (r *caseRun) askAgent(why *dispute.Explanation, rule string) {
	if r.Case.Stage == dispute.StageFollowUp {
		r.reopen()
	}
	code := rule
	if why != nil {
		code = why.Code
	}
	atDesk := r.Case.Stage == dispute.StageAdjudication || r.Case.Stage == dispute.StageNegotiation
	if !atDesk && (!dispute.CanMove(r.Case.Stage, dispute.StageNegotiation) || !r.moveTo(dispute.StageNegotiation)) {
		// Too early for the desk, or the ruling may still be contested: a supervisor is
		// told, and the case stays where it is.
		r.log(dispute.EventPersonNeeded, dispute.System, code, nil)
		r.notify(dispute.NoticeTask, dispute.RoleSupervisor, kv{"what": dispute.TaskDecide, "why": code})
		return
	}
	r.Case.Explanation = why
	r.log(dispute.EventPersonNeeded, dispute.System, code, nil)
	if r.Case.Stage == dispute.StageAdjudication {
		return // a supervisor has it already, with a clock of theirs
	}
	k := r.Case.Counting(dispute.ClockAgentDecision, "")
	if k == nil {
		started := r.startNow(dispute.ClockRequest{Name: dispute.ClockAgentDecision})
		k = &started
	}
	r.notify(dispute.NoticeTask, dispute.RoleAgent, kv{"what": dispute.TaskDecide, "why": code, "due_at": k.DueAt})
}

// askAboutLeg asks the desk what becomes of a leg.
func (r *caseRun) askAboutLeg(problem, legID string) {
	r.askAgent(&dispute.Explanation{Code: problem, Detail: map[string]string{"leg_id": legID}}, "")
}

// backToDesk gives the case back to whoever decides: the agent, or in
// adjudication the supervisor.
func (r *caseRun) backToDesk(why string) {
	if r.Case.Stage == dispute.StageAdjudication {
		r.askSupervisor(why)
		return
	}
	r.askAgent(&dispute.Explanation{Code: why}, "")
}

// authorize prices remedies and asks whether their author may grant them. What the
// author found of the fault counts, since amounts depend on it.
func (r *caseRun) authorize(by dispute.Actor, found []dispute.Share, remedies []dispute.Remedy) (dispute.Authority, error) {
	judged := r.Case
	if len(found) > 0 {
		judged.Liability = found
	}
	a := ruling[dispute.Authority](r.world, activities.NameAuthorize, &judged, by, remedies)
	if a.Refused != nil {
		return a, a.Refused
	}
	return a, nil
}

// noteCommand records a message or note; a message to the customer is a first response.
func (r *caseRun) noteCommand(c dispute.NoteCommand) error {
	if err := dispute.CheckNotes(c.NoteID); err != nil {
		return err
	}
	if err := dispute.CheckMentions(&r.Case, c.Evidence, c.Mentions, c.Customer || c.Actor.Role == dispute.RoleCustomer); err != nil {
		return err
	}
	data := kv{"text_id": c.NoteID, "customer": c.Customer}
	if len(c.Evidence) > 0 {
		data["evidence"] = c.Evidence
	}
	if len(c.Mentions) > 0 {
		data["mentions"] = c.Mentions
	}
	r.log(dispute.EventNote, c.Actor, "", data)
	for _, colleague := range c.Mentions {
		r.notify(dispute.NoticeTask, dispute.RoleAgent, kv{"what": dispute.TaskMentioned, "assignee": colleague, "text_id": c.NoteID, "evidence": c.Evidence})
	}
	if c.Customer && c.Actor.Is(dispute.RoleAgent) {
		r.meetClock(dispute.ClockFirstResponse, "")
		r.repliedBy(c.Actor)
	}
	if c.Actor.Role == dispute.RoleCustomer {
		r.customerWrote()
	}
	return nil
}

func (r *caseRun) assignCommand(c dispute.AssignCommand) error {
	if err := dispute.CheckNotes(c.NoteID); err != nil {
		return err
	}
	if c.Off {
		if r.Case.Assignee == "" {
			return dispute.Errorf(dispute.CodeNotAllowedNow, "the case is nobody's")
		}
		c.Team = r.Case.Team
	}
	data := kv{"assignee": c.Assignee, "team": c.Team}
	if r.Case.Assignee != "" && r.Case.Assignee != c.Assignee {
		data["from"] = r.Case.Assignee
	}
	if c.NoteID != "" {
		data["text_id"] = c.NoteID
	}
	if c.Team == "" {
		c.Team = r.Case.Team // an agent of the team that has it
		data["team"] = c.Team
	}
	r.Case.Assignee, r.Case.Team = c.Assignee, c.Team
	r.log(dispute.EventAssigned, c.Actor, "", data)
	if !c.Off && c.Assignee != c.Actor.ID { // whoever takes a case knows
		r.notify(dispute.NoticeTask, dispute.RoleAgent, kv{"what": dispute.TaskAssigned, "assignee": c.Assignee, "team": c.Team, "text_id": c.NoteID})
	}
	return nil
}
