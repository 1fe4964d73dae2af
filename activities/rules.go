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
	Library *dispute.Library
	// Policy is the policy under which new cases open, e.g. "default".
	Policy string
}

func (r *Rules) book(c *dispute.Case) (*dispute.Rulebook, error) {
	b, err := r.Library.Book(c.PolicyVersion)
	return b, Classify(err)
}

// Intake rules on a claim as it came in, under the newest version of the policy.
func (r *Rules) Intake(_ context.Context, o dispute.Opening) (dispute.Intake, error) {
	b, err := r.Library.Book(r.Policy)
	if err != nil {
		return dispute.Intake{}, Classify(err)
	}
	in, err := b.Intake(o)
	return in, Classify(err)
}

// Clocks starts clocks: their budgets, due instants and reasons.
func (r *Rules) Clocks(_ context.Context, c *dispute.Case, at time.Time, want []dispute.ClockRequest) ([]dispute.Clock, error) {
	b, err := r.book(c)
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
	return started, nil
}

// Admitted is an admission with the clock that an admitted case starts.
type Admitted struct {
	dispute.Admission
	Resolution *dispute.Clock `json:"resolution,omitempty"`
}

// Admit rules on whether the case may proceed, once the order was asked for.
func (r *Rules) Admit(_ context.Context, c *dispute.Case, at time.Time) (Admitted, error) {
	b, err := r.book(c)
	if err != nil {
		return Admitted{}, err
	}
	a := Admitted{Admission: b.Admit(c)}
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
func (r *Rules) Assess(_ context.Context, c *dispute.Case, at time.Time) (Assessed, error) {
	b, err := r.book(c)
	if err != nil {
		return Assessed{}, err
	}
	a := Assessed{Assessment: b.Assess(c, at)}
	switch a.Route {
	case dispute.RouteOffer:
		a.Clock, err = clockOf(b, c, dispute.ClockCustomerResponse, at)
	case dispute.RoutePerson:
		a.Clock, err = clockOf(b, c, dispute.ClockAgentDecision, at)
	}
	return a, err
}

func clockOf(b *dispute.Rulebook, c *dispute.Case, name dispute.ClockName, at time.Time) (*dispute.Clock, error) {
	k, err := b.Clock(c, dispute.ClockRequest{Name: name}, at)
	return &k, Classify(err)
}

// Authorize prices remedies and rules on whether their author may grant them.
func (r *Rules) Authorize(_ context.Context, c *dispute.Case, a dispute.Actor, remedies []dispute.Remedy) (dispute.Authority, error) {
	b, err := r.book(c)
	if err != nil {
		return dispute.Authority{}, err
	}
	return b.Authorize(c, a, remedies), nil
}

// Plan turns decided remedies into legs.
func (r *Rules) Plan(_ context.Context, c *dispute.Case, remedies []dispute.Remedy) (dispute.LegPlan, error) {
	b, err := r.book(c)
	if err != nil {
		return dispute.LegPlan{}, err
	}
	return b.Plan(c, remedies), nil
}

// Inspect compares what came with what was declared.
func (r *Rules) Inspect(_ context.Context, c *dispute.Case, legID string) (dispute.InspectionFinding, error) {
	b, err := r.book(c)
	if err != nil {
		return dispute.InspectionFinding{}, err
	}
	return b.Inspect(c, legID), nil
}

// Silence rules on what follows an expired clock.
func (r *Rules) Silence(_ context.Context, c *dispute.Case, k dispute.Clock) (dispute.Silence, error) {
	b, err := r.book(c)
	if err != nil {
		return dispute.Silence{}, err
	}
	return b.Silence(c, k), nil
}
