package partners_test

import (
	"errors"
	"fmt"
	"net/http"
	"sync"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/redresshq/redress/activities"
	"github.com/redresshq/redress/dispute"
	"github.com/redresshq/redress/partners"
)

func TestReturnFromOrderToRefund(t *testing.T) {
	t.Parallel()
	r, ctx := setup(t), t.Context()
	made := r.order(t)

	o, err := r.orders.Order(ctx, made.OrderID)
	require.NoError(t, err)
	require.Equal(t, made, o)
	d, err := r.warehouse.Dispatch(ctx, o.OrderID)
	require.NoError(t, err)
	require.Equal(t, []dispute.Line{{LineID: "line-1", Quantity: 2}}, d.Lines)
	trace, err := r.carrier.Trace(ctx, o.Carrier, o.TrackingNumber)
	require.NoError(t, err)
	require.Equal(t, dispute.ParcelDelivered, trace.Status)
	require.Equal(t, o.DeliveredAt, trace.DeliveredAt)

	lines := []dispute.Line{{LineID: "line-1", Quantity: 1}}
	address, err := r.warehouse.AnnounceReturn(ctx, activities.ReturnAnnouncement{Key: "rma_1/announce", RMAID: "rma_1",
		CaseID: "case_1", WorkflowID: "case/case_1", OrderID: o.OrderID, Lines: lines})
	require.NoError(t, err)
	require.NotEmpty(t, address.Address)
	label, err := r.carrier.IssueLabel(ctx, activities.LabelRequest{Key: "rma_1/label", RMAID: "rma_1", CaseID: "case_1", OrderID: o.OrderID, Lines: lines})
	require.NoError(t, err)

	require.NoError(t, r.drive.Scan(ctx, label.Carrier, label.TrackingNumber, dispute.ParcelInTransit))
	scan := r.hooks.next(t)
	require.Equal(t, "tracking.updated", scan.Type)
	require.Equal(t, partners.CarrierID, scan.partner)
	require.JSONEq(t, `{"carrier":"SF","tracking_number":"`+label.TrackingNumber+`","status":"in_transit"}`, string(scan.Data))

	require.NoError(t, r.drive.Receive(ctx, "rma_1", partners.ReceiveReport{}))
	received := r.hooks.next(t)
	require.Equal(t, "return.received", received.Type)
	require.Equal(t, partners.WarehouseID, received.partner)
	require.JSONEq(t, `{"rma_id":"rma_1","lines":[{"line_id":"line-1","received_quantity":1}],"sequence":1}`, string(received.Data))
	require.NoError(t, r.drive.Inspect(ctx, "rma_1", partners.InspectReport{Condition: dispute.ConditionDamaged}))
	inspected := r.hooks.next(t)
	require.JSONEq(t, `{"rma_id":"rma_1","lines":[{"line_id":"line-1","quantity":1,"condition":"damaged","disposition":"hold"}],"sequence":2}`, string(inspected.Data))
	require.NoError(t, r.drive.Correct(ctx, "rma_1", partners.Correction{Received: []dispute.ReceivedLine{{LineID: "line-1", Quantity: 2}}}))
	require.Equal(t, "return.corrected", r.hooks.next(t).Type)

	m, err := r.payments.Refund(ctx, refundOf(o, "case_1/refund-1/1", 4500))
	require.NoError(t, err)
	require.Equal(t, dispute.MoneyPending, m.Status)
	settled := r.hooks.next(t)
	require.Equal(t, "refund.updated", settled.Type)
	require.Equal(t, partners.PaymentsID, settled.partner)
	require.JSONEq(t, `{"refund_key":"case_1/refund-1/1","provider_ref":"`+m.ProviderRef+`","status":"succeeded","amount":4500,"currency":"CNY"}`, string(settled.Data))
	found, err := r.payments.FindRefund(ctx, "case_1/refund-1/1")
	require.NoError(t, err)
	require.Equal(t, dispute.MoneySucceeded, found.Status)

	ledger, err := r.payments.PaymentLedger(ctx, o.Payments[0].PaymentID)
	require.NoError(t, err)
	require.Equal(t, activities.PaymentLedger{PaymentID: o.Payments[0].PaymentID, Captured: dispute.CNY(10000),
		Refunds: []activities.Movement{found}, ChargedBack: dispute.CNY(0)}, ledger)
	require.Len(t, r.ledger(t, partners.Payments, partners.Filter{CaseID: "case_1", Kind: "refund.made"}), 1)

	require.NoError(t, r.notify.Notify(ctx, activities.Notification{Key: "case_1/refunded/1", CaseID: "case_1", CustomerID: "c",
		To: dispute.RoleCustomer, Milestone: dispute.NoticeRefunded, Number: 1, Data: map[string]any{"amount": 4500}}))
	require.Len(t, r.ledger(t, partners.Notify, partners.Filter{CaseID: "case_1", Key: "case_1/refunded/1"}), 1)
}

