package dispute

import (
	"slices"
	"time"
)

// Rulebook answers every question of rule under one policy version. All its
// methods are pure: the same case and instant have the same ruling.
type Rulebook struct {
	policy     *Policy
	calendar   Calendar
	calendars  map[string]Calendar // all of the library, by id; may be nil
	conditions conditions
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
	if in.Class = o.Class; in.Class == "" {
		in.Class = b.class(o.draft(in))
	}
	in.Team = b.team(o.draft(in))
	for _, need := range reason.Evidence {
		if !slices.Contains(o.Evidence, need) {
			in.Missing = append(in.Missing, need)
		}
	}
	requests := []ClockRequest{{Name: ClockFirstResponse}}
	if len(in.Missing) > 0 {
		requests = append(requests, ClockRequest{Name: ClockCustomerInfo})
	}
	draft := o.draft(in)
	for _, r := range requests {
		k, err := b.Clock(draft, r, o.OpenedAt)
		if err != nil {
			return Intake{}, err
		}
		in.Clocks = append(in.Clocks, k)
	}
	in.Sources = b.sources(o.Reason.Family())
	return in, nil
}

// draft is the case that the opening is going to be, as far as conditions ask.
func (o Opening) draft(in Intake) *Case {
	return &Case{ID: o.CaseID, ShopID: o.ShopID, PolicyVersion: in.PolicyVersion, PreviousCaseID: o.PreviousCaseID,
		Kind: o.Kind, Reason: o.Reason, Channel: o.Channel, OrderID: o.OrderID, Lines: o.Lines, CustomerID: o.CustomerID,
		Currency: in.Currency, RequestedRemedy: in.RequestedRemedy, OpenedBy: o.OpenedBy, OpenedAt: o.OpenedAt, Language: o.Language,
		Class: in.Class, OccurredAt: o.OccurredAt, ArticleSession: o.ArticleSession}
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
