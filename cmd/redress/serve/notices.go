package serve

import (
	"fmt"

	"github.com/redresshq/redress/cmd/redress/config"
	"github.com/redresshq/redress/dispute"
	"github.com/redresshq/redress/notify"
	"github.com/redresshq/redress/worker"
)

// noticeSenders puts mail beside the notification channel, and makes the sender to the
// shop's own systems.
func noticeSenders(c config.Config, deps *worker.Deps) (func(), error) {
	allowed, err := c.Webhooks.Networks()
	if err != nil {
		return nil, err
	}
	channels := &notify.Channels{Gateway: deps.Notifier, Staff: map[dispute.Role]string{
		dispute.RoleAgent: c.Mail.Agent, dispute.RoleSupervisor: c.Mail.Supervisor,
	}}
	if c.Mail.SMTPURL != "" {
		if channels.Mail, err = notify.NewMailer(c.Mail.SMTPURL, c.Mail.From); err != nil {
			return nil, fmt.Errorf("REDRESS_SMTP_URL, REDRESS_MAIL_FROM: %w", err)
		}
	}
	hooks := notify.NewHooks(allowed)
	deps.Notifier, deps.Webhooks = channels, hooks
	return hooks.Close, nil
}
