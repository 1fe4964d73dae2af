package store_test

import (
	"context"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/redresshq/redress/dispute"
	"github.com/redresshq/redress/store"
)

func policyOf(name string, version int, text string) dispute.RuleRevision {
	return dispute.RuleRevision{Name: name, Number: version, Files: map[string]string{"policy.yaml": text},
		Source: dispute.RuleByAPI, Author: dispute.Actor{Role: dispute.RoleAdmin, ID: "ann"}}
}

func yearOf(year int, text, source string) dispute.RuleRevision {
	return dispute.RuleRevision{Name: "cn", Number: year, Document: text, Source: source, Author: dispute.Actor{Role: dispute.RoleAdmin, ID: "ann"}}
}

// A version of a policy is published once, and never with other content.
func TestAPolicyIsPublishedOnce(t *testing.T) {
	t.Parallel()
	b := setup(t)
	first, err := b.PublishPolicy(t.Context(), policyOf("default", 1, "a"))
	require.NoError(t, err)
	require.Positive(t, first.Revision)
	again, err := b.PublishPolicy(t.Context(), policyOf("default", 1, "a"))
	require.NoError(t, err)
	require.Equal(t, first, again)
	_, err = b.PublishPolicy(t.Context(), policyOf("default", 1, "b"))
	requireCode(t, dispute.CodeConflict, err)
	require.ErrorContains(t, err, "default@1 is published with other content; copy it under the next number")
	second, err := b.PublishPolicy(t.Context(), policyOf("default", 2, "b"))
	require.NoError(t, err)
	require.Greater(t, second.Revision, first.Revision)

	all, err := b.Rules(t.Context(), 0)
	require.NoError(t, err)
	require.Equal(t, []dispute.RuleRevision{first, second}, all)
	rest, err := b.Rules(t.Context(), first.Revision)
	require.NoError(t, err)
	require.Equal(t, []dispute.RuleRevision{second}, rest)
	latest, err := b.LatestRevision(t.Context())
	require.NoError(t, err)
	require.Equal(t, second.Revision, latest)

	one, err := b.PublishedRule(t.Context(), dispute.RulePolicy, "default", 2)
	require.NoError(t, err)
	require.Equal(t, second, one.RuleRevision)
	_, err = b.PublishedRule(t.Context(), dispute.RulePolicy, "default", 3)
	requireCode(t, dispute.CodeNotFound, err)
	require.ErrorContains(t, err, "there is no policy default@3")
}

// A year of a calendar may be corrected; what the binary ships never undoes that.
func TestTheNewestRevisionOfAYearCounts(t *testing.T) {
	t.Parallel()
	b := setup(t)
	publish := func(r dispute.RuleRevision) dispute.RuleRevision {
		t.Helper()
		got, err := b.PublishCalendarYear(t.Context(), r)
		require.NoError(t, err)
		return got
	}
	shipped := publish(yearOf(2026, "a", dispute.RuleEmbedded))
	require.Equal(t, shipped.Revision, publish(yearOf(2026, "a", dispute.RuleByAPI)).Revision, "it counts already")
	release := publish(yearOf(2026, "b", dispute.RuleEmbedded))
	require.Greater(t, release.Revision, shipped.Revision, "a release corrects what a release shipped")
	require.Equal(t, release.Revision, publish(yearOf(2026, "a", dispute.RuleEmbedded)).Revision, "an older binary starts")
	corrected := publish(yearOf(2026, "c", dispute.RuleByAPI))
	require.Equal(t, corrected.Revision, publish(yearOf(2026, "d", dispute.RuleEmbedded)).Revision, "a person's correction stays")
	back := publish(yearOf(2026, "a", dispute.RuleByHand))
	require.Greater(t, back.Revision, corrected.Revision, "a person may go back")

	publish(yearOf(2027, "e", dispute.RuleByAPI))
	years, err := b.Published(t.Context(), dispute.RuleCalendar)
	require.NoError(t, err)
	require.Len(t, years, 2)
	require.Equal(t, back.Revision, years[0].Revision)
	require.Equal(t, 2027, years[1].Number)
	require.Equal(t, dispute.RuleJobRunning, years[1].Job.State)
	one, err := b.PublishedRule(t.Context(), dispute.RuleCalendar, "cn", 2026)
	require.NoError(t, err)
	require.Equal(t, "a", one.Document)
}

// Whoever races to publish one version: one revision is made, and all are told it.
func TestRacersPublishOnce(t *testing.T) {
	t.Parallel()
	b := setup(t)
	var wg sync.WaitGroup
	got := make([]int64, 12)
	for i := range got {
		wg.Go(func() {
			r, err := b.PublishPolicy(t.Context(), policyOf("default", 1, "a"))
			if err != nil {
				t.Error(err)
			}
			got[i] = r.Revision
		})
	}
	wg.Wait()
	for _, revision := range got {
		require.Equal(t, got[0], revision)
	}
}

// What is published is final, for the service by its rights and for everybody by trigger.
func TestPublishedRulesAreFinal(t *testing.T) {
	t.Parallel()
	b := setup(t)
	_, err := b.PublishPolicy(t.Context(), policyOf("default", 1, "a"))
	require.NoError(t, err)
	conn := b.super(t)
	for _, sql := range []string{"UPDATE rule_revisions SET source = 'cli'", "DELETE FROM rule_revisions", "TRUNCATE rule_revisions CASCADE"} {
		_, err := conn.Exec(t.Context(), sql)
		require.ErrorContains(t, err, "published rules never change: "+strings.Fields(sql)[0])
	}
	_, err = conn.Exec(t.Context(), "SET ROLE redress_app")
	require.NoError(t, err)
	for _, sql := range []string{"UPDATE rule_revisions SET source = 'cli'", "DELETE FROM rule_revisions", "TRUNCATE rule_revisions"} {
		_, err := conn.Exec(t.Context(), sql)
		require.ErrorContains(t, err, "permission denied")
	}
}

// Whoever waits hears of a publication at once.
func TestAPublicationIsHeard(t *testing.T) {
	t.Parallel()
	b := setup(t)
	first, cancel := context.WithTimeout(t.Context(), 20*time.Second)
	defer cancel()
	b.WaitForWork(first, store.ChannelRules) // the listener is there, and everybody looks once
	require.NoError(t, first.Err())
	_, err := b.PublishPolicy(t.Context(), policyOf("default", 1, "a"))
	require.NoError(t, err)
	b.WaitForWork(first, store.ChannelRules)
	b.WaitForWork(first, store.ChannelRuleJobs)
	require.NoError(t, first.Err())
}
