package dispute

import (
	"encoding/json"
	"time"
)

// SignalName is the Temporal signal by which an inbound event reaches its case.
type SignalName string

// The signals of a case (engine contract).
const (
	SignalEvidenceSubmitted  SignalName = "evidence-submitted"
	SignalReturnShipped      SignalName = "return-shipped"
	SignalWarehouseReceived  SignalName = "warehouse-received"
	SignalWarehouseInspected SignalName = "warehouse-inspected"
	SignalCarrierUpdate      SignalName = "carrier-update"
	SignalPaymentUpdate      SignalName = "payment-update"
	SignalReplacementUpdate  SignalName = "replacement-update"
	SignalRepairUpdate       SignalName = "repair-update"
	SignalReproject          SignalName = "reproject"
)

// The channels on which the record tells processes that there may be work.
const (
	ChannelInbox  = "redress_inbox"
	ChannelOutbox = "redress_outbox"
	// ChannelWebhooks is poked when one of the shop's own systems is to be told something.
	ChannelWebhooks = "redress_webhooks"
	// Of published rules: something was published; open cases are to be looked at.
	ChannelRules    = "redress_rules"
	ChannelRuleJobs = "redress_rule_jobs"
)

// InboxState is where an inbound event stands.
type InboxState string

// The states of an inbox row.
const (
	InboxPending   InboxState = "pending"   // case known, not yet signalled
	InboxUnmatched InboxState = "unmatched" // no case has the reference (yet)
	InboxDelivered InboxState = "delivered"
	InboxLate      InboxState = "late"    // the case's workflow had completed
	InboxInvalid   InboxState = "invalid" // malformed, or a known id with another body
)

// InboxEvent is an event on its way to a case. Payload is the signal's document;
// Body is what the partner sent. From the partner's side the pair
// (Source, EventID) is unique.
type InboxEvent struct {
	ID         int64           `json:"id"`
	Source     string          `json:"source"` // partner id, or "api"
	EventID    string          `json:"event_id"`
	Type       string          `json:"type"` // e.g. return.received
	State      InboxState      `json:"state"`
	CaseID     string          `json:"case_id,omitempty"`
	Reference  *Reference      `json:"reference,omitempty"`
	Signal     SignalName      `json:"signal,omitempty"`
	Payload    json.RawMessage `json:"payload,omitempty"`
	Body       json.RawMessage `json:"body,omitempty"`
	Problem    string          `json:"problem,omitempty"`
	OccurredAt *time.Time      `json:"occurred_at,omitempty"`
	ReceivedAt time.Time       `json:"received_at"`
	Attempts   int             `json:"attempts"`
}

// The documents of the signals: small, and typeable by hand in the Temporal CLI.
// Every one has an event_id; a repeated id is recorded once.

// EvidenceSubmitted announces stored evidence.
type EvidenceSubmitted struct {
	EventID  string   `json:"event_id"`
	Evidence Evidence `json:"evidence"`
}

// ReturnShipped gives the number under which the customer sent the goods.
type ReturnShipped struct {
	EventID        string `json:"event_id"`
	LegID          string `json:"leg_id,omitempty"`
	Carrier        string `json:"carrier"`
	TrackingNumber string `json:"tracking_number"`
	Actor          Actor  `json:"actor"`
}

// ReturnName says which goods a warehouse means besides the RMA, where, and in which parcel.
type ReturnName struct {
	LegID          string `json:"leg_id,omitempty"` // set by the person who matched it
	Carrier        string `json:"carrier,omitempty"`
	TrackingNumber string `json:"tracking_number,omitempty"`
	ParcelID       string `json:"parcel_id,omitempty"`    // the warehouse's, where goods come in several
	WarehouseID    string `json:"warehouse_id,omitempty"` // where the goods are
}

// WarehouseReceived is the count at the dock.
type WarehouseReceived struct {
	EventID string `json:"event_id"`
	RMAID   string `json:"rma_id"`
	ReturnName
	Lines []ReceivedLine `json:"lines"`
	// WeightGrams is what the parcel weighed at the dock, 0 where nobody weighed it.
	WeightGrams int        `json:"weight_grams,omitempty"`
	Sequence    int64      `json:"sequence"`
	Correction  bool       `json:"correction,omitempty"`
	At          *time.Time `json:"occurred_at,omitempty"`
}

// WarehouseInspected is the finding of the inspection.
type WarehouseInspected struct {
	EventID string `json:"event_id"`
	RMAID   string `json:"rma_id"`
	ReturnName
	Lines      []InspectedLine `json:"lines"`
	Sequence   int64           `json:"sequence"`
	Correction bool            `json:"correction,omitempty"`
	At         *time.Time      `json:"occurred_at,omitempty"`
}

// CarrierUpdate is a scan of a parcel.
type CarrierUpdate struct {
	EventID        string       `json:"event_id"`
	LegID          string       `json:"leg_id,omitempty"` // set by the person who matched it
	Carrier        string       `json:"carrier"`
	TrackingNumber string       `json:"tracking_number"`
	Status         ParcelStatus `json:"status"`
	At             *time.Time   `json:"occurred_at,omitempty"`
}

// ReplacementUpdate is the warehouse's report on a replacement.
type ReplacementUpdate struct {
	EventID       string `json:"event_id"`
	ReplacementID string `json:"replacement_id"`
	Status        string `json:"status"` // reserved | shipped | signed | out_of_stock | delayed | cancelled
	// Carrier and TrackingNumber come with shipped.
	Carrier        string     `json:"carrier,omitempty"`
	TrackingNumber string     `json:"tracking_number,omitempty"`
	DispatchBy     *time.Time `json:"dispatch_by,omitempty"` // with reserved and delayed
	Reason         string     `json:"reason,omitempty"`      // a code, with delayed, out_of_stock and cancelled
	Sequence       int64      `json:"sequence"`
	At             *time.Time `json:"occurred_at,omitempty"`
}

// RepairUpdate is the workshop's report on a repair.
type RepairUpdate struct {
	EventID  string `json:"event_id"`
	RepairID string `json:"repair_id"`
	Status   string `json:"status"` // received | diagnosed | repairing | repaired | shipped | returned | irreparable | delayed
	// Diagnosis, Covered and Quote come with diagnosed: whether the warranty covers it, and
	// what it costs where not.
	Diagnosis      string     `json:"diagnosis,omitempty"`
	Covered        *bool      `json:"covered,omitempty"`
	Quote          *Money     `json:"quote,omitempty"`
	Carrier        string     `json:"carrier,omitempty"`
	TrackingNumber string     `json:"tracking_number,omitempty"`
	ReadyBy        *time.Time `json:"ready_by,omitempty"` // with delayed
	Reason         string     `json:"reason,omitempty"`
	Sequence       int64      `json:"sequence"`
	At             *time.Time `json:"occurred_at,omitempty"`
}

// PaymentUpdate is the provider's word on a refund or payout.
type PaymentUpdate struct {
	EventID     string     `json:"event_id"`
	RefundKey   string     `json:"refund_key"`
	ProviderRef string     `json:"provider_ref"`
	Status      LegState   `json:"status"` // pending, requires_action, succeeded, failed, cancelled
	Amount      Money      `json:"amount"`
	At          *time.Time `json:"occurred_at,omitempty"`
}
