package partners_test

import (
	"context"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/redresshq/redress/activities"
	"github.com/redresshq/redress/dispute"
	"github.com/redresshq/redress/partners"
)

func newGoods(o dispute.OrderFacts, id string) activities.ReplacementRequest {
	return activities.ReplacementRequest{Key: id, ReplacementID: id, CaseID: "case_1", WorkflowID: "case/case_1", OrderID: o.OrderID,
		Items: []dispute.ReplacementItem{{LineID: "line-1", SKU: o.Lines[0].SKU, Quantity: 1}}}
}

func TestReplacements(t *testing.T) {
	t.Parallel()
	r, ctx := setup(t), t.Context()
	o := r.order(t)
	kept, err := r.warehouse.Replace(ctx, newGoods(o, "RPL-1"))
	require.NoError(t, err)
	require.NotNil(t, kept.DispatchBy)
	again, err := r.warehouse.Replace(ctx, newGoods(o, "RPL-1"))
	require.NoError(t, err)
	require.Equal(t, kept, again)
	require.Len(t, r.ledger(t, partners.Warehouse, partners.Filter{Ref: "RPL-1", Kind: "replacement.reserved"}), 1)
	other := newGoods(o, "RPL-1")
	other.Key, other.Items = "k2", []dispute.ReplacementItem{{LineID: "line-1", SKU: "X", Quantity: 1}}
	_, err = r.warehouse.Replace(ctx, other)
	require.Equal(t, "replacement_exists", partnerError(t, err).Code)

	by := time.Now().UTC().Add(48 * time.Hour).Truncate(time.Second)
	require.NoError(t, r.drive.ReportReplacement(ctx, "RPL-1", partners.SendingReport{Status: "delayed", DispatchBy: &by, Reason: "supplier_late"}))
	require.NoError(t, r.drive.ReportReplacement(ctx, "RPL-1", partners.SendingReport{Status: "shipped", TrackingNumber: "NW1"}))
	for range 2 {
		h := r.hooks.next(t)
		require.Equal(t, "replacement.updated", h.Type)
		require.Equal(t, partners.WarehouseID, h.partner)
	}
	for _, e := range r.ledger(t, partners.Warehouse, partners.Filter{Type: partners.EntryWebhook}) {
		checkEvent(t, e.Kind, e.Data)
	}
	trace, err := r.carrier.Trace(ctx, "SF", "NW1")
	require.NoError(t, err)
	require.Equal(t, dispute.ParcelInTransit, trace.Status, "the carrier has it")
	require.Equal(t, "replacement_shipped", partnerError(t, r.warehouse.CancelReplacement(ctx, "c1", "RPL-1")).Code)
}

func TestReplacementsCancelledAndOutOfStock(t *testing.T) {
	t.Parallel()
	r, ctx := setup(t), t.Context()
	o := r.order(t)
	_, err := r.warehouse.Replace(ctx, newGoods(o, "RPL-1"))
	require.NoError(t, err)
	require.NoError(t, r.warehouse.CancelReplacement(ctx, "c1", "RPL-1"))
	require.NoError(t, r.warehouse.CancelReplacement(ctx, "c2", "RPL-1"))
	require.Len(t, r.ledger(t, partners.Warehouse, partners.Filter{Ref: "RPL-1", Kind: "replacement.cancelled"}), 1)
	require.NoError(t, r.warehouse.CancelReplacement(ctx, "c3", "RPL-2"), "unknown as yet")
	_, err = r.warehouse.Replace(ctx, newGoods(o, "RPL-2"))
	require.Equal(t, "replacement_cancelled", partnerError(t, err).Code, "its request comes too late")

	require.NoError(t, r.drive.SetStock(ctx, partners.Stock{SKU: o.Lines[0].SKU, OrderID: o.OrderID}))
	_, err = r.warehouse.Replace(ctx, newGoods(o, "RPL-3"))
	require.Equal(t, "out_of_stock", partnerError(t, err).Code)
	require.NoError(t, r.drive.SetStock(ctx, partners.Stock{SKU: o.Lines[0].SKU, OrderID: o.OrderID, Available: true}))
	_, err = r.warehouse.Replace(ctx, newGoods(o, "RPL-3"))
	require.NoError(t, err, "a refused request may be repeated with its key")
}

