// Package e2e_test tells the stories of Redress through HTTP against the whole
// stack: real PostgreSQL, a real Temporal server, the sandbox of partners.
package e2e_test

import (
	"context"
	"fmt"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"testing"

	"go.temporal.io/sdk/client"
	"go.temporal.io/sdk/testsuite"

	"github.com/redresshq/redress/store/storetest"
)

// temporalServer is the one dev server of this test binary; every stack has a
// namespace of its own on it.
var temporalServer *testsuite.DevServer

// metricsURL is where the server counts billable actions.
var metricsURL string

func TestMain(m *testing.M) { os.Exit(run(m)) }

func run(m *testing.M) int {
	bin, err := temporalBinary()
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		return 1
	}
	port, err := freePort()
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		return 1
	}
	metricsURL = fmt.Sprintf("http://127.0.0.1:%d/metrics", port)
	temporalServer, err = testsuite.StartDevServer(context.Background(), testsuite.DevServerOptions{
		ExistingPath: bin, LogLevel: "error", ClientOptions: &client.Options{Logger: quiet{}},
		// Dozens of namespaces share this one server: one partition a queue, and room to talk.
		ExtraArgs: []string{
			"--dynamic-config-value", "frontend.namespaceRPS.visibility=1000",
			"--dynamic-config-value", "matching.numTaskqueueReadPartitions=1",
			"--dynamic-config-value", "matching.numTaskqueueWritePartitions=1",
			"--dynamic-config-value", "matching.rps=100000",
			"--metrics-port", strconv.Itoa(port)},
	})
	if err != nil {
		fmt.Fprintln(os.Stderr, "the Temporal dev server does not start:", err)
		return 1
	}
	code := m.Run()
	stopShared()
	removeBinary()
	if err := temporalServer.Stop(); err != nil {
		fmt.Fprintln(os.Stderr, "stopping the Temporal dev server:", err)
	}
	if err := storetest.Stop(); err != nil {
		fmt.Fprintln(os.Stderr, err)
		code = 1
	}
	return code
}

// temporalBinary finds the dev server that `make test` builds.
func temporalBinary() (string, error) {
	if bin := os.Getenv("REDRESS_TEMPORAL_BIN"); bin != "" {
		return bin, nil
	}
	built, err := filepath.Abs("../.redress/bin/temporal")
	if err == nil {
		if _, err := os.Stat(built); err == nil {
			return built, nil
		}
	}
	bin, err := exec.LookPath("temporal")
	if err != nil {
		return "", fmt.Errorf("these tests need a Temporal dev server: run `make test`, which builds it, or set REDRESS_TEMPORAL_BIN: %w", err)
	}
	return bin, nil
}

func freePort() (int, error) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return 0, err
	}
	defer l.Close()
	return l.Addr().(*net.TCPAddr).Port, nil
}

// quiet is a logger that says nothing.
type quiet struct{}

func (quiet) Debug(string, ...any) {}
func (quiet) Info(string, ...any)  {}
func (quiet) Warn(string, ...any)  {}
func (quiet) Error(string, ...any) {}
