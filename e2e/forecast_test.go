package e2e_test

import (
	"context"
	"net/http"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/redresshq/redress/dispute"
	"github.com/redresshq/redress/store"
	"github.com/redresshq/redress/workflows"
)

// forecasts makes forecasts from the record, as cmd does.
type forecasts struct {
	record *store.Store
	made   workflows.Forecaster
}

func (f forecasts) Forecast(ctx context.Context, caseID string, at time.Time) (dispute.Forecast, error) {
	c, engine, err := f.record.CaseState(ctx, caseID)
	if err != nil {
		return dispute.Forecast{}, err
	}
	return f.made.Forecast(ctx, c, engine, at)
}

func (c caller) forecast(id string) dispute.Forecast {
	c.t.Helper()
	r := c.do(http.MethodGet, "/v1/cases/"+id+"/forecast", nil)
	require.Equal(c.t, http.StatusOK, r.status, "%s", r.body)
	var f dispute.Forecast
	r.decode(c.t, &f)
	return f
}

// A case that nobody attends to ends as, and when, its forecast said; a closed one has none.
func TestForecastComesTrue(t *testing.T) {
	t.Parallel()
	s := demo(t)
	c, staff := s.customer(t), s.agent(t)
	opened := c.open(returnOf(s.order(t, c.id), dispute.ReasonDamagedInTransit))
	path := "/v1/cases/" + opened.ID + "/forecast"
	require.Equal(t, http.StatusForbidden, c.do(http.MethodGet, path, nil).status, "it is the shop's")

	f := staff.forecast(opened.ID)
	last := f.Steps[len(f.Steps)-1]
	require.Equal(t, dispute.ClockCustomerInfo, last.Clock)
	require.Equal(t, f.PolicyVersion+"/clocks/customer_info", last.Rule)
	require.Equal(t, dispute.OutcomeExpired, f.Outcome)
	require.Equal(t, opened.Running(dispute.ClockCustomerInfo, "").DueAt, last.At)

	closed := c.awaitClosed(opened.ID, f.Outcome)
	require.WithinDuration(t, *f.EndsAt, *closed.ClosedAt, patience, "machines are shared")
	require.False(t, closed.ClosedAt.Before(*f.EndsAt), "silence speaks when it is due, not before")
	require.Equal(t, http.StatusConflict, staff.do(http.MethodGet, path, nil).status)
}

// A forecast needs no worker, and does not take the case over.
func TestForecastWithoutAWorker(t *testing.T) {
	t.Parallel()
	s := newStack(t, options{policy: "story"})
	c, staff := s.customer(t), s.agent(t)
	opened := c.open(returnOf(s.order(t, c.id), dispute.ReasonDamagedInTransit))
	before := staff.forecast(opened.ID)
	s.stopWorker()
	after := staff.forecast(opened.ID)
	require.Equal(t, before.Steps, after.Steps)
	record, err := s.record.GetCase(t.Context(), opened.ID)
	require.NoError(t, err)
	require.Equal(t, opened.Version, record.Case.Version)
}
