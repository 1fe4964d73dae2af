package serve

import (
	"context"
	"fmt"
	"log/slog"

	"github.com/redresshq/redress/activities"
	"github.com/redresshq/redress/api"
	"github.com/redresshq/redress/api/auth"
	"github.com/redresshq/redress/cmd/redress/config"
	"github.com/redresshq/redress/store"
	"github.com/redresshq/redress/store/blob"
	"github.com/redresshq/redress/workflows"
)

// API serves the REST door until ctx is done, then drains.
func API(ctx context.Context, c config.Config, log *slog.Logger) error {
	record, keys, err := openRecord(ctx, c, log)
	if err != nil {
		return err
	}
	defer record.Close()
	files, err := blob.New(c.EvidenceDir, keys)
	if err != nil {
		return fmt.Errorf("opening the evidence folder: %w", err)
	}
	counts, err := newMetrics()
	if err != nil {
		return err
	}
	rules, stopRules, err := Rules(ctx, record, log)
	if err != nil {
		return err
	}
	defer stopRules()
	counts.registry.MustRegister(newRows(counters{record, rules}, log))
	engine, err := lazyDial(c, log, counts.engine)
	if err != nil {
		return err
	}
	defer engine.Close()
	verifier, err := verifierOf(ctx, c.API, record)
	if err != nil {
		return err
	}
	allowed, err := c.Webhooks.Networks()
	if err != nil {
		return err
	}
	door, err := api.New(api.Deps{
		Store: record, Blobs: blobs{files}, Door: &workflows.Door{Client: engine}, Rules: rules, Auth: verifier,
		Forecasts: newForecasts(record, rules, c.Policy),
		Partners:  reporters(c.Partners), Metrics: counts.handler(), Ready: readiness(record, log), Log: log,
		Notices: record, Letters: &activities.Letters{Books: rules},
		Config: api.Config{Lease: c.API.Lease, Policy: c.Policy, WebhookAllow: allowed},
	})
	if err != nil {
		return fmt.Errorf("making the API: %w", err)
	}
	return listenAndDrain(ctx, c.API.Listen, door, c.API.DrainTimeout, log)
}

// readiness asks the record, and says in the log why it is not ready: the answer
// on the wire does not.
func readiness(record *store.Store, log *slog.Logger) func(context.Context) error {
	return func(ctx context.Context) error {
		err := record.Ping(ctx)
		if err != nil {
			log.Warn("not ready", "error", err)
		}
		return err
	}
}

// verifierOf accepts API keys, and the tokens of the issuer if there is one, else
// those of `redress token`.
func verifierOf(ctx context.Context, c config.API, keys auth.KeyStore) (auth.Verifier, error) {
	chain := auth.Chain{Keys: auth.Keys{Store: keys}}
	if c.OIDCIssuer == "" {
		if len(c.TokenKey) < auth.MinDevSecret {
			return nil, fmt.Errorf("REDRESS_TOKEN_KEY has %d characters; at least %d are needed", len(c.TokenKey), auth.MinDevSecret)
		}
		chain.Tokens = auth.Dev{Secret: []byte(c.TokenKey)}
		return chain, nil
	}
	tokens, err := auth.NewOIDC(ctx, c.OIDCIssuer, c.OIDCAudience)
	if err != nil {
		return nil, fmt.Errorf("REDRESS_OIDC_ISSUER: %w", err)
	}
	chain.Tokens = tokens
	return chain, nil
}
