package dispute

import (
	"encoding/json"
	"time"
)

// EventType names what happened; the values stand below.
type EventType string

// Entry is one line of a case's timeline. Data is small JSON of ids, codes,
// dates and amounts.
type Entry struct {
	Type    EventType       `json:"type"`
	At      time.Time       `json:"at"`
	Actor   Actor           `json:"actor"`
	Stage   Stage           `json:"stage"`
	Reason  string          `json:"reason,omitempty"` // a code, or the rule
	EventID string          `json:"event_id,omitempty"`
	Data    json.RawMessage `json:"data,omitempty"`
}

// RecordedEntry is an entry in its place: Seq counts within the case from 1,
// Position orders all cases' entries for GET /events, Hash chains to PrevHash.
type RecordedEntry struct {
	Entry
	CaseID   string `json:"case_id"`
	Seq      int64  `json:"seq"`
	Position int64  `json:"position,omitempty"`
	PrevHash string `json:"prev_hash"`
	Hash     string `json:"hash"`
}

// The event types.
const (
	EventOpened           EventType = "case.opened"
	EventNoticeSent       EventType = "completeness.requested"
	EventEvidence         EventType = "evidence.received"
	EventComplete         EventType = "completeness.met"
	EventInvestigation    EventType = "investigation.started"
	EventFact             EventType = "fact.gathered"
	EventAccepted         EventType = "case.accepted"
	EventInadmissible     EventType = "case.inadmissible"
	EventLiability        EventType = "liability.found"
	EventPersonNeeded     EventType = "person.needed"
	EventOfferMade        EventType = "offer.made"
	EventOfferAnswered    EventType = "offer.answered"
	EventOfferLapsed      EventType = "offer.lapsed"
	EventApprovalAsked    EventType = "approval.requested"
	EventApprovalAnswered EventType = "approval.answered"
	EventDecided          EventType = "decision.made"
	EventRejected         EventType = "case.rejected"
	EventEscalated        EventType = "case.escalated"
	EventClockStarted     EventType = "clock.started"
	EventClockMet         EventType = "clock.met"
	EventClockBreached    EventType = "clock.breached"
	EventExecution        EventType = "execution.started"
	EventLegStarted       EventType = "leg.started"
	EventLegChanged       EventType = "leg.changed"
	EventParcel           EventType = "parcel.updated"
	EventReceived         EventType = "return.received"
	EventInspected        EventType = "return.inspected"
	EventCorrected        EventType = "return.corrected"
	EventRefundRequested  EventType = "refund.requested"
	EventRefundUpdated    EventType = "refund.updated"
	EventDelay            EventType = "case.delayed"
	EventNote             EventType = "note.added"
	EventAssigned         EventType = "case.assigned"
	EventWithdrawn        EventType = "case.withdrawn"
	EventFollowUp         EventType = "follow_up.started"
	EventClosing          EventType = "case.closing"
	EventClosed           EventType = "case.closed"
	EventCancelled        EventType = "case.cancelled"
	EventIgnored          EventType = "event.ignored" // early, repeated, malformed or meaningless; kept here
	EventLate             EventType = "event.late"    // came after the end; written by the relay
	EventOrphaned         EventType = "case.orphaned" // written by the sweep
	EventAdopted          EventType = "run.adopted"   // a reset or restarted run took the record over
	EventReprojected      EventType = "case.reprojected"
	EventClockSuspended   EventType = "clock.suspended"
	EventClockResumed     EventType = "clock.resumed"
	EventClockExtended    EventType = "clock.extended"
	EventClockReprojected EventType = "clock.reprojected" // a calendar was added or corrected: old date, new date
	EventSuspended        EventType = "case.suspended"
	EventResumed          EventType = "case.resumed"
	EventReminded         EventType = "clock.reminded"
	EventPolicyBound      EventType = "policy.bound" // the case goes on under another version, as the policy says
	EventProofAsked       EventType = "proof.requested"
	EventProofMet         EventType = "proof.met"
	EventProofFailed      EventType = "proof.failed"
	EventAppealed         EventType = "case.appealed"
	EventRulingFinal      EventType = "ruling.final"
	EventReopened         EventType = "case.reopened"
	EventSurveyAsked      EventType = "survey.requested"
	EventSurveyAnswered   EventType = "survey.answered"
	EventTextsErased      EventType = "texts.erased" // what people wrote and sent in; written by the worker

	// Goods that go out anew, and orders that are changed.
	EventReplacementRequested EventType = "replacement.requested"
	EventReplacementUpdated   EventType = "replacement.updated"
	EventAmendmentRequested   EventType = "amendment.requested"
	EventAmendmentUpdated     EventType = "amendment.updated"

	// Goods that are mended.
	EventRepairUpdated   EventType = "repair.updated"
	EventQuoteAnswered   EventType = "repair.quote_answered"
	EventRepairCalledOff EventType = "repair.called_off"

	// Of a recovery: the first stands in the case's timeline too, all others in its own.
	EventRecoveryOpened   EventType = "recovery.opened"
	EventRecoveryUpdated  EventType = "recovery.updated"
	EventRecoveryIgnored  EventType = "recovery.ignored"
	EventRecoveryProblem  EventType = "recovery.problem"
	EventRecoveryReminded EventType = "recovery.reminded"
	EventRecoverySettled  EventType = "recovery.settled"
	EventRecoveryContest  EventType = "recovery.contested"
	EventWriteOffAsked    EventType = "recovery.write_off_requested"
	EventWriteOffAnswered EventType = "recovery.write_off_answered"
	EventWrittenOff       EventType = "recovery.written_off"
	EventRecoveryClosed   EventType = "recovery.closed"

	// Bargaining, and what follows a ruling.
	EventMediationAsked EventType = "mediation.requested"
	EventMediationEnded EventType = "mediation.ended"
	EventContestable    EventType = "ruling.contestable" // a grant waits for the merchant's appeal window

	// What speaks against deciding without a person, and what a person made of it.
	EventRiskFlagged  EventType = "risk.flagged"
	EventRiskReviewed EventType = "risk.reviewed"

	// A bad mark, and what another person made of the case.
	EventOpinionAsked EventType = "second_opinion.requested"
	EventOpinionGiven EventType = "second_opinion.given"
)

