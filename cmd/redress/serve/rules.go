package serve

import (
	"context"
	"fmt"
	"log/slog"
	"sync"
	"time"

	"github.com/redresshq/redress/dispute"
	"github.com/redresshq/redress/rulebase"
	"github.com/redresshq/redress/store"
)

// firstLook is how long a process waits for the rules when it starts. Without them it
// starts all the same, and asks again.
const firstLook = 3 * time.Second

// Rules makes the rule base on a record, and keeps it up to date until the returned
// function is called.
func Rules(ctx context.Context, record *store.Store, log *slog.Logger) (*rulebase.Base, func(), error) {
	embedded, err := dispute.Embedded()
	if err != nil {
		return nil, nil, fmt.Errorf("reading the policies: %w", err)
	}
	base := rulebase.New(record, embedded, log)
	first, cancel := context.WithTimeout(ctx, firstLook)
	defer cancel()
	if _, err := base.Refresh(first); err != nil {
		log.Warn("the published rules cannot be had yet", "error", err)
	}
	running, stop := context.WithCancel(ctx)
	var loop sync.WaitGroup
	loop.Go(func() { base.Run(running) })
	return base, func() { stop(); loop.Wait() }, nil
}

// Migrate brings the database to this version and publishes the rules that are built in.
func Migrate(ctx context.Context, ownerURL string) error {
	if err := store.Migrate(ctx, ownerURL); err != nil {
		return err
	}
	record, err := store.Open(ctx, ownerURL)
	if err != nil {
		return fmt.Errorf("opening the database: %w", err)
	}
	defer record.Close()
	if _, err := rulebase.PublishEmbedded(ctx, record); err != nil {
		return fmt.Errorf("publishing the rules of this version: %w", err)
	}
	return nil
}

// counters counts by several, as one.
type counters []counter

// Counts implements counter.
func (c counters) Counts(ctx context.Context) (map[string]int64, error) {
	all := map[string]int64{}
	for _, one := range c {
		counts, err := one.Counts(ctx)
		if err != nil {
			return nil, err
		}
		for what, n := range counts {
			all[what] = n
		}
	}
	return all, nil
}
