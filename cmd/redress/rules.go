package main

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"log/slog"
	"os"
	"os/user"
	"path/filepath"
	"strings"

	"github.com/redresshq/redress/cmd/redress/config"
	"github.com/redresshq/redress/dispute"
	"github.com/redresshq/redress/rulebase"
	"github.com/redresshq/redress/store"
)

// withRules opens the record of the settings, or of the dev stack that runs here, with
// its rules.
func withRules(ctx context.Context, settings config.Config, command string, do func(*rulebase.Base, *store.Store) error) error {
	settings = orRunning(settings)
	if err := settings.ForRecord(command); err != nil {
		return err
	}
	record, err := store.Open(ctx, settings.DatabaseURL)
	if err != nil {
		return fmt.Errorf("DATABASE_URL: %w", err)
	}
	defer record.Close()
	embedded, err := dispute.Embedded()
	if err != nil {
		return fmt.Errorf("reading the policies of this program: %w", err)
	}
	settings.Log.Level = max(settings.Log.Level, slog.LevelWarn) // a command says itself what it did
	return do(rulebase.New(record, embedded, newLogger(os.Stderr, settings.Log)), record)
}

// libraryOf is everything that is published where the settings, or a dev stack that runs
// here, say; without either what is built into the program.
func libraryOf(ctx context.Context, settings config.Config) (l *dispute.Library, err error) {
	if orRunning(settings).DatabaseURL == "" {
		return dispute.Embedded()
	}
	err = withRules(ctx, settings, "policy", func(rules *rulebase.Base, _ *store.Store) error {
		l, err = rules.Refresh(ctx)
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("reading the published rules: %w", err)
	}
	return l, nil
}

// withCalendars is a library with the calendars of a folder of <id>-<year>.yaml beside,
// or in place of, its own; "" for none.
func withCalendars(l *dispute.Library, dir string) (*dispute.Library, error) {
	if dir == "" {
		return l, nil
	}
	names, err := filepath.Glob(filepath.Join(dir, "*.yaml"))
	if err == nil && len(names) == 0 {
		err = errors.New("there is no *.yaml in it")
	}
	if err != nil {
		return nil, fmt.Errorf("calendars of %s: %w", dir, err)
	}
	for _, name := range names {
		y, err := readYear(name)
		if err != nil {
			return nil, err
		}
		if l, err = l.WithYear(y); err != nil {
			return nil, fmt.Errorf("%s: %w", name, err)
		}
	}
	return l, nil
}

// maxDocument is how much of a file is read.
const maxDocument = 1 << 20

func readYear(name string) (dispute.CalendarYear, error) {
	text, err := readFile(name)
	if err != nil {
		return dispute.CalendarYear{}, err
	}
	return dispute.ReadCalendarYear(near(name), []byte(text))
}

// near is a path as it is best shown: relative where it lies below the working directory.
func near(path string) string {
	here, err := os.Getwd()
	if err != nil {
		return path
	}
	if rel, err := filepath.Rel(here, path); err == nil && filepath.IsLocal(rel) {
		return rel
	}
	return path
}

func readFile(name string) (string, error) {
	info, err := os.Stat(name)
	if err == nil && !info.Mode().IsRegular() {
		err = fmt.Errorf("%s is no regular file", name)
	}
	if err == nil && info.Size() > maxDocument {
		err = fmt.Errorf("%s has %d bytes; at most %d are read", name, info.Size(), maxDocument)
	}
	if err != nil {
		return "", err
	}
	text, err := os.ReadFile(name)
	return string(text), err
}

// readSource reads a policy's folder.
func readSource(dir string) (source dispute.PolicySource, err error) {
	root, err := os.OpenRoot(dir)
	if err != nil {
		return source, fmt.Errorf("a policy is a folder with *.yaml files: %w", err)
	}
	defer func() { err = errors.Join(err, root.Close()) }()
	source, err = dispute.ReadPolicySource(root.FS(), ".")
	var wrong *dispute.FileError
	if errors.As(err, &wrong) {
		wrong.File = filepath.Join(near(dir), wrong.File)
	}
	return source, err
}

// readPolicy reads and checks a policy's folder.
func readPolicy(dir string, l *dispute.Library) (*dispute.Policy, dispute.PolicySource, error) {
	source, err := readSource(dir)
	if err != nil {
		return nil, source, err
	}
	p, err := dispute.ParsePolicy(filepath.ToSlash(filepath.Clean(near(dir))), source, l.Calendars())
	return p, source, err
}

// policyNamed is a policy by its folder, its exact version, or the newest of its name.
func policyNamed(l *dispute.Library, name string) (*dispute.Policy, error) {
	if _, err := os.Stat(name); err == nil || strings.ContainsRune(name, filepath.Separator) {
		p, _, err := readPolicy(name, l)
		return p, err
	} else if !errors.Is(err, fs.ErrNotExist) {
		return nil, err
	}
	b, err := l.Book(name)
	if err != nil {
		return nil, err
	}
	return b.Policy(), nil
}

// operator is who publishes at a command line.
func operator() dispute.Actor {
	who := dispute.Actor{Role: dispute.RoleAdmin, ID: "operator"}
	if u, err := user.Current(); err == nil && u.Username != "" {
		who.ID = u.Username
	}
	return who
}
