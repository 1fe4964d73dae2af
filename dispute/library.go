package dispute

import (
	"maps"
	"slices"
	"sort"
	"strings"
	"time"
)

// Library holds versions of policies with the calendars they name. It never
// changes and may be shared; With makes a new one. Calendars are not pinned: all
// books of a library use its calendars.
type Library struct {
	books     map[string]*Rulebook   // by "name@version"
	versions  map[string][]*Rulebook // by name, the lowest version first
	calendars map[string]Calendar
}

// With returns a library that has these policies and calendars too: a calendar
// takes the place of the one with its id, in the books that are there already as
// well. What was compiled is shared. It fails with CodeInvalid on a version that
// is there already, and on a policy without its calendar.
func (l *Library) With(policies []*Policy, calendars map[string]Calendar) (*Library, error) {
	next := &Library{books: map[string]*Rulebook{}, versions: map[string][]*Rulebook{}, calendars: map[string]Calendar{}}
	if l != nil {
		maps.Copy(next.calendars, l.calendars)
	}
	maps.Copy(next.calendars, calendars)
	if l != nil {
		for id, b := range l.books {
			next.books[id] = newRulebook(b.policy, next.calendars, b.conditions)
		}
	}
	for _, p := range policies {
		if _, twice := next.books[p.ID()]; twice {
			return nil, Errorf(CodeInvalid, "there is a policy %s already: a version never changes", p.ID())
		}
		if _, ok := next.calendars[p.Calendar]; !ok {
			return nil, Errorf(CodeInvalid, "policy %s needs the calendar %q; there are %s", p.ID(), p.Calendar, list(next.calendars))
		}
		next.books[p.ID()] = newRulebook(p, next.calendars, nil)
	}
	for _, b := range next.books {
		next.versions[b.policy.Name] = append(next.versions[b.policy.Name], b)
	}
	for _, books := range next.versions {
		slices.SortFunc(books, func(a, b *Rulebook) int { return a.policy.Version - b.policy.Version })
	}
	return next, nil
}

// WithYear returns a library that has a year of a calendar too: it is added to its
// calendar, or takes the place of the one there, or begins a new calendar. It fails
// with CodeInvalid where the calendar is in another zone.
func (l *Library) WithYear(y CalendarYear) (*Library, error) {
	next, err := NewCalendar(y)
	if known, ok := l.calendars[y.Calendar].(*YearlyCalendar); ok {
		next, err = known.WithYear(y)
	}
	if err != nil {
		return nil, err
	}
	return l.With(nil, map[string]Calendar{y.Calendar: next})
}

// Book returns a policy by its exact version ("default@1") or the newest of a
// name ("default"). It fails with CodeNotFound.
func (l *Library) Book(version string) (*Rulebook, error) {
	if b, ok := l.books[version]; ok {
		return b, nil
	}
	if books := l.versions[version]; len(books) > 0 {
		return books[len(books)-1], nil
	}
	return nil, l.missing(version)
}

func (l *Library) missing(version string) error {
	return Errorf(CodeNotFound, "no policy %q; there are %s", version, strings.Join(l.Versions(), ", "))
}

// InForce returns the version of a policy that is in force at an instant: the
// newest of those whose day has come. Versions of format 1 are in force from the
// beginning. It fails with CodeNotFound.
func (l *Library) InForce(name string, at time.Time) (*Rulebook, error) {
	books := l.versions[name]
	if len(books) == 0 {
		return nil, l.missing(name)
	}
	for i := len(books) - 1; i >= 0; i-- {
		if !books[i].EffectiveFrom().After(at) {
			return books[i], nil
		}
	}
	return nil, Errorf(CodeNotFound, "no version of policy %q is in force on %s", name, dayOf(at, books[0].zone()))
}

// Calendars returns the calendars by id; the map is the caller's.
func (l *Library) Calendars() map[string]Calendar { return maps.Clone(l.calendars) }

// Calendar returns a calendar by its id. It fails with CodeNotFound.
func (l *Library) Calendar(id string) (Calendar, error) {
	if c, ok := l.calendars[id]; ok {
		return c, nil
	}
	return nil, Errorf(CodeNotFound, "no calendar %q; there are %s", id, list(l.calendars))
}

// Versions lists all policies as name@version, in order of names and numbers.
func (l *Library) Versions() []string {
	books := make([]*Rulebook, 0, len(l.books))
	for _, b := range l.books {
		books = append(books, b)
	}
	sort.Slice(books, func(i, j int) bool {
		a, b := books[i].policy, books[j].policy
		if a.Name != b.Name {
			return a.Name < b.Name
		}
		return a.Version < b.Version
	})
	versions := make([]string, 0, len(books))
	for _, b := range books {
		versions = append(versions, b.Version())
	}
	return versions
}
