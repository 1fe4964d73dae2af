package main

import (
	"bytes"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/redresshq/redress/cmd/redress/config"
	"github.com/redresshq/redress/dispute"
)

// demoFolder is the folder of demo@1, with words replaced.
func demoFolder(t *testing.T, replace ...string) string {
	t.Helper()
	text, err := os.ReadFile("../../dispute/policies/demo/1/policy.yaml")
	require.NoError(t, err)
	dir := t.TempDir()
	require.NoError(t, os.WriteFile(filepath.Join(dir, "policy.yaml"), []byte(strings.NewReplacer(replace...).Replace(string(text))), 0o600))
	return dir
}

func embedded(t *testing.T) *dispute.Library {
	t.Helper()
	l, err := dispute.Embedded()
	require.NoError(t, err)
	return l
}

// A policy that is right has one line to say for itself, one with mistakes a place for each.
func TestPolicyCheck(t *testing.T) {
	t.Parallel()
	require.NoError(t, policyCheckCommand{Dir: demoFolder(t)}.Run())
	bad := demoFolder(t, "currency: CNY", "currency: XXX", "zone: Asia/Shanghai", "zone: Asia/Atlantis")
	err := policyCheckCommand{Dir: bad}.Run()
	require.ErrorContains(t, err, filepath.Join(bad, "policy.yaml")+":")
	require.ErrorContains(t, err, `currency: XXX`)
	require.ErrorContains(t, err, `zone: Asia/Atlantis`)
	require.ErrorContains(t, err, "^")
	require.ErrorContains(t, policyCheckCommand{Dir: t.TempDir()}.Run(), "at least one *.yaml file")

	linked := t.TempDir()
	require.NoError(t, os.Symlink(filepath.Join(bad, "policy.yaml"), filepath.Join(linked, "policy.yaml")))
	require.Error(t, policyCheckCommand{Dir: linked}.Run(), "nothing outside of the folder is read")
}

// A calendar of one's own may be named.
func TestPolicyCheckWithCalendars(t *testing.T) {
	t.Parallel()
	own := demoFolder(t, "calendar: cn", "calendar: hk")
	require.ErrorContains(t, policyCheckCommand{Dir: own}.Run(), "hk")
	calendars := t.TempDir()
	require.NoError(t, os.WriteFile(filepath.Join(calendars, "hk-2026.yaml"), []byte("calendar: hk\nyear: 2026\nzone: Asia/Shanghai\nsource: a notice\nweekend: [saturday, sunday]\n"), 0o600))
	require.NoError(t, policyCheckCommand{Dir: own, Calendars: calendars}.Run())
	require.ErrorContains(t, policyCheckCommand{Dir: own, Calendars: t.TempDir()}.Run(), "there is no *.yaml in it")
}

func TestPolicyNamed(t *testing.T) {
	t.Parallel()
	l := embedded(t)
	for _, name := range []string{"demo@1", "./" + relative(t, demoFolder(t)), demoFolder(t)} {
		p, err := policyNamed(l, name)
		require.NoError(t, err, name)
		require.Equal(t, "demo@1", p.ID())
	}
	_, err := policyNamed(l, "nobody@1")
	require.ErrorContains(t, err, `no policy "nobody@1"; there are default@1`)
	_, err = policyNamed(l, "./nowhere")
	require.Error(t, err)
}

func relative(t *testing.T, dir string) string {
	t.Helper()
	here, err := os.Getwd()
	require.NoError(t, err)
	rel, err := filepath.Rel(here, dir)
	require.NoError(t, err)
	return rel
}

// Golden vectors: what the command line says is what the rules say.
func TestPolicyDue(t *testing.T) {
	t.Parallel()
	cn, err := embedded(t).Calendar("cn")
	require.NoError(t, err)
	for _, row := range []struct {
		c    policyDueCommand
		want string
	}{
		{policyDueCommand{From: "2026-09-24 16:30", Budget: "7wd"}, "2026-10-12T16:30:00+08:00"},
		{policyDueCommand{From: "2026-09-24T16:30:00+08:00", Budget: "7wd"}, "2026-10-12T16:30:00+08:00"},
		{policyDueCommand{From: "2026-09-24T08:30:00Z", Budget: "48h"}, "2026-09-26T16:30:00+08:00"},
		{policyDueCommand{From: "2026-09-24", Budget: "1d", CountFrom: "next_day"}, "2026-09-26T00:00:00+08:00"},
		{policyDueCommand{From: "2026-03-10 11:30", Budget: "1bh", Hours: []string{"09:00-12:00", "13:00-18:00"}}, "2026-03-10T13:30:00+08:00"},
		{policyDueCommand{From: "2026-10-01 10:00", Budget: "1bh", Hours: []string{"09:00-18:00"}, EveryDay: true}, "2026-10-01T11:00:00+08:00"},
	} {
		text, p, err := row.c.answer(cn)
		require.NoError(t, err)
		require.Equal(t, row.want, p.At.In(cn.Zone()).Format(time.RFC3339), "%+v", row.c)
		require.Contains(t, text, p.Why)
	}
	explained, _, err := policyDueCommand{From: "2026-09-24 16:30", Budget: "7wd", Explain: true}.answer(cn)
	require.NoError(t, err)
	require.Contains(t, explained, "holiday: National Day")
	late, _, err := policyDueCommand{From: "2031-09-24 16:30", Budget: "7wd"}.answer(cn)
	require.NoError(t, err)
	require.Contains(t, late, "provisional")
	for _, c := range []policyDueCommand{{From: "soon", Budget: "7wd"}, {From: "2026-09-24", Budget: "7 days"}, {From: "2026-09-24", Budget: "4bh"},
		{From: "2026-09-24", Budget: "4bh", Hours: []string{"9-5"}}} {
		_, _, err := c.answer(cn)
		require.Error(t, err, "%+v", c)
	}
}

