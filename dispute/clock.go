package dispute

import (
	"encoding/json"
	"time"
)

// ClockName names one of the design's clocks.
type ClockName string

// The clocks (design: The clocks).
const (
	ClockFirstResponse       ClockName = "first_response"
	ClockCustomerInfo        ClockName = "customer_info"
	ClockResolution          ClockName = "resolution"
	ClockAgentDecision       ClockName = "agent_decision"
	ClockSupervisorDecision  ClockName = "supervisor_decision"
	ClockCustomerResponse    ClockName = "customer_response"
	ClockEscalationWindow    ClockName = "escalation_window"
	ClockEvidenceSupplement  ClockName = "evidence_supplement"
	ClockAppealWindow        ClockName = "appeal_window"
	ClockReturnShipment      ClockName = "return_shipment"
	ClockReturnTransit       ClockName = "return_transit"
	ClockReceiptConfirmation ClockName = "receipt_confirmation"
	ClockInspection          ClockName = "inspection"
	ClockRefundSettlement    ClockName = "refund_settlement"
	ClockReopenWindow        ClockName = "reopen_window"
	ClockSurvey              ClockName = "survey"
	// ClockSuspension bounds a suspension: nothing stands still without end (law 2).
	ClockSuspension ClockName = "suspension"

	// These came with format 3.
	ClockNextReply           ClockName = "next_reply"           // a customer's message → an agent's
	ClockReplacementDispatch ClockName = "replacement_dispatch" // asked of the warehouse → sent
	ClockReplacementDelivery ClockName = "replacement_delivery" // sent → signed for
	ClockRepairDiagnosis     ClockName = "repair_diagnosis"     // received by the workshop → diagnosed
	ClockRepairQuote         ClockName = "repair_quote"         // price told → accepted or declined
	ClockRepairWork          ClockName = "repair_work"          // received by the workshop → sent back
	ClockAmendment           ClockName = "amendment"            // asked of the warehouse → done or too late
	ClockRecoveryAnswer      ClockName = "recovery_answer"      // claim filed → answered; runs in the recovery
)

// ClockState is whether a clock counts.
type ClockState string

// The states of a clock.
const (
	ClockRunning   ClockState = "running"
	ClockSuspended ClockState = "suspended"
	ClockMet       ClockState = "met"
	ClockBreached  ClockState = "breached"
)

// Clock is a budget of time that somebody has, and what happens when it is used
// up. DueAt is derived from the budget, the calendar, the extensions and the
// suspensions; it is never set by hand. A clock belongs to the whole case, or to
// one leg, or (evidence_supplement) to one burden of proof: then LegID is proof-1 ...
type Clock struct {
	Name     ClockName `json:"name"`
	LegID    string    `json:"leg_id,omitempty"`
	Owner    WaitingOn `json:"owner"`
	Budget   int64     `json:"budget"`          // in Unit
	Unit     Unit      `json:"unit"`            // h, d, wd ...
	Calendar string    `json:"calendar"`        // calendar id, e.g. "cn"
	Hours    string    `json:"hours,omitempty"` // opening hours of the policy, for business units
	// CountFrom says when counting begins; empty is at_once.
	CountFrom CountFrom `json:"count_from,omitempty"`
	// Suspensions is the ledger of the times during which the clock stood still.
	Suspensions []Suspension `json:"suspensions,omitempty"`
	// Extensions are what was added to the budget after the start.
	Extensions []Extension `json:"extensions,omitempty"`
	// Consumed is how much of the budget was used when it was last suspended, for people.
	Consumed string     `json:"consumed,omitempty"`
	State    ClockState `json:"state"`
	Started  time.Time  `json:"started_at"`
	DueAt    time.Time  `json:"due_at"`
	MetAt    *time.Time `json:"met_at,omitempty"` // or breached, or suspended since
	OnExpiry string     `json:"on_expiry"`        // what silence brings, in the policy's words
	Why      string     `json:"why"`              // how DueAt came about
	// Provisional is set while a calendar year that DueAt needs is not published.
	Provisional bool `json:"provisional,omitempty"`
	// Told is a date that the customer was told and that a corrected calendar would have
	// taken back: the clock is not due before it.
	Told *time.Time `json:"told,omitempty"`
	// Round counts repetitions: reminders of a breached resolution, levels of supervisors.
	Round int `json:"round,omitempty"`
	// Remind are the spans before DueAt at which the owner is reminded, as the rule has them.
	Remind []string `json:"remind,omitempty"`
	// RemindAt are the reminders of the owner that are still to be sent, in order.
	RemindAt []time.Time `json:"remind_at,omitempty"`
	// Laid is set on a survey that was laid ready: its question goes out at Started, which
	// may lie ahead. The API shows the clock as Case.AsOf has it, without.
	Laid *Laid `json:"laid,omitempty"`
}

// Suspension is one time during which a clock stood still; To is nil while it does.
type Suspension struct {
	From   time.Time        `json:"from"`
	To     *time.Time       `json:"to,omitempty"`
	Reason SuspensionReason `json:"reason"`
}

