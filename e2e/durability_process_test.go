package e2e_test

import (
	"bufio"
	"encoding/json"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/redresshq/redress/partners"
	"github.com/redresshq/redress/store/storetest"
)

// The API as a process of its own, made from the real binary, so that it can be
// killed.

var built struct {
	once sync.Once
	dir  string
	err  error
}

// binary builds the one binary, once per run of the tests.
func binary(t *testing.T) string {
	t.Helper()
	built.once.Do(func() {
		if built.dir, built.err = os.MkdirTemp("", "redress-binary-"); built.err != nil {
			return
		}
		out, err := exec.Command("go", "build", "-o", filepath.Join(built.dir, "redress"), "../cmd/redress").CombinedOutput()
		if err != nil {
			built.err = fmt.Errorf("go build: %w: %s", err, out)
		}
	})
	require.NoError(t, built.err)
	return filepath.Join(built.dir, "redress")
}

// removeBinary is called once, after all tests.
func removeBinary() {
	if built.dir != "" {
		logged(os.RemoveAll(built.dir))
	}
}

// processOptions is how an API process differs from its stack.
type processOptions struct {
	database string        // instead of the stack's
	temporal string        // likewise
	evidence string        // its folder of evidence; one of its own if empty
	lease    time.Duration // of an idempotency key; the default if 0
}

// process is a running API.
type process struct {
	t    *testing.T
	cmd  *exec.Cmd
	url  string
	gone chan struct{}
	how  error // it ended, once gone is closed: killed, mostly
}

// api starts an API process on the stack's database and namespace.
func (s *stack) api(t *testing.T, o processOptions) *process {
	t.Helper()
	if o.database == "" {
		o.database = s.database
	}
	if o.temporal == "" {
		o.temporal = temporalServer.FrontendHostPort()
	}
	if o.evidence == "" {
		o.evidence = t.TempDir()
	}
	p := &process{t: t, cmd: exec.Command(binary(t), "api"), gone: make(chan struct{})}
	p.cmd.Env = []string{
		"PATH=" + os.Getenv("PATH"), "HOME=" + os.Getenv("HOME"),
		"DATABASE_URL=" + o.database, "TEMPORAL_ADDRESS=" + o.temporal, "TEMPORAL_NAMESPACE=" + s.namespace,
		"REDRESS_LISTEN=127.0.0.1:0", "REDRESS_EVIDENCE_DIR=" + o.evidence, "REDRESS_TOKEN_KEY=" + string(tokenKey),
		"REDRESS_DATA_KEYS=" + storetest.Key,
		"REDRESS_PARTNER_WAREHOUSE_SECRETS=" + secretOf(partners.WarehouseID),
		"REDRESS_PARTNER_CARRIER_SECRETS=" + secretOf(partners.CarrierID),
		"REDRESS_PARTNER_PAYMENT_SECRETS=" + secretOf(partners.PaymentsID),
	}
	if o.lease > 0 {
		p.cmd.Env = append(p.cmd.Env, "REDRESS_IDEMPOTENCY_LEASE="+o.lease.String())
	}
	logs, err := p.cmd.StderrPipe()
	require.NoError(t, err)
	require.NoError(t, p.cmd.Start())
	t.Cleanup(p.kill)
	address, said := make(chan string, 1), &strings.Builder{}
	go func() {
		defer close(p.gone)
		listening(logs, said, address)
		p.how = p.cmd.Wait()
	}()
	select {
	case a := <-address:
		p.url = "http://" + a
	case <-p.gone:
		require.FailNow(t, "the API process ended", "%v: %s", p.how, said)
	case <-time.After(patience):
		require.FailNow(t, "the API process does not listen", "%s", p.cmd.Env)
	}
	return p
}

// listening reads a process's log to its end and passes on where it listens.
func listening(logs io.Reader, said *strings.Builder, address chan<- string) {
	lines := bufio.NewScanner(logs)
	for lines.Scan() {
		var line struct {
			Message string `json:"msg"`
			Address string `json:"address"`
		}
		said.WriteString(lines.Text() + "\n")
		if json.Unmarshal(lines.Bytes(), &line) == nil && line.Message == "listening" {
			address <- line.Address
		}
	}
}

// kill is kill -9, and waits until the process is gone.
func (p *process) kill() { p.end(syscall.SIGKILL) }

// stop lets the process drain.
func (p *process) stop() { p.end(syscall.SIGTERM) }

func (p *process) end(with syscall.Signal) {
	p.t.Helper()
	select {
	case <-p.gone:
		return
	default:
	}
	require.NoError(p.t, p.cmd.Process.Signal(with))
	select {
	case <-p.gone:
	case <-time.After(patience):
		require.Fail(p.t, "the API process does not end", "%s", with)
	}
}

// at is the caller, asking another address.
func (c caller) at(url string) caller {
	elsewhere := *c.s
	elsewhere.url = url
	c.s = &elsewhere
	return c
}
