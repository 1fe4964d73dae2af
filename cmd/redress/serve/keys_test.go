package serve

import (
	"bytes"
	"context"
	"log/slog"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/redresshq/redress/cmd/redress/config"
	"github.com/redresshq/redress/dispute"
	"github.com/redresshq/redress/store/seal"
	"github.com/redresshq/redress/store/storetest"
)

func TestMain(m *testing.M) { storetest.Main(m) }

// sealedDatabase holds one answer that was sealed with storetest.Key.
func sealedDatabase(t *testing.T) string {
	t.Helper()
	record, url := storetest.New(t)
	row, err := record.BeginOperation(t.Context(), dispute.OperationClaim{Subject: "s", Operation: "o", Key: "k", BodyHash: "h"})
	require.NoError(t, err)
	require.NoError(t, record.FinishOperation(t.Context(), row, 200, "", []byte(`{}`)))
	return url
}

// An API or a worker that cannot read what is kept does not start, and says why in one
// sentence: which setting, and how to start on purpose all the same.
func TestNothingStartsWithoutTheKeyOfTheRecord(t *testing.T) {
	t.Parallel()
	url, other := sealedDatabase(t), ""
	other, err := seal.NewKey()
	require.NoError(t, err)
	base := config.Config{DatabaseURL: url, EvidenceDir: t.TempDir(), Policy: "default", API: config.API{Listen: "127.0.0.1:0", TokenKey: "a key of these tests that is long enough"},
		Temporal: config.Temporal{Address: "127.0.0.1:1"}}
	for name, row := range map[string]struct {
		keys []string
		want string
	}{
		"missing": {nil, "REDRESS_DATA_KEYS is not set, but this database holds what was encrypted"},
		"wrong":   {[]string{other}, "none of the keys in REDRESS_DATA_KEYS opens"},
	} {
		for part, start := range map[string]func(context.Context, config.Config, *slog.Logger) error{"api": API, "worker": Worker} {
			c := base
			c.DataKeys = row.keys
			ctx, cancel := context.WithTimeout(t.Context(), 20*time.Second)
			err := start(ctx, c, slog.New(slog.DiscardHandler))
			cancel()
			require.ErrorContains(t, err, row.want, "%s, %s", part, name)
			require.ErrorContains(t, err, "REDRESS_DATA_KEYS_LOST=true")
			require.NotContains(t, err.Error(), "\n")
		}
	}
}

func TestStartingWithoutTheKeyOnPurpose(t *testing.T) {
	t.Parallel()
	var log bytes.Buffer
	c := config.Config{DatabaseURL: sealedDatabase(t), DataKeysLost: true}
	record, _, err := openRecord(t.Context(), c, slog.New(slog.NewTextHandler(&log, nil)))
	require.NoError(t, err)
	record.Close()
	require.Contains(t, log.String(), "REDRESS_DATA_KEYS_LOST")

	c.DataKeysLost, c.DataKeys = false, []string{storetest.Key}
	log.Reset()
	record, _, err = openRecord(t.Context(), c, slog.New(slog.NewTextHandler(&log, nil)))
	require.NoError(t, err)
	record.Close()
	require.Empty(t, log.String())

	// A database that is away keeps nobody from starting: it may come.
	c = config.Config{DatabaseURL: "postgres://nobody@" + freeAddress(t) + "/none?sslmode=disable"}
	record, _, err = openRecord(t.Context(), c, slog.New(slog.NewTextHandler(&log, nil)))
	require.NoError(t, err)
	record.Close()
	require.Contains(t, log.String(), "cannot be checked")
}
