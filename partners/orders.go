package partners

import (
	"encoding/json"
	"fmt"
	"net/http"
	"reflect"
	"strings"
	"time"

	"github.com/redresshq/redress/dispute"
)

// NewOrder asks the sandbox for an order. Everything but the lines may be left
// out: ids are then made up, and one payment captures the whole total.
type NewOrder struct {
	OrderID        string               `json:"order_id,omitempty"`
	CustomerID     string               `json:"customer_id,omitempty"`
	PlacedAt       *time.Time           `json:"placed_at,omitempty"` // nil: five days before now
	Currency       string               `json:"currency,omitempty"`  // "" is CNY
	Lines          []dispute.OrderLine  `json:"lines"`
	ShippingPaid   int64                `json:"shipping_paid,omitempty"`
	Payments       []dispute.OrderMoney `json:"payments,omitempty"`
	PromisedBy     *time.Time           `json:"promised_by,omitempty"`
	DeliveredAt    *time.Time           `json:"delivered_at,omitempty"`
	InstalledAt    *time.Time           `json:"installed_at,omitempty"`
	Carrier        string               `json:"carrier,omitempty"` // "" is SF
	TrackingNumber string               `json:"tracking_number,omitempty"`
	WarehouseID    string               `json:"warehouse_id,omitempty"`
	AddressKey     string               `json:"address_key,omitempty"`

	ShippingTax  int64                    `json:"shipping_tax,omitempty"`
	Bundles      []dispute.OrderBundle    `json:"bundles,omitempty"`
	Reductions   []dispute.OrderReduction `json:"reductions,omitempty"`
	FreeShipping *dispute.FreeShipping    `json:"free_shipping,omitempty"`
	// ByListPrice has the order system leave out what was paid for each line: it gives
	// list prices and reductions, and the payment captures what they come to.
	ByListPrice bool `json:"by_list_price,omitempty"`

	// Dispatch is the outbound record; nil says that all lines were packed and checked.
	Dispatch *dispute.DispatchFacts `json:"dispatch,omitempty"`
	// NoDispatch leaves the outbound record and the parcel out: nothing was sent.
	NoDispatch bool `json:"no_dispatch,omitempty"`
	// Parcel is the carrier's view; nil says delivered if DeliveredAt is set, else in transit.
	Parcel *ParcelUpdate `json:"parcel,omitempty"`
	// NoParcel leaves the carrier without a record.
	NoParcel bool `json:"no_parcel,omitempty"`
}

// orderSystem is the shop's order system.
type orderSystem struct {
	*partner
	orders  map[string]soldOrder
	amended map[string]amendment
	credits *credits
}

// soldOrder is an order with whether the order system says what was paid for each line.
type soldOrder struct {
	dispute.OrderFacts
	ByListPrice bool `json:"by_list_price,omitempty"`
}

// listed is such an order as it is answered when it does not.
type listed struct {
	dispute.OrderFacts
	Lines []listedLine `json:"lines"`
}

type listedLine struct {
	dispute.OrderLine
	Paid    *int64           `json:"paid,omitempty"`
	Credits []dispute.Credit `json:"credits,omitempty"`
}

// answer is the order as the contract has it: what each line was paid with is
// for Redress to work out.
func (o soldOrder) answer() listed {
	out := listed{OrderFacts: o.OrderFacts}
	for _, l := range o.Lines {
		line := listedLine{OrderLine: l}
		if !o.ByListPrice {
			line.Paid = &l.Paid
		}
		out.Lines = append(out.Lines, line)
	}
	return out
}

func newOrderSystem(box *Sandbox) *orderSystem {
	s := &orderSystem{partner: newPartner(box, Orders), orders: map[string]soldOrder{}, amended: map[string]amendment{}}
	s.apply = s.applyEffect
	s.credits = newCredits(s)
	s.operation("GET /v1/orders/{order_id}", "get_order", s.get)
	s.operation("POST /v1/orders/{order_id}/amendments", "amend_order", s.amend)
	s.control("POST /sandbox/orders", s.create)
	return s
}

func (s *orderSystem) applyEffect(e Entry) error {
	if strings.HasPrefix(e.Kind, "credit.") {
		return s.credits.applyEffect(e)
	}
	if e.Kind == "order.amended" {
		return s.applyAmended(e)
	}
	var o soldOrder
	if err := json.Unmarshal(e.Data, &o); err != nil {
		return fmt.Errorf("decode %s: %w", e.Kind, err)
	}
	s.orders[o.OrderID] = o
	return nil
}

func (s *orderSystem) get(r *http.Request, _ []byte) (outcome, error) {
	o, ok := s.orders[r.PathValue("order_id")]
	if !ok {
		return refuse(http.StatusNotFound, "unknown_order", "no such order"), nil
	}
	return outcome{status: http.StatusOK, body: o.answer()}, nil
}

func (s *orderSystem) create(_ *http.Request, body []byte) (int, any, error) {
	var n NewOrder
	if err := decode(body, &n); err != nil {
		return 0, nil, err
	}
	o, err := s.add(n, time.Now().UTC())
	return http.StatusCreated, o, err
}

