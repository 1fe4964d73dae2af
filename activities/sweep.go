package activities

import (
	"context"

	"github.com/redresshq/redress/dispute"
)

// SweepRecord is what the sweep needs of the record.
type SweepRecord interface {
	// OpenRuns returns the open cases that were looked at longest ago.
	OpenRuns(ctx context.Context, limit int) ([]dispute.OpenRun, error)
	// MarkOrphaned shows (and records once) that an open case has no workflow, or
	// that it has one again.
	MarkOrphaned(ctx context.Context, caseID string, orphaned bool) error
}

// SweepEngine is what the sweep needs of Temporal.
type SweepEngine interface {
	Describe(ctx context.Context, caseID string) (running bool, runID string, err error)
	Reproject(ctx context.Context, caseID, eventID string) error
	DescribeRecovery(ctx context.Context, r dispute.Recovery) (running bool, err error)
}

// Sweeper compares the record with the engine.
type Sweeper struct {
	Record SweepRecord
	Engine SweepEngine
	Limit  int // cases a sweep; 0 means 500
	// Recoveries are swept too; nil: not.
	Recoveries RecoverySweep
}

// SweepReport counts what a sweep found.
type SweepReport struct {
	Looked     int `json:"looked"`
	Orphaned   int `json:"orphaned"`
	Reproduced int `json:"taken_over"` // runs told to take their record over
	// OrphanedRecoveries are open recoveries whose workflow is gone.
	OrphanedRecoveries int `json:"orphaned_recoveries"`
}

// SweepCases marks open cases whose workflow is gone, and wakes runs (after a
// reset) that do not own their record yet.
func (s *Sweeper) SweepCases(ctx context.Context) (SweepReport, error) {
	limit := s.Limit
	if limit == 0 {
		limit = 500
	}
	runs, err := s.Record.OpenRuns(ctx, limit)
	if err != nil {
		return SweepReport{}, Classify(err)
	}
	report := SweepReport{Looked: len(runs)}
	for _, r := range runs {
		if err := s.look(ctx, r, &report); err != nil {
			return report, Classify(err)
		}
	}
	if s.Recoveries != nil {
		err = s.recoveries(ctx, limit, &report)
	}
	return report, Classify(err)
}

// RecoverySweep is what the sweep needs of the record for recoveries.
type RecoverySweep interface {
	// RecoveryRuns returns the open recoveries that were looked at longest ago.
	RecoveryRuns(ctx context.Context, limit int) ([]dispute.RecoveryRun, error)
	// MarkRecoveryOrphaned shows that an open recovery has no workflow, or has one again.
	MarkRecoveryOrphaned(ctx context.Context, id string, orphaned bool) error
}

// recoveries marks the open recoveries whose workflow is gone.
func (s *Sweeper) recoveries(ctx context.Context, limit int, report *SweepReport) error {
	runs, err := s.Recoveries.RecoveryRuns(ctx, limit)
	if err != nil {
		return err
	}
	for _, r := range runs {
		running, err := s.Engine.DescribeRecovery(ctx, r.Recovery)
		if err != nil {
			return err
		}
		if !running {
			report.OrphanedRecoveries++
		}
		if running == r.Orphaned {
			if err := s.Recoveries.MarkRecoveryOrphaned(ctx, r.Recovery.ID, !running); err != nil {
				return err
			}
		}
	}
	return nil
}

func (s *Sweeper) look(ctx context.Context, r dispute.OpenRun, report *SweepReport) error {
	running, runID, err := s.Engine.Describe(ctx, r.CaseID)
	if err != nil {
		return err
	}
	switch {
	case !running:
		report.Orphaned++
		return s.Record.MarkOrphaned(ctx, r.CaseID, true)
	case r.Orphaned:
		return s.Record.MarkOrphaned(ctx, r.CaseID, false)
	case runID != r.RunID:
		report.Reproduced++
		return s.Engine.Reproject(ctx, r.CaseID, "sweep-"+runID)
	}
	return nil
}
