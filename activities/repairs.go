package activities

import (
	"context"

	"github.com/redresshq/redress/dispute"
)

// Workshop is the part of the warehouse that mends goods.
type Workshop interface {
	// AnnounceRepair tells what shall be mended once the goods come under their RMA. Status
	// 409 with code repair_cancelled says that it was called off before.
	AnnounceRepair(ctx context.Context, r RepairAnnouncement) error
	// ApproveRepair says that the customer takes the quote: the work may begin.
	ApproveRepair(ctx context.Context, key, repairID string, quote dispute.Money) error
	// CancelRepair calls a repair off. SendBack says what becomes of goods that are there, or
	// still come: they go back to the customer as they are, else they stay with the shop.
	// Calling off twice or the unknown is success.
	CancelRepair(ctx context.Context, key, repairID string, sendBack bool) error
}

// RepairAnnouncement is a repair that Redress asks for.
type RepairAnnouncement struct {
	Key        string         `json:"-"`
	RepairID   string         `json:"repair_id"`
	RMAID      string         `json:"rma_id"` // under which the goods come
	CaseID     string         `json:"case_id"`
	WorkflowID string         `json:"workflow_id"`
	OrderID    string         `json:"order_id"`
	Lines      []dispute.Line `json:"lines"`
	Free       bool           `json:"free"` // else a quote is needed before the work begins
}

// Repairs holds the steps that have goods mended.
type Repairs struct{ Workshop Workshop }

// AnnounceRepair announces; the key is the repair's id.
func (r *Repairs) AnnounceRepair(ctx context.Context, a RepairAnnouncement) error {
	a.Key = a.RepairID
	return Classify(r.Workshop.AnnounceRepair(ctx, a))
}

// ApproveRepair lets the work begin.
func (r *Repairs) ApproveRepair(ctx context.Context, repairID string, quote dispute.Money) error {
	return Classify(r.Workshop.ApproveRepair(ctx, repairID+"/approval", repairID, quote))
}

// CancelRepair calls the repair off. Whether the goods go back is part of the key: goods
// that were to stay may be sent back later.
func (r *Repairs) CancelRepair(ctx context.Context, repairID string, sendBack bool) error {
	key := repairID + "/keep"
	if sendBack {
		key = repairID + "/send-back"
	}
	return Classify(r.Workshop.CancelRepair(ctx, key, repairID, sendBack))
}
