package dispute

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// versions is a library of the policy `shop`: version 1 in the first format, the
// others of format 2 from the dates given, bound as given.
func versions(t *testing.T, binds string, from ...string) *Library {
	t.Helper()
	first, err := parse(t, strings.Replace(policyText(t), "name: default", "name: shop", 1))
	require.NoError(t, err)
	policies := []*Policy{first}
	second, err := parse(t, strings.Replace(secondPolicy(t), "name: default", "name: shop", 1))
	require.NoError(t, err)
	for i, date := range from {
		p := *second
		p.Version, p.EffectiveFrom, p.Binds = i+2, date, binds
		policies = append(policies, &p)
	}
	var none *Library
	l, err := none.With(policies, calendars(t))
	require.NoError(t, err)
	return l
}

func TestInForce(t *testing.T) {
	t.Parallel()
	l := versions(t, BindOpeningTime, "2026-10-01", "2026-12-01", "2026-11-01")
	rows := []struct{ at, want string }{
		{"2020-01-01T00:00:00Z", "shop@1"},
		{"2026-09-30T15:59:59Z", "shop@1"},
		{"2026-09-30T16:00:00Z", "shop@2"}, // midnight in Shanghai
		{"2026-10-31T16:00:00Z", "shop@4"},
		{"2026-12-31T00:00:00Z", "shop@4"}, // the newest number of those in force
	}
	for _, row := range rows {
		b, err := l.InForce("shop", utc(row.at))
		require.NoError(t, err)
		require.Equal(t, row.want, b.Version(), row.at)
	}
	newest, err := l.Book("shop")
	require.NoError(t, err)
	require.Equal(t, "shop@4", newest.Version())
	_, err = l.InForce("nobody", utc("2026-01-01T00:00:00Z"))
	require.Equal(t, CodeNotFound, CodeOf(err))

	late := *l.books["shop@2"].policy
	late.Name = "late"
	l, err = l.With([]*Policy{&late}, nil)
	require.NoError(t, err)
	_, err = l.InForce("late", utc("2026-01-01T00:00:00Z"))
	require.Equal(t, CodeNotFound, CodeOf(err))
	require.ErrorContains(t, err, "in force on 2026-01-01")
}

// A version whose day has not come opens no case, whoever has heard of it already.
func TestForOpening(t *testing.T) {
	t.Parallel()
	l := versions(t, BindOpeningTime, "2026-10-01", "2026-12-01")
	late := *l.books["shop@2"].policy
	late.Name = "late"
	l, err := l.With([]*Policy{&late}, nil)
	require.NoError(t, err)
	for _, row := range []struct{ policy, at, want string }{
		{"shop", "2026-09-01T00:00:00Z", "shop@1"},
		{"shop", "2026-11-22T00:00:00Z", "shop@2"},
		{"shop", "2026-12-02T00:00:00Z", "shop@3"},
		{"shop@3", "2026-09-01T00:00:00Z", "shop@3"},
		{"late", "2026-01-01T00:00:00Z", "late@2"},
	} {
		b, err := l.ForOpening(row.policy, utc(row.at))
		require.NoError(t, err)
		require.Equal(t, row.want, b.Version(), "%+v", row)
	}
	for _, unknown := range []string{"nobody", "shop@9"} {
		_, err = l.ForOpening(unknown, utc("2026-11-22T00:00:00Z"))
		require.Equal(t, CodeNotFound, CodeOf(err))
	}
}

func TestBound(t *testing.T) {
	t.Parallel()
	placed := func(at string) Facts { return Facts{Order: &OrderFacts{PlacedAt: utc(at)}} }
	rows := []struct {
		name, binds, pinned string
		facts               Facts
		want                string
	}{
		{"first format keeps", BindNewest, "shop@1", Facts{}, "shop@1"},
		{"opening time keeps", BindOpeningTime, "shop@2", placed("2026-01-01T00:00:00Z"), "shop@2"},
		{"newest follows", BindNewest, "shop@2", Facts{}, "shop@3"},
		{"order time waits for the order", BindOrderTime, "shop@3", Facts{}, "shop@3"},
		{"order time without a date", BindOrderTime, "shop@3", Facts{Order: &OrderFacts{}}, "shop@3"},
		{"order time goes back", BindOrderTime, "shop@3", placed("2026-10-15T00:00:00Z"), "shop@2"},
		{"order time to the first format", BindOrderTime, "shop@3", placed("2026-01-01T00:00:00Z"), "shop@1"},
	}
	for _, row := range rows {
		t.Run(row.name, func(t *testing.T) {
			t.Parallel()
			l := versions(t, row.binds, "2026-10-01", "2026-11-01", "2030-01-01")
			got, err := l.Bound(&Case{PolicyVersion: row.pinned, Facts: row.facts}, utc("2026-12-01T00:00:00Z"))
			require.NoError(t, err)
			require.Equal(t, row.want, got)
		})
	}
	l := versions(t, BindOrderTime, "2026-10-01")
	_, err := l.Bound(&Case{PolicyVersion: "gone@1"}, utc("2026-12-01T00:00:00Z"))
	require.Equal(t, CodeNotFound, CodeOf(err))

	// A policy whose every version is younger than the order goes by the oldest.
	young := versions(t, BindOrderTime, "2026-11-01", "2026-10-01")
	delete(young.books, "shop@1")
	young.versions["shop"] = young.versions["shop"][1:]
	got, err := young.Bound(&Case{PolicyVersion: "shop@2", Facts: placed("2026-01-01T00:00:00Z")}, utc("2026-12-01T00:00:00Z"))
	require.NoError(t, err)
	require.Equal(t, "shop@3", got)
}

