package workflows

import (
	"github.com/redresshq/redress/activities"
	"github.com/redresshq/redress/dispute"
)

// reopenCommand takes a settled case up again: the facts are asked anew, and a
// person decides. What was paid already counts, since it stands in the ledger.
func (r *caseRun) reopenCommand(c dispute.ReopenCommand) error {
	if err := dispute.CheckNotes(c.NoteID); err != nil {
		return err
	}
	want := []dispute.ClockRequest{{Name: dispute.ClockResolution}}
	started, err := askedRuling[[]dispute.Clock](r.world, activities.NameClocks, &r.Case, r.now(), want)
	if err != nil {
		return err
	}
	r.opinionGiven(dispute.OpinionReopened, c.Actor, c.NoteID)
	r.reopen()
	r.Case.Reopened++
	r.settleProblems()
	limit := started[0]
	r.setClock(limit)
	r.log(dispute.EventReopened, c.Actor, "", kv{"times": r.Case.Reopened, "resolve_by": limit.DueAt, "text_id": c.NoteID})
	r.notify(dispute.NoticeAccepted, dispute.RoleCustomer, kv{"reopened": r.Case.Reopened, "resolve_by": limit.DueAt})
	var names []dispute.FactSource
	for _, s := range r.Case.Facts.Sources {
		names = append(names, s.Source)
	}
	for _, s := range names {
		r.askAnew(s)
	}
	r.log(dispute.EventInvestigation, dispute.System, dispute.WhyReopened, kv{"sources": names})
	if len(names) == 0 {
		r.assess()
	}
	return nil
}

// reopen takes a case back that was thought to be settled.
func (r *caseRun) reopen() {
	r.opinionGiven(dispute.OpinionReopened, dispute.System, "")
	r.meetClocks(dispute.ClockReopenWindow, dispute.ClockSurvey)
	r.Case.ResolvedAt, r.Case.Outcome = nil, ""
	r.moveTo(dispute.StageInvestigation)
}

// lastWord is how a case ends: what was settled before it was taken up again stands,
// whatever became of the rest.
func (r *caseRun) lastWord(o dispute.Outcome) dispute.Outcome {
	switch o {
	case dispute.OutcomeRejected, dispute.OutcomeExpired, dispute.OutcomeWithdrawn:
		if r.Case.Reopened > 0 || r.partGiven() {
			return dispute.OutcomeResolved
		}
	}
	return o
}

// partGiven says whether what came of a return was refunded although the rest did not come.
func (r *caseRun) partGiven() bool {
	for i := range r.Case.Legs {
		if l := &r.Case.Legs[i]; l.Return != nil && l.Return.PartGiven {
			return true
		}
	}
	return false
}
