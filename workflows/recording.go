package workflows

import (
	"encoding/json"
	"fmt"
	"time"

	"github.com/redresshq/redress/activities"
	"github.com/redresshq/redress/dispute"
)

// kv is the data of an entry or notice: ids, codes, dates and amounts only.
type kv map[string]any

// draft is what the turn under way will record.
type draft struct {
	entries    []dispute.Entry
	notices    []dispute.Notice
	references []dispute.Reference
	withdrawn  []dispute.Milestone
	starting   []dispute.ClockRequest
	opening    bool
	gate       dispute.Gate
	pending    []string // answer: events accepted and not yet delivered
}

// empty says that there is nothing to record. A reference alone is something:
// without it a partner's event would find no case.
func (d *draft) empty() bool {
	return len(d.entries)+len(d.starting)+len(d.references) == 0 && d.gate == "" && !d.opening
}

// log adds a timeline entry to the turn.
func (r *caseRun) log(t dispute.EventType, by dispute.Actor, reason string, data kv) {
	r.logEvent(t, by, reason, "", data)
}

// logEvent is log for what an outside event brought.
func (r *caseRun) logEvent(t dispute.EventType, by dispute.Actor, reason, eventID string, data kv) {
	r.draft.entries = append(r.draft.entries, dispute.Entry{
		Type: t, At: r.now(), Actor: by, Stage: r.Case.Stage, Reason: reason, EventID: eventID,
		Data: r.encode(data),
	})
}

// logAt is log for what happened at an earlier instant and is only noted now.
func (r *caseRun) logAt(at time.Time, t dispute.EventType, by dispute.Actor, reason string, data kv) {
	r.log(t, by, reason, data)
	r.draft.entries[len(r.draft.entries)-1].At = at
}

// notify adds a notice to the turn; it goes out once the turn is recorded. While the
// case stands still its dates do too, and a notice that may name one says so.
func (r *caseRun) notify(m dispute.Milestone, to dispute.Role, data kv) {
	if r.Case.Suspended != nil && to == dispute.RoleCustomer && len(data) > 0 {
		data["stands_still"] = r.Case.Suspended.Reason
	}
	r.draft.notices = append(r.draft.notices, dispute.Notice{
		Milestone: m, Number: r.Engine.number(m), To: to, Data: r.encode(data),
	})
}

// refer makes the case known to partners under a name.
func (r *caseRun) refer(kind dispute.ReferenceKind, value, legID string) {
	r.draft.references = append(r.draft.references, dispute.Reference{Kind: kind, Value: value, LegID: legID})
}

// referParcel makes the case known to a carrier; issued says that the number is our label's.
func (r *caseRun) referParcel(carrier, number, legID string, issued bool) {
	r.draft.references = append(r.draft.references,
		dispute.Reference{Kind: dispute.RefTracking, Value: carrier + "/" + number, LegID: legID, Issued: issued})
}

func (r *caseRun) encode(data kv) json.RawMessage {
	if len(data) == 0 {
		return nil
	}
	raw, err := json.Marshal(data)
	if err != nil { // only a programming error can bring this about; say so instead of losing the entry
		raw = []byte(`{"unencodable":true}`)
		r.world.logger().Error("entry data", "error", err)
	}
	return raw
}

// commit writes the turn, if it has anything to say. It returns errAdopted when
// the record belonged to another run and was taken over: then nothing was written.
func (r *caseRun) commit() error {
	if r.draft.empty() {
		return nil
	}
	r.Case.WaitingOn = r.Case.DeriveWaitingOn()
	r.Engine.Batch++
	engine, err := json.Marshal(r.Engine)
	if err != nil {
		return fmt.Errorf("encoding the engine's state: %w", err)
	}
	receipt, err := durable[activities.Recorded](r.world, activities.NameRecord, dispute.Batch{
		CaseID: r.Case.ID, RunID: r.world.runID(), Number: r.Engine.Batch,
		At: r.now(), Continues: r.recorder,
		Opening: r.draft.opening, Gate: r.draft.gate, Case: r.Case, Engine: engine,
		Entries: r.draft.entries, Notices: r.draft.notices, References: r.draft.references,
		Withdrawn: r.draft.withdrawn, Starting: r.draft.starting,
	})
	switch {
	case activities.Code(err) == dispute.CodeRunSuperseded:
		// A newer run owns the case; this one was terminated and does not know yet.
		return r.standStill(err)
	case activities.Code(err) == dispute.CodeCaseClosed:
		r.ended = true // the workflow of a closed case was reset: there is nothing to go on with
		return dispute.Errorf(dispute.CodeCaseClosed, "the case is closed")
	case err != nil:
		return err
	case receipt.Duplicate != "":
		r.duplicate = receipt.Duplicate
		return nil
	case receipt.Adopt:
		if err := r.adopt(); err != nil {
			return err
		}
		return errAdopted
	}
	r.Case.Version, r.draft.pending = receipt.Version, receipt.Pending
	if len(receipt.Pending) > 0 {
		return nil
	}
	r.opened, r.recorder = true, r.world.runID()
	for _, k := range receipt.Clocks {
		r.Case.SetClock(k)
	}
	r.surveyStarted(receipt.Clocks)
	r.Case.WaitingOn = r.Case.DeriveWaitingOn()
	return nil
}

// standStill waits for the end that the server has already decided.
func (r *caseRun) standStill(cause error) error {
	r.world.logger().Warn("another run owns this case", "error", cause)
	if err := r.world.standStill(); err != nil {
		return err
	}
	return cause
}

func decodeEngine(raw json.RawMessage) (Engine, error) {
	var e Engine
	if len(raw) == 0 {
		return e, nil
	}
	if err := json.Unmarshal(raw, &e); err != nil {
		return Engine{}, fmt.Errorf("recorded engine state: %w", err)
	}
	return e, nil
}
