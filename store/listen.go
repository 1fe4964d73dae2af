package store

import (
	"context"
	"errors"
	"strings"
	"sync"
	"time"

	"github.com/jackc/pgx/v5"
)

// The channels of WaitForWork.
const (
	ChannelInbox    = "redress_inbox"
	ChannelOutbox   = "redress_outbox"
	ChannelWebhooks = "redress_webhooks"
	ChannelRules    = "redress_rules"     // something was published
	ChannelRuleJobs = "redress_rule_jobs" // and open cases are to be looked at
)

// channels are all of them.
var channels = []string{ChannelInbox, ChannelOutbox, ChannelWebhooks, ChannelRules, ChannelRuleJobs}

// relisten is how long the listener waits before it connects again.
const relisten = time.Second

// listener holds one connection which listens on all channels, from the first
// WaitForWork on, and remembers one notification a channel while nobody waits.
type listener struct {
	cfg   *pgx.ConnConfig
	news  map[string]chan struct{}
	ctx   context.Context
	stop  context.CancelFunc
	start sync.Once
	done  chan struct{}
}

func newListener(cfg *pgx.ConnConfig) *listener {
	ctx, stop := context.WithCancel(context.Background())
	l := &listener{cfg: cfg, ctx: ctx, stop: stop, done: make(chan struct{}), news: map[string]chan struct{}{}}
	for _, channel := range channels {
		l.news[channel] = make(chan struct{}, 1)
	}
	return l
}

// WaitForWork blocks until somebody notified the channel (one of those above)
// since the last call returned, or until ctx is done. It is a hint
// that saves polling, not a promise: a notification is lost while the connection is,
// so bound ctx and look anyway. One goroutine a channel should wait.
func (s *Store) WaitForWork(ctx context.Context, channel string) {
	s.listener.start.Do(func() { go s.listener.run() })
	select {
	case <-s.listener.news[channel]: // an unknown channel waits for ctx
	case <-s.listener.ctx.Done():
		<-ctx.Done()
	case <-ctx.Done():
	}
}

func (l *listener) run() {
	defer close(l.done)
	for l.ctx.Err() == nil {
		if err := l.listen(); err == nil {
			return
		}
		select {
		case <-time.After(relisten):
		case <-l.ctx.Done():
		}
	}
}

// listen passes notifications on until the connection breaks (an error) or the
// listener is closed (nil).
func (l *listener) listen() (err error) {
	conn, err := pgx.ConnectConfig(l.ctx, l.cfg.Copy())
	if err != nil {
		return err
	}
	defer func() {
		ctx, cancel := context.WithTimeout(context.Background(), connectTimeout)
		defer cancel()
		err = errors.Join(err, conn.Close(ctx))
	}()
	if _, err := conn.Exec(l.ctx, "LISTEN "+strings.Join(channels, "; LISTEN ")); err != nil {
		return err
	}
	// What was notified while nobody listened is unknown: let everybody look once.
	for _, channel := range channels {
		l.tell(channel)
	}
	for {
		n, err := conn.WaitForNotification(l.ctx)
		if l.ctx.Err() != nil {
			return nil
		}
		if err != nil {
			return err
		}
		l.tell(n.Channel)
	}
}

func (l *listener) tell(channel string) {
	select {
	case l.news[channel] <- struct{}{}:
	default: // one is waiting there already
	}
}

func (l *listener) close() {
	l.stop()
	started := true
	l.start.Do(func() { started = false })
	if started {
		<-l.done
	}
}
