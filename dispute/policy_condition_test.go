package dispute

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// renamed is a policy under another name.
func renamed(p *Policy, name string) *Policy {
	out := *p
	out.Name = name
	return &out
}

// A mistake inside a condition is shown at its place in the file, however the
// condition is written there.
func TestConditionMistakesAreShownInTheFile(t *testing.T) {
	t.Parallel()
	rows := []struct{ name, from, to, at string }{
		{"plain", "when: claim.paid > 50000", "when: claim.payd > 50000", "claim.payd"},
		{"single quotes", `'"custom_made" in claim.tags'`, `'"custom_made" in claim.tag'`, "claim.tag'"},
		{"double quotes", "when: claim.paid > 50000", `when: "claim.units > 3 && claim.payd > 50000"`, "claim.payd"},
		{"block", "{when: claim.units > 3, gifts: keep, basis: ours}", "when: |\n        claim.units > 3 &&\n        claim.payd > 50000\n      gifts: keep", "claim.payd"},
	}
	for _, row := range rows {
		t.Run(row.name, func(t *testing.T) {
			t.Parallel()
			text := secondPolicy(t)
			require.Contains(t, text, row.from)
			broken := strings.Replace(text, row.from, row.to, 1)
			_, err := parse(t, broken)
			var fail *FileError
			require.ErrorAs(t, err, &fail)
			require.Len(t, fail.Problems, 1, err)
			p, offset := fail.Problems[0], strings.Index(broken, row.at)
			require.Contains(t, p.Message, "there is no fact or function")
			require.Equal(t, 1+strings.Count(broken[:offset], "\n"), p.Line)
			dot := offset - strings.LastIndex(broken[:offset], "\n") + len("claim")
			require.Equal(t, dot, p.Column)
		})
	}
}

// A condition that cannot be found again in the file is shown where its value is.
func TestConditionMistakeInAnEscapedText(t *testing.T) {
	t.Parallel()
	_, err := parse(t, strings.Replace(secondPolicy(t), "when: claim.paid > 50000", `when: "claim.pay\x64 > \"a\""`, 1))
	require.ErrorContains(t, err, "routes[0].when: at character 6:")
}

// Every place of a condition is checked.
func TestConditionsAreCheckedEverywhere(t *testing.T) {
	t.Parallel()
	rows := []struct{ from, to, want string }{
		{"{flag: frequent_claims, fact: cases_90_days, at_least: 8,", "{flag: frequent_claims, when: nonsense,", "risk[0].when"},
		{"  compensation_cap: 50000 ", "  variants: [{when: nonsense, automatic: 1}]\n  compensation_cap: 50000 ", "limits.variants[0].when"},
		{`when: case.channel == "email"`, "when: nonsense", "clocks.first_response.variants[0].when"},
		{`when: '"custom_made" in claim.tags'`, "when: nonsense", "exclusions[0].when"},
		{"when: claim.units > 3", "when: nonsense", "refund.variants[0].when"},
		{"when: not_traced, basis", "when: nonsense, basis", "proof[0].when"},
		{"when: claim.paid > 50000", "when: nonsense", "routes[0].when"},
		{"when: carrier_lost ", "when: nonsense ", "reasons.not_received.liability[0].when"},
	}
	for _, row := range rows {
		text := secondPolicy(t)
		require.Contains(t, text, row.from)
		_, err := parse(t, strings.Replace(text, row.from, row.to, 1))
		require.ErrorContains(t, err, row.want+`: there is no fact or function "nonsense"`)
	}
}

// The conditions of a checked policy are all compiled, once.
func TestBooksCompileTheirConditions(t *testing.T) {
	t.Parallel()
	p, err := parse(t, secondPolicy(t))
	require.NoError(t, err)
	compiled := compileConditions(p)
	eachCondition(p, func(path, when string) {
		if when != "" {
			require.Contains(t, compiled, when, path)
		}
	})
	l, err := library(t).With([]*Policy{renamed(p, "shop")}, nil)
	require.NoError(t, err)
	b, err := l.Book("shop@2")
	require.NoError(t, err)
	next, err := l.With(nil, calendars(t))
	require.NoError(t, err)
	again, err := next.Book("shop@2")
	require.NoError(t, err)
	require.NotSame(t, b, again)
	for when, c := range b.conditions {
		require.Equal(t, c, again.conditions[when])
	}
}
