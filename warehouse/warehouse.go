// Package warehouse talks to the warehouse over HTTP, by the contract in
// docs/partners.yaml (tag warehouse). What the warehouse has to say later comes
// back by webhook.
package warehouse

import (
	"context"
	"net/http"

	"github.com/redresshq/redress/activities"
	"github.com/redresshq/redress/dispute"
	"github.com/redresshq/redress/internal/partnerhttp"
)

// Client implements activities.Warehouse.
type Client struct{ http *partnerhttp.Client }

var _ activities.Warehouse = (*Client)(nil)

// New returns a client of the warehouse at baseURL.
func New(baseURL string, o partnerhttp.Options) (*Client, error) {
	c, err := partnerhttp.New("warehouse", baseURL, o)
	if err != nil {
		return nil, err
	}
	return &Client{http: c}, nil
}

// Close drops idle connections.
func (c *Client) Close() { c.http.Close() }

// Dispatch implements activities.Warehouse.
func (c *Client) Dispatch(ctx context.Context, orderID string) (dispute.DispatchFacts, error) {
	const op = "get dispatch"
	var d struct {
		OrderID string `json:"order_id"`
		dispute.DispatchFacts
	}
	err := c.http.Do(ctx, partnerhttp.Call{
		Operation: op, Method: http.MethodGet, Path: []string{"v1", "dispatches", orderID}, Out: &d,
		NotFound: []string{"unknown_order"},
	})
	if err != nil {
		return dispute.DispatchFacts{}, err
	}
	if d.OrderID != orderID {
		return dispute.DispatchFacts{}, c.http.BadAnswer(op, "order_id")
	}
	return d.DispatchFacts, nil
}

// returned is the warehouse's view of an RMA.
type returned struct {
	RMAID       string `json:"rma_id"`
	Status      string `json:"status"` // announced or cancelled
	Address     string `json:"address"`
	WarehouseID string `json:"warehouse_id"`
}

// AnnounceReturn implements activities.Warehouse. Status 409 with code
// return_cancelled says that the RMA was cancelled before.
func (c *Client) AnnounceReturn(ctx context.Context, a activities.ReturnAnnouncement) (activities.ReturnAddress, error) {
	const op = "announce return"
	var r returned
	err := c.http.Do(ctx, partnerhttp.Call{
		Operation: op, Method: http.MethodPost, Path: []string{"v1", "returns"}, Key: a.Key, In: a, Out: &r,
	})
	if err != nil {
		return activities.ReturnAddress{}, err
	}
	if r.RMAID != a.RMAID {
		return activities.ReturnAddress{}, c.http.BadAnswer(op, "rma_id")
	}
	if r.Address == "" {
		return activities.ReturnAddress{}, c.http.BadAnswer(op, "address")
	}
	return activities.ReturnAddress{Address: r.Address, WarehouseID: r.WarehouseID}, nil
}

// CancelReturn implements activities.Warehouse. Cancelling an RMA that the
// warehouse does not know bars its later announcement, so that a slow
// announcement cannot come in behind its own cancellation.
func (c *Client) CancelReturn(ctx context.Context, key, rmaID string) error {
	const op = "cancel return"
	var r returned
	err := c.http.Do(ctx, partnerhttp.Call{
		Operation: op, Method: http.MethodPost, Path: []string{"v1", "returns", rmaID, "cancellation"}, Key: key, Out: &r,
		NotFound: []string{"unknown_return"},
	})
	if notFound(err) {
		return nil
	}
	if err != nil {
		return err
	}
	if r.RMAID != rmaID || r.Status != "cancelled" {
		return c.http.BadAnswer(op, "status")
	}
	return nil
}
