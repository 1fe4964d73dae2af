package dispute

import (
	"encoding/json"
	"slices"
	"time"
)

// Under a policy of format 3 a survey costs its case no wake. Its question is laid ready
// with the settlement: a notice that goes out at its time, and a clock that is in its
// second round already, started at that time. Its end is noted when the case next does
// something, at the latest as the time for reopening is over.

// Laid is the first round of a clock that was laid ready: the time until the question.
type Laid struct {
	At     time.Time `json:"at"` // when it was laid ready
	Budget int64     `json:"budget"`
	Unit   Unit      `json:"unit"`
	Why    string    `json:"why"`              // how the time of the question came about
	Number int       `json:"number,omitempty"` // of the notice that asks; 0: the policy sends none
}

// LayReady has the survey among started clocks asked by itself. It stays as it is, with
// wakes of its own, before format 3, where it would end after the time for reopening, and
// where its dates may still move.
func (b *Rulebook) LayReady(c *Case, want []ClockRequest, started []Clock) []Clock {
	for i, w := range want {
		if w.Notice == 0 || w.Name != ClockSurvey || b.policy.Format < 3 || started[i].Provisional || b.standsStill(ClockSurvey) {
			continue
		}
		window := c.Running(ClockReopenWindow, "")
		if n := slices.IndexFunc(started, func(k Clock) bool { return k.Name == ClockReopenWindow }); n >= 0 {
			window = &started[n]
		}
		first := started[i]
		k, err := b.Clock(c, ClockRequest{Name: w.Name, Round: w.Round + 1}, first.DueAt)
		if err != nil || window == nil || k.DueAt.After(window.DueAt) {
			continue
		}
		k.Laid = &Laid{At: first.Started, Budget: first.Budget, Unit: first.Unit, Why: first.Why, Number: w.Notice}
		if sent, said := b.policy.Notices[NoticeSurvey]; said && !sent {
			k.Laid.Number = 0
		}
		started[i] = k
	}
	return started
}

// standsStill says whether the policy has anything make the clock stand still.
func (b *Rulebook) standsStill(name ClockName) bool {
	for _, rule := range b.policy.Suspension {
		if slices.Contains(rule.Moves, name) {
			return true
		}
	}
	return false
}

// Question is what the record keeps of a question as it is laid ready: when it will be
// asked and until when an answer counts, and the notice that asks, nil if none does.
func (k Clock) Question(c *Case) (Entry, *Notice) {
	e := Entry{Type: EventSurveyAsked, At: k.Laid.At, Actor: System, Stage: c.Stage, Reason: ReasonLaidReady, Data: document(map[string]any{
		"asked_at": k.Started, "due_at": k.DueAt,
	})}
	if k.Laid.Number == 0 {
		return e, nil
	}
	at := k.Started
	return e, &Notice{Milestone: NoticeSurvey, Number: k.Laid.Number, To: RoleCustomer, NotBefore: &at,
		Data: document(map[string]any{"outcome": c.Outcome})}
}

// document is data that can always be written, but for a date beyond the year 9999: then
// there is none.
func document(data map[string]any) json.RawMessage {
	raw, err := json.Marshal(data)
	if err != nil {
		return nil
	}
	return raw
}

// The reasons of entries about a survey that was laid ready.
const (
	ReasonLaidReady = "laid_ready" // survey.requested: it is asked at asked_at
	ReasonNotAsked  = "not_asked"  // clock.met: the case was taken up again, or ended, before
)

// quiet says whether a clock that was laid ready ends without a wake of its own.
func (c *Case) quiet(k *Clock) bool {
	if k.Laid == nil {
		return false
	}
	window := c.Running(ClockReopenWindow, "")
	return window != nil && !window.DueAt.Before(k.DueAt)
}

// Lapsed is the running clock that was laid ready and whose time is over by an instant, nil if none.
func (c *Case) Lapsed(at time.Time) *Clock {
	for i := range c.Clocks {
		if k := &c.Clocks[i]; k.Laid != nil && k.State == ClockRunning && !k.DueAt.After(at) {
			return k
		}
	}
	return nil
}

// NextLaid is when a clock that was laid ready next does something after an instant: its
// question goes out, or its time is over. Nil if there is none.
func (c *Case) NextLaid(after time.Time) *time.Time {
	for i := range c.Clocks {
		k := &c.Clocks[i]
		if k.Laid == nil || k.State != ClockRunning {
			continue
		}
		next := k.Started
		if !next.After(after) {
			next = k.DueAt
		}
		return &next
	}
	return nil
}

// AsOf is the case as it stands at an instant that nothing has recorded: a clock that was
// laid ready is in its first round until its question goes out, then in its second, and
// over once that has run out.
func (c Case) AsOf(at time.Time) Case {
	copied := false
	for i := range c.Clocks {
		k := c.Clocks[i]
		if k.Laid == nil {
			continue
		}
		if !copied {
			c.Clocks, copied = slices.Clone(c.Clocks), true
		}
		c.Clocks[i] = k.asOf(at)
	}
	return c
}

func (k Clock) asOf(at time.Time) Clock {
	laid, due := k.Laid, k.DueAt
	k.Laid = nil
	if !k.Open() && k.MetAt != nil {
		at = *k.MetAt // as it was when it ended
	}
	switch {
	case at.Before(k.Started):
		k.Budget, k.Unit, k.Why, k.Round = laid.Budget, laid.Unit, laid.Why, k.Round-1
		k.Started, k.DueAt, k.OnExpiry, k.RemindAt = laid.At, k.Started, SilenceAsk, nil
	case !due.After(at) && k.State == ClockRunning:
		k.State, k.MetAt, k.RemindAt = ClockBreached, &due, nil
	}
	return k
}
