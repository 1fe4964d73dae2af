package partners

import (
	"context"
	"net/http"
	"net/url"
)

// ReportRepair makes the workshop say how a repair stands (repair.updated).
func (c *Client) ReportRepair(ctx context.Context, repairID string, r RepairReport) error {
	return c.call(ctx, http.MethodPost, Warehouse, "/sandbox/repairs/"+url.PathEscape(repairID)+"/report", r, nil)
}
