package partners_test

import (
	"context"
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"go.uber.org/goleak"

	"github.com/redresshq/redress/activities"
	"github.com/redresshq/redress/dispute"
	"github.com/redresshq/redress/internal/partnerhttp"
	"github.com/redresshq/redress/logistics"
	"github.com/redresshq/redress/notify"
	"github.com/redresshq/redress/orders"
	"github.com/redresshq/redress/partners"
	"github.com/redresshq/redress/payment"
	"github.com/redresshq/redress/warehouse"
	"github.com/redresshq/redress/webhook"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

const secret = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"

// rig is a sandbox with its client, the adapters of Redress, and a receiver of webhooks.
type rig struct {
	box       *partners.Sandbox
	drive     *partners.Client
	hooks     *receiver
	orders    *orders.Client
	warehouse *warehouse.Client
	carrier   *logistics.Client
	payments  *payment.Client
	notify    *notify.Client
}

func setup(t *testing.T, change ...func(*partners.Config)) *rig {
	t.Helper()
	r := &rig{hooks: newReceiver(t)}
	config := partners.Config{
		WebhookURL: r.hooks.server.URL + "/v1/webhooks", WebhookBackoff: 10 * time.Millisecond,
		Secrets:    map[string]string{partners.WarehouseID: secret, partners.CarrierID: secret, partners.PaymentsID: secret},
		Settlement: partners.Settlement{DelayMS: 5},
	}
	for _, f := range change {
		f(&config)
	}
	box, err := partners.Start(t.Context(), config)
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, box.Close()) })
	r.box = box
	r.drive = partners.NewClient(box.URLs())
	t.Cleanup(r.drive.Close)
	r.adapters(t, box.URLs(), time.Second, contractTransport(t))
	return r
}

// adapters makes the adapters of Redress for the partners at urls.
func (r *rig) adapters(t *testing.T, urls partners.URLs, timeout time.Duration, transport http.RoundTripper) {
	t.Helper()
	o := partnerhttp.Options{Timeout: timeout, Transport: transport}
	var errs [5]error
	r.orders, errs[0] = orders.New(urls[partners.Orders], o)
	r.warehouse, errs[1] = warehouse.New(urls[partners.Warehouse], o)
	r.carrier, errs[2] = logistics.New(urls[partners.Carrier], o)
	r.payments, errs[3] = payment.New(urls[partners.Payments], o)
	r.notify, errs[4] = notify.New(urls[partners.Notify], o)
	require.NoError(t, errors.Join(errs[:]...))
	t.Cleanup(func() {
		r.orders.Close()
		r.warehouse.Close()
		r.carrier.Close()
		r.payments.Close()
		r.notify.Close()
	})
}

// order makes an order of one line of two units and shipping, 10000 CNY cents in all.
func (r *rig) order(t *testing.T) dispute.OrderFacts {
	t.Helper()
	delivered := time.Now().Add(-48 * time.Hour).UTC().Truncate(time.Second)
	o, err := r.drive.CreateOrder(t.Context(), partners.NewOrder{
		Lines: []dispute.OrderLine{{LineID: "line-1", SKU: "MUG", Quantity: 2, Paid: 9000}}, ShippingPaid: 1000, DeliveredAt: &delivered,
	})
	require.NoError(t, err)
	return o
}

func (r *rig) ledger(t *testing.T, k partners.Kind, f partners.Filter) []partners.Entry {
	t.Helper()
	entries, err := r.drive.Ledger(t.Context(), k, f)
	require.NoError(t, err)
	return entries
}

func refundOf(o dispute.OrderFacts, key string, amount int64) activities.RefundRequest {
	return activities.RefundRequest{Key: key, CaseID: "case_1", PaymentID: o.Payments[0].PaymentID, Amount: dispute.CNY(amount)}
}

// partnerError is the *activities.PartnerError that err must be.
func partnerError(t *testing.T, err error) *activities.PartnerError {
	t.Helper()
	var failed *activities.PartnerError
	require.ErrorAs(t, err, &failed)
	return failed
}

// hook is a webhook that arrived and was signed well.
type hook struct {
	partner string
	Type    string          `json:"type"`
	EventID string          `json:"event_id"`
	Data    json.RawMessage `json:"data"`
}

// receiver takes webhooks in as Redress would.
type receiver struct {
	server *httptest.Server
	mu     sync.Mutex
	fail   int // answers that are 503 first
	got    chan hook
}

func newReceiver(t *testing.T) *receiver {
	t.Helper()
	r := &receiver{got: make(chan hook, 100)}
	r.server = httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, req *http.Request) {
		body, err := io.ReadAll(req.Body)
		if err != nil {
			w.WriteHeader(http.StatusBadRequest)
			return
		}
		id, err := webhook.Verify([]string{secret}, req.Header, body, time.Now(), 0)
		if err != nil {
			w.WriteHeader(http.StatusUnauthorized)
			return
		}
		r.mu.Lock()
		failing := r.fail > 0
		r.fail--
		r.mu.Unlock()
		if failing {
			w.WriteHeader(http.StatusServiceUnavailable)
			return
		}
		h := hook{partner: req.URL.Path[len("/v1/webhooks/"):]}
		if json.Unmarshal(body, &h) != nil || h.EventID != id {
			w.WriteHeader(http.StatusBadRequest)
			return
		}
		r.got <- h
	}))
	t.Cleanup(r.server.Close)
	return r
}

// next is the next webhook; it must come soon.
func (r *receiver) next(t *testing.T) hook {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), 5*time.Second)
	defer cancel()
	select {
	case h := <-r.got:
		return h
	case <-ctx.Done():
		require.FailNow(t, "no webhook came")
		return hook{}
	}
}

// none asserts that no further webhook has come, and waits d for it.
func (r *receiver) none(t *testing.T, d time.Duration) {
	t.Helper()
	select {
	case h := <-r.got:
		require.FailNow(t, "unexpected webhook", "%s", h.Type)
	case <-time.After(d):
	}
}
