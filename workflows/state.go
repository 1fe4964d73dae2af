package workflows

import (
	"slices"

	"github.com/redresshq/redress/dispute"
)

// Start is the argument of the case workflow. Exactly one of Opening, State and
// Restart is set.
type Start struct {
	// Opening opens a new case.
	Opening *dispute.Opening `json:"opening,omitempty"`
	// State goes on with a case, after continue-as-new.
	State *State `json:"state,omitempty"`
	// Restart is the id of a recorded case whose workflow is gone.
	Restart string `json:"restart,omitempty"`
	// Continues is the run that handed over, with State.
	Continues string `json:"continues,omitempty"`
	// ContinueEvery forces continue-as-new after so many turns; 0 leaves it to the server.
	ContinueEvery int `json:"continue_every,omitempty"`
}

// State is everything a case is: any coroutine can be started from it.
type State struct {
	Case   dispute.Case `json:"case"`
	Engine Engine       `json:"engine"`
}

// Engine is the workflow's own part of the state.
type Engine struct {
	Batch       int64                     `json:"batch"`
	Sources     []dispute.SourceLimit     `json:"sources,omitempty"`
	SeenEvents  []string                  `json:"seen_events,omitempty"`
	SeenUpdates []seenUpdate              `json:"seen_updates,omitempty"`
	Notices     map[dispute.Milestone]int `json:"notices,omitempty"`
	Ending      dispute.Outcome           `json:"ending,omitempty"`  // the case is on its way out
	Offered     bool                      `json:"offered,omitempty"` // something was offered or refused
	// Foresees are the clocks of the policy without which the story ends earlier (Intake).
	Foresees      []dispute.ClockName `json:"foresees,omitempty"`
	ContinueEvery int                 `json:"continue_every,omitempty"`
}

type seenUpdate struct {
	ID      string `json:"id"`
	Version int64  `json:"version"`
}

// The server dedupes within one run only; these sets do it across runs. They are
// bounded so that the state stays small; partners repeat within hours, not months.
const (
	maxSeenEvents  = 300
	maxSeenUpdates = 100
)

// sawEvent says whether the event was seen before, and remembers it.
func (e *Engine) sawEvent(id string) bool {
	if id == "" {
		return false
	}
	if slices.Contains(e.SeenEvents, id) {
		return true
	}
	e.SeenEvents = append(e.SeenEvents, id)
	if over := len(e.SeenEvents) - maxSeenEvents; over > 0 {
		e.SeenEvents = slices.Delete(e.SeenEvents, 0, over)
	}
	return false
}

// updated returns the version that an update reached before, if it was seen.
func (e *Engine) updated(id string) (int64, bool) {
	for _, u := range e.SeenUpdates {
		if u.ID == id {
			return u.Version, true
		}
	}
	return 0, false
}

func (e *Engine) rememberUpdate(id string, version int64) {
	if id == "" {
		return // typed by hand without one: never a repetition
	}
	e.SeenUpdates = append(e.SeenUpdates, seenUpdate{ID: id, Version: version})
	if over := len(e.SeenUpdates) - maxSeenUpdates; over > 0 {
		e.SeenUpdates = slices.Delete(e.SeenUpdates, 0, over)
	}
}

// number returns the next number of a milestone's notice.
func (e *Engine) number(m dispute.Milestone) int {
	if e.Notices == nil {
		e.Notices = map[dispute.Milestone]int{}
	}
	e.Notices[m]++
	return e.Notices[m]
}
