package dispute

import (
	"fmt"
	"io/fs"
	"time"
)

// Touched says whether a revision that the library holds makes a difference to an open
// case: whether a due instant or a reminder of a clock that is not over changes with a
// calendar, or at the instant another version of a policy binds the case. It fails with
// CodeNotFound where the library does not have the policy of the case.
func (l *Library) Touched(r RuleRevision, c *Case, at time.Time) (bool, error) {
	if r.Kind == RulePolicy {
		bound, err := l.Bound(c, at)
		return bound != c.PolicyVersion, err
	}
	b, err := l.Book(c.PolicyVersion)
	if err != nil {
		return false, err
	}
	for _, k := range c.Clocks {
		if k.Calendar != r.Name {
			continue
		}
		if _, changed := b.Reproject(k, at); changed {
			return true, nil
		}
	}
	return false, nil
}

// EmbeddedCalendars returns the files of the calendars built into this binary, by
// their paths.
func EmbeddedCalendars() (map[string]string, error) {
	names, err := fs.Glob(ruleFiles, "calendars/*.yaml")
	if err != nil {
		return nil, fmt.Errorf("list calendars: %w", err)
	}
	files := make(map[string]string, len(names))
	for _, name := range names {
		data, err := fs.ReadFile(ruleFiles, name)
		if err != nil {
			return nil, fmt.Errorf("read calendar: %w", err)
		}
		files[name] = string(data)
	}
	return files, nil
}

// ConditionCount is how many conditions stand in the policy.
func (p *Policy) ConditionCount() int {
	n := 0
	eachCondition(p, func(_, when string) {
		if when != "" {
			n++
		}
	})
	return n
}
