package workflows

import "github.com/redresshq/redress/dispute"

// A customer who gives a bad mark gets a second opinion: a supervisor who decided nothing
// in the case lets it stand or takes it up again. Until then it does not close, and
// silence only goes to the next level.

// askOpinion awaits another person, on the supervisor's clock.
func (r *caseRun) askOpinion(mark int) {
	r.Case.SecondOpinion = &dispute.SecondOpinion{Verdict: dispute.OpinionAwaited, Mark: mark, AskedAt: r.now()}
	r.log(dispute.EventOpinionAsked, dispute.System, dispute.WhyBadMark, kv{"score": mark})
	r.askSupervisor(dispute.TaskSecondOpinion)
}

// opinionCommand is what the second opinion came to.
func (r *caseRun) opinionCommand(c dispute.SecondOpinionCommand) error {
	if err := dispute.CheckNotes(c.NoteID); err != nil {
		return err
	}
	switch c.Verdict {
	case dispute.OpinionUpheld:
		r.opinionGiven(dispute.OpinionUpheld, c.Actor, c.NoteID)
		r.notify(dispute.NoticeSecondOpinion, dispute.RoleCustomer, kv{"verdict": c.Verdict})
		r.closeSettled()
		return nil
	case dispute.OpinionReopened:
		return r.reopenCommand(dispute.ReopenCommand{Command: c.Command, NoteID: c.NoteID})
	default:
		return dispute.Invalid("a second opinion is upheld or reopened", dispute.Field{Pointer: "/verdict", Detail: "upheld or reopened"})
	}
}

// opinionGiven closes the book on a second opinion that was awaited.
func (r *caseRun) opinionGiven(v dispute.OpinionVerdict, by dispute.Actor, noteID string) {
	o := r.Case.OpenOpinion()
	if o == nil {
		return
	}
	now := r.now()
	o.Verdict, o.By, o.AnsweredAt, o.NoteID = v, &by, &now, noteID
	r.meetClock(dispute.ClockSupervisorDecision, "")
	r.log(dispute.EventOpinionGiven, by, string(v), kv{"score": o.Mark, "text_id": noteID})
}
