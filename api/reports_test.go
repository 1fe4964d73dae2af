package api

import (
	"archive/zip"
	"bytes"
	"crypto/sha256"
	"encoding/csv"
	"encoding/hex"
	"encoding/json"
	"io"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/redresshq/redress/dispute"
)

func TestReportAsks(t *testing.T) {
	t.Parallel()
	b := setup(t)
	b.do(call{method: "GET", as: dispute.RoleSupervisor, path: "/v1/reports/service-levels?from=2026-03-01&to=2026-03-31&zone=Asia/Shanghai&shop_id=s1&team=t1&assignee=ann" +
		"&policy=default@3&channel=email&kind=return&reason=defective&group_by=team,week&days=7&limit=9"}).status(200)
	require.Equal(t, dispute.ReportQuery{Name: dispute.ReportServiceLevels, From: "2026-03-01", To: "2026-03-31", Zone: "Asia/Shanghai", ShopID: "s1", Team: "t1",
		Assignee: "ann", Policy: "default@3", Channel: dispute.ChannelEmail, Kind: dispute.KindReturn, Reason: dispute.ReasonDefective,
		GroupBy: []string{"team", "week"}, Days: 7, Limit: 9}, b.store.figures.asked)
}

func TestReportRefusesBadFilters(t *testing.T) {
	t.Parallel()
	b := setup(t)
	for query, field := range map[string]string{
		"from=yesterday": "from", "from=2026-02-31": "from", "from=2026-03-02&to=2026-03-01": "to", "zone=Mars/Olympus": "zone", "reason=bad_luck": "reason",
		"kind=x": "kind", "channel=pigeon": "channel", "group_by=team,shoe_size": "group_by", "group_by=team,team": "group_by/1", "days=0": "days",
		"days=366": "days", "limit=1001": "limit", "format=xml": "format", "table=none": "table", "shop_id=a%20b": "shop_id",
	} {
		a := b.do(call{method: "GET", path: "/v1/reports/reasons?" + query, as: dispute.RoleSupervisor}).status(422)
		var problem struct {
			Errors []dispute.Field `json:"errors"`
		}
		require.NoError(t, json.Unmarshal(a.Body.Bytes(), &problem))
		require.NotEmpty(t, problem.Errors, query)
		require.True(t, strings.HasPrefix(problem.Errors[0].Pointer, field), "%s: %+v", query, problem.Errors)
	}
	b.do(call{method: "GET", path: "/v1/reports/horoscope", as: dispute.RoleSupervisor}).status(422)
}

func TestReportsAreForSupervisorsAndThoseAboutMoneyForFinance(t *testing.T) {
	t.Parallel()
	b := setup(t)
	for _, name := range dispute.ReportNames() {
		for role, status := range map[dispute.Role]int{dispute.RoleSupervisor: 200, dispute.RoleAdmin: 200, dispute.RoleAgent: 403, dispute.RoleCustomer: 403,
			dispute.RoleMachine: 403, dispute.RoleFinance: 403} {
			if role == dispute.RoleFinance && slices.Contains([]dispute.ReportName{dispute.ReportReasons, dispute.ReportLiability, dispute.ReportRefundTimes}, name) {
				status = 200
			}
			b.do(call{method: "GET", path: "/v1/reports/" + string(name), as: role}).status(status)
		}
	}
}

// A spreadsheet opens the file as what it says, and runs nothing of it.
func TestReportAsCSV(t *testing.T) {
	t.Parallel()
	b := setup(t)
	b.store.figures.report = dispute.Report{Tables: []dispute.ReportTable{{Name: "reasons", Columns: []string{"reason", "team", "cases", "net", "mean"}, Rows: []map[string]any{
		{"reason": "defective", "team": `=HYPERLINK("http://evil","x")`, "cases": int64(3), "net": int64(-500), "mean": 4.25},
		{"reason": "+1", "team": "@SUM(A1)", "cases": int64(1), "net": nil, "mean": nil},
		{"reason": "售后", "team": "a,\"b\"\nc", "cases": int64(1), "net": int64(0), "mean": 1.0},
		{"reason": "\t=1", "team": "－2", "cases": int64(1), "net": int64(0), "mean": 1.0},
	}}, {Name: "products", Columns: []string{"sku"}, Rows: []map[string]any{{"sku": "-1"}}}}}
	for _, ask := range []call{{path: "?format=csv"}, {path: "", header: map[string]string{"Accept": "text/csv"}}} {
		ask.method, ask.path, ask.as = "GET", "/v1/reports/reasons"+ask.path, dispute.RoleFinance
		a := b.do(ask).status(200)
		require.Equal(t, "text/csv", a.Header().Get("Content-Type"))
		require.Equal(t, "attachment; filename=reasons-reasons.csv", a.Header().Get("Content-Disposition"))
		body, ok := strings.CutPrefix(a.Body.String(), "\ufeff")
		require.True(t, ok, "spreadsheets need the mark to read Chinese")
		rows, err := csv.NewReader(strings.NewReader(body)).ReadAll()
		require.NoError(t, err)
		require.Equal(t, [][]string{{"reason", "team", "cases", "net", "mean"}, {"defective", `'=HYPERLINK("http://evil","x")`, "3", "-500", "4.25"},
			{"'+1", "'@SUM(A1)", "1", "", ""}, {"售后", "a,\"b\"\nc", "1", "0", "1"}, {"'\t=1", "'－2", "1", "0", "1"}}, rows)
	}
	a := b.do(call{method: "GET", path: "/v1/reports/reasons?format=csv&table=products", as: dispute.RoleSupervisor}).status(200)
	require.Equal(t, "\ufeffsku\r\n'-1\r\n", a.Body.String())
	a = b.do(call{method: "GET", path: "/v1/reports/reasons?format=json&table=products", as: dispute.RoleSupervisor, header: map[string]string{"Accept": "text/csv"}}).status(200)
	require.NotContains(t, a.Body.String(), "HYPERLINK")
}

