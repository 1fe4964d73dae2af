package dispute

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

// laidSurvey asks the rules for the clocks of a settlement.
func laidSurvey(t *testing.T, b *Rulebook, c *Case, at time.Time, notice int) []Clock {
	t.Helper()
	want := []ClockRequest{{Name: ClockReopenWindow}, {Name: ClockSurvey, Notice: notice}}
	var started []Clock
	for _, w := range want {
		k, err := b.Clock(c, w, at)
		require.NoError(t, err)
		started = append(started, k)
	}
	return b.LayReady(c, want, started)
}

// Only a survey of format 3 is laid ready, and only inside the time for reopening.
func TestLayReady(t *testing.T) {
	t.Parallel()
	at := time.Date(2026, 3, 16, 4, 0, 0, 0, time.UTC)
	day := 24 * time.Hour
	for _, policy := range []string{"default@2", "demo@2"} {
		k := laidSurvey(t, book(t, policy), &Case{}, at, 1)[1]
		require.Nil(t, k.Laid, policy)
		require.Zero(t, k.Round)
	}
	b := book(t, "default@3")
	require.Nil(t, laidSurvey(t, b, &Case{}, at, 0)[1].Laid, "nobody asked for it")
	k := laidSurvey(t, b, &Case{}, at, 4)[1]
	require.Equal(t, &Laid{At: at, Budget: 3, Unit: UnitDays, Why: k.Laid.Why, Number: 4}, k.Laid)
	require.NotEmpty(t, k.Laid.Why)
	require.Equal(t, at.Add(3*day), k.Started)
	require.Equal(t, at.Add(10*day), k.DueAt)
	require.Equal(t, SilenceUnanswered, k.OnExpiry)
	window := b.policy.Clocks[ClockReopenWindow]
	for budget, laid := range map[string]bool{"10d": true, "9d": false, "2d": false} {
		short := *b
		policy := *b.policy
		policy.Clocks = map[ClockName]ClockRule{}
		for name, rule := range b.policy.Clocks {
			policy.Clocks[name] = rule
		}
		window.Budget = budget
		policy.Clocks[ClockReopenWindow] = window
		short.policy = &policy
		require.Equal(t, laid, laidSurvey(t, &short, &Case{}, at, 1)[1].Laid != nil, budget)
	}
}

// Readers see a survey that was laid ready as one that the case itself asks.
func TestASurveyLaidReadyAsReadersSeeIt(t *testing.T) {
	t.Parallel()
	at := time.Date(2026, 3, 16, 4, 0, 0, 0, time.UTC)
	day := 24 * time.Hour
	b := book(t, "default@3")
	first, err := b.Clock(nil, ClockRequest{Name: ClockSurvey}, at)
	require.NoError(t, err)
	second, err := b.Clock(nil, ClockRequest{Name: ClockSurvey, Round: 1}, first.DueAt)
	require.NoError(t, err)
	lapsed, over := second, second.DueAt
	lapsed.State, lapsed.MetAt = ClockBreached, &over
	c := Case{Stage: StageFollowUp, CustomerID: "cus", Negotiation: &Negotiation{}, Clocks: laidSurvey(t, b, &Case{}, at, 1)}
	me := Actor{Role: RoleCustomer, ID: "cus"}
	for name, row := range map[string]struct {
		at   time.Duration
		want Clock
		due  *time.Time
	}{
		"laid ready":  {time.Hour, first, nil},
		"just before": {3*day - 1, first, nil},
		"asked":       {3 * day, second, &second.DueAt},
		"the last":    {10*day - 1, second, &second.DueAt},
		"over":        {10 * day, lapsed, nil},
		"long over":   {14 * day, lapsed, nil},
	} {
		seen := c.AsOf(at.Add(row.at))
		require.Equal(t, row.want, seen.Clocks[1], name)
		var due *time.Time
		for _, a := range AllowedActions(&seen, me) {
			if a.Action == ActionSurvey {
				due = a.DueAt
			}
		}
		require.Equal(t, row.due, due, name)
	}
	require.NotNil(t, c.Clocks[1].Laid, "the record is left alone")
	require.Equal(t, ClockReopenWindow, c.NextDue().Name, "it ends without a wake")

	met := at.Add(day)
	c.Clocks[1].State, c.Clocks[1].MetAt = ClockMet, &met
	first.State, first.MetAt = ClockMet, &met
	require.Equal(t, first, c.AsOf(at.Add(5 * day)).Clocks[1], "taken back before it was asked")
}

// Without a time for reopening that outlasts it, a survey wakes its case after all: nothing is lost.
func TestASurveyThatTheWindowDoesNotOutlast(t *testing.T) {
	t.Parallel()
	at := time.Date(2026, 3, 16, 4, 0, 0, 0, time.UTC)
	c := Case{Clocks: laidSurvey(t, book(t, "default@3"), &Case{}, at, 1)}
	c.Clocks[1].DueAt = c.Clocks[0].DueAt.Add(time.Second) // a correction, or more time
	require.Equal(t, ClockReopenWindow, c.NextDue().Name)
	c.Clocks[0].State = ClockBreached
	require.Equal(t, ClockSurvey, c.NextDue().Name)
	c.Clocks[1].DueAt = c.Clocks[0].DueAt
	require.Equal(t, ClockSurvey, c.NextDue().Name)
}
