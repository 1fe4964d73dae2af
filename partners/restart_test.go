package partners_test

import (
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/redresshq/redress/activities"
	"github.com/redresshq/redress/dispute"
	"github.com/redresshq/redress/partners"
)

func TestRestartKeepsTheLedgers(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	r, ctx := setup(t, func(c *partners.Config) { c.LedgerDir, c.Settlement.Mode = dir, partners.SettleManual }), t.Context()
	o := r.order(t)
	m, err := r.payments.Refund(ctx, refundOf(o, "k1", 700))
	require.NoError(t, err)
	lines := []dispute.Line{{LineID: "line-1", Quantity: 1}}
	label, err := r.carrier.IssueLabel(ctx, activities.LabelRequest{Key: "l1", RMAID: "rma_1", CaseID: "case_1", OrderID: o.OrderID, Lines: lines})
	require.NoError(t, err)
	_, err = r.warehouse.AnnounceReturn(ctx, activities.ReturnAnnouncement{Key: "a1", RMAID: "rma_1", CaseID: "case_1", WorkflowID: "w", OrderID: o.OrderID, Lines: lines})
	require.NoError(t, err)
	require.NoError(t, r.drive.Receive(ctx, "rma_1", partners.ReceiveReport{}))
	r.hooks.next(t)
	require.NoError(t, r.box.Close())
	require.NoError(t, r.box.Close(), "twice is harmless")
	before := map[partners.Kind][]byte{}
	for _, k := range partners.Kinds() {
		before[k], err = os.ReadFile(filepath.Join(dir, string(k)+".jsonl"))
		require.NoError(t, err)
	}
	// A crash in the middle of a line.
	torn, err := os.OpenFile(filepath.Join(dir, "payments.jsonl"), os.O_APPEND|os.O_WRONLY, 0)
	require.NoError(t, err)
	_, err = torn.WriteString(`{"seq":99,"kind":"refund.ma`)
	require.NoError(t, err)
	require.NoError(t, torn.Close())

	again := setup(t, func(c *partners.Config) { c.LedgerDir = dir })
	require.NoError(t, err)
	for _, k := range partners.Kinds() {
		now, err := os.ReadFile(filepath.Join(dir, string(k)+".jsonl"))
		require.NoError(t, err)
		require.Equal(t, string(before[k]), string(now)[:len(before[k])], "append-only")
	}
	require.Equal(t, "refund.updated", again.hooks.next(t).Type, "what was pending settles")
	found, err := again.payments.FindRefund(ctx, "k1")
	require.NoError(t, err)
	require.Equal(t, m.ProviderRef, found.ProviderRef)
	require.Equal(t, dispute.MoneySucceeded, found.Status)
	repeated, err := again.payments.Refund(ctx, refundOf(o, "k1", 700))
	require.NoError(t, err)
	require.Equal(t, m, repeated, "keys are remembered")
	got, err := again.orders.Order(ctx, o.OrderID)
	require.NoError(t, err)
	require.Equal(t, o, got)
	require.NoError(t, again.carrier.VoidLabel(ctx, "v1", label.LabelID))
	require.NoError(t, again.drive.Inspect(ctx, "rma_1", partners.InspectReport{}))
	require.Contains(t, string(again.hooks.next(t).Data), `"sequence":2`)
	require.Len(t, again.ledger(t, partners.Orders, partners.Filter{OrderID: "order-1001"}), 1, "the catalogue is added once")
}

func TestCatalogue(t *testing.T) {
	t.Parallel()
	r, ctx := setup(t), t.Context()
	for _, n := range partners.Catalogue(time.Now()) {
		o, err := r.orders.Order(ctx, n.OrderID)
		require.NoError(t, err)
		captured, paid := int64(0), o.ShippingPaid
		for _, p := range o.Payments {
			captured += p.Captured
		}
		for _, l := range o.Lines {
			paid += l.Paid
		}
		require.Equal(t, paid, captured, "%s: the payments are the lines and the shipping", n.OrderID)
	}
	lost, err := r.carrier.Trace(ctx, "SF", "SF-order-1004")
	require.NoError(t, err)
	require.Equal(t, dispute.ParcelLost, lost.Status)
	split, err := r.payments.PaymentLedger(ctx, "pay-order-1005-1")
	require.NoError(t, err)
	require.Equal(t, dispute.CNY(2000), split.Refunds[0].Amount)
}

func TestStartRefuses(t *testing.T) {
	t.Parallel()
	_, err := partners.Start(t.Context(), partners.Config{Secrets: map[string]string{partners.PaymentsID: "whsec_"}})
	require.ErrorContains(t, err, "payments-1")
	box, err := partners.Start(t.Context(), partners.Config{})
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, box.Close()) })
	dir := t.TempDir()
	require.NoError(t, os.WriteFile(filepath.Join(dir, "orders.jsonl"), []byte("not json\n"), 0o600))
	_, err = partners.Start(t.Context(), partners.Config{LedgerDir: dir})
	require.ErrorContains(t, err, "line 1")
}