// add records the order with all that belongs to it at the other partners.
func (s *orderSystem) add(n NewOrder, now time.Time) (dispute.OrderFacts, error) {
	o, err := n.facts(now)
	if err != nil {
		return o, err
	}
	sold := soldOrder{OrderFacts: o, ByListPrice: n.ByListPrice}
	s.mu.Lock()
	earlier, known := s.orders[o.OrderID]
	s.mu.Unlock()
	if known {
		if reflect.DeepEqual(earlier, sold) {
			return o, nil
		}
		return o, deny(http.StatusConflict, "order_exists", "there is another order with that id")
	}
	for _, p := range o.Payments {
		if err := s.box.payments.capture(o, p); err != nil {
			return o, err
		}
	}
	if !n.NoDispatch {
		if err := s.box.warehouse.dispatch(o, n.dispatch(o)); err != nil {
			return o, err
		}
	}
	if !n.NoDispatch && !n.NoParcel {
		if _, err := s.box.carrier.update(o.Carrier, o.TrackingNumber, n.parcel(o), Entry{OrderID: o.OrderID}); err != nil {
			return o, err
		}
	}
	e, err := effect("order.created", sold)
	if err != nil {
		return o, err
	}
	e.OrderID = o.OrderID
	s.mu.Lock()
	defer s.mu.Unlock()
	return o, s.commit(e)
}

// facts fills in what was left out and checks the rest.
func (n NewOrder) facts(now time.Time) (dispute.OrderFacts, error) {
	o := dispute.OrderFacts{
		OrderID: or(n.OrderID, newID("order")), CustomerID: or(n.CustomerID, newID("cust")), Currency: or(n.Currency, "CNY"),
		PlacedAt: now.Add(-5 * 24 * time.Hour), Lines: n.Lines, ShippingPaid: n.ShippingPaid, Payments: n.Payments,
		PromisedBy: n.PromisedBy, DeliveredAt: n.DeliveredAt, InstalledAt: n.InstalledAt, WarehouseID: or(n.WarehouseID, WarehouseID),
		ShippingTax: n.ShippingTax, Bundles: n.Bundles, Reductions: n.Reductions, FreeShipping: n.FreeShipping,
		AddressKey: n.AddressKey,
	}
	if n.PlacedAt != nil {
		o.PlacedAt = n.PlacedAt.UTC()
	}
	if !n.NoDispatch {
		o.Carrier = or(n.Carrier, "SF")
		o.TrackingNumber = or(n.TrackingNumber, o.Carrier+"-"+o.OrderID)
	}
	for i := range o.Lines {
		l := &o.Lines[i]
		l.LineID = or(l.LineID, fmt.Sprintf("line-%d", i+1))
		l.SKU = or(l.SKU, fmt.Sprintf("sku-%d", i+1))
		l.Quantity = max(l.Quantity, 1)
		if l.Paid < 0 {
			return o, deny(http.StatusUnprocessableEntity, "invalid", "paid is negative")
		}
	}
	if len(o.Lines) == 0 || n.ShippingPaid < 0 || !dispute.KnownCurrency(o.Currency) {
		return o, deny(http.StatusUnprocessableEntity, "invalid", "an order needs lines, a currency, and no negative amounts")
	}
	priced, err := dispute.PriceOrder(o, !n.ByListPrice)
	if err != nil {
		return o, deny(http.StatusUnprocessableEntity, "invalid", err.Error())
	}
	o = priced
	if len(o.Payments) == 0 {
		total := o.ShippingPaid
		for _, l := range o.Lines {
			total += l.Paid
		}
		o.Payments = []dispute.OrderMoney{{Captured: total}}
	}
	for i := range o.Payments {
		o.Payments[i].PaymentID = or(o.Payments[i].PaymentID, fmt.Sprintf("pay-%s-%d", o.OrderID, i+1))
	}
	return o, nil
}

func (n NewOrder) dispatch(o dispute.OrderFacts) dispute.DispatchFacts {
	if n.Dispatch != nil {
		return *n.Dispatch
	}
	at := o.PlacedAt.Add(24 * time.Hour)
	d := dispute.DispatchFacts{DispatchedAt: &at, CheckedBy: "qc-1"}
	for _, l := range o.Lines {
		d.Lines = append(d.Lines, dispute.Line{LineID: l.LineID, Quantity: l.Quantity})
		d.WeightGrams += 500 * l.Quantity
	}
	return d
}

func (n NewOrder) parcel(o dispute.OrderFacts) ParcelUpdate {
	if n.Parcel != nil {
		return *n.Parcel
	}
	if o.DeliveredAt == nil {
		return ParcelUpdate{Status: dispute.ParcelInTransit}
	}
	return ParcelUpdate{Status: dispute.ParcelDelivered, DeliveredAt: o.DeliveredAt, SignedBy: "recipient"}
}

func or(s, otherwise string) string {
	if s == "" {
		return otherwise
	}
	return s
}
