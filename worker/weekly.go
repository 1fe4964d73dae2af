package worker

import (
	"context"
	"errors"
	"fmt"
	"time"

	enumspb "go.temporal.io/api/enums/v1"
	"go.temporal.io/api/serviceerror"
	"go.temporal.io/sdk/client"
	"go.temporal.io/sdk/temporal"

	"github.com/redresshq/redress/activities"
	"github.com/redresshq/redress/workflows"
)

// WeeklyPlan is when the supervisors get their report. The zero value is Monday at
// 08:00 in the zone of the policy's calendar.
type WeeklyPlan struct {
	Off  bool
	Zone string // IANA name; "": that of the policy's calendar
	// Day is the day of the week (1 is Monday, 7 Sunday) and Hour the hour; 0 and nil are the
	// defaults.
	Day  int
	Hour *int
}

// zone is whose weeks and hours the plan goes by. It fails while no rules can be had.
func (p WeeklyPlan) zone(ctx context.Context, books activities.Books, policy string) (*time.Location, error) {
	if p.Zone != "" {
		zone, err := time.LoadLocation(p.Zone)
		if err != nil {
			return nil, fmt.Errorf("zone of the weekly report: %w", err)
		}
		return zone, nil
	}
	library, err := books.Library(ctx, 0)
	if err != nil {
		return nil, err
	}
	book, err := library.Book(policy)
	if err != nil {
		return nil, err
	}
	calendar, err := library.Calendar(book.Policy().Calendar)
	if err != nil {
		return nil, err
	}
	return calendar.Zone(), nil
}

// weekly is the steps of the weekly report.
func (d Deps) weekly() *activities.Weekly {
	return &activities.Weekly{Record: d.Record, Notifier: d.Notifier, Now: time.Now,
		Zone: func(ctx context.Context) (*time.Location, error) { return d.Weekly.zone(ctx, d.Books, d.Policy) }}
}

// EnsureWeekly creates the schedule of the weekly report, if it is not there. One that
// is there stays as operators have it.
func EnsureWeekly(ctx context.Context, c client.Client, p WeeklyPlan, zone *time.Location) error {
	if p.Off {
		return nil
	}
	day, hour := 1, 8
	if p.Day != 0 {
		day = p.Day
	}
	if p.Hour != nil {
		hour = *p.Hour
	}
	if day < 1 || day > 7 || hour < 0 || hour > 23 {
		return errors.New("the weekly report is sent on a day from 1 (Monday) to 7, at an hour from 0 to 23")
	}
	_, err := c.ScheduleClient().Create(ctx, client.ScheduleOptions{
		ID: workflows.WeeklySchedule,
		Spec: client.ScheduleSpec{
			Calendars:    []client.ScheduleCalendarSpec{{DayOfWeek: []client.ScheduleRange{{Start: day % 7}}, Hour: []client.ScheduleRange{{Start: hour}}}},
			TimeZoneName: zone.String(),
		},
		Overlap: enumspb.SCHEDULE_OVERLAP_POLICY_SKIP,
		Action: &client.ScheduleWorkflowAction{
			ID: workflows.WeeklySchedule, Workflow: workflows.WeeklyWorkflow, TaskQueue: workflows.QueueMain,
		},
		// An engine that was away makes up for it as long as the week is the same one.
		CatchupWindow: 3 * 24 * time.Hour,
	})
	var exists *serviceerror.AlreadyExists
	if err == nil || errors.Is(err, temporal.ErrScheduleAlreadyRunning) || errors.As(err, &exists) {
		return nil
	}
	return fmt.Errorf("creating the schedule of the weekly report: %w", err)
}

// ReportRecord is what keeping the reports needs of the store.
type ReportRecord interface {
	activities.WeeklyRecord
	// BackfillReports takes in cases that were there before the reports, and says how many.
	BackfillReports(ctx context.Context, limit int) (int, error)
}

// reporter takes cases into the reports that were there before them, until all are in,
// and has the weekly report scheduled.
type reporter struct {
	Deps
}

const (
	reportPage  = 100
	reportPause = time.Minute // after a failure
)

func (r *reporter) run(ctx context.Context) {
	for _, work := range []func(context.Context) error{r.schedule, r.backfill} {
		for ctx.Err() == nil {
			err := work(ctx)
			if err == nil {
				break
			}
			if ctx.Err() == nil {
				r.Log.Warn("reports", "error", err)
			}
			select {
			case <-ctx.Done():
			case <-time.After(reportPause):
			}
		}
	}
}

func (r *reporter) schedule(ctx context.Context) error {
	zone, err := r.Weekly.zone(ctx, r.Books, r.Policy)
	if err != nil {
		return err
	}
	return EnsureWeekly(ctx, r.Client, r.Weekly, zone)
}

func (r *reporter) backfill(ctx context.Context) error {
	for {
		if n, err := r.Record.BackfillReports(ctx, reportPage); err != nil || n == 0 {
			return err
		}
	}
}
