package devstack

import (
	"context"
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"
)

func TestNewEnoughAsksForTheServer(t *testing.T) {
	t.Parallel()
	for says, want := range map[string]bool{
		"temporal version 1.5.1 (Server 1.29.1, UI 2.42.1)":     true,
		"temporal version 0.0.0-DEV (Server 1.29.1, UI 2.42.1)": true,
		"temporal version 2.0.0 (Server 2.0.0, UI 3.0.0)":       true,
		"temporal version 1.4.0 (Server 1.28.0, UI 2.38.0)":     false,
		"something else entirely":                               false,
	} {
		program := filepath.Join(t.TempDir(), "temporal")
		require.NoError(t, os.WriteFile(program, []byte("#!/bin/sh\necho '"+says+"'\n"), 0o755))
		require.Equal(t, want, newEnough(context.Background(), program), says)
	}
	require.False(t, newEnough(context.Background(), filepath.Join(t.TempDir(), "none")))
}

func TestWithoutCLIAndModuleTheRemedyIsNamed(t *testing.T) {
	t.Setenv("PATH", t.TempDir())
	t.Setenv(EnvTemporalBin, "")
	t.Chdir(t.TempDir())
	_, err := TemporalProgram(context.Background(), ".redress", func(string) {})
	var p *Problem
	require.ErrorAs(t, err, &p)
	require.Contains(t, p.Error(), "set TEMPORAL_ADDRESS")
}
