package e2e_test

import (
	"archive/zip"
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"html"
	"io"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"go.temporal.io/sdk/client"

	"github.com/redresshq/redress/dispute"
	"github.com/redresshq/redress/partners"
	"github.com/redresshq/redress/workflows"
)

// report reads a report; key columns and values pick one row of a table.
func (c caller) report(path, table string, pick map[string]any) map[string]any {
	c.t.Helper()
	r := c.do(http.MethodGet, "/v1/reports/"+path, nil)
	require.Equal(c.t, http.StatusOK, r.status, "%s", r.body)
	var report dispute.Report
	r.decode(c.t, &report)
	t := report.Table(table)
	require.NotNil(c.t, t, "%s", r.body)
	for _, row := range t.Rows {
		fits := true
		for k, v := range pick {
			fits = fits && row[k] == v
		}
		if fits {
			return row
		}
	}
	require.Failf(c.t, "no such row", "%s: %v in %s", path, pick, r.body)
	return nil
}

// A case is played to its end, and a second one is left open: every report counts them,
// for supervisors, in JSON and as a file for a spreadsheet.
func TestReportsCountWhatHappened(t *testing.T) {
	t.Parallel()
	s := newStack(t, options{policy: "story"})
	id := tellStory1(t, s)
	super, finance := s.supervisor(t), s.as(t, dispute.RoleFinance, "fin-1")
	second := s.customer(t)
	open := second.open(returnOf(s.order(t, second.id), dispute.ReasonDamagedInTransit)).ID
	require.Equal(t, http.StatusOK, s.agent(t).do(http.MethodPost, "/v1/cases/"+open+"/assignment", map[string]any{"assignee": "ann", "team": "returns"}).status)

	first := super.report("service-levels", "clocks", map[string]any{"clock": "first_response"})
	require.Equal(t, 2.0, first["cases"], "%v", first)
	require.Equal(t, 2.0, first["met"])
	require.Equal(t, 100.0, first["met_percent"])
	resolved := super.report("service-levels?group_by=reason,channel", "clocks", map[string]any{"clock": "resolution", "reason": "damaged_in_transit", "channel": "in_app"})
	require.Equal(t, 1.0, resolved["met"], "%v", resolved)
	require.Equal(t, 2.0, super.report("agents", "agents", map[string]any{"assignee": ""})["cases"].(float64)+super.report("agents", "agents", map[string]any{"assignee": "ann"})["cases"].(float64))
	require.Equal(t, 1.0, super.report("service-levels?team=returns", "cases", nil)["cases"])

	for _, who := range []caller{super, finance} {
		cost := who.report("reasons", "reasons", map[string]any{"reason": "damaged_in_transit", "currency": "CNY"})
		require.Equal(t, 2.0, cost["cases"])
		require.Equal(t, 5000.0, cost["refunded"], "to the cent what the provider's ledger says")
		require.Equal(t, 5000.0, cost["cost"])
	}
	require.Equal(t, 5000.0, super.report("reasons", "products", map[string]any{"sku": "sku-cup"})["refunded"])
	require.Equal(t, 1.0, super.report("liability", "shares", map[string]any{"party": "carrier"})["cases"])
	require.Equal(t, 1.0, super.report("refund-times", "movements", map[string]any{"result": "succeeded"})["movements"])
	require.Equal(t, 2.0, super.report("repeat-complaints", "repeats", nil)["cases"])
	require.Equal(t, 1.0, super.report("abuse-decisions", "bands", map[string]any{"decided": "remedies"})["cases"])
	super.report("breaches", "counts", nil) // of the survey's and reopening's ends, if of nothing else

	for _, name := range dispute.ReportNames() {
		require.Equal(t, http.StatusOK, super.do(http.MethodGet, "/v1/reports/"+string(name)+"?group_by=week", nil).status, name)
	}
	require.Equal(t, http.StatusForbidden, s.agent(t).do(http.MethodGet, "/v1/reports/reasons", nil).status)
	require.Equal(t, http.StatusForbidden, finance.do(http.MethodGet, "/v1/reports/agents", nil).status)

	table := super.do(http.MethodGet, "/v1/reports/reasons?table=carriers", nil, "Accept", "text/csv")
	require.Equal(t, http.StatusOK, table.status)
	require.True(t, strings.HasPrefix(string(table.body), "\ufeffcarrier,currency,cases,"), "%s", table.body)
	require.NotEmpty(t, id)
}

