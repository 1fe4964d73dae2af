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
// forward; a lost parcel may turn up, and what was given up may have left already.
var replacementMoves = map[LegState][]LegState{
	ReplacementRequired:  {ReplacementReserved, ReplacementShipped, ReplacementSigned, ReplacementFailed, ReplacementCancelled},
	ReplacementReserved:  {ReplacementShipped, ReplacementSigned, ReplacementFailed, ReplacementCancelled},
	ReplacementShipped:   {ReplacementSigned, ReplacementLost, ReplacementFailed},
	ReplacementLost:      {ReplacementSigned},
	ReplacementCancelled: {ReplacementShipped, ReplacementSigned},
	ReplacementFailed:    {ReplacementShipped, ReplacementSigned},
}

// The words of the warehouse's report on a replacement.
const (
	ReportedReserved   = "reserved"
	ReportedShipped    = "shipped"
	ReportedSigned     = "signed"
	ReportedDelayed    = "delayed"
	ReportedOutOfStock = "out_of_stock"
	ReportedCancelled  = "cancelled"
)

// The problems of a replacement that the rules know; the others are the warehouse's codes.
const (
	ProblemOutOfStock         = ReportedOutOfStock
	ProblemReturnedToSender   = "returned_to_sender"
	ProblemReplacementLost    = "replacement_lost"
	ProblemReplacementUnknown = "replacement_not_found" // the carrier does not know where it is
	ProblemNotCancelled       = "replacement_not_cancelled"
	ProblemGivenElsewhere     = "given_elsewhere" // another case paid for the units or replaces them
)

// ReplacementLeg is goods sent to the customer anew.
type ReplacementLeg struct {
	ReplacementID string            `json:"replacement_id"` // the warehouse's name for it and the idempotency key
	Items         []ReplacementItem `json:"items"`
	// Value is what was paid for the units that it replaces: limits count it as given.
	Value Money        `json:"value"`
	Parts []LineAmount `json:"parts,omitempty"` // the same by order line
	// ReturnLegID is the return of the goods that it replaces, "" where none come back.
	ReturnLegID string `json:"return_leg_id,omitempty"`
	// Ship says when it is sent: one of the Ship constants. After is empty with at_once.
	Ship        string     `json:"ship,omitempty"`
	RequestedAt *time.Time `json:"requested_at,omitempty"` // the warehouse is, or was, asked for it
	ReservedAt  *time.Time `json:"reserved_at,omitempty"`
	// DispatchBy is when the warehouse says that it will send; a later one is a delay.
	DispatchBy     *time.Time   `json:"dispatch_by,omitempty"`
	Carrier        string       `json:"carrier,omitempty"`
	TrackingNumber string       `json:"tracking_number,omitempty"`
	ParcelStatus   ParcelStatus `json:"parcel_status,omitempty"`
	ShippedAt      *time.Time   `json:"shipped_at,omitempty"`
	// SignedAt is when the customer had it in hand: a warranty begins anew from here.
	SignedAt *time.Time `json:"signed_at,omitempty"`
	Sequence int64      `json:"sequence,omitempty"` // of the warehouse's last report
	Tracing  bool       `json:"tracing,omitempty"`  // the carrier is being asked where the parcel is
	Voided   bool       `json:"voided,omitempty"`   // given up, and the warehouse knows
	// Unsure is set where the warehouse never answered whether it takes the request: it may
	// have, so that it has to be told that the goods are not wanted any more.
	Unsure bool `json:"unsure,omitempty"`
}

// ReplacementItem is what is sent for which line.
type ReplacementItem struct {
	LineID   string `json:"line_id"`
	SKU      string `json:"sku,omitempty"` // the line's own, or another by exchange
	Quantity int    `json:"quantity"`
}

// Asked says whether the warehouse may hold the goods, or have sent them, although the
// leg was given up and nobody has told it yet.
func (r *ReplacementLeg) Asked() bool { return r.RequestedAt != nil && !r.Voided }

// ToFree says whether goods that were given up may still leave, since the warehouse does
// not know yet: nothing else is given for them before it does.
func (l *Leg) ToFree() bool {
	r := l.Replacement
	return r != nil && r.Asked() && (l.State == ReplacementCancelled || l.State == ReplacementFailed && r.Unsure)
}

// live says whether the goods of a replacement are promised or on their way.
func (l *Leg) live() bool {
	if l.Replacement == nil {
		return false
	}
	switch l.State {
	case ReplacementRequired, ReplacementReserved, ReplacementShipped:
		return true
	}
	return false
}

// Replaces says whether the replacement is for one of the lines.
func (r *ReplacementLeg) Replaces(lines []Line) bool {
	for _, part := range r.Parts {
		for _, line := range lines {
			if part.LineID == line.LineID {
				return true
			}
		}
	}
	return false
}

// Lines are the units that it replaces.
func (r *ReplacementLeg) Lines() []Line {
	lines := make([]Line, 0, len(r.Parts))
	for _, part := range r.Parts {
		lines = append(lines, Line{LineID: part.LineID, Quantity: part.Quantity})
	}
	return lines
}
