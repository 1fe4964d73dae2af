package dispute

import (
	"encoding/json"
	"slices"
	"time"
)

// CaseFacts is what the reports know of one case beyond its row: what only its
// timeline tells. It is folded entry by entry as the record is written, so that a
// report over a million cases reads no timeline.
type CaseFacts struct {
	Reply       ServiceClock `json:"reply"`      // first_response
	Resolution  ServiceClock `json:"resolution"` // of all its rounds, and of a reopened case
	SurveyAsked *time.Time   `json:"survey_asked,omitempty"`
	Risk        *RiskFacts   `json:"risk,omitempty"` // nil while the case has no flags
}

// ServiceState is how a promise of service stands.
type ServiceState string

// The states of a promise of service.
const (
	ServiceOpen     ServiceState = "open"
	ServiceMet      ServiceState = "met"
	ServiceBreached ServiceState = "breached" // once is for good, whatever came after
	ServiceDropped  ServiceState = "dropped"  // the case ended before it was met or breached
)

// ServiceClock is one promise of service over the life of a case. Spent is how long
// it counted, without the times during which it stood still.
type ServiceClock struct {
	State ServiceState  `json:"state,omitempty"` // "" before it started
	Since *time.Time    `json:"since,omitempty"` // it counts since then; nil while it does not
	Spent time.Duration `json:"spent,omitempty"`
	Ended bool          `json:"ended,omitempty"`
}

// Seconds is how long the promise took to keep, nil until it was kept. A breached one
// ends with what it waited for, or never.
func (s ServiceClock) Seconds() *int64 {
	if !s.Ended || s.State == ServiceDropped {
		return nil
	}
	n := int64(s.Spent / time.Second)
	return &n
}

func (s *ServiceClock) count(at time.Time) {
	if s.Since == nil && !s.Ended {
		s.Since = &at
	}
}

func (s *ServiceClock) still(at time.Time) {
	if s.Since != nil {
		s.Spent += max(0, at.Sub(*s.Since))
		s.Since = nil
	}
}

func (s *ServiceClock) end(at time.Time) {
	s.still(at)
	s.Ended = true
}

// take reads an entry about the clock itself.
func (s *ServiceClock) take(e Entry) {
	switch e.Type {
	case EventClockStarted:
		if s.State != ServiceBreached {
			s.State = ServiceOpen
		}
		s.Ended = false
		s.count(e.At)
	case EventClockSuspended:
		s.still(e.At)
	case EventClockResumed:
		if s.State != "" {
			s.count(e.At)
		}
	case EventClockBreached:
		s.State = ServiceBreached
	case EventClockMet:
		if s.State == ServiceOpen {
			s.State = ServiceMet
		}
		s.end(e.At)
	}
}

// late reads that what a breached clock waited for has come after all.
func (s *ServiceClock) late(at time.Time) {
	if s.State == ServiceBreached && !s.Ended {
		s.end(at)
	}
}

// Breach is one clock that ran out, as the timeline tells it.
type Breach struct {
	Clock    ClockName
	LegID    string
	Owner    WaitingOn
	DueAt    time.Time
	At       time.Time
	OnExpiry string
	Stage    Stage
}

// Take folds entries in, in their order, and returns the breaches among them.
func (f *CaseFacts) Take(entries []Entry) []Breach {
	var breaches []Breach
	for _, e := range entries {
		switch e.Type {
		case EventClockStarted, EventClockSuspended, EventClockResumed, EventClockBreached, EventClockMet:
			if b := f.clock(e); b != nil {
				breaches = append(breaches, *b)
			}
		case EventSurveyAsked:
			if f.SurveyAsked == nil {
				at := askedAt(e)
				f.SurveyAsked = &at
			}
		case EventRiskFlagged, EventRiskReviewed, EventPersonNeeded:
			f.risk(e)
		default:
			f.happened(e)
		}
	}
	return breaches
}

// askedAt is when the customer is asked; that may lie ahead of the entry.
func askedAt(e Entry) time.Time {
	var about struct {
		AskedAt time.Time `json:"asked_at"`
	}
	if json.Unmarshal(e.Data, &about) != nil || about.AskedAt.IsZero() {
		return e.At
	}
	return about.AskedAt.UTC()
}

