package activities

import (
	"context"
	"fmt"
	"strings"
	"time"

	"github.com/redresshq/redress/dispute"
)

// The activity types of the weekly report.
const (
	NameBuildWeekly = "BuildWeeklyReport"
	NameSendWeekly  = "SendWeeklyReport"
)

// WeeklyRecord is what the weekly report needs of the record.
type WeeklyRecord interface {
	Report(ctx context.Context, query dispute.ReportQuery) (dispute.Report, error)
	// KeepWeekly keeps the issue of a week once, and returns the one that is kept.
	KeepWeekly(ctx context.Context, w dispute.WeeklyReport) (dispute.WeeklyReport, error)
	// Weekly fails with CodeNotFound.
	Weekly(ctx context.Context, week string) (dispute.WeeklyReport, error)
	WeeklySent(ctx context.Context, week string, at time.Time) error
}

// Weekly makes the report that the supervisors get every week, and sends it.
type Weekly struct {
	Record   WeeklyRecord
	Notifier Notifier
	Zone     func(context.Context) (*time.Location, error) // whose weeks they are
	Now      func() time.Time
}

// WeeklyIssue names an issue; a workflow carries no more of it.
type WeeklyIssue struct {
	Week string `json:"week"`
	Sent bool   `json:"sent"`
}

// Build makes the issue of the last whole week before an instant, unless it is there.
func (w *Weekly) Build(ctx context.Context, at time.Time) (WeeklyIssue, error) {
	zone, err := w.Zone(ctx)
	if err != nil {
		return WeeklyIssue{}, Classify(err)
	}
	week, first, last := dispute.WeekBefore(at, zone)
	kept, err := w.Record.Weekly(ctx, week)
	if dispute.CodeOf(err) == dispute.CodeNotFound {
		var figures dispute.WeeklyFigures
		if figures, err = w.figures(ctx, zone.String(), first, last); err == nil {
			kept, err = w.Record.KeepWeekly(ctx, dispute.WeeklyReport{Week: week, FirstDay: first, LastDay: last, Zone: zone.String(), Figures: figures})
		}
	}
	return WeeklyIssue{Week: kept.Week, Sent: kept.SentAt != nil}, Classify(err)
}

func (w *Weekly) figures(ctx context.Context, zone, first, last string) (f dispute.WeeklyFigures, err error) {
	for _, part := range []struct {
		name  dispute.ReportName
		table string
		limit int
		into  *[]map[string]any
	}{
		{dispute.ReportServiceLevels, "clocks", 10, &f.ServiceLevels}, {dispute.ReportBreaches, "counts", 50, &f.Breaches},
		{dispute.ReportReasons, "reasons", 10, &f.Reasons}, {dispute.ReportReasons, "products", 10, &f.Products},
		{dispute.ReportSatisfaction, "survey", 1, &f.Satisfaction}, {dispute.ReportRepeatComplaints, "repeats", 1, &f.Repeats},
	} {
		report, err := w.Record.Report(ctx, dispute.ReportQuery{Name: part.name, From: first, To: last, Zone: zone, Limit: part.limit})
		if err != nil {
			return f, err
		}
		if t := report.Table(part.table); t != nil {
			*part.into = t.Rows
		}
	}
	if len(f.Repeats) > 0 {
		if n, ok := f.Repeats[0]["cases"].(int64); ok {
			f.Opened = n
		}
	}
	return f, nil
}

// Send hands an issue to the supervisors' channel, under the key of its week: again is
// the same one.
func (w *Weekly) Send(ctx context.Context, week string) error {
	issue, err := w.Record.Weekly(ctx, week)
	if err != nil || issue.SentAt != nil {
		return Classify(err)
	}
	subject, text := weeklyWords(issue)
	if err := w.Notifier.Notify(ctx, Notification{Key: "report/weekly/" + week, At: issue.CreatedAt, To: dispute.RoleSupervisor,
		Language: dispute.LanguageChinese, Subject: subject, Text: text, Data: map[string]any{"report": "weekly", "week": week,
			"first_day": issue.FirstDay, "last_day": issue.LastDay}}); err != nil {
		return Classify(err)
	}
	return Classify(w.Record.WeeklySent(ctx, week, w.Now().UTC()))
}

// weeklyWords is an issue as people read it.
func weeklyWords(w dispute.WeeklyReport) (subject, text string) {
	subject = fmt.Sprintf("售后周报 %s（%s 至 %s） / Weekly after-sales report", w.Week, w.FirstDay, w.LastDay)
	var b strings.Builder
	fmt.Fprintf(&b, "%s\n时区 time zone: %s\n\n新案件 Cases opened: %d\n", subject, w.Zone, w.Figures.Opened)
	for _, section := range []struct {
		title   string
		rows    []map[string]any
		columns []string
	}{
		{"服务时限 Service levels", w.Figures.ServiceLevels, []string{"clock", "cases", "met", "breached", "open", "met_percent", "median_hours", "p90_hours"}},
		{"超时 Breaches", w.Figures.Breaches, []string{"clock", "owner", "team", "breaches", "cases"}},
		{"原因 Reasons", w.Figures.Reasons, []string{"reason", "cases", "share_percent", "currency", "cost"}},
		{"商品 Products", w.Figures.Products, []string{"sku", "cases", "units", "currency", "refunded"}},
		{"满意度 Satisfaction", w.Figures.Satisfaction, []string{"asked", "answered", "mean"}},
		{"重复投诉 Repeated complaints", w.Figures.Repeats, []string{"cases", "same_customer", "same_order", "same_product"}},
	} {
		fmt.Fprintf(&b, "\n%s\n", section.title)
		for _, row := range section.rows {
			for i, c := range section.columns {
				v := row[c]
				amount, whole := v.(int64)
				if currency, ok := row["currency"].(string); ok && whole && (c == "cost" || c == "refunded") {
					v = dispute.Money{Amount: amount, Currency: currency}
				}
				if i > 0 {
					b.WriteString("; ")
				}
				fmt.Fprintf(&b, "%s %s", c, shown(v))
			}
			b.WriteString("\n")
		}
	}
	b.WriteString("\nGET /v1/reports/weekly, GET /v1/reports/{name}\n")
	return subject, b.String()
}

func shown(v any) string {
	switch v := v.(type) {
	case nil:
		return "–"
	case string:
		if v == "" {
			return "–"
		}
		return v
	case float64:
		return strings.TrimSuffix(strings.TrimRight(fmt.Sprintf("%.2f", v), "0"), ".")
	default:
		return fmt.Sprint(v)
	}
}
