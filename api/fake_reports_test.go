package api

import (
	"context"
	"slices"
	"strings"

	"github.com/redresshq/redress/dispute"
)

// fakeReports is the part of the fake store that reports and dossiers need.
type fakeReports struct {
	asked    dispute.ReportQuery // of the last report
	report   dispute.Report
	weeklies []dispute.WeeklyReport
	accesses []dispute.Access
	dossier  dispute.Dossier // what the case's dossier has besides the case
}

func (f *fakeStore) Report(_ context.Context, q dispute.ReportQuery) (dispute.Report, error) {
	leave, err := f.enter()
	defer leave()
	if err != nil {
		return dispute.Report{}, err
	}
	if err := q.Check(); err != nil {
		return dispute.Report{}, wrapped(err)
	}
	f.figures.asked = q
	out := f.figures.report
	out.Name, out.Zone, out.CountedBy, out.GroupBy = q.Name, q.Zone, "opened_at", []string{}
	if out.Tables == nil {
		out.Tables = []dispute.ReportTable{{Name: "reasons", Columns: []string{"reason", "cases"}, Rows: []map[string]any{}}}
	}
	return out, nil
}

func (f *fakeStore) Weeklies(_ context.Context, before string, limit int) ([]dispute.WeeklyReport, error) {
	leave, err := f.enter()
	defer leave()
	var out []dispute.WeeklyReport
	for _, w := range f.figures.weeklies {
		if (before == "" || w.Week < before) && len(out) < limit {
			out = append(out, w)
		}
	}
	return out, err
}

func (f *fakeStore) AddAccess(_ context.Context, a dispute.Access) error {
	leave, err := f.enter()
	defer leave()
	if err == nil {
		a.ID = int64(len(f.figures.accesses) + 1)
		f.figures.accesses = append(f.figures.accesses, a)
	}
	return err
}

func (f *fakeStore) Accesses(_ context.Context, caseID string, before int64, limit int) ([]dispute.Access, error) {
	leave, err := f.enter()
	defer leave()
	var out []dispute.Access
	for _, a := range slices.Backward(f.figures.accesses) {
		if a.CaseID == caseID && (before == 0 || a.ID < before) && len(out) < limit {
			out = append(out, a)
		}
	}
	return out, err
}

func (f *fakeStore) Dossier(_ context.Context, caseID string) (dispute.Dossier, error) {
	leave, err := f.enter()
	defer leave()
	if err != nil {
		return dispute.Dossier{}, err
	}
	d := f.figures.dossier
	d.Record = f.cases[caseID]
	for _, t := range f.texts {
		if t.CaseID == caseID {
			d.Texts = append(d.Texts, t)
		}
	}
	slices.SortFunc(d.Texts, func(a, b dispute.Text) int { return strings.Compare(a.ID, b.ID) })
	for _, e := range f.evidence[caseID] {
		d.Evidence = append(d.Evidence, dispute.EvidenceFile{Evidence: e, FileName: f.names[e.ID]})
	}
	return d, nil
}
