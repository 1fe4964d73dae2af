// Package devstack runs the whole of Redress on one machine: a private
// PostgreSQL, a Temporal dev server, the sandbox of partners, the API and a
// worker, and plays one live case on them.
package devstack

import (
	"context"
	"fmt"
	"io"
	"log/slog"
	"os"
	"path/filepath"
	"strconv"
	"time"

	"github.com/redresshq/redress/cmd/redress/config"
	"github.com/redresshq/redress/cmd/redress/serve"
	"github.com/redresshq/redress/partners"
)

// demoPolicy is the policy under which everything happens in seconds.
const demoPolicy = "demo"

// drain is how long the API and the worker may take to end.
const drain = 5 * time.Second

// Options say how the stack runs.
type Options struct {
	// Once ends it after the live case; ports are free ones and the state is apart.
	Once bool
	// Out is where steps, timeline and banner go.
	Out io.Writer
}

// stack is what runs and what is known about it.
type stack struct {
	settings config.Config
	once     bool
	out      *printer
	parts    parts
	log      *slog.Logger

	keys   Keys
	tokens tokens
	uiURL  string // "" when Temporal is not ours

	mailURL string // of the sandbox's mail server; "" when mail goes elsewhere
	hookURL string // where the sandbox plays the shop's own system; "" when there is no sandbox
	hookID  string // the endpoint that sends there

	run           run    // of the live case
	order, caseID string // likewise
}

// Run starts the stack, plays the case, and stays until ctx is done or a part
// ends by itself; with Once it returns after the case, nil only if all was right.
// Everything it started has ended when it returns.
func Run(ctx context.Context, settings config.Config, o Options) (err error) {
	s := &stack{settings: settings, once: o.Once, out: &printer{out: o.Out}, run: newRun()}
	if s.once {
		s.settings.Dev.Dir = filepath.Join(s.settings.Dev.Dir, "demo")
	}
	s.settings.API.DrainTimeout, s.settings.Worker.StopTimeout = drain, drain
	if os.Getenv("REDRESS_POLICY") == "" {
		s.settings.Policy = demoPolicy
	}
	running, fail := context.WithCancelCause(ctx)
	defer fail(nil)
	s.parts.fail = fail

	if err := prepareFolder(s.settings.Dev.Dir); err != nil {
		return explain(s.settings.Dev.Dir, err)
	}
	log, err := os.OpenFile(s.logFile(), os.O_CREATE|os.O_WRONLY|os.O_APPEND, 0o644)
	if err != nil {
		return explain(s.settings.Dev.Dir, fmt.Errorf("opening the log: %w", err))
	}
	defer log.Close()
	s.log = slog.New(slog.NewTextHandler(log, &slog.HandlerOptions{Level: s.settings.Log.Level}))

	err = s.live(running)
	if cause := context.Cause(running); cause != nil && ctx.Err() == nil {
		err = cause // a part ended by itself; what else went wrong follows from it
	}
	if ctx.Err() != nil && !s.once {
		err = nil // told to end
	}
	s.out.linef("\nStopping.")
	s.parts.stop(s.out)
	return explain(s.settings.Dev.Dir, err)
}

// live is the stack's life between its folder and its end.
func (s *stack) live(ctx context.Context) error {
	start := time.Now()
	s.out.linef("Redress: starting what is not there yet; state and logs lie in %s", s.settings.Dev.Dir)
	if err := s.up(ctx); err != nil {
		return err
	}
	withdraw, err := announce(s.settings.Dev.Dir, Running{DatabaseURL: s.settings.DatabaseURL, TemporalAddress: s.settings.Temporal.Address})
	if err != nil {
		return err
	}
	defer func() {
		if err := withdraw(); err != nil {
			s.log.Warn("ending", "error", err)
		}
	}()
	s.out.linef("Ready after %.1f s.", time.Since(start).Seconds())
	err = s.tell(ctx)
	if s.once || ctx.Err() != nil {
		return err
	}
	if err != nil {
		s.out.linef("\nThe live case went wrong: %v", err)
	}
	s.banner()
	<-ctx.Done()
	return nil
}

