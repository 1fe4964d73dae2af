package partners

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strconv"
	"time"

	"github.com/redresshq/redress/dispute"
)

// Client drives a sandbox through its controls, for tests and demonstrations. It
// is safe for concurrent use.
type Client struct {
	urls URLs
	http *http.Client
}

// NewClient returns a client of the sandbox whose partners are at urls.
func NewClient(urls URLs) *Client {
	return &Client{urls: urls, http: &http.Client{Timeout: 30 * time.Second, Transport: &http.Transport{MaxIdleConnsPerHost: 16}}}
}

// Close drops idle connections.
func (c *Client) Close() { c.http.CloseIdleConnections() }

// CreateOrder makes an order with its outbound record, parcel and payments.
func (c *Client) CreateOrder(ctx context.Context, n NewOrder) (dispute.OrderFacts, error) {
	var o dispute.OrderFacts
	err := c.call(ctx, http.MethodPost, Orders, "/sandbox/orders", n, &o)
	return o, err
}

// Receive makes the warehouse report a count (return.received).
func (c *Client) Receive(ctx context.Context, rmaID string, r ReceiveReport) error {
	return c.call(ctx, http.MethodPost, Warehouse, "/sandbox/returns/"+url.PathEscape(rmaID)+"/receive", r, nil)
}

// Inspect makes the warehouse report a finding (return.inspected).
func (c *Client) Inspect(ctx context.Context, rmaID string, r InspectReport) error {
	return c.call(ctx, http.MethodPost, Warehouse, "/sandbox/returns/"+url.PathEscape(rmaID)+"/inspect", r, nil)
}

// Correct makes the warehouse correct itself (return.corrected).
func (c *Client) Correct(ctx context.Context, rmaID string, r Correction) error {
	return c.call(ctx, http.MethodPost, Warehouse, "/sandbox/returns/"+url.PathEscape(rmaID)+"/correct", r, nil)
}

// Scan moves a parcel on and reports it (tracking.updated).
func (c *Client) Scan(ctx context.Context, carrier, trackingNumber string, status dispute.ParcelStatus) error {
	return c.SetParcel(ctx, carrier, trackingNumber, ParcelUpdate{Status: status, Webhook: true})
}

// SetParcel sets what the carrier knows of a parcel; it reports it if u.Webhook.
func (c *Client) SetParcel(ctx context.Context, carrier, trackingNumber string, u ParcelUpdate) error {
	path := "/sandbox/parcels/" + url.PathEscape(carrier) + "/" + url.PathEscape(trackingNumber)
	return c.call(ctx, http.MethodPost, Carrier, path, u, nil)
}

// SetAuto sets which returns play themselves.
func (c *Client) SetAuto(ctx context.Context, a Auto) error {
	return c.call(ctx, http.MethodPut, Carrier, "/sandbox/auto", a, nil)
}

// SetSettlement sets how later refunds and payouts end.
func (c *Client) SetSettlement(ctx context.Context, s Settlement) error {
	return c.call(ctx, http.MethodPut, Payments, "/sandbox/settlement", s, nil)
}

// SettleRefund moves the refund under the key on (refund.updated).
func (c *Client) SettleRefund(ctx context.Context, key string, s Settle) error {
	return c.call(ctx, http.MethodPost, Payments, "/sandbox/refunds/"+url.PathEscape(key)+"/settle", s, nil)
}

// SettlePayout moves the payout under the key on (payout.updated).
func (c *Client) SettlePayout(ctx context.Context, key string, s Settle) error {
	return c.call(ctx, http.MethodPost, Payments, "/sandbox/payouts/"+url.PathEscape(key)+"/settle", s, nil)
}

// RefundElsewhere gives money of a payment back without Redress; minor units.
func (c *Client) RefundElsewhere(ctx context.Context, paymentID string, amount int64) error {
	path := "/sandbox/payments/" + url.PathEscape(paymentID) + "/refund-elsewhere"
	return c.call(ctx, http.MethodPost, Payments, path, Elsewhere{Amount: amount}, nil)
}

// Chargeback opens or closes a chargeback of a payment.
func (c *Client) Chargeback(ctx context.Context, paymentID string, b Chargeback) error {
	return c.call(ctx, http.MethodPost, Payments, "/sandbox/payments/"+url.PathEscape(paymentID)+"/chargeback", b, nil)
}

