package dispute

import (
	"slices"
	"time"
)

// LegType is a part of a remedy that runs on its own.
type LegType string

// The leg types.
const (
	LegReturn       LegType = "return"
	LegRefund       LegType = "refund"
	LegReplacement  LegType = "replacement"
	LegRepair       LegType = "repair"
	LegCompensation LegType = "compensation"
	LegAmendment    LegType = "amendment"
	LegApology      LegType = "apology"
)

// Leg is one part of a remedy. Exactly one of its details is set, by its type;
// Money serves refund and compensation, and an apology has none.
type Leg struct {
	ID     string     `json:"id"` // e.g. "refund-1": type and number within the case
	Type   LegType    `json:"type"`
	State  LegState   `json:"state"`
	After  string     `json:"after,omitempty"` // leg that must be accepted first
	Return *ReturnLeg `json:"return,omitempty"`
	Money  *MoneyLeg  `json:"money,omitempty"`

	Replacement *ReplacementLeg `json:"replacement,omitempty"`
	Repair      *RepairLeg      `json:"repair,omitempty"`
	Amendment   *AmendmentLeg   `json:"amendment,omitempty"`
	// Problem says in a code why the leg failed or waits for a person.
	Problem string `json:"problem,omitempty"`
}

// LegState is where a leg stands; each type has its own table of legal moves.
type LegState string

// The states of a return leg.
const (
	ReturnAuthorized       LegState = "authorized"
	ReturnLabelIssued      LegState = "label_issued"
	ReturnAwaitingShipment LegState = "awaiting_shipment"
	ReturnInTransit        LegState = "in_transit"
	ReturnDelivered        LegState = "delivered"
	ReturnReceived         LegState = "received"
	ReturnInspected        LegState = "inspected"
	ReturnAccepted         LegState = "accepted"
	ReturnPartial          LegState = "partial"
	ReturnRefused          LegState = "refused"
	ReturnLost             LegState = "lost"
	ReturnExpired          LegState = "expired"
	ReturnCancelled        LegState = "cancelled"
)

// The states of a refund or compensation leg.
const (
	MoneyRequired       LegState = "required"
	MoneyRequested      LegState = "requested" // key stored, call under way
	MoneyPending        LegState = "pending"   // the provider has it
	MoneyRequiresAction LegState = "requires_action"
	MoneyUnknown        LegState = "unknown" // may or may not have moved: no second attempt before it is reconciled
	MoneySucceeded      LegState = "succeeded"
	MoneyFailed         LegState = "failed"
	MoneyCancelled      LegState = "cancelled"
)

// legMoves is the one table of legal moves of legs. A return may skip forward,
// since parcels arrive unannounced; never back.
var legMoves = map[LegState][]LegState{
	ReturnAuthorized: {ReturnLabelIssued, ReturnAwaitingShipment, ReturnInTransit, ReturnDelivered, ReturnReceived,
		ReturnInspected, ReturnExpired, ReturnCancelled, ReturnLost},
	ReturnLabelIssued: {ReturnAwaitingShipment, ReturnInTransit, ReturnDelivered, ReturnReceived, ReturnInspected,
		ReturnExpired, ReturnCancelled, ReturnLost},
	ReturnAwaitingShipment: {ReturnInTransit, ReturnDelivered, ReturnReceived, ReturnInspected, ReturnExpired,
		ReturnCancelled, ReturnLost},
	// A parcel that comes back to the customer is to be sent again.
	ReturnInTransit: {ReturnAwaitingShipment, ReturnDelivered, ReturnReceived, ReturnInspected, ReturnLost, ReturnCancelled},
	ReturnDelivered: {ReturnReceived, ReturnInspected, ReturnLost, ReturnAccepted, ReturnCancelled},
	ReturnReceived:  {ReturnInspected, ReturnAccepted, ReturnCancelled},
	ReturnInspected: {ReturnAccepted, ReturnPartial, ReturnRefused},
	// The rest may come after all.
	ReturnPartial: {ReturnAccepted},
	// What was given up may still turn up (a lost parcel that arrives).
	ReturnLost:    {ReturnReceived, ReturnInspected},
	ReturnExpired: {ReturnReceived, ReturnInspected},

	MoneyRequired: {MoneyRequested, MoneyCancelled},
	MoneyRequested: {MoneyPending, MoneyRequiresAction, MoneyUnknown, MoneySucceeded, MoneyFailed,
		MoneyCancelled},
	MoneyPending:        {MoneyRequiresAction, MoneyUnknown, MoneySucceeded, MoneyFailed, MoneyCancelled},
	MoneyRequiresAction: {MoneyPending, MoneyUnknown, MoneySucceeded, MoneyFailed, MoneyCancelled},
	MoneyUnknown:        {MoneyRequested, MoneyPending, MoneyRequiresAction, MoneySucceeded, MoneyFailed},
	// Money that was given up may still have moved: what the provider paid counts as
	// paid, whatever was believed before.
	MoneyFailed:    {MoneySucceeded},
	MoneyCancelled: {MoneySucceeded},
}

