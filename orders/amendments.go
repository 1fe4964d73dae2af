package orders

import (
	"context"
	"net/http"

	"github.com/redresshq/redress/activities"
	"github.com/redresshq/redress/internal/partnerhttp"
)

var _ activities.Amender = (*Client)(nil)

// Amend implements activities.Amender.
func (c *Client) Amend(ctx context.Context, a activities.AmendmentRequest) error {
	const op = "amend order"
	var out struct {
		AmendmentID string `json:"amendment_id"`
		Status      string `json:"status"`
	}
	err := c.http.Do(ctx, partnerhttp.Call{
		Operation: op, Method: http.MethodPost, Path: []string{"v1", "orders", a.OrderID, "amendments"}, Key: a.Key, In: a, Out: &out,
		NotFound: []string{"unknown_order"},
	})
	if err == nil && (out.AmendmentID != a.AmendmentID || out.Status != "applied") {
		return c.http.BadAnswer(op, "status")
	}
	return err
}
