package main

import (
	"context"
	"fmt"
	"io"
	"os"
	"time"

	"github.com/redresshq/redress/activities"
	"github.com/redresshq/redress/cmd/redress/config"
	"github.com/redresshq/redress/dispute"
	"github.com/redresshq/redress/workflows"
)

type policySimulateCommand struct {
	Claim     string `arg:"" help:"The claim: a YAML file; docs/examples/claim.yaml is one." type:"existingfile"`
	Policy    string `help:"The policy, or name@version, in place of the claim's." xor:"policy"`
	Dir       string `help:"A policy's folder in its place." type:"existingdir" xor:"policy"`
	At        string `help:"When the claim is made: 2026-09-24T16:30:00+08:00, or '2026-09-24 16:30' in the policy's zone; in place of the claim's own instant, or of now."`
	Calendars string `help:"A folder of calendars (<id>-<year>.yaml) beside those there are." type:"existingdir"`
	JSON      bool   `name:"json" help:"Print JSON."`
}

// Run prints what becomes of the claim if nobody acts; nothing is opened and nobody is asked.
func (c policySimulateCommand) Run(ctx context.Context, settings config.Config) error {
	l, err := libraryOf(ctx, settings)
	if err != nil {
		return err
	}
	if l, err = withCalendars(l, c.Calendars); err != nil {
		return err
	}
	return c.simulate(ctx, l, os.Stdout)
}

func (c policySimulateCommand) simulate(ctx context.Context, l *dispute.Library, out io.Writer) error {
	claim, err := readClaim(c.Claim)
	if err != nil {
		return err
	}
	book, err := bookFor(l, claim, c.Policy, c.Dir)
	if err != nil {
		return err
	}
	if c.At != "" {
		zone, err := time.LoadLocation(book.Policy().Zone)
		if err != nil {
			return fmt.Errorf("the policy's zone: %w", err)
		}
		if claim.Opening.OpenedAt, err = startOf("--at", c.At, zone); err != nil {
			return err
		}
		if book, err = bookFor(l, claim, c.Policy, c.Dir); err != nil { // the version in force then
			return err
		}
	}
	if c.Dir != "" {
		if l, err = alone(book.Policy(), l); err != nil {
			return err
		}
	}
	claim.Policy = book.Version()
	f := workflows.Forecaster{Rules: &activities.Rules{Books: activities.FixedBooks(l)}}
	forecast, err := f.Simulate(ctx, claim, claim.Opening.OpenedAt)
	if err != nil {
		return fmt.Errorf("simulating %s: %w", c.Claim, err)
	}
	if c.JSON {
		return printJSON(out, forecast)
	}
	return printForecast(out, book, forecast)
}

func printForecast(out io.Writer, book *dispute.Rulebook, f dispute.Forecast) error {
	zone, err := time.LoadLocation(book.Policy().Zone)
	if err != nil {
		return fmt.Errorf("the policy's zone: %w", err)
	}
	const layout = "Mon 2006-01-02 15:04:05"
	fmt.Fprintf(out, "From %s (%s) on, under %s:\n\n", f.At.In(zone).Format(layout), zone, f.PolicyVersion)
	if err := f.Write(out, layout, zone); err != nil {
		return fmt.Errorf("printing: %w", err)
	}
	fmt.Fprintf(out, "\n%s\n", f.Assumption)
	return nil
}
