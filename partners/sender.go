package partners

import (
	"bytes"
	"context"
	"crypto/rand"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"strings"
	"sync"
	"time"

	"github.com/redresshq/redress/webhook"
)

// maxBackoff bounds the wait between two tries of a webhook.
const maxBackoff = 5 * time.Second

// event is the body of a webhook.
type event struct {
	Type       string    `json:"type"`
	EventID    string    `json:"event_id"`
	OccurredAt time.Time `json:"occurred_at"`
	Data       any       `json:"data"`
}

// message is a webhook on its way.
type message struct {
	kind    string
	id      string
	caseID  string
	orderID string
	fault   string
	body    []byte
	tries   int
}

// sender delivers a partner's webhooks: first tries in the order of the events,
// retries beside them.
type sender struct {
	p    *partner
	mu   sync.Mutex
	todo []message
	held *message // out of order: waits for the next one
	wake chan struct{}
}

func newSender(p *partner) *sender { return &sender{p: p, wake: make(chan struct{}, 1)} }

func (s *sender) start() {
	if s.p.kind.PartnerID() != "" {
		s.p.box.tasks.run(s.run)
	}
}

// send queues a webhook, treated by the switches as they stand now. It never blocks.
func (s *sender) send(kind string, about Entry, data any) error {
	m := message{kind: kind, id: newID("evt"), caseID: about.CaseID, orderID: about.OrderID}
	body, err := json.Marshal(event{Type: kind, EventID: m.id, OccurredAt: time.Now().UTC(), Data: data})
	if err != nil {
		return fmt.Errorf("encode %s: %w", kind, err)
	}
	m.body = body
	switches := s.p.switches.webhook(kind)
	if switches.Webhooks != WebhooksOK {
		m.fault = string(switches.Webhooks)
	}
	switch switches.Webhooks {
	case WebhooksLost:
		s.p.box.tasks.run(func(context.Context) { s.record(m, 0) })
	case WebhooksDouble:
		s.push(m, m)
	case WebhooksDelayed:
		s.p.box.tasks.after(switches.webhookDelay(), func() { s.push(m) })
	case WebhooksOutOfOrder:
		if s.hold(m) {
			s.p.box.tasks.after(switches.webhookDelay(), func() { s.release(m.id) })
		}
	default:
		s.push(m)
	}
	return nil
}

// push queues messages, and behind them the one that waited to be overtaken.
func (s *sender) push(messages ...message) {
	s.mu.Lock()
	s.todo = append(s.todo, messages...)
	if s.held != nil {
		s.todo = append(s.todo, *s.held)
		s.held = nil
	}
	s.mu.Unlock()
	s.poke()
}

// hold keeps the message back; with one held already, both go, the newer first.
func (s *sender) hold(m message) bool {
	s.mu.Lock()
	if s.held == nil {
		s.held = &m
		s.mu.Unlock()
		return true
	}
	s.mu.Unlock()
	s.push(m)
	return false
}

func (s *sender) release(id string) {
	s.mu.Lock()
	if s.held != nil && s.held.id == id {
		s.todo = append(s.todo, *s.held)
		s.held = nil
	}
	s.mu.Unlock()
	s.poke()
}

func (s *sender) poke() {
	select {
	case s.wake <- struct{}{}:
	default:
	}
}

func (s *sender) run(ctx context.Context) {
	for {
		m, ok := s.next()
		if !ok {
			select {
			case <-ctx.Done():
				return
			case <-s.wake:
			}
			continue
		}
		if ctx.Err() != nil {
			return
		}
		if !s.try(ctx, &m) {
			s.retry(m)
		}
	}
}

func (s *sender) next() (message, bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if len(s.todo) == 0 {
		return message{}, false
	}
	m := s.todo[0]
	s.todo = s.todo[1:]
	return m, true
}

func (s *sender) retry(m message) {
	s.p.box.tasks.run(func(ctx context.Context) {
		wait := s.p.box.config.WebhookBackoff
		for m.tries < s.p.box.config.WebhookTries && pause(ctx, wait) {
			if s.try(ctx, &m) {
				return
			}
			wait = min(2*wait, maxBackoff)
		}
	})
}

// try makes one delivery and records it; it says whether the message is done with.
func (s *sender) try(ctx context.Context, m *message) bool {
	m.tries++
	status, err := s.post(ctx, *m)
	if err != nil && ctx.Err() == nil {
		s.p.box.config.Log.Debug("sandbox webhook", "type", m.kind, "event_id", m.id, "error", err)
	}
	if errors.Is(err, errNotConfigured) {
		m.fault = "not_configured"
	}
	s.record(*m, status)
	return errors.Is(err, errNotConfigured) || status/100 == 2 || status == http.StatusGone
}

// errNotConfigured says that there is nowhere to send to, or nothing to sign with.
var errNotConfigured = errors.New("webhooks are not configured")

func (s *sender) post(ctx context.Context, m message) (int, error) {
	base, id := s.p.box.webhookBase(), s.p.kind.PartnerID()
	secret := s.p.box.config.Secrets[id]
	if base == "" || secret == "" {
		return 0, errNotConfigured
	}
	header, err := webhook.Sign(secret, m.id, time.Now(), m.body)
	if err != nil {
		return 0, err
	}
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, strings.TrimRight(base, "/")+"/"+id, bytes.NewReader(m.body))
	if err != nil {
		return 0, err
	}
	req.Header = header
	req.Header.Set("Content-Type", "application/json")
	req.Header.Set("User-Agent", "redress-sandbox")
	resp, err := s.p.box.client.Do(req)
	if err != nil {
		return 0, err
	}
	_, err = io.Copy(io.Discard, io.LimitReader(resp.Body, maxBody))
	return resp.StatusCode, errors.Join(err, resp.Body.Close())
}

func (s *sender) record(m message, status int) {
	s.p.note(Entry{Type: EntryWebhook, Kind: m.kind, Key: m.id, CaseID: m.caseID, OrderID: m.orderID, Fault: m.fault,
		Status: status, Data: m.body})
}

// newID makes an id that no restart repeats.
func newID(prefix string) string { return prefix + "_" + strings.ToLower(rand.Text()[:20]) }
