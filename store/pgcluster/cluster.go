package pgcluster

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"time"

	"github.com/jackc/pgx/v5"
)

// Superuser is the owner of everything in a private cluster.
const Superuser = "postgres"

// Options say where and how a cluster runs.
type Options struct {
	Dir     string // the cluster's own folder; made if absent, reused if it holds data
	Port    int    // 0 picks a free one
	LogFile string // what the server says; Dir/postgres.log if empty
	Fast    bool   // give up durability for speed: tests only
}

// Cluster is a running server.
type Cluster struct {
	home     string
	port     int
	password string
	lock     *os.File
	cmd      *exec.Cmd
	done     chan struct{} // closed when the server is gone; then waitErr may be read
	waitErr  error
}

// Start makes the data directory where there is none, starts the server and
// returns once it takes connections. It fails with ErrNoPrograms, ErrNoUser,
// ErrPortTaken, ErrDiskFull, ErrInUse, ErrOldData or an error with the server's
// words. When ctx ends during the start, nothing is left running.
func Start(ctx context.Context, o Options) (*Cluster, error) {
	bin, err := FindPrograms()
	if err != nil {
		return nil, err
	}
	as, err := newOwner()
	if err != nil {
		return nil, err
	}
	home, err := as.home(o.Dir)
	if err != nil {
		return nil, err
	}
	lock, err := lockHome(home)
	if err != nil {
		return nil, err
	}
	c := &Cluster{home: home, lock: lock}
	if err := c.start(ctx, bin, as, o); err != nil {
		return nil, errors.Join(err, c.lock.Close())
	}
	return c, nil
}

func (c *Cluster) start(ctx context.Context, bin string, as *owner, o Options) error {
	if err := c.prepare(ctx, bin, as, o.Fast); err != nil {
		return err
	}
	if err := c.stopOrphan(ctx); err != nil {
		return err
	}
	if o.Port != 0 {
		c.port = o.Port
		return c.run(ctx, bin, as, o)
	}
	// A free port may be taken again before the server has it: try a few times.
	for try := 0; ; try++ {
		port, err := freePort()
		if err != nil {
			return err
		}
		c.port = port
		if err = c.run(ctx, bin, as, o); err == nil || try == 4 || !errors.Is(err, ErrPortTaken) {
			return err
		}
	}
}

// URL is the address of a database of the cluster, for its superuser.
func (c *Cluster) URL(dbname string) string {
	u := url.URL{
		Scheme:   "postgres",
		User:     url.UserPassword(Superuser, c.password),
		Host:     net.JoinHostPort("127.0.0.1", strconv.Itoa(c.port)),
		Path:     "/" + dbname,
		RawQuery: "sslmode=disable",
	}
	return u.String()
}

// Port is where the server listens on 127.0.0.1.
func (c *Cluster) Port() int { return c.port }

// Dir is the folder that the cluster lives in; see Options.Dir. It differs from
// that where the server's user could not reach it.
func (c *Cluster) Dir() string { return c.home }

// Done is closed when the server is gone, by Stop or by itself.
func (c *Cluster) Done() <-chan struct{} { return c.done }

// EnsureDatabase makes the database unless it exists.
func (c *Cluster) EnsureDatabase(ctx context.Context, name string) error {
	conn, err := pgx.Connect(ctx, c.URL("postgres"))
	if err != nil {
		return fmt.Errorf("create database %s: %w", name, err)
	}
	var exists bool
	err = conn.QueryRow(ctx, "SELECT EXISTS (SELECT FROM pg_database WHERE datname = $1)", name).Scan(&exists)
	if err == nil && !exists {
		_, err = conn.Exec(ctx, "CREATE DATABASE "+pgx.Identifier{name}.Sanitize())
	}
	if err = errors.Join(err, conn.Close(ctx)); err != nil {
		return fmt.Errorf("create database %s: %w", name, err)
	}
	return nil
}

// Stop shuts the server down in order (open connections are ended, data is
// flushed) and waits for it; when ctx ends first, it kills it, which loses nothing
// either. Stopping twice is harmless.
func (c *Cluster) Stop(ctx context.Context) error {
	if err := c.stopProcess(ctx); err != nil {
		return err
	}
	if err := c.lock.Close(); err != nil && !errors.Is(err, os.ErrClosed) {
		return fmt.Errorf("stop PostgreSQL: %w", err)
	}
	return nil
}

func (c *Cluster) stopProcess(ctx context.Context) error {
	if err := c.signal(syscall.SIGINT); err != nil {
		return err
	}
	select {
	case <-c.done:
	case <-ctx.Done():
		// SIGQUIT makes the server end its children too; SIGKILL would leave them.
		if err := c.signal(syscall.SIGQUIT); err != nil {
			return err
		}
		<-c.done
	}
	return nil
}

func (c *Cluster) signal(sig syscall.Signal) error {
	if err := c.cmd.Process.Signal(sig); err != nil && !errors.Is(err, os.ErrProcessDone) {
		return fmt.Errorf("stop PostgreSQL: %w", err)
	}
	return nil
}

// freePort returns a port that nobody listens on just now.
func freePort() (int, error) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return 0, fmt.Errorf("find a free port: %w", err)
	}
	addr, ok := l.Addr().(*net.TCPAddr)
	if err := l.Close(); err != nil || !ok {
		return 0, fmt.Errorf("find a free port: %w", err)
	}
	return addr.Port, nil
}

// lockHome keeps other processes of ours out of the folder; it fails with ErrInUse.
func lockHome(home string) (*os.File, error) {
	f, err := os.OpenFile(filepath.Join(home, "lock"), os.O_CREATE|os.O_RDWR, 0o600)
	if err != nil {
		return nil, explain("database directory", err, "")
	}
	if err := syscall.Flock(int(f.Fd()), syscall.LOCK_EX|syscall.LOCK_NB); err != nil {
		return nil, errors.Join(fmt.Errorf("%s: %w", home, ErrInUse), f.Close())
	}
	return f, nil
}

// stopOrphan ends a server that a killed process of ours left on the same data.
func (c *Cluster) stopOrphan(ctx context.Context) error {
	raw, err := os.ReadFile(c.pidFile())
	if errors.Is(err, os.ErrNotExist) {
		return nil
	}
	if err != nil {
		return fmt.Errorf("earlier server: %w", err)
	}
	first, _, _ := strings.Cut(string(raw), "\n")
	pid, err := strconv.Atoi(strings.TrimSpace(first))
	if err != nil || !isPostgres(pid) {
		return nil // a stale file; the server deals with it
	}
	if err := syscall.Kill(pid, syscall.SIGINT); err != nil {
		return nil // gone meanwhile
	}
	tick := time.NewTicker(20 * time.Millisecond)
	defer tick.Stop()
	for {
		if _, err := os.Stat(c.pidFile()); errors.Is(err, os.ErrNotExist) {
			return nil
		}
		select {
		case <-tick.C:
		case <-ctx.Done():
			return fmt.Errorf("waiting for an earlier server to stop: %w", ctx.Err())
		}
	}
}

// isPostgres says whether the process is a PostgreSQL server, as far as the system tells.
func isPostgres(pid int) bool {
	comm, err := os.ReadFile(fmt.Sprintf("/proc/%d/comm", pid))
	if err != nil {
		return false
	}
	name := strings.TrimSpace(string(comm))
	return name == "postgres" || name == "postmaster"
}
