package api

import (
	"context"
	"strings"

	"github.com/redresshq/redress/dispute"
)

// fakeRules is a rule base that finds two mistakes in whatever says so, and knows the
// name and version of everything else.
type fakeRules struct {
	store    *fakeStore
	rejected map[string]error
}

func (f *fakeRules) Library(context.Context, int64) (*dispute.Library, error) {
	return dispute.Embedded()
}

func (f *fakeRules) Rejected() map[string]error { return f.rejected }

func (f *fakeRules) CheckPolicy(_ context.Context, files map[string]string) (*dispute.Policy, error) {
	leave, err := f.store.enter()
	defer leave()
	if err != nil {
		return nil, err
	}
	for name, text := range files {
		if strings.Contains(text, "mistake") {
			bad := dispute.Invalid("the policy has mistakes")
			bad.Mistakes = []dispute.Mistake{
				{Field: dispute.Field{Pointer: "/files/" + name, Detail: "clocks.inspection.budget: expected a span"}, Line: 3, Column: 12},
				{Field: dispute.Field{Pointer: "/files/" + name, Detail: "reasons: expected all"}}}
			return nil, wrapped(bad)
		}
	}
	return &dispute.Policy{Name: "mine", Version: 1, Reasons: map[dispute.Reason]dispute.ReasonRule{dispute.ReasonOther: {}}}, nil
}

func (f *fakeRules) PublishPolicy(ctx context.Context, files map[string]string, source string, by dispute.Actor) (dispute.RuleRevision, error) {
	p, err := f.CheckPolicy(ctx, files)
	if err != nil {
		return dispute.RuleRevision{}, err
	}
	return f.store.publish(dispute.RuleRevision{Kind: dispute.RulePolicy, Name: p.Name, Number: p.Version, Files: files, Source: source, Author: by})
}

func (f *fakeRules) PublishCalendar(_ context.Context, document, source string, by dispute.Actor) (dispute.RuleRevision, error) {
	return f.store.publish(dispute.RuleRevision{Kind: dispute.RuleCalendar, Name: "cn", Number: 2027, Document: document, Source: source, Author: by})
}

// publish keeps a revision: of a policy the first alone, of a calendar the last.
func (f *fakeStore) publish(r dispute.RuleRevision) (dispute.RuleRevision, error) {
	leave, err := f.enter()
	defer leave()
	if err != nil {
		return r, err
	}
	r.Revision, r.PublishedAt = int64(len(f.rules)+1), f.now()
	r.SHA256 = dispute.PolicySource{Files: map[string]string{"": r.Document + r.Files["policy.yaml"]}}.SHA256()
	for i, known := range f.rules {
		switch {
		case known.ID() != r.ID():
		case known.Kind == dispute.RuleCalendar:
			f.rules[i] = dispute.PublishedRule{RuleRevision: r, Job: f.walk(r.Revision)}
			return r, nil
		case known.SHA256 != r.SHA256:
			return r, wrapped(dispute.Errorf(dispute.CodeConflict, "%s is published with other content", r.ID()))
		default:
			return known.RuleRevision, nil
		}
	}
	f.rules = append(f.rules, dispute.PublishedRule{RuleRevision: r, Job: f.walk(r.Revision)})
	return r, nil
}

func (f *fakeStore) walk(revision int64) *dispute.RuleJob {
	return &dispute.RuleJob{Revision: revision, State: dispute.RuleJobSettling, Open: 9, Looked: 9, Touched: 3, StartedAt: f.now()}
}

func (f *fakeStore) Published(_ context.Context, kind dispute.RuleKind) ([]dispute.PublishedRule, error) {
	leave, err := f.enter()
	defer leave()
	var out []dispute.PublishedRule
	for _, r := range f.rules {
		if r.Kind == kind {
			r.Files, r.Document = nil, ""
			out = append(out, r)
		}
	}
	return out, err
}

func (f *fakeStore) PublishedRule(_ context.Context, kind dispute.RuleKind, name string, number int) (dispute.PublishedRule, error) {
	leave, err := f.enter()
	defer leave()
	if err != nil {
		return dispute.PublishedRule{}, err
	}
	for _, r := range f.rules {
		if r.Kind == kind && r.Name == name && r.Number == number {
			return r, nil
		}
	}
	return dispute.PublishedRule{}, wrapped(dispute.Errorf(dispute.CodeNotFound, "there is no such rule"))
}

func (f *fakeStore) RuleJob(_ context.Context, revision int64) (dispute.RuleJob, error) {
	leave, err := f.enter()
	defer leave()
	return *f.walk(revision), err
}
