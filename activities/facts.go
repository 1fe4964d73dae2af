package activities

import (
	"context"
	"strings"

	"github.com/redresshq/redress/dispute"
)

// Investigation holds the steps that gather facts from partners.
type Investigation struct {
	Orders    Orders
	Warehouse Warehouse
	Carrier   Carrier
	Payments  Payments
	Ledger    GivenBack
	// Addresses says what our own record knows of an order's address; nil: nobody asks.
	Addresses AddressHistory
}

// AddressHistory is our own record of the cases about an address.
type AddressHistory interface {
	// AddressHistory counts the cases about other orders to the same address.
	AddressHistory(ctx context.Context, o *dispute.OrderFacts) (dispute.AddressFacts, error)
}

// GivenBack is our own account of what was refunded.
type GivenBack interface {
	// OtherCases returns what the order's other cases have given back, money under way
	// included; nil where that is nothing.
	OtherCases(ctx context.Context, orderID, caseID string) (*dispute.OtherCases, error)
}

// GetOrder asks the order system; not-found is final.
func (i *Investigation) GetOrder(ctx context.Context, orderID string) (dispute.OrderFacts, error) {
	o, err := i.Orders.Order(ctx, orderID)
	if err != nil || o.AddressKey == "" || i.Addresses == nil {
		return o, Classify(err)
	}
	known, err := i.Addresses.AddressHistory(ctx, &o)
	o.Address = &known
	return o, Classify(err)
}

// GetDispatch asks the warehouse for the outbound record.
func (i *Investigation) GetDispatch(ctx context.Context, orderID string) (dispute.DispatchFacts, error) {
	d, err := i.Warehouse.Dispatch(ctx, orderID)
	return d, Classify(err)
}

// TraceParcel asks the carrier where a parcel is.
func (i *Investigation) TraceParcel(ctx context.Context, carrier, trackingNumber string) (dispute.TraceFacts, error) {
	t, err := i.Carrier.Trace(ctx, carrier, trackingNumber)
	return t, Classify(err)
}

// TraceOrder asks where the order's outbound parcel is. It looks the number up
// itself, so that it need not wait for another step to know the order.
func (i *Investigation) TraceOrder(ctx context.Context, orderID string) (dispute.TraceFacts, error) {
	o, err := i.Orders.Order(ctx, orderID)
	if err != nil {
		return dispute.TraceFacts{}, Classify(err)
	}
	if o.TrackingNumber == "" {
		return dispute.TraceFacts{Status: dispute.ParcelUnknown}, nil
	}
	return i.TraceParcel(ctx, o.Carrier, o.TrackingNumber)
}

// PaymentFacts asks the provider what happened to the order's payments without the
// case, outside of Redress and by other cases, and our own ledger which lines of the
// order those were.
func (i *Investigation) PaymentFacts(ctx context.Context, orderID, caseID string) (dispute.PaymentFacts, error) {
	o, err := i.Orders.Order(ctx, orderID)
	if err != nil {
		return dispute.PaymentFacts{}, Classify(err)
	}
	var facts dispute.PaymentFacts
	for _, p := range o.Payments {
		ledger, err := i.Payments.PaymentLedger(ctx, p.PaymentID)
		if err != nil {
			return dispute.PaymentFacts{}, Classify(err)
		}
		facts.RefundedElsewhere += refundedElsewhere(ledger)
		facts.ChargedBack += ledger.ChargedBack.Amount
		facts.ChargebackOpen = facts.ChargebackOpen || ledger.ChargebackOpen
		gone := ledger.ChargedBack.Amount + refunded(ledger, func(m Movement) bool { return !strings.HasPrefix(m.Key, caseID+"/") })
		if gone > 0 {
			facts.Payments = append(facts.Payments, dispute.PaymentGone{PaymentID: p.PaymentID, Gone: gone})
		}
	}
	facts.Others, err = i.Ledger.OtherCases(ctx, orderID, caseID)
	return facts, Classify(err)
}

// refundedElsewhere sums the live refunds that do not carry a key of ours.
func refundedElsewhere(l PaymentLedger) int64 {
	return refunded(l, func(m Movement) bool { return m.Key == "" })
}

// refunded sums the live refunds that match.
func refunded(l PaymentLedger, match func(Movement) bool) int64 {
	var sum int64
	for _, m := range l.Refunds {
		if m.live() && match(m) {
			sum += m.Amount.Amount
		}
	}
	return sum
}

// live says whether the provider has paid or may still pay.
func (m Movement) live() bool {
	return m.Status != dispute.MoneyFailed && m.Status != dispute.MoneyCancelled
}
