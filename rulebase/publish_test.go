package rulebase_test

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/redresshq/redress/dispute"
	"github.com/redresshq/redress/rulebase"
)

// The rules of the binary are published once; a version that differs stops the start
// with a sentence that says what to do.
func TestEmbeddedRulesArePublishedOnce(t *testing.T) {
	t.Parallel()
	_, record := base(t)
	before, err := record.LatestRevision(t.Context())
	require.NoError(t, err)
	_, err = rulebase.PublishEmbedded(t.Context(), record)
	require.NoError(t, err)
	after, err := record.LatestRevision(t.Context())
	require.NoError(t, err)
	require.Equal(t, before, after)
}

func TestAConflictWithTheBinaryIsNamed(t *testing.T) {
	t.Parallel()
	record := empty(t)
	_, err := record.PublishPolicy(t.Context(), dispute.RuleRevision{Name: "default", Number: 1, Source: dispute.RuleByHand,
		Author: ann, Files: map[string]string{"policy.yaml": "name: default"}})
	require.NoError(t, err)
	_, err = rulebase.PublishEmbedded(t.Context(), record)
	require.ErrorContains(t, err, "policy default@1 of this binary is not the one that the database holds")
	require.ErrorContains(t, err, "the next number")
	b := beside(t, record)
	_, err = b.Library(t.Context(), 0)
	require.NoError(t, err)
	require.ErrorContains(t, b.Rejected()["default@1"], "redress migrate")
}

// A policy that does not check is not published, and every mistake has its place.
func TestAPolicyWithMistakesIsNotPublished(t *testing.T) {
	t.Parallel()
	b, record := base(t)
	files := demoUnder(t, "mine", "1")
	for name, text := range files {
		files[name] = strings.Replace(strings.Replace(text, "currency: CNY", "currency: XXX", 1), "calendar: cn", "calendar: atlantis", 1)
	}
	before, err := record.LatestRevision(t.Context())
	require.NoError(t, err)
	_, err = b.PublishPolicy(t.Context(), files, dispute.RuleByAPI, ann)
	require.Equal(t, dispute.CodeInvalid, dispute.CodeOf(err), "%v", err)
	var invalid *dispute.Error
	require.ErrorAs(t, err, &invalid)
	require.GreaterOrEqual(t, len(invalid.Mistakes), 2)
	for _, m := range invalid.Mistakes {
		require.Equal(t, "/files/policy.yaml", m.Pointer)
		require.Positive(t, m.Line)
		require.Positive(t, m.Column)
	}
	for _, files := range []map[string]string{nil, {"../policy.yaml": "name: a"}, {"policy.txt": "name: a"}, {"policy.yaml": strings.Repeat("[", 100000)}} {
		_, err = b.PublishPolicy(t.Context(), files, dispute.RuleByAPI, ann)
		require.Equal(t, dispute.CodeInvalid, dispute.CodeOf(err), "%v", err)
	}
	for _, document := range []string{"", "a: b", year("2031", "2030-01-01"), strings.Replace(year("2031", "2031-01-01"), "Asia/Shanghai", "Asia/Tokyo", 1)} {
		_, err = b.PublishCalendar(t.Context(), document, dispute.RuleByAPI, ann)
		require.Equal(t, dispute.CodeInvalid, dispute.CodeOf(err), "%v", err)
		require.ErrorAs(t, err, &invalid)
	}
	after, err := record.LatestRevision(t.Context())
	require.NoError(t, err)
	require.Equal(t, before, after)
}

// The next version is published beside the one before; the same again is no conflict.
func TestTheNextVersion(t *testing.T) {
	t.Parallel()
	b, _ := base(t)
	for _, version := range []string{"1", "2", "2"} {
		_, err := b.PublishPolicy(t.Context(), demoUnder(t, "mine", version), dispute.RuleByAPI, ann)
		require.NoError(t, err)
	}
	l, err := b.Library(t.Context(), 0)
	require.NoError(t, err)
	newest, err := l.Book("mine")
	require.NoError(t, err)
	require.Equal(t, "mine@2", newest.Version())
	files := demoUnder(t, "mine", "2")
	for name := range files {
		files[name] = strings.Replace(files[name], "team: ", "team: x", 1)
	}
	_, err = b.PublishPolicy(t.Context(), files, dispute.RuleByAPI, ann)
	require.Equal(t, dispute.CodeConflict, dispute.CodeOf(err), "%v", err)
}
