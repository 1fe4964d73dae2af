package e2e_test

import (
	"net/http"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/redresshq/redress/dispute"
)

// A calendar that is corrected moves the dates of open cases, and only of those that it
// touches, with an entry that holds the old date and the new one.
func TestACalendarIsCorrected(t *testing.T) {
	t.Parallel()
	s := newStack(t, options{policy: "story"})
	admin, year := s.admin(t), time.Now().In(shanghai(t)).Year()
	admin.publishYear(yearWith(year))
	admin.publishYear(yearWith(year + 1))

	touched := map[string]time.Time{} // due before
	for range 3 {
		_, id := onTheDesk(t, s) // seven working days for a resolution
		k := s.agent(t).resolution(id)
		require.False(t, k.Provisional)
		touched[id] = k.DueAt
	}
	_, untouched := waitingForEvidence(t, s) // a clock in hours

	day := workday(t, 3)
	p := admin.publishYear(yearWith(day.Year(), day.Format(time.DateOnly)))
	job := s.walked(t, p.Revision)
	require.EqualValues(t, 4, job.Looked)
	require.EqualValues(t, 3, job.Touched)
	for id, before := range touched {
		until(t, patience, "the case has another date", func() bool { return !s.agent(t).resolution(id).DueAt.Equal(before) })
		now := s.agent(t).resolution(id).DueAt
		shift := now.Sub(before)
		require.Contains(t, []time.Duration{24 * time.Hour, 72 * time.Hour}, shift, "one working day more")
		old, moved := s.movedDates(t, id)
		require.Len(t, moved, 1)
		require.True(t, old[0].Equal(before) && moved[0].Equal(now), "%s %s", old, moved)
		require.Equal(t, 1, s.toldOfRules(t, id))
	}
	require.Zero(t, s.toldOfRules(t, untouched))
	require.Zero(t, s.count(t, untouched, dispute.EventClockReprojected))

	// The same document again changes nothing; a day far away touches nobody.
	require.Equal(t, p.Revision, admin.publishYear(yearWith(day.Year(), day.Format(time.DateOnly))).Revision)
	none := admin.publishYear(yearWith(year+1, time.Date(year+1, 12, 1, 0, 0, 0, 0, time.UTC).Format(time.DateOnly)))
	require.Zero(t, s.walked(t, none.Revision).Touched)

	var list struct {
		Items []struct {
			Calendar string    `json:"calendar"`
			Year     int       `json:"year"`
			Walk     published `json:"walk"`
		} `json:"items"`
	}
	s.agent(t).do(http.MethodGet, "/v1/calendars", nil).decode(t, &list)
	require.Len(t, list.Items, 2)
	require.Equal(t, "cn", list.Items[0].Calendar)
	require.EqualValues(t, 3, list.Items[day.Year()-year].Walk.Touched)
}

// A date that leads into a year which nobody has published is provisional, and final
// once the year is there; the command line publishes as the API does.
func TestAProvisionalDateBecomesFinal(t *testing.T) {
	t.Parallel()
	year := time.Now().In(shanghai(t)).Year()
	s := newStack(t, options{policy: "long", library: libraryWith(t, "long", "demo@3", sets{"clocks.resolution": "400wd", "clocks.agent_decision": "99d"})})
	s.admin(t).publishYear(yearWith(year))
	_, id := onTheDesk(t, s)
	assumed := s.agent(t).resolution(id)
	require.True(t, assumed.Provisional)

	for n := 1; n <= 2; n++ {
		file := filepath.Join(t.TempDir(), "year.yaml")
		first := time.Date(year+n, 1, 1, 0, 0, 0, 0, time.UTC).Format(time.DateOnly)
		require.NoError(t, os.WriteFile(file, []byte(yearWith(year+n, first)), 0o600))
		said, err := s.run(t, binary(t), "calendar", "publish", file)
		require.NoError(t, err, said)
		require.Contains(t, said, "1 of 1 open cases looked at, 1 touched")
		s.agent(t).await(id, "had the date moved", func(view) bool { _, moved := s.movedDates(t, id); return len(moved) == n })
	}
	final := s.agent(t).resolution(id)
	require.False(t, final.Provisional)
	require.True(t, final.DueAt.After(assumed.DueAt))
	said, err := s.run(t, binary(t), "calendar", "list")
	require.NoError(t, err, said)
	require.Contains(t, said, "1 of 1 looked at, 1 touched")
}
