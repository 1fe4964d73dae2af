package blob

import (
	"context"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/redresshq/redress/dispute"
)

func TestRemoveLeavesNothingOfACaseAndAllOfTheOthers(t *testing.T) {
	t.Parallel()
	s := newStore(t)
	for _, id := range []string{"case_1", "case_2"} {
		for _, text := range []string{"a", "b"} {
			_, _, err := s.Put(t.Context(), id, strings.NewReader(text), 7)
			require.NoError(t, err)
		}
	}
	require.NoError(t, os.WriteFile(filepath.Join(s.root, "case_1", ".incoming-1"), []byte("half"), 0o600))
	worker := At(s.root, nil)
	require.NoError(t, worker.Ready())

	ended, cancel := context.WithCancel(t.Context())
	cancel()
	require.ErrorIs(t, worker.Remove(ended, "case_1"), context.Canceled)
	for range 2 { // gone is gone
		require.NoError(t, worker.Remove(t.Context(), "case_1"))
		require.NoDirExists(t, filepath.Join(s.root, "case_1"))
	}
	requireFiles(t, s, "case_2", 2)
	for _, id := range []string{"", ".", "..", "../x", "a/b", "/etc", mark} {
		require.Equal(t, dispute.CodeInvalid, dispute.CodeOf(worker.Remove(t.Context(), id)), id)
	}
	require.NoError(t, worker.Ready())
}

// A folder that nobody marked is not the one with the evidence, as where a container
// lacks the shared volume: nothing may be called erased there.
func TestAnUnmarkedFolderIsNotTheOne(t *testing.T) {
	t.Parallel()
	root := t.TempDir()
	worker := At(root, nil)
	require.Equal(t, dispute.CodeUnavailable, dispute.CodeOf(worker.Ready()))
	require.Equal(t, dispute.CodeUnavailable, dispute.CodeOf(worker.Remove(t.Context(), "case_1")))
	_, err := New(root, nil) // the API comes
	require.NoError(t, err)
	_, err = New(root, nil) // and again
	require.NoError(t, err)
	require.NoError(t, worker.Ready())
	require.NoError(t, worker.Remove(t.Context(), "case_1"))
}
