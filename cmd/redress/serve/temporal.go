package serve

import (
	"context"
	"fmt"
	"log/slog"

	"go.temporal.io/sdk/client"
	"go.temporal.io/sdk/contrib/envconfig"
	"go.temporal.io/sdk/converter"
	"go.temporal.io/sdk/log"

	"github.com/redresshq/redress/cmd/redress/config"
)

// Temporal makes a Temporal client that has connected when it returns.
func Temporal(ctx context.Context, c config.Config, l *slog.Logger) (client.Client, error) {
	return dial(ctx, c, l, nil)
}

// dial is Temporal with metrics, which may be nil.
func dial(ctx context.Context, c config.Config, l *slog.Logger, m client.MetricsHandler) (client.Client, error) {
	options, err := clientOptions(c, l, m)
	if err != nil {
		return nil, err
	}
	engine, err := client.DialContext(ctx, options)
	if err != nil {
		return nil, fmt.Errorf("connecting to Temporal at %s: %w", c.Temporal.Address, err)
	}
	return engine, nil
}

// lazyDial makes a client that connects when it is first used: the API answers
// readers while Temporal is away.
func lazyDial(c config.Config, l *slog.Logger, m client.MetricsHandler) (client.Client, error) {
	options, err := clientOptions(c, l, m)
	if err != nil {
		return nil, err
	}
	engine, err := client.NewLazyClient(options)
	if err != nil {
		return nil, fmt.Errorf("making the client of Temporal at %s: %w", c.Temporal.Address, err)
	}
	return engine, nil
}

// clientOptions are those of every Temporal client of Redress: address and
// namespace by the settings, TLS and API key by the TEMPORAL_* variables and
// profiles that the Temporal CLI reads too.
func clientOptions(c config.Config, l *slog.Logger, m client.MetricsHandler) (client.Options, error) {
	options, err := envconfig.LoadDefaultClientOptions()
	if err != nil {
		return client.Options{}, fmt.Errorf("reading the TEMPORAL_* settings: %w", err)
	}
	options.HostPort = c.Temporal.Address
	options.Namespace = c.Temporal.Namespace
	options.Logger = log.NewStructuredLogger(l)
	options.MetricsHandler = m
	options.DataConverter = dataConverter()
	return options, nil
}

// dataConverter is the seam for encryption: what it returns writes and reads every
// payload. Payloads hold ids, codes, dates and amounts only, so the standard one does.
func dataConverter() converter.DataConverter { return converter.GetDefaultDataConverter() }