func TestPayout(t *testing.T) {
	t.Parallel()
	r, ctx := setup(t), t.Context()
	m, err := r.payments.Payout(ctx, activities.PayoutRequest{Key: "case_1/compensation-1/1", CaseID: "case_1", CustomerID: "c", Amount: dispute.CNY(2000)})
	require.NoError(t, err)
	h := r.hooks.next(t)
	require.Equal(t, "payout.updated", h.Type)
	require.JSONEq(t, `{"payout_key":"case_1/compensation-1/1","provider_ref":"`+m.ProviderRef+`","status":"succeeded","amount":2000,"currency":"CNY"}`, string(h.Data))
	found, err := r.payments.FindPayout(ctx, "case_1/compensation-1/1")
	require.NoError(t, err)
	require.Equal(t, dispute.MoneySucceeded, found.Status)
}

func TestUnknownThings(t *testing.T) {
	t.Parallel()
	r, ctx := setup(t), t.Context()
	for i, id := range []string{"nope", "a/b", "..", "", "订单", "a?b#c%2F"} {
		_, err := r.orders.Order(ctx, id)
		require.Equal(t, http.StatusNotFound, partnerError(t, err).Status, id)
		_, err = r.warehouse.Dispatch(ctx, id)
		require.Equal(t, http.StatusNotFound, partnerError(t, err).Status, id)
		_, err = r.payments.PaymentLedger(ctx, id)
		require.Equal(t, http.StatusNotFound, partnerError(t, err).Status, id)
		trace, err := r.carrier.Trace(ctx, "SF", id)
		require.NoError(t, err, id)
		require.Equal(t, dispute.ParcelUnknown, trace.Status)
		require.NoError(t, r.carrier.VoidLabel(ctx, fmt.Sprint("void/", i), id), "the unknown is success")
		require.NoError(t, r.warehouse.CancelReturn(ctx, fmt.Sprint("cancel/", i), id), "the unknown is success")
	}
	_, err := r.payments.FindRefund(ctx, "case_9/refund-1/1")
	require.Equal(t, http.StatusNotFound, partnerError(t, err).Status)
	_, err = r.payments.FindPayout(ctx, "case_9/compensation-1/1")
	require.Equal(t, http.StatusNotFound, partnerError(t, err).Status)
	_, err = r.payments.Refund(ctx, activities.RefundRequest{Key: "k", CaseID: "case_1", PaymentID: "nope", Amount: dispute.CNY(1)})
	require.Equal(t, "unknown_payment", partnerError(t, err).Code)
}

