package notify

import (
	"context"
	"encoding/json"
	"net/mail"
	"strings"
	"unicode"

	"github.com/redresshq/redress/activities"
	"github.com/redresshq/redress/dispute"
)

// Channels reaches people by the way there is to them: by mail whoever has an address,
// everybody else through the gateway. A notification takes one way, so that nobody is
// told twice.
type Channels struct {
	Gateway activities.Notifier
	Mail    *Mailer // nil: everybody through the gateway
	// Staff are the addresses of the shop's own people by role; those without one are
	// told through the gateway.
	Staff map[dispute.Role]string
}

var _ activities.Channelled = (*Channels)(nil)

// Channel implements activities.Channelled.
func (c *Channels) Channel(n activities.Notification) dispute.NoticeChannel {
	if c.address(n) != "" {
		return dispute.NoticeByMail
	}
	return dispute.NoticeByGateway
}

// Notify implements activities.Notifier.
func (c *Channels) Notify(ctx context.Context, n activities.Notification) error {
	if to := c.address(n); to != "" {
		return c.Mail.Send(ctx, to, n)
	}
	return c.Gateway.Notify(ctx, n)
}

// address is where the notification is mailed to, "" where it is not.
func (c *Channels) address(n activities.Notification) string {
	if c.Mail == nil || n.Subject == "" || n.Text == "" {
		return ""
	}
	if n.To != dispute.RoleCustomer {
		return mailAddress(c.Staff[n.To])
	}
	return mailAddress(emailOf(n.Contact))
}

// emailOf is the e-mail address of a contact: a JSON object with `email`, as the API
// keeps it, or the address itself.
func emailOf(contact string) string {
	var known struct {
		Email string `json:"email"`
	}
	if json.Unmarshal([]byte(contact), &known) == nil {
		return known.Email
	}
	return contact
}

// mailAddress is a bare address that may stand in a mail's header and envelope, "" for
// anything else: no name, no list, no line breaks, no address literal.
func mailAddress(text string) string {
	text = strings.TrimSpace(text)
	if text == "" || len(text) > 254 || strings.ContainsFunc(text, func(r rune) bool { return unicode.IsControl(r) || unicode.IsSpace(r) }) {
		return ""
	}
	parsed, err := mail.ParseAddress(text)
	if err != nil || parsed.Name != "" || parsed.Address != text || strings.ContainsAny(text, `<>[]"`) {
		return ""
	}
	return text
}
