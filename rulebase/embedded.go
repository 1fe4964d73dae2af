package rulebase

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"github.com/redresshq/redress/dispute"
)

// PublishEmbedded publishes the policies and calendars that are built into this binary,
// once: `redress migrate` does it. Calendars come first, policies are read against them.
// A version that is published with other content is an error which names what to do.
func PublishEmbedded(ctx context.Context, record Record) (published int, err error) {
	all, err := embeddedRules()
	if err != nil {
		return 0, fmt.Errorf("reading the rules of this binary: %w", err)
	}
	for _, r := range all {
		r.Source, r.Author = dispute.RuleEmbedded, dispute.System
		publish := record.PublishPolicy
		if r.Kind == dispute.RuleCalendar {
			publish = record.PublishCalendarYear
		}
		_, err := publish(ctx, r)
		if dispute.CodeOf(err) == dispute.CodeConflict {
			return published, fmt.Errorf("policy %s of this binary is not the one that the database holds, and what is published never changes: "+
				"whoever changed it in the source gives it the next number; whoever published a %s of their own under the name publishes it "+
				"under another name: %w", r.ID(), r.ID(), err)
		}
		if err != nil {
			return published, fmt.Errorf("publishing %s: %w", r.ID(), err)
		}
		published++
	}
	return published, nil
}

// embeddedRules are what the binary has, calendars first.
func embeddedRules() ([]dispute.RuleRevision, error) {
	years, err := dispute.EmbeddedCalendars()
	if err != nil {
		return nil, err
	}
	var all []dispute.RuleRevision
	for name, document := range years {
		y, err := dispute.ReadCalendarYear(name, []byte(document))
		if err != nil {
			return nil, err
		}
		all = append(all, dispute.RuleRevision{Kind: dispute.RuleCalendar, Name: y.Calendar, Number: y.Year, Document: document})
	}
	slices.SortFunc(all, func(a, b dispute.RuleRevision) int { return strings.Compare(a.ID(), b.ID()) })
	library, err := dispute.Embedded()
	if err != nil {
		return nil, err
	}
	policies, err := dispute.EmbeddedPolicies()
	if err != nil {
		return nil, err
	}
	for _, source := range policies {
		r := dispute.RuleRevision{Kind: dispute.RulePolicy, Name: source.Name, Number: source.Version, Files: source.Files}
		b, err := library.Book(r.ID())
		if err != nil {
			return nil, err
		}
		if r.InForceFrom, err = inForceFrom(b.Policy()); err != nil {
			return nil, err
		}
		all = append(all, r)
	}
	return all, nil
}

// escaped is a part of a JSON pointer.
func escaped(name string) string {
	return strings.ReplaceAll(strings.ReplaceAll(name, "~", "~0"), "/", "~1")
}
