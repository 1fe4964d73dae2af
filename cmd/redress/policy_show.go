package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/redresshq/redress/cmd/redress/config"
	"github.com/redresshq/redress/dispute"
	"github.com/redresshq/redress/rulebase"
	"github.com/redresshq/redress/store"
)

type policyShowCommand struct {
	Policy string `arg:"" help:"name@version, or a name for its newest version."`
	Out    string `help:"Write the files into this folder, which must hold no *.yaml yet, in place of printing them." type:"path"`
}

// Run prints the files of a version as they were published, or writes them into a folder:
// a policy of one's own begins as a copy.
func (c policyShowCommand) Run(ctx context.Context, settings config.Config) error {
	return c.show(ctx, settings, os.Stdout)
}

func (c policyShowCommand) show(ctx context.Context, settings config.Config, out io.Writer) error {
	source, err := sourceNamed(ctx, settings, c.Policy)
	if err != nil {
		return err
	}
	names := make([]string, 0, len(source.Files))
	for name := range source.Files {
		names = append(names, name)
	}
	slices.Sort(names)
	if c.Out == "" {
		for _, name := range names {
			fmt.Fprintf(out, "# --- %s\n%s", name, source.Files[name])
		}
		return nil
	}
	if err := writeNew(c.Out, source.Files); err != nil {
		return err
	}
	fmt.Fprintf(out, "%s@%d written to %s: %s\n", source.Name, source.Version, near(c.Out), strings.Join(names, ", "))
	return nil
}

// sourceNamed is a published version, or one that is built in where no database is named.
func sourceNamed(ctx context.Context, settings config.Config, name string) (source dispute.PolicySource, err error) {
	l, err := libraryOf(ctx, settings)
	if err != nil {
		return source, err
	}
	b, err := l.Book(name)
	if err != nil {
		return source, err
	}
	p := b.Policy()
	if orRunning(settings).DatabaseURL != "" {
		err = withRules(ctx, settings, "policy show", func(_ *rulebase.Base, record *store.Store) error {
			r, err := record.PublishedRule(ctx, dispute.RulePolicy, p.Name, p.Version)
			source = dispute.PolicySource{Name: p.Name, Version: p.Version, Files: r.Files}
			return err
		})
		return source, err
	}
	all, err := dispute.EmbeddedPolicies()
	if err != nil {
		return source, err
	}
	i := slices.IndexFunc(all, func(s dispute.PolicySource) bool { return s.Name == p.Name && s.Version == p.Version })
	if i < 0 {
		return source, dispute.Errorf(dispute.CodeNotFound, "there is no policy %s", p.ID())
	}
	return all[i], nil
}

// writeNew writes files into a folder, and over none that is there.
func writeNew(dir string, files map[string]string) (err error) {
	if err := os.MkdirAll(dir, 0o755); err != nil { //nolint:gosec // a policy is no secret
		return fmt.Errorf("making the folder: %w", err)
	}
	if there, err := filepath.Glob(filepath.Join(dir, "*.yaml")); err != nil || len(there) > 0 {
		return fmt.Errorf("%s holds a policy already; name a folder that does not", near(dir))
	}
	root, err := os.OpenRoot(dir)
	if err != nil {
		return fmt.Errorf("opening the folder: %w", err)
	}
	defer func() { err = errors.Join(err, root.Close()) }()
	for name, text := range files {
		if err := root.WriteFile(name, []byte(text), 0o644); err != nil {
			return fmt.Errorf("writing %s: %w", name, err)
		}
	}
	return nil
}
