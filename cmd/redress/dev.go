package main

import (
	"context"
	"os"

	"github.com/redresshq/redress/cmd/redress/config"
	"github.com/redresshq/redress/cmd/redress/devstack"
)

type devCommand struct {
	Once bool `help:"End after the live case, with 0 only if it ended closed and resolved with the ledger right. Takes free ports and a state of its own."`
}

// Run starts the stack and stays until it is told to end.
func (c devCommand) Run(ctx context.Context, settings config.Config) error {
	return devstack.Run(ctx, settings, devstack.Options{Once: c.Once, Out: os.Stdout})
}

// Help says which parts can be replaced.
func (devCommand) Help() string {
	return `Starts a private PostgreSQL, a Temporal dev server with its UI, the sandbox of
partners, the API and a worker, and plays one live return under the policy "demo".

Each part is replaced by its address, and then not started: DATABASE_URL,
TEMPORAL_ADDRESS, REDRESS_PARTNER_ORDERS_URL (and _WAREHOUSE_, _CARRIER_,
_PAYMENT_, _NOTIFY_, _SUPPLIER_). Ports: REDRESS_API_PORT, REDRESS_TEMPORAL_PORT,
REDRESS_TEMPORAL_UI_PORT, REDRESS_POSTGRES_PORT, REDRESS_PARTNERS_PORT (the first of
seven: six partners and their mail server). Everything it keeps lies in REDRESS_DIR
(.redress).`
}
