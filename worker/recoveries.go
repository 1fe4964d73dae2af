package worker

import (
	"context"
	"log/slog"
	"time"

	"github.com/redresshq/redress/activities"
	"github.com/redresshq/redress/dispute"
)

// RecoveryRecord is what a worker needs of the store for recoveries.
type RecoveryRecord interface {
	activities.RecoveryKeeper
	activities.RecoverySweep
	// RecoveriesToStart returns recoveries whose workflow was never started.
	RecoveriesToStart(ctx context.Context, limit int) ([]dispute.Recovery, error)
	MarkRecoveryStarted(ctx context.Context, id string) error
}

// RecoveryEngine starts recoveries; one that runs, or has run, is left alone.
type RecoveryEngine interface {
	StartRecovery(ctx context.Context, r dispute.Recovery) error
}

// RecoveryStarter starts the workflow of every recovery that a case has put on record
// (docs/decisions/0018-recovery.md). Any number may run side by side: the workflow's id is
// the recovery's.
type RecoveryStarter struct {
	Record RecoveryRecord
	Engine RecoveryEngine
	Log    *slog.Logger
}

// Run starts recoveries until ctx ends.
func (s *RecoveryStarter) Run(ctx context.Context) {
	tick := time.NewTicker(relayPoll)
	defer tick.Stop()
	for ctx.Err() == nil {
		if err := s.once(ctx); err != nil && ctx.Err() == nil {
			s.Log.Warn("starting recoveries", "error", err)
		}
		select {
		case <-ctx.Done():
		case <-tick.C:
		}
	}
}

func (s *RecoveryStarter) once(ctx context.Context) error {
	waiting, err := s.Record.RecoveriesToStart(ctx, relayBatch)
	if err != nil {
		return err
	}
	for _, r := range waiting {
		if err := s.Engine.StartRecovery(ctx, r); err != nil {
			return err
		}
		if err := s.Record.MarkRecoveryStarted(ctx, r.ID); err != nil {
			return err
		}
	}
	return nil
}
