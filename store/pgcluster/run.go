package pgcluster

import (
	"context"
	"crypto/rand"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strconv"
	"strings"
	"time"
)

func (c *Cluster) data() string    { return filepath.Join(c.home, "data") }
func (c *Cluster) pidFile() string { return filepath.Join(c.data(), "postmaster.pid") }

// prepare makes the data directory where there is none. It is made under another
// name and renamed, so that a half-made one is never taken for whole.
func (c *Cluster) prepare(ctx context.Context, bin string, as *owner, fast bool) error {
	passwordFile := filepath.Join(c.home, "password")
	if _, err := os.Stat(filepath.Join(c.data(), "PG_VERSION")); err == nil {
		raw, err := os.ReadFile(passwordFile)
		if err != nil {
			return fmt.Errorf("database password: %w", err)
		}
		c.password = strings.TrimSpace(string(raw))
		return nil
	}
	secret := make([]byte, 16)
	if _, err := rand.Read(secret); err != nil {
		return fmt.Errorf("database password: %w", err)
	}
	c.password = hex.EncodeToString(secret)
	if err := os.WriteFile(passwordFile, []byte(c.password+"\n"), 0o600); err != nil {
		return explain("database password", err, "")
	}
	if err := as.chown(passwordFile); err != nil {
		return fmt.Errorf("database password: %w", err)
	}
	fresh := filepath.Join(c.home, "data.new")
	if err := os.RemoveAll(fresh); err != nil {
		return fmt.Errorf("database directory: %w", err)
	}
	args := []string{"-D", fresh, "-U", Superuser, "--encoding=UTF8", "--locale=C", "--no-instructions",
		"--auth=scram-sha-256", "--pwfile=" + passwordFile}
	if fast {
		args = append(args, "--no-sync")
	}
	cmd := exec.CommandContext(ctx, filepath.Join(bin, "initdb"), args...)
	cmd.Dir = "/"
	cmd.Env = environment()
	cmd.SysProcAttr = attributes(as)
	if out, err := onOwnThread(cmd.CombinedOutput); err != nil {
		return explain("make the database directory", err, string(out))
	}
	if err := os.Rename(fresh, c.data()); err != nil {
		return fmt.Errorf("database directory: %w", err)
	}
	return nil
}

// run starts the server on c.port and waits until it is ready.
func (c *Cluster) run(ctx context.Context, bin string, as *owner, o Options) (err error) {
	if err := portFree(c.port); err != nil {
		return err
	}
	logName := o.LogFile
	if logName == "" {
		logName = filepath.Join(c.home, "postgres.log")
	}
	log, err := os.OpenFile(logName, os.O_CREATE|os.O_APPEND|os.O_RDWR, 0o644)
	if err != nil {
		return explain("database log", err, "")
	}
	defer func() { err = errors.Join(err, log.Close()) }()
	before, err := log.Seek(0, io.SeekEnd)
	if err != nil {
		return fmt.Errorf("database log: %w", err)
	}

	c.cmd = exec.Command(filepath.Join(bin, "postgres"), settings(c.data(), c.port, o.Fast)...)
	c.cmd.Dir = "/"
	c.cmd.Env = environment()
	c.cmd.Stdout, c.cmd.Stderr = log, log
	c.cmd.SysProcAttr = attributes(as)
	c.done = make(chan struct{})
	if err := c.launch(); err != nil {
		return fmt.Errorf("start PostgreSQL: %w", err)
	}
	if err := c.ready(ctx); err != nil {
		stopCtx, cancel := context.WithTimeout(context.WithoutCancel(ctx), 5*time.Second)
		defer cancel()
		if ctx.Err() != nil {
			return errors.Join(err, c.stopProcess(stopCtx))
		}
		return explain("start PostgreSQL", err, tail(log, before))
	}
	return nil
}

// launch starts the process from a thread that lives as long as it does: the
// kernel ties the child's death signal to the thread which made it.
func (c *Cluster) launch() error {
	started := make(chan error, 1)
	go func() {
		runtime.LockOSThread()
		defer runtime.UnlockOSThread()
		err := c.cmd.Start()
		started <- err
		if err != nil {
			return
		}
		c.waitErr = c.cmd.Wait()
		close(c.done)
	}()
	return <-started
}

// ready waits until the server says in its pid file that it takes connections.
func (c *Cluster) ready(ctx context.Context) error {
	tick := time.NewTicker(20 * time.Millisecond)
	defer tick.Stop()
	for {
		raw, err := os.ReadFile(c.pidFile())
		if err == nil {
			lines := strings.Split(string(raw), "\n")
			if len(lines) > 7 && strings.TrimSpace(lines[0]) == strconv.Itoa(c.cmd.Process.Pid) &&
				strings.TrimSpace(lines[7]) == "ready" {
				return nil
			}
		}
		select {
		case <-tick.C:
		case <-c.done:
			if c.waitErr != nil {
				return c.waitErr
			}
			return errors.New("it ended at once")
		case <-ctx.Done():
			return fmt.Errorf("waiting for PostgreSQL: %w", ctx.Err())
		}
	}
}

// settings are the server's command line.
func settings(data string, port int, fast bool) []string {
	args := []string{"-D", data, "-p", strconv.Itoa(port), "-h", "127.0.0.1", "-k", "",
		"-c", "max_connections=300", "-c", "timezone=UTC", "-c", "log_timezone=UTC"}
	if fast {
		args = append(args, "-c", "fsync=off", "-c", "synchronous_commit=off", "-c", "full_page_writes=off",
			"-c", "autovacuum=off")
	}
	return args
}

// environment gives the programs nothing of ours but where to find things.
func environment() []string {
	return []string{"PATH=" + os.Getenv("PATH"), "LC_ALL=C", "TZ=UTC"}
}

// portFree fails with ErrPortTaken when somebody listens on the port.
func portFree(port int) error {
	l, err := net.Listen("tcp", net.JoinHostPort("127.0.0.1", strconv.Itoa(port)))
	if err != nil {
		return fmt.Errorf("PostgreSQL on port %d: %w", port, ErrPortTaken)
	}
	return l.Close()
}

// tail reads what the server said since it was started, at most 8 kB of it.
func tail(log *os.File, from int64) string {
	raw, err := io.ReadAll(io.NewSectionReader(log, from, 8<<10))
	if err != nil {
		return ""
	}
	return string(raw)
}

// onOwnThread runs f on a thread that is not given to anybody else meanwhile.
func onOwnThread(f func() ([]byte, error)) ([]byte, error) {
	runtime.LockOSThread()
	defer runtime.UnlockOSThread()
	return f()
}
