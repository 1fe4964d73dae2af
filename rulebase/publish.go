package rulebase

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/redresshq/redress/dispute"
)

// CheckPolicy reads a policy's files against the calendars that are published, and
// returns what is in them. Mistakes are CodeInvalid, a field each.
func (b *Base) CheckPolicy(ctx context.Context, files map[string]string) (*dispute.Policy, error) {
	library, err := b.Refresh(ctx)
	if err != nil {
		return nil, err
	}
	p, err := read(func() (*dispute.Policy, error) {
		return dispute.ParsePolicy("", dispute.PolicySource{Files: files}, library.Calendars())
	})
	return p, Mistakes("the policy has mistakes", "/files", err)
}

// PublishPolicy checks a policy and publishes it: it counts for new cases from now on,
// in every process. The same files again answer the revision there is; other files under
// a version that is published are CodeConflict.
func (b *Base) PublishPolicy(ctx context.Context, files map[string]string, source string, by dispute.Actor) (dispute.RuleRevision, error) {
	p, err := b.CheckPolicy(ctx, files)
	if err != nil {
		return dispute.RuleRevision{}, err
	}
	from, err := inForceFrom(p)
	if err != nil {
		return dispute.RuleRevision{}, err
	}
	r, err := b.record.PublishPolicy(ctx, dispute.RuleRevision{Kind: dispute.RulePolicy, Name: p.Name, Number: p.Version,
		Files: files, InForceFrom: from, Source: source, Author: by})
	if err != nil {
		return dispute.RuleRevision{}, err
	}
	_, err = b.Library(ctx, r.Revision)
	return r, err
}

// CheckCalendar reads one year of a calendar. Mistakes are CodeInvalid, a field each.
func (b *Base) CheckCalendar(ctx context.Context, document string) (dispute.CalendarYear, error) {
	library, err := b.Refresh(ctx)
	if err != nil {
		return dispute.CalendarYear{}, err
	}
	y, err := read(func() (dispute.CalendarYear, error) {
		y, err := dispute.ReadCalendarYear("document", []byte(document))
		if err == nil {
			_, err = library.WithYear(y)
		}
		return y, err
	})
	return y, Mistakes("the calendar has mistakes", "/document", err)
}

// PublishCalendar checks one year of a calendar and publishes it, for the first time or
// as a correction. The open cases that it touches are told by a walk, see
// dispute.RuleJob.
func (b *Base) PublishCalendar(ctx context.Context, document, source string, by dispute.Actor) (dispute.RuleRevision, error) {
	y, err := b.CheckCalendar(ctx, document)
	if err != nil {
		return dispute.RuleRevision{}, err
	}
	r, err := b.record.PublishCalendarYear(ctx, dispute.RuleRevision{Kind: dispute.RuleCalendar, Name: y.Calendar, Number: y.Year,
		Document: document, Source: source, Author: by})
	if err != nil {
		return dispute.RuleRevision{}, err
	}
	_, err = b.Library(ctx, r.Revision)
	return r, err
}

// inForceFrom is the beginning of the policy's first day, nil where it names none.
func inForceFrom(p *dispute.Policy) (*time.Time, error) {
	if p.EffectiveFrom == "" {
		return nil, nil
	}
	zone, err := time.LoadLocation(p.Zone)
	if err != nil {
		return nil, fmt.Errorf("zone of policy %s: %w", p.ID(), err)
	}
	from, err := time.ParseInLocation(time.DateOnly, p.EffectiveFrom, zone)
	if err != nil {
		return nil, fmt.Errorf("first day of policy %s: %w", p.ID(), err)
	}
	return &from, nil
}

// read makes a panic of a parser an error.
func read[T any](do func() (T, error)) (out T, err error) {
	defer func() {
		if cause := recover(); cause != nil {
			err = &dispute.FileError{File: "document", Problems: []dispute.FileProblem{{Message: "it cannot be read"}}}
		}
	}()
	return do()
}

// maxMistakes is how many mistakes one answer lists.
const maxMistakes = 200

// Mistakes makes one CodeInvalid of everything wrong with files, a field each, whose
// pointer begins with at and goes on with the file's name. Other errors pass.
func Mistakes(message, at string, err error) error {
	if err == nil {
		return nil
	}
	var all []dispute.Mistake
	for _, f := range FileErrors(err) {
		for _, p := range f.Problems {
			pointer, file := at, p.File
			if file == "" {
				file = f.File
			}
			if file != "document" && file != "" {
				pointer += "/" + escaped(file)
			}
			all = append(all, dispute.Mistake{Field: dispute.Field{Pointer: pointer, Detail: p.Message}, Line: p.Line, Column: p.Column})
		}
	}
	if len(all) == 0 {
		return err
	}
	invalid := dispute.Invalid(message)
	invalid.Mistakes = all[:min(len(all), maxMistakes)]
	return invalid
}

// FileErrors finds all errors about files in err, joined ones too.
func FileErrors(err error) []*dispute.FileError {
	var one *dispute.FileError
	var joined interface{ Unwrap() []error }
	switch {
	case errors.As(err, &joined):
		var all []*dispute.FileError
		for _, e := range joined.Unwrap() {
			all = append(all, FileErrors(e)...)
		}
		return all
	case errors.As(err, &one):
		return []*dispute.FileError{one}
	}
	return nil
}
