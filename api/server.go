package api

import (
	"context"
	"fmt"
	"log/slog"
	"net/http"
	"net/netip"
	"sync"
	"time"

	"github.com/getkin/kin-openapi/openapi3"
	"github.com/labstack/echo/v4"

	"github.com/redresshq/redress/api/auth"
	"github.com/redresshq/redress/dispute"
	"github.com/redresshq/redress/webhook/reach"
)

// Config is what an operator may set; the zero value means the defaults.
type Config struct {
	// WebhookAllow are networks that are not public and may be told what happens.
	WebhookAllow []netip.Prefix

	OpenWait    time.Duration // how long an opening may take before it answers 202; 5 s
	CommandWait time.Duration // how long a command may take before it answers 503; 10 s
	Lease       time.Duration // how long a write holds its idempotency key; 30 s
	ReadyWait   time.Duration // how long /readyz may take; 2 s

	// Policy is the policy under which cases open, "default" if empty: triage goes by it.
	Policy string

	RatePerSecond float64 // requests of one caller; 50. Negative: no limit
	RateBurst     int     // how many at once; 200
	// PartnerRatePerSecond is the same for the webhooks of one partner, which come in
	// bulk: 500, and four seconds' worth at once. Negative: no limit.
	PartnerRatePerSecond float64
}

// Deps is what the API is made from. Store, Blobs, Door, Rules and Auth are required.
type Deps struct {
	Store Store
	Blobs Blobs
	Door  Door
	Rules Rules
	Auth  auth.Verifier
	// Recoveries is the way to recoveries; nil: Door, where it knows them too.
	Recoveries RecoveryDoor
	// Forecasts answers what becomes of a case if nobody acts; nil: 503.
	Forecasts Forecaster
	Partners  []Partner
	// Notices are what people and systems were told, Letters their words; nil: 503, and none.
	Notices NoticeStore
	Letters LetterWriter
	// Lookup finds the addresses of an endpoint's name; nil: this machine's resolver.
	Lookup reach.Lookup
	// Translators replaces the translator of a kind of partner.
	Translators map[PartnerKind]Translator
	Metrics     http.Handler                // nil: /metrics is 404
	Ready       func(context.Context) error // nil: always ready
	Log         *slog.Logger                // nil: slog.Default
	Now         func() time.Time            // nil: time.Now
	Config      Config
}

// Server is the REST door, ready to serve.
type Server struct {
	Deps
	echo                  *echo.Echo
	doc                   *openapi3.T
	limits, partnerLimits *limiter
	partners              map[string]Partner
	translators           map[PartnerKind]Translator
	reach                 *reach.Guard // where webhooks may be sent
}

// New makes the door. It fails on a missing part, a partner without a usable
// secret, or an operation of the document that has no row in the table of grants.
func New(deps Deps) (*Server, error) {
	if deps.Store == nil || deps.Blobs == nil || deps.Door == nil || deps.Rules == nil || deps.Auth == nil {
		return nil, dispute.Errorf(dispute.CodeInvalid, "the API needs a store, blobs, a door, rules and a verifier")
	}
	doc, err := loadSpec()
	if err != nil {
		return nil, err
	}
	deps.defaults()
	s := &Server{Deps: deps, echo: echo.New(), doc: doc, reach: reach.New(deps.Config.WebhookAllow, deps.Lookup),
		limits:        newLimiter(deps.Config.RatePerSecond, deps.Config.RateBurst, deps.Now),
		partnerLimits: newLimiter(deps.Config.PartnerRatePerSecond, int(4*deps.Config.PartnerRatePerSecond), deps.Now)}
	if err := s.register(deps.Partners, deps.Translators); err != nil {
		return nil, err
	}
	s.echo.HideBanner, s.echo.HidePort = true, true
	s.echo.IPExtractor = echo.ExtractIPDirect()
	s.echo.HTTPErrorHandler = s.answerError
	s.echo.Pre(s.envelope)
	chains, err := s.chains()
	if err != nil {
		return nil, err
	}
	RegisterHandlersWithOptions(s.echo, NewStrictHandler(s, nil), RegisterHandlersOptions{OperationMiddlewares: chains})
	return s, nil
}

// ServeHTTP implements http.Handler.
func (s *Server) ServeHTTP(w http.ResponseWriter, r *http.Request) { s.echo.ServeHTTP(w, r) }

var _ StrictServerInterface = (*Server)(nil)

func (d *Deps) defaults() {
	if d.Log == nil {
		d.Log = slog.Default()
	}
	if d.Now == nil {
		d.Now = time.Now
	}
	if door, ok := d.Door.(RecoveryDoor); ok && d.Recoveries == nil {
		d.Recoveries = door
	}
	c := &d.Config
	for _, set := range []struct {
		field    *time.Duration
		standard time.Duration
	}{{&c.OpenWait, 5 * time.Second}, {&c.CommandWait, 10 * time.Second}, {&c.Lease, 30 * time.Second}, {&c.ReadyWait, 2 * time.Second}} {
		if *set.field <= 0 {
			*set.field = set.standard
		}
	}
	if c.Policy == "" {
		c.Policy = "default"
	}
	if c.RatePerSecond == 0 {
		c.RatePerSecond = 50
	}
	if c.RateBurst <= 0 {
		c.RateBurst = 200
	}
	if c.PartnerRatePerSecond == 0 {
		c.PartnerRatePerSecond = 500
	}
}

// now is the present instant as it is recorded: UTC, in microseconds as
// PostgreSQL keeps them.
func (s *Server) now() time.Time { return s.Now().UTC().Truncate(time.Microsecond) }

// loadSpec reads and checks the embedded document, once.
var loadSpec = sync.OnceValues(func() (*openapi3.T, error) {
	doc, err := openapi3.NewLoader().LoadFromData(Spec)
	if err != nil {
		return nil, fmt.Errorf("read openapi.yaml: %w", err)
	}
	if err := doc.Validate(context.Background()); err != nil {
		return nil, fmt.Errorf("check openapi.yaml: %w", err)
	}
	return doc, nil
})
