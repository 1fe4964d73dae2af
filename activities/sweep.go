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
}

// Sweeper compares the record with the engine.
type Sweeper struct {
	Record SweepRecord
	Engine SweepEngine
	Limit  int // cases a sweep; 0 means 500
}

// SweepReport counts what a sweep found.
type SweepReport struct {
	Looked     int `json:"looked"`
	Orphaned   int `json:"orphaned"`
	Reproduced int `json:"taken_over"` // runs told to take their record over
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
	return report, nil
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
