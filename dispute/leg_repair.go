package dispute

import "time"

// The states of a repair leg (domain: Repair leg). The goods come in by a return leg
// before it.
const (
	RepairRequired             = MoneyRequired  // waits for the goods
	RepairReceived             = ReturnReceived // the workshop has them
	RepairDiagnosed   LegState = "diagnosed"
	RepairQuoted      LegState = "quoted" // outside warranty: the customer answers
	RepairRepairing   LegState = "repairing"
	RepairShipped              = ReplacementShipped // on the way back
	RepairReturned    LegState = "returned"         // signed for: done
	RepairIrreparable LegState = "irreparable"
	RepairFailed               = MoneyFailed
	RepairCancelled            = MoneyCancelled // declined quotes and given up repairs, once the goods are back
)

// repairMoves is the table of legal moves of a repair.
var repairMoves = map[LegState][]LegState{
	RepairRequired:  {RepairReceived, RepairFailed, RepairCancelled},
	RepairReceived:  {RepairDiagnosed, RepairRepairing, RepairShipped, RepairIrreparable, RepairFailed, RepairCancelled},
	RepairDiagnosed: {RepairQuoted, RepairRepairing, RepairShipped, RepairIrreparable, RepairFailed, RepairCancelled},
	RepairQuoted:    {RepairRepairing, RepairShipped, RepairFailed, RepairCancelled},
	RepairRepairing: {RepairShipped, RepairReturned, RepairIrreparable, RepairFailed, RepairCancelled},
	RepairShipped:   {RepairReturned, RepairFailed},
}

// RepairLeg is goods that are mended and go back to the customer.
type RepairLeg struct {
	RepairID string `json:"repair_id"` // case, leg and number: the workshop's name for it and the idempotency key
	Lines    []Line `json:"lines"`
	// Free is whether the merchant bears it; FreeRule says why, e.g. the warranty.
	Free        bool       `json:"free"`
	FreeRule    string     `json:"free_rule,omitempty"`
	Attempt     int        `json:"attempt"` // 1 for the first repair of these goods
	ReceivedAt  *time.Time `json:"received_at,omitempty"`
	Diagnosis   string     `json:"diagnosis,omitempty"` // a code of the workshop
	DiagnosedAt *time.Time `json:"diagnosed_at,omitempty"`
	Quote       *Money     `json:"quote,omitempty"`
	QuoteBy     *time.Time `json:"quote_by,omitempty"` // until when the customer may answer
	Declined    bool       `json:"declined,omitempty"` // the goods go back as they are
	Carrier     string     `json:"carrier,omitempty"`

	TrackingNumber string       `json:"tracking_number,omitempty"`
	ParcelStatus   ParcelStatus `json:"parcel_status,omitempty"`
	ShippedAt      *time.Time   `json:"shipped_at,omitempty"`
	ReturnedAt     *time.Time   `json:"returned_at,omitempty"`
	Sequence       int64        `json:"sequence,omitempty"` // of the workshop's last report
}
