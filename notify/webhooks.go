package notify

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/netip"
	"strings"
	"time"

	"code.dny.dev/ssrf"

	"github.com/redresshq/redress/dispute"
	"github.com/redresshq/redress/webhook"
	"github.com/redresshq/redress/webhook/reach"
)

// How long one try may take, and how much of an answer is read.
const (
	hookTimeout   = 15 * time.Second
	maxHookAnswer = 64 << 10
)

// Hooks tells the shop's own systems: signed as Standard Webhooks has it, to public
// addresses only unless others are allowed, without following redirects.
type Hooks struct {
	http *http.Client
	now  func() time.Time
}

// NewHooks makes a sender. Allowed are networks that are not public and may be
// connected to all the same, e.g. 127.0.0.0/8 on a developer's machine.
func NewHooks(allowed []netip.Prefix) *Hooks {
	// The guard sees the address that is connected to, after the name was resolved. A proxy
	// would resolve it behind its back.
	dialer := &net.Dialer{Timeout: 5 * time.Second, Control: reach.New(allowed, nil).Control}
	return &Hooks{now: time.Now, http: &http.Client{
		Timeout: hookTimeout,
		Transport: &http.Transport{
			Proxy: nil, DialContext: dialer.DialContext, ForceAttemptHTTP2: true, MaxIdleConns: 64, MaxIdleConnsPerHost: 4,
			IdleConnTimeout: 30 * time.Second, TLSHandshakeTimeout: 5 * time.Second, ResponseHeaderTimeout: hookTimeout,
			MaxResponseHeaderBytes: 64 << 10,
		},
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
	}}
}

// Close drops idle connections.
func (h *Hooks) Close() { h.http.CloseIdleConnections() }

// hookEvent is the body of a message (docs/notices.md).
type hookEvent struct {
	Type       string    `json:"type"`
	EventID    string    `json:"event_id"`
	OccurredAt time.Time `json:"occurred_at"`
	Data       any       `json:"data"`
}

// hookNotice is the data of a notice. It has no contact and nothing that people wrote.
type hookNotice struct {
	CaseID     string            `json:"case_id"`
	OrderID    string            `json:"order_id"`
	CustomerID string            `json:"customer_id"`
	Milestone  dispute.Milestone `json:"milestone"`
	Number     int               `json:"number"`
	To         dispute.Role      `json:"to"`
	Notice     json.RawMessage   `json:"notice,omitempty"`
	Language   dispute.Language  `json:"language,omitempty"`
	Subject    string            `json:"subject,omitempty"`
	Text       string            `json:"text,omitempty"`
}

// Send makes one try. The same message has the same id and body on each try, and is
// signed anew, with every live secret of the endpoint.
func (h *Hooks) Send(ctx context.Context, m dispute.OutgoingWebhook, letter *dispute.Letter) dispute.WebhookAnswer {
	body, err := hookBody(m, letter)
	if err != nil {
		return dispute.WebhookAnswer{Problem: "the message cannot be written: " + err.Error()}
	}
	ctx, cancel := context.WithTimeout(ctx, hookTimeout)
	defer cancel()
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, m.Endpoint.URL, bytes.NewReader(body))
	if err != nil {
		return dispute.WebhookAnswer{Problem: "the endpoint's URL cannot be used"}
	}
	if err := h.sign(req, m, body); err != nil {
		return dispute.WebhookAnswer{Problem: err.Error()}
	}
	req.Header.Set("Content-Type", "application/json")
	req.Header.Set("User-Agent", "redress")
	resp, err := h.http.Do(req)
	if err != nil {
		return dispute.WebhookAnswer{Problem: unreached(err)}
	}
	_, _ = io.Copy(io.Discard, io.LimitReader(resp.Body, maxHookAnswer)) //nolint:errcheck // the status has said it all
	_ = resp.Body.Close()                                                //nolint:errcheck // likewise
	answer := dispute.WebhookAnswer{Status: resp.StatusCode}
	switch {
	case resp.StatusCode >= 300 && resp.StatusCode < 400:
		answer.Problem = fmt.Sprintf("it answered %d: redirects are not followed", resp.StatusCode)
	case resp.StatusCode < 200 || resp.StatusCode > 299:
		answer.Problem = fmt.Sprintf("it answered %d", resp.StatusCode)
	}
	return answer
}

// sign sets the headers of the signature: one signature a live secret.
func (h *Hooks) sign(req *http.Request, m dispute.OutgoingWebhook, body []byte) error {
	now := h.now()
	var signatures []string
	for _, secret := range m.Endpoint.Secrets(now) {
		header, err := webhook.Sign(secret, m.Delivery.ID, now, body)
		if err != nil {
			return errors.New("the endpoint's secret cannot sign")
		}
		signatures = append(signatures, header.Get(webhook.HeaderSignature))
		for name, values := range header {
			req.Header[name] = values
		}
	}
	req.Header.Set(webhook.HeaderSignature, strings.Join(signatures, " "))
	return nil
}

func hookBody(m dispute.OutgoingWebhook, letter *dispute.Letter) ([]byte, error) {
	e := hookEvent{Type: m.Delivery.Type, EventID: m.Delivery.ID, OccurredAt: m.Delivery.CreatedAt, Data: m.Delivery.Data}
	if n := m.Notice; n != nil {
		data := hookNotice{CaseID: n.CaseID, OrderID: n.OrderID, CustomerID: n.CustomerID, Milestone: n.Notice.Milestone,
			Number: n.Notice.Number, To: n.Notice.To, Notice: n.Notice.Data}
		if letter != nil {
			data.Language, data.Subject, data.Text = letter.Language, letter.Subject, letter.Text
		}
		e.EventID, e.OccurredAt, e.Data = n.Key(), n.CreatedAt, data
	}
	return json.Marshal(e)
}

// unreached says in words why no answer came, without the addresses behind a name.
func unreached(err error) string {
	var lookup *net.DNSError
	switch {
	case errors.Is(err, ssrf.ErrProhibitedIP), errors.Is(err, ssrf.ErrProhibitedNetwork), errors.Is(err, ssrf.ErrProhibitedPort):
		return "its address is not a public one"
	case errors.Is(err, context.DeadlineExceeded):
		return "it did not answer in time"
	case errors.As(err, &lookup):
		return "its name is not known"
	}
	return "no answer"
}
