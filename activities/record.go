package activities

import (
	"context"
	"encoding/json"
	"slices"
	"time"

	"go.temporal.io/sdk/temporal"

	"github.com/redresshq/redress/dispute"
)

// Keeper is the record of cases.
type Keeper interface {
	// Record writes one batch in one transaction; repeating it is harmless.
	// CodeRunSuperseded when a newer run owns the case, CodeCaseClosed when another
	// run has closed it.
	Record(ctx context.Context, b dispute.Batch) (dispute.Receipt, error)
	// Adopt makes runID the owner of the case and returns its recorded state;
	// CodeNotFound when there is no such case.
	Adopt(ctx context.Context, caseID, runID string) (dispute.Case, json.RawMessage, error)
	// CustomerHistory counts the customer's other cases.
	CustomerHistory(ctx context.Context, customerID, exceptCaseID string, at time.Time) (dispute.HistoryFacts, error)
}

// Record holds the steps that write and read the record.
type Record struct {
	Keeper Keeper
	Rules  *Rules
}

// Adopted is a case's recorded state.
type Adopted struct {
	Case   dispute.Case    `json:"case"`
	Engine json.RawMessage `json:"engine"`
}

// Recorded is the answer to a batch, with the clocks that started with it, or that
// stand still or run on because of it.
type Recorded struct {
	dispute.Receipt
	Clocks []dispute.Clock `json:"clocks,omitempty"`
}

// Record starts the batch's clocks, has those stand still that should, and writes
// it. Only a run that no longer owns the case, or comes after its end, is refused
// for good; anything else is tried until it is mended, since a step must not be lost.
func (r *Record) Record(ctx context.Context, b dispute.Batch) (Recorded, error) {
	clocks, err := r.start(ctx, &b)
	if err != nil {
		return Recorded{}, err
	}
	clocks = append(clocks, r.stand(ctx, &b)...)
	if err := r.keep(ctx, &b); err != nil {
		return Recorded{}, err
	}
	if err := r.recover(ctx, &b); err != nil {
		return Recorded{}, err
	}
	receipt, err := r.Keeper.Record(ctx, b)
	switch {
	case err == nil:
		return Recorded{Receipt: receipt, Clocks: clocks}, nil
	case dispute.CodeOf(err) == dispute.CodeRunSuperseded, dispute.CodeOf(err) == dispute.CodeCaseClosed:
		return Recorded{}, Classify(err)
	}
	return Recorded{}, temporal.NewApplicationErrorWithCause(err.Error(), string(dispute.CodeUnavailable), err)
}

// start works the clocks out that start with the batch. The case is shared with
// the workflow that waits for this step, so its clocks are copied, not changed.
func (r *Record) start(ctx context.Context, b *dispute.Batch) ([]dispute.Clock, error) {
	if len(b.Starting) == 0 {
		return nil, nil
	}
	clocks, err := r.Rules.Clocks(ctx, &b.Case, b.At, b.Starting)
	if err != nil {
		return nil, temporal.NewApplicationErrorWithCause(err.Error(), string(dispute.CodeUnavailable), err)
	}
	b.Case.Clocks, b.Entries = slices.Clone(b.Case.Clocks), slices.Clone(b.Entries)
	for _, k := range clocks {
		b.Case.SetClock(k)
		b.Entries = append(b.Entries, k.StartedEntry(b.Case.Stage))
		if k.Laid == nil {
			continue
		}
		asked, question := k.Question(&b.Case)
		b.Entries = append(b.Entries, asked)
		if question != nil {
			b.Notices = append(slices.Clone(b.Notices), *question)
		}
	}
	b.Case.WaitingOn = b.Case.DeriveWaitingOn()
	return clocks, nil
}

// stand leaves out the notices that the policy does not send, adds to the others what
// people need to know, and has the clocks of
// the case stand still or run as it says once the batch is true: awaiting_customer
// costs a case no step of its own. A policy that this worker does not know must not
// hold up a step that needs none: then the next step sees to it.
func (r *Record) stand(ctx context.Context, b *dispute.Batch) []dispute.Clock {
	if r.Rules == nil {
		return nil
	}
	book, err := r.Rules.book(ctx, &b.Case)
	if err != nil {
		return nil
	}
	b.Watch = book.BatchWatch(&b.Case)
	b.Notices = book.Enlarged(&b.Case, book.Notices(b.Notices))
	changed, err := book.Stand(&b.Case, b.At)
	if err != nil || len(changed) == 0 {
		return nil
	}
	b.Case.Clocks, b.Entries = slices.Clone(b.Case.Clocks), slices.Clone(b.Entries)
	for _, k := range changed {
		b.Entries = append(b.Entries, k.StandingEntry(b.Case.Stage, b.At, *b.Case.Counting(k.Name, k.LegID)))
		b.Case.SetClock(k)
	}
	b.Case.WaitingOn = b.Case.DeriveWaitingOn()
	return changed
}

// keep works out until when a case that closes is kept. That needs its policy: a case
// closed without would be kept for ever, so the step waits for a worker that knows it.
func (r *Record) keep(ctx context.Context, b *dispute.Batch) error {
	if r.Rules == nil || b.Gate != dispute.GateClosed {
		return nil
	}
	book, err := r.Rules.book(ctx, &b.Case)
	if err != nil {
		return temporal.NewApplicationErrorWithCause(err.Error(), string(dispute.CodeUnavailable), err)
	}
	closedAt := b.At
	if b.Case.ClosedAt != nil {
		closedAt = *b.Case.ClosedAt
	}
	if kept, ok := book.Retention(&b.Case, closedAt); ok {
		b.Retention = &kept
	}
	return nil
}

// Adopt takes the record over for a run.
func (r *Record) Adopt(ctx context.Context, caseID, runID string) (Adopted, error) {
	c, engine, err := r.Keeper.Adopt(ctx, caseID, runID)
	return Adopted{Case: c, Engine: engine}, Classify(err)
}

// CustomerHistory counts what the record knows of the customer.
func (r *Record) CustomerHistory(ctx context.Context, customerID, exceptCaseID string, at time.Time) (dispute.HistoryFacts, error) {
	h, err := r.Keeper.CustomerHistory(ctx, customerID, exceptCaseID, at)
	return h, Classify(err)
}
