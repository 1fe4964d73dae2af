// Package activities holds the steps of a case that touch the world: partners,
// the record, and the recorded rulings. It declares the small interfaces it
// needs; adapters for them live in the packages below.
package activities

import (
	"context"
	"time"

	"github.com/redresshq/redress/dispute"
)

// Every method below returns a *PartnerError when the partner answered with a
// failure or not at all; writes carry a key and may be repeated with it.

// Orders is the shop's order system.
type Orders interface {
	// Order returns lines, captured payments, shipping and delivery; a
	// *PartnerError with status 404 when there is no such order.
	Order(ctx context.Context, orderID string) (dispute.OrderFacts, error)
	Amender
}

// Warehouse dispatches orders and takes returns in.
type Warehouse interface {
	// Dispatch returns the outbound record of an order (404 when there is none).
	Dispatch(ctx context.Context, orderID string) (dispute.DispatchFacts, error)
	// AnnounceReturn tells the warehouse what will come under which RMA.
	AnnounceReturn(ctx context.Context, a ReturnAnnouncement) (ReturnAddress, error)
	// CancelReturn voids an announced RMA; cancelling twice or the unknown is success.
	CancelReturn(ctx context.Context, key, rmaID string) error
	Replacements
	Interceptions
	Workshop
}

// ReturnAnnouncement is an RMA that Redress issued.
type ReturnAnnouncement struct {
	Key        string         `json:"-"`
	RMAID      string         `json:"rma_id"`
	CaseID     string         `json:"case_id"`
	WorkflowID string         `json:"workflow_id"`
	OrderID    string         `json:"order_id"`
	Lines      []dispute.Line `json:"lines"`
	With       []string       `json:"with,omitempty"` // what belongs into the parcel besides
}

// ReturnAddress is where the goods shall go.
type ReturnAddress struct {
	Address string `json:"address"`
	// WarehouseID is the warehouse at the address, where the partner names it.
	WarehouseID string `json:"warehouse_id,omitempty"`
}

// Carrier moves parcels.
type Carrier interface {
	// IssueLabel buys a return label.
	IssueLabel(ctx context.Context, r LabelRequest) (Label, error)
	// VoidLabel gives an unused label back; voiding twice or the unknown is success.
	VoidLabel(ctx context.Context, key, labelID string) error
	// Trace says where a parcel is; status unknown when the carrier has no record.
	Trace(ctx context.Context, carrier, trackingNumber string) (dispute.TraceFacts, error)
}

// LabelRequest asks for a return label.
type LabelRequest struct {
	Key     string         `json:"-"`
	RMAID   string         `json:"rma_id"`
	CaseID  string         `json:"case_id"`
	OrderID string         `json:"order_id"`
	Lines   []dispute.Line `json:"lines"`
	// Number counts the labels of one RMA from 1 (0 means 1): each has a key of its own.
	Number int `json:"number,omitempty"`
}

// Label is a return label.
type Label struct {
	LabelID        string    `json:"label_id"`
	URL            string    `json:"url"`
	Carrier        string    `json:"carrier"`
	TrackingNumber string    `json:"tracking_number"`
	ValidUntil     time.Time `json:"valid_until"`
}

// Payments moves money.
type Payments interface {
	// Refund gives captured money of one payment back, under r.Key.
	Refund(ctx context.Context, r RefundRequest) (Movement, error)
	// FindRefund returns the refund made under the key; *PartnerError 404 when the
	// provider has none.
	FindRefund(ctx context.Context, key string) (Movement, error)
	// PaymentLedger lists all refunds and chargebacks of a payment, whoever made them.
	PaymentLedger(ctx context.Context, paymentID string) (PaymentLedger, error)
	// Payout sends new money to the customer, under p.Key.
	Payout(ctx context.Context, p PayoutRequest) (Movement, error)
	// FindPayout is FindRefund for payouts.
	FindPayout(ctx context.Context, key string) (Movement, error)
}

// RefundRequest is one refund to make.
type RefundRequest struct {
	Key       string        `json:"refund_key"`
	CaseID    string        `json:"case_id"`
	PaymentID string        `json:"payment_id"`
	Amount    dispute.Money `json:"amount"`
}

// PayoutRequest is one payout to make.
type PayoutRequest struct {
	Key        string        `json:"payout_key"`
	CaseID     string        `json:"case_id"`
	CustomerID string        `json:"customer_id"`
	Amount     dispute.Money `json:"amount"`
}

// Movement is a refund or payout as the provider knows it.
type Movement struct {
	Key         string           `json:"key"`
	ProviderRef string           `json:"provider_ref"`
	Status      dispute.LegState `json:"status"` // pending, requires_action, succeeded, failed, cancelled
	Amount      dispute.Money    `json:"amount"`
	Reason      string           `json:"reason,omitempty"` // why it failed
}

// PaymentLedger is everything the provider knows of one payment.
type PaymentLedger struct {
	PaymentID      string        `json:"payment_id"`
	Captured       dispute.Money `json:"captured"`
	Refunds        []Movement    `json:"refunds"` // Key is "" for those made elsewhere
	ChargedBack    dispute.Money `json:"charged_back"`
	ChargebackOpen bool          `json:"chargeback_open"`
}

// Notifier is the channel to people: customer, desk, supervisor, warehouse.
type Notifier interface {
	// Notify sends one notice; sending it again under its key is success.
	Notify(ctx context.Context, n Notification) error
}

// Notification is a notice on its way; Contact is personal and comes from the
// case's texts at the moment of sending. One that is about no case (a report to the
// supervisors) has a key of its own, such as report/weekly/2026-W47, and its words.
type Notification struct {
	Key        string            `json:"-"` // <case>/<milestone>/<number>
	At         time.Time         `json:"-"` // when it was made; a retry says the same
	CaseID     string            `json:"case_id,omitempty"`
	CustomerID string            `json:"customer_id,omitempty"`
	To         dispute.Role      `json:"to"`
	Milestone  dispute.Milestone `json:"milestone,omitempty"`
	Number     int               `json:"number"`
	Contact    string            `json:"contact,omitempty"`
	Data       map[string]any    `json:"data,omitempty"`
	Language   dispute.Language  `json:"language,omitempty"`
	Subject    string            `json:"subject,omitempty"` // in words: what the person reads
	Text       string            `json:"text,omitempty"`
}

// Channelled is a notifier of several channels that says which one a notification takes.
type Channelled interface {
	Notifier
	Channel(n Notification) dispute.NoticeChannel
}

// PartnerError is a partner's failure. Status is the HTTP status, 0 when no
// answer came; then a write may or may not have happened.
type PartnerError struct {
	Partner    string
	Operation  string
	Status     int
	Code       string // the partner's own code, e.g. insufficient_funds
	Message    string
	RetryAfter time.Duration // from a 429 or 503
	Cause      error
}

// Error says which partner failed at what, without personal data.
func (e *PartnerError) Error() string {
	s := e.Partner + " " + e.Operation + ": "
	switch {
	case e.Status == 0:
		s += "no answer"
	case e.Code != "":
		s += e.Code
	default:
		s += "failed"
	}
	if e.Message != "" {
		s += ": " + e.Message
	}
	return s
}

// Unwrap returns the transport's error.
func (e *PartnerError) Unwrap() error { return e.Cause }
