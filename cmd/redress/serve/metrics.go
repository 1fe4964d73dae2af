package serve

import (
	"context"
	"fmt"
	"log/slog"
	"net/http"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/collectors"
	"github.com/prometheus/client_golang/prometheus/promhttp"
	otelprom "go.opentelemetry.io/otel/exporters/prometheus"
	sdkmetric "go.opentelemetry.io/otel/sdk/metric"
	"go.temporal.io/sdk/client"
	"go.temporal.io/sdk/contrib/opentelemetry"
)

// metrics is what one part counts: its process, its Temporal client and workers,
// and the rows of the record that somebody must look at.
type metrics struct {
	registry *prometheus.Registry
	engine   client.MetricsHandler
}

func newMetrics() (*metrics, error) {
	registry := prometheus.NewRegistry()
	registry.MustRegister(collectors.NewGoCollector(), collectors.NewProcessCollector(collectors.ProcessCollectorOpts{}))
	exporter, err := otelprom.New(otelprom.WithRegisterer(registry))
	if err != nil {
		return nil, fmt.Errorf("making the metrics: %w", err)
	}
	meter := sdkmetric.NewMeterProvider(sdkmetric.WithReader(exporter)).Meter("temporal-sdk")
	return &metrics{
		registry: registry,
		engine:   opentelemetry.NewMetricsHandler(opentelemetry.MetricsHandlerOptions{Meter: meter}),
	}, nil
}

func (m *metrics) handler() http.Handler {
	return promhttp.HandlerFor(m.registry, promhttp.HandlerOpts{})
}

// counter is the part of the record that counts rows by what they wait for.
type counter interface {
	Counts(ctx context.Context) (map[string]int64, error)
}

// rows exposes the record's counts, asked for when somebody scrapes.
type rows struct {
	record counter
	log    *slog.Logger
	desc   *prometheus.Desc
}

func newRows(record counter, log *slog.Logger) *rows {
	return &rows{record: record, log: log,
		desc: prometheus.NewDesc("redress_rows", "Rows of the record by what they are: inbox by state, outbox pending, orphaned cases, what closed cases need not keep.", []string{"what"}, nil)}
}

// Describe implements prometheus.Collector.
func (r *rows) Describe(out chan<- *prometheus.Desc) { out <- r.desc }

// Collect implements prometheus.Collector; a database that is away shows as no value.
func (r *rows) Collect(out chan<- prometheus.Metric) {
	ctx, cancel := context.WithTimeout(context.Background(), 3*time.Second)
	defer cancel()
	counts, err := r.record.Counts(ctx)
	if err != nil {
		r.log.Warn("counting rows for metrics", "error", err)
		return
	}
	for what, n := range counts {
		out <- prometheus.MustNewConstMetric(r.desc, prometheus.GaugeValue, float64(n), what)
	}
}