// The schedule's workflow makes the report of the last whole week and sends it to the
// supervisors, once, however often it is started.
func TestWeeklyReportIsSentOnce(t *testing.T) {
	t.Parallel()
	s := newStack(t, options{policy: "story"})
	ctx, super := t.Context(), s.supervisor(t)
	type page struct {
		Items []dispute.WeeklyReport `json:"items"`
	}
	read := func() (p page) {
		super.do(http.MethodGet, "/v1/reports/weekly", nil).decode(t, &p)
		return p
	}
	handle := s.engine.ScheduleClient().GetHandle(ctx, workflows.WeeklySchedule)
	wait(t, "the schedule of the weekly report", func() bool {
		d, err := handle.Describe(ctx)
		return err == nil && len(d.Info.NextActionTimes) > 0
	})
	d, err := handle.Describe(ctx)
	require.NoError(t, err)
	shanghai, err := time.LoadLocation("Asia/Shanghai")
	require.NoError(t, err)
	next := d.Info.NextActionTimes[0].In(shanghai)
	require.Equal(t, time.Monday, next.Weekday())
	require.Equal(t, 8, next.Hour())

	require.NoError(t, handle.Trigger(ctx, client.ScheduleTriggerOptions{}))
	wait(t, "the weekly report was sent", func() bool { p := read(); return len(p.Items) == 1 && p.Items[0].SentAt != nil })
	runs := func() int {
		d, err := handle.Describe(ctx)
		require.NoError(t, err)
		return d.Info.NumActions
	}
	before := runs()
	require.NoError(t, handle.Trigger(ctx, client.ScheduleTriggerOptions{}))
	wait(t, "a second run", func() bool {
		d, err := handle.Describe(ctx)
		return err == nil && runs() > before && len(d.Info.RunningWorkflows) == 0
	})

	week, first, last := dispute.WeekBefore(time.Now(), shanghai)
	issue := read().Items
	require.Len(t, issue, 1)
	require.Equal(t, [3]string{week, first, last}, [3]string{issue[0].Week, issue[0].FirstDay, issue[0].LastDay})
	sent := 0
	for _, e := range s.effects(t, partners.Notify, "", "notice.delivered") {
		if bytes.Contains(e.Data, []byte(week)) {
			require.Contains(t, string(e.Data), `"to":"supervisor"`)
			sent++
		}
	}
	require.Equal(t, 1, sent)
}

