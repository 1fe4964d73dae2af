package devstack

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"

	"github.com/redresshq/redress/store/pgcluster"
)

// ensurePostgres makes sure that the programs of PostgreSQL are there: found, or
// installed with apt-get when we may.
func ensurePostgres(ctx context.Context, say func(string)) (string, error) {
	bin, err := pgcluster.FindPrograms()
	if !errors.Is(err, pgcluster.ErrNoPrograms) {
		return bin, err
	}
	apt, aptErr := exec.LookPath("apt-get")
	if aptErr != nil || os.Geteuid() != 0 {
		return "", problem(nil, "The PostgreSQL programs (initdb, postgres) were not found: install them (Debian: `sudo apt-get install postgresql`), or set DATABASE_URL to a running server.")
	}
	say("Installing PostgreSQL with apt-get, since its programs were not found.")
	for _, args := range [][]string{
		{"update", "-qq"},
		{"install", "-y", "-qq", "--no-install-recommends", "postgresql"},
	} {
		cmd := exec.CommandContext(ctx, apt, args...)
		cmd.Env = append(os.Environ(), "DEBIAN_FRONTEND=noninteractive")
		if out, err := cmd.CombinedOutput(); err != nil {
			return "", problem(fmt.Errorf("%w: %s", err, tail(out, 600)), "apt-get could not install PostgreSQL: install it by hand, or set DATABASE_URL to a running server.")
		}
	}
	return pgcluster.FindPrograms()
}

// startPostgres starts a private cluster and makes the database in it.
func startPostgres(ctx context.Context, o pgcluster.Options, database string) (*pgcluster.Cluster, error) {
	c, err := pgcluster.Start(ctx, o)
	switch {
	case errors.Is(err, pgcluster.ErrPortTaken):
		return nil, problem(nil, "Port %d, needed for PostgreSQL, is taken: end what uses it, or set REDRESS_POSTGRES_PORT to a free port.", o.Port)
	case errors.Is(err, pgcluster.ErrInUse):
		return nil, problem(nil, "%s is in use by another `redress dev`: end that one, or set REDRESS_DIR to another folder.", o.Dir)
	case errors.Is(err, pgcluster.ErrDiskFull):
		return nil, problem(nil, "The disk that holds %s is full: free some space, or set REDRESS_DIR to a folder elsewhere.", o.Dir)
	case err != nil:
		return nil, fmt.Errorf("starting PostgreSQL: %w", err)
	}
	if err := c.EnsureDatabase(ctx, database); err != nil {
		stopCtx, cancel := context.WithTimeout(context.WithoutCancel(ctx), stopTimeout)
		defer cancel()
		return nil, errors.Join(fmt.Errorf("making the database: %w", err), c.Stop(stopCtx))
	}
	return c, nil
}
