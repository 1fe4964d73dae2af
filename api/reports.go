package api

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"mime"
	"strings"
	"time"

	"github.com/redresshq/redress/api/dossier"
	"github.com/redresshq/redress/dispute"
)

// standardPolicy is whose calendar's zone is the shop's.
const standardPolicy = "default"

// GetReport answers figures over all cases.
func (s *Server) GetReport(ctx context.Context, r GetReportRequestObject) (GetReportResponseObject, error) {
	x, p := exchangeOf(ctx), r.Params
	if x.caller.Role == dispute.RoleFinance && !r.Name.AboutMoney() {
		return nil, dispute.Errorf(dispute.CodeForbidden, "finance reads the reports on reasons, liability and refund times")
	}
	q := dispute.ReportQuery{Name: r.Name, From: value(p.From), To: value(p.To), Zone: value(p.Zone), ShopID: value(p.ShopId),
		Team: value(p.Team), Assignee: value(p.Assignee), Policy: value(p.Policy), Channel: value(p.Channel), Kind: value(p.Kind),
		Reason: value(p.Reason), Days: value(p.Days), Limit: value(p.Limit), Cursor: value(p.Cursor)}
	for _, g := range value(p.GroupBy) {
		q.GroupBy = append(q.GroupBy, string(g))
	}
	if q.Zone == "" {
		q.Zone = s.zoneOf(ctx, standardPolicy).String()
	}
	report, err := s.Store.Report(ctx, q)
	if err != nil {
		return nil, err
	}
	if q.Name == dispute.ReportAbuseDecisions || q.Name == dispute.ReportRepeatComplaints {
		report = forSupervisors(report, x.caller.Role)
	}
	table := report.Table(value(p.Table))
	if table == nil {
		return nil, dispute.Invalid("the report has no such table", dispute.Field{Pointer: "table", Detail: "it has " + strings.Join(tableNames(report), ", ")})
	}
	if wantsCSV(value(p.Format), x.request.Header.Get("Accept")) {
		var b bytes.Buffer
		if err := table.WriteCSV(&b); err != nil {
			return nil, fmt.Errorf("report as CSV: %w", err)
		}
		return GetReport200TextcsvResponse{Body: &b, ContentLength: int64(b.Len()), Headers: GetReport200ResponseHeaders{
			ContentDisposition: pointer(attachment(string(q.Name) + "-" + table.Name + ".csv"))}}, nil
	}
	if value(p.Table) != "" {
		report.Tables = []dispute.ReportTable{*table}
	}
	return GetReport200JSONResponse{Body: report}, nil
}

// wantsCSV says whether the caller asked for CSV; the parameter outweighs the header.
func wantsCSV(format GetReportParamsFormat, accept string) bool {
	return format == Csv || format == "" && strings.Contains(accept, "text/csv")
}

// forSupervisors leaves out who the customers are for everybody else.
func forSupervisors(r dispute.Report, role dispute.Role) dispute.Report {
	if role == dispute.RoleSupervisor || role == dispute.RoleAdmin {
		return r
	}
	for _, t := range r.Tables {
		for _, row := range t.Rows {
			delete(row, "customer_id")
		}
	}
	return r
}

func tableNames(r dispute.Report) []string {
	var names []string
	for _, t := range r.Tables {
		names = append(names, t.Name)
	}
	return names
}

// zoneOf is the zone of a policy's calendar; UTC where neither can be had.
func (s *Server) zoneOf(ctx context.Context, policy string) *time.Location {
	library, err := s.Rules.Library(ctx, 0)
	if err != nil {
		return time.UTC
	}
	book, err := library.Book(policy)
	if err != nil {
		return time.UTC
	}
	calendar, err := library.Calendar(book.Policy().Calendar)
	if err != nil {
		return time.UTC
	}
	return calendar.Zone()
}

// ListWeeklyReports answers the issues that were made.
func (s *Server) ListWeeklyReports(ctx context.Context, r ListWeeklyReportsRequestObject) (ListWeeklyReportsResponseObject, error) {
	limit := pageSize(r.Params.Limit)
	all, err := s.Store.Weeklies(ctx, value(r.Params.Cursor), limit+1)
	if err != nil {
		return nil, err
	}
	page := WeeklyReportPage{Items: []dispute.WeeklyReport{}}
	if len(all) > limit {
		all = all[:limit]
		page.NextCursor = all[limit-1].Week
	}
	page.Items = append(page.Items, all...)
	return ListWeeklyReports200JSONResponse(page), nil
}

// ListAccesses answers who looked at what people sent in.
func (s *Server) ListAccesses(ctx context.Context, r ListAccessesRequestObject) (ListAccessesResponseObject, error) {
	limit := pageSize(r.Params.Limit)
	before, err := sequenceCursor(r.Params.Cursor)
	if err != nil {
		return nil, err
	}
	all, err := s.Store.Accesses(ctx, exchangeOf(ctx).caseID(), before, limit+1)
	if err != nil {
		return nil, err
	}
	page := AccessPage{Items: []dispute.Access{}}
	if len(all) > limit {
		all = all[:limit]
		page.NextCursor = itoa(all[limit-1].ID)
	}
	page.Items = append(page.Items, all...)
	return ListAccesses200JSONResponse(page), nil
}

// looked records that the caller looks at what people sent in. Who cannot be recorded
// sees nothing.
func (s *Server) looked(ctx context.Context, what, item string) error {
	x := exchangeOf(ctx)
	return s.Store.AddAccess(ctx, dispute.Access{CaseID: x.caseID(), At: s.now(), Actor: x.actor(), What: what, Item: item, RequestID: x.id})
}

// GetDossier answers everything on record of a case as one archive.
func (s *Server) GetDossier(ctx context.Context, r GetDossierRequestObject) (GetDossierResponseObject, error) {
	x := exchangeOf(ctx)
	d, err := s.Store.Dossier(ctx, x.caseID())
	if err != nil {
		return nil, err
	}
	d.Record.Case = d.Record.Case.AsOf(s.now())
	archive, err := dossier.New(d, dossier.Options{
		Zone: s.zoneOf(ctx, d.Record.Case.PolicyVersion), Internal: r.Params.Internal == nil || *r.Params.Internal, Now: s.now(),
		Open: func(sha256 string) (io.ReadCloser, error) { return s.Blobs.Open(ctx, x.caseID(), sha256) },
	})
	if err != nil {
		return nil, err
	}
	if err := s.looked(ctx, dispute.AccessDossier, ""); err != nil {
		archive.Close()
		return nil, err
	}
	body, out := io.Pipe()
	go func() {
		_, err := archive.WriteTo(out)
		out.CloseWithError(err) // nil ends the archive; an error cuts the answer off, so that nobody takes half of it for all
	}()
	return GetDossier200ApplicationzipResponse{Body: body, Headers: GetDossier200ResponseHeaders{
		ContentDisposition: pointer(attachment("dossier-" + x.caseID() + ".zip"))}}, nil
}

func attachment(name string) string {
	return mime.FormatMediaType("attachment", map[string]string{"filename": name})
}