func TestWeeklyReportsAreListed(t *testing.T) {
	t.Parallel()
	b := setup(t)
	for _, week := range []string{"2026-W10", "2026-W09", "2026-W08"} {
		b.store.figures.weeklies = append(b.store.figures.weeklies, dispute.WeeklyReport{Week: week, FirstDay: "2026-03-02", LastDay: "2026-03-08", Zone: "UTC", CreatedAt: noon})
	}
	var page struct {
		Items []dispute.WeeklyReport `json:"items"`
		Next  string                 `json:"next_cursor"`
	}
	require.NoError(t, json.Unmarshal(b.do(call{method: "GET", path: "/v1/reports/weekly?limit=2", as: dispute.RoleSupervisor}).status(200).Body.Bytes(), &page))
	require.Len(t, page.Items, 2)
	require.NoError(t, json.Unmarshal(b.do(call{method: "GET", path: "/v1/reports/weekly?limit=2&cursor=" + page.Next, as: dispute.RoleSupervisor}).status(200).Body.Bytes(), &page))
	require.Len(t, page.Items, 1)
	require.Equal(t, "2026-W08", page.Items[0].Week)
	require.Empty(t, page.Next)
}

// unzip reads an archive and checks every hash in it.
func unzip(t *testing.T, raw []byte) map[string]string {
	t.Helper()
	archive, err := zip.NewReader(bytes.NewReader(raw), int64(len(raw)))
	require.NoError(t, err)
	files := map[string]string{}
	for _, f := range archive.File {
		require.True(t, filepathLocal(f.Name), f.Name)
		require.NotContains(t, files, f.Name)
		r, err := f.Open()
		require.NoError(t, err)
		content, err := io.ReadAll(r)
		require.NoError(t, err)
		files[f.Name] = string(content)
	}
	var manifest struct {
		Files []struct {
			Path   string `json:"path"`
			SHA256 string `json:"sha256"`
		} `json:"files"`
	}
	require.NoError(t, json.Unmarshal([]byte(files["manifest.json"]), &manifest))
	require.Len(t, manifest.Files, len(files)-2, "all but itself and SHA256SUMS")
	for _, f := range manifest.Files {
		sum := sha256.Sum256([]byte(files[f.Path]))
		require.Equal(t, hex.EncodeToString(sum[:]), f.SHA256, f.Path)
		require.Contains(t, files["SHA256SUMS"], f.SHA256+"  "+f.Path+"\n")
	}
	return files
}

func filepathLocal(name string) bool {
	return name != "" && !strings.HasPrefix(name, "/") && !strings.Contains(name, "..") && !strings.ContainsAny(name, "\\:\x00")
}

