package dispute

import (
	"encoding/json"
	"time"
)

// Batch is what one step of a case writes, in one transaction: the case as it
// now is, the timeline entries, the notices, and the references by which
// partners will find the case. It is keyed by run id and number.
type Batch struct {
	CaseID string    `json:"case_id"`
	RunID  string    `json:"run_id"`
	Number int64     `json:"number"` // rises within the case, over all runs
	At     time.Time `json:"at"`
	// Continues is the run that handed over to this one by continue-as-new; a run
	// that neither continues the recorded one nor is it must adopt the record.
	Continues string          `json:"continues,omitempty"`
	Opening   bool            `json:"opening,omitempty"` // the first of a case: claims its units
	Gate      Gate            `json:"gate,omitempty"`
	Case      Case            `json:"case"`
	Engine    json.RawMessage `json:"engine,omitempty"` // the workflow's own part of the state
	Entries   []Entry         `json:"entries,omitempty"`
	Starting  []ClockRequest  `json:"starting,omitempty"` // clocks that start with this step
	Notices   []Notice        `json:"notices,omitempty"`
	// Withdrawn are milestones whose notices to the case do not go out any more, where
	// they have not yet.
	Withdrawn  []Milestone `json:"withdrawn,omitempty"`
	References []Reference `json:"references,omitempty"`
	// Recovering is what the case may claim back from carrier or supplier by now.
	Recovering *RecoveryPlan `json:"recovering,omitempty"`
	// Retention is set as a case closes whose policy says for how long it is kept.
	Retention *Retention `json:"retention,omitempty"`
	// Watch is set where the case may be one of a defect of a batch.
	Watch *BatchWatch `json:"watch,omitempty"`
}

// Gate is whether the case still takes evidence and commands.
type Gate string

// The gates of a case row.
const (
	GateOpen    Gate = "open"
	GateClosing Gate = "closing"
	GateClosed  Gate = "closed"
)

// ReferenceKind is a kind of name by which a partner knows a case.
type ReferenceKind string

// The reference kinds.
const (
	RefRMA      ReferenceKind = "rma"
	RefTracking ReferenceKind = "tracking" // "<carrier>/<tracking number>"
	RefRefund   ReferenceKind = "refund"   // refund key

	RefReplacement ReferenceKind = "replacement" // replacement id
	RefRepair      ReferenceKind = "repair"      // repair id
)

// Reference ties a partner's name for something to a leg of a case.
type Reference struct {
	Kind  ReferenceKind `json:"kind"`
	Value string        `json:"value"`
	LegID string        `json:"leg_id,omitempty"`
	// Issued marks the number of a label that we issued: it outweighs one that a customer gave.
	Issued bool `json:"issued,omitempty"`
}

// RefusedOpening is a case that was never opened, since another claims the same units.
type RefusedOpening struct {
	CaseID      string
	CustomerID  string
	DuplicateOf string
}

// Receipt is the answer to a batch.
type Receipt struct {
	Version int64 `json:"version"`
	// Duplicate is the id of the open case that claims the same units; then
	// nothing was written.
	Duplicate string `json:"duplicate,omitempty"`
	// Adopt says that the record belongs to another run of this case whose place
	// this run takes: nothing of the batch was written, and the run must load the
	// record and go on from there.
	Adopt bool `json:"adopt,omitempty"`
	// Pending lists events accepted for the case and not yet delivered, for a
	// batch that closes the case: then nothing was written but that the gate is
	// shut, and the case may not close before it has them.
	Pending []string `json:"pending,omitempty"`
}