func TestCancelAndVoid(t *testing.T) {
	t.Parallel()
	r, ctx := setup(t), t.Context()
	lines := []dispute.Line{{LineID: "line-1", Quantity: 1}}
	announce := func(rma, key string) error {
		_, err := r.warehouse.AnnounceReturn(ctx, activities.ReturnAnnouncement{Key: key, RMAID: rma, CaseID: "case_1", WorkflowID: "case/case_1", OrderID: "order-1001", Lines: lines})
		return err
	}
	require.NoError(t, announce("rma_1", "a1"))
	require.NoError(t, announce("rma_1", "a2"), "announced again under another key: the same return")
	require.NoError(t, r.warehouse.CancelReturn(ctx, "c1", "rma_1"))
	require.NoError(t, r.warehouse.CancelReturn(ctx, "c2", "rma_1"))
	require.Len(t, r.ledger(t, partners.Warehouse, partners.Filter{Ref: "rma_1", Kind: "return.announced"}), 1)
	require.Len(t, r.ledger(t, partners.Warehouse, partners.Filter{Ref: "rma_1", Kind: "return.cancelled"}), 1)

	require.NoError(t, r.warehouse.CancelReturn(ctx, "c3", "rma_2"), "unknown as yet")
	require.Equal(t, "return_cancelled", partnerError(t, announce("rma_2", "a3")).Code, "its announcement comes too late")
	require.Error(t, r.drive.Receive(ctx, "rma_2", partners.ReceiveReport{}))

	label, err := r.carrier.IssueLabel(ctx, activities.LabelRequest{Key: "l1", RMAID: "rma_1", CaseID: "case_1", OrderID: "order-1001", Lines: lines})
	require.NoError(t, err)
	require.NoError(t, r.carrier.VoidLabel(ctx, "v1", label.LabelID))
	require.NoError(t, r.carrier.VoidLabel(ctx, "v2", label.LabelID))
	require.Len(t, r.ledger(t, partners.Carrier, partners.Filter{Ref: label.LabelID, Kind: "label.voided"}), 1)

	used, err := r.carrier.IssueLabel(ctx, activities.LabelRequest{Key: "l2", RMAID: "rma_3", CaseID: "case_1", OrderID: "order-1001", Lines: lines})
	require.NoError(t, err)
	require.NoError(t, r.drive.SetParcel(ctx, used.Carrier, used.TrackingNumber, partners.ParcelUpdate{Status: dispute.ParcelInTransit}))
	require.Equal(t, "label_used", partnerError(t, r.carrier.VoidLabel(ctx, "v3", used.LabelID)).Code)
}

func TestIdempotency(t *testing.T) {
	t.Parallel()
	r, ctx := setup(t), t.Context()
	o := r.order(t)
	first, err := r.payments.Refund(ctx, refundOf(o, "case_1/refund-1/1", 100))
	require.NoError(t, err)
	again, err := r.payments.Refund(ctx, refundOf(o, "case_1/refund-1/1", 100))
	require.NoError(t, err)
	require.Equal(t, first, again)
	_, err = r.payments.Refund(ctx, refundOf(o, "case_1/refund-1/1", 101))
	failed := partnerError(t, err)
	require.Equal(t, http.StatusUnprocessableEntity, failed.Status)
	require.Equal(t, "idempotency_key_reused", failed.Code)
	second, err := r.payments.Refund(ctx, refundOf(o, "case_1/refund-1/2", 100))
	require.NoError(t, err)
	require.NotEqual(t, first.ProviderRef, second.ProviderRef, "two equal refunds are two refunds")
	_, err = r.payments.Refund(ctx, refundOf(o, "", 100))
	require.Equal(t, "idempotency_key_missing", partnerError(t, err).Code)
	require.Len(t, r.ledger(t, partners.Payments, partners.Filter{Kind: "refund.made", OrderID: o.OrderID}), 2)
	require.Len(t, r.ledger(t, partners.Payments, partners.Filter{Type: partners.EntryCall, Kind: "refund", CaseID: "case_1"}), 4)
}

func TestNeverMoreThanCaptured(t *testing.T) {
	t.Parallel()
	r, ctx := setup(t, func(c *partners.Config) { c.Settlement.Mode = partners.SettleManual }), t.Context()
	o := r.order(t)
	pay := o.Payments[0].PaymentID
	refund := func(key string, amount int64) error {
		_, err := r.payments.Refund(ctx, refundOf(o, key, amount))
		return err
	}
	require.NoError(t, refund("k1", 6000))
	require.NoError(t, r.drive.RefundElsewhere(ctx, pay, 3000))
	require.Equal(t, "exceeds_captured", partnerError(t, refund("k2", 1001)).Code)
	require.NoError(t, r.drive.SettleRefund(ctx, "k1", partners.Settle{Status: dispute.MoneyFailed, Reason: "account_closed"}))
	require.Equal(t, "refund.updated", r.hooks.next(t).Type)
	require.Error(t, r.drive.SettleRefund(ctx, "k1", partners.Settle{Status: dispute.MoneySucceeded}), "failed is final")
	require.NoError(t, refund("k2", 1001), "a refused request may be repeated with its key; failed money counts no more")
	require.NoError(t, r.drive.Chargeback(ctx, pay, partners.Chargeback{Open: true}))
	require.Equal(t, "exceeds_captured", partnerError(t, refund("k3", 1)).Code)
	ledger, err := r.payments.PaymentLedger(ctx, pay)
	require.NoError(t, err)
	require.True(t, ledger.ChargebackOpen)
	require.Equal(t, dispute.CNY(5999), ledger.ChargedBack)
	require.Len(t, ledger.Refunds, 3)
	require.Empty(t, ledger.Refunds[1].Key, "made elsewhere")
}

