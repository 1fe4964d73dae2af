package workflows

import (
	"context"
	"encoding/json"
	"fmt"
	"log/slog"
	"reflect"
	"slices"
	"time"

	enumspb "go.temporal.io/api/enums/v1"
	"go.temporal.io/sdk/log"
	"go.temporal.io/sdk/temporal"
	"go.temporal.io/sdk/workflow"

	"github.com/redresshq/redress/activities"
	"github.com/redresshq/redress/dispute"
)

// forecastWorld is a world without Temporal, database or partners: rulings are
// the real ones, the record is a list, partners' programs accept whatever they
// are sent, and time passes only when somebody says so.
type forecastWorld struct {
	*forecastEngine
	clock time.Time // each effect has its own: waiting for a partner takes time
}

// forecastEngine is what the coroutines of one forecast share.
type forecastEngine struct {
	ctx     context.Context
	steps   []reflect.Value // whose methods are the local steps, by their names
	facts   dispute.Facts   // what the sources answer; a part that is nil stands for silence
	coming  []arrival
	batches []dispute.Batch
	failed  error // a ruling or record that could not be had
}

// arrival is what an effect brings, and when.
type arrival struct {
	at time.Time
	do func()
}

func newForecastWorld(ctx context.Context, rules *activities.Rules, facts dispute.Facts, at time.Time) *forecastWorld {
	e := &forecastEngine{ctx: ctx, facts: facts}
	record := &activities.Record{Keeper: e, Rules: rules}
	e.steps = []reflect.Value{reflect.ValueOf(rules), reflect.ValueOf(record)}
	return &forecastWorld{forecastEngine: e, clock: at.UTC()}
}

func (w *forecastWorld) now() time.Time { return w.clock }
func (w *forecastWorld) runID() string  { return "forecast" }
func (w *forecastWorld) logger() log.Logger {
	return log.NewStructuredLogger(slog.New(slog.DiscardHandler))
}
func (w *forecastWorld) signalled() bool   { return false }
func (w *forecastWorld) receive() []signal { return nil }
func (w *forecastWorld) stop() error       { return nil }

func (w *forecastWorld) version(_ string, newest workflow.Version) workflow.Version { return newest }

// givingUp unwinds a forecast that cannot go on.
type givingUp struct{ cause error }

// pause is for what is tried again until it can be had; a forecast does not wait for it.
func (w *forecastWorld) pause(time.Duration) { panic(givingUp{w.failed}) }
func (w *forecastWorld) standStill() error   { panic(givingUp{w.failed}) }

// begin carries an effect out at once; what it brings arrives when its own clock says.
func (w *forecastWorld) begin(_ string, act func(world) func() error, arrived func(apply func() error)) {
	side := &forecastWorld{forecastEngine: w.forecastEngine, clock: w.clock}
	apply := act(side)
	w.coming = append(w.coming, arrival{side.clock, func() { arrived(apply) }})
}

// local calls the activity of that name through JSON, as Temporal would.
func (w *forecastWorld) local(_ workflow.LocalActivityOptions, out any, name string, args ...any) error {
	if err := w.ctx.Err(); err != nil {
		panic(givingUp{err})
	}
	answer, err := w.perform(name, args)
	if err != nil {
		if name != activities.NameHistory { // silence is an answer there
			w.failed = fmt.Errorf("%s: %w", name, err)
		}
		return err
	}
	return transcribe(out, answer)
}

func (w *forecastWorld) perform(name string, args []any) (any, error) {
	for _, owner := range w.steps {
		step := owner.MethodByName(name)
		if !step.IsValid() {
			continue
		}
		in := []reflect.Value{reflect.ValueOf(w.ctx)}
		for i, arg := range args {
			copied := reflect.New(step.Type().In(i + 1))
			if err := transcribe(copied.Interface(), arg); err != nil {
				return nil, err
			}
			in = append(in, copied.Elem())
		}
		results := step.Call(in)
		err, _ := reflect.TypeAssert[error](results[1])
		return results[0].Interface(), err
	}
	return nil, fmt.Errorf("no step is called %q", name)
}

