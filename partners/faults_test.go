package partners_test

import (
	"context"
	"net/http"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/redresshq/redress/activities"
	"github.com/redresshq/redress/dispute"
	"github.com/redresshq/redress/partners"
)

// call is one operation of an adapter with the partner it goes to.
type call struct {
	name  string
	kind  partners.Kind
	write bool
	do    func(ctx context.Context, r *rig) error
}

func calls(o dispute.OrderFacts) []call {
	lines := []dispute.Line{{LineID: "line-1", Quantity: 1}}
	return append(goodsCalls(o), []call{
		{"get_order", partners.Orders, false, func(ctx context.Context, r *rig) error { _, err := r.orders.Order(ctx, o.OrderID); return err }},
		{"get_dispatch", partners.Warehouse, false, func(ctx context.Context, r *rig) error { _, err := r.warehouse.Dispatch(ctx, o.OrderID); return err }},
		{"announce_return", partners.Warehouse, true, func(ctx context.Context, r *rig) error {
			_, err := r.warehouse.AnnounceReturn(ctx, activities.ReturnAnnouncement{Key: "k-announce", RMAID: "rma_1", CaseID: "case_1", WorkflowID: "w", OrderID: o.OrderID, Lines: lines})
			return err
		}},
		{"cancel_return", partners.Warehouse, true, func(ctx context.Context, r *rig) error { return r.warehouse.CancelReturn(ctx, "k-cancel", "rma_2") }},
		{"issue_label", partners.Carrier, true, func(ctx context.Context, r *rig) error {
			_, err := r.carrier.IssueLabel(ctx, activities.LabelRequest{Key: "k-label", RMAID: "rma_1", CaseID: "case_1", OrderID: o.OrderID, Lines: lines})
			return err
		}},
		{"void_label", partners.Carrier, true, func(ctx context.Context, r *rig) error { return r.carrier.VoidLabel(ctx, "k-void", "label_x") }},
		{"trace", partners.Carrier, false, func(ctx context.Context, r *rig) error {
			_, err := r.carrier.Trace(ctx, o.Carrier, o.TrackingNumber)
			return err
		}},
		{"refund", partners.Payments, true, func(ctx context.Context, r *rig) error {
			_, err := r.payments.Refund(ctx, refundOf(o, "k-refund", 100))
			return err
		}},
		{"payment_ledger", partners.Payments, false, func(ctx context.Context, r *rig) error {
			_, err := r.payments.PaymentLedger(ctx, o.Payments[0].PaymentID)
			return err
		}},
		{"payout", partners.Payments, true, func(ctx context.Context, r *rig) error {
			_, err := r.payments.Payout(ctx, activities.PayoutRequest{Key: "k-payout", CaseID: "case_1", CustomerID: "c", Amount: dispute.CNY(5)})
			return err
		}},
		{"notify", partners.Notify, true, func(ctx context.Context, r *rig) error {
			return r.notify.Notify(ctx, activities.Notification{Key: "k-notice", CaseID: "case_1", To: dispute.RoleCustomer, Milestone: dispute.NoticeClosed})
		}},
	}...)
}