// Texts and names that would do harm stand in the archive as what they are: text.
func TestDossierDefusesWhatPeopleWrote(t *testing.T) {
	t.Parallel()
	b := setup(t)
	evil := `</pre><script>alert("1")</script><img src=x onerror=alert(1)>`
	b.store.texts["t1"] = dispute.Text{ID: "t1", CaseID: "case_mine", Kind: "statement", Author: dispute.Actor{Role: dispute.RoleCustomer, ID: "cus_1"}, Body: evil, CreatedAt: noon}
	b.store.texts["t2"] = dispute.Text{ID: "t2", CaseID: "case_mine", Kind: "note", Author: dispute.Actor{Role: dispute.RoleAgent, ID: "ann"}, Body: "between us", Internal: true, CreatedAt: noon}
	sum := sha256.Sum256([]byte("bytes"))
	hash := hex.EncodeToString(sum[:])
	b.store.evidence["case_mine"] = []dispute.Evidence{
		{ID: "../../etc/passwd", Type: "photo", Source: dispute.SourceVolunteer, SubmittedBy: dispute.System, Stage: dispute.StageIntake, SHA256: hash, MediaType: "text/html", Size: 5, ReceivedAt: noon},
		{ID: "ev_2", Type: "photo", SHA256: strings.Repeat("a", 64), MediaType: "image/png", Size: 5, ReceivedAt: noon},
	}
	b.store.names["../../etc/passwd"] = `..\..\<b>evil.exe`
	b.blobs.bytes["case_mine/"+hash] = []byte("bytes")
	b.store.figures.dossier = dispute.Dossier{Policies: []dispute.RuleRevision{{Kind: dispute.RulePolicy, Name: "default", Number: 1, Files: map[string]string{"../../../x.yaml": "x"}}},
		Timeline: []dispute.SealedEntry{{RecordedEntry: dispute.RecordedEntry{Entry: dispute.Entry{Type: dispute.EventOpened, At: noon, Actor: dispute.System, Reason: evil},
			CaseID: "case_mine", Seq: 1, Hash: strings.Repeat("b", 64)}}}}
	a := b.do(call{method: "GET", path: "/v1/cases/case_mine/dossier", as: dispute.RoleAgent}).status(200)
	require.Equal(t, "application/zip", a.Header().Get("Content-Type"))
	files := unzip(t, a.Body.Bytes())
	page := files["index.html"]
	require.NotContains(t, page, "<script")
	require.NotContains(t, page, "<img")
	require.NotContains(t, page, "<b>evil")
	require.Contains(t, page, "&lt;script&gt;")
	require.Contains(t, page, "between us")
	require.Equal(t, "bytes", files["evidence/01-____etc_passwd.bin"])
	require.Contains(t, page, "缺失 missing")
	require.Contains(t, files, "rules/default@1/_/_/_/x.yaml")

	again := b.do(call{method: "GET", path: "/v1/cases/case_mine/dossier", as: dispute.RoleSupervisor}).status(200)
	require.Equal(t, a.Body.Bytes(), again.Body.Bytes(), "the same state, the same archive")

	files = unzip(t, b.do(call{method: "GET", path: "/v1/cases/case_mine/dossier?internal=false", as: dispute.RoleAgent}).status(200).Body.Bytes())
	for name, content := range files {
		require.NotContains(t, content, "between us", name)
	}
}

// Who cannot be recorded sees nothing; who was is listed.
func TestAccessIsRecorded(t *testing.T) {
	t.Parallel()
	b := setup(t)
	b.do(call{method: "GET", path: "/v1/cases/case_mine/dossier", as: dispute.RoleAgent, who: "ann"}).status(200)
	b.store.evidence["case_mine"] = []dispute.Evidence{{ID: "ev_1", SHA256: "h", MediaType: "image/png", Size: 1}}
	b.blobs.bytes["case_mine/h"] = []byte("x")
	b.do(call{method: "GET", path: "/v1/cases/case_mine/evidence/ev_1/content", as: dispute.RoleCustomer}).status(200)
	b.do(call{method: "GET", path: "/v1/cases/case_mine/evidence/ev_9/content", as: dispute.RoleCustomer}).status(404)
	b.do(call{method: "GET", path: "/v1/cases/case_mine/dossier", as: dispute.RoleCustomer}).status(403)
	var page struct {
		Items []dispute.Access `json:"items"`
		Next  string           `json:"next_cursor"`
	}
	read := func(query string) {
		a := b.do(call{method: "GET", path: "/v1/cases/case_mine/accesses" + query, as: dispute.RoleSupervisor}).status(200)
		require.NoError(t, json.Unmarshal(a.Body.Bytes(), &page))
	}
	read("?limit=1")
	require.Len(t, page.Items, 1)
	require.Equal(t, dispute.Access{At: noon, Actor: dispute.Actor{Role: dispute.RoleCustomer, ID: "cus_1"}, What: "evidence", Item: "ev_1", RequestID: page.Items[0].RequestID}, page.Items[0])
	read("?limit=1&cursor=" + page.Next)
	require.Equal(t, dispute.Actor{Role: dispute.RoleAgent, ID: "ann"}, page.Items[0].Actor)
	require.Equal(t, "dossier", page.Items[0].What)
	require.Empty(t, page.Next)
	b.do(call{method: "GET", path: "/v1/cases/case_mine/accesses?cursor=x", as: dispute.RoleSupervisor}).status(422)
	b.do(call{method: "GET", path: "/v1/cases/case_mine/accesses", as: dispute.RoleAgent}).status(403)
}

func TestWeekBefore(t *testing.T) {
	t.Parallel()
	shanghai, err := time.LoadLocation("Asia/Shanghai")
	require.NoError(t, err)
	for at, want := range map[string][3]string{
		"2026-11-22T15:59:59Z": {"2026-W46", "2026-11-09", "2026-11-15"}, // still Sunday there
		"2026-11-22T16:00:00Z": {"2026-W47", "2026-11-16", "2026-11-22"}, // Monday there
		"2026-11-23T00:00:00Z": {"2026-W47", "2026-11-16", "2026-11-22"},
		"2026-01-05T00:00:00Z": {"2026-W01", "2025-12-29", "2026-01-04"},
		"2027-01-04T00:00:00Z": {"2026-W53", "2026-12-28", "2027-01-03"},
	} {
		instant, err := time.Parse(time.RFC3339, at)
		require.NoError(t, err)
		week, first, last := dispute.WeekBefore(instant, shanghai)
		require.Equal(t, want, [3]string{week, first, last}, at)
	}
}
