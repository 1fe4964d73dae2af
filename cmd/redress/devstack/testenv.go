package devstack

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"

	"github.com/redresshq/redress/store/pgcluster"
)

// The variables by which tests find what TestEnv started.
const (
	EnvTestDatabase = "REDRESS_TEST_DATABASE_URL" // a superuser's URL: tests make databases of their own
	EnvTemporalBin  = "REDRESS_TEMPORAL_BIN"      // a Temporal CLI: tests start dev servers of their own
)

// TestEnv runs a command with a private PostgreSQL and a Temporal CLI at hand, and
// returns the command's exit code. What the two variables already name is used
// as it is.
func TestEnv(ctx context.Context, dir string, out io.Writer, command []string) (code int, err error) {
	p := &printer{out: out}
	say := func(s string) { p.linef("%s", s) }
	environment := os.Environ()

	program, err := TemporalProgram(ctx, dir, say)
	if err != nil {
		return 1, explain(dir, err)
	}
	environment = append(environment, EnvTemporalBin+"="+program)
	if os.Getenv(EnvTestDatabase) == "" {
		if _, err := ensurePostgres(ctx, say); err != nil {
			return 1, err
		}
		temp, err := temporaryFolder()
		if err != nil {
			return 1, err
		}
		defer func() { err = errors.Join(err, os.RemoveAll(temp)) }()
		cluster, err := startPostgres(ctx, pgcluster.Options{Dir: filepath.Join(temp, "pg"), Fast: true}, "redress")
		if err != nil {
			return 1, err
		}
		defer func() {
			stopCtx, cancel := context.WithTimeout(context.WithoutCancel(ctx), stopTimeout)
			defer cancel()
			err = errors.Join(err, cluster.Stop(stopCtx))
		}()
		environment = append(environment, EnvTestDatabase+"="+cluster.URL("postgres"))
	}

	cmd := exec.CommandContext(ctx, command[0], command[1:]...)
	cmd.Cancel = func() error { return cmd.Process.Signal(os.Interrupt) }
	cmd.WaitDelay = stopTimeout
	cmd.Env = environment
	cmd.Stdin, cmd.Stdout, cmd.Stderr = os.Stdin, out, os.Stderr
	err = cmd.Run()
	var exit *exec.ExitError
	if errors.As(err, &exit) {
		return max(exit.ExitCode(), 1), nil
	}
	if err != nil {
		return 1, fmt.Errorf("running %s: %w", command[0], err)
	}
	return 0, nil
}

// temporaryFolder is one that the database's own user can reach too.
func temporaryFolder() (string, error) {
	temp, err := os.MkdirTemp("", "redress-test-")
	if err != nil {
		return "", fmt.Errorf("making a temporary folder: %w", err)
	}
	if err := os.Chmod(temp, 0o755); err != nil {
		return "", fmt.Errorf("opening a temporary folder: %w", err)
	}
	return temp, nil
}