// TestEveryAdapterMapsEveryFault plays each fault once on each operation; the
// call after it succeeds, and its effect stands once.
func TestEveryAdapterMapsEveryFault(t *testing.T) {
	t.Parallel()
	tests := []struct {
		switches partners.Switches
		status   int
		code     string
		retry    time.Duration
		writes   bool // only writes fail
	}{
		{partners.Switches{Mode: partners.ModeDown, RetryAfterS: 7}, http.StatusServiceUnavailable, "unavailable", 7 * time.Second, false},
		{partners.Switches{Mode: partners.ModeRateLimited, RetryAfterS: 30}, http.StatusTooManyRequests, "rate_limited", 30 * time.Second, false},
		{partners.Switches{Mode: partners.ModeDecline}, http.StatusPaymentRequired, "insufficient_funds", 0, true},
		{partners.Switches{Mode: partners.ModeDecline, Code: "account_frozen"}, http.StatusPaymentRequired, "account_frozen", 0, true},
		{partners.Switches{Mode: partners.ModeReset}, 0, "", 0, false},
		{partners.Switches{Mode: partners.ModeLoseReply}, 0, "", 0, false},
		{partners.Switches{Mode: partners.ModeGarbage}, 0, "bad_answer", 0, false},
		{partners.Switches{Mode: partners.ModeHang}, 0, "", 0, false},
		{partners.Switches{Mode: partners.ModeSlow, DelayMS: 60_000}, 0, "", 0, false},
		{partners.Switches{Mode: partners.ModeSlowReply, DelayMS: 60_000}, 0, "", 0, false},
	}
	for _, tt := range tests {
		t.Run(string(tt.switches.Mode), func(t *testing.T) {
			t.Parallel()
			r, ctx := setup(t), t.Context()
			o := r.order(t)
			if tt.status == 0 && tt.code == "" {
				r.adapters(t, r.box.URLs(), 100*time.Millisecond, contractTransport(t))
			}
			for _, c := range calls(o) {
				s := tt.switches
				s.Operations = []string{c.name}
				if c.write {
					s.Times = 1 // net/http may repeat a read whose reused connection broke
				}
				require.NoError(t, r.drive.Switch(ctx, c.kind, s))
				if c.write || !tt.writes {
					failed := partnerError(t, c.do(ctx, r))
					require.Equal(t, tt.status, failed.Status, c.name)
					require.Equal(t, tt.code, failed.Code, c.name)
					require.Equal(t, tt.retry, failed.RetryAfter, c.name)
				}
				if c.write {
					seen := r.ledger(t, c.kind, partners.Filter{Type: partners.EntryCall, Kind: c.name})
					require.Len(t, seen, 1, "%s: one call, no retry by the transport", c.name)
				} else {
					require.NoError(t, r.drive.Switch(ctx, c.kind, partners.Switches{}))
				}
				// A call of 100 ms may be too short on a busy machine; only one effect matters.
				require.Eventually(t, func() bool { return c.do(ctx, r) == nil }, 5*time.Second, time.Millisecond, c.name)
			}
			for kind, effect := range map[partners.Kind]string{partners.Payments: "refund.made", partners.Carrier: "label.issued",
				partners.Warehouse: "return.announced", partners.Notify: "notice.delivered"} {
				require.Len(t, r.ledger(t, kind, partners.Filter{Kind: effect, CaseID: "case_1"}), 1, effect)
			}
			require.Len(t, r.ledger(t, partners.Payments, partners.Filter{Kind: "payout.made"}), 1)
			now, err := r.drive.Switches(ctx, partners.Payments)
			require.NoError(t, err)
			if !tt.writes {
				require.Equal(t, partners.ModeOK, now.Mode, "once")
			}
		})
	}
}

// TestLostReplyOnReusedConnection: net/http repeats requests with an
// Idempotency-Key by itself when a reused connection breaks. Ours must not.
func TestLostReplyOnReusedConnection(t *testing.T) {
	t.Parallel()
	r, ctx := setup(t), t.Context()
	r.adapters(t, r.box.URLs(), time.Second, nil)
	o := r.order(t)
	for _, key := range []string{"warm-1", "warm-2"} {
		_, err := r.payments.Refund(ctx, refundOf(o, key, 1))
		require.NoError(t, err)
	}
	require.NoError(t, r.drive.Switch(ctx, partners.Payments, partners.Switches{Mode: partners.ModeLoseReply, Operations: []string{"refund"}, Times: 1}))
	_, err := r.payments.Refund(ctx, refundOf(o, "lost", 1))
	require.Zero(t, partnerError(t, err).Status)
	require.Len(t, r.ledger(t, partners.Payments, partners.Filter{Type: partners.EntryCall, Key: "lost"}), 1)
	found, err := r.payments.FindRefund(ctx, "lost")
	require.NoError(t, err)
	require.Equal(t, "lost", found.Key)
}

func TestSwitchesAreChecked(t *testing.T) {
	t.Parallel()
	r, ctx := setup(t), t.Context()
	for _, s := range []partners.Switches{
		{Mode: "broken"}, {Webhooks: "broken"}, {Operations: []string{"refund"}}, {DelayMS: -1},
	} {
		require.Error(t, r.drive.Switch(ctx, partners.Orders, s))
	}
	s, err := r.drive.Switches(ctx, partners.Orders)
	require.NoError(t, err)
	require.Equal(t, partners.Switches{Mode: partners.ModeOK, Webhooks: partners.WebhooksOK}, s)
}

func TestToken(t *testing.T) {
	t.Parallel()
	r := setup(t, func(c *partners.Config) { c.Token = "s3cret" })
	_, err := r.orders.Order(t.Context(), "order-1001")
	require.Equal(t, http.StatusUnauthorized, partnerError(t, err).Status)
}
