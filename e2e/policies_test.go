package e2e_test

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/goccy/go-yaml"
	"github.com/stretchr/testify/require"

	"github.com/redresshq/redress/dispute"
	"github.com/redresshq/redress/store"
)

// The policies of these tests: the shipped ones, and copies of them in which some
// settings differ, mostly budgets that a test can wait for.

// sets are the settings that a copy has otherwise, by path. A string for a whole clock
// ("clocks.survey": "1s") is its budget, and takes out what belongs to the old length:
// its reminders and variants. nil takes a setting out. All of them must be there before.
type sets map[string]any

// story is the usual policy: the newest default with a second for what comes after a
// ruling and after a settlement.
var story = sets{
	"name": "story", "version": 1,
	"delivery":             nil,  // no notice waits for the end of the night
	"batch.cases":          1000, // all stories are about the same cups
	"clocks.appeal_window": "1s", "clocks.reopen_window": "1s", "clocks.survey": "1s", "clocks.survey.again": "1s",
}

// with are the same settings and more.
func (s sets) with(more sets) sets {
	all := maps.Clone(s)
	maps.Copy(all, more)
	return all
}

// library is the embedded one with story@1 beside it. It never changes, so that all
// stacks share it.
var library = sync.OnceValues(func() (*dispute.Library, error) {
	source, err := derive("default@3", story)
	if err != nil {
		return nil, err
	}
	return libraryOf(source)
})

// libraryOf is the embedded library with these policies beside.
func libraryOf(sources ...dispute.PolicySource) (*dispute.Library, error) {
	embedded, err := dispute.Embedded()
	if err != nil {
		return nil, err
	}
	policies := make([]*dispute.Policy, len(sources))
	for i, source := range sources {
		if policies[i], err = dispute.ParsePolicy(source.Name, source, embedded.Calendars()); err != nil {
			return nil, err
		}
	}
	return embedded.With(policies, nil)
}

// libraryWith is the embedded library with one more policy: a copy of a shipped one,
// under another name.
func libraryWith(t *testing.T, name, from string, changes sets) *dispute.Library {
	t.Helper()
	source, err := derive(from, changes.with(sets{"name": name, "version": 1}))
	require.NoError(t, err)
	l, err := libraryOf(source)
	require.NoError(t, err)
	return l
}

// publishStory makes story@1 known to programs beside the stack, such as the command line.
func publishStory(ctx context.Context, record *store.Store) error {
	source, err := derive("default@3", story)
	if err != nil {
		return err
	}
	_, err = record.PublishPolicy(ctx, dispute.RuleRevision{Name: source.Name, Number: source.Version, Source: dispute.RuleByHand,
		Author: dispute.Actor{Role: dispute.RoleAdmin, ID: "tests"}, Files: source.Files})
	return err
}

// filesOf are the files of a copy of a shipped policy.
func filesOf(t *testing.T, from string, changes sets) map[string]string {
	t.Helper()
	source, err := derive(from, changes)
	require.NoError(t, err)
	return source.Files
}

// derive copies a shipped policy ("default@3") with settings changed. It fails where a
// setting is not there to be changed.
func derive(from string, changes sets) (dispute.PolicySource, error) {
	all, err := dispute.EmbeddedPolicies()
	if err != nil {
		return dispute.PolicySource{}, err
	}
	i := slices.IndexFunc(all, func(p dispute.PolicySource) bool { return fmt.Sprintf("%s@%d", p.Name, p.Version) == from })
	if i < 0 {
		return dispute.PolicySource{}, fmt.Errorf("there is no policy %s to copy", from)
	}
	copied := all[i]
	sections := map[string]map[string]any{} // by file
	for name, text := range copied.Files {
		var s map[string]any
		if err := yaml.Unmarshal([]byte(text), &s); err != nil {
			return copied, fmt.Errorf("%s, %s: %w", from, name, err)
		}
		sections[name] = s
	}
	for _, path := range slices.Sorted(maps.Keys(changes)) { // a clock before its settings
		if err := change(sections, path, changes[path]); err != nil {
			return copied, fmt.Errorf("%s: %w", from, err)
		}
	}
	for name, s := range sections {
		text, err := yaml.Marshal(s)
		if err != nil {
			return copied, fmt.Errorf("%s, %s: %w", from, name, err)
		}
		copied.Files[name] = string(text)
	}
	if name, ok := changes["name"].(string); ok {
		copied.Name = name
	}
	if version, ok := changes["version"].(int); ok {
		copied.Version = version
	}
	return copied, nil
}

// change sets one setting in the file that has it.
func change(sections map[string]map[string]any, path string, value any) error {
	keys := strings.Split(path, ".")
	last := keys[len(keys)-1]
	for _, at := range sections {
		for _, key := range keys[:len(keys)-1] {
			at, _ = at[key].(map[string]any)
		}
		old, ok := at[last]
		if !ok {
			continue
		}
		if clock, whole := old.(map[string]any); whole && keys[0] == "clocks" && len(keys) == 2 && value != nil {
			if _, ok := value.(string); !ok {
				return fmt.Errorf("%s: expected a budget, not %v", path, value)
			}
			delete(clock, "remind")
			delete(clock, "variants")
			at, last = clock, "budget"
		}
		if at[last] = value; value == nil {
			delete(at, last)
		}
		return nil
	}
	return fmt.Errorf("the policy has no setting %s", path)
}

// A copy that changes a setting which is not there is a mistake of the test.
func TestDerivedPolicies(t *testing.T) {
	t.Parallel()
	l, err := library()
	require.NoError(t, err)
	require.Equal(t, []string{"default@1", "default@2", "default@3", "demo@1", "demo@2", "demo@3", "story@1"}, l.Versions())
	book, err := l.Book("story@1")
	require.NoError(t, err)
	shipped, err := l.Book("default@3")
	require.NoError(t, err)
	require.Empty(t, book.Policy().Clocks[dispute.ClockAppealWindow].Remind)
	require.Equal(t, shipped.Policy().Reasons, book.Policy().Reasons)
	require.Equal(t, shipped.Policy().Limits, book.Policy().Limits)
	wrong := sets{"clocks.reopen": "1s", "clocks.survey.agian": "1s", "reason": nil, "clocks.survey": 1}
	for path, value := range wrong {
		_, err := derive("default@3", sets{path: value})
		require.ErrorContains(t, err, path)
	}
	_, err = derive("default@9", story)
	require.Error(t, err)
}
