package main

import (
	"context"
	"fmt"

	"github.com/redresshq/redress/cmd/redress/config"
	"github.com/redresshq/redress/dispute"
)

type policyDiffCommand struct {
	A         string `arg:"" help:"A policy's folder, or name@version."`
	B         string `arg:"" help:"Another."`
	Calendars string `help:"A folder of calendars (<id>-<year>.yaml) beside those there are." type:"existingdir"`
	Verbose   bool   `short:"v" help:"Say of every rule where it comes from now, instead of how many say so."`
}

// Run prints one line a change.
func (c policyDiffCommand) Run(ctx context.Context, settings config.Config) error {
	l, err := libraryOf(ctx, settings)
	if err != nil {
		return err
	}
	if l, err = withCalendars(l, c.Calendars); err != nil {
		return err
	}
	a, err := policyNamed(l, c.A)
	if err != nil {
		return err
	}
	b, err := policyNamed(l, c.B)
	if err != nil {
		return err
	}
	lines := dispute.DiffPolicies(a, b).Lines(c.Verbose)
	if len(lines) == 0 {
		fmt.Println("they say the same")
	}
	for _, line := range lines {
		fmt.Println(line)
	}
	return nil
}
