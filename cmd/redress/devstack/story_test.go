package devstack

import (
	"bytes"
	"context"
	"encoding/json"
	"image/jpeg"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/redresshq/redress/cmd/redress/config"
	"github.com/redresshq/redress/dispute"
)

func TestPhotoIsARealJPEG(t *testing.T) {
	t.Parallel()
	one, err := photo(1)
	require.NoError(t, err)
	two, err := photo(2)
	require.NoError(t, err)
	require.NotEqual(t, one, two, "the same bytes twice would be one piece of evidence")
	img, err := jpeg.Decode(bytes.NewReader(one))
	require.NoError(t, err)
	require.Equal(t, 320, img.Bounds().Dx())
}

func TestEntryLineIsForReaders(t *testing.T) {
	t.Parallel()
	opened := time.Date(2026, 3, 2, 9, 0, 0, 0, time.UTC)
	line := entryLine(opened, dispute.RecordedEntry{Entry: dispute.Entry{
		Type: dispute.EventClockStarted, At: opened.Add(1500 * time.Millisecond), Actor: dispute.System,
		Stage: dispute.StageIntake, Reason: "lapse",
		Data: json.RawMessage(`{"leg_id":"","clock":"customer_info","due_at":"2026-03-02T09:00:05.123Z"}`),
	}})
	require.Contains(t, line, "+1.50 s  intake")
	require.Contains(t, line, "clock.started")
	require.Contains(t, line, "clock=customer_info due_at=09:00:05")
	require.NotContains(t, line, "leg_id")
	require.Equal(t, "due_at=Wed 2026-03-04 09:00", plain(opened, json.RawMessage(`{"due_at":"2026-03-04T09:00:05Z"}`)), "another day is told as one")
}

// out collects what the stack says.
type out struct {
	mu sync.Mutex
	b  strings.Builder
}

func (o *out) Write(p []byte) (int, error) {
	o.mu.Lock()
	defer o.mu.Unlock()
	return o.b.Write(p)
}

func (o *out) String() string {
	o.mu.Lock()
	defer o.mu.Unlock()
	return o.b.String()
}

// TestOnce is `make demo`, twice in one folder: the second finds the first's data.
func TestOnce(t *testing.T) {
	if os.Getenv(EnvTemporalBin) == "" {
		t.Fatalf("%s is not set: run the tests by `make test`", EnvTemporalBin)
	}
	for _, variable := range []string{"DATABASE_URL", "TEMPORAL_ADDRESS", "REDRESS_POLICY"} {
		t.Setenv(variable, "") // a developer's own settings stay out of it
	}
	dir, err := temporaryFolder()
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, os.RemoveAll(dir)) })
	settings, err := config.Load()
	require.NoError(t, err)
	settings.Dev.Dir = dir
	for range 2 {
		var said out
		ctx, cancel := context.WithTimeout(context.Background(), 3*time.Minute)
		err := Run(ctx, settings, Options{Once: true, Out: &said})
		cancel()
		require.NoError(t, err, said.String())
		require.Contains(t, said.String(), "exactly one refund, succeeded, of 129.00 CNY")
		require.NotContains(t, said.String(), "failed")
		_, err = os.Stat(filepath.Join(dir, "demo", "running.json"))
		require.ErrorIs(t, err, os.ErrNotExist)
	}
}
