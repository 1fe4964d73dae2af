package main

import (
	"context"
	"os"

	"github.com/redresshq/redress/cmd/redress/config"
	"github.com/redresshq/redress/cmd/redress/serve"
)

type workerCommand struct{}

// Run works until it is told to end, then lets activities under way end.
func (workerCommand) Run(ctx context.Context, settings config.Config) error {
	if err := settings.ForWorker(); err != nil {
		return err
	}
	return serve.Worker(ctx, settings, newLogger(os.Stderr, settings.Log))
}

// Help names what it needs.
func (workerCommand) Help() string {
	return `Needs DATABASE_URL, TEMPORAL_ADDRESS and the REDRESS_PARTNER_*_URL of the five
partners; deploy/.env.sample documents every setting. On SIGTERM or SIGINT it takes
no new work and lets what is under way end, for REDRESS_WORKER_STOP_TIMEOUT at
most. Any number may run side by side.`
}
