package main

import (
	"context"
	"fmt"
	"os"
	"time"

	"github.com/redresshq/redress/cmd/redress/config"
	"github.com/redresshq/redress/dispute"
	"github.com/redresshq/redress/rulebase"
	"github.com/redresshq/redress/store"
)

type calendarPublishCommand struct {
	File string `arg:"" help:"The file of one year." type:"existingfile"`
}

// Run publishes, and looks at all open cases: those with a date that changes are told,
// and enter the old and the new date in their timelines.
func (c calendarPublishCommand) Run(ctx context.Context, settings config.Config) error {
	return withRules(ctx, settings, "calendar publish", func(rules *rulebase.Base, record *store.Store) error {
		text, err := readFile(c.File)
		if err != nil {
			return err
		}
		y, err := dispute.ReadCalendarYear(c.File, []byte(text))
		if err != nil {
			return err
		}
		before, err := record.LatestRevision(ctx)
		if err != nil {
			return fmt.Errorf("reading the published rules: %w", err)
		}
		r, err := rules.PublishCalendar(ctx, text, dispute.RuleByHand, operator())
		if err != nil {
			return fmt.Errorf("publishing %s: %w", c.File, err)
		}
		job, err := walkOpenCases(ctx, rules, record, r.Revision, os.Stderr)
		if err != nil {
			return err
		}
		if r.Revision <= before {
			fmt.Printf("%s %d is published already, with the same content, since %s", y.Calendar, y.Year, r.PublishedAt.Format(time.RFC3339))
		} else {
			fmt.Printf("published %s %d as revision %d", y.Calendar, y.Year, r.Revision)
		}
		fmt.Printf("; %d of %d open cases have a date that moves\n", job.Touched, job.Looked)
		return nil
	})
}

// Help says what happens to open cases.
func (calendarPublishCommand) Help() string {
	return `A year that is published already is corrected by publishing it again. The command may be
interrupted, or run twice: workers go on with what it leaves, and no case is told twice.
Needs DATABASE_URL, or a ` + "`redress dev`" + ` that runs here.`
}
