package api

import (
	"context"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/redresshq/redress/dispute"
)

// fakeForecaster foretells one step, or fails.
type fakeForecaster struct {
	asked string
	at    time.Time
	err   error
}

func (f *fakeForecaster) Forecast(_ context.Context, caseID string, at time.Time) (dispute.Forecast, error) {
	f.asked, f.at = caseID, at
	return dispute.Forecast{CaseID: caseID, PolicyVersion: "default@3", At: at, Assumption: dispute.ForecastAssumption}, f.err
}

func TestForecast(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		as     dispute.Role
		err    error
		status int
		code   dispute.Code
	}{
		"an agent reads it":                  {as: dispute.RoleAgent, status: 200},
		"a customer does not":                {as: dispute.RoleCustomer, status: 403, code: dispute.CodeForbidden},
		"a closed case has none":             {as: dispute.RoleAgent, err: dispute.Errorf(dispute.CodeCaseClosed, "closed"), status: 409, code: dispute.CodeCaseClosed},
		"while the record is away it is 503": {as: dispute.RoleAgent, err: dispute.Errorf(dispute.CodeUnavailable, "away"), status: 503, code: dispute.CodeUnavailable},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			b := setup(t)
			b.forecasts.err = c.err
			a := b.do(call{method: "GET", path: "/v1/cases/case_mine/forecast", as: c.as})
			a.status(c.status)
			if c.code != "" {
				a.code(c.code)
				return
			}
			require.Equal(t, "case_mine", b.forecasts.asked)
			require.Equal(t, noon, b.forecasts.at.UTC())
			require.Contains(t, a.Body.String(), `"steps":[]`)
		})
	}
}
