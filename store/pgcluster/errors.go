package pgcluster

import (
	"errors"
	"fmt"
	"strings"
	"syscall"
)

// The failures that a person can mend; each error's text names the remedy. Match
// with errors.Is.
var (
	ErrNoPrograms = errors.New("the PostgreSQL programs initdb and postgres were not found: " +
		"install them (Debian: apt-get install postgresql) or put their folder on PATH")
	ErrNoUser = errors.New("PostgreSQL refuses to run as root, and there is no user `postgres` or `nobody` to run it as: " +
		"add one, or start as an ordinary user")
	ErrPortTaken = errors.New("the port is taken by another program: free it or choose another")
	ErrDiskFull  = errors.New("the disk is full: free some space")
	ErrInUse     = errors.New("the database directory is in use by another process: stop that one or choose another directory")
	ErrOldData   = errors.New("the database directory was made by another major version of PostgreSQL: " +
		"remove it, or install that version")
)

// causes maps what PostgreSQL says to what a person can do about it.
var causes = []struct {
	text string
	err  error
}{
	{"No space left on device", ErrDiskFull},
	{"Address already in use", ErrPortTaken},
	{"database files are incompatible with server", ErrOldData},
	{"lock file \"postmaster.pid\" already exists", ErrInUse},
}

// explain turns a failure of a PostgreSQL program into one of the errors above
// where its output tells which, else into an error with the last of the output.
func explain(what string, err error, output string) error {
	for _, c := range causes {
		if strings.Contains(output, c.text) {
			return fmt.Errorf("%s: %w", what, c.err)
		}
	}
	if errors.Is(err, syscall.ENOSPC) {
		return fmt.Errorf("%s: %w", what, ErrDiskFull)
	}
	output = strings.TrimSpace(output)
	if len(output) > 600 {
		output = "..." + output[len(output)-600:]
	}
	if output == "" {
		return fmt.Errorf("%s: %w", what, err)
	}
	return fmt.Errorf("%s: %w: %s", what, err, output)
}
