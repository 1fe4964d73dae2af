package partners

import (
	"context"
	"net/http"
	"net/url"

	"github.com/redresshq/redress/dispute"
)

// ReportReplacement makes the warehouse say what became of goods that go out anew
// (replacement.updated).
func (c *Client) ReportReplacement(ctx context.Context, replacementID string, r SendingReport) error {
	return c.call(ctx, http.MethodPost, Warehouse, "/sandbox/replacements/"+url.PathEscape(replacementID)+"/report", r, nil)
}

// SetStock sets whether the warehouse has goods.
func (c *Client) SetStock(ctx context.Context, s Stock) error {
	return c.call(ctx, http.MethodPut, Warehouse, "/sandbox/stock", s, nil)
}

// DispatchOrder has an order leave the warehouse that had not yet.
func (c *Client) DispatchOrder(ctx context.Context, orderID string, d dispute.DispatchFacts) error {
	return c.call(ctx, http.MethodPost, Warehouse, "/sandbox/orders/"+url.PathEscape(orderID)+"/dispatch", d, nil)
}
