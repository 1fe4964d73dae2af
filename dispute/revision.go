package dispute

import (
	"context"
	"strconv"
	"time"
)

// RuleKind is what a published document is: one version of a policy, or one year of
// a calendar.
type RuleKind string

// The kinds of published rules.
const (
	RulePolicy   RuleKind = "policy"
	RuleCalendar RuleKind = "calendar"
)

// The ways by which rules come to be published.
const (
	RuleEmbedded = "embedded" // shipped in the binary, published by `redress migrate`
	RuleByAPI    = "api"
	RuleByHand   = "cli"
)

// RuleRevision is one published document. It never changes. A version of a policy is
// published once; a year of a calendar may be published again, and then the highest
// revision counts.
type RuleRevision struct {
	Revision int64    `json:"revision"` // rises over all rules; 0 before it is published
	Kind     RuleKind `json:"kind"`
	Name     string   `json:"name"`   // of the policy, or the id of the calendar
	Number   int      `json:"number"` // the version, or the year
	SHA256   string   `json:"sha256"` // of the content, as PolicySource.SHA256 makes it
	// Files are a policy's, by their path inside its folder.
	Files map[string]string `json:"files,omitempty"`
	// InForceFrom is when a policy comes into force; nil: at once.
	InForceFrom *time.Time `json:"in_force_from,omitempty"`
	// Document is the file of a calendar's year.
	Document    string    `json:"document,omitempty"`
	Source      string    `json:"source"` // embedded, api or cli
	Author      Actor     `json:"author"`
	PublishedAt time.Time `json:"published_at"`
}

// ID is the policy's name and version ("default@3") or the calendar's id and year ("cn-2026").
func (r RuleRevision) ID() string {
	if r.Kind == RulePolicy {
		return r.Name + "@" + strconv.Itoa(r.Number)
	}
	return r.Name + "-" + strconv.Itoa(r.Number)
}

// RuleJob is the walk over the open cases that follows a publication: every case that
// the revision touches gets the signal reproject.
type RuleJob struct {
	Revision int64        `json:"revision"`
	State    RuleJobState `json:"state"`
	Open     int64        `json:"open"`    // cases that were open when it began
	Looked   int64        `json:"looked"`  // how many were looked at so far
	Touched  int64        `json:"touched"` // how many of them got the signal
	Failed   int64        `json:"failed"`  // how many could not be judged
	// Problem is why the last of the failed could not be judged.
	Problem    string     `json:"problem,omitempty"`
	StartedAt  time.Time  `json:"started_at"`
	FinishedAt *time.Time `json:"finished_at,omitempty"`
}

// RuleJobState is how far a walk is.
type RuleJobState string

// The states of a walk. It is settling while cases that changed meanwhile, perhaps by
// a worker that did not know the revision yet, are looked at once more.
const (
	RuleJobRunning  RuleJobState = "running"
	RuleJobSettling RuleJobState = "settling"
	RuleJobDone     RuleJobState = "done"
)

// PublishedRule is a revision without its content, with the walk that followed it.
type PublishedRule struct {
	RuleRevision
	Job *RuleJob `json:"job,omitempty"`
}

// RulesChanged is the document of the signal reproject that follows a publication:
// the revision that the ruling must know, and what was published.
type RulesChanged struct {
	EventID  string `json:"event_id"`
	Revision int64  `json:"revision"`
	Calendar string `json:"calendar,omitempty"` // its id
	Policy   string `json:"policy,omitempty"`   // name@version
}

// RuleJudge says whether a revision touches an open case: whether one of its dates, or
// the version that it goes by, is another one now.
type RuleJudge func(ctx context.Context, r RuleRevision, c *Case) (touched bool, err error)