func (f *CaseFacts) clock(e Entry) *Breach {
	var about struct {
		Clock ClockName `json:"clock"`
		LegID string    `json:"leg_id"`
		Owner WaitingOn `json:"owner"`
		DueAt time.Time `json:"due_at"`
	}
	if json.Unmarshal(e.Data, &about) != nil {
		return nil // the entry is not one that we wrote
	}
	switch {
	case about.LegID != "":
	case about.Clock == ClockFirstResponse:
		f.Reply.take(e)
	case about.Clock == ClockResolution:
		f.Resolution.take(e)
	case about.Clock == ClockSurvey && e.Type == EventClockMet && e.Reason == ReasonNotAsked:
		f.SurveyAsked = nil
	}
	if e.Type != EventClockBreached {
		return nil
	}
	return &Breach{Clock: about.Clock, LegID: about.LegID, Owner: about.Owner, DueAt: about.DueAt, At: e.At,
		OnExpiry: e.Reason, Stage: e.Stage}
}

// happened reads what ends a promise that is broken already, and the end of the case.
func (f *CaseFacts) happened(e Entry) {
	if FirstReply(e) {
		f.Reply.late(e.At)
	}
	switch e.Type {
	case EventFollowUp, EventRejected:
		f.Resolution.late(e.At)
	case EventClosed:
		f.Resolution.late(e.At)
		for _, s := range []*ServiceClock{&f.Reply, &f.Resolution} {
			if s.State == ServiceOpen {
				s.State = ServiceDropped
				s.end(e.At)
			}
		}
	}
}

// FirstReply says whether the entry is an answer to the customer: what the clock
// first_response waits for. No automatic receipt is.
func FirstReply(e Entry) bool {
	switch e.Type {
	case EventNoticeSent, EventOfferMade, EventDecided, EventRejected, EventInadmissible, EventExecution:
		return true
	case EventNote:
		var about struct {
			Customer bool `json:"customer"`
		}
		return e.Actor.Is(RoleAgent) && json.Unmarshal(e.Data, &about) == nil && about.Customer
	}
	return false
}

// The outcomes of deciding, as reports count them.
const (
	DecidedNothing  = "undecided"
	DecidedRemedies = "remedies"
	DecidedRejected = "rejected"
)

// Decided says what was decided last and by whom; an offer that the customer accepted
// counts as decided by its author.
func (c *Case) Decided() (what string, by Role) {
	what, by, _ = c.lastWord()
	return what, by
}

// lastWord is Decided with its instant, nil while nothing was decided.
func (c *Case) lastWord() (what string, by Role, at *time.Time) {
	for i := len(c.Decisions) - 1; i >= 0; i-- {
		d := c.Decisions[i]
		switch {
		case d.State != DecisionInForce:
		case d.Reject != nil:
			return DecidedRejected, d.Author.Role, &d.MadeAt
		default:
			return DecidedRemedies, d.Author.Role, &d.MadeAt
		}
	}
	for i := len(c.Offers) - 1; i >= 0; i-- {
		if c.Offers[i].State == OfferAccepted {
			return DecidedRemedies, c.Offers[i].Author.Role, c.Offers[i].AnsweredAt
		}
	}
	if c.Outcome == OutcomeInadmissible {
		return DecidedRejected, RoleSystem, c.ResolvedAt
	}
	return DecidedNothing, "", nil
}

// DecidedBefore is when the last binding word was spoken that a movement of money at an
// instant follows from: a decision in force, or an offer accepted. Nil if there is none.
func (c *Case) DecidedBefore(at time.Time) *time.Time {
	var said []time.Time
	for _, d := range c.Decisions {
		if d.State == DecisionInForce && d.Reject == nil {
			said = append(said, d.MadeAt)
		}
	}
	for _, o := range c.Offers {
		if o.State == OfferAccepted && o.AnsweredAt != nil {
			said = append(said, *o.AnsweredAt)
		}
	}
	said = slices.DeleteFunc(said, func(t time.Time) bool { return t.After(at) })
	if len(said) == 0 {
		return nil
	}
	last := slices.MaxFunc(said, time.Time.Compare)
	return &last
}
