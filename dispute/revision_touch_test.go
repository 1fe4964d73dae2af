package dispute

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

// A correction touches the cases with a running clock whose date it moves, and no other.
func TestTouchedByACalendar(t *testing.T) {
	t.Parallel()
	before := library(t)
	b, err := before.Book("default@1")
	require.NoError(t, err)
	start := time.Date(2026, 3, 2, 2, 0, 0, 0, time.UTC) // a Monday
	c := &Case{PolicyVersion: "default@1"}
	working, err := b.Clock(c, ClockRequest{Name: ClockResolution}, start)
	require.NoError(t, err)
	hours, err := b.Clock(c, ClockRequest{Name: ClockFirstResponse}, start)
	require.NoError(t, err)
	over := working
	over.State = ClockMet
	elsewhere := working
	elsewhere.Calendar = "hk"

	cn, err := before.Calendar("cn")
	require.NoError(t, err)
	corrected, err := cn.(*YearlyCalendar).WithYear(CalendarYear{Calendar: "cn", Year: 2026, Zone: "Asia/Shanghai", Source: "a notice",
		Weekend: []time.Weekday{time.Saturday, time.Sunday}, Holidays: []Holiday{{Name: "Test", First: "2026-03-04", Last: "2026-03-04"}}})
	require.NoError(t, err)
	after, err := before.With(nil, map[string]Calendar{"cn": corrected})
	require.NoError(t, err)
	r := RuleRevision{Revision: 1, Kind: RuleCalendar, Name: "cn", Number: 2026}
	for name, row := range map[string]struct {
		clocks []Clock
		want   bool
	}{
		"working days": {[]Clock{hours, working}, true}, "hours": {[]Clock{hours}, false}, "over": {[]Clock{over}, false},
		"another calendar": {[]Clock{elsewhere}, false}, "none": {nil, false},
	} {
		c.Clocks = row.clocks
		got, err := after.Touched(r, c, start)
		require.NoError(t, err, name)
		require.Equal(t, row.want, got, name)
		got, err = before.Touched(r, c, start)
		require.NoError(t, err, name)
		require.False(t, got, "nothing changed: "+name)
	}
	c.PolicyVersion = "nobody@1"
	_, err = after.Touched(r, c, start)
	require.Equal(t, CodeNotFound, CodeOf(err))
}

// A new version touches the open cases that go by the newest, from its first day on.
func TestTouchedByAPolicy(t *testing.T) {
	t.Parallel()
	l := library(t)
	b, err := l.Book("default@1")
	require.NoError(t, err)
	version := func(name string, number int, binds, from string) *Policy {
		p := *b.policy
		p.Format, p.Name, p.Version, p.Binds, p.EffectiveFrom = 2, name, number, binds, from
		return &p
	}
	l, err = l.With([]*Policy{version("new", 1, BindNewest, "2026-01-01"), version("new", 2, BindNewest, "2026-06-01"),
		version("old", 1, BindOpeningTime, "2026-01-01"), version("old", 2, BindOpeningTime, "2026-06-01")}, nil)
	require.NoError(t, err)
	june := time.Date(2026, 6, 2, 0, 0, 0, 0, time.UTC)
	for _, row := range []struct {
		version string
		at      time.Time
		want    bool
	}{
		{"new@1", june, true}, {"new@1", june.AddDate(0, -1, 0), false}, {"new@2", june, false}, {"old@1", june, false}, {"default@1", june, false},
	} {
		got, err := l.Touched(RuleRevision{Kind: RulePolicy, Name: "new", Number: 2}, &Case{PolicyVersion: row.version}, row.at)
		require.NoError(t, err)
		require.Equal(t, row.want, got, row.version)
	}
}
