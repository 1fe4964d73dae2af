package main

import (
	"context"
	"fmt"
	"os"
	"time"

	"github.com/redresshq/redress/cmd/redress/config"
	"github.com/redresshq/redress/dispute"
)

type policyExplainCommand struct {
	Claim     string `arg:"" help:"The claim: a YAML file." type:"existingfile"`
	Policy    string `help:"The policy, or name@version, in place of the claim's." xor:"policy"`
	Dir       string `help:"A policy's folder in its place." type:"existingdir" xor:"policy"`
	Calendars string `help:"A folder of calendars (<id>-<year>.yaml) beside those there are." type:"existingdir"`
	JSON      bool   `name:"json" help:"Print JSON."`
}

// Run prints what the claim would meet; nothing is opened and nobody is asked.
func (c policyExplainCommand) Run(ctx context.Context, settings config.Config) error {
	claim, err := readClaim(c.Claim)
	if err != nil {
		return err
	}
	l, err := libraryOf(ctx, settings)
	if err != nil {
		return err
	}
	if l, err = withCalendars(l, c.Calendars); err != nil {
		return err
	}
	book, err := bookFor(l, claim, c.Policy, c.Dir)
	if err != nil {
		return err
	}
	met, err := book.Explain(claim, claim.Opening.OpenedAt)
	if err != nil {
		return err
	}
	if c.JSON {
		return printJSON(os.Stdout, met)
	}
	fmt.Print(met.String())
	return nil
}

// readClaim reads a claim; where it says no instant, it is made now.
func readClaim(name string) (dispute.Claim, error) {
	text, err := readFile(name)
	if err != nil {
		return dispute.Claim{}, fmt.Errorf("reading the claim: %w", err)
	}
	claim, err := dispute.ParseClaim(near(name), []byte(text))
	if err == nil && claim.Opening.OpenedAt.IsZero() {
		claim.Opening.OpenedAt = time.Now().UTC().Truncate(time.Second)
	}
	return claim, err
}

// alone is a library of one policy with the calendars of another library: beside a
// published version of its name and number it could not stand.
func alone(p *dispute.Policy, l *dispute.Library) (*dispute.Library, error) {
	var none *dispute.Library
	return none.With([]*dispute.Policy{p}, l.Calendars())
}

// bookFor is the policy that a claim goes by: that of a folder, the one that is asked
// for, or the claim's own; by a name the version in force at its opening.
func bookFor(l *dispute.Library, claim dispute.Claim, policy, dir string) (*dispute.Rulebook, error) {
	if dir != "" {
		p, _, err := readPolicy(dir, l)
		if err != nil {
			return nil, err
		}
		own, err := alone(p, l)
		if err != nil {
			return nil, err
		}
		return own.Book(p.ID())
	}
	if policy == "" {
		policy = claim.Policy
	}
	if policy == "" {
		policy = "default"
	}
	return l.ForOpening(policy, claim.Opening.OpenedAt)
}
