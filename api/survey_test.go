package api

import (
	"net/http"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/redresshq/redress/dispute"
)

// A survey that was laid ready is shown, and taken, as it stands now: nothing is recorded
// as its question goes out, or as its time is over.
func TestASurveyLaidReadyIsShownAsItStands(t *testing.T) {
	t.Parallel()
	for name, row := range map[string]struct {
		asked, due time.Duration // from now
		state      dispute.ClockState
		round      int
		status     int
	}{
		"before the question": {time.Hour, 2 * time.Hour, dispute.ClockRunning, 0, http.StatusConflict},
		"after it":            {-time.Hour, time.Hour, dispute.ClockRunning, 1, http.StatusOK},
		"over":                {-2 * time.Hour, -time.Hour, dispute.ClockBreached, 1, http.StatusConflict},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			b := setup(t)
			b.alter(func(c *dispute.Case) {
				c.Stage, c.Negotiation = dispute.StageFollowUp, &dispute.Negotiation{Mediation: dispute.MediationOff}
				c.Clocks = []dispute.Clock{{Name: dispute.ClockSurvey, Owner: dispute.WaitingCustomer, Budget: 7, Unit: dispute.UnitDays, Calendar: "cn",
					State: dispute.ClockRunning, Round: 1, Started: noon.Add(row.asked), DueAt: noon.Add(row.due), OnExpiry: dispute.SilenceUnanswered,
					Why: "7 d", Laid: &dispute.Laid{At: noon.Add(-3 * time.Hour), Budget: 3, Unit: dispute.UnitDays, Why: "3 d"}}}
			})
			seen := b.do(readCase(dispute.RoleCustomer)).status(200)
			require.NotContains(t, seen.Body.String(), "laid")
			k := seen.view().Clocks[0]
			require.Equal(t, row.state, k.State)
			require.Equal(t, row.round, k.Round)
			offered := false
			for _, a := range seen.view().AllowedActions {
				offered = offered || a.Action == dispute.ActionSurvey
			}
			require.Equal(t, row.status == http.StatusOK, offered)
			b.do(command(dispute.RoleCustomer, "/survey", map[string]any{"score": 4})).status(row.status)
		})
	}
}
