package dispute

import (
	"encoding/json"
	"time"
)

// EndpointState is whether one of the shop's own systems is told.
type EndpointState string

// The states of an endpoint.
const (
	EndpointEnabled  EndpointState = "enabled"
	EndpointDisabled EndpointState = "disabled"
	EndpointDeleted  EndpointState = "deleted"
)

// Why an endpoint is disabled.
const (
	DisabledByHand = "by_hand"
	DisabledGone   = "gone" // it answered 410: it wants nothing more
)

// WebhookEndpoint is one of the shop's own systems that is told what happens.
type WebhookEndpoint struct {
	ID          string        `json:"id"`
	URL         string        `json:"url"`
	Description string        `json:"description,omitempty"`
	Types       []string      `json:"types"` // of events that it gets; none: all
	State       EndpointState `json:"state"`
	Reason      string        `json:"reason,omitempty"`
	// OldSecretUntil is until when messages bear the signature of the secret before too.
	OldSecretUntil *time.Time `json:"old_secret_until,omitempty"`
	CreatedAt      time.Time  `json:"created_at"`
	UpdatedAt      time.Time  `json:"updated_at"`

	Secret    string `json:"-"`
	OldSecret string `json:"-"`
}

// EndpointAnswer makes the answer to a write from what it made of the endpoint.
type EndpointAnswer func(WebhookEndpoint) (OperationAnswer, error)

// Secrets are those that sign at an instant, the newest first.
func (e WebhookEndpoint) Secrets(at time.Time) []string {
	if e.OldSecret != "" && e.OldSecretUntil != nil && e.OldSecretUntil.After(at) {
		return []string{e.Secret, e.OldSecret}
	}
	return []string{e.Secret}
}

// WebhookState is what became of a message to an endpoint.
type WebhookState string

// The states of a delivery.
const (
	WebhookPending   WebhookState = "pending"
	WebhookDelivered WebhookState = "delivered"
	WebhookDead      WebhookState = "dead" // every try failed, or the endpoint wants nothing more
)

// WebhookDelivery is one message to one endpoint. Its id is the webhook-id of each try.
type WebhookDelivery struct {
	ID         string          `json:"id"`
	EndpointID string          `json:"endpoint_id"`
	Type       string          `json:"type"`
	CaseID     string          `json:"case_id,omitempty"`
	State      WebhookState    `json:"state"`
	Tries      int             `json:"tries"` // in all
	NextAt     *time.Time      `json:"next_at,omitempty"`
	LastStatus int             `json:"last_status,omitempty"`
	Problem    string          `json:"problem,omitempty"`
	CreatedAt  time.Time       `json:"created_at"`
	SettledAt  *time.Time      `json:"settled_at,omitempty"`
	Seq        int64           `json:"-"`
	Attempts   int             `json:"-"` // failed ones since it was last set going
	Data       json.RawMessage `json:"-"` // of a message that is about no notice
}

// OutgoingWebhook is a message on its way, with where it goes and what it tells of.
type OutgoingWebhook struct {
	Delivery WebhookDelivery
	Endpoint WebhookEndpoint
	Notice   *OutboxNotice // nil: Delivery.Data says it all
}

// WebhookAnswer is what became of one try.
type WebhookAnswer struct {
	Status  int    // the HTTP status, 0 for no answer
	Problem string // in words, "" when it was taken
}

// Taken says whether the endpoint has the message.
func (a WebhookAnswer) Taken() bool { return a.Problem == "" && a.Status >= 200 && a.Status < 300 }

// Gone says whether the endpoint wants nothing more.
func (a WebhookAnswer) Gone() bool { return a.Status == 410 }

// webhookPauses is the retry table of Standard Webhooks: how long a message rests before
// its first, second ... try. After the last it is dead.
var webhookPauses = []time.Duration{0, 5 * time.Second, 5 * time.Minute, 30 * time.Minute, 2 * time.Hour, 5 * time.Hour,
	10 * time.Hour, 14 * time.Hour, 20 * time.Hour, 24 * time.Hour}

// webhookJitter is by how much of itself a pause is stretched at most, so that what
// failed together is not tried again together.
const webhookJitter = 0.1

// NextWebhookTry is how long a message rests after its nth failure (n from 1); ok is
// false after the last. Luck, from 0 to 1, stretches the pause.
func NextWebhookTry(failures int, luck float64) (pause time.Duration, ok bool) {
	if failures < 1 || failures >= len(webhookPauses) {
		return 0, false
	}
	pause = webhookPauses[failures]
	return pause + time.Duration(min(max(luck, 0), 1)*webhookJitter*float64(pause)), true
}

// The types of events that endpoints get.
const (
	WebhookNoticePrefix = "notice." // and the milestone
	WebhookPing         = "ping"
)

// WebhookTypes lists the types of events that an endpoint may ask for.
func WebhookTypes() []string {
	all := make([]string, 0, len(milestones)+1)
	for _, m := range milestones {
		all = append(all, WebhookNoticePrefix+string(m))
	}
	return append(all, WebhookPing)
}

// NoticeChannel is the way on which a notice reached a person.
type NoticeChannel string

// The channels to people.
const (
	NoticeByMail    NoticeChannel = "mail"
	NoticeByGateway NoticeChannel = "gateway" // the notification partner: SMS, chat, the desk's own system
)

// Sending is what became of a notice that was due.
type Sending struct {
	Channel   NoticeChannel
	Letter    Letter
	HeldUntil time.Time // not zero: it was not sent, and waits for the end of the quiet hours
}

// NoticeRecord is a notice as supervisors see it: what was told, when and how.
type NoticeRecord struct {
	ID        int64
	Notice    OutboxNotice
	State     string // pending, sent, dead
	Channel   NoticeChannel
	Letter    Letter // as sent; empty before
	HeldUntil *time.Time
	SettledAt *time.Time
	Problem   string
	Webhooks  []WebhookDelivery
}