// The dossier of a closed case is had with no worker up; its hashes and its chain are
// right, and every date, decision and cent of the case stands in it.
func TestDossierHoldsEverything(t *testing.T) {
	t.Parallel()
	s := newStack(t, options{policy: "story"})
	id := tellStory1(t, s)
	agent := s.agent(t)
	c := agent.get(id)
	s.stopWorker()

	answered := agent.do(http.MethodGet, "/v1/cases/"+id+"/dossier", nil)
	require.Equal(t, http.StatusOK, answered.status, "%s", answered.body)
	require.Equal(t, "application/zip", answered.header.Get("Content-Type"))
	require.Equal(t, answered.body, s.supervisor(t).do(http.MethodGet, "/v1/cases/"+id+"/dossier", nil).body, "the same state, the same archive")
	dir := t.TempDir()
	files := unpack(t, answered.body, dir)
	check := exec.CommandContext(t.Context(), "sha256sum", "-c", "--quiet", "SHA256SUMS")
	check.Dir = dir
	out, err := check.CombinedOutput()
	require.NoError(t, err, "%s", out)

	var entries []dispute.SealedEntry
	require.NoError(t, json.Unmarshal(files["timeline.json"], &entries))
	prev := ""
	for i, e := range entries {
		require.EqualValues(t, i+1, e.Seq)
		require.Equal(t, prev, e.PrevHash)
		sum := sha256.Sum256([]byte(prev + "\n" + e.Sealed))
		prev = hex.EncodeToString(sum[:])
		require.Equal(t, prev, e.Hash)
	}
	require.Equal(t, dispute.EventClosed, entries[len(entries)-1].Type)
	require.Contains(t, string(files["manifest.json"]), prev)

	require.Len(t, c.Evidence, 2)
	for _, e := range c.Evidence {
		found := false
		for name, content := range files {
			sum := sha256.Sum256(content)
			found = found || strings.HasPrefix(name, "evidence/") && hex.EncodeToString(sum[:]) == e.SHA256
		}
		require.True(t, found, "evidence %s is in the archive byte for byte", e.ID)
	}

	page := html.UnescapeString(string(files["index.html"]))
	shanghai, err := time.LoadLocation("Asia/Shanghai")
	require.NoError(t, err)
	date := func(what string, at *time.Time) {
		if at != nil {
			require.Contains(t, page, at.In(shanghai).Format("2006-01-02 15:04:05 -07:00"), what)
		}
	}
	date("opened", &c.OpenedAt)
	date("accepted", c.AcceptedAt)
	date("resolved", c.ResolvedAt)
	date("closed", c.ClosedAt)
	for _, k := range c.Clocks {
		date("clock "+string(k.Name), &k.DueAt)
		require.Contains(t, page, k.Why)
	}
	for _, o := range c.Offers {
		date("offer", &o.MadeAt)
		date("answer", o.AnsweredAt)
		require.Contains(t, page, o.Rule)
	}
	for _, d := range c.Decisions {
		date("decision", &d.MadeAt)
		require.Contains(t, page, d.ID)
	}
	for _, share := range c.Liability {
		require.Contains(t, page, share.Rule)
		require.Contains(t, page, share.Basis)
	}
	paid := 0
	for _, l := range c.Legs {
		if l.Money != nil {
			paid++
			date("requested", l.Money.RequestedAt)
			date("settled", l.Money.SettledAt)
			require.Contains(t, page, l.Money.Amount.String())
			require.Contains(t, page, l.Money.Key)
			require.Contains(t, page, l.Money.ProviderRef)
		}
	}
	require.Equal(t, 1, paid)
	for _, e := range entries {
		date(string(e.Type), &e.At)
		require.Contains(t, page, e.Hash)
	}
	require.Contains(t, page, "The box was crushed", "what the customer wrote")
	require.Contains(t, page, "refunded/1", "what the customer was told")
	name, _, _ := strings.Cut(c.PolicyVersion, "@")
	require.Contains(t, string(files["rules/"+c.PolicyVersion+"/policy.yaml"]), "name: "+name)

	require.Equal(t, http.StatusForbidden, s.as(t, dispute.RoleCustomer, c.CustomerID).do(http.MethodGet, "/v1/cases/"+id+"/dossier", nil).status)
	var log struct {
		Items []dispute.Access `json:"items"`
	}
	s.supervisor(t).do(http.MethodGet, "/v1/cases/"+id+"/accesses", nil).decode(t, &log)
	require.Len(t, log.Items, 2)
	require.Equal(t, dispute.Actor{Role: dispute.RoleAgent, ID: "agent-1"}, log.Items[1].Actor)
}

// unpack writes an archive into a folder and returns its files.
func unpack(t *testing.T, raw []byte, dir string) map[string][]byte {
	t.Helper()
	archive, err := zip.NewReader(bytes.NewReader(raw), int64(len(raw)))
	require.NoError(t, err)
	files := map[string][]byte{}
	for _, f := range archive.File {
		require.True(t, filepath.IsLocal(f.Name), f.Name)
		r, err := f.Open()
		require.NoError(t, err)
		files[f.Name], err = io.ReadAll(r)
		require.NoError(t, err)
		path := filepath.Join(dir, f.Name)
		require.NoError(t, os.MkdirAll(filepath.Dir(path), 0o700))
		require.NoError(t, os.WriteFile(path, files[f.Name], 0o600))
	}
	return files
}