func TestPolicyBookOfAClaim(t *testing.T) {
	t.Parallel()
	l := embedded(t)
	claim := dispute.Claim{Policy: "demo@1"}
	claim.Opening.OpenedAt = time.Now()
	for _, row := range [][3]string{{"", "", "demo@1"}, {"default@1", "", "default@1"}, {"", demoFolder(t, "version: 1", "version: 7"), "demo@7"}} {
		b, err := bookFor(l, claim, row[0], row[1])
		require.NoError(t, err)
		require.Equal(t, row[2], b.Version())
	}
	_, err := bookFor(l, claim, "nobody", "")
	require.Equal(t, dispute.CodeNotFound, dispute.CodeOf(err))
}

// Without a server the embedded policies are listed; commands that need one say so.
func TestRulesWithoutAServer(t *testing.T) {
	t.Parallel()
	settings := config.Config{Dev: config.Dev{Dir: t.TempDir()}}
	l, err := libraryOf(t.Context(), settings)
	require.NoError(t, err)
	require.Contains(t, l.Versions(), "default@1")
	require.ErrorContains(t, policyPublishCommand{Dir: demoFolder(t)}.Run(t.Context(), settings), "redress policy publish needs these settings")
	require.ErrorContains(t, calendarListCommand{}.Run(t.Context(), settings), "DATABASE_URL")
}

func TestPrintedRules(t *testing.T) {
	t.Parallel()
	at := time.Date(2026, 9, 24, 8, 30, 0, 0, time.UTC)
	var out bytes.Buffer
	require.NoError(t, printPolicies(&out, []dispute.PublishedRule{
		{RuleRevision: dispute.RuleRevision{Revision: 3, Kind: dispute.RulePolicy, Name: "default", Number: 1, Source: dispute.RuleEmbedded, PublishedAt: at, SHA256: "0123456789abcdef"}},
		{RuleRevision: dispute.RuleRevision{Revision: 9, Kind: dispute.RulePolicy, Name: "mine", Number: 1, Source: dispute.RuleByAPI, Author: dispute.Actor{ID: "ann"}, PublishedAt: at}},
	}, embedded(t), map[string]error{"mine@1": os.ErrInvalid}))
	require.Regexp(t, `default@1 +the beginning +3 +2026-09-24T08:30:00Z +embedded +0123456789ab\n`, out.String())
	require.Regexp(t, `mine@1 +cannot be read by this program +9 +\S+ +ann \(api\)`, out.String())
	out.Reset()
	require.NoError(t, printEmbedded(&out, embedded(t)))
	require.Regexp(t, `(?m)^demo@1 +the beginning$`, out.String())
	out.Reset()
	require.NoError(t, printYears(&out, []dispute.PublishedRule{{
		RuleRevision: dispute.RuleRevision{Revision: 4, Kind: dispute.RuleCalendar, Name: "cn", Number: 2026, Source: dispute.RuleByHand, Author: dispute.Actor{ID: "bob"}, PublishedAt: at},
		Job:          &dispute.RuleJob{State: dispute.RuleJobRunning, Open: 10000, Looked: 412, Touched: 37}}}))
	require.Regexp(t, `cn +2026 +4 +\S+ +bob \(cli\) +running: 412 of 10000 looked at, 37 touched`, out.String())
}

func TestCalendarCheck(t *testing.T) {
	t.Parallel()
	require.NoError(t, calendarCheckCommand{File: "../../dispute/calendars/cn-2026.yaml"}.Run())
	file := filepath.Join(t.TempDir(), "cn-2027.yaml")
	require.NoError(t, os.WriteFile(file, []byte("calendar: cn\nyear: 2027\nzone: Asia/Shanghai\nsource: x\nweekend: [sunday]\nholidays:\n  - {name: A, first: 2027-01-02, last: 2027-01-01}\n"), 0o600))
	require.ErrorContains(t, calendarCheckCommand{File: file}.Run(), file+":7:")
}
