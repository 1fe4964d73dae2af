package dispute

import (
	"errors"
	"fmt"
	"slices"
	"time"
)

// Clock starts a clock at an instant. Round 0 is the first; later rounds are the
// reminders of a breached resolution, the levels of supervisors, the second
// notice to a warehouse, the second look at a refund. Variants of the rule count
// for the case; it may be nil, and then none does. It fails with CodeInvalid on a
// clock that the policy does not know, and on a budget that cannot be worked out.
func (b *Rulebook) Clock(c *Case, r ClockRequest, at time.Time) (Clock, error) {
	rule, ok := b.clockRule(c, r.Name)
	if !ok || r.Round < 0 {
		return Clock{}, Errorf(CodeInvalid, "policy %s has no clock %q, round %d", b.Version(), r.Name, r.Round)
	}
	span, err := ParseSpan(rule.budget(r.Round))
	if err != nil {
		return Clock{}, err
	}
	k := Clock{
		Name: r.Name, LegID: r.LegID, Owner: rule.Owner, Budget: span.N, Unit: span.Unit, Calendar: b.calendar.ID(),
		State: ClockRunning, Started: at.UTC(), OnExpiry: rule.outcome(r.Round), Round: r.Round, Remind: slices.Clone(rule.Remind),
	}
	if r.Owner != "" {
		k.Owner = r.Owner
	}
	if span.Unit.business() {
		k.Hours = rule.Hours
	}
	if rule.CountFrom != CountAtOnce {
		k.CountFrom = rule.CountFrom
	}
	return b.derive(k, at)
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

// Project explains the due instant of a clock under the calendars and opening
// hours of now: what lies on the way, in full. It fails with CodeInvalid.
func (b *Rulebook) Project(k Clock) (Projection, error) {
	n, err := b.count(k)
	if err != nil {
		return Projection{}, err
	}
	return n.project(k)
}

// count lays a clock out by its own calendar and opening hours.
func (b *Rulebook) count(k Clock) (counting, error) {
	calendar := b.calendar
	if k.Calendar != "" && k.Calendar != calendar.ID() {
		other, ok := b.calendars[k.Calendar]
		if !ok {
			return counting{}, Errorf(CodeInvalid, "clock %s counts by calendar %q, which is not loaded", k.Name, k.Calendar)
		}
		calendar = other
	}
	var hours *Hours
	if k.Unit.business() {
		rule, ok := b.policy.Hours[k.Hours]
		if !ok {
			return counting{}, Errorf(CodeInvalid, "clock %s counts in %s by opening hours %q, which policy %s does not have", k.Name, k.Unit, k.Hours, b.Version())
		}
		var err error
		if hours, err = ParseHours(rule); err != nil {
			return counting{}, err
		}
	}
	return count(k, calendar, hours)
}

// derive fills in what follows from a clock's budget and ledger: when it is due,
// why then, whether that is sure, and the reminders after an instant.
func (b *Rulebook) derive(k Clock, after time.Time) (Clock, error) {
	n, err := b.count(k)
	if err != nil {
		return Clock{}, err
	}
	p, err := n.project(k)
	if err != nil {
		return Clock{}, err
	}
	k.DueAt, k.Why, k.Provisional, k.RemindAt = p.At, p.Why, p.Provisional, nil
	if k.State != ClockRunning || len(k.Remind) == 0 {
		return k, nil
	}
	q, err := parseQuietHours(b.policy.QuietHours)
	if err != nil {
		return Clock{}, err
	}
	if k.RemindAt, err = n.reminders(k.Remind, q); err != nil {
		return Clock{}, err
	}
	k.RemindAt = slices.DeleteFunc(k.RemindAt, func(at time.Time) bool { return !at.After(after) })
	if len(k.RemindAt) == 0 {
		k.RemindAt = nil
	}
	return k, nil
}

// Suspend makes a running clock stand still from an instant: it has no reminders,
// and DueAt is what it would be if it were resumed at that instant. It fails with
// CodeNotAllowedNow on a clock that does not run, and with CodeInvalid before its
// start or without a reason.
func (b *Rulebook) Suspend(k Clock, at time.Time, reason SuspensionReason) (Clock, error) {
	if k.State != ClockRunning {
		return Clock{}, Errorf(CodeNotAllowedNow, "clock %s is %s and cannot be suspended", k.Name, k.State)
	}
	if at.Before(k.Started) || reason == "" {
		return Clock{}, Errorf(CodeInvalid, "clock %s is suspended for a reason, and not before its start at %s", k.Name, k.Started.Format(time.RFC3339))
	}
	at = at.UTC()
	k.State, k.MetAt = ClockSuspended, &at
	k.Suspensions = append(slices.Clone(k.Suspensions), Suspension{From: at, Reason: reason})
	k, err := b.derive(k, at)
	if err != nil {
		return Clock{}, err
	}
	n, err := b.count(k)
	if err != nil {
		return Clock{}, err
	}
	used, err := n.used(at)
	if err != nil {
		return Clock{}, err
	}
	k.Consumed = k.Unit.words(max(used, 0))
	return k, nil
}

// Resume lets a suspended clock run on with what is left of it. It fails with
// CodeNotAllowedNow on a clock that does not stand still, and with CodeInvalid on
// an instant before it was suspended.
func (b *Rulebook) Resume(k Clock, at time.Time) (Clock, error) {
	last := len(k.Suspensions) - 1
	if k.State != ClockSuspended || last < 0 || k.Suspensions[last].To != nil {
		return Clock{}, Errorf(CodeNotAllowedNow, "clock %s is %s and cannot be resumed", k.Name, k.State)
	}
	if from := k.Suspensions[last].From; at.Before(from) {
		return Clock{}, Errorf(CodeInvalid, "clock %s stands still since %s and cannot be resumed before", k.Name, from.Format(time.RFC3339))
	}
	at = at.UTC()
	k.Suspensions = slices.Clone(k.Suspensions)
	k.Suspensions[last].To = &at
	k.State, k.MetAt = ClockRunning, nil
	if k.Told != nil {
		told := k.Told.Add(at.Sub(k.Suspensions[last].From))
		k.Told = &told
	}
	return b.derive(k, at)
}

// Extend adds a span of the clock's own family to its budget; an open suspension
// goes on. Whether the policy allows it is CheckExtension's to say. It fails with
// CodeInvalid on a span that does not fit, and with CodeNotAllowedNow on a clock
// that is met or breached.
func (b *Rulebook) Extend(k Clock, at time.Time, by, reason string) (Clock, error) {
	if k.State != ClockRunning && k.State != ClockSuspended {
		return Clock{}, Errorf(CodeNotAllowedNow, "clock %s is %s and cannot be extended", k.Name, k.State)
	}
	if _, err := k.extension(by); err != nil {
		return Clock{}, err
	}
	k.Extensions = append(slices.Clone(k.Extensions), Extension{At: at.UTC(), By: by, Reason: reason})
	return b.derive(k, at)
}

// CheckExtension says whether the policy lets people extend a clock by a span, or
// why not: CodeNotAllowedNow when it foresees none of that clock, CodeInvalid on a
// span that does not fit, CodeLimitExceeded above its limits.
func (b *Rulebook) CheckExtension(k Clock, by string) *Error {
	rule := b.policy.Extension
	if !slices.Contains(rule.Clocks, k.Name) {
		return Errorf(CodeNotAllowedNow, "policy %s foresees no extension of clock %s", b.Version(), k.Name)
	}
	if _, err := k.extension(by); err != nil {
		return k.notExtended(by, err)
	}
	if len(k.Extensions) >= rule.Times {
		return Errorf(CodeLimitExceeded, "clock %s was extended %d times already; policy %s allows %d", k.Name, len(k.Extensions), b.Version(), rule.Times)
	}
	have, err := b.Extend(k, k.Started, by, "")
	if err != nil {
		return k.notExtended(by, err)
	}
	latest, err := b.latestExtension(k, rule.Most)
	if err != nil {
		return Errorf(CodeNotAllowedNow, "policy %s foresees extensions by at most %s, which cannot be worked out: %w", b.Version(), rule.Most, err)
	}
	if have.DueAt.After(latest) {
		return Errorf(CodeLimitExceeded, "clock %s may be extended by at most %s at a time, not by %s", k.Name, rule.Most, by)
	}
	return nil
}

// notExtended says that a span does not fit the clock.
func (k Clock) notExtended(by string, err error) *Error {
	detail := err.Error()
	var ours *Error
	if errors.As(err, &ours) {
		detail = ours.Message
	}
	return Invalid(fmt.Sprintf("clock %s cannot be extended by %s", k.Name, by), Field{Pointer: "/by", Detail: detail})
}

// latestExtension is the latest instant to which one extension may move a clock. Spans
// are compared by where they lead: "at most 7d" bounds a clock in working days too.
func (b *Rulebook) latestExtension(k Clock, most string) (time.Time, error) {
	if longest, err := b.Extend(k, k.Started, most, ""); err == nil {
		return longest.DueAt, nil
	}
	span, err := ParseSpan(most)
	if err != nil {
		return time.Time{}, err
	}
	to, err := span.Project(b.calendar, k.DueAt)
	return to.At, err
}

// Reproject is the same clock under the calendars and opening hours of now, seen from an
// instant: a reminder that is late by then goes out at once, but in no quiet hours. The
// second result is true if its due instant, its being provisional, or its reminders
// changed; a clock that is met or breached, or that cannot be worked out any more
// (its calendar or opening hours are gone), stays as it is. A correction never takes
// time away that a customer was told to have: such a date is kept.
func (b *Rulebook) Reproject(k Clock, at time.Time) (Clock, bool) {
	if k.State != ClockRunning && k.State != ClockSuspended {
		return k, false
	}
	next, err := b.derive(k, k.Started)
	if err != nil {
		return k, false
	}
	if k.Owner == WaitingCustomer && next.DueAt.Before(k.DueAt) {
		kept, due := k, k.DueAt
		kept.Told = &due
		if next, err = b.derive(kept, k.Started); err != nil {
			return k, false
		}
	}
	// What was sent stays sent: only so many of the last reminders are still to come.
	next.RemindAt = b.overdue(next, next.RemindAt[max(0, len(next.RemindAt)-len(k.RemindAt)):], at)
	sameTold := (next.Told == nil) == (k.Told == nil)
	if next.DueAt.Equal(k.DueAt) && sameTold && next.Provisional == k.Provisional && slices.EqualFunc(next.RemindAt, k.RemindAt, time.Time.Equal) {
		return k, false
	}
	return next, true
}

// overdue puts a reminder that a correction has moved into the past where nobody is
// reminded at night: of several the last counts.
func (b *Rulebook) overdue(k Clock, list []time.Time, at time.Time) []time.Time {
	late := 0
	for late < len(list) && !list[late].After(at) {
		late++
	}
	n, err := b.count(k)
	if late == 0 || err != nil {
		return list
	}
	q, err := parseQuietHours(b.policy.QuietHours)
	if err != nil {
		return list
	}
	list = list[late-1:]
	moved := q.move(at, k.DueAt, n.zone)
	switch {
	case moved.Before(at): // there is no time left in which to remind
		return list[1:]
	case moved.After(at) && !moved.Equal(list[0]):
		list = append([]time.Time{moved.UTC()}, list[1:]...)
		slices.SortFunc(list, time.Time.Compare)
		return slices.CompactFunc(list, time.Time.Equal)
	}
	return list
}

// SuspensionFor is the rule of a reason for which clocks stand still; ok is false
// where the policy foresees none.
func (b *Rulebook) SuspensionFor(reason SuspensionReason) (SuspensionRule, bool) {
	rule, ok := b.policy.Suspension[reason]
	return rule, ok
}
