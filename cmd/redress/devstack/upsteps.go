package devstack

import (
	"context"
	"fmt"
	"net/http"
	"path/filepath"
	"time"

	"github.com/redresshq/redress/cmd/redress/config"
	"github.com/redresshq/redress/cmd/redress/serve"
	"github.com/redresshq/redress/dispute"
	"github.com/redresshq/redress/partners"
	"github.com/redresshq/redress/store/pgcluster"
)

// database starts the private PostgreSQL, unless DATABASE_URL names another.
func (s *stack) database(ctx context.Context) (string, error) {
	if s.settings.DatabaseURL != "" {
		return "yours, by DATABASE_URL", nil
	}
	if _, err := ensurePostgres(ctx, s.say); err != nil {
		return "", err
	}
	log := s.logOf("postgres")
	cluster, err := startPostgres(ctx, pgcluster.Options{
		Dir: filepath.Join(s.settings.Dev.Dir, "pg"), Port: s.settings.Dev.PostgresPort, LogFile: log,
	}, "redress")
	if err != nil {
		return "", err
	}
	s.parts.watch("PostgreSQL", log, cluster.Done(), cluster.Stop)
	s.settings.DatabaseURL = cluster.URL("redress")
	s.settings.OwnerURL = s.settings.DatabaseURL
	return fmt.Sprintf("private, 127.0.0.1:%d", cluster.Port()), nil
}

// migrate brings the database to this version.
func (s *stack) migrate(ctx context.Context) (string, error) {
	err := serve.Migrate(ctx, s.settings.OwnerURL)
	if dispute.CodeOf(err) == dispute.CodeConflict {
		return "", err // it says what to do
	}
	if err != nil {
		return "", problem(err, "The database cannot be brought to this version: if DATABASE_URL names yours, check that it "+
			"answers and may be changed (postgres://user:password@host:port/name), or unset it to have a private one.")
	}
	return "applied", nil
}

// engine starts a Temporal dev server, unless TEMPORAL_ADDRESS names another.
func (s *stack) engine(ctx context.Context) (string, error) {
	if s.settings.Temporal.Address != "" {
		return "yours, " + s.settings.Temporal.Address, nil
	}
	root := s.settings.Dev.Dir
	if s.once {
		root = filepath.Dir(root) // the tools are shared with `make run`
	}
	program, err := TemporalProgram(ctx, root, s.say)
	if err != nil {
		return "", err
	}
	d := s.settings.Dev
	server, err := startTemporal(ctx, temporalOptions{
		program: program, dbFile: filepath.Join(d.Dir, "temporal.db"), logFile: s.logOf("temporal"),
		port: d.TemporalPort, uiPort: d.TemporalUIPort,
	})
	if err != nil {
		return "", err
	}
	s.parts.child(server)
	s.settings.Temporal.Address = fmt.Sprintf("127.0.0.1:%d", d.TemporalPort)
	s.uiURL = fmt.Sprintf("http://127.0.0.1:%d", d.TemporalUIPort)
	return "dev server, " + s.settings.Temporal.Address, nil
}

// attributes registers the search attributes that the namespace lacks.
func (s *stack) attributes(ctx context.Context) (string, error) {
	c, err := serve.Temporal(ctx, s.settings, s.log)
	if err != nil {
		return "", problem(err, "Temporal does not answer at %s: if TEMPORAL_ADDRESS names yours, start it, or unset the "+
			"variable to have a dev server.", s.settings.Temporal.Address)
	}
	defer c.Close()
	added, err := RegisterSearchAttributes(ctx, c, s.settings.Temporal.Namespace)
	if err != nil {
		return "", err
	}
	return fmt.Sprintf("%d registered, %d were there", added, len(SearchAttributes())-added), nil
}

// sandbox starts the partners that no address replaces.
func (s *stack) sandbox(ctx context.Context) (string, error) {
	p := &s.settings.Partners
	for _, reporting := range []*config.Reporter{&p.Orders, &p.Warehouse, &p.Carrier, &p.Payment, &p.Supplier} {
		if len(reporting.Secrets) == 0 {
			reporting.Secrets = []string{s.keys.WebhookSecret}
		}
	}
	if !s.needsSandbox() {
		return "none, all partners are yours", nil
	}
	ports := map[partners.Kind]int{}
	for i, kind := range partners.Kinds() {
		if !s.once {
			ports[kind] = s.settings.Dev.PartnersPort + i
		}
	}
	mailPort := 0
	if !s.once {
		mailPort = s.settings.Dev.PartnersPort + len(ports)
	}
	box, err := partners.Start(context.WithoutCancel(ctx), partners.Config{
		Ports: ports, MailPort: mailPort, WebhookURL: s.apiURL() + "/v1/webhooks", LedgerDir: filepath.Join(s.settings.Dev.Dir, "partners"),
		Secrets: serve.SandboxSecrets(s.settings.Partners), Log: s.log,
	})
	if err != nil {
		return "", fmt.Errorf("starting the partner sandbox: %w", err)
	}
	s.parts.onStop("Partner sandbox", func(context.Context) error { return box.Close() })
	urls := box.URLs()
	for kind, partner := range serve.PartnerOf(p) {
		if partner.URL == "" {
			partner.URL = urls[kind]
		}
	}
	s.listenIn(box, urls[partners.Notify])
	return fmt.Sprintf("%d servers from %s", len(urls), urls[partners.Orders]), nil
}

// worker starts workflows, activities and the relay in this process.
func (s *stack) worker(context.Context) (string, error) {
	s.settings.Worker.Listen = "" // the API of this process has the metrics
	s.parts.run("Worker", s.logFile(), func(ctx context.Context) error {
		return serve.Worker(ctx, s.settings, s.log)
	})
	return "policy " + s.settings.Policy, nil
}

// api starts the door and waits until it is ready.
func (s *stack) api(ctx context.Context) (string, error) {
	s.settings.API.Listen = fmt.Sprintf("127.0.0.1:%d", s.settings.Dev.APIPort)
	s.parts.run("API", s.logFile(), func(ctx context.Context) error {
		return serve.API(ctx, s.settings, s.log)
	})
	ctx, cancel := context.WithTimeout(ctx, 30*time.Second)
	defer cancel()
	ask := time.NewTicker(50 * time.Millisecond)
	defer ask.Stop()
	for door := newCaller(s.apiURL(), ""); ; {
		err := door.do(ctx, http.MethodGet, "/readyz", "", "", nil, nil)
		if err == nil {
			return s.apiURL(), nil
		}
		select {
		case <-ask.C:
		case <-ctx.Done():
			return "", fmt.Errorf("the API did not become ready: %w", err)
		}
	}
}

func (s *stack) say(sentence string) { s.out.linef("  %s", sentence) }

// named is a partner for a reader.
type named struct{ name, url string }

// partners lists the six in the order of their ports.
func (s *stack) partners() []named {
	p := s.settings.Partners
	return []named{{"Order system", p.Orders.URL}, {"Warehouse", p.Warehouse.URL}, {"Carrier", p.Carrier.URL},
		{"Payments", p.Payment.URL}, {"Notifications", p.Notify.URL}, {"Supplier", p.Supplier.URL}}
}

// needsSandbox says whether some partner has no address of its own.
func (s *stack) needsSandbox() bool {
	for _, p := range s.partners() {
		if p.url == "" && p.name != "Supplier" { // without one a person files its claims
			return true
		}
	}
	return false
}
