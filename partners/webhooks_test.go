package partners_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/redresshq/redress/activities"
	"github.com/redresshq/redress/dispute"
	"github.com/redresshq/redress/partners"
)

func (r *rig) scan(t *testing.T, number string) {
	t.Helper()
	require.NoError(t, r.drive.Scan(t.Context(), "SF", number, dispute.ParcelInTransit))
}

func (r *rig) webhooks(t *testing.T, s partners.Switches) {
	t.Helper()
	require.NoError(t, r.drive.Switch(t.Context(), partners.Carrier, s))
}

func TestWebhookIsTriedUntilTaken(t *testing.T) {
	t.Parallel()
	r := setup(t)
	r.hooks.mu.Lock()
	r.hooks.fail = 3
	r.hooks.mu.Unlock()
	r.scan(t, "n1")
	h := r.hooks.next(t)
	require.Eventually(t, func() bool {
		return len(r.ledger(t, partners.Carrier, partners.Filter{Type: partners.EntryWebhook, Key: h.EventID})) == 4
	}, 5*time.Second, 5*time.Millisecond)
	tries := r.ledger(t, partners.Carrier, partners.Filter{Type: partners.EntryWebhook, Key: h.EventID})
	require.Equal(t, 503, tries[0].Status)
	require.Equal(t, 200, tries[3].Status)
}

func TestWebhookSwitches(t *testing.T) {
	t.Parallel()
	t.Run("lost", func(t *testing.T) {
		t.Parallel()
		r := setup(t)
		r.webhooks(t, partners.Switches{Webhooks: partners.WebhooksLost, WebhookTimes: 1})
		r.scan(t, "n1")
		r.scan(t, "n2")
		require.Contains(t, string(r.hooks.next(t).Data), "n2")
		lost := r.ledger(t, partners.Carrier, partners.Filter{Type: partners.EntryWebhook})[0]
		require.Equal(t, "lost", lost.Fault)
	})
	t.Run("double", func(t *testing.T) {
		t.Parallel()
		r := setup(t)
		r.webhooks(t, partners.Switches{Webhooks: partners.WebhooksDouble, WebhookTypes: []string{"tracking.updated"}})
		r.scan(t, "n1")
		require.Equal(t, r.hooks.next(t), r.hooks.next(t))
	})
	t.Run("delayed", func(t *testing.T) {
		t.Parallel()
		r := setup(t)
		r.webhooks(t, partners.Switches{Webhooks: partners.WebhooksDelayed, WebhookDelayMS: 60})
		began := time.Now()
		r.scan(t, "n1")
		r.hooks.next(t)
		require.GreaterOrEqual(t, time.Since(began), 60*time.Millisecond)
	})
	t.Run("out of order", func(t *testing.T) {
		t.Parallel()
		r := setup(t)
		r.webhooks(t, partners.Switches{Webhooks: partners.WebhooksOutOfOrder, WebhookDelayMS: 60_000})
		r.scan(t, "n1")
		r.scan(t, "n2")
		require.Contains(t, string(r.hooks.next(t).Data), "n2")
		require.Contains(t, string(r.hooks.next(t).Data), "n1")
	})
	t.Run("out of order, alone", func(t *testing.T) {
		t.Parallel()
		r := setup(t)
		r.webhooks(t, partners.Switches{Webhooks: partners.WebhooksOutOfOrder, WebhookDelayMS: 20})
		r.scan(t, "n1")
		require.Contains(t, string(r.hooks.next(t).Data), "n1")
		r.hooks.none(t, 50*time.Millisecond)
	})
}

func TestWebhookURLChanges(t *testing.T) {
	t.Parallel()
	r := setup(t, func(c *partners.Config) { c.WebhookURL = "" })
	r.scan(t, "n1")
	require.Eventually(t, func() bool {
		seen := r.ledger(t, partners.Carrier, partners.Filter{Type: partners.EntryWebhook})
		return len(seen) == 1 && seen[0].Fault == "not_configured"
	}, 5*time.Second, 5*time.Millisecond)
	require.NoError(t, r.drive.SetWebhookURL(t.Context(), r.hooks.server.URL+"/v1/webhooks/"))
	r.scan(t, "n2")
	require.Contains(t, string(r.hooks.next(t).Data), "n2")
}

func TestWebhookBeforeReply(t *testing.T) {
	t.Parallel()
	r, ctx := setup(t), t.Context()
	o := r.order(t)
	require.NoError(t, r.drive.Switch(ctx, partners.Payments, partners.Switches{Mode: partners.ModeSlowReply, DelayMS: 300, Operations: []string{"refund"}}))
	done := make(chan error, 1)
	go func() { _, err := r.payments.Refund(ctx, refundOf(o, "k1", 5)); done <- err }()
	require.Equal(t, "refund.updated", r.hooks.next(t).Type)
	require.Empty(t, done, "no reply yet")
	require.NoError(t, <-done)
}

func TestAutoPlaysAReturn(t *testing.T) {
	t.Parallel()
	r, ctx := setup(t), t.Context()
	o := r.order(t)
	require.NoError(t, r.drive.SetAuto(ctx, partners.Auto{OrderIDs: []string{o.OrderID}, DelayMS: 1, Condition: dispute.ConditionDamaged}))
	lines := []dispute.Line{{LineID: "line-1", Quantity: 1}}
	_, err := r.warehouse.AnnounceReturn(ctx, activities.ReturnAnnouncement{Key: "a", RMAID: "rma_1", CaseID: "case_1", WorkflowID: "w", OrderID: o.OrderID, Lines: lines})
	require.NoError(t, err)
	_, err = r.carrier.IssueLabel(ctx, activities.LabelRequest{Key: "l", RMAID: "rma_1", CaseID: "case_1", OrderID: o.OrderID, Lines: lines})
	require.NoError(t, err)
	// Carrier and warehouse report by themselves, so only each one's own are in order.
	came := map[string][]string{}
	for range 4 {
		h := r.hooks.next(t)
		came[h.partner] = append(came[h.partner], string(h.Data))
	}
	for partner, parts := range map[string][]string{partners.CarrierID: {"in_transit", "delivered"}, partners.WarehouseID: {"received_quantity", "damaged"}} {
		require.Len(t, came[partner], 2)
		for i, part := range parts {
			require.Contains(t, came[partner][i], part)
		}
	}
	_, err = r.carrier.IssueLabel(ctx, activities.LabelRequest{Key: "l2", RMAID: "rma_2", CaseID: "case_1", OrderID: "order-1001", Lines: lines})
	require.NoError(t, err)
	r.hooks.none(t, 30*time.Millisecond)
}
