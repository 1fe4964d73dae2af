package main

import (
	"context"
	"fmt"
	"os"

	"github.com/redresshq/redress/cmd/redress/config"
	"github.com/redresshq/redress/cmd/redress/serve"
	"github.com/redresshq/redress/dispute"
	"github.com/redresshq/redress/store"
	"github.com/redresshq/redress/workflows"
)

type caseRestartCommand struct {
	ID string `arg:"" help:"The case's id."`
}

// Run starts a new workflow that takes the record over and goes on from it. It is
// refused while a workflow of the case runs, and for a closed case.
func (c caseRestartCommand) Run(ctx context.Context, settings config.Config) error {
	settings = orRunning(settings)
	if err := settings.ForRestart("case restart"); err != nil {
		return err
	}
	return withRecord(ctx, settings, "case restart", func(s *store.Store) error {
		record, err := s.GetCase(ctx, c.ID)
		if err != nil {
			return fmt.Errorf("reading case %s: %w", c.ID, err)
		}
		if record.Gate == dispute.GateClosed {
			return fmt.Errorf("case %s is closed (%s): there is nothing to go on with", c.ID, record.Case.Outcome)
		}
		engine, err := serve.Temporal(ctx, settings, newLogger(os.Stderr, settings.Log))
		if err != nil {
			return err
		}
		defer engine.Close()
		door := workflows.Door{Client: engine}
		if err := door.Restart(ctx, record.Case); err != nil {
			return fmt.Errorf("restarting case %s: %w", c.ID, err)
		}
		fmt.Printf("case %s goes on in a new run of %s\n", c.ID, workflows.CaseID(c.ID))
		return nil
	})
}
