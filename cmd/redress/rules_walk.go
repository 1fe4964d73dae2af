package main

import (
	"context"
	"fmt"
	"io"
	"log/slog"
	"time"

	"github.com/redresshq/redress/dispute"
	"github.com/redresshq/redress/rulebase"
	"github.com/redresshq/redress/store"
	"github.com/redresshq/redress/worker"
)

// How a walk is watched at the command line.
const (
	tellEvery = time.Second
	askEvery  = 100 * time.Millisecond // while workers have the walk in hand
)

// walkOpenCases carries the walk that follows a publication on until all open cases were
// looked at, together with the workers that do so too, and says how far it is. What it
// leaves when it is interrupted, workers take up.
func walkOpenCases(ctx context.Context, rules *rulebase.Base, record *store.Store, revision int64, progress io.Writer) (dispute.RuleJob, error) {
	walker := worker.Walker{Record: record, Books: rules, Log: slog.New(slog.DiscardHandler)}
	told := time.Now()
	for {
		worked, err := walker.Step(ctx, revision)
		if err != nil {
			return dispute.RuleJob{}, fmt.Errorf("looking at the open cases (the workers go on with it): %w", err)
		}
		job, err := record.RuleJob(ctx, revision)
		if err != nil {
			return job, fmt.Errorf("looking at the open cases: %w", err)
		}
		over := job.State != dispute.RuleJobRunning
		if over || time.Since(told) >= tellEvery {
			told = time.Now()
			fmt.Fprintf(progress, "%d of %d open cases looked at, %d touched\n", job.Looked, max(job.Open, job.Looked), job.Touched)
		}
		switch {
		case over:
			if job.Failed > 0 {
				fmt.Fprintf(progress, "%d cases could not be judged; the last was %s\n", job.Failed, job.Problem)
			}
			return job, nil
		case !worked:
			select {
			case <-time.After(askEvery):
			case <-ctx.Done():
				return job, ctx.Err()
			}
		}
	}
}
