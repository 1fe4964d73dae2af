package activities

import (
	"context"
	"time"

	"github.com/redresshq/redress/dispute"
)

// Standstill is the ruling on an order that a case stand still.
type Standstill struct {
	Moves   []dispute.ClockName `json:"moves"`             // the clocks that the policy has stand still
	Changed []dispute.Clock     `json:"changed,omitempty"` // those of the case that do
	Bound   dispute.Clock       `json:"bound"`             // the clock suspension: nothing stands still without end
	Refused *dispute.Error      `json:"refused,omitempty"`
}

// Suspend rules on an order that a case stand still.
func (r *Rules) Suspend(ctx context.Context, c *dispute.Case, at time.Time, order dispute.CaseSuspension) (Standstill, error) {
	b, err := r.book(ctx, c)
	if err != nil {
		return Standstill{}, err
	}
	rule, foreseen := b.SuspensionFor(order.Reason)
	if !foreseen {
		return Standstill{Refused: dispute.Errorf(dispute.CodeNotAllowedNow, "policy %s foresees no suspension for %s", b.Version(), order.Reason)}, nil
	}
	ordered := *c
	order.Clocks = rule.Moves
	ordered.Suspended = &order
	s := Standstill{Moves: rule.Moves}
	if s.Changed, err = b.Stand(&ordered, at); err != nil {
		return Standstill{}, Classify(err)
	}
	if s.Bound, err = b.SuspensionClock(c, order.Reason, at); err != nil {
		return Standstill{}, Classify(err)
	}
	return s, nil
}

// Resume has every clock run on that nothing holds any more.
func (r *Rules) Resume(ctx context.Context, c *dispute.Case, at time.Time) ([]dispute.Clock, error) {
	b, err := r.book(ctx, c)
	if err != nil {
		return nil, err
	}
	changed, err := b.Stand(c, at)
	return changed, Classify(err)
}

// Extended is the ruling on more time for a clock.
type Extended struct {
	Clock   dispute.Clock  `json:"clock"`
	Refused *dispute.Error `json:"refused,omitempty"`
}

// Extend rules on more time for an open clock, inside the limits of the policy.
func (r *Rules) Extend(ctx context.Context, c *dispute.Case, at time.Time, k dispute.Clock, by, reason string) (Extended, error) {
	b, err := r.book(ctx, c)
	if err != nil {
		return Extended{}, err
	}
	if refused := b.CheckExtension(k, by); refused != nil {
		return Extended{Refused: refused}, nil
	}
	longer, err := b.Extend(k, at, by, reason)
	return Extended{Clock: longer}, Classify(err)
}

// Reprojected is what newer calendars and policies make of a case.
type Reprojected struct {
	Clocks []dispute.Clock `json:"clocks,omitempty"` // those with another date
	// PolicyVersion is set where the case goes on under another version.
	PolicyVersion string              `json:"policy_version,omitempty"`
	Foresees      []dispute.ClockName `json:"foresees,omitempty"` // of that version
	// Negotiation is that version's too.
	Negotiation *dispute.Negotiation `json:"negotiation,omitempty"`
	// Unknown is set where the record has no such revision.
	Unknown bool `json:"unknown,omitempty"`
}

// Reproject rules on a case anew after a calendar or a policy was published;
// revision is that of the publication, 0 for whatever is at hand.
func (r *Rules) Reproject(ctx context.Context, c *dispute.Case, at time.Time, revision int64) (Reprojected, error) {
	library, err := r.Books.Library(ctx, revision)
	if dispute.CodeOf(err) == dispute.CodeNotFound {
		return Reprojected{Unknown: true}, nil // somebody typed it: no such publication
	}
	if err != nil {
		return Reprojected{}, Classify(err)
	}
	var out Reprojected
	version, err := library.Bound(c, at)
	if err != nil {
		return Reprojected{}, Classify(err)
	}
	b, err := library.Book(version)
	if err != nil {
		return Reprojected{}, Classify(err)
	}
	if version != c.PolicyVersion {
		out.PolicyVersion, out.Foresees, out.Negotiation = version, b.Foresees(), b.Negotiation()
	}
	for _, k := range c.Clocks {
		if next, changed := b.Reproject(k, at); changed {
			out.Clocks = append(out.Clocks, next)
		}
	}
	return out, nil
}
