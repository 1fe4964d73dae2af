package main

import (
	"context"
	"fmt"
	"io"
	"os"
	"text/tabwriter"
	"time"

	"github.com/redresshq/redress/cmd/redress/config"
	"github.com/redresshq/redress/dispute"
	"github.com/redresshq/redress/rulebase"
	"github.com/redresshq/redress/store"
)

type calendarCommand struct {
	Check   calendarCheckCommand   `cmd:"" help:"Say every mistake in a calendar's file; needs no server."`
	Publish calendarPublishCommand `cmd:"" help:"Publish or correct a year, and move the dates of the open cases that it touches."`
	List    calendarListCommand    `cmd:"" help:"List the years that are published, and how far their walks over the open cases are."`
	Show    calendarShowCommand    `cmd:"" help:"Print the file of a year as it is published."`
}

type calendarCheckCommand struct {
	File string `arg:"" help:"The file of one year." type:"existingfile"`
}

// Run prints one line where all is right, and otherwise fails with every mistake.
func (c calendarCheckCommand) Run() error {
	y, err := readYear(c.File)
	if err != nil {
		return err
	}
	fmt.Printf("ok: %s %d in %s, %s, %s\n", y.Calendar, y.Year, y.Zone, count(len(y.Holidays), "holiday"), count(len(y.WorkingDays), "make-up day"))
	return nil
}

type calendarListCommand struct{}

// Run prints one line a year.
func (calendarListCommand) Run(ctx context.Context, settings config.Config) error {
	return withRules(ctx, settings, "calendar list", func(_ *rulebase.Base, record *store.Store) error {
		all, err := record.Published(ctx, dispute.RuleCalendar)
		if err != nil {
			return fmt.Errorf("listing calendars: %w", err)
		}
		return printYears(os.Stdout, all)
	})
}

func printYears(out io.Writer, all []dispute.PublishedRule) error {
	w := tabwriter.NewWriter(out, 0, 4, 2, ' ', 0)
	fmt.Fprintln(w, "CALENDAR\tYEAR\tREVISION\tPUBLISHED\tBY\tOPEN CASES")
	for _, y := range all {
		walk := "-"
		if y.Job != nil {
			walk = fmt.Sprintf("%s: %d of %d looked at, %d touched", y.Job.State, y.Job.Looked, max(y.Job.Open, y.Job.Looked), y.Job.Touched)
		}
		fmt.Fprintf(w, "%s\t%d\t%d\t%s\t%s\t%s\n", y.Name, y.Number, y.Revision, y.PublishedAt.Format(time.RFC3339), publishedBy(y.RuleRevision), walk)
	}
	return flushed(w)
}

type calendarShowCommand struct {
	Calendar string `arg:"" help:"The calendar's id, e.g. cn."`
	Year     int    `arg:"" help:"The year."`
}

// Run prints the document, as it was published.
func (c calendarShowCommand) Run(ctx context.Context, settings config.Config) error {
	return withRules(ctx, settings, "calendar show", func(_ *rulebase.Base, record *store.Store) error {
		y, err := record.PublishedRule(ctx, dispute.RuleCalendar, c.Calendar, c.Year)
		if err != nil {
			return err
		}
		fmt.Print(y.Document)
		return nil
	})
}
