package workflows

import (
	"slices"

	"github.com/redresshq/redress/dispute"
)

// The survey waits a while after the settlement, then asks the customer once; no
// answer is an answer too. Under format 3 the recorded step lays the question ready where
// it can (dispute.LayReady): then the case does not wake for it.

// startSurvey begins the wait, where the policy has a survey and none was answered.
func (r *caseRun) startSurvey() {
	if !r.foresees(dispute.ClockSurvey) || r.Case.Survey != nil {
		return
	}
	want := dispute.ClockRequest{Name: dispute.ClockSurvey}
	if r.Case.Negotiation != nil { // format 3
		want.Notice = r.Engine.number(dispute.NoticeSurvey)
	}
	r.startRound(want)
}

// surveyStarted gives the number of a question back that was not laid ready.
func (r *caseRun) surveyStarted(started []dispute.Clock) {
	for i, w := range r.draft.starting {
		if w.Notice > 0 && i < len(started) && started[i].Laid == nil {
			r.Engine.Notices[dispute.NoticeSurvey]--
		}
	}
}

// lapseSurvey notes the end of a survey that was laid ready, at the time at which it was
// over: before anything else that the turn brings.
func (r *caseRun) lapseSurvey() {
	k := r.Case.Lapsed(r.now())
	if k == nil {
		return
	}
	over := k.DueAt
	r.stopClock(k, dispute.ClockBreached)
	k.MetAt = &over
	r.draft.withdrawn = append(r.draft.withdrawn, dispute.NoticeSurvey)
	r.logAt(over, dispute.EventClockBreached, dispute.System, k.OnExpiry, kv{"clock": k.Name, "leg_id": k.LegID, "due_at": over, "owner": k.Owner})
	r.closeSettled()
}

// takeBack has the question of a survey that ends before its time not go out any more,
// and returns why it ends so.
func (r *caseRun) takeBack(k *dispute.Clock) (reason string) {
	if k.Laid == nil {
		return ""
	}
	r.draft.withdrawn = append(r.draft.withdrawn, dispute.NoticeSurvey)
	if r.now().Before(k.Started) {
		return dispute.ReasonNotAsked
	}
	return ""
}

// askSurvey asks the customer how it went.
func (r *caseRun) askSurvey(k dispute.Clock) {
	r.startRound(dispute.ClockRequest{Name: dispute.ClockSurvey, Round: k.Round + 1})
	r.log(dispute.EventSurveyAsked, dispute.System, "", nil)
	r.notify(dispute.NoticeSurvey, dispute.RoleCustomer, kv{"outcome": r.Case.Outcome})
}

// surveyCommand takes the customer's answer.
func (r *caseRun) surveyCommand(c dispute.SurveyCommand) error {
	if err := dispute.CheckNotes(c.NoteID); err != nil {
		return err
	}
	if c.Score < 1 || c.Score > 5 {
		return dispute.Invalid("a score is 1 to 5", dispute.Field{Pointer: "/score", Detail: "1 to 5"})
	}
	r.Case.Survey = &dispute.SurveyAnswer{Score: c.Score, At: r.now(), NoteID: c.NoteID}
	r.meetClock(dispute.ClockSurvey, "")
	r.log(dispute.EventSurveyAnswered, c.Actor, "", kv{"score": c.Score, "text_id": c.NoteID})
	if r.Case.WantsOpinion(c.Score) {
		r.askOpinion(c.Score)
	}
	r.closeSettled()
	return nil
}

// closeSettled closes a settled case once both the reopen window and the survey are over.
func (r *caseRun) closeSettled() {
	for _, name := range []dispute.ClockName{dispute.ClockReopenWindow, dispute.ClockSurvey} {
		starting := slices.ContainsFunc(r.draft.starting, func(w dispute.ClockRequest) bool { return w.Name == name })
		if starting || r.Case.Counting(name, "") != nil {
			return
		}
	}
	if r.Case.OpenOpinion() != nil {
		return // a bad mark is looked at first
	}
	if r.openLeg() && r.waitsForLegs() {
		return // goods that came late are in the dock: their own clock brings them to a person
	}
	r.end(dispute.OutcomeResolved)
}
