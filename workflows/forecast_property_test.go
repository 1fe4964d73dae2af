package workflows_test

import (
	"cmp"
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/redresshq/redress/activities"
	"github.com/redresshq/redress/dispute"
	"github.com/redresshq/redress/workflows"
)

// instant is all that happens at one instant, or within a second of it: partners of
// the test take a moment, those of a forecast none.
type instant struct {
	at      time.Time
	clocks  []string // that ran out
	events  []dispute.EventType
	stage   dispute.Stage
	outcome dispute.Outcome
}

func (i instant) String() string {
	return fmt.Sprintf("%s %v %v -> %s %s", i.at.Format(time.RFC3339), i.clocks, i.events, i.stage, i.outcome)
}

// add takes something in that happens next.
func add(all []instant, at time.Time, stage dispute.Stage, outcome dispute.Outcome, clock string, events ...dispute.EventType) []instant {
	if n := len(all); n == 0 || at.Sub(all[n-1].at) > time.Second {
		all = append(all, instant{at: at})
	}
	i := &all[len(all)-1]
	i.stage, i.outcome = stage, outcome
	if clock != "" {
		i.clocks = append(i.clocks, clock)
	}
	i.events = append(i.events, events...)
	return all
}

// happened is what was recorded since the batch. The end of a survey that costs no wake
// is noted by whatever the case does next.
func happened(batches []dispute.Batch, until time.Time) []instant {
	var all []instant
	for _, b := range batches {
		for _, e := range b.Entries {
			var d struct {
				Clock dispute.ClockName `json:"clock"`
				LegID string            `json:"leg_id"`
			}
			if e.At.After(until) {
				return all
			}
			clock := ""
			if e.Type == dispute.EventClockBreached && json.Unmarshal(e.Data, &d) == nil {
				clock = string(d.Clock) + "/" + d.LegID
			}
			if b.At.Sub(e.At) > time.Second {
				all = add(all, e.At, e.Stage, dispute.OutcomeResolved, clock, e.Type)
				continue
			}
			all = add(all, b.At, b.Case.Stage, b.Case.Outcome, clock, e.Type)
		}
	}
	return all
}

// foretold is what a forecast says.
func foretold(f dispute.Forecast, until time.Time) []instant {
	var all []instant
	for _, s := range f.Steps {
		if s.At.After(until) {
			break
		}
		if s.OnExpiry == dispute.SilenceAsk && len(s.Events) == 0 {
			continue // the question goes out, and the case does not wake for it
		}
		clock := ""
		if s.Clock != "" && !s.Reminder {
			clock = string(s.Clock) + "/" + s.LegID
		}
		all = add(all, s.At, s.Stage, s.Outcome, clock, s.Events...)
	}
	return all
}

// requireForetold compares instant by instant. What happens at one and the same
// instant side by side stands in the timeline in any order.
func requireForetold(t require.TestingT, real, forecast []instant) {
	for n := range max(len(real), len(forecast)) {
		require.Less(t, n, len(real), "foretold, but did not happen: %v", forecast[min(n, len(forecast)-1)])
		require.Less(t, n, len(forecast), "happened, but not foretold: %v", real[min(n, len(real)-1)])
		was, said := real[n], forecast[n]
		for _, i := range []instant{was, said} {
			slices.SortFunc(i.events, func(a, b dispute.EventType) int { return cmp.Compare(a, b) })
			slices.Sort(i.clocks)
		}
		require.WithinDuration(t, said.at, was.at, time.Second, "happened %v\nforetold %v", was, said)
		require.Equal(t, was.clocks, said.clocks, "happened %v\nforetold %v", was, said)
		require.Equal(t, was.events, said.events, "happened %v\nforetold %v", was, said)
		require.Equal(t, was.stage, said.stage, "happened %v\nforetold %v", was, said)
		require.Equal(t, was.outcome, said.outcome, "happened %v\nforetold %v", was, said)
	}
}

// silent has the partners behave from now on as every forecast assumes.
func (r *rig) silent() {
	pending := func(c dispute.MoneyClaim) (activities.Movement, error) {
		return activities.Movement{Key: c.Key, Status: dispute.MoneyPending, Amount: c.Amount}, nil
	}
	r.pay, r.find, r.announce, r.cancel = pending, pending, nil, nil
	r.onReturn = dispute.TraceFacts{Status: dispute.ParcelUnknown}
}

func (r *rig) forecaster() *workflows.Forecaster {
	library := r.library
	if library == nil {
		var err error
		library, err = dispute.Embedded()
		require.NoError(r.t, err)
	}
	return &workflows.Forecaster{Rules: &activities.Rules{Books: activities.FixedBooks(library), Policy: r.policy}}
}

// watched is a case of which a forecast was made while it ran.
type watched struct {
	rig         *rig
	at          time.Time
	since       int // batches that were recorded by then
	whole, told dispute.Forecast
	err         error
	closed      bool
}