// Extension is time added to a clock after its start.
type Extension struct {
	At     time.Time `json:"at"`
	By     string    `json:"by"`     // a span, e.g. "2wd"
	Reason string    `json:"reason"` // a code
}

// SuspensionReason is why clocks stand still.
type SuspensionReason string

// The reasons of a suspension. Which clocks each moves, and for how long at most, is policy.
const (
	SuspendAwaitingCustomer SuspensionReason = "awaiting_customer" // set and ended by the rules, while the customer is waited for
	SuspendAgreedPause      SuspensionReason = "agreed_pause"      // both sides agreed
	SuspendCourtOrPolice    SuspensionReason = "court_or_police"
	SuspendAppraisal        SuspensionReason = "appraisal"
)

// CountFrom is when a clock begins to count after its start.
type CountFrom string

// The beginnings of counting.
const (
	CountAtOnce     CountFrom = "at_once"
	CountNextMinute CountFrom = "next_minute" // the next full minute
	CountNextDay    CountFrom = "next_day"    // midnight that follows, in the calendar's zone
)

// Unit is the unit of a clock's budget.
type Unit string

// The units. Seconds and minutes serve policies for demonstration and tests.
const (
	UnitSeconds         Unit = "s"
	UnitMinutes         Unit = "m"
	UnitHours           Unit = "h"
	UnitDays            Unit = "d"  // calendar days: the same local time of day
	UnitEndOfDays       Unit = "ed" // calendar days, to the end of the last one
	UnitWorkingDays     Unit = "wd" // working days: the same local time of day
	UnitBusinessHours   Unit = "bh" // hours while the named opening hours are open
	UnitBusinessMinutes Unit = "bm" // minutes of the same
)

// Running returns the running clock of that name (and leg, "" for the case), or nil.
func (c *Case) Running(name ClockName, legID string) *Clock {
	for i := range c.Clocks {
		k := &c.Clocks[i]
		if k.Name == name && k.LegID == legID && k.State == ClockRunning {
			return k
		}
	}
	return nil
}

// NextDue returns the running clock that expires first, or nil if none runs. One that ends
// without a wake of its own does not count.
func (c *Case) NextDue() *Clock {
	var next *Clock
	for i := range c.Clocks {
		k := &c.Clocks[i]
		if k.State == ClockRunning && !c.quiet(k) && (next == nil || k.DueAt.Before(next.DueAt)) {
			next = k
		}
	}
	return next
}

// standing says whether a clock is a standing promise of service rather than a
// wait for one particular act; it decides waiting_on only when nothing else runs.
func (k Clock) standing() bool {
	switch k.Name {
	case ClockFirstResponse, ClockResolution, ClockReopenWindow, ClockSurvey, ClockSuspension:
		return true
	}
	return false
}

// DeriveWaitingOn says whose act is awaited: the owner of the clocks that wait
// for a particular act; "both" where customer and shop (agent or supervisor) are
// waited for at once; the earliest due where several partners are. First_response
// counts while nothing else runs.
func (c *Case) DeriveWaitingOn() WaitingOn {
	var next *Clock
	customer, staff := false, false
	for i := range c.Clocks {
		k := &c.Clocks[i]
		if k.State != ClockRunning || k.standing() {
			continue
		}
		customer = customer || k.Owner == WaitingCustomer
		staff = staff || k.Owner == WaitingAgent || k.Owner == WaitingSupervisor
		if next == nil || k.DueAt.Before(next.DueAt) {
			next = k
		}
	}
	switch {
	case customer && staff:
		return WaitingBoth
	case next != nil:
		return next.Owner
	case c.Stage == StageNegotiation && c.Running(ClockFirstResponse, "") != nil:
		return WaitingAgent
	default:
		return WaitingNone
	}
}

// SetClock puts a started clock in its place: an earlier round of the same name
// and leg stands in the timeline only.
func (c *Case) SetClock(k Clock) {
	for i := range c.Clocks {
		if c.Clocks[i].Name == k.Name && c.Clocks[i].LegID == k.LegID {
			c.Clocks[i] = k
			return
		}
	}
	c.Clocks = append(c.Clocks, k)
}

// StartedEntry is the timeline's account of a clock that starts: when it is due,
// why then, and what silence brings.
func (k Clock) StartedEntry(stage Stage) Entry {
	at, asked := k.Started, time.Time{}
	if k.Laid != nil {
		at, asked = k.Laid.At, k.Started
	}
	data, err := json.Marshal(struct {
		Clock       ClockName `json:"clock"`
		LegID       string    `json:"leg_id,omitempty"`
		Owner       WaitingOn `json:"owner"`
		DueAt       time.Time `json:"due_at"`
		Why         string    `json:"why"`
		Provisional bool      `json:"provisional,omitempty"`
		AskedAt     time.Time `json:"asked_at,omitzero"` // of a survey that was laid ready
	}{k.Name, k.LegID, k.Owner, k.DueAt, k.Why, k.Provisional, asked})
	if err != nil {
		data = nil // a due date beyond the year 9999 only; the entry stands without it
	}
	return Entry{Type: EventClockStarted, At: at, Actor: System, Stage: stage, Reason: k.OnExpiry, Data: data}
}