// up starts every part that is not replaced by an address.
func (s *stack) up(ctx context.Context) error {
	steps := []struct {
		name string
		run  func(context.Context) (string, error)
	}{
		{"Folder and keys", s.prepare},
		{"Ports", s.choosePorts},
		{"PostgreSQL", s.database},
		{"Migrations", s.migrate},
		{"Articles", s.articles},
		{"Temporal", s.engine},
		{"Search attributes", s.attributes},
		{"Partner sandbox", s.sandbox},
		{"Worker", s.worker},
		{"API", s.api},
		{"Notices", s.subscribe},
	}
	for _, step := range steps {
		if err := ctx.Err(); err != nil {
			return err
		}
		if err := s.out.step(step.name, func() (string, error) { return step.run(ctx) }); err != nil {
			return err
		}
	}
	return nil
}

// prepare makes the keys and what follows from them.
func (s *stack) prepare(context.Context) (string, error) {
	keys, err := ensureKeys(s.settings.Dev.Dir)
	if err != nil {
		return "", err
	}
	s.keys = keys
	if s.settings.API.TokenKey == "" {
		s.settings.API.TokenKey = keys.TokenKey
	}
	if len(s.settings.DataKeys) == 0 && keys.DataKey != "" {
		s.settings.DataKeys = []string{keys.DataKey}
	}
	if s.settings.EvidenceDir == "" {
		s.settings.EvidenceDir = filepath.Join(s.settings.Dev.Dir, "evidence")
	}
	s.tokens, err = mintTokens(s.settings.API.TokenKey, s.run.customerID())
	return s.settings.Dev.Dir, err
}

// choosePorts sees that the ports of everything we start are free.
func (s *stack) choosePorts(context.Context) (string, error) {
	d := &s.settings.Dev
	ports := []port{{"the API", "REDRESS_API_PORT", &d.APIPort}}
	if s.settings.DatabaseURL == "" {
		ports = append(ports, port{"PostgreSQL", "REDRESS_POSTGRES_PORT", &d.PostgresPort})
	}
	if s.settings.Temporal.Address == "" {
		ports = append(ports,
			port{"Temporal", "REDRESS_TEMPORAL_PORT", &d.TemporalPort},
			port{"Temporal's UI", "REDRESS_TEMPORAL_UI_PORT", &d.TemporalUIPort})
	}
	if s.needsSandbox() && !s.once {
		for i := range s.partners() {
			number := d.PartnersPort + i
			ports = append(ports, port{"the partner sandbox", "REDRESS_PARTNERS_PORT", &number})
		}
		number := d.PartnersPort + len(s.partners())
		ports = append(ports, port{"the sandbox's mail server", "REDRESS_PARTNERS_PORT", &number})
	}
	if err := takePorts(ports, s.once); err != nil {
		return "", err
	}
	if s.once {
		return "free ones", nil
	}
	return fmt.Sprintf("%d, all free", len(ports)), nil
}

// tell plays the live case and checks the ledger.
func (s *stack) tell(ctx context.Context) error {
	urls := partners.URLs{}
	for kind, partner := range serve.PartnerOf(&s.settings.Partners) {
		urls[kind] = partner.URL
	}
	shop := partners.NewClient(urls)
	defer shop.Close()
	tale := &story{
		customer: newCaller(s.apiURL(), s.tokens.customer), staff: newCaller(s.apiURL(), s.tokens.supervisor),
		shop: shop, out: s.out, run: s.run,
	}
	ended, err := tale.play(ctx)
	s.order, s.caseID = tale.order, tale.id
	if err != nil {
		return err
	}
	verdict, err := tale.judge(ctx, ended)
	if err != nil {
		return err
	}
	s.out.linef("\n%s", verdict)
	if s.hookURL != "" {
		if err := s.readAloud(ctx, shop); err != nil {
			return err
		}
	}
	if s.uiURL != "" && !s.once {
		s.out.linef("In the UI: %s/namespaces/%s/workflows/case%%2F%s", s.uiURL, s.settings.Temporal.Namespace, s.caseID)
	}
	return nil
}

func (s *stack) apiURL() string {
	return "http://127.0.0.1:" + strconv.Itoa(s.settings.Dev.APIPort)
}

func (s *stack) logs() string                { return filepath.Join(s.settings.Dev.Dir, "logs") }
func (s *stack) logFile() string             { return filepath.Join(s.logs(), "redress.log") }
func (s *stack) logOf(program string) string { return filepath.Join(s.logs(), program+".log") }
