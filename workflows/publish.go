package workflows

import (
	"fmt"
	"strings"
	"time"

	"go.temporal.io/sdk/temporal"
	"go.temporal.io/sdk/workflow"

	"github.com/redresshq/redress/dispute"
)

var (
	attrStage     = temporal.NewSearchAttributeKeyKeyword(AttrStage)
	attrKind      = temporal.NewSearchAttributeKeyKeyword(AttrKind)
	attrReason    = temporal.NewSearchAttributeKeyKeyword(AttrReason)
	attrWaitingOn = temporal.NewSearchAttributeKeyKeyword(AttrWaitingOn)
	attrOutcome   = temporal.NewSearchAttributeKeyKeyword(AttrOutcome)
	attrDueAt     = temporal.NewSearchAttributeKeyTime(AttrDueAt)
	attrBreached  = temporal.NewSearchAttributeKeyBool(AttrBreached)
	attrRisk      = temporal.NewSearchAttributeKeyInt64(AttrRisk)
)

// attributes is what operations can search for, as last published.
type attributes struct {
	stage    dispute.Stage
	waiting  dispute.WaitingOn
	outcome  dispute.Outcome
	dueAt    time.Time
	breached bool
	risk     int
}

// startAttributes are set with the start, where they cost nothing.
func startAttributes(o dispute.Opening) temporal.SearchAttributes {
	return temporal.NewSearchAttributes(
		attrStage.ValueSet(string(dispute.StageIntake)), attrKind.ValueSet(string(o.Kind)),
		attrReason.ValueSet(string(o.Reason)), attrWaitingOn.ValueSet(string(dispute.WaitingNone)),
		attrBreached.ValueSet(false), attrRisk.ValueSet(0),
	)
}

// recordedAttributes are those of a case that starts again from its record.
func recordedAttributes(c dispute.Case) temporal.SearchAttributes {
	return temporal.NewSearchAttributes(
		attrStage.ValueSet(string(c.Stage)), attrKind.ValueSet(string(c.Kind)), attrReason.ValueSet(string(c.Reason)),
		attrWaitingOn.ValueSet(string(c.WaitingOn)), attrBreached.ValueSet(c.Breached), attrRisk.ValueSet(int64(c.Risk.StandingScore())),
	)
}

// publish shows where the case is before the run goes to sleep: one timer, one
// upsert of what changed, and the details in plain words.
func (r *caseRun) publish() {
	if !r.opened {
		return
	}
	r.arm()
	r.upsert()
	workflow.SetCurrentDetails(r.temporal.ctx, r.details())
}

func (r *caseRun) upsert() {
	if r.published.stage == "" {
		r.published = r.carriedAttributes()
	}
	c := &r.Case
	now := attributes{stage: c.Stage, waiting: c.WaitingOn, outcome: c.Outcome, breached: c.Breached, risk: c.Risk.StandingScore()}
	if next := c.NextDue(); next != nil {
		now.dueAt = next.DueAt
	}
	var changed []temporal.SearchAttributeUpdate
	was := r.published
	if now.stage != was.stage {
		changed = append(changed, attrStage.ValueSet(string(now.stage)))
	}
	if now.waiting != was.waiting {
		changed = append(changed, attrWaitingOn.ValueSet(string(now.waiting)))
	}
	if now.outcome != was.outcome {
		changed = append(changed, attrOutcome.ValueSet(string(now.outcome)))
	}
	if now.breached != was.breached {
		changed = append(changed, attrBreached.ValueSet(now.breached))
	}
	if now.risk != was.risk {
		changed = append(changed, attrRisk.ValueSet(int64(now.risk)))
	}
	switch {
	case now.dueAt.Equal(was.dueAt):
	case now.dueAt.IsZero():
		changed = append(changed, attrDueAt.ValueUnset())
	default:
		changed = append(changed, attrDueAt.ValueSet(now.dueAt))
	}
	if len(changed) == 0 {
		return
	}
	if err := workflow.UpsertTypedSearchAttributes(r.temporal.ctx, changed...); err != nil {
		r.world.logger().Error("search attributes", "error", err)
		return
	}
	r.published = now
}

// carriedAttributes reads what the run began with: set at start, or carried over
// by continue-as-new.
func (r *caseRun) carriedAttributes() attributes {
	have := workflow.GetTypedSearchAttributes(r.temporal.ctx)
	var was attributes
	if v, ok := have.GetKeyword(attrStage); ok {
		was.stage = dispute.Stage(v)
	}
	if v, ok := have.GetKeyword(attrWaitingOn); ok {
		was.waiting = dispute.WaitingOn(v)
	}
	if v, ok := have.GetKeyword(attrOutcome); ok {
		was.outcome = dispute.Outcome(v)
	}
	if v, ok := have.GetTime(attrDueAt); ok {
		was.dueAt = v
	}
	if v, ok := have.GetBool(attrBreached); ok {
		was.breached = v
	}
	if v, ok := have.GetInt64(attrRisk); ok {
		was.risk = int(v)
	}
	return was
}

// detailsTime is how people read an instant.
const detailsTime = "Mon 2006-01-02 15:04 MST"

// details says in plain words where the case is, who is awaited until when, and
// what happens then.
func (r *caseRun) details() string {
	c := &r.Case
	var b strings.Builder
	fmt.Fprintf(&b, "**%s** for %s, order %s: stage **%s**", c.Kind, c.Reason, c.OrderID, c.Stage)
	if c.Outcome != "" {
		fmt.Fprintf(&b, ", outcome **%s**", c.Outcome)
	}
	b.WriteString(".\n\n")
	if s := c.Suspended; s != nil {
		fmt.Fprintf(&b, "The case **stands still** since %s for *%s*.\n\n", s.At.Format(detailsTime), s.Reason)
	}
	for i := range c.Clocks {
		switch k := &c.Clocks[i]; k.State {
		case dispute.ClockRunning:
			if k.Laid != nil {
				fmt.Fprintf(&b, "- %s: %s is asked on %s and answers until %s, then *%s* (%s)\n", k.Name, k.Owner,
					k.Started.Format(detailsTime), k.DueAt.Format(detailsTime), k.OnExpiry, k.Why)
				continue
			}
			fmt.Fprintf(&b, "- %s: waiting for %s until %s, then *%s* (%s)\n", k.Name, k.Owner, k.DueAt.Format(detailsTime), k.OnExpiry, k.Why)
		case dispute.ClockSuspended:
			fmt.Fprintf(&b, "- %s of %s **stands still**", k.Name, k.Owner)
			if n := len(k.Suspensions); n > 0 {
				fmt.Fprintf(&b, " since %s for *%s*", k.Suspensions[n-1].From.Format(detailsTime), k.Suspensions[n-1].Reason)
			}
			fmt.Fprintf(&b, "; used so far: %s\n", k.Consumed)
		}
	}
	for i := range c.Proof {
		if p := &c.Proof[i]; p.State == dispute.ProofOpen {
			fmt.Fprintf(&b, "- %s: the %s is to show %v\n", dispute.ProofID(i), p.Party, p.Types)
		}
	}
	for i := range c.Legs {
		l := &c.Legs[i]
		fmt.Fprintf(&b, "- leg %s: **%s**", l.ID, l.State)
		if l.Problem != "" {
			fmt.Fprintf(&b, ", problem: %s", l.Problem)
		}
		b.WriteString("\n")
	}
	if c.Explanation != nil {
		fmt.Fprintf(&b, "\nWhy: %s\n", c.Explanation.Code)
	}
	return b.String()
}
