package worker

import (
	"context"
	"encoding/json"
	"log/slog"
	"sync"
	"time"

	"github.com/redresshq/redress/activities"
	"github.com/redresshq/redress/dispute"
)

// RelayRecord is what the relay needs of the store.
type RelayRecord interface {
	RelayInbox(ctx context.Context, limit int, deliver func(context.Context, dispute.InboxEvent) (dispute.Delivery, error)) (int, error)
	RelayOutbox(ctx context.Context, limit int, send func(context.Context, dispute.OutboxNotice) (dispute.Sending, error)) (int, error)
	RelayWebhooks(ctx context.Context, limit int, send func(context.Context, dispute.OutgoingWebhook) dispute.WebhookAnswer) (int, error)
	// WaitForWork blocks until there may be work on the channel or ctx ends.
	WaitForWork(ctx context.Context, channel string)
}

// Signaller delivers an inbound event to its case.
type Signaller interface {
	Signal(ctx context.Context, e dispute.InboxEvent) (dispute.Delivery, error)
}

// WebhookSender makes one try to tell one of the shop's own systems; letter is the
// notice in words, nil for a message that is about none.
type WebhookSender interface {
	Send(ctx context.Context, m dispute.OutgoingWebhook, letter *dispute.Letter) dispute.WebhookAnswer
}

// Relay moves inbox rows to their cases, outbox rows to people, and messages to the
// shop's own systems. Any number of relays may run side by side.
type Relay struct {
	Record   RelayRecord
	Engine   Signaller
	Notifier activities.Notifier
	Letters  *activities.Letters
	Webhooks WebhookSender // nil: this worker tells no systems
	Now      func() time.Time
	Log      *slog.Logger
}

const (
	relayBatch = 50
	// relayPoll is how long a relay waits for a poke at most: rows whose back-off
	// has run out come without one.
	relayPoll = time.Second
)

// Run relays until ctx ends.
func (r *Relay) Run(ctx context.Context) {
	var loops sync.WaitGroup
	loops.Go(func() {
		r.loop(ctx, dispute.ChannelOutbox, func(ctx context.Context) (int, error) {
			return r.Record.RelayOutbox(ctx, relayBatch, r.send)
		})
	})
	if r.Webhooks != nil {
		loops.Go(func() {
			r.loop(ctx, dispute.ChannelWebhooks, func(ctx context.Context) (int, error) {
				return r.Record.RelayWebhooks(ctx, relayBatch, r.tell)
			})
		})
	}
	r.loop(ctx, dispute.ChannelInbox, func(ctx context.Context) (int, error) {
		return r.Record.RelayInbox(ctx, relayBatch, r.Engine.Signal)
	})
	loops.Wait()
}

func (r *Relay) loop(ctx context.Context, channel string, relay func(context.Context) (int, error)) {
	for ctx.Err() == nil {
		moved, err := relay(ctx)
		if err != nil && ctx.Err() == nil {
			r.Log.Warn("relay", "channel", channel, "error", err)
		}
		if moved > 0 && err == nil {
			continue
		}
		wait, cancel := context.WithTimeout(ctx, relayPoll)
		r.Record.WaitForWork(wait, channel)
		cancel()
	}
}

// send tells a person, in words. A notice that would disturb a customer in quiet hours
// is held.
func (r *Relay) send(ctx context.Context, n dispute.OutboxNotice) (dispute.Sending, error) {
	var data map[string]any
	if len(n.Notice.Data) > 0 {
		if err := json.Unmarshal(n.Notice.Data, &data); err != nil {
			return dispute.Sending{}, dispute.Errorf(dispute.CodeInvalid, "notice data: %w", err)
		}
	}
	letter, until, err := r.Letters.Write(ctx, n, r.now())
	if err != nil || !until.IsZero() {
		return dispute.Sending{HeldUntil: until}, err
	}
	message := activities.Notification{
		Key: n.Key(), At: n.CreatedAt, CaseID: n.CaseID, CustomerID: n.CustomerID, To: n.Notice.To,
		Milestone: n.Notice.Milestone, Number: n.Notice.Number, Contact: n.Contact, Data: data,
		Language: letter.Language, Subject: letter.Subject, Text: letter.Text,
	}
	sent := dispute.Sending{Channel: dispute.NoticeByGateway, Letter: letter}
	if several, ok := r.Notifier.(activities.Channelled); ok {
		sent.Channel = several.Channel(message)
	}
	if err = r.Notifier.Notify(ctx, message); err == nil {
		return sent, nil
	}
	switch code := activities.Code(activities.Classify(err)); code {
	case dispute.CodeDeclined, dispute.CodeNotFound, dispute.CodeInvalid:
		return sent, dispute.Errorf(dispute.CodeDeclined, "the notification channel refused it: %w", err)
	default:
		return sent, err
	}
}

// tell tells one of the shop's own systems.
func (r *Relay) tell(ctx context.Context, m dispute.OutgoingWebhook) dispute.WebhookAnswer {
	if m.Notice == nil {
		return r.Webhooks.Send(ctx, m, nil)
	}
	letter, _, err := r.Letters.Write(ctx, *m.Notice, r.now())
	if err != nil {
		return dispute.WebhookAnswer{Problem: "the rules cannot be had"}
	}
	return r.Webhooks.Send(ctx, m, &letter)
}

func (r *Relay) now() time.Time {
	if r.Now != nil {
		return r.Now()
	}
	return time.Now()
}
