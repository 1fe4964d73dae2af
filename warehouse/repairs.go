package warehouse

import (
	"context"
	"net/http"

	"github.com/redresshq/redress/activities"
	"github.com/redresshq/redress/dispute"
	"github.com/redresshq/redress/internal/partnerhttp"
)

var _ activities.Workshop = (*Client)(nil)

// repair is the workshop's view of a repair.
type repair struct {
	RepairID string `json:"repair_id"`
	Status   string `json:"status"`
}

// AnnounceRepair implements activities.Workshop.
func (c *Client) AnnounceRepair(ctx context.Context, a activities.RepairAnnouncement) error {
	return c.repair(ctx, "announce repair", a.RepairID, partnerhttp.Call{Path: []string{"v1", "repairs"}, Key: a.Key, In: a})
}

// ApproveRepair implements activities.Workshop.
func (c *Client) ApproveRepair(ctx context.Context, key, repairID string, quote dispute.Money) error {
	return c.repair(ctx, "approve repair", repairID, partnerhttp.Call{
		Path: []string{"v1", "repairs", repairID, "approval"}, Key: key, In: map[string]any{"quote": quote}})
}

// CancelRepair implements activities.Workshop. Calling off a repair that the workshop
// does not know bars its later announcement.
func (c *Client) CancelRepair(ctx context.Context, key, repairID string, sendBack bool) error {
	err := c.repair(ctx, "cancel repair", repairID, partnerhttp.Call{
		Path: []string{"v1", "repairs", repairID, "cancellation"}, Key: key, In: map[string]any{"send_back": sendBack},
		NotFound: []string{"unknown_repair"}})
	if notFound(err) {
		return nil
	}
	return err
}

func (c *Client) repair(ctx context.Context, op, id string, call partnerhttp.Call) error {
	var out repair
	call.Operation, call.Method, call.Out = op, http.MethodPost, &out
	if err := c.http.Do(ctx, call); err != nil {
		return err
	}
	if out.RepairID != id {
		return c.http.BadAnswer(op, "repair_id")
	}
	return nil
}
