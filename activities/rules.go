package activities

import (
	"context"
	"time"

	"github.com/redresshq/redress/dispute"
)

// Rules gives the recorded rulings. Its methods run as local activities: pure,
// quick, and their small results stand in the case's history, so that a later
// policy never changes what a case was told.
type Rules struct {
	Books Books
	// Policy is the policy under which new cases open, e.g. "default".
	Policy string
	// Ledger says what the order's other cases have given back or promised by now; nil
	// where there is no record to ask (forecasts and tests): then what the investigation
	// found counts.
	Ledger GivenBack
}

// ledgerPatience bounds the look at other cases: a ruling does not wait for a record
// that is away.
const ledgerPatience = 500 * time.Millisecond

// priced is the case with what other cases have given back or promised by now, since
// the investigation may be long past and another case about the same order decided
// meanwhile. Where that cannot be had, what the investigation found counts, and the
// ledger has the last word when money is claimed.
func (r *Rules) priced(ctx context.Context, c *dispute.Case) *dispute.Case {
	if r.Ledger == nil || c.Facts.Payment == nil {
		return c
	}
	ctx, cancel := context.WithTimeout(ctx, ledgerPatience)
	defer cancel()
	others, err := r.Ledger.OtherCases(ctx, c.OrderID, c.ID)
	if err != nil {
		return c
	}
	now, payment := *c, *c.Facts.Payment
	payment.Others = others
	now.Facts.Payment = &payment
	return &now
}

func (r *Rules) book(ctx context.Context, c *dispute.Case) (*dispute.Rulebook, error) {
	b, err := bookOf(ctx, r.Books, func(l *dispute.Library) (*dispute.Rulebook, error) { return l.Book(c.PolicyVersion) })
	return b, Classify(err)
}

// Intake rules on a claim as it came in, under the version of the policy that is in
// force at its opening.
func (r *Rules) Intake(ctx context.Context, o dispute.Opening) (dispute.Intake, error) {
	b, err := bookOf(ctx, r.Books, func(l *dispute.Library) (*dispute.Rulebook, error) { return l.ForOpening(r.Policy, o.OpenedAt) })
	if err != nil {
		return dispute.Intake{}, Classify(err)
	}
	in, err := b.Intake(o)
	in.Foresees, in.Negotiation = b.Foresees(), b.Negotiation()
	return in, Classify(err)
}

// Clocks starts clocks: their budgets, due instants and reasons.
func (r *Rules) Clocks(ctx context.Context, c *dispute.Case, at time.Time, want []dispute.ClockRequest) ([]dispute.Clock, error) {
	b, err := r.book(ctx, c)
	if err != nil {
		return nil, err
	}
	started := make([]dispute.Clock, 0, len(want))
	for _, w := range want {
		k, err := b.Clock(c, w, at)
		if err != nil {
			return nil, Classify(err)
		}
		started = append(started, k)
	}
	return b.LayReady(c, want, started), nil
}

// Admitted is an admission with the clock that an admitted case starts.
type Admitted struct {
	dispute.Admission
	Resolution *dispute.Clock `json:"resolution,omitempty"`
	// PolicyVersion is set where the case goes on under another version, as its
	// policy binds it once the order is known; the ruling is that version's.
	PolicyVersion string              `json:"policy_version,omitempty"`
	Foresees      []dispute.ClockName `json:"foresees,omitempty"` // of that version
	// Negotiation is that version's too.
	Negotiation *dispute.Negotiation `json:"negotiation,omitempty"`
}

// Admit rules on whether the case may proceed, once the order was asked for.
func (r *Rules) Admit(ctx context.Context, c *dispute.Case, at time.Time) (Admitted, error) {
	b, err := r.book(ctx, c)
	if err != nil {
		return Admitted{}, err
	}
	library, err := r.Books.Library(ctx, 0)
	if err != nil {
		return Admitted{}, Classify(err)
	}
	a := Admitted{}
	if bound, err := library.Bound(c, at); err == nil && bound != c.PolicyVersion {
		if b, err = library.Book(bound); err != nil {
			return Admitted{}, Classify(err)
		}
		a.PolicyVersion, a.Foresees, a.Negotiation = bound, b.Foresees(), b.Negotiation()
	}
	a.Admission = b.Admit(c)
	if a.Admissible {
		a.Resolution, err = clockOf(b, c, dispute.ClockResolution, at)
	}
	return a, err
}

// Assessed is an assessment with the clock of whoever has to act upon it.
type Assessed struct {
	dispute.Assessment
	Clock *dispute.Clock `json:"clock,omitempty"`
}

// Assess rules on the facts: liability, risk, and who decides.
func (r *Rules) Assess(ctx context.Context, c *dispute.Case, at time.Time) (Assessed, error) {
	b, err := r.book(ctx, c)
	if err != nil {
		return Assessed{}, err
	}
	a := Assessed{Assessment: b.Assess(r.priced(ctx, c), at)}
	switch a.Route {
	case dispute.RouteOffer:
		a.Clock, err = clockOf(b, c, dispute.ClockCustomerResponse, at)
	case dispute.RoutePerson:
		a.Clock, err = clockOf(b, c, dispute.ClockAgentDecision, at)
	case dispute.RouteProve:
		if a.Proof != nil {
			a.Clock, err = startClock(b, c, dispute.ProofClock(len(c.Proof), a.Proof.Party), at)
		}
	}
	return a, err
}

func clockOf(b *dispute.Rulebook, c *dispute.Case, name dispute.ClockName, at time.Time) (*dispute.Clock, error) {
	return startClock(b, c, dispute.ClockRequest{Name: name}, at)
}

func startClock(b *dispute.Rulebook, c *dispute.Case, r dispute.ClockRequest, at time.Time) (*dispute.Clock, error) {
	k, err := b.Clock(c, r, at)
	return &k, Classify(err)
}

// Authorize prices remedies and rules on whether their author may grant them.
func (r *Rules) Authorize(ctx context.Context, c *dispute.Case, a dispute.Actor, remedies []dispute.Remedy) (dispute.Authority, error) {
	b, err := r.book(ctx, c)
	if err != nil {
		return dispute.Authority{}, err
	}
	return b.Authorize(r.priced(ctx, c), a, remedies), nil
}

// Plan turns decided remedies into legs.
func (r *Rules) Plan(ctx context.Context, c *dispute.Case, remedies []dispute.Remedy) (dispute.LegPlan, error) {
	b, err := r.book(ctx, c)
	if err != nil {
		return dispute.LegPlan{}, err
	}
	return b.Plan(r.priced(ctx, c), remedies), nil
}

// Inspect compares what came with what was declared.
func (r *Rules) Inspect(ctx context.Context, c *dispute.Case, legID string) (dispute.InspectionFinding, error) {
	b, err := r.book(ctx, c)
	if err != nil {
		return dispute.InspectionFinding{}, err
	}
	return b.Inspect(c, legID), nil
}

// Silence rules on what follows an expired clock.
func (r *Rules) Silence(ctx context.Context, c *dispute.Case, k dispute.Clock) (dispute.Silence, error) {
	b, err := r.book(ctx, c)
	if err != nil {
		return dispute.Silence{}, err
	}
	return b.Silence(r.priced(ctx, c), k), nil
}
