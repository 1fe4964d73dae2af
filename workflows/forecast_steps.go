package workflows

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/redresshq/redress/dispute"
)

// Why a step is there that no clock brings.
const (
	whyOpened   = "the claim is made, and its facts answer"
	whyPartners = "partners accept what is under way, or have not answered within their limit"
)

// takeDown turns what was recorded at this instant into steps: one for each clock
// that ran out, with what followed it in the timeline.
func (p *player) takeDown() {
	steps := p.asks()
	current := func() *dispute.ForecastStep {
		if len(steps) == 0 {
			steps = append(steps, dispute.ForecastStep{At: p.world.clock, Why: whyPartners, Events: []dispute.EventType{}})
		}
		return &steps[len(steps)-1]
	}
	for _, b := range p.world.batches {
		for _, e := range b.Entries {
			if k := p.ranOut(e); k != nil {
				steps = append(steps, p.step(k, e))
			}
			s := current()
			s.Events = append(s.Events, e.Type)
			if s.Rule == "" && strings.HasPrefix(e.Reason, b.Case.PolicyVersion+"/") {
				s.Rule = e.Reason
			}
		}
		for _, n := range b.Notices {
			if n.NotBefore != nil {
				continue // it has a step of its own
			}
			s := current()
			if of := clockOf(n.Data); of.Clock != "" {
				if i := slices.IndexFunc(steps, func(o dispute.ForecastStep) bool { return o.Clock == of.Clock }); i >= 0 {
					s = &steps[i]
				}
			}
			s.Notices = append(s.Notices, dispute.ForecastNotice{Milestone: n.Milestone, To: n.To})
		}
	}
	p.world.batches = nil
	c := &p.run.Case
	for i := range steps {
		s := &steps[i]
		s.Stage, s.WaitingOn, s.Outcome = c.Stage, c.WaitingOn, c.Outcome
		if s.Rule == "" {
			s.Rule = c.PolicyVersion + "/sources/" + string(c.Family())
		}
		if slices.Contains(s.Events, dispute.EventOpened) {
			s.Why = whyOpened
		}
		if c.Explanation != p.before.Explanation {
			s.Explanation = c.Explanation
		}
	}
	p.list(steps)
}

// asks are the questions that were laid ready and go out at this instant.
func (p *player) asks() []dispute.ForecastStep {
	var steps []dispute.ForecastStep
	c := &p.run.Case
	for _, k := range c.Clocks {
		if k.Laid == nil || k.State != dispute.ClockRunning || !k.Started.Equal(p.world.clock) {
			continue
		}
		s := dispute.ForecastStep{
			At: p.world.clock, Clock: k.Name, Owner: k.Owner, OnExpiry: dispute.SilenceAsk, Why: k.Laid.Why,
			Rule: c.PolicyVersion + "/clocks/" + string(k.Name), Events: []dispute.EventType{},
		}
		if k.Laid.Number > 0 {
			s.Notices = []dispute.ForecastNotice{{Milestone: dispute.NoticeSurvey, To: dispute.RoleCustomer}}
		}
		steps = append(steps, s)
	}
	return steps
}

// ranOut is the clock that an entry says has run out, or whose owner it says was
// reminded, as it was before.
func (p *player) ranOut(e dispute.Entry) *dispute.Clock {
	if e.Type != dispute.EventClockBreached && e.Type != dispute.EventReminded {
		return nil
	}
	of := clockOf(e.Data)
	return p.before.Running(of.Clock, of.LegID)
}

// aboutClock is what an entry or a notice says of the clock that it is about.
type aboutClock struct {
	Clock dispute.ClockName `json:"clock"`
	LegID string            `json:"leg_id"`
}

func clockOf(data json.RawMessage) aboutClock {
	var of aboutClock
	if json.Unmarshal(data, &of) != nil {
		return aboutClock{}
	}
	return of
}

