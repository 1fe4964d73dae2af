package main

import (
	"context"
	"fmt"
	"time"

	"github.com/redresshq/redress/cmd/redress/config"
	"github.com/redresshq/redress/cmd/redress/serve"
)

type migrateCommand struct{}

// Run applies what is missing, as the role that owns the tables, and publishes the
// policies and calendars that are built in.
func (migrateCommand) Run(ctx context.Context, settings config.Config) error {
	if err := settings.ForOwner("migrate"); err != nil {
		return err
	}
	start := time.Now()
	if err := serve.Migrate(ctx, settings.OwnerURL); err != nil {
		return fmt.Errorf("migrating: %w", err)
	}
	fmt.Printf("the database is at this version (%s)\n", time.Since(start).Round(time.Millisecond))
	return nil
}
