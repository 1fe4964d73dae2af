// Package config is every setting of Redress: one struct, read from the
// environment. deploy/.env.sample shows each; a test holds the two together.
package config

import (
	"fmt"
	"log/slog"
	"strings"
	"time"

	"github.com/caarlos0/env/v11"
)

// Config is every setting. What has no default here is needed in production and
// chosen by `redress dev` on its own machine.
type Config struct {
	// DatabaseURL is the PostgreSQL that holds the record, as the service's own role:
	// postgres://redress_service:...@host:5432/redress. Used by api and worker.
	DatabaseURL string `env:"DATABASE_URL"`
	// OwnerURL is the same database as the role that owns the tables; only
	// `redress migrate` and `redress token --api-key` use it. DATABASE_URL if empty.
	OwnerURL string `env:"REDRESS_OWNER_DATABASE_URL"`

	Temporal Temporal
	API      API
	Worker   Worker
	Partners Partners
	Mail     Mail
	Webhooks Webhooks
	Log      Log
	Sandbox  Sandbox
	Dev      Dev

	// Policy is the policy of new cases: a name for its newest version, or
	// name@version for exactly that one.
	Policy string `env:"REDRESS_POLICY" envDefault:"default"`
	// EvidenceDir is where evidence bytes lie: a folder that all API processes share,
	// and at least one worker, which erases there what need not be kept any more.
	EvidenceDir string `env:"REDRESS_EVIDENCE_DIR"`
	// DataKeys encrypt what people write and send in (`redress key` makes one): the first
	// seals, each opens. A key stays in the list for as long as something it sealed is kept.
	DataKeys []string `env:"REDRESS_DATA_KEYS"`
	// DataKeysLost lets api and worker start although none of the keys opens what is kept,
	// e.g. since it is lost: reading that is answered with 503.
	DataKeysLost bool `env:"REDRESS_DATA_KEYS_LOST"`
}

// Temporal is where the engine is. TLS and API keys come from the TEMPORAL_TLS*
// and TEMPORAL_API_KEY variables and profiles that the Temporal CLI reads too.
type Temporal struct {
	// Address is host:port of the frontend.
	Address string `env:"TEMPORAL_ADDRESS"`
	// Namespace is where cases live.
	Namespace string `env:"TEMPORAL_NAMESPACE" envDefault:"default"`
}

// Log is what is said and how.
type Log struct {
	// Level is debug, info, warn or error.
	Level slog.Level `env:"REDRESS_LOG_LEVEL" envDefault:"info"`
	// Format is json or text.
	Format string `env:"REDRESS_LOG_FORMAT" envDefault:"json"`
}

// API is the REST door.
type API struct {
	// Listen is the address of the door.
	Listen string `env:"REDRESS_LISTEN" envDefault:":8080"`
	// DrainTimeout is how long requests under way may take after a SIGTERM.
	DrainTimeout time.Duration `env:"REDRESS_DRAIN_TIMEOUT" envDefault:"20s"`
	// Lease is how long a write holds its idempotency key: after a crash, a retry may
	// take over once it has run out.
	Lease time.Duration `env:"REDRESS_IDEMPOTENCY_LEASE" envDefault:"30s"`
	// OIDCIssuer is the issuer of bearer tokens.
	OIDCIssuer string `env:"REDRESS_OIDC_ISSUER"`
	// OIDCAudience is the audience that a token must name.
	OIDCAudience string `env:"REDRESS_OIDC_AUDIENCE" envDefault:"redress"`
	// TokenKey signs and checks the tokens of `redress token`, for development and
	// tests; leave it empty in production. At least 32 characters.
	TokenKey string `env:"REDRESS_TOKEN_KEY"`
}

// Worker is the part that runs workflows and activities.
type Worker struct {
	// StopTimeout is how long activities under way may take after a SIGTERM.
	StopTimeout time.Duration `env:"REDRESS_WORKER_STOP_TIMEOUT" envDefault:"20s"`
	// Listen is the address of the worker's /healthz and /metrics; none if empty.
	Listen string `env:"REDRESS_WORKER_LISTEN" envDefault:":8081"`
	// WeeklyDay and WeeklyHour are when the supervisors get their report: the day of the week (1 is
	// Monday) and the hour, in WeeklyZone; that of the policy's calendar if it is empty.
	WeeklyDay  int    `env:"REDRESS_WEEKLY_REPORT_DAY" envDefault:"1"`
	WeeklyHour int    `env:"REDRESS_WEEKLY_REPORT_HOUR" envDefault:"8"`
	WeeklyZone string `env:"REDRESS_WEEKLY_REPORT_ZONE"`
	// WeeklyOff has no schedule made; one that was made before is paused or deleted in Temporal.
	WeeklyOff bool `env:"REDRESS_WEEKLY_REPORT_OFF"`
}

