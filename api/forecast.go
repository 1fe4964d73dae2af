package api

import (
	"context"
	"time"

	"github.com/redresshq/redress/dispute"
)

// Forecaster says what becomes of a recorded case if nobody acts. It asks the
// record only: no worker and no engine need to be up.
type Forecaster interface {
	// Forecast fails with CodeNotFound, CodeCaseClosed, and CodeUnavailable while
	// the record or the case's policy is not to be had.
	Forecast(ctx context.Context, caseID string, at time.Time) (dispute.Forecast, error)
}

// GetForecast answers what becomes of a case if nobody acts.
func (s *Server) GetForecast(ctx context.Context, _ GetForecastRequestObject) (GetForecastResponseObject, error) {
	if s.Forecasts == nil {
		return nil, dispute.Errorf(dispute.CodeUnavailable, "this process makes no forecasts")
	}
	x := exchangeOf(ctx)
	f, err := s.Forecasts.Forecast(ctx, x.caseID(), s.now())
	if err != nil {
		return nil, err
	}
	if x.record.Orphaned {
		f.Assumption = "The workflow of the case is gone: nothing at all happens before it is restarted. From then on: " + f.Assumption
	}
	list(&f.Steps)
	return GetForecast200JSONResponse(f), nil
}