func TestSameKeyAtOnce(t *testing.T) {
	t.Parallel()
	r, ctx := setup(t), t.Context()
	o := r.order(t)
	answers := make(chan activities.Movement, 20)
	var group errgroup
	for range cap(answers) {
		group.run(func() error {
			m, err := r.payments.Refund(ctx, refundOf(o, "k1", 100))
			answers <- m
			return err
		})
	}
	require.NoError(t, group.wait())
	close(answers)
	first := <-answers
	for m := range answers {
		require.Equal(t, first, m)
	}
	require.Len(t, r.ledger(t, partners.Payments, partners.Filter{Kind: "refund.made", Key: "k1"}), 1)
}

// errgroup runs functions at once and joins their errors.
type errgroup struct {
	wg   sync.WaitGroup
	mu   sync.Mutex
	errs []error
}

func (g *errgroup) run(f func() error) {
	g.wg.Go(func() {
		err := f()
		g.mu.Lock()
		defer g.mu.Unlock()
		g.errs = append(g.errs, err)
	})
}

func (g *errgroup) wait() error {
	g.wg.Wait()
	return errors.Join(g.errs...)
}

// An order without what was paid for its lines, as a shop knows its prices: the sandbox
// captures what the adapter works out, to the cent.
func TestOrderByListPrice(t *testing.T) {
	t.Parallel()
	r := setup(t)
	made, err := r.drive.CreateOrder(t.Context(), partners.NewOrder{
		Lines: []dispute.OrderLine{
			{LineID: "lamp", ListPrice: 3000, Bundle: "kit", Tax: 250, Tags: []string{"fragile"}, Category: "lighting"},
			{LineID: "shade", ListPrice: 1000, Bundle: "kit"},
			{LineID: "mug", ListPrice: 1500, Discount: 1500, GiftWith: "lamp"},
		},
		Bundles: []dispute.OrderBundle{{BundleID: "kit", Price: 3333}},
		Reductions: []dispute.OrderReduction{{Kind: dispute.ReductionPoints, Amount: 333, Points: 3330, ShopBears: true},
			{Kind: dispute.ReductionCoupon, Code: "spring", Amount: 100, Lines: []string{"lamp"}}},
		FreeShipping: &dispute.FreeShipping{Threshold: 3000, Charge: 800}, ShippingPaid: 100, ShippingTax: 10, ByListPrice: true,
	})
	require.NoError(t, err)
	o, err := r.orders.Order(t.Context(), made.OrderID)
	require.NoError(t, err)
	require.Equal(t, made, o)
	// 33.33 over 30 and 10: 25.00 and 8.33; points for 3.33 over these: 2.50 and 0.83.
	require.EqualValues(t, 2500-250-100, o.Lines[0].Paid)
	require.EqualValues(t, 833-83, o.Lines[1].Paid)
	require.Zero(t, o.Lines[2].Paid)
	require.EqualValues(t, 2150+750+100, o.Payments[0].Captured)
	require.Equal(t, []dispute.Credit{{Kind: dispute.ReductionPoints, Amount: 250, Points: 2500},
		{Kind: dispute.ReductionCoupon, Code: "spring", Amount: 100}}, o.Lines[0].Credits)

	_, err = r.drive.CreateOrder(t.Context(), partners.NewOrder{ByListPrice: true, Lines: []dispute.OrderLine{{ListPrice: 1}},
		Reductions: []dispute.OrderReduction{{Kind: dispute.ReductionDiscount, Amount: 2}}})
	require.ErrorContains(t, err, "more than its lines cost")
}
