package config

import (
	"fmt"
	"net/netip"
	"strings"
)

// Mail is how notices go out by e-mail.
type Mail struct {
	// SMTPURL is the mail server: smtp://user:password@host:587, smtps://host:465. None
	// if empty: then everybody is told through the notification channel.
	SMTPURL string `env:"REDRESS_SMTP_URL"`
	// From is the sender's address.
	From string `env:"REDRESS_MAIL_FROM"`
	// Agent and Supervisor are where the shop's own people get their notices by mail;
	// through the notification channel if empty.
	Agent      string `env:"REDRESS_MAIL_AGENT"`
	Supervisor string `env:"REDRESS_MAIL_SUPERVISOR"`
}

// Webhooks is how the shop's own systems are told.
type Webhooks struct {
	// Allow are networks that are not public and may be told all the same, e.g.
	// 10.20.0.0/16, and by http too. None if empty.
	Allow []string `env:"REDRESS_WEBHOOK_ALLOW"`
}

// Networks are the allowed networks.
func (w Webhooks) Networks() ([]netip.Prefix, error) {
	var all []netip.Prefix
	for _, text := range w.Allow {
		if text = strings.TrimSpace(text); text == "" {
			continue
		}
		p, err := netip.ParsePrefix(text)
		if err != nil {
			return nil, fmt.Errorf("settings: REDRESS_WEBHOOK_ALLOW: %q is not a network such as 10.20.0.0/16", text)
		}
		all = append(all, p.Masked())
	}
	return all, nil
}
