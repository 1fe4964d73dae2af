package dispute

import "time"

// FactSource names one of the places that an investigation asks.
type FactSource string

// The fact sources.
const (
	FactOrder    FactSource = "order"    // order system: lines, captured payments, shipping, delivery
	FactDispatch FactSource = "dispatch" // warehouse: the outbound record
	FactTrace    FactSource = "trace"    // carrier: where the outbound parcel is
	FactPayment  FactSource = "payment"  // payment provider: refunds and chargebacks elsewhere
	FactHistory  FactSource = "history"  // our own record of the customer's cases
)

// FactSources lists the sources in the order that a reader expects.
func FactSources() []FactSource {
	return []FactSource{FactOrder, FactDispatch, FactTrace, FactPayment, FactHistory}
}

// Facts is what the investigation gathered. A source that was asked stands in
// Sources with whether it answered; its part is nil when it did not.
type Facts struct {
	Sources  []SourceState  `json:"sources,omitempty"`
	Order    *OrderFacts    `json:"order,omitempty"`
	Dispatch *DispatchFacts `json:"dispatch,omitempty"`
	Trace    *TraceFacts    `json:"trace,omitempty"`
	Payment  *PaymentFacts  `json:"payment,omitempty"`
	History  *HistoryFacts  `json:"history,omitempty"`
}

// The answers of a source.
const (
	SourcePending     = "pending"
	SourceAnswered    = "answered"
	SourceNotAnswered = "not_answered" // within its limit
	SourceUnknown     = "unknown"      // it does not know the order
	SourceWithheld    = "withheld"     // the order is another customer's: nothing of it is kept
)

// SourceState is whether one source answered.
type SourceState struct {
	Source FactSource `json:"source"`
	State  string     `json:"state"`
	At     *time.Time `json:"at,omitempty"`
	Detail string     `json:"detail,omitempty"`
}

// OrderFacts is what the order system knows.
type OrderFacts struct {
	OrderID        string       `json:"order_id"`
	CustomerID     string       `json:"customer_id"`
	PlacedAt       time.Time    `json:"placed_at"`
	Currency       string       `json:"currency"`
	Lines          []OrderLine  `json:"lines"`
	ShippingPaid   int64        `json:"shipping_paid"`          // minor units; the line "shipping"
	ShippingTax    int64        `json:"shipping_tax,omitempty"` // included in ShippingPaid
	Payments       []OrderMoney `json:"payments"`
	PromisedBy     *time.Time   `json:"promised_by,omitempty"`
	DeliveredAt    *time.Time   `json:"delivered_at,omitempty"` // signing; nil where unknown
	InstalledAt    *time.Time   `json:"installed_at,omitempty"` // of goods that are installed; nil where there is none, or unknown
	Carrier        string       `json:"carrier,omitempty"`
	TrackingNumber string       `json:"tracking_number,omitempty"`
	WarehouseID    string       `json:"warehouse_id,omitempty"`
	// AddressKey is the order system's own name for the address that the order went to: the
	// same for the same address, and telling nothing of it. Address is what we know of it.
	AddressKey string        `json:"address_key,omitempty"`
	Address    *AddressFacts `json:"address,omitempty"`

	Bundles      []OrderBundle    `json:"bundles,omitempty"`
	Reductions   []OrderReduction `json:"reductions,omitempty"`    // not assigned to single lines
	FreeShipping *FreeShipping    `json:"free_shipping,omitempty"` // nil: it was not waived
}

// OrderLine is one line of an order. Paid is what was captured for the whole
// line after all discounts, in minor units of the order's currency.
type OrderLine struct {
	LineID   string `json:"line_id"`
	SKU      string `json:"sku"`
	Quantity int    `json:"quantity"`
	Paid     int64  `json:"paid"`

	Tags     []string `json:"tags,omitempty"` // codes that policies ask about, e.g. custom_made
	Category string   `json:"category,omitempty"`
	Lot      string   `json:"lot,omitempty"`     // of production or purchase
	Serials  []string `json:"serials,omitempty"` // serial numbers of the units

	// Of the whole line, in minor units: its price before all reductions, what was
	// taken off this line alone, the tax included in Paid.
	ListPrice int64  `json:"list_price,omitempty"`
	Discount  int64  `json:"discount,omitempty"`
	Tax       int64  `json:"tax,omitempty"`
	GiftWith  string `json:"gift_with,omitempty"` // id of the line whose purchase earned this gift
	Bundle    string `json:"bundle,omitempty"`    // id of the bundle that it was sold in
	// Credits is what of the line was paid with coupons and points; PriceOrder sets it.
	Credits []Credit `json:"credits,omitempty"`
}

// OrderMoney is one captured payment, in minor units of the order's currency.
type OrderMoney struct {
	PaymentID string `json:"payment_id"`
	Captured  int64  `json:"captured"`
}

// DispatchFacts is the warehouse's outbound record.
type DispatchFacts struct {
	DispatchedAt *time.Time `json:"dispatched_at,omitempty"`
	Lines        []Line     `json:"lines,omitempty"` // what was packed
	WeightGrams  int        `json:"weight_grams,omitempty"`
	CheckedBy    string     `json:"checked_by,omitempty"` // pre-dispatch quality check
}

