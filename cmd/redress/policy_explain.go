package main

import (
	"context"
	"encoding/json"
	"fmt"
	"os"
	"time"

	"github.com/redresshq/redress/cmd/redress/config"
	"github.com/redresshq/redress/dispute"
)

type policyExplainCommand struct {
	Claim  string `arg:"" help:"The claim: a YAML file." type:"existingfile"`
	Policy string `help:"The policy, or name@version, in place of the claim's." xor:"policy"`
	Dir    string `help:"A policy's folder in its place." type:"existingdir" xor:"policy"`
	JSON   bool   `name:"json" help:"Print JSON."`
}

// Run prints what the claim would meet; nothing is opened and nobody is asked.
func (c policyExplainCommand) Run(ctx context.Context, settings config.Config) error {
	text, err := readFile(c.Claim)
	if err != nil {
		return err
	}
	claim, err := dispute.ParseClaim(near(c.Claim), []byte(text))
	if err != nil {
		return err
	}
	if claim.Opening.OpenedAt.IsZero() {
		claim.Opening.OpenedAt = time.Now().UTC().Truncate(time.Second)
	}
	l, err := libraryOf(ctx, settings)
	if err != nil {
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
		out := json.NewEncoder(os.Stdout)
		out.SetIndent("", "  ")
		return out.Encode(met)
	}
	fmt.Print(met.String())
	return nil
}

// bookFor is the policy that a claim goes by: that of a folder, the one that is asked
// for, or the claim's own; by a name the version in force at its opening.
func bookFor(l *dispute.Library, claim dispute.Claim, policy, dir string) (*dispute.Rulebook, error) {
	if dir != "" {
		p, _, err := readPolicy(dir, l)
		if err != nil {
			return nil, err
		}
		var none *dispute.Library
		own, err := none.With([]*dispute.Policy{p}, l.Calendars())
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
