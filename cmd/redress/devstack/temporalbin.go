package devstack

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"hash/crc32"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strconv"
	"syscall"
)

// temporalModule is where the exact version of the Temporal CLI is pinned.
const temporalModule = "tools/temporal"

// oldestServer is the oldest server, as major and minor, that knows all that
// Redress uses; it is the one in Temporal CLI 1.5.
var oldestServer = [2]int{1, 29}

var serverVersion = regexp.MustCompile(`Server (\d+)\.(\d+)`)

// TemporalProgram returns the path of a Temporal CLI: the one that
// REDRESS_TEMPORAL_BIN names, the one on PATH if it is new enough, else the one
// built from tools/temporal into <dir>/bin. say is called before a build, which
// takes minutes.
func TemporalProgram(ctx context.Context, dir string, say func(string)) (string, error) {
	if path := os.Getenv(EnvTemporalBin); path != "" {
		return path, nil
	}
	if path, err := exec.LookPath("temporal"); err == nil && newEnough(ctx, path) {
		return path, nil
	}
	return buildTemporal(ctx, dir, say)
}

// newEnough asks a CLI for the version of the server in it.
func newEnough(ctx context.Context, path string) bool {
	out, err := exec.CommandContext(ctx, path, "--version").Output()
	if err != nil {
		return false
	}
	m := serverVersion.FindSubmatch(out)
	if m == nil {
		return false
	}
	major, errMajor := strconv.Atoi(string(m[1]))
	minor, errMinor := strconv.Atoi(string(m[2]))
	if errMajor != nil || errMinor != nil {
		return false
	}
	return major > oldestServer[0] || major == oldestServer[0] && minor >= oldestServer[1]
}

// buildTemporal builds the pinned CLI, once for each go.sum.
func buildTemporal(ctx context.Context, dir string, say func(string)) (string, error) {
	binary, err := filepath.Abs(filepath.Join(dir, "bin", "temporal"))
	if err != nil {
		return "", fmt.Errorf("finding %s: %w", dir, err)
	}
	sum, err := os.ReadFile(filepath.Join(temporalModule, "go.sum"))
	if errors.Is(err, os.ErrNotExist) {
		return "", problem(nil, "No Temporal CLI of version 1.5 or newer is on PATH and %s is not here: install one, start this in the checkout, or set TEMPORAL_ADDRESS to a running server.",
			temporalModule)
	}
	if err != nil {
		return "", fmt.Errorf("reading the pins of Temporal: %w", err)
	}
	stamp := filepath.Join(filepath.Dir(binary), fmt.Sprintf(".temporal-%08x", crc32.ChecksumIEEE(sum)))
	if present(stamp) && present(binary) {
		return binary, nil
	}
	if _, err := exec.LookPath("go"); err != nil {
		return "", problem(err, "Temporal must be built once and there is no go program on PATH: install Go, or a Temporal CLI, or set TEMPORAL_ADDRESS to a running server.")
	}
	say("Building the Temporal dev server, once; this takes about three minutes.")
	if err := os.MkdirAll(filepath.Dir(binary), 0o755); err != nil {
		return "", fmt.Errorf("making the folder of tools: %w", err)
	}
	build := exec.CommandContext(ctx, "go", "build", "-o", binary, "github.com/temporalio/cli/cmd/temporal")
	build.Dir = temporalModule
	if out, err := build.CombinedOutput(); err != nil {
		if ctx.Err() != nil {
			return "", ctx.Err()
		}
		if bytes.Contains(out, []byte(syscall.ENOSPC.Error())) {
			return "", fmt.Errorf("building Temporal: %w", syscall.ENOSPC)
		}
		return "", fmt.Errorf("building Temporal: %w\n%s", err, tail(out, 2000))
	}
	if err := os.WriteFile(stamp, nil, 0o644); err != nil {
		return "", fmt.Errorf("marking Temporal as built: %w", err)
	}
	return binary, nil
}

func present(path string) bool {
	_, err := os.Stat(path)
	return err == nil
}

// tail returns the last n bytes.
func tail(b []byte, n int) []byte {
	if len(b) > n {
		return b[len(b)-n:]
	}
	return b
}
