package activities

import (
	"context"
	"strconv"
)

// Returns holds the steps that prepare and undo the sending back of goods.
type Returns struct {
	Warehouse Warehouse
	Carrier   Carrier
}

// AnnounceReturn tells the warehouse what will come; the key is the RMA's.
func (r *Returns) AnnounceReturn(ctx context.Context, a ReturnAnnouncement) (ReturnAddress, error) {
	a.Key = a.RMAID + "/announce"
	addr, err := r.Warehouse.AnnounceReturn(ctx, a)
	return addr, Classify(err)
}

// CancelReturn voids the RMA.
func (r *Returns) CancelReturn(ctx context.Context, rmaID string) error {
	return Classify(r.Warehouse.CancelReturn(ctx, rmaID+"/cancel", rmaID))
}

// IssueLabel buys a return label.
func (r *Returns) IssueLabel(ctx context.Context, req LabelRequest) (Label, error) {
	req.Key = req.RMAID + "/label"
	if req.Number > 1 {
		req.Key += "/" + strconv.Itoa(req.Number)
	}
	label, err := r.Carrier.IssueLabel(ctx, req)
	return label, Classify(err)
}

// VoidLabel gives a label back.
func (r *Returns) VoidLabel(ctx context.Context, labelID string) error {
	return Classify(r.Carrier.VoidLabel(ctx, labelID+"/void", labelID))
}