// call answers for a partner: at once, or not within the time it has. How long a
// source has been asked already is not on record: its time begins with the forecast.
func (w *forecastWorld) call(o workflow.ActivityOptions, out any, name string, args ...any) error {
	answer, answers := w.partner(name, args)
	if !answers {
		w.clock = w.clock.Add(o.ScheduleToCloseTimeout)
		return temporal.NewTimeoutError(enumspb.TIMEOUT_TYPE_SCHEDULE_TO_CLOSE, nil)
	}
	return transcribe(out, answer)
}

// partner is the assumption of dispute.ForecastAssumption.
func (w *forecastWorld) partner(name string, args []any) (answer any, answers bool) {
	switch name {
	case activities.NameAnnounceReturn:
		return activities.ReturnAddress{}, true
	case activities.NameIssueLabel:
		return activities.Label{LabelID: "forecast", Carrier: "forecast", TrackingNumber: "forecast"}, true
	case activities.NameCancelReturn, activities.NameVoidLabel:
		return nil, true
	case activities.NameReplace:
		return activities.Reservation{}, true
	case activities.NameAnnounceRepair, activities.NameApproveRepair, activities.NameCancelRepair:
		return nil, true
	case activities.NameCancelReplacement, activities.NameIntercept, activities.NameRelease, activities.NameAmend:
		return nil, true
	case activities.NameTraceParcel:
		return dispute.TraceFacts{Status: dispute.ParcelUnknown}, true
	case activities.NamePay, activities.NameReconcile:
		claim, ok := args[0].(dispute.MoneyClaim)
		return activities.Movement{Key: claim.Key, Status: dispute.MoneyPending, Amount: claim.Amount}, ok
	case activities.NameGetOrder:
		return w.facts.Order, w.facts.Order != nil
	case activities.NameGetDispatch:
		return w.facts.Dispatch, w.facts.Dispatch != nil
	case activities.NameTraceOrder:
		return w.facts.Trace, w.facts.Trace != nil
	case activities.NamePaymentFacts:
		return w.facts.Payment, w.facts.Payment != nil
	}
	return nil, false
}

// transcribe copies a document as the wire would.
func transcribe(out, in any) error {
	raw, err := json.Marshal(in)
	if err != nil {
		return err
	}
	return json.Unmarshal(raw, out)
}

// next is when the first effect under way brings something.
func (e *forecastEngine) next() (time.Time, bool) {
	if len(e.coming) == 0 {
		return time.Time{}, false
	}
	return slices.MinFunc(e.coming, func(a, b arrival) int { return a.at.Compare(b.at) }).at, true
}

// deliver hands over what has come by the instant, and says whether there was anything.
func (e *forecastEngine) deliver(at time.Time) bool {
	var later, now []arrival
	for _, a := range e.coming {
		if a.at.After(at) {
			later = append(later, a)
			continue
		}
		now = append(now, a)
	}
	e.coming = later
	for _, a := range now {
		a.do()
	}
	return len(now) > 0
}

// Record keeps a batch; the forecast reads from it what the timeline will say.
func (e *forecastEngine) Record(_ context.Context, b dispute.Batch) (dispute.Receipt, error) {
	e.batches = append(e.batches, b)
	return dispute.Receipt{Version: b.Case.Version + 1}, nil
}

// Adopt is never asked for: a forecast goes on from a state.
func (e *forecastEngine) Adopt(context.Context, string, string) (dispute.Case, json.RawMessage, error) {
	return dispute.Case{}, nil, dispute.Errorf(dispute.CodeNotFound, "a forecast has no record to adopt")
}

// CustomerHistory answers what is known of the customer already.
func (e *forecastEngine) CustomerHistory(context.Context, string, string, time.Time) (dispute.HistoryFacts, error) {
	if e.facts.History == nil {
		return dispute.HistoryFacts{}, dispute.Errorf(dispute.CodeUnavailable, "the history is not asked for in a forecast")
	}
	return *e.facts.History, nil
}
