package dispute

import "time"

// EffectiveFrom is the beginning of the day, in the policy's zone, from which the
// version is in force. Versions of format 1 name no day: they are in force from
// the beginning of time (the zero Time).
func (b *Rulebook) EffectiveFrom() time.Time {
	if b.policy.Format < 2 {
		return time.Time{}
	}
	at, err := time.ParseInLocation(time.DateOnly, b.policy.EffectiveFrom, b.zone())
	if err != nil {
		return time.Time{} // the policy was checked: there is a date
	}
	return at
}

// Bound returns the version by which a case goes at an instant, as the policy
// that it goes by now says (`binds`): its own version for opening_time and for
// format 1; the one in force when the order was placed for order_time, once the
// order is known (the oldest version for an order older than all); the one in
// force at the instant for newest. A version without the opening hours in which an
// open clock of the case counts does not bind it: it stays where it is until that
// clock is over. It fails with CodeNotFound.
func (l *Library) Bound(c *Case, at time.Time) (string, error) {
	now, err := l.Book(c.PolicyVersion)
	if err != nil {
		return "", err
	}
	switch now.policy.Binds {
	case BindOrderTime:
		if c.Facts.Order == nil || c.Facts.Order.PlacedAt.IsZero() {
			return now.Version(), nil
		}
		b, err := l.ForOpening(now.policy.Name, c.Facts.Order.PlacedAt)
		if err != nil {
			return "", err
		}
		return now.orNext(b, c).Version(), nil
	case BindNewest:
		b, err := l.InForce(now.policy.Name, at)
		if err != nil {
			return now.Version(), nil // opened before its own day: nothing newer counts yet
		}
		return now.orNext(b, c).Version(), nil
	}
	return now.Version(), nil
}

// orNext returns the next book, or this one where the next cannot count an open clock
// of the case: it lacks the clock's opening hours.
func (b *Rulebook) orNext(next *Rulebook, c *Case) *Rulebook {
	for _, k := range c.Clocks {
		if _, known := next.policy.Hours[k.Hours]; k.Open() && k.Hours != "" && !known {
			return b
		}
	}
	return next
}

// ForOpening returns the policy under which a case opens at an instant: the version
// itself where one is named exactly ("default@1"), else the one in force, the oldest
// for an instant before all. It fails with CodeNotFound.
func (l *Library) ForOpening(policy string, at time.Time) (*Rulebook, error) {
	if b, ok := l.books[policy]; ok {
		return b, nil
	}
	if len(l.versions[policy]) == 0 {
		return nil, l.missing(policy)
	}
	if b, err := l.InForce(policy, at); err == nil {
		return b, nil
	}
	return l.oldest(policy), nil
}

// oldest is the version that came into force first.
func (l *Library) oldest(name string) *Rulebook {
	books := l.versions[name]
	first := books[0]
	for _, b := range books[1:] {
		if b.EffectiveFrom().Before(first.EffectiveFrom()) {
			first = b
		}
	}
	return first
}
