package payment_test

import (
	"context"
	"io"
	"net/http"
	"net/http/httptest"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/redresshq/redress/activities"
	"github.com/redresshq/redress/dispute"
	"github.com/redresshq/redress/internal/partnerhttp"
	"github.com/redresshq/redress/payment"
)

// provider answers everything with one body.
func provider(t *testing.T, body string) *payment.Client {
	t.Helper()
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		if _, err := io.WriteString(w, body); err != nil {
			panic(http.ErrAbortHandler)
		}
	}))
	t.Cleanup(server.Close)
	c, err := payment.New(server.URL, partnerhttp.Options{})
	require.NoError(t, err)
	t.Cleanup(c.Close)
	return c
}

func refuses(t *testing.T, err error, field string) {
	t.Helper()
	var failed *activities.PartnerError
	require.ErrorAs(t, err, &failed)
	require.Zero(t, failed.Status, "the money may have moved")
	require.Equal(t, partnerhttp.CodeBadAnswer, failed.Code)
	require.Contains(t, failed.Error(), field)
}

// TestMovementOutsideTheContract: an answer that is not about our refund is none.
func TestMovementOutsideTheContract(t *testing.T) {
	t.Parallel()
	tests := map[string]string{
		`{"key":"other","provider_ref":"re_1","status":"pending","amount":{"amount":100,"currency":"CNY"}}`: "key",
		`{"key":"k","provider_ref":"","status":"pending","amount":{"amount":100,"currency":"CNY"}}`:         "provider_ref",
		`{"key":"k","provider_ref":"re_1","status":"done","amount":{"amount":100,"currency":"CNY"}}`:        "status",
		`{"key":"k","provider_ref":"re_1","status":"pending","amount":{"amount":101,"currency":"CNY"}}`:     "amount",
		`{"key":"k","provider_ref":"re_1","status":"pending","amount":{"amount":100,"currency":"USD"}}`:     "amount",
		`{"key":"k","provider_ref":"re_1","status":"pending","amount":{"amount":-100,"currency":"CNY"}}`:    "amount",
		`{"key":"k","provider_ref":"re_1","status":"pending","amount":{"amount":100,"currency":"?"}}`:       "amount",
		`{"key":"k","provider_ref":"re_1","status":"pending","amount":{"amount":100}}`:                      "amount",
		`null`: "key",
	}
	for body, field := range tests {
		t.Run(field, func(t *testing.T) {
			t.Parallel()
			c := provider(t, body)
			_, err := c.Refund(t.Context(), activities.RefundRequest{Key: "k", PaymentID: "p", Amount: dispute.CNY(100)})
			refuses(t, err, field)
			_, err = c.Payout(t.Context(), activities.PayoutRequest{Key: "k", CustomerID: "c", Amount: dispute.CNY(100)})
			refuses(t, err, field)
		})
	}
}

func TestFindsAnyAmount(t *testing.T) {
	t.Parallel()
	c := provider(t, `{"key":"k","provider_ref":"re_1","status":"failed","reason":"account_closed","amount":{"amount":100,"currency":"CNY"}}`)
	want := activities.Movement{Key: "k", ProviderRef: "re_1", Status: dispute.MoneyFailed, Reason: "account_closed", Amount: dispute.CNY(100)}
	for _, find := range []func(context.Context, string) (activities.Movement, error){c.FindRefund, c.FindPayout} {
		m, err := find(t.Context(), "k")
		require.NoError(t, err)
		require.Equal(t, want, m)
	}
}

func TestLedgerOutsideTheContract(t *testing.T) {
	t.Parallel()
	tests := map[string]string{
		`{"payment_id":"q"}`: "payment_id",
		`{"payment_id":"p","captured":{"amount":-1,"currency":"CNY"}}`: "captured",
		`{"payment_id":"p","captured":{"amount":1}}`:                   "captured",
		`{"payment_id":"p","captured":{"amount":1,"currency":"CNY"}}`:  "charged_back",
		`{"payment_id":"p","captured":{"amount":1,"currency":"CNY"},"charged_back":{"amount":0,"currency":"CNY"},
		  "refunds":[{"key":"","provider_ref":"re_1","status":"succeeded","amount":{"amount":1,"currency":"USD"}}]}`: "refunds",
	}
	for body, field := range tests {
		t.Run(field, func(t *testing.T) {
			t.Parallel()
			_, err := provider(t, body).PaymentLedger(t.Context(), "p")
			refuses(t, err, field)
		})
	}
}
