package notify_test

import (
	"context"
	"encoding/json"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	oracle "github.com/standard-webhooks/standard-webhooks/libraries/go"
	"github.com/stretchr/testify/require"

	"github.com/redresshq/redress/activities"
	"github.com/redresshq/redress/dispute"
	"github.com/redresshq/redress/notify"
	"github.com/redresshq/redress/webhook"
)

type fakeGateway struct{ calls int }

func (f *fakeGateway) Notify(context.Context, activities.Notification) error { f.calls++; return nil }

var loopback = []netip.Prefix{netip.MustParsePrefix("127.0.0.0/8"), netip.MustParsePrefix("::1/128")}

func outgoing(t *testing.T, url string) dispute.OutgoingWebhook {
	t.Helper()
	secret, err := webhook.NewSecret()
	require.NoError(t, err)
	return dispute.OutgoingWebhook{
		Delivery: dispute.WebhookDelivery{ID: "msg_1", Type: "notice.refunded", CreatedAt: time.Now()},
		Endpoint: dispute.WebhookEndpoint{URL: url, Secret: secret},
		Notice: &dispute.OutboxNotice{CaseID: "case_1", OrderID: "order-1", CustomerID: "customer-1", Contact: "li.na@example.com",
			Notice: dispute.Notice{Milestone: dispute.NoticeRefunded, Number: 1, To: dispute.RoleCustomer, Data: json.RawMessage(`{"bank_days":5}`)}},
	}
}

// Every message verifies with the reference library, with each secret that is live, and
// holds nothing personal.
func TestHooksVerifyByTheOracle(t *testing.T) {
	t.Parallel()
	type taken struct {
		header http.Header
		body   []byte
	}
	got := make(chan taken, 4)
	server := httptest.NewServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
		body, err := io.ReadAll(r.Body)
		if err != nil {
			t.Error(err)
		}
		got <- taken{r.Header, body}
	}))
	defer server.Close()
	h := notify.NewHooks(loopback)
	defer h.Close()
	m := outgoing(t, server.URL)
	old, err := webhook.NewSecret()
	require.NoError(t, err)
	until := time.Now().Add(time.Hour)
	m.Endpoint.OldSecret, m.Endpoint.OldSecretUntil = old, &until
	letter := &dispute.Letter{Language: dispute.LanguageEnglish, Subject: "s", Text: "t"}
	require.True(t, h.Send(t.Context(), m, letter).Taken())
	first := <-got
	for _, secret := range []string{m.Endpoint.Secret, old} {
		o, err := oracle.NewWebhook(secret)
		require.NoError(t, err)
		require.NoError(t, o.Verify(first.body, first.header))
	}
	require.NotContains(t, string(first.body), "li.na")
	require.Contains(t, string(first.body), `"event_id":"case_1/refunded/1"`)

	past := time.Now().Add(-time.Second)
	m.Endpoint.OldSecretUntil = &past
	require.True(t, h.Send(t.Context(), m, letter).Taken())
	second := <-got
	require.Equal(t, first.body, second.body, "a retry says the same")
	require.Equal(t, first.header.Get("Webhook-Id"), second.header.Get("Webhook-Id"))
	o, err := oracle.NewWebhook(old)
	require.NoError(t, err)
	require.Error(t, o.Verify(second.body, second.header), "the old secret has ended")
}

// Nothing is sent to an address that is not public, however it is written or whatever a
// name resolves to; redirects are not followed.
func TestHooksReachNoPrivateAddress(t *testing.T) {
	t.Parallel()
	var calls atomic.Int32
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		calls.Add(1)
		http.Redirect(w, r, "http://169.254.169.254/", http.StatusFound)
	}))
	defer server.Close()
	_, port, err := net.SplitHostPort(server.Listener.Addr().String())
	require.NoError(t, err)
	h := notify.NewHooks(nil)
	defer h.Close()
	for _, host := range []string{"127.0.0.1", "localhost", "[::1]", "[::ffff:127.0.0.1]", "0.0.0.0", "10.0.0.1", "192.168.1.1", "172.16.0.1", "169.254.169.254", "100.64.0.1", "[fd00::1]", "[fe80::1]"} {
		answer := h.Send(t.Context(), outgoing(t, "http://"+host+":"+port+"/"), nil)
		require.False(t, answer.Taken(), host)
		require.Zero(t, answer.Status, host)
		require.NotContains(t, answer.Problem, port)
	}
	require.Zero(t, calls.Load(), "not a single connection")

	allowed := notify.NewHooks(loopback)
	defer allowed.Close()
	answer := allowed.Send(t.Context(), outgoing(t, server.URL), nil)
	require.Equal(t, http.StatusFound, answer.Status)
	require.Contains(t, answer.Problem, "redirects are not followed")
	require.Equal(t, int32(1), calls.Load())
	require.Contains(t, allowed.Send(t.Context(), outgoing(t, "http://10.0.0.1:"+port+"/"), nil).Problem, "not a public one", "only what is allowed")
}

// An answer without end is not read to its end, and one that never comes ends in time.
func TestHooksReadLittleAndWaitLittle(t *testing.T) {
	t.Parallel()
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if _, err := io.Copy(io.Discard, r.Body); err != nil {
			t.Error(err) // only then does the server see that the caller is gone
		}
		if r.URL.Path == "/hang" {
			<-r.Context().Done()
			return
		}
		block := []byte(strings.Repeat("x", 1<<16))
		for r.Context().Err() == nil {
			if _, err := w.Write(block); err != nil {
				return
			}
		}
	}))
	defer server.Close()
	h := notify.NewHooks(loopback)
	defer h.Close()
	require.True(t, h.Send(t.Context(), outgoing(t, server.URL+"/endless"), nil).Taken())
	ctx, cancel := context.WithTimeout(t.Context(), 200*time.Millisecond)
	defer cancel()
	require.Equal(t, "it did not answer in time", h.Send(ctx, outgoing(t, server.URL+"/hang"), nil).Problem)
}
