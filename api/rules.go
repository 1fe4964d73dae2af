package api

import (
	"context"
	"errors"
	"time"

	"github.com/redresshq/redress/dispute"
)

// walkWait is how long the publication of a calendar waits for the walk over the open
// cases before it answers how far that is; walkTick is how often it looks.
const (
	walkWait = 2 * time.Second
	walkTick = 50 * time.Millisecond
)

// ListPolicies answers all published versions.
func (s *Server) ListPolicies(ctx context.Context, _ ListPoliciesRequestObject) (ListPoliciesResponseObject, error) {
	all, err := s.Store.Published(ctx, dispute.RulePolicy)
	if err != nil {
		return nil, err
	}
	list := PolicyList{Items: []PolicyVersion{}}
	for _, p := range all {
		list.Items = append(list.Items, s.policyView(ctx, p, newestOf(all, p.Name)))
	}
	return ListPolicies200JSONResponse(list), nil
}

// GetPolicy answers one version with its files.
func (s *Server) GetPolicy(ctx context.Context, r GetPolicyRequestObject) (GetPolicyResponseObject, error) {
	p, err := s.Store.PublishedRule(ctx, dispute.RulePolicy, r.Name, r.Version)
	if err != nil {
		return nil, err
	}
	all, err := s.Store.Published(ctx, dispute.RulePolicy)
	if err != nil {
		return nil, err
	}
	view := s.policyView(ctx, p, newestOf(all, p.Name))
	view.Files = &p.Files
	return GetPolicy200JSONResponse(view), nil
}

// CheckPolicy says what is wrong with a policy, and keeps nothing.
func (s *Server) CheckPolicy(ctx context.Context, r CheckPolicyRequestObject) (CheckPolicyResponseObject, error) {
	p, err := s.Rules.CheckPolicy(ctx, r.Body.Files)
	if err != nil {
		return nil, err
	}
	return CheckPolicy200JSONResponse{Body: PolicyChecked{
		Ok: true, Name: p.Name, Version: p.Version, Reasons: len(p.Reasons), Clocks: len(p.Clocks),
	}}, nil
}

// PublishPolicy publishes a version for good.
func (s *Server) PublishPolicy(ctx context.Context, r PublishPolicyRequestObject) (PublishPolicyResponseObject, error) {
	published, err := s.Rules.PublishPolicy(ctx, r.Body.Files, dispute.RuleByAPI, publisher(ctx))
	if err != nil {
		return nil, err
	}
	all, err := s.Store.Published(ctx, dispute.RulePolicy)
	if err != nil {
		return nil, err
	}
	location := "/v1/policies/" + published.Name + "/" + itoa(int64(published.Number))
	return PublishPolicy201JSONResponse{
		Body:    s.policyView(ctx, dispute.PublishedRule{RuleRevision: published}, newestOf(all, published.Name)),
		Headers: PublishPolicy201ResponseHeaders{Location: &location},
	}, nil
}

// ListCalendars answers all published years, with the walks that followed.
func (s *Server) ListCalendars(ctx context.Context, _ ListCalendarsRequestObject) (ListCalendarsResponseObject, error) {
	all, err := s.Store.Published(ctx, dispute.RuleCalendar)
	if err != nil {
		return nil, err
	}
	list := CalendarList{Items: []CalendarYear{}}
	for _, y := range all {
		list.Items = append(list.Items, s.yearView(y))
	}
	return ListCalendars200JSONResponse(list), nil
}

// GetCalendarYear answers one year with its document.
func (s *Server) GetCalendarYear(ctx context.Context, r GetCalendarYearRequestObject) (GetCalendarYearResponseObject, error) {
	y, err := s.Store.PublishedRule(ctx, dispute.RuleCalendar, r.Calendar, r.Year)
	if err != nil {
		return nil, err
	}
	view := s.yearView(y)
	view.Document = &y.Document
	return GetCalendarYear200JSONResponse(view), nil
}