// legMovesOf are the moves of the other types. They share `required`, `failed` and
// `cancelled` with money, and `lost` with returns, so each type has a table of its own.
var legMovesOf = map[LegType]map[LegState][]LegState{
	LegReplacement: replacementMoves,
	LegRepair:      repairMoves,
	LegAmendment:   amendmentMoves,
	LegApology:     apologyMoves,
}

// CanBecome says whether the leg may go to a state, by the table of its type. Staying is
// not a move.
func (l *Leg) CanBecome(to LegState) bool {
	if moves, ok := legMovesOf[l.Type]; ok {
		return slices.Contains(moves[l.State], to)
	}
	return l.State.CanBecome(to)
}

// CanBecome says whether a return or a payment may go from one state to another.
func (s LegState) CanBecome(to LegState) bool {
	for _, legal := range legMoves[s] {
		if legal == to {
			return true
		}
	}
	return false
}

// Final says whether the leg needs nothing more. `unknown` is not final.
func (s LegState) Final() bool {
	switch s {
	case ReturnAccepted, ReturnPartial, ReturnRefused, ReturnLost, ReturnExpired, ReturnCancelled,
		MoneySucceeded, MoneyFailed, // these two and `cancelled` are shared by several types
		ReplacementSigned, RepairReturned, RepairIrreparable, AmendmentApplied:
		return true
	}
	return false
}

// Done says that the leg brought what it was for.
func (l *Leg) Done() bool {
	switch l.State {
	case MoneySucceeded, ReplacementSigned, AmendmentApplied:
		return true
	case RepairReturned:
		return l.Repair == nil || !l.Repair.Declined
	}
	return false
}

// FreightPayer is who pays for sending goods back.
type FreightPayer string

// The freight payers.
const (
	FreightMerchant FreightPayer = "merchant"
	FreightCustomer FreightPayer = "customer"
)

// ReturnLeg is goods on their way back.
type ReturnLeg struct {
	RMAID        string             `json:"rma_id"`
	Instructions ReturnInstructions `json:"instructions"`
	Announced    bool               `json:"announced"` // the warehouse knows of it
	LabelID      string             `json:"label_id,omitempty"`
	Voided       bool               `json:"voided,omitempty"`  // RMA and label given back
	Tracing      bool               `json:"tracing,omitempty"` // the carrier is being asked where the parcel is

	Carrier        string `json:"carrier,omitempty"`
	TrackingNumber string `json:"tracking_number,omitempty"`
	// CustomerTracking is the number that the customer gave although a label was issued.
	CustomerTracking *Tracking    `json:"customer_tracking,omitempty"`
	ParcelStatus     ParcelStatus `json:"parcel_status,omitempty"`
	ShippedAt        *time.Time   `json:"shipped_at,omitempty"`
	DeliveredAt      *time.Time   `json:"delivered_at,omitempty"`
	ReceivedAt       *time.Time   `json:"received_at,omitempty"`
	InspectedAt      *time.Time   `json:"inspected_at,omitempty"`

	ReceivedSequence  int64              `json:"received_sequence,omitempty"`
	InspectedSequence int64              `json:"inspected_sequence,omitempty"`
	Received          []ReceivedLine     `json:"received,omitempty"`
	WeightGrams       int                `json:"weight_grams,omitempty"` // of all its parcels as weighed at the dock; 0 where one was not
	Inspection        []InspectedLine    `json:"inspection,omitempty"`
	Differences       []ReturnDifference `json:"differences,omitempty"`

	OddParcels
}

// Tracking is a parcel as its carrier knows it.
type Tracking struct {
	Carrier   string `json:"carrier"`
	Number    string `json:"number"`
	Delivered bool   `json:"delivered,omitempty"` // the carrier says so of this number
}

// Travels says whether the goods may be in a parcel, by our label's number or the customer's.
func (r *ReturnLeg) Travels(carrier, number string) bool {
	own := r.CustomerTracking
	return (r.Carrier == carrier && r.TrackingNumber == number) || (own != nil && own.Carrier == carrier && own.Number == number) ||
		r.old(carrier, number) != nil
}

// Labelled says whether a number is that of the label that was issued.
func (r *ReturnLeg) Labelled(carrier, number string) bool {
	if old := r.old(carrier, number); old != nil {
		return old.LabelID != ""
	}
	return r.LabelID != "" && r.Carrier == carrier && r.TrackingNumber == number
}

// ReturnInstructions is what the customer must know to send goods back.
type ReturnInstructions struct {
	RMAID        string       `json:"rma_id"`
	Address      string       `json:"address"` // the warehouse's, not personal
	LabelURL     string       `json:"label_url,omitempty"`
	Carrier      string       `json:"carrier,omitempty"`
	ShipBy       *time.Time   `json:"ship_by,omitempty"`
	Items        []Line       `json:"items"`
	With         []string     `json:"with,omitempty"` // what belongs into the parcel besides: accessories, invoice
	FreightPayer FreightPayer `json:"freight_payer"`
}

