package dispute

import "time"

// The states of a replacement leg: goods on their way to the customer, by exchange or
// reship. `required`, `failed` and `cancelled` have the values of a payment's.
const (
	ReplacementRequired           = MoneyRequired
	ReplacementReserved  LegState = "reserved" // the warehouse keeps the goods for us
	ReplacementShipped   LegState = "shipped"
	ReplacementSigned    LegState = "signed"
	ReplacementLost               = ReturnLost
	ReplacementFailed             = MoneyFailed // out of stock, refused, came back: Problem says which
	ReplacementCancelled          = MoneyCancelled
)

// replacementMoves is the table of legal moves of a replacement. A report may skip
// forward; a lost parcel may turn up.
var replacementMoves = map[LegState][]LegState{
	ReplacementRequired: {ReplacementReserved, ReplacementShipped, ReplacementSigned, ReplacementFailed, ReplacementCancelled},
	ReplacementReserved: {ReplacementShipped, ReplacementSigned, ReplacementFailed, ReplacementCancelled},
	ReplacementShipped:  {ReplacementSigned, ReplacementLost, ReplacementFailed},
	ReplacementLost:     {ReplacementSigned},
}

// ReplacementLeg is goods sent to the customer anew.
type ReplacementLeg struct {
	ReplacementID string            `json:"replacement_id"` // case, leg and number: the warehouse's name for it and the idempotency key
	Items         []ReplacementItem `json:"items"`
	ReservedAt    *time.Time        `json:"reserved_at,omitempty"`
	// DispatchBy is when the warehouse says that it will send; a later one is a delay.
	DispatchBy     *time.Time   `json:"dispatch_by,omitempty"`
	Carrier        string       `json:"carrier,omitempty"`
	TrackingNumber string       `json:"tracking_number,omitempty"`
	ParcelStatus   ParcelStatus `json:"parcel_status,omitempty"`
	ShippedAt      *time.Time   `json:"shipped_at,omitempty"`
	SignedAt       *time.Time   `json:"signed_at,omitempty"`
	Sequence       int64        `json:"sequence,omitempty"` // of the warehouse's last report
}

// ReplacementItem is what is sent for which line.
type ReplacementItem struct {
	LineID   string `json:"line_id"`
	SKU      string `json:"sku"` // the line's own, or another by exchange
	Quantity int    `json:"quantity"`
}
