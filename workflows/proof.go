package workflows

import (
	"github.com/redresshq/redress/activities"
	"github.com/redresshq/redress/dispute"
)

// The burden of proof moves between the parties, with a clock on whoever has it.
// Silence means that the case is judged on what is there.

// askProof has a side show evidence, on a clock that was started for it.
func (r *caseRun) askProof(step dispute.ProofStep, k dispute.Clock) {
	step.State, step.AskedAt, step.Had = dispute.ProofOpen, r.now(), len(r.Case.Evidence)
	r.Case.Proof = append(r.Case.Proof, step)
	r.setClock(k)
	to := dispute.RoleAgent // the desk shows the merchant's evidence
	if step.Party == dispute.PartyCustomer {
		to = dispute.RoleCustomer
	}
	r.log(dispute.EventProofAsked, step.AskedBy, step.Rule, kv{
		"party": step.Party, "types": step.Types, "proof": k.LegID, "due_at": k.DueAt, "basis": step.Basis,
	})
	r.notify(dispute.NoticeEvidence, to, kv{"what": dispute.TaskProve, "types": step.Types, "proof": k.LegID, "due_at": k.DueAt, "basis": step.Basis, "text_id": step.NoteID})
}

// requestCommand asks a side for evidence; who decides stays who they are.
func (r *caseRun) requestCommand(c dispute.RequestEvidenceCommand) error {
	if err := dispute.CheckNotes(c.NoteID); err != nil {
		return err
	}
	if err := dispute.CheckEvidenceRequest(&r.Case, c.From, c.Types); err != nil {
		return err
	}
	sides := dispute.AskedSides(c.From)
	var want []dispute.ClockRequest
	for i, side := range sides {
		want = append(want, dispute.ProofClock(len(r.Case.Proof)+i, side))
	}
	started, err := tryRuling[[]dispute.Clock](r.world, activities.NameClocks, &r.Case, r.now(), want)
	if activities.Code(err) == dispute.CodeInvalid {
		return dispute.Errorf(dispute.CodeNotAllowedNow, "policy %s foresees no requests for evidence", r.Case.PolicyVersion)
	}
	if err != nil {
		started = ruling[[]dispute.Clock](r.world, activities.NameClocks, &r.Case, r.now(), want)
	}
	for i, side := range sides {
		r.askProof(dispute.ProofStep{Party: side, Types: c.Types, AskedBy: c.Actor, NoteID: c.NoteID}, started[i])
	}
	return nil
}

// askedOf says of whom the evidence was asked as proof, "" if it was not.
func (r *caseRun) askedOf(e dispute.Evidence) dispute.Role {
	alone := dispute.Case{Evidence: []dispute.Evidence{e}}
	for _, p := range r.Case.Proof {
		if p.State == dispute.ProofOpen && len(alone.Unshown(p.Party, p.Types)) < len(p.Types) {
			if p.Party == dispute.PartyCustomer {
				return dispute.RoleCustomer
			}
			return dispute.RoleAgent
		}
	}
	return ""
}

// proven ends the burdens of proof of which everything has been shown.
func (r *caseRun) proven() {
	for i := range r.Case.Proof {
		if p := &r.Case.Proof[i]; p.State == dispute.ProofOpen && p.Shown(r.Case.Evidence) {
			r.meetClock(dispute.ClockEvidenceSupplement, dispute.ProofID(i))
			r.endProof(i, dispute.ProofMet, "")
			r.afterProof(dispute.EventProofMet)
		}
	}
}

// unproven ends a burden of proof by silence.
func (r *caseRun) unproven(k dispute.Clock) {
	for i := range r.Case.Proof {
		if dispute.ProofID(i) == k.LegID && r.Case.Proof[i].State == dispute.ProofOpen {
			r.endProof(i, dispute.ProofFailed, dispute.WhySilence)
			r.afterProof(dispute.EventProofFailed)
		}
	}
}

// dropProof ends what is still to be shown, since the case was decided on what is there.
func (r *caseRun) dropProof() {
	for i := range r.Case.Proof {
		if r.Case.Proof[i].State == dispute.ProofOpen {
			r.meetClock(dispute.ClockEvidenceSupplement, dispute.ProofID(i))
			r.endProof(i, dispute.ProofFailed, dispute.WhyDecided)
		}
	}
}

func (r *caseRun) endProof(i int, state dispute.ProofState, why string) {
	p, now := &r.Case.Proof[i], r.now()
	p.State, p.EndedAt = state, &now
	event := dispute.EventProofFailed
	if state == dispute.ProofMet {
		event = dispute.EventProofMet
	}
	r.log(event, dispute.System, why, kv{"party": p.Party, "types": p.Types, "proof": dispute.ProofID(i)})
}

// afterProof goes on once a burden of proof has ended: the facts are ruled on again, or
// whoever has the case is told.
func (r *caseRun) afterProof(what dispute.EventType) {
	switch {
	case r.Engine.Ending != "" || r.Case.ProofOpen() != nil:
	case r.Case.Stage == dispute.StageInvestigation && r.allAsked():
		r.assess()
	case r.Case.Stage == dispute.StageNegotiation:
		r.notify(dispute.NoticeTask, dispute.RoleAgent, kv{"what": what})
	case r.Case.Stage == dispute.StageAdjudication:
		r.notify(dispute.NoticeTask, dispute.RoleSupervisor, kv{"what": what})
	}
}
