// Package orders asks the shop's order system over HTTP, by the contract in
// docs/partners.yaml (tag orders).
package orders

import (
	"context"
	"errors"
	"net/http"
	"regexp"
	"strings"

	"github.com/redresshq/redress/activities"
	"github.com/redresshq/redress/dispute"
	"github.com/redresshq/redress/internal/partnerhttp"
)

// Client implements activities.Orders.
type Client struct{ http *partnerhttp.Client }

var _ activities.Orders = (*Client)(nil)

// New returns a client of the order system at baseURL.
func New(baseURL string, o partnerhttp.Options) (*Client, error) {
	c, err := partnerhttp.New("orders", baseURL, o)
	if err != nil {
		return nil, err
	}
	return &Client{http: c}, nil
}

// Close drops idle connections.
func (c *Client) Close() { c.http.Close() }

// Order implements activities.Orders.
func (c *Client) Order(ctx context.Context, orderID string) (dispute.OrderFacts, error) {
	const op = "get order"
	var said answer
	err := c.http.Do(ctx, partnerhttp.Call{
		Operation: op, Method: http.MethodGet, Path: []string{"v1", "orders", orderID}, Out: &said,
		NotFound: []string{"unknown_order"},
	})
	if err != nil {
		return dispute.OrderFacts{}, err
	}
	o, priced := said.order()
	if field := broken(o, orderID); field != "" {
		return dispute.OrderFacts{}, c.http.BadAnswer(op, field)
	}
	if !priced && said.priced() > 0 {
		return dispute.OrderFacts{}, c.http.BadAnswer(op, "paid")
	}
	o, err = dispute.PriceOrder(o, priced)
	var wrong *dispute.Error
	if errors.As(err, &wrong) && len(wrong.Fields) > 0 {
		return dispute.OrderFacts{}, c.http.BadAnswer(op, strings.TrimPrefix(wrong.Fields[0].Pointer, "/"))
	}
	return o, err
}

// answer is an order as the order system gives it: it may leave out what was paid for
// the lines, of all of them, and give their list prices and the reductions instead.
type answer struct {
	dispute.OrderFacts
	Lines []line `json:"lines"`
}

type line struct {
	dispute.OrderLine
	Paid *int64 `json:"paid"`
}

// order is the answer as facts, and whether it says what was paid for each line.
func (a answer) order() (o dispute.OrderFacts, priced bool) {
	o = a.OrderFacts
	for _, l := range a.Lines {
		if l.Paid != nil {
			l.OrderLine.Paid = *l.Paid
		}
		o.Lines = append(o.Lines, l.OrderLine)
	}
	return o, a.priced() == len(a.Lines)
}

// priced is how many lines say what was paid for them.
func (a answer) priced() int {
	n := 0
	for _, l := range a.Lines {
		if l.Paid != nil {
			n++
		}
	}
	return n
}

// addressKey is a name that tells nothing of the address: a hash, or a number.
var addressKey = regexp.MustCompile(`^[A-Za-z0-9_-]{16,128}$`)

// broken names the first field that breaks the contract, "" if none does. Amounts
// are checked here because refunds are computed from them.
func broken(o dispute.OrderFacts, orderID string) string {
	switch {
	case o.OrderID != orderID:
		return "order_id"
	case o.CustomerID == "":
		return "customer_id"
	case o.Currency == "" || !dispute.KnownCurrency(o.Currency):
		return "currency"
	case o.AddressKey != "" && !addressKey.MatchString(o.AddressKey):
		return "address_key"
	case o.ShippingPaid < 0:
		return "shipping_paid"
	case len(o.Lines) == 0:
		return "lines"
	}
	lines := map[string]bool{dispute.ShippingLine: true}
	for _, l := range o.Lines {
		if l.LineID == "" || lines[l.LineID] || l.Quantity <= 0 || l.Paid < 0 {
			return "lines"
		}
		lines[l.LineID] = true
	}
	payments := map[string]bool{}
	for _, p := range o.Payments {
		if p.PaymentID == "" || payments[p.PaymentID] || p.Captured < 0 {
			return "payments"
		}
		payments[p.PaymentID] = true
	}
	return ""
}
