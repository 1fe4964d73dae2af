package partners_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/redresshq/redress/activities"
	"github.com/redresshq/redress/dispute"
	"github.com/redresshq/redress/partners"
)

func announcedRepair(o dispute.OrderFacts, id string) activities.RepairAnnouncement {
	return activities.RepairAnnouncement{Key: id, RepairID: id, RMAID: "rma_1", CaseID: "case_1", WorkflowID: "case/case_1", OrderID: o.OrderID,
		Lines: []dispute.Line{{LineID: "line-1", Quantity: 1}}}
}

// A repair from its announcement to its parcel, by the contract.
func TestRepair(t *testing.T) {
	t.Parallel()
	r, ctx := setup(t), t.Context()
	o := r.order(t)
	require.NoError(t, r.warehouse.AnnounceRepair(ctx, announcedRepair(o, "RPR-1")))
	again := announcedRepair(o, "RPR-1")
	again.Key = "another-key"
	require.NoError(t, r.warehouse.AnnounceRepair(ctx, again), "the same repair")
	again.Lines, again.Key = []dispute.Line{{LineID: "line-1", Quantity: 2}}, "a-third-key"
	require.Equal(t, "repair_exists", partnerError(t, r.warehouse.AnnounceRepair(ctx, again)).Code)
	require.Len(t, r.ledger(t, partners.Warehouse, partners.Filter{Kind: "repair.announced"}), 1)

	price, ready, no := dispute.CNY(8000), time.Date(2026, 3, 14, 10, 0, 0, 0, time.UTC), false
	require.NoError(t, r.drive.ReportRepair(ctx, "RPR-1", partners.RepairReport{Status: dispute.WorkshopDiagnosed, Diagnosis: "dropped", Covered: &no, Quote: &price, ReadyBy: &ready}))
	told := r.hooks.next(t)
	require.Equal(t, "repair.updated", told.Type)
	require.JSONEq(t, `{"repair_id":"RPR-1","status":"diagnosed","diagnosis":"dropped","covered":false,"quote":{"amount":8000,"currency":"CNY"},"ready_by":"2026-03-14T10:00:00Z","sequence":1}`, string(told.Data))
	require.NoError(t, r.warehouse.ApproveRepair(ctx, "RPR-1/approval", "RPR-1", price))
	require.NoError(t, r.drive.ReportRepair(ctx, "RPR-1", partners.RepairReport{Status: dispute.WorkshopShipped, TrackingNumber: "RB1"}))
	require.JSONEq(t, `{"repair_id":"RPR-1","status":"shipped","carrier":"SF","tracking_number":"RB1","sequence":2}`, string(r.hooks.next(t).Data))
	trace, err := r.carrier.Trace(ctx, "SF", "RB1")
	require.NoError(t, err)
	require.Equal(t, dispute.ParcelInTransit, trace.Status)
	require.Equal(t, "repair_shipped", partnerError(t, r.warehouse.CancelRepair(ctx, "k", "RPR-1", true)).Code)
	for _, e := range r.ledger(t, partners.Warehouse, partners.Filter{Type: partners.EntryWebhook}) {
		checkEvent(t, e.Kind, e.Data)
	}
}

// Called off: once with the goods kept, then sent back after all; the unknown is success,
// and bars what comes later.
func TestRepairCalledOff(t *testing.T) {
	t.Parallel()
	r, ctx := setup(t), t.Context()
	o := r.order(t)
	require.NoError(t, r.warehouse.AnnounceRepair(ctx, announcedRepair(o, "RPR-1")))
	require.NoError(t, r.warehouse.CancelRepair(ctx, "RPR-1/keep", "RPR-1", false))
	require.NoError(t, r.warehouse.CancelRepair(ctx, "RPR-1/send-back", "RPR-1", true))
	require.NoError(t, r.warehouse.CancelRepair(ctx, "a-third", "RPR-1", true))
	require.Len(t, r.ledger(t, partners.Warehouse, partners.Filter{Kind: "repair.cancelled"}), 2)
	require.Equal(t, "repair_cancelled", partnerError(t, r.warehouse.ApproveRepair(ctx, "a", "RPR-1", dispute.CNY(1))).Code)

	require.NoError(t, r.warehouse.CancelRepair(ctx, "c", "RPR-2", true), "unknown as yet")
	require.Equal(t, "repair_cancelled", partnerError(t, r.warehouse.AnnounceRepair(ctx, announcedRepair(o, "RPR-2"))).Code)
	require.Error(t, r.drive.ReportRepair(ctx, "RPR-2", partners.RepairReport{Status: dispute.WorkshopReceived}))
}

// Auto mends what comes in and brings it home.
func TestAutoMends(t *testing.T) {
	t.Parallel()
	r, ctx := setup(t), t.Context()
	o := r.order(t)
	require.NoError(t, r.drive.SetAuto(ctx, partners.Auto{OrderIDs: []string{o.OrderID}, DelayMS: 5}))
	lines := []dispute.Line{{LineID: "line-1", Quantity: 1}}
	_, err := r.warehouse.AnnounceReturn(ctx, activities.ReturnAnnouncement{Key: "a", RMAID: "rma_1", CaseID: "case_1", WorkflowID: "case/case_1", OrderID: o.OrderID, Lines: lines})
	require.NoError(t, err)
	free := announcedRepair(o, "RPR-1")
	free.Free = true
	require.NoError(t, r.warehouse.AnnounceRepair(ctx, free))
	_, err = r.carrier.IssueLabel(ctx, activities.LabelRequest{Key: "l", RMAID: "rma_1", CaseID: "case_1", OrderID: o.OrderID, Lines: lines})
	require.NoError(t, err)
	types := map[string]int{}
	for range 8 {
		types[r.hooks.next(t).Type]++
	}
	require.Equal(t, map[string]int{"tracking.updated": 3, "return.received": 1, "repair.updated": 4}, types)
}
