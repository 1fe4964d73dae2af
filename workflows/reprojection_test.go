package workflows_test

import (
	"context"
	"strings"
	"testing"
	"testing/fstest"
	"time"

	"github.com/stretchr/testify/require"
	"go.temporal.io/sdk/workflow"

	"github.com/redresshq/redress/activities"
	"github.com/redresshq/redress/dispute"
)

// shelf is the rig's books: a test may add to them while a case is open.
type shelf struct {
	rig *rig
}

func (s shelf) Library(context.Context, int64) (*dispute.Library, error) {
	s.rig.mu.Lock()
	defer s.rig.mu.Unlock()
	return s.rig.library, nil
}

func (s shelf) Refresh(ctx context.Context) (*dispute.Library, error) { return s.Library(ctx, 0) }

var _ activities.Books = shelf{}

// published changes what the rig's books hold, and tells the case.
func (r *rig) published(l *dispute.Library, id, calendar string) {
	r.mu.Lock()
	r.library = l
	r.mu.Unlock()
	r.signal(dispute.SignalReproject, dispute.RulesChanged{EventID: id, Revision: 7, Calendar: calendar})
}

// A holiday that is proclaimed late moves the dates of open cases, says so in the
// timeline, and tells the customer the new date.
func TestACalendarThatChangesMovesTheDates(t *testing.T) {
	t.Parallel()
	r := setup(t).standing()
	before, after := r.library, standingWith(t, standingFiles(t, func(name, text string) string {
		if name == "calendars/cn-2026.yaml" {
			return closeDay(t, text, "2026-03-20")
		}
		return text
	}))
	r.after(2*time.Hour, func() { r.published(after, "p1", "cn") })
	r.after(3*time.Hour, func() { r.published(after, "p2", "cn") })
	r.after(4*time.Hour, func() { r.published(after, "p2", "cn") })
	r.after(5*time.Hour, func() { r.withdraw("w1") })
	r.run(r.claimForDesk())
	require.NotSame(t, before, r.library)
	moved := about(r, dispute.EventClockReprojected)
	require.Len(t, moved, 1, "only the clock in working days")
	require.Equal(t, "resolution", moved[0]["clock"])
	require.Equal(t, "cn", moved[0]["reason"])
	require.Equal(t, "2026-03-25T04:00:00Z", moved[0]["old_due_at"])
	require.Equal(t, "2026-03-26T04:00:00Z", moved[0]["due_at"])
	require.Equal(t, 1, count(r.notices(dispute.RoleCustomer), dispute.NoticeDelay))
	require.Equal(t, 1, r.has(dispute.EventReprojected), "nothing more had changed the second time")
	require.Equal(t, 1, count(r.ignored(), "repeated"))
}

// A policy that binds its cases to the newest version takes them along.
func TestANewVersionBindsOpenCases(t *testing.T) {
	t.Parallel()
	r := setup(t).standing("binds: opening_time", "binds: newest")
	next := standingWith(t, standingFiles(t, nil, "binds: opening_time", "binds: newest"), "version: 1\n", "version: 2\n", "appeal_window: {budget: 7d", "appeal_window: {budget: 2d")
	r.after(2*time.Hour, func() { r.published(next, "p1", "") })
	r.after(3*time.Hour, func() { r.reject("u1", supervisor) })
	r.run(r.claimForDesk())
	require.Equal(t, "standing@2", r.last().PolicyVersion)
	bound := about(r, dispute.EventPolicyBound)
	require.Len(t, bound, 1)
	require.Equal(t, []any{"standing@1", "standing@2"}, []any{bound[0]["from"], bound[0]["to"]})
	r.ranOut(dispute.ClockAppealWindow, 3*time.Hour+2*day)
}

// A policy that binds by the order's day takes a case back to the version in force then, once the order is known.
func TestTheVersionOfTheOrdersDay(t *testing.T) {
	t.Parallel()
	r := setup(t).standing("binds: opening_time", "binds: order_time")
	r.library = standingWith(t, standingFiles(t, nil, "binds: opening_time", "binds: order_time"), "version: 1\n", "version: 2\n",
		"effective_from: 2020-01-01", "effective_from: 2026-03-12", "appeal_window: {budget: 7d", "appeal_window: {budget: 2d")
	r.after(3*time.Hour, func() { r.reject("u1", supervisor) })
	r.run(r.claimForDesk())
	require.Equal(t, "standing@2", r.batches[0].Case.PolicyVersion, "opened under the newest")
	require.Equal(t, "standing@1", r.last().PolicyVersion)
	require.Len(t, about(r, dispute.EventPolicyBound), 1)
	r.ranOut(dispute.ClockAppealWindow, 3*time.Hour+7*day)
}

// A case that had the signal before this release goes on as it did: it wrote it down.
func TestReprojectAsTheFirstReleaseTookIt(t *testing.T) {
	t.Parallel()
	r := setup(t).standing()
	r.env.OnGetVersion("reproject-rules-anew", workflow.DefaultVersion, workflow.Version(1)).Return(workflow.DefaultVersion)
	r.after(2*time.Hour, func() { r.signal(dispute.SignalReproject, map[string]string{"event_id": "p1"}) })
	r.after(5*time.Hour, func() { r.withdraw("w1") })
	r.run(r.claimForDesk())
	require.Equal(t, 1, r.has(dispute.EventReprojected))
}

// standingWith is a library of files, with a second version of standing made by
// pairs of old and new text, if there are any.
func standingWith(t *testing.T, files fstest.MapFS, changes ...string) *dispute.Library {
	t.Helper()
	if len(changes) > 0 {
		text := string(files["policies/standing/1/policy.yaml"].Data)
		for i := 0; i+1 < len(changes); i += 2 {
			require.Contains(t, text, changes[i])
			text = strings.Replace(text, changes[i], changes[i+1], 1)
		}
		files["policies/standing/2/policy.yaml"] = &fstest.MapFile{Data: []byte(text)}
	}
	library, err := dispute.ReadLibrary(files)
	require.NoError(t, err)
	return library
}

// closeDay makes a working day a holiday in a calendar's file.
func closeDay(t *testing.T, text, date string) string {
	t.Helper()
	const after = "  - {name: Qingming,"
	require.Contains(t, text, after)
	return strings.Replace(text, after, "  - {name: proclaimed late, first: "+date+", last: "+date+"}\n"+after, 1)
}
