package e2e_test

import (
	"context"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"go.temporal.io/sdk/client"

	"github.com/redresshq/redress/store"
	"github.com/redresshq/redress/store/pgcluster"
)

// server is a PostgreSQL server of the test's own, which can be taken down.
type server struct {
	t       *testing.T
	dir     string
	cluster *pgcluster.Cluster
}

func newServer(t *testing.T) *server {
	t.Helper()
	dir, err := os.MkdirTemp("", "redress-restart-")
	require.NoError(t, err)
	d := &server{t: t, dir: dir}
	d.start(0)
	t.Cleanup(func() {
		logged(d.cluster.Stop(context.Background()))
		logged(os.RemoveAll(d.cluster.Dir()))
		logged(os.RemoveAll(dir))
	})
	require.NoError(t, d.cluster.EnsureDatabase(t.Context(), "redress"))
	require.NoError(t, store.Migrate(t.Context(), d.url()))
	return d
}

func (d *server) start(port int) {
	d.t.Helper()
	var err error
	d.cluster, err = pgcluster.Start(d.t.Context(), pgcluster.Options{Dir: d.dir, Port: port})
	require.NoError(d.t, err)
}

func (d *server) url() string { return d.cluster.URL("redress") }

// crash ends the server at once, as a power cut would, and leaves it down.
func (d *server) crash() {
	d.t.Helper()
	raw, err := os.ReadFile(filepath.Join(d.cluster.Dir(), "data", "postmaster.pid"))
	require.NoError(d.t, err)
	line, _, _ := strings.Cut(string(raw), "\n")
	pid, err := strconv.Atoi(strings.TrimSpace(line))
	require.NoError(d.t, err)
	require.NoError(d.t, syscall.Kill(pid, syscall.SIGQUIT))
	<-d.cluster.Done()
	logged(d.cluster.Stop(d.t.Context()))
}

// The database crashes with a call of every kind under way: whatever of the answers comes
// while it is away is recorded once it has recovered.
func TestDurabilityDatabaseCrashesWhileCallsAreUnderWay(t *testing.T) {
	t.Parallel()
	d := newServer(t)
	s := newStack(t, options{policy: "story", databaseURL: d.url()})
	all := underways()
	callers, ids := make([]caller, len(all)), make([]string, len(all))
	abreast(len(all), len(all), func(i int) { callers[i], ids[i] = all[i].ready(t, s) })
	s.askAll(t, all, callers, ids, 5*time.Second)
	d.crash()
	d.start(d.cluster.Port())
	abreast(len(all), len(all), func(i int) {
		until(t, patience, "the record is read again", func() bool {
			r, err := callers[i].try(http.MethodGet, "/v1/cases/"+ids[i], nil)
			return err == nil && r.status == http.StatusOK
		})
	})
	abreast(len(all), len(all), func(i int) {
		all[i].goOn(t, s, callers[i], ids[i])
		s.did(t, ids[i], all[i].done)
		s.intact(t, ids[i])
		s.unblocked(t, ids[i])
	})
}

// engine is a Temporal server of the test's own, which keeps its state in a file.
type engine struct {
	t    *testing.T
	port string
	file string
	cmd  *exec.Cmd
}

func newEngine(t *testing.T) *engine {
	t.Helper()
	port, err := freePort()
	require.NoError(t, err)
	e := &engine{t: t, port: strconv.Itoa(port), file: filepath.Join(t.TempDir(), "temporal.db")}
	e.start()
	t.Cleanup(e.kill)
	return e
}

func (e *engine) address() string { return "127.0.0.1:" + e.port }

func (e *engine) start() {
	e.t.Helper()
	bin, err := temporalBinary()
	require.NoError(e.t, err)
	e.cmd = exec.Command(bin, "server", "start-dev", "--headless", "--ip", "127.0.0.1", "--port", e.port, "--db-filename", e.file, "--log-level", "never")
	require.NoError(e.t, e.cmd.Start())
	c, err := client.NewLazyClient(client.Options{HostPort: e.address(), Logger: quiet{}})
	require.NoError(e.t, err)
	defer c.Close()
	until(e.t, patience, "the Temporal server answers", func() bool {
		_, err := c.CheckHealth(e.t.Context(), nil)
		return err == nil
	})
}

// kill is kill -9.
func (e *engine) kill() {
	if e.cmd.ProcessState == nil {
		logged(e.cmd.Process.Kill())
		_, err := e.cmd.Process.Wait()
		logged(err)
		e.cmd.ProcessState = &os.ProcessState{}
	}
}

// The Temporal server is killed with a call of every kind under way, and comes back: the
// answers that it did not hear are given again, and nothing is done twice.
func TestDurabilityTemporalKilledWhileCallsAreUnderWay(t *testing.T) {
	t.Parallel()
	e := newEngine(t)
	s := newStack(t, options{policy: "story", temporal: e.address()})
	all := underways()
	callers, ids := make([]caller, len(all)), make([]string, len(all))
	abreast(len(all), len(all), func(i int) { callers[i], ids[i] = all[i].ready(t, s) })
	s.askAll(t, all, callers, ids, 5*time.Second)
	e.kill()
	e.start()
	abreast(len(all), len(all), func(i int) {
		all[i].goOn(t, s, callers[i], ids[i])
		s.did(t, ids[i], all[i].done)
		s.intact(t, ids[i])
	})
}
