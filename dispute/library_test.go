package dispute

import (
	"testing"

	"github.com/stretchr/testify/require"
)

func library(t testing.TB) *Library {
	t.Helper()
	l, err := Embedded()
	require.NoError(t, err)
	return l
}

func book(t testing.TB, version string) *Rulebook {
	t.Helper()
	b, err := library(t).Book(version)
	require.NoError(t, err)
	return b
}

func TestEmbeddedLibrary(t *testing.T) {
	t.Parallel()
	l := library(t)
	require.Equal(t, []string{"default@1", "default@2", "default@3", "demo@1", "demo@2", "demo@3"}, l.Versions())
	for _, name := range []string{"default", "demo"} {
		newest, err := l.Book(name)
		require.NoError(t, err)
		require.Equal(t, name+"@3", newest.Version())
	}
	_, err := l.Book("default@9")
	require.Equal(t, CodeNotFound, CodeOf(err))
	require.ErrorContains(t, err, "default@1, default@2, default@3, demo@1, demo@2, demo@3")
	for _, version := range l.Versions() {
		b, err := l.Book(version)
		require.NoError(t, err)
		require.Equal(t, version, b.Version())
	}
}

// Law 2: no wait without a clock, no clock without an outcome, in every policy.
func TestEveryClockHasOwnerAndOutcome(t *testing.T) {
	t.Parallel()
	l := library(t)
	for _, version := range l.Versions() {
		b, err := l.Book(version)
		require.NoError(t, err)
		require.Len(t, b.policy.Clocks, len(clockNames(b.policy.Format)))
		for _, name := range clockNames(b.policy.Format) {
			for round := range 4 {
				k, err := b.Clock(nil, ClockRequest{Name: name, LegID: "leg-1", Round: round}, utc("2026-09-24T02:00:00Z"))
				require.NoError(t, err, "%s %s", version, name)
				require.NotEmpty(t, k.Owner)
				require.NotEmpty(t, k.OnExpiry)
				require.NotEmpty(t, k.Why)
				require.LessOrEqual(t, len(k.Why), 200)
				require.True(t, k.DueAt.After(k.Started))
				require.Equal(t, ClockRunning, k.State)
				require.Equal(t, "leg-1", k.LegID)
				require.NotEmpty(t, b.Silence(&Case{Currency: "CNY"}, k).Outcome)
			}
		}
	}
}

func TestSamePoliciesSameStructure(t *testing.T) {
	t.Parallel()
	std, demo := *book(t, "default").policy, *book(t, "demo").policy
	require.Equal(t, std.Reasons, demo.Reasons)
	require.Equal(t, std.Kinds, demo.Kinds)
	require.Equal(t, std.Limits, demo.Limits)
	require.Equal(t, std.Freight, demo.Freight)
	for name, rule := range demo.Clocks {
		require.Equal(t, std.Clocks[name].OnExpiry, rule.OnExpiry, name)
		span, err := ParseSpan(rule.Budget)
		require.NoError(t, err)
		require.Equal(t, UnitSeconds, span.Unit, name)
	}
}
