package workflows

import (
	"slices"

	"github.com/redresshq/redress/dispute"
)

// reviewRiskCommand is a person's word on the flags. It decides nothing about the claim:
// flags that it clears only keep no rule and no silence from deciding any more.
func (r *caseRun) reviewRiskCommand(c dispute.RiskReviewCommand) error {
	if err := dispute.CheckNotes(c.NoteID); err != nil {
		return err
	}
	if c.Verdict != dispute.RiskCleared && c.Verdict != dispute.RiskConfirmed {
		return dispute.Invalid("a verdict is cleared or confirmed", dispute.Field{Pointer: "/verdict", Detail: "cleared or confirmed"})
	}
	review := dispute.NewRiskReview(r.Case.Risk, c.Verdict, c.Actor, r.now(), c.NoteID)
	r.Case.Risk = r.Case.Risk.Judged(review)
	r.log(dispute.EventRiskReviewed, c.Actor, string(c.Verdict), kv{"flags": review.Flags, "score": r.Case.Risk.Score, "text_id": c.NoteID})
	return nil
}

// flag takes in what the goods that came back say against deciding without a person.
func (r *caseRun) flag(f dispute.InspectionFinding) {
	if f.Risk != nil {
		r.assessed(*f.Risk, f.Rule)
	}
}

// assessed takes the risk that the rules found in; what a person made of its flags stays.
func (r *caseRun) assessed(risk dispute.Risk, rule string) {
	had := r.Case.Risk.Standing()
	r.Case.Risk = risk.Judged(r.Case.Risk.Review)
	raised := slices.DeleteFunc(r.Case.Risk.Standing(), func(f string) bool { return slices.Contains(had, f) })
	if len(raised) > 0 {
		r.log(dispute.EventRiskFlagged, dispute.System, rule, kv{"flags": risk.Flags, "raised": raised, "score": risk.Score})
	}
}
