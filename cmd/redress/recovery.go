package main

import (
	"context"
	"fmt"
	"os"

	"github.com/redresshq/redress/cmd/redress/config"
	"github.com/redresshq/redress/cmd/redress/serve"
	"github.com/redresshq/redress/store"
	"github.com/redresshq/redress/workflows"
)

// recoveryCommand looks after claims against carriers and suppliers.
type recoveryCommand struct {
	Restart recoveryRestartCommand `cmd:"" help:"Start the workflow of an open recovery again from its record."`
}

type recoveryRestartCommand struct {
	ID string `arg:"" help:"The recovery's id: <case id>-<party>-<number>."`
}

// Run starts a new workflow that goes on from the record. It is refused while one runs,
// and for a recovery that has ended.
func (c recoveryRestartCommand) Run(ctx context.Context, settings config.Config) error {
	settings = orRunning(settings)
	if err := settings.ForRestart("recovery restart"); err != nil {
		return err
	}
	return withRecord(ctx, settings, "recovery restart", func(s *store.Store) error {
		record, err := s.GetRecovery(ctx, c.ID)
		if err != nil {
			return fmt.Errorf("reading recovery %s: %w", c.ID, err)
		}
		if record.Recovery.State.Final() {
			return fmt.Errorf("recovery %s has ended (%s): there is nothing to go on with", c.ID, record.Recovery.State)
		}
		engine, err := serve.Temporal(ctx, settings, newLogger(os.Stderr, settings.Log))
		if err != nil {
			return err
		}
		defer engine.Close()
		door := workflows.Door{Client: engine}
		if err := door.RestartRecovery(ctx, record.Recovery); err != nil {
			return fmt.Errorf("restarting recovery %s: %w", c.ID, err)
		}
		fmt.Printf("recovery %s goes on in a new run of %s\n", c.ID, record.Recovery.WorkflowID())
		return nil
	})
}
