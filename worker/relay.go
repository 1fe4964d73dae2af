package worker

import (
	"context"
	"encoding/json"
	"log/slog"
	"time"

	"github.com/redresshq/redress/activities"
	"github.com/redresshq/redress/dispute"
)

// RelayRecord is what the relay needs of the store.
type RelayRecord interface {
	RelayInbox(ctx context.Context, limit int, deliver func(context.Context, dispute.InboxEvent) (dispute.Delivery, error)) (int, error)
	RelayOutbox(ctx context.Context, limit int, send func(context.Context, dispute.OutboxNotice) error) (int, error)
	// WaitForWork blocks until there may be work on the channel or ctx ends.
	WaitForWork(ctx context.Context, channel string)
}

// Signaller delivers an inbound event to its case.
type Signaller interface {
	Signal(ctx context.Context, e dispute.InboxEvent) (dispute.Delivery, error)
}

// Relay moves inbox rows to their cases and outbox rows to people. Any number
// of relays may run side by side.
type Relay struct {
	Record   RelayRecord
	Engine   Signaller
	Notifier activities.Notifier
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
	done := make(chan struct{})
	go func() {
		defer close(done)
		r.loop(ctx, dispute.ChannelOutbox, func(ctx context.Context) (int, error) {
			return r.Record.RelayOutbox(ctx, relayBatch, r.send)
		})
	}()
	r.loop(ctx, dispute.ChannelInbox, func(ctx context.Context) (int, error) {
		return r.Record.RelayInbox(ctx, relayBatch, r.Engine.Signal)
	})
	<-done
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

func (r *Relay) send(ctx context.Context, n dispute.OutboxNotice) error {
	var data map[string]any
	if len(n.Notice.Data) > 0 {
		if err := json.Unmarshal(n.Notice.Data, &data); err != nil {
			return dispute.Errorf(dispute.CodeInvalid, "notice data: %w", err)
		}
	}
	err := r.Notifier.Notify(ctx, activities.Notification{
		Key: n.Key(), CaseID: n.CaseID, CustomerID: n.CustomerID, To: n.Notice.To,
		Milestone: n.Notice.Milestone, Number: n.Notice.Number, Contact: n.Contact, Data: data,
	})
	if err == nil {
		return nil
	}
	switch code := activities.Code(activities.Classify(err)); code {
	case dispute.CodeDeclined, dispute.CodeNotFound, dispute.CodeInvalid:
		return dispute.Errorf(dispute.CodeDeclined, "the notification channel refused it: %w", err)
	default:
		return err
	}
}
