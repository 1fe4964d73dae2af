package main

import (
	"context"
	"encoding/json"
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

type policyListCommand struct{}

// Run prints one line a version.
func (policyListCommand) Run(ctx context.Context, settings config.Config) error {
	if orRunning(settings).DatabaseURL == "" {
		l, err := dispute.Embedded()
		if err != nil {
			return err
		}
		return printEmbedded(os.Stdout, l)
	}
	return withRules(ctx, settings, "policy list", func(rules *rulebase.Base, record *store.Store) error {
		l, err := rules.Refresh(ctx)
		if err != nil {
			return fmt.Errorf("reading the published rules: %w", err)
		}
		all, err := record.Published(ctx, dispute.RulePolicy)
		if err != nil {
			return fmt.Errorf("listing policies: %w", err)
		}
		return printPolicies(os.Stdout, all, l, rules.Rejected())
	})
}

func printPolicies(out io.Writer, all []dispute.PublishedRule, l *dispute.Library, rejected map[string]error) error {
	w := tabwriter.NewWriter(out, 0, 4, 2, ' ', 0)
	fmt.Fprintln(w, "POLICY\tIN FORCE FROM\tREVISION\tPUBLISHED\tBY\tSHA256")
	for _, p := range all {
		from := "the beginning"
		if b, err := l.Book(p.ID()); err == nil && b.Policy().EffectiveFrom != "" {
			from = b.Policy().EffectiveFrom
		}
		if rejected[p.ID()] != nil {
			from = "cannot be read by this program"
		}
		fmt.Fprintf(w, "%s\t%s\t%d\t%s\t%s\t%.12s\n", p.ID(), from, p.Revision, p.PublishedAt.Format(time.RFC3339), publishedBy(p.RuleRevision), p.SHA256)
	}
	return flushed(w)
}

// publishedBy names who published it, or that it came with the program.
func publishedBy(r dispute.RuleRevision) string {
	if r.Source == dispute.RuleEmbedded {
		return r.Source
	}
	return r.Author.ID + " (" + r.Source + ")"
}

func printEmbedded(out io.Writer, l *dispute.Library) error {
	w := tabwriter.NewWriter(out, 0, 4, 2, ' ', 0)
	fmt.Fprintln(w, "POLICY\tIN FORCE FROM")
	for _, version := range l.Versions() {
		b, err := l.Book(version)
		if err != nil {
			return err
		}
		from := b.Policy().EffectiveFrom
		if from == "" {
			from = "the beginning"
		}
		fmt.Fprintf(w, "%s\t%s\n", version, from)
	}
	return flushed(w)
}

// printJSON writes a document for programs, indented for people.
func printJSON(out io.Writer, document any) error {
	enc := json.NewEncoder(out)
	enc.SetIndent("", "  ")
	if err := enc.Encode(document); err != nil {
		return fmt.Errorf("printing: %w", err)
	}
	return nil
}

func flushed(w *tabwriter.Writer) error {
	if err := w.Flush(); err != nil {
		return fmt.Errorf("printing: %w", err)
	}
	return nil
}
