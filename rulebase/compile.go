package rulebase

import (
	"fmt"
	"slices"

	"github.com/redresshq/redress/dispute"
)

// with returns what is known after more was published: calendars first, since policies
// are read against them; of a year the last revision alone. What cannot be read is left
// out. What was compiled before is shared.
func (h *held) with(news []dispute.RuleRevision) *held {
	next := &held{library: h.library, revision: news[len(news)-1].Revision, rejected: slices.Clone(h.rejected)}
	newest := map[string]int64{}
	for _, r := range news {
		newest[string(r.Kind)+r.ID()] = r.Revision
	}
	for _, kind := range []dispute.RuleKind{dispute.RuleCalendar, dispute.RulePolicy} {
		for _, r := range news {
			if r.Kind != kind || newest[string(r.Kind)+r.ID()] != r.Revision {
				continue
			}
			library, err := add(next.library, r)
			if err != nil {
				next.rejected = append(next.rejected, rejected{revision: r.Revision, id: r.ID(), err: err})
				continue
			}
			next.library = library
			next.rejected = slices.DeleteFunc(next.rejected, func(old rejected) bool { return old.id == r.ID() })
		}
	}
	return next
}

// add compiles one document into a new library. A document may be anything: nothing in
// it may end the process.
func add(l *dispute.Library, r dispute.RuleRevision) (_ *dispute.Library, err error) {
	defer func() {
		if cause := recover(); cause != nil {
			err = fmt.Errorf("reading %s panicked: %v", r.ID(), cause)
		}
	}()
	if r.Kind == dispute.RuleCalendar {
		year, err := dispute.ReadCalendarYear(r.ID()+".yaml", []byte(r.Document))
		if err != nil {
			return nil, err
		}
		return l.WithYear(year)
	}
	source := dispute.PolicySource{Name: r.Name, Version: r.Number, Files: r.Files}
	if b, err := l.Book(r.ID()); err == nil {
		return l, embeddedAlike(b.Version(), source)
	}
	p, err := dispute.ParsePolicy(r.ID(), source, l.Calendars())
	if err != nil {
		return nil, err
	}
	return l.With([]*dispute.Policy{p}, nil)
}

// embeddedAlike says whether a published version that the binary has too is the same.
func embeddedAlike(id string, published dispute.PolicySource) error {
	embedded, err := dispute.EmbeddedPolicies()
	if err != nil {
		return err
	}
	for _, source := range embedded {
		if source.Name == published.Name && source.Version == published.Version && source.SHA256() != published.SHA256() {
			return fmt.Errorf("%s of this binary is not the one that is published: run `redress migrate`, which says what to do", id)
		}
	}
	return nil
}
