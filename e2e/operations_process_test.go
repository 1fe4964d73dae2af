package e2e_test

import (
	"bytes"
	"context"
	"errors"
	"os"
	"os/exec"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/redresshq/redress/partners"
	"github.com/redresshq/redress/store/storetest"
)

// part is one part of Redress as a process of its own, from the real binary.
type part struct {
	t    *testing.T
	cmd  *exec.Cmd
	gone chan struct{}

	mu   sync.Mutex
	said bytes.Buffer
}

// Write takes the process's log.
func (p *part) Write(b []byte) (int, error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.said.Write(b)
}

func (p *part) log() string {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.said.String()
}

// startPart starts `redress <command>` with nothing set but what it is given.
func startPart(t *testing.T, command string, settings ...string) *part {
	t.Helper()
	p := &part{t: t, cmd: exec.Command(binary(t), command), gone: make(chan struct{})}
	p.cmd.Env = append([]string{"PATH=" + os.Getenv("PATH"), "HOME=" + t.TempDir()}, settings...)
	p.cmd.Stdout, p.cmd.Stderr = p, p
	require.NoError(t, p.cmd.Start())
	go func() {
		defer close(p.gone)
		var exit *exec.ExitError
		if err := p.cmd.Wait(); err != nil && !errors.As(err, &exit) {
			logged(err)
		}
	}()
	t.Cleanup(func() {
		if !p.hasEnded() {
			require.NoError(t, p.cmd.Process.Kill())
			<-p.gone
		}
	})
	return p
}

func (p *part) hasEnded() bool {
	select {
	case <-p.gone:
		return true
	default:
		return false
	}
}

// says waits until the log holds the words.
func (p *part) says(words string) {
	p.t.Helper()
	until(p.t, patience, "the process says "+words, func() bool {
		require.False(p.t, p.hasEnded() && !strings.Contains(p.log(), words), "the process ended: %s", p.log())
		return strings.Contains(p.log(), words)
	})
}

// exit waits for the end of the process and returns its exit code.
func (p *part) exit(limit time.Duration) int {
	p.t.Helper()
	until(p.t, limit, "the process ends; it said "+p.log(), p.hasEnded)
	return p.cmd.ProcessState.ExitCode()
}

// terminate asks the process to end, as an orchestrator of containers does.
func (p *part) terminate() {
	p.t.Helper()
	require.NoError(p.t, p.cmd.Process.Signal(syscall.SIGTERM))
}

// where are the settings of the stack's database and engine.
func (s *stack) where() []string {
	return []string{"DATABASE_URL=" + s.database, "TEMPORAL_ADDRESS=" + temporalServer.FrontendHostPort(),
		"TEMPORAL_NAMESPACE=" + s.namespace, "REDRESS_DATA_KEYS=" + storetest.Key}
}

// workerPart starts a worker on the stack, under the demo policy.
func (s *stack) workerPart(t *testing.T, stopTimeout time.Duration) *part {
	t.Helper()
	settings := append(s.where(), "REDRESS_POLICY=demo", "REDRESS_WORKER_LISTEN=127.0.0.1:0",
		"REDRESS_WORKER_STOP_TIMEOUT="+stopTimeout.String())
	for name, kind := range map[string]partners.Kind{"ORDERS": partners.Orders, "WAREHOUSE": partners.Warehouse,
		"CARRIER": partners.Carrier, "PAYMENT": partners.Payments, "NOTIFY": partners.Notify} {
		settings = append(settings, "REDRESS_PARTNER_"+name+"_URL="+s.partners[kind])
	}
	p := startPart(t, "worker", settings...)
	p.says("working")
	return p
}

// apiSettings are those of an API; other settings follow and win.
func apiSettings(t *testing.T, other ...string) []string {
	t.Helper()
	return append([]string{
		"REDRESS_LISTEN=127.0.0.1:0", "REDRESS_EVIDENCE_DIR=" + t.TempDir(), "REDRESS_TOKEN_KEY=" + string(tokenKey),
		"REDRESS_PARTNER_WAREHOUSE_SECRETS=" + secretOf(partners.WarehouseID),
		"REDRESS_PARTNER_CARRIER_SECRETS=" + secretOf(partners.CarrierID),
		"REDRESS_PARTNER_PAYMENT_SECRETS=" + secretOf(partners.PaymentsID),
	}, other...)
}

// listens waits until an API serves and returns its URL.
func (p *part) listens() string {
	p.t.Helper()
	const before = `"address":"`
	p.says(before)
	log := p.log()
	rest := log[strings.Index(log, before)+len(before):]
	return "http://" + rest[:strings.Index(rest, `"`)]
}

// inBackground runs do and returns a channel that is closed once it is done.
func inBackground(ctx context.Context, do func(context.Context)) <-chan struct{} {
	done := make(chan struct{})
	go func() { defer close(done); do(ctx) }()
	return done
}