func (p *player) step(k *dispute.Clock, e dispute.Entry) dispute.ForecastStep {
	s := dispute.ForecastStep{
		At: e.At, Clock: k.Name, LegID: k.LegID, Owner: k.Owner, OnExpiry: k.OnExpiry, Why: k.Why, Provisional: k.Provisional,
		Rule: p.run.Case.PolicyVersion + "/clocks/" + string(k.Name), Events: []dispute.EventType{},
	}
	if e.Type == dispute.EventReminded {
		s.Reminder, s.Why = true, "reminder before "+k.DueAt.Format(time.RFC3339)+", which is "+k.Why
	}
	return s
}

// list adds the steps of an instant. Those that only repeat what was are counted.
func (p *player) list(steps []dispute.ForecastStep) {
	if len(steps) == 0 {
		return
	}
	same := p.watch.same(p.run)
	for _, s := range steps {
		again := same && p.watch.repeated(s)
		if !again || p.whole {
			p.steps = append(p.steps, s)
			continue
		}
		p.count(s)
	}
}

// count adds a repetition to the last listed step of its clock.
func (p *player) count(s dispute.ForecastStep) {
	for i := len(p.steps) - 1; i >= 0; i-- {
		if o := &p.steps[i]; o.Clock == s.Clock && o.LegID == s.LegID && o.Reminder == s.Reminder {
			o.Again++
			o.Until = &s.At
			return
		}
	}
}

// repetition notices that a case only goes round: clocks that run out, start anew
// and change nothing else.
type repetition struct {
	state string
	rests map[clockKey]*rest
}

type clockKey struct {
	name  dispute.ClockName
	legID string
}

// rest is what a clock did each time since anything else last changed.
type rest struct {
	said  string
	times int
}

// same says whether the case is as it was after the instant before.
func (w *repetition) same(r *caseRun) bool {
	state := standing(r)
	if state == w.state {
		return true
	}
	w.state, w.rests = state, map[clockKey]*rest{}
	return false
}

// repeated counts a step that changed nothing, and says whether the same was there
// before. Reminders go with their clock.
func (w *repetition) repeated(s dispute.ForecastStep) bool {
	said := fmt.Sprint(s.OnExpiry, s.Events)
	key := clockKey{s.Clock, s.LegID}
	was := w.rests[key]
	if s.Reminder {
		return was != nil && was.times > 1
	}
	if was == nil || was.said != said {
		w.rests[key] = &rest{said: said, times: 1}
		return false
	}
	was.times++
	return true
}

// settled says that every clock that runs has only repeated itself, twice.
func (w *repetition) settled(c *dispute.Case) bool {
	running := 0
	for _, k := range c.Clocks {
		if k.State != dispute.ClockRunning {
			continue
		}
		running++
		if r := w.rests[clockKey{name: k.Name, legID: k.LegID}]; r == nil || r.times < 2 {
			return false
		}
	}
	return running > 0
}

// repeats lists the clocks that go on.
func (w *repetition) repeats(c *dispute.Case) []dispute.ForecastRepeat {
	var all []dispute.ForecastRepeat
	for _, k := range c.Clocks {
		if k.State == dispute.ClockRunning {
			every := dispute.Span{N: k.Budget, Unit: k.Unit}.String()
			all = append(all, dispute.ForecastRepeat{Clock: k.Name, LegID: k.LegID, Every: every, Next: k.DueAt})
		}
	}
	return all
}

// standing is where a case stands, without what changes each time that a clock
// starts anew.
func standing(r *caseRun) string {
	c, e := r.Case, r.Engine
	c.Version, c.Clocks = 0, slices.Clone(c.Clocks)
	for i := range c.Clocks {
		k := &c.Clocks[i]
		k.Started, k.DueAt, k.MetAt, k.RemindAt = time.Time{}, time.Time{}, nil, nil
		k.Why, k.Round, k.Provisional = "", 0, false
	}
	e.Batch, e.Notices = 0, nil
	raw, err := json.Marshal(State{Case: c, Engine: e})
	if err != nil {
		return "" // never the same as the state before
	}
	return string(raw)
}
