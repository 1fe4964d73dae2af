package api

import (
	"bytes"
	"context"
	"net/http"

	"github.com/redresshq/redress/dispute"
)

// Healthz says that the process is alive.
func (s *Server) Healthz(context.Context, HealthzRequestObject) (HealthzResponseObject, error) {
	return Healthz200JSONResponse{Status: "ok"}, nil
}

// Readyz says whether the process can serve.
func (s *Server) Readyz(ctx context.Context, _ ReadyzRequestObject) (ReadyzResponseObject, error) {
	if s.Ready != nil {
		limited, cancel := context.WithTimeout(ctx, s.Config.ReadyWait)
		defer cancel()
		if err := s.Ready(limited); err != nil {
			return nil, dispute.Errorf(dispute.CodeUnavailable, "not ready: a dependency cannot be reached")
		}
	}
	return Readyz200JSONResponse{Status: "ok"}, nil
}

// Metrics hands over to the handler of the metrics library.
func (s *Server) Metrics(ctx context.Context, _ MetricsRequestObject) (MetricsResponseObject, error) {
	if s.Deps.Metrics == nil {
		return nil, dispute.Errorf(dispute.CodeNotFound, "this process has no metrics")
	}
	return metricsAnswer{s.Deps.Metrics, exchangeOf(ctx).request}, nil
}

// metricsAnswer lets an ordinary handler write the answer.
type metricsAnswer struct {
	handler http.Handler
	request *http.Request
}

// VisitMetricsResponse implements MetricsResponseObject.
func (m metricsAnswer) VisitMetricsResponse(w http.ResponseWriter) error {
	m.handler.ServeHTTP(w, m.request)
	return nil
}

// Openapi answers the document that this server is made from.
func (s *Server) Openapi(context.Context, OpenapiRequestObject) (OpenapiResponseObject, error) {
	return Openapi200ApplicationyamlResponse{Body: bytes.NewReader(Spec), ContentLength: int64(len(Spec))}, nil
}