// watch makes the forecast d after the opening, when silence begins.
func (r *rig) watch(d time.Duration) *watched {
	w := &watched{rig: r}
	r.after(d, func() {
		r.silent()
		r.mu.Lock()
		last := r.batches[len(r.batches)-1]
		w.since = len(r.batches)
		r.mu.Unlock()
		w.at = r.env.Now().UTC()
		if w.closed = last.Case.Stage == dispute.StageClosed; w.closed {
			return
		}
		f := r.forecaster()
		if w.whole, w.err = f.Whole(context.Background(), last.Case, last.Engine, w.at); w.err == nil {
			w.told, w.err = f.Forecast(context.Background(), last.Case, last.Engine, w.at)
		}
	})
	return w
}

// meets demands that what happened was foretold, up to a bound.
func (w *watched) meets(t require.TestingT, until time.Time) {
	if w.closed || w.at.IsZero() {
		return
	}
	require.NoError(t, w.err)
	if n := len(w.whole.Steps); w.whole.Cut && n > 0 && w.whole.Steps[n-1].At.Before(until) {
		until = w.whole.Steps[n-1].At.Add(time.Second)
	}
	requireForetold(t, happened(w.rig.batches[w.since:], until), foretold(w.whole, until))
	w.abridged(t)
}

// abridged demands that the forecast which only counts repetitions says the same.
func (w *watched) abridged(t require.TestingT) {
	n := 0
	for _, s := range w.told.Steps {
		for ; n < len(w.whole.Steps); n++ {
			if o := w.whole.Steps[n]; o.At.Equal(s.At) && o.Clock == s.Clock && o.LegID == s.LegID && o.Reminder == s.Reminder {
				require.Equal(t, o.Events, s.Events)
				break
			}
		}
		if n == len(w.whole.Steps) && w.whole.Cut {
			return
		}
		require.Less(t, n, len(w.whole.Steps), "the short forecast says what the long one does not: %+v", s)
	}
	if !w.whole.Cut {
		require.Equal(t, w.whole.Outcome, w.told.Outcome)
		require.Equal(t, w.whole.EndsAt, w.told.EndsAt)
	}
	if w.told.Outcome == "" && !w.told.Cut {
		require.NotEmpty(t, w.told.Repeats, "it neither ends nor goes on")
	}
}

// reminding has the policy of the tests remind people, out of quiet hours.
var reminding = []string{
	"on_expiry: lapse}", "on_expiry: lapse, remind: [2d, 24h, 1h]}",
	"owner: agent, on_expiry: decide_for_customer", "owner: agent, on_expiry: decide_for_customer, remind: [36h, 2h]",
}

// later is one act that release 2 added, legal or not.
func (r *rig) later(t *rapid.T, n int, at time.Duration) func() {
	id := fmt.Sprintf("z%d", n)
	acts := map[string]func(){
		"pause":   func() { r.suspend(id, dispute.SuspendAgreedPause) },
		"court":   func() { r.suspend(id, dispute.SuspendCourtOrPolice) },
		"resume":  func() { r.resume(id) },
		"extend":  func() { r.extend(id, dispute.ClockResolution, "", "2wd") },
		"longer":  func() { r.extend(id, dispute.ClockCustomerResponse, "", "1wd") },
		"ask":     func() { r.ask(id, dispute.PartyMerchant, dispute.EvidenceVideo) },
		"ask her": func() { r.ask(id, dispute.PartyCustomer, dispute.EvidenceVideo) },
		"hand":    func() { r.hand("v"+id, dispute.EvidenceVideo, customer, at) },
		"appeal":  func() { r.appeal(id, fmt.Sprintf("evd_vz%d", n-1)) },
		"reopen":  func() { r.reopenCase(id, customer) },
		"survey":  func() { r.survey(id, 4) },
		"other":   func() { r.reject(id, otherSupervisor) },
	}
	names := make([]string, 0, len(acts))
	for name := range acts {
		names = append(names, name)
	}
	return acts[rapid.SampledFrom(sorted(names)).Draw(t, "later act")]
}

// A random case is played until everybody falls silent; then it is played on in
// skipped time, and what happens must be what the forecast said, instant by instant.
func TestSilenceBringsWhatTheForecastSays(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		r := setup(t)
		switch policy := rapid.SampledFrom([]string{"default@1", "default", "standing"}).Draw(t, "policy"); policy {
		case "standing":
			r.standing(reminding...)
		default:
			r.policy = policy
			r.renew(opened)
		}
		p, o, at := r.somewhere(t)
		for n := range rapid.IntRange(0, 10).Draw(t, "acts") {
			at += rapid.SampledFrom([]time.Duration{time.Minute, time.Hour, day, 3 * day}).Draw(t, "pause")
			act := r.anything(t, p, n)
			if rapid.Bool().Draw(t, "of the later ones") {
				act = r.later(t, n, at)
			}
			r.after(at, func() {
				act()
				if p.mood == "deaf" || p.mood == "mute" {
					p.mood = "slow" // a try that hangs ends when it likes
				}
			})
		}
		const bound = 60 * day
		at += 10 * time.Minute
		w := r.watch(at)
		r.after(at+bound, func() { r.env.CancelWorkflow() })
		r.run(o)
		w.meets(t, w.at.Add(bound-time.Hour))
	})
}