// Milestone names a notice to a person; one notice a (case, milestone, number).
type Milestone string

// The milestones.
const (
	NoticeAccepted     Milestone = "accepted" // with its limit
	NoticeMissing      Milestone = "missing_items"
	NoticeOffer        Milestone = "offer"
	NoticeDecision     Milestone = "decision"
	NoticeInstructions Milestone = "return_instructions"
	NoticeReceived     Milestone = "received"
	NoticeInspected    Milestone = "inspected"
	NoticeDelay        Milestone = "delay" // reason and new date
	NoticeRefunded     Milestone = "refunded"
	NoticeClosed       Milestone = "closed"
	NoticeBreach       Milestone = "breach"     // to the supervisor
	NoticeTask         Milestone = "task"       // to agent or supervisor: something waits for you
	NoticeInspectNow   Milestone = "inspection" // second notice to the warehouse
	NoticeReminder     Milestone = "reminder"   // to the owner of a clock that is soon due
	NoticeEvidence     Milestone = "evidence"   // one side is asked to prove something
	NoticeSuspended    Milestone = "suspended"
	NoticeResumed      Milestone = "resumed" // with the new dates
	NoticeSurvey       Milestone = "survey"

	NoticeReplacement Milestone = "replacement" // new goods: sent, with number; signed for
	NoticeAmendment   Milestone = "amendment"   // a change of the order: done, or too late
	NoticeDispatchNow Milestone = "dispatch"    // second notice to the warehouse about new goods

	NoticeRepair      Milestone = "repair"       // how it stands: diagnosed, on its way back, back, cannot be mended
	NoticeRepairQuote Milestone = "repair_quote" // what it costs, until when it would be done, and until when to answer
	NoticeRepairNow   Milestone = "repair_due"   // second notice to the workshop

	NoticeRecovery Milestone = "recovery" // a claim against carrier or supplier: second notice to it, task for whoever decides

	NoticeCredited     Milestone = "credited"         // a coupon, points or a gift: granted
	NoticeApology      Milestone = "apology"          // said to the customer; the leg is carried out by it
	NoticeParcelBack   Milestone = "parcel_came_back" // the customer's return came back to them: what to do now
	NoticeWrongAddress Milestone = "wrong_warehouse"  // to the warehouse and the desk: goods to be passed on

	NoticeSecondOpinion Milestone = "second_opinion" // to the customer: another person looked, and what was given stands
	NoticeBatch         Milestone = "batch"          // to whoever buys or makes the goods: many cases about one product or lot
)

// Notice is one message to send, an outbox row. Its number tells apart several
// of one milestone; (case, milestone, number) is its key.
type Notice struct {
	Milestone Milestone       `json:"milestone"`
	Number    int             `json:"number"`
	To        Role            `json:"to"` // customer, agent, supervisor, warehouse
	Data      json.RawMessage `json:"data,omitempty"`
	// NotBefore is when a notice that is written ahead of its time goes out; nil: at once.
	// Until then its step can still be taken back (Batch.Withdrawn).
	NotBefore *time.Time `json:"not_before,omitempty"`
}
