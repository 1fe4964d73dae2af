package pgcluster_test

import (
	"context"
	"net"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/stretchr/testify/require"

	"github.com/redresshq/redress/store/pgcluster"
)

func start(t *testing.T, o pgcluster.Options) *pgcluster.Cluster {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	defer cancel()
	c, err := pgcluster.Start(ctx, o)
	require.NoError(t, err)
	t.Cleanup(func() { stop(t, c) })
	return c
}

func stop(t *testing.T, c *pgcluster.Cluster) {
	t.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), 20*time.Second)
	defer cancel()
	require.NoError(t, c.Stop(ctx))
	<-c.Done()
}

// folder is one that an unprivileged user can reach, unlike t.TempDir of root.
func folder(t *testing.T) string {
	t.Helper()
	dir, err := os.MkdirTemp("", "pgcluster-test-")
	require.NoError(t, err)
	require.NoError(t, os.Chmod(dir, 0o755))
	t.Cleanup(func() { require.NoError(t, os.RemoveAll(dir)) })
	return filepath.Join(dir, "cluster")
}

func query(t *testing.T, databaseURL, sql string) (out string) {
	t.Helper()
	conn, err := pgx.Connect(t.Context(), databaseURL)
	require.NoError(t, err)
	require.NoError(t, conn.QueryRow(t.Context(), sql).Scan(&out))
	require.NoError(t, conn.Close(t.Context()))
	return out
}

func TestClusterKeepsItsDataOverARestart(t *testing.T) {
	t.Parallel()
	dir := folder(t)
	logFile := filepath.Join(filepath.Dir(dir), "pg.log")
	first := start(t, pgcluster.Options{Dir: dir, Fast: true, LogFile: logFile})
	for range 2 {
		require.NoError(t, first.EnsureDatabase(t.Context(), "redress"))
	}
	query(t, first.URL("redress"), "WITH t AS (SELECT 1) SELECT 'made' FROM t")
	conn, err := pgx.Connect(t.Context(), first.URL("redress"))
	require.NoError(t, err)
	_, err = conn.Exec(t.Context(), "CREATE TABLE kept AS SELECT 'here' AS what")
	require.NoError(t, err)
	// In use: a second one is told so, before it touches anything.
	_, err = pgcluster.Start(t.Context(), pgcluster.Options{Dir: dir, Fast: true})
	require.ErrorIs(t, err, pgcluster.ErrInUse)
	stop(t, first) // although a client is connected
	stop(t, first) // again
	require.Error(t, conn.Ping(t.Context()))
	require.NoError(t, conn.Close(t.Context()))

	second := start(t, pgcluster.Options{Dir: dir, Fast: true, LogFile: logFile})
	require.Equal(t, "here", query(t, second.URL("redress"), "SELECT what FROM kept"))
	require.FileExists(t, logFile)
}

func TestClusterOnATakenPort(t *testing.T) {
	t.Parallel()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	defer func() { require.NoError(t, l.Close()) }()
	_, err = pgcluster.Start(t.Context(), pgcluster.Options{Dir: folder(t), Fast: true, Port: l.Addr().(*net.TCPAddr).Port})
	require.ErrorIs(t, err, pgcluster.ErrPortTaken)
}

func TestClusterOfAnotherVersion(t *testing.T) {
	t.Parallel()
	dir := folder(t)
	stop(t, start(t, pgcluster.Options{Dir: dir, Fast: true}))
	require.NoError(t, os.WriteFile(filepath.Join(dir, "data", "PG_VERSION"), []byte("9.6\n"), 0o600))
	_, err := pgcluster.Start(t.Context(), pgcluster.Options{Dir: dir, Fast: true})
	require.ErrorIs(t, err, pgcluster.ErrOldData)
}

func TestClusterStartIsCutOff(t *testing.T) {
	t.Parallel()
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	_, err := pgcluster.Start(ctx, pgcluster.Options{Dir: folder(t), Fast: true})
	require.ErrorIs(t, err, context.Canceled)
}

func TestProgramsMissing(t *testing.T) {
	if dirs, err := filepath.Glob("/usr/lib/postgresql/*/bin"); err != nil || len(dirs) > 0 {
		t.Skip("this machine has the programs where they are always found")
	}
	t.Setenv("PATH", t.TempDir())
	_, err := pgcluster.FindPrograms()
	require.ErrorIs(t, err, pgcluster.ErrNoPrograms)
}