// Partner is one system that Redress speaks to.
type Partner struct {
	// URL is where its API is.
	URL string `env:"URL"`
	// Token is sent to it as a bearer token; none if empty.
	Token string `env:"TOKEN"`
}

// Reporter is a partner that speaks to Redress too.
type Reporter struct {
	Partner
	// Secrets check its webhooks (whsec_...): two while one is being replaced.
	Secrets []string `env:"SECRETS"`
}

// Partners are the shop's systems.
type Partners struct {
	// Orders is the order system, which grants coupons and gifts too. Without secrets it
	// reports nothing, and is asked how a gift ended.
	Orders Reporter `envPrefix:"REDRESS_PARTNER_ORDERS_"`
	// Warehouse dispatches orders and takes returns in.
	Warehouse Reporter `envPrefix:"REDRESS_PARTNER_WAREHOUSE_"`
	// Carrier moves parcels.
	Carrier Reporter `envPrefix:"REDRESS_PARTNER_CARRIER_"`
	// Payment moves money.
	Payment Reporter `envPrefix:"REDRESS_PARTNER_PAYMENT_"`
	// Supplier takes claims for goods. Without an address a person files them.
	Supplier Reporter `envPrefix:"REDRESS_PARTNER_SUPPLIER_"`
	// Notify reaches people.
	Notify Partner `envPrefix:"REDRESS_PARTNER_NOTIFY_"`
}

// Sandbox is for `redress partners` alone.
type Sandbox struct {
	// Host is the address that its six servers listen on.
	Host string `env:"REDRESS_SANDBOX_HOST" envDefault:"127.0.0.1"`
	// WebhookURL is where it reports to: the API's /v1/webhooks.
	WebhookURL string `env:"REDRESS_SANDBOX_WEBHOOK_URL" envDefault:"http://127.0.0.1:8080/v1/webhooks"`
	// LedgerDir is where its ledgers lie; in memory if empty.
	LedgerDir string `env:"REDRESS_SANDBOX_LEDGER_DIR"`
}

// Dev is for `redress dev` alone: where it keeps things and which ports it takes.
type Dev struct {
	// Dir holds the private database, Temporal's file, evidence and logs.
	Dir string `env:"REDRESS_DIR" envDefault:".redress"`
	// APIPort is the port of the REST door.
	APIPort int `env:"REDRESS_API_PORT" envDefault:"8080"`
	// TemporalPort is the port of Temporal's frontend.
	TemporalPort int `env:"REDRESS_TEMPORAL_PORT" envDefault:"7233"`
	// TemporalUIPort is the port of Temporal's UI.
	TemporalUIPort int `env:"REDRESS_TEMPORAL_UI_PORT" envDefault:"8233"`
	// PostgresPort is the port of the private PostgreSQL.
	PostgresPort int `env:"REDRESS_POSTGRES_PORT" envDefault:"54329"`
	// PartnersPort is the first of the sandbox's six ports: orders, warehouse,
	// carrier, payment, notification, supplier. The next one is its mail server's.
	PartnersPort int `env:"REDRESS_PARTNERS_PORT" envDefault:"8091"`
}

// Load reads the environment.
func Load() (Config, error) {
	var c Config
	if err := env.Parse(&c); err != nil {
		if wrong := wrongValues(); wrong != nil {
			return Config{}, wrong // the parser names fields, not variables
		}
		return Config{}, fmt.Errorf("settings: %w", err)
	}
	if err := c.outOfRange(); err != nil {
		return Config{}, err
	}
	if c.OwnerURL == "" {
		c.OwnerURL = c.DatabaseURL
	}
	return c, nil
}

// Variables returns the name of every variable that Load reads.
func Variables() ([]string, error) {
	fields, err := env.GetFieldParams(&Config{})
	if err != nil {
		return nil, fmt.Errorf("settings: %w", err)
	}
	names := make([]string, 0, len(fields))
	for _, f := range fields {
		names = append(names, f.Key)
	}
	return names, nil
}

// need is one setting that a command cannot do without.
type need struct {
	variable, value, what string
}

// missing says which of the needs is not set, nil if all are.
func missing(command string, needs ...need) error {
	var lines []string
	for _, n := range needs {
		if strings.TrimSpace(n.value) == "" {
			lines = append(lines, "  "+n.variable+"  "+n.what)
		}
	}
	if len(lines) == 0 {
		return nil
	}
	return fmt.Errorf("redress %s needs these settings, which are not set (deploy/.env.sample shows all):\n%s",
		command, strings.Join(lines, "\n"))
}
