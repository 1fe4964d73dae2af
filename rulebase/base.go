// Package rulebase keeps the policies and calendars of a process as they are in the
// record: whatever is published anywhere is known here a moment later, without a
// restart and without disturbing a ruling under way.
package rulebase

import (
	"context"
	"log/slog"
	"sync"
	"sync/atomic"
	"time"

	"github.com/redresshq/redress/dispute"
)

// Record is what the rule base needs of the store.
type Record interface {
	// Rules returns everything published after a revision, in order, with content.
	Rules(ctx context.Context, after int64) ([]dispute.RuleRevision, error)
	WaitForWork(ctx context.Context, channel string)
	// PublishPolicy fails with CodeConflict where the version has other content.
	PublishPolicy(ctx context.Context, r dispute.RuleRevision) (dispute.RuleRevision, error)
	PublishCalendarYear(ctx context.Context, r dispute.RuleRevision) (dispute.RuleRevision, error)
	RuleJob(ctx context.Context, revision int64) (dispute.RuleJob, error)
}

// Base is the rule base of one process. It is safe for concurrent use.
type Base struct {
	record   Record
	embedded *dispute.Library
	log      *slog.Logger

	held    atomic.Pointer[held]
	loading sync.Mutex // of whoever asks the record
}

// held is what the process knows at one time; it never changes.
type held struct {
	library  *dispute.Library
	revision int64
	rejected []rejected
}

// rejected is a published document that this binary cannot read: perhaps it was
// published by a newer one. Cases that need it wait.
type rejected struct {
	revision int64
	id       string // default@3, cn-2026
	err      error
}

// New makes a rule base over the rules that are built into the binary. It knows nothing
// until Refresh or Run has asked the record.
func New(record Record, embedded *dispute.Library, log *slog.Logger) *Base {
	return &Base{record: record, embedded: embedded, log: log}
}

// Library returns all rules up to at least a revision (0: whatever is at hand). It fails
// with CodeUnavailable while the record cannot be had, and with CodeNotFound where the
// record answered and does not have that revision.
func (b *Base) Library(ctx context.Context, atLeast int64) (*dispute.Library, error) {
	if h := b.held.Load(); h != nil && h.revision >= atLeast {
		return h.library, nil
	}
	h, err := b.refresh(ctx, atLeast)
	if err != nil {
		return nil, err
	}
	if h.revision < atLeast {
		return nil, dispute.Errorf(dispute.CodeNotFound, "rules revision %d is not on record; %d is the newest", atLeast, h.revision)
	}
	return h.library, nil
}

// Refresh asks the record for what was published since, and returns all rules.
func (b *Base) Refresh(ctx context.Context) (*dispute.Library, error) {
	h, err := b.refresh(ctx, -1)
	if err != nil {
		return nil, err
	}
	return h.library, nil
}

// refresh asks the record, unless somebody else has just done so and the revision is
// there (-1: ask in any case).
func (b *Base) refresh(ctx context.Context, wanted int64) (*held, error) {
	b.loading.Lock()
	defer b.loading.Unlock()
	now := b.held.Load()
	if now != nil && wanted >= 0 && now.revision >= wanted {
		return now, nil
	}
	if now == nil {
		now = &held{library: b.embedded, revision: 0}
	}
	news, err := b.record.Rules(ctx, now.revision)
	if err != nil {
		return nil, err
	}
	next := now
	if len(news) > 0 {
		next = now.with(news)
		b.tell(now, next)
	}
	b.held.Store(next)
	return next, nil
}

// tell logs what came and what could not be read.
func (b *Base) tell(before, after *held) {
	b.log.Info("rules", "revision", after.revision)
	for _, r := range after.rejected {
		if r.revision > before.revision {
			b.log.Error("a published document cannot be read and is left out", "revision", r.revision, "document", r.id, "error", r.err)
		}
	}
}

// pollEvery bounds how long a publication may go unnoticed whose notification is lost.
const pollEvery = 2 * time.Second

// Run keeps the rule base up to date until ctx ends.
func (b *Base) Run(ctx context.Context) {
	failed := false
	for ctx.Err() == nil {
		_, err := b.refresh(ctx, -1)
		if err != nil && ctx.Err() == nil && !failed {
			b.log.Warn("the rules are as they were: the record does not answer", "error", err)
		}
		failed = err != nil
		wait, cancel := context.WithTimeout(ctx, pollEvery)
		b.record.WaitForWork(wait, dispute.ChannelRules)
		cancel()
	}
}

// Rejected says by id (default@3, cn-2026) which documents are left out, and why.
func (b *Base) Rejected() map[string]error {
	out := map[string]error{}
	if h := b.held.Load(); h != nil {
		for _, r := range h.rejected {
			out[r.id] = r.err
		}
	}
	return out
}

// Counts are figures for metrics: rules_revision, up to which this process knows all
// rules, and rules_rejected, how many documents are left out.
func (b *Base) Counts(context.Context) (map[string]int64, error) {
	h := b.held.Load()
	if h == nil {
		return map[string]int64{"rules_revision": 0, "rules_rejected": 0}, nil
	}
	return map[string]int64{"rules_revision": h.revision, "rules_rejected": int64(len(h.rejected))}, nil
}
