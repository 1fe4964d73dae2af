package worker

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"log/slog"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/redresshq/redress/dispute"
)

// shelf is a record of due cases, and their files.
type shelf struct {
	due     []dispute.DueTexts
	erased  []string
	broken  map[string]bool // their files cannot be removed
	missing error           // of the folder
}

func (s *shelf) DueTexts(_ context.Context, _ time.Time, after dispute.DueTexts, limit int) ([]dispute.DueTexts, error) {
	var page []dispute.DueTexts
	for _, d := range s.due {
		if d.CaseID > after.CaseID && len(page) < limit && !slices.Contains(s.erased, d.CaseID) {
			page = append(page, d)
		}
	}
	return page, nil
}

func (s *shelf) EraseTexts(ctx context.Context, caseID string, _ time.Time, remove func(context.Context, string) error) (bool, error) {
	if err := remove(ctx, caseID); err != nil {
		return false, fmt.Errorf("erase texts of %s: %w", caseID, err)
	}
	s.erased = append(s.erased, caseID)
	return true, nil
}

func (s *shelf) Ready() error { return s.missing }

func (s *shelf) Remove(_ context.Context, caseID string) error {
	if s.broken[caseID] {
		return errors.New("the disk is away")
	}
	return nil
}

func newShelf(n int) *shelf {
	s := &shelf{broken: map[string]bool{}}
	for i := range n {
		s.due = append(s.due, dispute.DueTexts{CaseID: fmt.Sprintf("case_%04d", i)})
	}
	return s
}

// A pass goes through all pages, and a case that fails holds up no other.
func TestAnEraserGoesOnPastAFailure(t *testing.T) {
	t.Parallel()
	s := newShelf(2*erasePage + 5)
	s.broken["case_0003"] = true
	e := &Eraser{Record: s, Files: s, Log: slog.New(slog.DiscardHandler)}
	require.ErrorContains(t, e.Pass(t.Context(), time.Now()), "case_0003")
	require.Len(t, s.erased, 2*erasePage+4)
	s.broken = nil
	require.NoError(t, e.Pass(t.Context(), time.Now()))
	require.Len(t, s.erased, 2*erasePage+5)
}

// Without the folder nothing is called erased, and that is said once until it is mended.
func TestAnEraserWithoutTheFolderClaimsNothing(t *testing.T) {
	t.Parallel()
	var said bytes.Buffer
	s := newShelf(3)
	e := &Eraser{Record: s, Log: slog.New(slog.NewTextHandler(&said, nil))}
	lines := func() int { return strings.Count(said.String(), "\n") }
	for range 3 {
		require.NoError(t, e.Pass(t.Context(), time.Now()))
	}
	require.Contains(t, said.String(), "REDRESS_EVIDENCE_DIR is not set")
	require.Equal(t, 1, lines())

	s.missing = errors.New("not mounted")
	e = &Eraser{Record: s, Files: s, Log: e.Log}
	for range 3 {
		require.NoError(t, e.Pass(t.Context(), time.Now()))
	}
	require.Equal(t, 2, lines())
	require.Empty(t, s.erased)

	s.missing = nil
	require.NoError(t, e.Pass(t.Context(), time.Now()))
	require.Len(t, s.erased, 3)
	require.Equal(t, 2, lines())

	s.due, s.missing = nil, errors.New("not mounted")
	require.NoError(t, e.Pass(t.Context(), time.Now()))
	require.Equal(t, 2, lines(), "nothing is due: nothing to complain of")
}

func TestAnEraserEnds(t *testing.T) {
	t.Parallel()
	ctx, cancel := context.WithCancel(t.Context())
	s := newShelf(1)
	done := make(chan struct{})
	e := &Eraser{Record: s, Files: stopping{s, cancel}, Log: slog.New(slog.DiscardHandler)}
	go func() { e.Run(ctx); close(done) }()
	select {
	case <-done:
	case <-time.After(20 * time.Second):
		t.Fatal("it goes on")
	}
	require.Equal(t, []string{"case_0000"}, s.erased)
}

// stopping ends the process once something was removed.
type stopping struct {
	*shelf
	stop context.CancelFunc
}

func (s stopping) Remove(ctx context.Context, caseID string) error {
	s.stop()
	return s.shelf.Remove(ctx, caseID)
}
