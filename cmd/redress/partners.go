package main

import (
	"context"
	"fmt"
	"os"

	"github.com/redresshq/redress/cmd/redress/config"
	"github.com/redresshq/redress/cmd/redress/serve"
	"github.com/redresshq/redress/partners"
)

type partnersCommand struct{}

// Run serves the six partners until it is told to end.
func (partnersCommand) Run(ctx context.Context, settings config.Config) error {
	ports := map[partners.Kind]int{}
	for i, kind := range partners.Kinds() {
		ports[kind] = settings.Dev.PartnersPort + i
	}
	box, err := partners.Start(ctx, partners.Config{
		Host: settings.Sandbox.Host, Ports: ports, MailPort: settings.Dev.PartnersPort + len(ports), WebhookURL: settings.Sandbox.WebhookURL, LedgerDir: settings.Sandbox.LedgerDir,
		Secrets: serve.SandboxSecrets(settings.Partners), Log: newLogger(os.Stderr, settings.Log),
	})
	if err != nil {
		return fmt.Errorf("starting the sandbox: %w", err)
	}
	for _, kind := range partners.Kinds() {
		fmt.Printf("%-14s %s\n", kind, box.URLs()[kind])
	}
	fmt.Printf("%-14s smtp://%s?tls=none\n", "mail", box.MailAddress())
	<-ctx.Done()
	if err := box.Close(); err != nil {
		return fmt.Errorf("stopping the sandbox: %w", err)
	}
	return nil
}

// Help says how it fits with the rest.
func (partnersCommand) Help() string {
	return `A sandbox of the shop's systems: real HTTP servers with ledgers of their own and
switches for every fault, on six ports from REDRESS_PARTNERS_PORT, and a mail server
on the next one; what it takes it keeps, and delivers nothing. Webhooks are
signed with REDRESS_PARTNER_ORDERS_SECRETS, _WAREHOUSE_SECRETS, _CARRIER_SECRETS,
_PAYMENT_SECRETS and _SUPPLIER_SECRETS; a partner without a secret reports nothing. docs/partners.yaml is
the contract that it follows.`
}
