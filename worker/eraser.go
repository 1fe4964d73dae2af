package worker

import (
	"context"
	"errors"
	"log/slog"
	"time"

	"github.com/redresshq/redress/dispute"
)

// EraseRecord is what erasing needs of the store.
type EraseRecord interface {
	// DueTexts lists closed cases whose personal data has to go, after the given one.
	DueTexts(ctx context.Context, at time.Time, after dispute.DueTexts, limit int) ([]dispute.DueTexts, error)
	// EraseTexts erases it, the bytes of the evidence first; false where another process
	// has the case in hand, or it is not due any more.
	EraseTexts(ctx context.Context, caseID string, at time.Time, remove func(context.Context, string) error) (bool, error)
}

// Files is the folder of evidence.
type Files interface {
	// Ready fails where the folder is not the one that evidence is kept in.
	Ready() error
	// Remove erases everything that is kept for the case; again is harmless.
	Remove(ctx context.Context, caseID string) error
}

// Eraser erases the personal data of closed cases when their policy's retention is
// over. Any number may work side by side. Without the folder of evidence it erases
// nothing: a case is not called erased while its files may lie somewhere.
type Eraser struct {
	Record EraseRecord
	Files  Files // nil: none is configured
	Log    *slog.Logger

	told bool // that the folder is missing
}

const (
	erasePoll = time.Minute // spans of retention are days
	erasePage = 100
)

// Run erases until ctx ends.
func (e *Eraser) Run(ctx context.Context) {
	for ctx.Err() == nil {
		if err := e.Pass(ctx, time.Now()); err != nil && ctx.Err() == nil {
			e.Log.Warn("erasing what closed cases need not keep", "error", err)
		}
		select {
		case <-ctx.Done():
		case <-time.After(erasePoll):
		}
	}
}

// Pass goes once through everything that is due at an instant. A case that cannot be
// erased holds up no other: it stays due for the next pass, and the error names it.
func (e *Eraser) Pass(ctx context.Context, at time.Time) error {
	var failed []error
	var last dispute.DueTexts
	for ctx.Err() == nil {
		page, err := e.Record.DueTexts(ctx, at, last, erasePage)
		if err != nil {
			return errors.Join(append(failed, err)...)
		}
		if len(page) > 0 && !e.ready() {
			return nil
		}
		for _, due := range page {
			last = due
			if _, err := e.Record.EraseTexts(ctx, due.CaseID, at, e.Files.Remove); err != nil {
				if ctx.Err() != nil {
					return errors.Join(failed...)
				}
				if len(failed) < 5 { // the rest goes wrong the same way
					failed = append(failed, err)
				}
			}
		}
		if len(page) < erasePage {
			break
		}
	}
	return errors.Join(failed...)
}

// ready says whether files can be erased here, and logs once that they cannot.
func (e *Eraser) ready() bool {
	err := errors.New("REDRESS_EVIDENCE_DIR is not set")
	if e.Files != nil {
		err = e.Files.Ready()
	}
	if err != nil && !e.told {
		e.Log.Warn("closed cases keep personal data longer than their policy says: this worker has no folder of evidence to erase it in", "error", err)
	}
	e.told = err != nil
	return err == nil
}
