package workflows

import (
	"github.com/redresshq/redress/activities"
	"github.com/redresshq/redress/dispute"
)

// open begins a case: the claim is recorded, and everything missing is asked for once.
func (r *caseRun) open() error {
	if r.opened {
		return nil // the record of an earlier run was adopted: the case is open
	}
	o := *r.given.Opening
	in, err := tryRuling[dispute.Intake](r.world, activities.NameIntake, o)
	if activities.Code(err) == dispute.CodeInvalid {
		r.refused = err // typed at a command line, past the API's checks
		return err
	}
	if err != nil {
		in = ruling[dispute.Intake](r.world, activities.NameIntake, o)
	}
	r.Case = dispute.Case{
		ID: o.CaseID, ShopID: o.ShopID, PolicyVersion: in.PolicyVersion, PreviousCaseID: o.PreviousCaseID, Amendment: o.Amendment,
		Kind: o.Kind, Reason: o.Reason, Channel: o.Channel, OrderID: o.OrderID, Lines: o.Lines,
		CustomerID: o.CustomerID, Currency: in.Currency, RequestedRemedy: in.RequestedRemedy, OpenedBy: o.OpenedBy, Language: o.Language,
		Negotiation: in.Negotiation,
		Team:        in.Team, Class: in.Class, OccurredAt: o.OccurredAt, ArticleSession: o.ArticleSession, Stage: dispute.StageIntake, OpenedAt: o.OpenedAt,
	}
	r.Engine = Engine{Sources: in.Sources, Foresees: in.Foresees, ContinueEvery: r.Engine.ContinueEvery}
	r.draft.opening = true
	r.log(dispute.EventOpened, o.OpenedBy, string(o.Reason), kv{
		"kind": o.Kind, "order_id": o.OrderID, "lines": o.Lines, "policy_version": in.PolicyVersion,
	})
	r.draft.entries[0].At = o.OpenedAt // the claim was made then, whenever the first task ran
	for _, k := range in.Clocks {
		r.setClock(k)
	}
	if len(in.Missing) > 0 {
		r.askForMissing(in.Missing)
		return nil
	}
	r.investigate()
	return nil
}

// askForMissing sends the one completeness notice; it is a first response.
func (r *caseRun) askForMissing(missing []dispute.EvidenceType) {
	notice := &dispute.CompletenessNotice{SentAt: r.now()}
	for _, t := range missing {
		notice.Items = append(notice.Items, dispute.MissingItem{Type: t, From: dispute.RoleCustomer})
	}
	r.Case.Completeness = notice
	r.meetClock(dispute.ClockFirstResponse, "")
	data := kv{"items": missing}
	if k := r.Case.Running(dispute.ClockCustomerInfo, ""); k != nil {
		data["due_at"] = k.DueAt
	}
	r.log(dispute.EventNoticeSent, dispute.System, "", data)
	r.notify(dispute.NoticeMissing, dispute.RoleCustomer, data)
}

// evidence takes evidence in; what was asked for is ticked off.
func (r *caseRun) evidence(s dispute.EvidenceSubmitted) {
	e := s.Evidence
	e.Source, e.Stage = dispute.SourceVolunteer, r.Case.Stage
	asked := r.Case.Completeness != nil && r.tick(e.Type)
	if asked {
		e.Source, e.RequestedFrom = dispute.SourceRequested, dispute.RoleCustomer
	}
	if from := r.askedOf(e); from != "" {
		e.Source, e.RequestedFrom = dispute.SourceRequested, from
	}
	r.Case.Evidence = append(r.Case.Evidence, e)
	r.logEvent(dispute.EventEvidence, e.SubmittedBy, "", s.EventID, kv{
		"evidence_id": e.ID, "type": e.Type, "sha256": e.SHA256, "size": e.Size,
	})
	if asked && r.Case.Stage == dispute.StageIntake && r.Engine.Ending == "" && r.Case.Completeness.Complete() {
		r.meetClock(dispute.ClockCustomerInfo, "")
		r.log(dispute.EventComplete, dispute.System, "", nil)
		r.investigate()
	}
	r.proven()
}

func (r *caseRun) tick(t dispute.EvidenceType) bool {
	for i := range r.Case.Completeness.Items {
		if it := &r.Case.Completeness.Items[i]; it.Type == t && !it.Supplied {
			it.Supplied = true
			return true
		}
	}
	return false
}

// accept is the formal acceptance: the clock of the resolution, which runs
// already, is told to the customer as the limit.
func (r *caseRun) accept(limit dispute.Clock) {
	now := r.now()
	r.Case.AcceptedAt = &now
	r.log(dispute.EventAccepted, dispute.System, "", kv{"resolve_by": limit.DueAt})
	r.notify(dispute.NoticeAccepted, dispute.RoleCustomer, kv{"resolve_by": limit.DueAt})
}