// ParcelStatus is what a carrier says of a parcel.
type ParcelStatus string

// The parcel statuses of `tracking.updated`.
const (
	ParcelInTransit        ParcelStatus = "in_transit"
	ParcelOutForDelivery   ParcelStatus = "out_for_delivery"
	ParcelDelivered        ParcelStatus = "delivered"
	ParcelException        ParcelStatus = "exception"
	ParcelLost             ParcelStatus = "lost"
	ParcelReturnedToSender ParcelStatus = "returned_to_sender"
	ParcelUnknown          ParcelStatus = "unknown" // the carrier has no record; answers only, never a webhook
)

// Valid says whether the status may stand in a webhook.
func (s ParcelStatus) Valid() bool {
	switch s {
	case ParcelInTransit, ParcelOutForDelivery, ParcelDelivered, ParcelException, ParcelLost, ParcelReturnedToSender:
		return true
	}
	return false
}

// TraceFacts is the carrier's trace of a parcel.
type TraceFacts struct {
	Carrier        string       `json:"carrier"`
	TrackingNumber string       `json:"tracking_number"`
	Status         ParcelStatus `json:"status"`
	DeliveredAt    *time.Time   `json:"delivered_at,omitempty"`
	SignedBy       string       `json:"signed_by,omitempty"` // a code: recipient, neighbour, locker
	DamageReported bool         `json:"damage_reported,omitempty"`
}

// PaymentFacts is what the provider reports of the order's payments, in minor units.
type PaymentFacts struct {
	RefundedElsewhere int64 `json:"refunded_elsewhere"` // refunds that Redress did not make
	ChargedBack       int64 `json:"charged_back"`
	ChargebackOpen    bool  `json:"chargeback_open"`
	// Payments is what is gone of each payment of which something is.
	Payments []PaymentGone `json:"payments,omitempty"`
	// Others is what other cases have given back of the order, by our own ledger;
	// nil where that is nothing.
	Others *OtherCases `json:"other_cases,omitempty"`
}

// OtherCases is what our ledger says that the order's other cases have given back, are
// giving back or have promised.
type OtherCases struct {
	Lines []LineGiven `json:"lines,omitempty"`
	// ShippingClawback is what was taken off their refunds for shipping that had been
	// waived, in minor units.
	ShippingClawback int64 `json:"shipping_clawback,omitempty"`
	// Compensated is the new money that they paid out or promised, in minor units of the case's
	// currency; coupons and gifts are not in it.
	Compensated int64 `json:"compensated,omitempty"`
}

// LineGiven is one order line as other cases have left it. Money under way or promised counts
// as given.
type LineGiven struct {
	LineID   string `json:"line_id"`
	Units    int    `json:"units,omitempty"`    // whole units that were given back
	Amount   int64  `json:"amount,omitempty"`   // money of the line, minor units
	Withheld int64  `json:"withheld,omitempty"` // what lawful deductions took off those units
	// Before is how many units come before this case's where the line's price is
	// counted off unit by unit: those given back, and those that open cases claimed first.
	Before int `json:"before,omitempty"`
	// Replaced is how many units other cases replaced with goods that were signed for.
	Replaced int `json:"replaced,omitempty"`
}

// PaymentGone is what one payment no longer holds, in minor units: refunded
// elsewhere or by other cases, or charged back. This case's own refunds are not in it.
type PaymentGone struct {
	PaymentID string `json:"payment_id"`
	Gone      int64  `json:"gone"`
}

// gone is what is gone of a payment, as far as it is known.
func (f *PaymentFacts) gone(paymentID string) int64 {
	if f == nil {
		return 0
	}
	for _, p := range f.Payments {
		if p.PaymentID == paymentID {
			return p.Gone
		}
	}
	return 0
}

// RefundRateCases is how many cases make a rate: a first claim that was right is no habit.
const RefundRateCases = 5

// HistoryFacts is what our own record knows of the customer.
type HistoryFacts struct {
	Cases        int `json:"cases"`         // ever
	Cases90Days  int `json:"cases_90_days"` // opened in the last 90 days
	OpenCases    int `json:"open_cases"`
	Refunds90Day int `json:"refunds_90_days"`

	// How fast claims come, and how they went, as rules of risk ask (format 3).
	Cases24Hours      int `json:"cases_24_hours,omitempty"`
	Cases7Days        int `json:"cases_7_days,omitempty"`
	Cases30Days       int `json:"cases_30_days,omitempty"`
	NotReceived90Days int `json:"not_received_90_days,omitempty"`
	// RefundedPercent90Days is how many of 100 cases were paid for; 0 below RefundRateCases.
	RefundedPercent90Days int `json:"refunded_percent_90_days,omitempty"`
	Confirmed365Days      int `json:"confirmed_365_days,omitempty"` // cases whose flags a person confirmed

	// Repairs and Exchanges are what was done about the customer's goods in other cases,
	// the newest first, as far as warranties ask for it.
	Repairs   []PastRepair   `json:"repairs,omitempty"`
	Exchanges []PastExchange `json:"exchanges,omitempty"`
	// Compensations is new money of other cases: no rule gives it twice for one delivery.
	Compensations []PastCompensation `json:"compensations,omitempty"`
}
