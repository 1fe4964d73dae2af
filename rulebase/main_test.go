package rulebase_test

import (
	"context"
	"log/slog"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/redresshq/redress/dispute"
	"github.com/redresshq/redress/rulebase"
	"github.com/redresshq/redress/store"
	"github.com/redresshq/redress/store/storetest"
)

func TestMain(m *testing.M) { storetest.Main(m) }

// ann publishes.
var ann = dispute.Actor{Role: dispute.RoleAdmin, ID: "ann"}

// base is a rule base on a record that has the embedded rules.
func base(t *testing.T) (*rulebase.Base, *store.Store) {
	t.Helper()
	record, _ := storetest.New(t)
	n, err := rulebase.PublishEmbedded(t.Context(), record)
	require.NoError(t, err)
	require.Positive(t, n)
	return beside(t, record), record
}

// beside is another process on the same record.
func beside(t *testing.T, record *store.Store) *rulebase.Base {
	t.Helper()
	embedded, err := dispute.Embedded()
	require.NoError(t, err)
	return rulebase.New(record, embedded, slog.New(slog.DiscardHandler))
}

// demoUnder is the demo policy, version 1, under another name and number.
func demoUnder(t *testing.T, name, version string) map[string]string {
	t.Helper()
	all, err := dispute.EmbeddedPolicies()
	require.NoError(t, err)
	for _, p := range all {
		if p.Name == "demo" && p.Version == 1 {
			require.Len(t, p.Files, 1)
			for file, text := range p.Files {
				text = strings.Replace(text, "name: demo", "name: "+name, 1)
				return map[string]string{file: strings.Replace(text, "version: 1", "version: "+version, 1)}
			}
		}
	}
	require.Fail(t, "there is no demo@1")
	return nil
}

// year is a year of the calendar cn with one holiday.
func year(number, day string) string {
	return "calendar: cn\nyear: " + number + "\nzone: Asia/Shanghai\nsource: a notice\nweekend: [saturday, sunday]\n" +
		"holidays:\n  - {name: Holiday, first: " + day + ", last: " + day + "}\n"
}

// holiday says whether the process knows the day as free.
func holiday(t *testing.T, b *rulebase.Base, day string) bool {
	t.Helper()
	l, err := b.Library(context.Background(), 0)
	require.NoError(t, err)
	cn, err := l.Calendar("cn")
	require.NoError(t, err)
	at, err := timeOn(day)
	require.NoError(t, err)
	working, known := cn.Working(at)
	return known && !working
}

// empty is a record without rules.
func empty(t *testing.T) *store.Store {
	t.Helper()
	record, _ := storetest.New(t)
	return record
}