func TestInterceptionAndAmendment(t *testing.T) {
	t.Parallel()
	r, ctx := setup(t), t.Context()
	o, err := r.drive.CreateOrder(ctx, partners.NewOrder{Lines: []dispute.OrderLine{{LineID: "line-1", SKU: "MUG", Quantity: 1, Paid: 500}}, NoDispatch: true})
	require.NoError(t, err)
	stop := activities.Interception{Key: "AMD-1/hold", AmendmentID: "AMD-1", CaseID: "case_1", OrderID: o.OrderID, What: "item"}
	require.NoError(t, r.warehouse.Intercept(ctx, stop))
	stop.Key = "other"
	require.NoError(t, r.warehouse.Intercept(ctx, stop), "held already")
	change := activities.AmendmentRequest{Key: "AMD-1", AmendmentID: "AMD-1", CaseID: "case_1", OrderID: o.OrderID, What: "item",
		Items: []dispute.ReplacementItem{{LineID: "line-1", SKU: "POT", Quantity: 1}}}
	require.NoError(t, r.orders.Amend(ctx, change))
	change.Key = "other"
	require.NoError(t, r.orders.Amend(ctx, change), "done already")
	require.NoError(t, r.warehouse.Release(ctx, "AMD-1/release", "AMD-1", true))
	require.NoError(t, r.warehouse.Release(ctx, "again", "AMD-1", true))
	changed, err := r.orders.Order(ctx, o.OrderID)
	require.NoError(t, err)
	require.Equal(t, "POT", changed.Lines[0].SKU)
	require.Len(t, r.ledger(t, partners.Orders, partners.Filter{Kind: "order.amended", OrderID: o.OrderID}), 1)
	require.Len(t, r.ledger(t, partners.Warehouse, partners.Filter{Kind: "interception.released", Ref: "AMD-1"}), 1)

	require.NoError(t, r.warehouse.Release(ctx, "k9", "AMD-9", false), "the unknown is success")
	stop = activities.Interception{Key: "AMD-9/hold", AmendmentID: "AMD-9", CaseID: "case_1", OrderID: o.OrderID, What: "item"}
	require.Equal(t, "interception_released", partnerError(t, r.warehouse.Intercept(ctx, stop)).Code)
	now := time.Now().UTC()
	require.NoError(t, r.drive.DispatchOrder(ctx, o.OrderID, dispute.DispatchFacts{DispatchedAt: &now}))
	stop = activities.Interception{Key: "AMD-2/hold", AmendmentID: "AMD-2", CaseID: "case_1", OrderID: o.OrderID, What: "address"}
	require.Equal(t, "dispatched", partnerError(t, r.warehouse.Intercept(ctx, stop)).Code)
	change = activities.AmendmentRequest{Key: "AMD-3", AmendmentID: "AMD-3", CaseID: "case_1", OrderID: "nope", What: "invoice", Text: "Kunshan Cups"}
	require.Equal(t, 404, partnerError(t, r.orders.Amend(ctx, change)).Status)
}

// Goods of orders that play themselves leave and arrive by themselves.
func TestAutoSendsNewGoods(t *testing.T) {
	t.Parallel()
	r, ctx := setup(t), t.Context()
	o := r.order(t)
	require.NoError(t, r.drive.SetAuto(ctx, partners.Auto{OrderIDs: []string{o.OrderID}, DelayMS: 1}))
	_, err := r.warehouse.Replace(ctx, newGoods(o, "RPL-1"))
	require.NoError(t, err)
	// Two partners report, each for itself: either may be first.
	require.ElementsMatch(t, []string{"replacement.updated", "tracking.updated"}, []string{r.hooks.next(t).Type, r.hooks.next(t).Type})
}

// goodsCalls are the operations about new goods and changes of orders, for the tests of faults.
func goodsCalls(o dispute.OrderFacts) []call {
	return []call{
		{"replace", partners.Warehouse, true, func(ctx context.Context, r *rig) error {
			_, err := r.warehouse.Replace(ctx, newGoods(o, "RPL-faults"))
			return err
		}},
		{"cancel_replacement", partners.Warehouse, true, func(ctx context.Context, r *rig) error {
			return r.warehouse.CancelReplacement(ctx, "k-unreplace", "RPL-none")
		}},
		{"release", partners.Warehouse, true, func(ctx context.Context, r *rig) error {
			return r.warehouse.Release(ctx, "k-release", "AMD-none", false)
		}},
		{"amend_order", partners.Orders, true, func(ctx context.Context, r *rig) error {
			return r.orders.Amend(ctx, activities.AmendmentRequest{Key: "k-amend", AmendmentID: "AMD-faults", CaseID: "case_1", OrderID: o.OrderID, What: "invoice", Text: "x"})
		}},
	}
}