// A clock goes on in the opening hours that it was started in: a version that lacks
// them waits until it is over.
func TestBoundWaitsForClocksInOpeningHours(t *testing.T) {
	t.Parallel()
	desk := func(state ClockState) []Clock {
		return []Clock{{Name: ClockResolution}, {Name: ClockFirstResponse, Unit: UnitBusinessHours, Hours: "desk", State: state}}
	}
	rows := []struct {
		name, binds, pinned string
		clocks              []Clock
		want                string
	}{
		{"newest, running", BindNewest, "shop@2", desk(ClockRunning), "shop@2"},
		{"newest, standing still", BindNewest, "shop@2", desk(ClockSuspended), "shop@2"},
		{"newest, met", BindNewest, "shop@2", desk(ClockMet), "shop@3"},
		{"newest, run out", BindNewest, "shop@2", desk(ClockBreached), "shop@3"},
		{"order time, running", BindOrderTime, "shop@2", desk(ClockRunning), "shop@2"},
		{"order time, met", BindOrderTime, "shop@2", desk(ClockMet), "shop@3"},
		{"order time, no clock", BindOrderTime, "shop@2", nil, "shop@3"},
	}
	for _, row := range rows {
		t.Run(row.name, func(t *testing.T) {
			t.Parallel()
			l := versions(t, row.binds, "2026-10-01", "2026-11-01")
			l.books["shop@3"].policy.Hours = map[string]HoursRule{"night": {}}
			c := &Case{PolicyVersion: row.pinned, Clocks: row.clocks, Facts: Facts{Order: &OrderFacts{PlacedAt: utc("2026-11-15T00:00:00Z")}}}
			got, err := l.Bound(c, utc("2026-12-01T00:00:00Z"))
			require.NoError(t, err)
			require.Equal(t, row.want, got)
		})
	}
	l := versions(t, BindNewest, "2026-10-01", "2026-11-01")
	got, err := l.Bound(&Case{PolicyVersion: "shop@2", Clocks: desk(ClockRunning)}, utc("2026-12-01T00:00:00Z"))
	require.NoError(t, err)
	require.Equal(t, "shop@3", got, "which has a desk too")
}

func TestLibraryWith(t *testing.T) {
	t.Parallel()
	l := versions(t, BindNewest, "2026-10-01")
	p := *l.books["shop@2"].policy
	_, err := l.With([]*Policy{&p}, nil)
	require.Equal(t, CodeInvalid, CodeOf(err))
	require.ErrorContains(t, err, "shop@2 already")

	p.Version = 3
	next, err := l.With([]*Policy{&p}, nil)
	require.NoError(t, err)
	require.Equal(t, []string{"shop@1", "shop@2", "shop@3"}, next.Versions())
	require.Equal(t, []string{"shop@1", "shop@2"}, l.Versions(), "a library never changes")

	stray := p
	stray.Name, stray.Calendar = "stray", "moon"
	_, err = next.With([]*Policy{&stray}, nil)
	require.ErrorContains(t, err, `needs the calendar "moon"; there are cn`)

	other := calendars(t)
	next, err = next.With(nil, other)
	require.NoError(t, err)
	require.Same(t, other["cn"], next.books["shop@1"].calendar)
	c, err := next.Calendar("cn")
	require.NoError(t, err)
	require.Same(t, other["cn"], c)
	_, err = next.Calendar("moon")
	require.Equal(t, CodeNotFound, CodeOf(err))
	require.Len(t, next.Calendars(), len(other))
}
