package workflows

import (
	"slices"

	"github.com/redresshq/redress/dispute"
)

// A customer who gives a bad mark gets a second opinion: a supervisor who decided nothing
// in the case lets it stand or takes it up again. Until then it does not close, and
// silence only goes to the next level.

// askOpinion awaits another person, on the supervisor's clock.
func (r *caseRun) askOpinion(mark int) {
	r.Case.SecondOpinion = &dispute.SecondOpinion{Verdict: dispute.OpinionAwaited, Mark: mark, AskedAt: r.now()}
	r.log(dispute.EventOpinionAsked, dispute.System, "bad_mark", kv{"score": mark})
	r.askSupervisor("second_opinion")
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

// reviewRiskCommand is a person's word on the flags; it decides nothing about the claim.
func (r *caseRun) reviewRiskCommand(c dispute.RiskReviewCommand) error {
	if err := dispute.CheckNotes(c.NoteID); err != nil {
		return err
	}
	if c.Verdict != dispute.RiskCleared && c.Verdict != dispute.RiskConfirmed {
		return dispute.Invalid("a verdict is cleared or confirmed", dispute.Field{Pointer: "/verdict", Detail: "cleared or confirmed"})
	}
	flags := slices.Clone(r.Case.Risk.Flags)
	r.Case.Risk.Review = &dispute.RiskReview{Verdict: c.Verdict, By: c.Actor, At: r.now(), Flags: flags, NoteID: c.NoteID}
	r.log(dispute.EventRiskReviewed, c.Actor, string(c.Verdict), kv{"flags": flags, "score": r.Case.Risk.Score, "text_id": c.NoteID})
	return nil
}

// flag takes in what the goods that came back say against deciding without a person.
func (r *caseRun) flag(f dispute.InspectionFinding) {
	if f.Risk == nil {
		return
	}
	review := r.Case.Risk.Review
	r.Case.Risk = *f.Risk
	r.Case.Risk.Review = review
	r.log(dispute.EventRiskFlagged, dispute.System, f.Rule, kv{"flags": f.Risk.Flags, "score": f.Risk.Score})
}

// assessed takes the risk of an assessment in; what a person made of its flags stays.
func (r *caseRun) assessed(risk dispute.Risk) {
	risk.Review = r.Case.Risk.Review
	r.Case.Risk = risk
}
