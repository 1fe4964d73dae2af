package partners

import (
	"fmt"
	"slices"
	"sync"
	"time"
)

// Mode is how a partner treats calls of the contract.
type Mode string

// The modes.
const (
	ModeOK          Mode = "ok"
	ModeSlow        Mode = "slow"         // wait delay_ms (1 s if 0), then do and answer
	ModeSlowReply   Mode = "slow_reply"   // do, wait delay_ms (1 s if 0), then answer
	ModeHang        Mode = "hang"         // never answer; give up after 60 s without doing anything
	ModeDown        Mode = "down"         // 503, nothing done
	ModeReset       Mode = "reset"        // drop the connection, nothing done
	ModeRateLimited Mode = "rate_limited" // 429 with Retry-After, nothing done
	ModeDecline     Mode = "decline"      // writes: 402 with code (insufficient_funds); reads as ever
	ModeLoseReply   Mode = "lose_reply"   // do, then drop the connection
	ModeGarbage     Mode = "garbage"      // do, then answer 200 with something that is not JSON
)

// WebhookMode is how a partner treats its own webhooks.
type WebhookMode string

// The webhook modes.
const (
	WebhooksOK         WebhookMode = "ok"
	WebhooksLost       WebhookMode = "lost"         // never sent
	WebhooksDouble     WebhookMode = "double"       // sent twice, same event id and body
	WebhooksDelayed    WebhookMode = "delayed"      // sent webhook_delay_ms later
	WebhooksOutOfOrder WebhookMode = "out_of_order" // held until the next one went out, webhook_delay_ms at most
)

// Switches make a partner fail. They take effect with the next call; what is
// under way goes on. PUT replaces all of them, so {} puts everything right.
type Switches struct {
	Mode       Mode     `json:"mode,omitempty"`
	DelayMS    int64    `json:"delay_ms,omitempty"`
	Operations []string `json:"operations,omitempty"` // only these (operation ids of the contract); none means all
	Times      int      `json:"times,omitempty"`      // calls until the mode is ok again; 0 means until changed
	// RetryAfterS is the Retry-After of down (none if 0) and rate_limited (1 if 0), in seconds.
	RetryAfterS int64  `json:"retry_after_s,omitempty"`
	Code        string `json:"code,omitempty"` // the code of decline

	Webhooks       WebhookMode `json:"webhooks,omitempty"`
	WebhookDelayMS int64       `json:"webhook_delay_ms,omitempty"` // 1 s if 0
	WebhookTypes   []string    `json:"webhook_types,omitempty"`    // only these; none means all
	WebhookTimes   int         `json:"webhook_times,omitempty"`    // webhooks until ok again; 0 means until changed
}

// check fills in the defaults and refuses what is unknown.
func (s Switches) check(operations []string) (Switches, error) {
	if s.Mode == "" {
		s.Mode = ModeOK
	}
	if s.Webhooks == "" {
		s.Webhooks = WebhooksOK
	}
	if !slices.Contains([]Mode{ModeOK, ModeSlow, ModeSlowReply, ModeHang, ModeDown, ModeReset, ModeRateLimited,
		ModeDecline, ModeLoseReply, ModeGarbage}, s.Mode) {
		return s, fmt.Errorf("unknown mode %q", s.Mode)
	}
	if !slices.Contains([]WebhookMode{WebhooksOK, WebhooksLost, WebhooksDouble, WebhooksDelayed, WebhooksOutOfOrder}, s.Webhooks) {
		return s, fmt.Errorf("unknown webhook mode %q", s.Webhooks)
	}
	for _, name := range s.Operations {
		if !slices.Contains(operations, name) {
			return s, fmt.Errorf("unknown operation %q; this partner has %v", name, operations)
		}
	}
	if s.DelayMS < 0 || s.WebhookDelayMS < 0 || s.Times < 0 || s.WebhookTimes < 0 || s.RetryAfterS < 0 {
		return s, fmt.Errorf("delays and counts cannot be negative")
	}
	return s, nil
}

func (s Switches) delay() time.Duration        { return orSecond(s.DelayMS) }
func (s Switches) webhookDelay() time.Duration { return orSecond(s.WebhookDelayMS) }

func orSecond(ms int64) time.Duration {
	if ms == 0 {
		return time.Second
	}
	return time.Duration(ms) * time.Millisecond
}

// switchboard holds a partner's switches and counts them down.
type switchboard struct {
	mu  sync.Mutex
	now Switches
}

func (b *switchboard) set(s Switches) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.now = s
}

func (b *switchboard) get() Switches {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.now
}

// call returns the switches for one call; Mode is ok if they do not concern it.
func (b *switchboard) call(operation string, write bool) Switches {
	b.mu.Lock()
	defer b.mu.Unlock()
	s := b.now
	if len(s.Operations) > 0 && !slices.Contains(s.Operations, operation) || s.Mode == ModeDecline && !write {
		s.Mode = ModeOK
	}
	if s.Mode != ModeOK && b.now.Times > 0 {
		if b.now.Times--; b.now.Times == 0 {
			b.now.Mode = ModeOK
		}
	}
	return s
}

// webhook returns the switches for one webhook.
func (b *switchboard) webhook(eventType string) Switches {
	b.mu.Lock()
	defer b.mu.Unlock()
	s := b.now
	if len(s.WebhookTypes) > 0 && !slices.Contains(s.WebhookTypes, eventType) {
		s.Webhooks = WebhooksOK
	}
	if s.Webhooks != WebhooksOK && b.now.WebhookTimes > 0 {
		if b.now.WebhookTimes--; b.now.WebhookTimes == 0 {
			b.now.Webhooks = WebhooksOK
		}
	}
	return s
}
