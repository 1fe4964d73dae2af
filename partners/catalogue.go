package partners

import (
	"errors"
	"net/http"
	"time"

	"github.com/redresshq/redress/dispute"
)

// Catalogue is the fixed set of demonstration orders, dated from now. Order ids,
// lines and amounts are always the same:
//
//	order-1001  delivered 2 days ago: a lamp, two mugs, shipping; one payment
//	order-1002  delivered 30 days ago: outside every return window
//	order-1003  delivered 6 days late
//	order-1004  lost by the carrier
//	order-1005  delivered 1 day ago, paid with two payments, a part refunded by the shop itself
//	order-1006  delivery date unknown, the carrier has no record
func Catalogue(now time.Time) []NewOrder {
	day := 24 * time.Hour
	at := func(d time.Duration) *time.Time { t := now.Add(d).Truncate(time.Second).UTC(); return &t }
	base := func(id string, placed time.Duration, lines ...dispute.OrderLine) NewOrder {
		return NewOrder{OrderID: id, CustomerID: "customer-1", PlacedAt: at(placed), Lines: lines}
	}
	lamp := dispute.OrderLine{LineID: "line-1", SKU: "LAMP-01", Quantity: 1, Paid: 12900}
	mugs := dispute.OrderLine{LineID: "line-2", SKU: "MUG-02", Quantity: 2, Paid: 7800}

	fresh := base("order-1001", -6*day, lamp, mugs)
	fresh.ShippingPaid, fresh.DeliveredAt, fresh.PromisedBy = 1200, at(-2*day), at(-day)
	old := base("order-1002", -35*day, lamp)
	old.DeliveredAt = at(-30 * day)
	late := base("order-1003", -14*day, mugs)
	late.ShippingPaid, late.DeliveredAt, late.PromisedBy = 1500, at(-2*day), at(-8*day)
	lost := base("order-1004", -12*day, lamp)
	lost.PromisedBy, lost.Parcel = at(-7*day), &ParcelUpdate{Status: dispute.ParcelLost}
	split := base("order-1005", -5*day, lamp, mugs)
	split.DeliveredAt = at(-day)
	split.Payments = []dispute.OrderMoney{{PaymentID: "pay-order-1005-1", Captured: 15000}, {PaymentID: "pay-order-1005-2", Captured: 5700}}
	unknown := base("order-1006", -9*day, lamp)
	unknown.NoParcel = true
	return []NewOrder{fresh, old, late, lost, split, unknown}
}

// seed adds the orders of the catalogue that the ledgers do not have yet.
func (s *Sandbox) seed(now time.Time) error {
	for _, n := range Catalogue(now) {
		s.orders.mu.Lock()
		_, known := s.orders.orders[n.OrderID]
		s.orders.mu.Unlock()
		if known {
			continue
		}
		if _, err := s.orders.add(n, now); err != nil {
			return err
		}
		if n.OrderID != "order-1005" {
			continue
		}
		var denied refusal
		_, err := s.payments.elsewhere("pay-order-1005-1", 2000)
		if err != nil && !(errors.As(err, &denied) && denied.status == http.StatusUnprocessableEntity) {
			return err
		}
	}
	return nil
}