// AnswerClaim has the carrier or the supplier answer or pay a claim (claim.updated).
func (c *Client) AnswerClaim(ctx context.Context, k Kind, v ClaimVerdict) error {
	return c.call(ctx, http.MethodPost, k, "/sandbox/claims/verdict", v, nil)
}

// Switch sets all switches of a partner; Switches{} puts everything right.
func (c *Client) Switch(ctx context.Context, k Kind, s Switches) error {
	return c.call(ctx, http.MethodPut, k, "/sandbox/switches", s, nil)
}

// Switches returns the switches of a partner as they stand.
func (c *Client) Switches(ctx context.Context, k Kind) (Switches, error) {
	var s Switches
	err := c.call(ctx, http.MethodGet, k, "/sandbox/switches", nil, &s)
	return s, err
}

// MailFault sets what the mail server does wrong; MailFault{} puts everything right.
func (c *Client) MailFault(ctx context.Context, f MailFault) error {
	return c.call(ctx, http.MethodPut, Notify, "/sandbox/mail-fault", f, nil)
}

// SetHook sets how the shop's own system of a name behaves; HookURL is where it is.
func (c *Client) SetHook(ctx context.Context, name string, s HookSettings) error {
	return c.call(ctx, http.MethodPut, Notify, "/sandbox/hooks/"+url.PathEscape(name), s, nil)
}

// HookURL is where the shop's own system of a name takes webhooks.
func (c *Client) HookURL(name string) string {
	return c.urls[Notify] + "/hooks/" + url.PathEscape(name)
}

// SetWebhookURL changes where all partners report to.
func (c *Client) SetWebhookURL(ctx context.Context, base string) error {
	return c.call(ctx, http.MethodPut, Orders, "/sandbox/webhook-url", map[string]string{"url": base}, nil)
}

// Ledger returns a partner's entries that match, oldest first; the zero Filter
// returns all effects.
func (c *Client) Ledger(ctx context.Context, k Kind, f Filter) ([]Entry, error) {
	q := url.Values{}
	for name, value := range map[string]string{"type": string(f.Type), "case_id": f.CaseID, "order_id": f.OrderID,
		"kind": f.Kind, "key": f.Key, "ref": f.Ref} {
		if value != "" {
			q.Set(name, value)
		}
	}
	if f.After > 0 {
		q.Set("after", strconv.FormatInt(f.After, 10))
	}
	var page struct {
		Entries []Entry `json:"entries"`
	}
	err := c.call(ctx, http.MethodGet, k, "/ledger?"+q.Encode(), nil, &page)
	return page.Entries, err
}

func (c *Client) call(ctx context.Context, method string, k Kind, path string, in, out any) error {
	var body io.Reader
	if in != nil {
		raw, err := json.Marshal(in)
		if err != nil {
			return fmt.Errorf("sandbox %s: encode: %w", k, err)
		}
		body = bytes.NewReader(raw)
	}
	req, err := http.NewRequestWithContext(ctx, method, c.urls[k]+path, body)
	if err != nil {
		return fmt.Errorf("sandbox %s: %w", k, err)
	}
	req.Header.Set("Content-Type", "application/json")
	resp, err := c.http.Do(req)
	if err != nil {
		return fmt.Errorf("sandbox %s: %w", k, err)
	}
	answer, err := io.ReadAll(resp.Body)
	if err = errors.Join(err, resp.Body.Close()); err != nil {
		return fmt.Errorf("sandbox %s: read: %w", k, err)
	}
	if resp.StatusCode/100 != 2 {
		return fmt.Errorf("sandbox %s: %s %s: HTTP %d: %s", k, method, path, resp.StatusCode, answer)
	}
	if out == nil {
		return nil
	}
	if err := json.Unmarshal(answer, out); err != nil {
		return fmt.Errorf("sandbox %s: decode: %w", k, err)
	}
	return nil
}

// SetLabelValidity sets for how long labels can be used that are issued from now on;
// 0 is thirty days.
func (c *Client) SetLabelValidity(ctx context.Context, d time.Duration) error {
	return c.call(ctx, http.MethodPut, Carrier, "/sandbox/label-validity", LabelValidity{MS: d.Milliseconds()}, nil)
}
