// Package payment talks to the payment provider over HTTP, by the contract in
// docs/partners.yaml (tag payments). How a refund or payout ended comes back by
// webhook, or is asked for by its key.
package payment

import (
	"context"
	"net/http"
	"net/url"

	"github.com/redresshq/redress/activities"
	"github.com/redresshq/redress/dispute"
	"github.com/redresshq/redress/internal/partnerhttp"
)

// Client implements activities.Payments.
type Client struct{ http *partnerhttp.Client }

var _ activities.Payments = (*Client)(nil)

// New returns a client of the payment provider at baseURL.
func New(baseURL string, o partnerhttp.Options) (*Client, error) {
	c, err := partnerhttp.New("payments", baseURL, o)
	if err != nil {
		return nil, err
	}
	return &Client{http: c}, nil
}

// Close drops idle connections.
func (c *Client) Close() { c.http.Close() }

// Refund implements activities.Payments. A refusal is a 4xx with a code: 402
// insufficient_funds, 422 exceeds_captured, 404 unknown_payment ...
func (c *Client) Refund(ctx context.Context, r activities.RefundRequest) (activities.Movement, error) {
	const op = "refund"
	var m activities.Movement
	err := c.http.Do(ctx, partnerhttp.Call{
		Operation: op, Method: http.MethodPost, Path: []string{"v1", "refunds"}, Key: r.Key, In: r, Out: &m,
		NotFound: []string{"unknown_payment"},
	})
	return c.sent(op, r.Key, r.Amount, m, err)
}

// FindRefund implements activities.Payments.
func (c *Client) FindRefund(ctx context.Context, key string) (activities.Movement, error) {
	const op = "find refund"
	var m activities.Movement
	err := c.http.Do(ctx, partnerhttp.Call{
		Operation: op, Method: http.MethodGet, Path: []string{"v1", "refunds"}, Query: url.Values{"refund_key": {key}}, Out: &m,
		NotFound: []string{"unknown_refund"},
	})
	return c.found(op, key, m, err)
}

// Payout implements activities.Payments. A refusal is a 4xx with a code.
func (c *Client) Payout(ctx context.Context, p activities.PayoutRequest) (activities.Movement, error) {
	const op = "payout"
	var m activities.Movement
	err := c.http.Do(ctx, partnerhttp.Call{
		Operation: op, Method: http.MethodPost, Path: []string{"v1", "payouts"}, Key: p.Key, In: p, Out: &m,
	})
	return c.sent(op, p.Key, p.Amount, m, err)
}

// FindPayout implements activities.Payments.
func (c *Client) FindPayout(ctx context.Context, key string) (activities.Movement, error) {
	const op = "find payout"
	var m activities.Movement
	err := c.http.Do(ctx, partnerhttp.Call{
		Operation: op, Method: http.MethodGet, Path: []string{"v1", "payouts"}, Query: url.Values{"payout_key": {key}}, Out: &m,
		NotFound: []string{"unknown_payout"},
	})
	return c.found(op, key, m, err)
}

// sent checks the answer to a write: another amount than asked for is no answer
// that may be booked.
func (c *Client) sent(op, key string, amount dispute.Money, m activities.Movement, err error) (activities.Movement, error) {
	m, err = c.found(op, key, m, err)
	if err != nil {
		return activities.Movement{}, err
	}
	if m.Amount != amount {
		return activities.Movement{}, c.http.BadAnswer(op, "amount")
	}
	return m, nil
}

func (c *Client) found(op, key string, m activities.Movement, err error) (activities.Movement, error) {
	if err != nil {
		return activities.Movement{}, err
	}
	if m.Key != key {
		return activities.Movement{}, c.http.BadAnswer(op, "key")
	}
	if field := broken(m); field != "" {
		return activities.Movement{}, c.http.BadAnswer(op, field)
	}
	return m, nil
}

// PaymentLedger implements activities.Payments.
func (c *Client) PaymentLedger(ctx context.Context, paymentID string) (activities.PaymentLedger, error) {
	const op = "payment ledger"
	var l activities.PaymentLedger
	err := c.http.Do(ctx, partnerhttp.Call{
		Operation: op, Method: http.MethodGet, Path: []string{"v1", "payments", paymentID}, Out: &l,
		NotFound: []string{"unknown_payment"},
	})
	if err != nil {
		return activities.PaymentLedger{}, err
	}
	if l.PaymentID != paymentID {
		return activities.PaymentLedger{}, c.http.BadAnswer(op, "payment_id")
	}
	currency := l.Captured.Currency
	if l.Captured.Amount < 0 || currency == "" || !dispute.KnownCurrency(currency) {
		return activities.PaymentLedger{}, c.http.BadAnswer(op, "captured")
	}
	if l.ChargedBack.Amount < 0 || l.ChargedBack.Currency != currency {
		return activities.PaymentLedger{}, c.http.BadAnswer(op, "charged_back")
	}
	for _, m := range l.Refunds {
		if broken(m) != "" || m.Amount.Currency != currency {
			return activities.PaymentLedger{}, c.http.BadAnswer(op, "refunds")
		}
	}
	return l, nil
}

// broken names the first field that breaks the contract, "" if none does.
func broken(m activities.Movement) string {
	switch {
	case m.ProviderRef == "":
		return "provider_ref"
	case m.Amount.Amount <= 0 || m.Amount.Currency == "" || !dispute.KnownCurrency(m.Amount.Currency):
		return "amount"
	}
	switch m.Status {
	case dispute.MoneyPending, dispute.MoneyRequiresAction, dispute.MoneySucceeded, dispute.MoneyFailed,
		dispute.MoneyCancelled:
		return ""
	}
	return "status"
}