// ReceivedLine is what the warehouse counted at the dock.
type ReceivedLine struct {
	LineID   string `json:"line_id,omitempty"`
	SKU      string `json:"sku,omitempty"`
	Quantity int    `json:"received_quantity"`
}

// Condition is the state of inspected goods.
type Condition string

// The inspection conditions.
const (
	ConditionIntact      Condition = "intact"
	ConditionOpened      Condition = "opened"
	ConditionUsed        Condition = "used"
	ConditionDamaged     Condition = "damaged"
	ConditionWrongItem   Condition = "wrong_item"
	ConditionMissing     Condition = "missing"
	ConditionCounterfeit Condition = "counterfeit"
)

// Valid says whether the condition is one of the known ones.
func (c Condition) Valid() bool {
	switch c {
	case ConditionIntact, ConditionOpened, ConditionUsed, ConditionDamaged, ConditionWrongItem, ConditionMissing,
		ConditionCounterfeit:
		return true
	}
	return false
}

// Disposition is what becomes of inspected goods.
type Disposition string

// The dispositions.
const (
	DispositionRestockNew       Disposition = "restock_new"
	DispositionSellAsOpened     Disposition = "sell_as_opened"
	DispositionRefurbish        Disposition = "refurbish"
	DispositionReturnToCustomer Disposition = "return_to_customer"
	DispositionHold             Disposition = "hold"
	DispositionReturnToSupplier Disposition = "return_to_supplier"
	DispositionScrap            Disposition = "scrap"
)

// Valid says whether the disposition is one of the known ones.
func (d Disposition) Valid() bool {
	switch d {
	case DispositionRestockNew, DispositionSellAsOpened, DispositionRefurbish, DispositionReturnToCustomer,
		DispositionHold, DispositionReturnToSupplier, DispositionScrap:
		return true
	}
	return false
}

// InspectedLine is what the warehouse found. Photos are evidence hashes.
type InspectedLine struct {
	LineID      string      `json:"line_id,omitempty"`
	SKU         string      `json:"sku,omitempty"`
	Quantity    int         `json:"quantity"`
	Condition   Condition   `json:"condition"`
	Disposition Disposition `json:"disposition,omitempty"`
	NoteID      string      `json:"note_id,omitempty"`
	Photos      []string    `json:"photos,omitempty"`
	Lacking     []string    `json:"lacking,omitempty"` // of what was to come with the goods
	Serials     []string    `json:"serials,omitempty"` // serial numbers that were read
}

// ReturnDifference is one way in which what came differs from what was declared.
type ReturnDifference struct {
	LineID     string `json:"line_id,omitempty"`
	SKU        string `json:"sku,omitempty"`
	Code       string `json:"code"` // short, over, undeclared, condition
	Expected   int    `json:"expected"`
	Received   int    `json:"received"`
	Acceptable int    `json:"acceptable"` // units in a condition that the policy accepts
	Condition  string `json:"condition,omitempty"`
}

// MoneyLeg is one movement of money: a refund of captured money from one payment,
// or a payout of new money.
type MoneyLeg struct {
	Key         string       `json:"refund_key"` // case, leg and number; the idempotency key of every try
	PaymentID   string       `json:"payment_id,omitempty"`
	Amount      Money        `json:"amount"`
	Lines       []LineAmount `json:"lines,omitempty"` // what the refund gives back, by order line
	ProviderRef string       `json:"provider_ref,omitempty"`
	RequestedAt *time.Time   `json:"requested_at,omitempty"`
	SettledAt   *time.Time   `json:"settled_at,omitempty"`
	Reconciling bool         `json:"reconciling,omitempty"` // the provider is being asked what became of it
	// Form is what a compensation is given in; a payout where none stands.
	Form MoneyForm `json:"form,omitempty"`
	Gift string    `json:"gift,omitempty"` // SKU, with the form gift
	// Returns is set where the leg gives back what coupons or points had paid of a
	// refund's lines: it was the customer's already.
	Returns *Credit `json:"returns,omitempty"`
	// Withheld is what lawful deductions took off the price of the units given back, by
	// order line; ShippingClawback is how much of it is for shipping that had been waived.
	Withheld         []LineAmount `json:"withheld,omitempty"`
	ShippingClawback int64        `json:"shipping_clawback,omitempty"` // minor units
	// Most is set where the policy's section compensation worked the amount out: what all
	// cases of the order are given together, in minor units. An amount that a person named
	// has none.
	Most int64 `json:"most,omitempty"`
	// PartOf is the return of which this pays what came, since the rest did not.
	PartOf string `json:"part_of,omitempty"`
}

// LineAmount is money of one order line, in minor units. Quantity is set where whole
// units were given back.
type LineAmount struct {
	LineID   string `json:"line_id"`
	Quantity int    `json:"quantity,omitempty"`
	Amount   int64  `json:"amount"`
}