// PublishCalendar publishes a year, or a correction of it. The open cases that it
// touches are told by the workers; the answer says how far they are.
func (s *Server) PublishCalendar(ctx context.Context, r PublishCalendarRequestObject) (PublishCalendarResponseObject, error) {
	y, err := s.Rules.PublishCalendar(ctx, r.Body.Document, dispute.RuleByAPI, publisher(ctx))
	if err != nil {
		return nil, err
	}
	job, err := s.awaitWalk(ctx, y.Revision)
	if err != nil {
		return nil, err
	}
	location := "/v1/calendars/" + y.Name + "/" + itoa(int64(y.Number))
	return PublishCalendar201JSONResponse{
		Body:    CalendarPublished{Calendar: y.Name, Year: y.Number, Revision: y.Revision, Touched: job.Touched, Walk: walkView(job)},
		Headers: PublishCalendar201ResponseHeaders{Location: &location},
	}, nil
}

// awaitWalk gives the workers a moment to look at all open cases.
func (s *Server) awaitWalk(ctx context.Context, revision int64) (dispute.RuleJob, error) {
	limited, cancel := context.WithTimeout(ctx, walkWait)
	defer cancel()
	tick := time.NewTicker(walkTick)
	defer tick.Stop()
	for {
		job, err := s.Store.RuleJob(ctx, revision)
		if err != nil || job.State != dispute.RuleJobRunning {
			return job, err
		}
		select {
		case <-tick.C:
		case <-limited.Done():
			return job, ctx.Err()
		}
	}
}

// publisher is the caller under their own role: an administrator is one here.
func publisher(ctx context.Context) dispute.Actor {
	x := exchangeOf(ctx)
	return dispute.Actor{Role: x.caller.Role, ID: x.caller.Subject}
}

func newestOf(all []dispute.PublishedRule, name string) (version int) {
	for _, p := range all {
		if p.Name == name {
			version = max(version, p.Number)
		}
	}
	return version
}

func (s *Server) policyView(ctx context.Context, p dispute.PublishedRule, newest int) PolicyVersion {
	v := PolicyVersion{Name: p.Name, Version: p.Number, Revision: p.Revision, Sha256: p.SHA256, Newest: p.Number == newest,
		Source: PolicyVersionSource(p.Source), PublishedBy: p.Author, PublishedAt: p.PublishedAt, Problem: s.problemOf(p.ID())}
	if p.Job != nil {
		v.Walk = pointer(walkView(*p.Job))
	}
	// A list is answered although the rules cannot be read just now.
	if library, err := s.Rules.Library(ctx, 0); err == nil {
		if b, err := library.Book(p.ID()); err == nil && b.Policy().EffectiveFrom != "" {
			v.EffectiveFrom = &b.Policy().EffectiveFrom
		}
	}
	return v
}

func (s *Server) yearView(y dispute.PublishedRule) CalendarYear {
	v := CalendarYear{Calendar: y.Name, Year: y.Number, Revision: y.Revision, Sha256: y.SHA256, Source: CalendarYearSource(y.Source),
		PublishedBy: y.Author, PublishedAt: y.PublishedAt, Problem: s.problemOf(y.ID())}
	if y.Job != nil {
		v.Walk = pointer(walkView(*y.Job))
	}
	return v
}

// problemOf says why this process leaves a document out, nil if it does not.
func (s *Server) problemOf(id string) *string {
	err := s.Rules.Rejected()[id]
	if err == nil {
		return nil
	}
	var ours *dispute.Error
	if errors.As(err, &ours) {
		return pointer(safe(ours.Message))
	}
	return pointer(safe(err.Error()))
}

func walkView(j dispute.RuleJob) RuleWalk {
	w := RuleWalk{State: RuleWalkState(j.State), Open: j.Open, Looked: j.Looked, Touched: j.Touched, Failed: j.Failed,
		StartedAt: j.StartedAt, FinishedAt: j.FinishedAt}
	if j.Problem != "" {
		w.Problem = pointer(safe(j.Problem))
	}
	return w
}
