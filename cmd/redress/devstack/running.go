package devstack

import (
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
)

// Running is where the parts of a dev stack that runs now are, for the operator's
// commands in another terminal.
type Running struct {
	DatabaseURL     string `json:"database_url"`
	TemporalAddress string `json:"temporal_address"`
}

func runningFile(dir string) string { return filepath.Join(dir, "running.json") }

// ReadRunning returns where the dev stack in the folder runs; an error that is
// os.ErrNotExist when none does.
func ReadRunning(dir string) (Running, error) {
	raw, err := os.ReadFile(runningFile(dir))
	if err != nil {
		return Running{}, fmt.Errorf("looking for a running dev stack: %w", err)
	}
	var r Running
	if err := json.Unmarshal(raw, &r); err != nil {
		return Running{}, fmt.Errorf("reading %s: %w", runningFile(dir), err)
	}
	return r, nil
}

// announce writes where we run; the returned function takes it back.
func announce(dir string, r Running) (func() error, error) {
	raw, err := json.Marshal(r)
	if err != nil {
		return nil, fmt.Errorf("writing where the stack runs: %w", err)
	}
	if err := os.WriteFile(runningFile(dir), raw, 0o600); err != nil {
		return nil, fmt.Errorf("writing where the stack runs: %w", err)
	}
	return func() error {
		if err := os.Remove(runningFile(dir)); err != nil && !errors.Is(err, os.ErrNotExist) {
			return fmt.Errorf("removing %s: %w", runningFile(dir), err)
		}
		return nil
	}, nil
}
