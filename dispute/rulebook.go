package dispute

import (
	"slices"
	"time"
)

// Rulebook answers every question of rule under one policy version. All its
// methods are pure: the same case and instant have the same ruling.
type Rulebook struct {
	policy   *Policy
	calendar Calendar
}

// Version is the exact policy version, e.g. "default@1".
func (b *Rulebook) Version() string { return b.policy.ID() }

// Policy is the policy behind the rulings; it must not be changed.
func (b *Rulebook) Policy() *Policy { return b.policy }

func (b *Rulebook) rule(parts ...string) string { return b.policy.rule(parts...) }

func (b *Rulebook) zone() *time.Location { return b.calendar.Zone() }

// reason returns the rule of the case's reason; every legal reason has one.
func (b *Rulebook) reason(r Reason) ReasonRule { return b.policy.Reasons[r] }

// Intake rules on a claim as it came in: what is missing, which clocks start,
// and whom to ask. It fails with CodeInvalid when the opening is not valid.
func (b *Rulebook) Intake(o Opening) (Intake, error) {
	if err := ValidateOpening(o); err != nil {
		return Intake{}, err
	}
	in := Intake{PolicyVersion: b.Version(), Currency: o.Currency, RequestedRemedy: o.RequestedRemedy, Team: b.policy.Team}
	if in.Currency == "" {
		in.Currency = b.policy.Currency
	}
	reason := b.reason(o.Reason)
	if len(in.RequestedRemedy) == 0 {
		in.RequestedRemedy = reason.Requested
	}
	if len(in.RequestedRemedy) == 0 {
		in.RequestedRemedy = b.policy.Kinds[o.Kind].Requested
	}
	in.RequestedRemedy = slices.Clone(in.RequestedRemedy)
	for _, need := range reason.Evidence {
		if !slices.Contains(o.Evidence, need) {
			in.Missing = append(in.Missing, need)
		}
	}
	requests := []ClockRequest{{Name: ClockFirstResponse}}
	if len(in.Missing) > 0 {
		requests = append(requests, ClockRequest{Name: ClockCustomerInfo})
	}
	for _, r := range requests {
		k, err := b.Clock(nil, r, o.OpenedAt)
		if err != nil {
			return Intake{}, err
		}
		in.Clocks = append(in.Clocks, k)
	}
	in.Sources = b.sources(o.Reason.Family())
	return in, nil
}

func (b *Rulebook) sources(family Family) []SourceLimit {
	limits := b.policy.Sources[family]
	sources := make([]SourceLimit, 0, len(limits))
	for _, source := range FactSources() {
		text, asked := limits[source]
		if !asked {
			continue
		}
		// The policy was checked: every limit is a span of fixed length.
		if span, err := ParseSpan(text); err == nil {
			d, _ := span.Duration()
			sources = append(sources, SourceLimit{Source: source, Limit: d})
		}
	}
	return sources
}

// Clock starts a clock at an instant. Round 0 is the first; later rounds are the
// reminders of a breached resolution, the levels of supervisors, the second
// notice to a warehouse, the second look at a refund. The case is not needed by
// today's policies and may be nil. It fails with CodeInvalid on a clock that the
// policy does not know.
func (b *Rulebook) Clock(_ *Case, r ClockRequest, at time.Time) (Clock, error) {
	rule, ok := b.policy.Clocks[r.Name]
	if !ok || r.Round < 0 {
		return Clock{}, Errorf(CodeInvalid, "policy %s has no clock %q, round %d", b.Version(), r.Name, r.Round)
	}
	span, err := ParseSpan(rule.budget(r.Round))
	if err != nil {
		return Clock{}, err
	}
	due, err := span.Project(b.calendar, at)
	if err != nil {
		return Clock{}, err
	}
	return Clock{
		Name: r.Name, LegID: r.LegID, Owner: rule.Owner, Budget: span.N, Unit: span.Unit, Calendar: b.calendar.ID(),
		State: ClockRunning, Started: at.UTC(), DueAt: due.At, OnExpiry: rule.outcome(r.Round), Why: due.Why,
		Provisional: due.Provisional, Round: r.Round,
	}, nil
}

// budget is the span of a round.
func (r ClockRule) budget(round int) string {
	switch {
	case round < len(r.Levels):
		return r.Levels[round]
	case round > 0 && r.Again != "":
		return r.Again
	default:
		return r.Budget
	}
}

// outcome is what silence brings in a round.
func (r ClockRule) outcome(round int) string {
	if round > 0 && r.Then != "" {
		return r.Then
	}
	return r.OnExpiry
}
