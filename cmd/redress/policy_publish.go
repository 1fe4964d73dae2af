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

type policyPublishCommand struct {
	Dir string `arg:"" help:"The policy's folder." type:"existingdir"`
}

// Run publishes, and looks at the open cases that may go by the new version.
func (c policyPublishCommand) Run(ctx context.Context, settings config.Config) error {
	return withRules(ctx, settings, "policy publish", func(rules *rulebase.Base, record *store.Store) error {
		library, err := rules.Refresh(ctx)
		if err != nil {
			return fmt.Errorf("reading the published rules: %w", err)
		}
		p, source, err := readPolicy(c.Dir, library)
		if err != nil {
			return err
		}
		before, err := record.LatestRevision(ctx)
		if err != nil {
			return fmt.Errorf("reading the published rules: %w", err)
		}
		r, err := rules.PublishPolicy(ctx, source.Files, dispute.RuleByHand, operator())
		if err != nil {
			return fmt.Errorf("publishing %s: %w", p.ID(), err)
		}
		switch {
		case r.Revision <= before:
			fmt.Printf("%s is published already, with the same content, since %s\n", p.ID(), r.PublishedAt.Format(time.RFC3339))
			return nil
		case r.InForceFrom != nil && r.InForceFrom.After(time.Now()):
			fmt.Printf("published %s as revision %d; it is in force from %s\n", p.ID(), r.Revision, p.EffectiveFrom)
			return nil
		}
		job, err := walkOpenCases(ctx, rules, record, r.Revision, os.Stderr)
		if err != nil {
			return err
		}
		fmt.Printf("published %s as revision %d; %d of %d open cases go by it now\n", p.ID(), r.Revision, job.Touched, job.Looked)
		return nil
	})
}

// Help says what cannot be undone.
func (policyPublishCommand) Help() string {
	return `The folder is checked first, as by ` + "`redress policy check`" + `. A published version never
changes: to mend one, copy the folder, count its version up, and publish that. Needs
DATABASE_URL, or a ` + "`redress dev`" + ` that runs here.`
}
