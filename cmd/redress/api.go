package main

import (
	"context"
	"os"

	"github.com/redresshq/redress/cmd/redress/config"
	"github.com/redresshq/redress/cmd/redress/serve"
)

type apiCommand struct{}

// Run serves until it is told to end, then drains.
func (apiCommand) Run(ctx context.Context, settings config.Config) error {
	if err := settings.ForAPI(); err != nil {
		return err
	}
	return serve.API(ctx, settings, newLogger(os.Stderr, settings.Log))
}

// Help names what it needs.
func (apiCommand) Help() string {
	return `Needs DATABASE_URL, TEMPORAL_ADDRESS, REDRESS_EVIDENCE_DIR, REDRESS_OIDC_ISSUER and
the secrets of the partners' webhooks; deploy/.env.sample documents every setting.
On SIGTERM or SIGINT it takes no new requests and lets those under way end, for
REDRESS_DRAIN_TIMEOUT at most. Any number may run side by side.`
}
