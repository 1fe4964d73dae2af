// Package serve puts the parts of Redress together: what the API, the worker and
// the sandbox of partners are made from, by the settings.
package serve

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"time"
)

// listenAndDrain serves until ctx is done, then takes no new requests and waits
// for those under way, drain at most.
func listenAndDrain(ctx context.Context, address string, handler http.Handler, drain time.Duration, log *slog.Logger) error {
	listener, err := new(net.ListenConfig).Listen(ctx, "tcp", address)
	if err != nil {
		return fmt.Errorf("listening on %s: %w", address, err)
	}
	server := &http.Server{
		Handler:           handler,
		ReadHeaderTimeout: 10 * time.Second,
		IdleTimeout:       2 * time.Minute,
		ErrorLog:          slog.NewLogLogger(log.Handler(), slog.LevelWarn),
	}
	served := make(chan error, 1)
	go func() { served <- server.Serve(listener) }()
	log.Info("listening", "address", listener.Addr().String())
	select {
	case err := <-served:
		return fmt.Errorf("serving on %s: %w", address, err)
	case <-ctx.Done():
	}
	log.Info("draining", "address", listener.Addr().String(), "at_most", drain)
	drainCtx, cancel := context.WithTimeout(context.WithoutCancel(ctx), drain)
	defer cancel()
	err = server.Shutdown(drainCtx)
	if errors.Is(err, context.DeadlineExceeded) {
		return fmt.Errorf("some requests did not end within %s: %w", drain, errors.Join(err, server.Close()))
	}
	if err != nil {
		return fmt.Errorf("draining %s: %w", address, err)
	}
	return nil
}
