package workflows_test

import (
	"context"
	"errors"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"go.temporal.io/sdk/activity"
	"go.temporal.io/sdk/testsuite"

	"github.com/redresshq/redress/activities"
	"github.com/redresshq/redress/dispute"
	"github.com/redresshq/redress/workflows"
)

// weeklyRecord keeps issues in memory, and counts the days it was asked for.
type weeklyRecord struct {
	kept  map[string]dispute.WeeklyReport
	asked []string
	fails int
}

func (w *weeklyRecord) Report(_ context.Context, q dispute.ReportQuery) (dispute.Report, error) {
	if w.fails > 0 {
		w.fails--
		return dispute.Report{}, dispute.Errorf(dispute.CodeUnavailable, "away")
	}
	if err := q.Check(); err != nil {
		return dispute.Report{}, err
	}
	w.asked = append(w.asked, q.From+" "+q.To)
	return dispute.Report{Tables: []dispute.ReportTable{
		{Name: "clocks", Rows: []map[string]any{{"clock": "first_response", "met": int64(3), "met_percent": 99.5}}},
		{Name: "reasons", Rows: []map[string]any{{"reason": "defective", "cases": int64(2), "cost": int64(12900), "currency": "CNY"}}},
		{Name: "repeats", Rows: []map[string]any{{"cases": int64(7)}}},
	}}, nil
}

func (w *weeklyRecord) KeepWeekly(_ context.Context, r dispute.WeeklyReport) (dispute.WeeklyReport, error) {
	if _, there := w.kept[r.Week]; !there {
		w.kept[r.Week] = r
	}
	return w.kept[r.Week], nil
}

func (w *weeklyRecord) Weekly(_ context.Context, week string) (dispute.WeeklyReport, error) {
	r, there := w.kept[week]
	if !there {
		return r, dispute.Errorf(dispute.CodeNotFound, "none")
	}
	return r, nil
}

func (w *weeklyRecord) WeeklySent(_ context.Context, week string, at time.Time) error {
	r := w.kept[week]
	r.SentAt = &at
	w.kept[week] = r
	return nil
}

type weeklyNotifier struct {
	got   []activities.Notification
	fails int
}

func (w *weeklyNotifier) Notify(_ context.Context, n activities.Notification) error {
	if w.fails > 0 {
		w.fails--
		return errors.New("the channel is away")
	}
	w.got = append(w.got, n)
	return nil
}

// The report of a week is made once and sent once, through a record and a channel that
// are away for a while, and however often it is started.
func TestWeeklyReportOnceAWeek(t *testing.T) {
	t.Parallel()
	shanghai, err := time.LoadLocation("Asia/Shanghai")
	require.NoError(t, err)
	record, channel := &weeklyRecord{kept: map[string]dispute.WeeklyReport{}, fails: 2}, &weeklyNotifier{fails: 3}
	weekly := &activities.Weekly{Record: record, Notifier: channel, Now: time.Now,
		Zone: func(context.Context) (*time.Location, error) { return shanghai, nil }}
	run := func(at time.Time) activities.WeeklyIssue {
		var suite testsuite.WorkflowTestSuite
		env := suite.NewTestWorkflowEnvironment()
		env.SetStartTime(at)
		env.RegisterActivityWithOptions(weekly.Build, activity.RegisterOptions{Name: activities.NameBuildWeekly})
		env.RegisterActivityWithOptions(weekly.Send, activity.RegisterOptions{Name: activities.NameSendWeekly})
		env.ExecuteWorkflow(workflows.WeeklyReport)
		require.NoError(t, env.GetWorkflowError())
		var issue activities.WeeklyIssue
		require.NoError(t, env.GetWorkflowResult(&issue))
		return issue
	}
	monday := time.Date(2026, 11, 23, 8, 0, 0, 0, shanghai)
	for _, at := range []time.Time{monday, monday.Add(time.Hour), monday.AddDate(0, 0, 6)} {
		require.Equal(t, activities.WeeklyIssue{Week: "2026-W47", Sent: true}, run(at))
	}
	require.Len(t, channel.got, 1)
	require.Equal(t, "report/weekly/2026-W47", channel.got[0].Key)
	require.Equal(t, dispute.RoleSupervisor, channel.got[0].To)
	require.Empty(t, channel.got[0].CaseID)
	require.Contains(t, channel.got[0].Text, "新案件 Cases opened: 7")
	require.Contains(t, channel.got[0].Text, "cost 129.00 CNY")
	require.Contains(t, channel.got[0].Text, "met_percent 99.5")
	for _, days := range record.asked {
		require.Equal(t, "2026-11-16 2026-11-22", days)
	}
	require.Equal(t, "2026-W48", run(monday.AddDate(0, 0, 7)).Week)
	require.Len(t, channel.got, 2)
}
