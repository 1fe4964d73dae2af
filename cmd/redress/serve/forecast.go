package serve

import (
	"context"
	"time"

	"github.com/redresshq/redress/activities"
	"github.com/redresshq/redress/dispute"
	"github.com/redresshq/redress/store"
	"github.com/redresshq/redress/workflows"
)

// forecasts makes forecasts from the record: PostgreSQL and the rules are all they need.
type forecasts struct {
	record *store.Store
	made   workflows.Forecaster
}

func newForecasts(record *store.Store, books activities.Books, policy string) forecasts {
	return forecasts{record, workflows.Forecaster{Rules: &activities.Rules{Books: books, Policy: policy}}}
}

// Forecast implements api.Forecaster.
func (f forecasts) Forecast(ctx context.Context, caseID string, at time.Time) (dispute.Forecast, error) {
	c, engine, err := f.record.CaseState(ctx, caseID)
	if err != nil {
		return dispute.Forecast{}, err
	}
	return f.made.Forecast(ctx, c, engine, at)
}
