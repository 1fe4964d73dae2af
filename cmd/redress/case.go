package main

import (
	"context"
	"fmt"
	"io"
	"os"
	"text/tabwriter"
	"time"

	"github.com/redresshq/redress/cmd/redress/config"
	"github.com/redresshq/redress/cmd/redress/devstack"
	"github.com/redresshq/redress/dispute"
	"github.com/redresshq/redress/store"
)

type caseCommand struct {
	List    caseListCommand    `cmd:"" help:"List cases, soonest due first."`
	Show    caseShowCommand    `cmd:"" help:"Print a case and its timeline as recorded."`
	Verify  caseVerifyCommand  `cmd:"" help:"Check the hash chain of a case's timeline."`
	Restart caseRestartCommand `cmd:"" help:"Start the workflow of an orphaned case again, from the record."`
}

type caseListCommand struct {
	Stage     stageFlag   `help:"Only this stage, e.g. negotiation."`
	WaitingOn waitingFlag `help:"Only those that wait for this one, e.g. agent."`
	Order     string      `help:"Only this order."`
	Customer  string      `help:"Only this customer."`
	Breached  bool        `help:"Only those in which a clock of the shop was breached."`
	Limit     pageFlag    `default:"50" help:"How many, up to 200."`
}

// stageFlag names a stage.
type stageFlag dispute.Stage

// Validate lists the stages where it names none.
func (f stageFlag) Validate() error { return oneOf(dispute.Stage(f), dispute.Stages()) }

// waitingFlag names whom a case waits for.
type waitingFlag dispute.WaitingOn

// Validate lists those that a case may wait for where it names none.
func (f waitingFlag) Validate() error { return oneOf(dispute.WaitingOn(f), dispute.Waits()) }

// pageFlag is how many lines are printed.
type pageFlag int

// maxLines is the record's own limit.
const maxLines = 200

// Validate refuses what the record would cut.
func (f pageFlag) Validate() error {
	if f < 1 || f > maxLines {
		return fmt.Errorf("%d is not from 1 to %d", f, maxLines)
	}
	return nil
}

// Run prints one line a case.
func (c caseListCommand) Run(ctx context.Context, settings config.Config) error {
	return withRecord(ctx, settings, "case list", func(s *store.Store) error {
		filter := dispute.CaseFilter{
			Stage: dispute.Stage(c.Stage), WaitingOn: dispute.WaitingOn(c.WaitingOn),
			OrderID: c.Order, CustomerID: c.Customer, SortByDue: true, Limit: int(c.Limit),
		}
		if c.Breached {
			filter.Breached = &c.Breached
		}
		page, err := s.ListCases(ctx, filter)
		if err != nil {
			return fmt.Errorf("listing cases: %w", err)
		}
		return printCases(os.Stdout, page.Cases)
	})
}

func printCases(out io.Writer, cases []dispute.CaseRecord) error {
	w := tabwriter.NewWriter(out, 0, 4, 2, ' ', 0)
	fmt.Fprintln(w, "CASE\tSTAGE\tWAITING ON\tDUE\tREASON\tORDER\tOUTCOME")
	for _, r := range cases {
		due := "-"
		if k := r.Case.NextDue(); k != nil {
			due = k.DueAt.UTC().Format(time.RFC3339)
		}
		stage := string(r.Case.Stage)
		if r.Orphaned {
			stage += " (orphaned)"
		}
		fmt.Fprintf(w, "%s\t%s\t%s\t%s\t%s\t%s\t%s\n", r.Case.ID, stage, r.Case.WaitingOn, due, r.Case.Reason, r.Case.OrderID, r.Case.Outcome)
	}
	if err := w.Flush(); err != nil {
		return fmt.Errorf("printing: %w", err)
	}
	return nil
}

type caseShowCommand struct {
	ID string `arg:"" help:"The case's id."`
}

// Run prints JSON: the case, what the row knows beside it, and the timeline.
func (c caseShowCommand) Run(ctx context.Context, settings config.Config) error {
	return withRecord(ctx, settings, "case show", func(s *store.Store) error {
		record, err := s.GetCase(ctx, c.ID)
		if err != nil {
			return fmt.Errorf("reading case %s: %w", c.ID, err)
		}
		var timeline []dispute.RecordedEntry
		for after := int64(0); ; {
			page, err := s.Timeline(ctx, c.ID, after, 200)
			if err != nil {
				return fmt.Errorf("reading the timeline of case %s: %w", c.ID, err)
			}
			if len(page) == 0 {
				break
			}
			timeline = append(timeline, page...)
			after = page[len(page)-1].Seq
		}
		return printJSON(os.Stdout, struct {
			Case     dispute.Case            `json:"case"`
			Gate     dispute.Gate            `json:"gate"`
			Orphaned bool                    `json:"orphaned"`
			RunID    string                  `json:"run_id"`
			Timeline []dispute.RecordedEntry `json:"timeline"`
		}{record.Case, record.Gate, record.Orphaned, record.RunID, timeline})
	})
}

type caseVerifyCommand struct {
	ID string `arg:"" help:"The case's id."`
}

// Run says whether the timeline is as it was written, and fails if not.
func (c caseVerifyCommand) Run(ctx context.Context, settings config.Config) error {
	return withRecord(ctx, settings, "case verify", func(s *store.Store) error {
		report, err := s.VerifyChain(ctx, c.ID)
		if err != nil {
			return fmt.Errorf("checking case %s: %w", c.ID, err)
		}
		if !report.Intact {
			return fmt.Errorf("case %s: the timeline was changed: entry %d: %s", c.ID, report.BrokenAt, report.Problem)
		}
		fmt.Printf("case %s: %d entries, the chain is intact\n", c.ID, report.Entries)
		return nil
	})
}

// withRecord opens the database of the settings, or of the dev stack that runs here.
func withRecord(ctx context.Context, settings config.Config, command string, do func(*store.Store) error) error {
	settings = orRunning(settings)
	if err := settings.ForRecord(command); err != nil {
		return err
	}
	s, err := store.Open(ctx, settings.DatabaseURL)
	if err != nil {
		return fmt.Errorf("DATABASE_URL: %w", err)
	}
	defer s.Close()
	return do(s)
}

// orRunning fills in where the dev stack in REDRESS_DIR runs, for what is not set.
func orRunning(settings config.Config) config.Config {
	running, err := devstack.ReadRunning(settings.Dev.Dir)
	if err != nil {
		return settings // none runs here; the command then says which setting it lacks
	}
	if settings.DatabaseURL == "" {
		settings.DatabaseURL = running.DatabaseURL
	}
	if settings.OwnerURL == "" {
		settings.OwnerURL = running.DatabaseURL
	}
	if settings.Temporal.Address == "" {
		settings.Temporal.Address = running.TemporalAddress
	}
	return settings
}
