package dispute

import (
	"bytes"
	"encoding/csv"
	"encoding/json"
	"fmt"
	"io"
	"slices"
	"strconv"
	"strings"
	"time"
)

// ReportName names one of the reports of GET /v1/reports.
type ReportName string

// The reports.
const (
	ReportServiceLevels    ReportName = "service-levels"
	ReportBreaches         ReportName = "breaches"
	ReportReasons          ReportName = "reasons"
	ReportLiability        ReportName = "liability"
	ReportRefundTimes      ReportName = "refund-times"
	ReportRepeatComplaints ReportName = "repeat-complaints"
	ReportAbuseDecisions   ReportName = "abuse-decisions"
	ReportSatisfaction     ReportName = "satisfaction"
	ReportKnowledge        ReportName = "knowledge"
	ReportAgents           ReportName = "agents"
)

// ReportNames lists every report.
func ReportNames() []ReportName {
	return []ReportName{ReportServiceLevels, ReportBreaches, ReportReasons, ReportLiability, ReportRefundTimes,
		ReportRepeatComplaints, ReportAbuseDecisions, ReportSatisfaction, ReportKnowledge, ReportAgents}
}

// AboutMoney says whether the report is one that finance may read.
func (n ReportName) AboutMoney() bool {
	return n == ReportReasons || n == ReportLiability || n == ReportRefundTimes
}

// ReportQuery is what is asked of a report. Empty filters select everything.
type ReportQuery struct {
	Name ReportName
	// From and To are civil days (YYYY-MM-DD) in Zone, both counted in; "" is open.
	From, To string
	Zone     string // IANA name; days and weeks are its
	ShopID   string
	Team     string
	Assignee string
	Policy   string
	Channel  Channel
	Kind     Kind
	Reason   Reason
	// GroupBy are dimensions: shop_id, team, channel, kind, reason, assignee, policy, day, week, month.
	GroupBy []string
	// Days is the span of a repeated complaint; 30 if 0.
	Days int
	// Limit is how many rows a table has at most; 200 if 0.
	Limit  int
	Cursor string // of the list of breaches
}

// MaxReportRows bounds a table of a report.
const MaxReportRows = 1000

// reportDimensions are what a report can be grouped by.
var reportDimensions = []string{"shop_id", "team", "channel", "kind", "reason", "assignee", "policy", "day", "week", "month"}

// Check fails with CodeInvalid and fields on what cannot be asked.
func (q ReportQuery) Check() error {
	var wrong []Field
	bad := func(pointer, detail string) { wrong = append(wrong, Field{Pointer: pointer, Detail: detail}) }
	if !slices.Contains(ReportNames(), q.Name) {
		bad("name", "there is no such report")
	}
	from, to := q.From, q.To
	for _, d := range []struct{ name, day string }{{"from", from}, {"to", to}} {
		if t, err := time.Parse(time.DateOnly, d.day); d.day != "" && (err != nil || t.Year() < 2000 || t.Year() > 2200) {
			bad(d.name, "a day is YYYY-MM-DD, from 2000 to 2200")
		}
	}
	if from != "" && to != "" && to < from {
		bad("to", "is before from")
	}
	if _, err := time.LoadLocation(q.Zone); err != nil || q.Zone == "" || q.Zone == "Local" {
		bad("zone", "is not a time zone of the IANA database")
	}
	if len(q.GroupBy) > 4 {
		bad("group_by", "at most four dimensions")
	}
	for i, g := range q.GroupBy {
		if !slices.Contains(reportDimensions, g) {
			bad("group_by/"+strconv.Itoa(i), "is not one of "+strings.Join(reportDimensions, ", "))
		} else if slices.Contains(q.GroupBy[:i], g) {
			bad("group_by/"+strconv.Itoa(i), "stands twice")
		}
	}
	if q.Kind != "" && LegalReasons(q.Kind) == nil {
		bad("kind", "is not a kind of case")
	}
	if q.Reason != "" && q.Reason.Family() == "" {
		bad("reason", "is not a reason")
	}
	if q.Channel != "" && !q.Channel.Valid() {
		bad("channel", "is not a channel")
	}
	if q.Days < 0 || q.Days > 365 {
		bad("days", "1 to 365")
	}
	if q.Limit < 0 || q.Limit > MaxReportRows {
		bad("limit", fmt.Sprintf("1 to %d", MaxReportRows))
	}
	if len(wrong) > 0 {
		return Invalid("the report cannot be made", wrong...)
	}
	return nil
}

// Report is the answer: one or more tables.
type Report struct {
	Name ReportName `json:"name"`
	From string     `json:"from,omitempty"`
	To   string     `json:"to,omitempty"`
	Zone string     `json:"zone"`
	// CountedBy says by which date of a case the filter selects.
	CountedBy string        `json:"counted_by"`
	GroupBy   []string      `json:"group_by"`
	Tables    []ReportTable `json:"tables"`
}

// ReportTable is one table. Amounts are in minor units of the row's currency.
type ReportTable struct {
	Name    string           `json:"name"`
	Columns []string         `json:"columns"`
	Rows    []map[string]any `json:"rows"`
	// Truncated says that there are more rows than were asked for.
	Truncated  bool   `json:"truncated"`
	NextCursor string `json:"next_cursor,omitempty"` // of a list that goes on
}

// Table returns a table by its name ("" is the first), or nil.
func (r *Report) Table(name string) *ReportTable {
	for i := range r.Tables {
		if name == "" || r.Tables[i].Name == name {
			return &r.Tables[i]
		}
	}
	return nil
}

// bom tells spreadsheets that the file is UTF-8; without it they show Chinese as noise.
const bom = "\ufeff"

// WriteCSV writes the table as RFC 4180, in UTF-8 with a byte order mark. A cell that a
// spreadsheet would take for a formula gets an apostrophe before it; numbers are
// written as they are.
func (t *ReportTable) WriteCSV(out io.Writer) error {
	if _, err := io.WriteString(out, bom); err != nil {
		return err
	}
	w := csv.NewWriter(out)
	w.UseCRLF = true
	if err := w.Write(t.Columns); err != nil {
		return err
	}
	cells := make([]string, len(t.Columns))
	for _, row := range t.Rows {
		for i, c := range t.Columns {
			cells[i] = cell(row[c])
		}
		if err := w.Write(cells); err != nil {
			return err
		}
	}
	w.Flush()
	return w.Error()
}

func cell(v any) string {
	switch v := v.(type) {
	case nil:
		return ""
	case string:
		return SafeCell(v)
	case float64:
		return strconv.FormatFloat(v, 'f', -1, 64)
	case time.Time:
		return v.UTC().Format(time.RFC3339)
	case []string:
		return SafeCell(strings.Join(v, " "))
	default:
		return fmt.Sprint(v)
	}
}

// SafeCell defuses a text that a spreadsheet would take for a formula.
func SafeCell(s string) string {
	trimmed := strings.TrimLeft(s, " \t\r\n\u00a0\u3000")
	if trimmed != "" && strings.ContainsRune("=+-@＝＋－＠", []rune(trimmed)[0]) || s != "" && strings.ContainsRune("\t\r\n", rune(s[0])) {
		return "'" + s
	}
	return s
}

// WeeklyReport is one issue of the report to the supervisors.
type WeeklyReport struct {
	Week      string        `json:"week"` // ISO 8601, e.g. 2026-W47
	FirstDay  string        `json:"first_day"`
	LastDay   string        `json:"last_day"`
	Zone      string        `json:"zone"`
	Figures   WeeklyFigures `json:"figures"`
	CreatedAt time.Time     `json:"created_at"`
	SentAt    *time.Time    `json:"sent_at,omitempty"`
}

// WeeklyFigures is what a week comes to.
type WeeklyFigures struct {
	Opened        int64            `json:"opened"`
	ServiceLevels []map[string]any `json:"service_levels"` // by clock
	Breaches      []map[string]any `json:"breaches"`       // by clock and owner
	Reasons       []map[string]any `json:"reasons"`        // the ten most frequent, with cost by currency
	Products      []map[string]any `json:"products"`       // the ten most frequent
	Satisfaction  []map[string]any `json:"satisfaction"`
	Repeats       []map[string]any `json:"repeats"`
}

// UnmarshalJSON reads whole numbers as int64: amounts are among them, and a float would
// round them.
func (w *WeeklyFigures) UnmarshalJSON(raw []byte) error {
	type plain WeeklyFigures
	d := json.NewDecoder(bytes.NewReader(raw))
	d.UseNumber()
	if err := d.Decode((*plain)(w)); err != nil {
		return err
	}
	for _, rows := range [][]map[string]any{w.ServiceLevels, w.Breaches, w.Reasons, w.Products, w.Satisfaction, w.Repeats} {
		for _, row := range rows {
			for column, v := range row {
				if n, ok := v.(json.Number); ok {
					row[column] = numberOf(n)
				}
			}
		}
	}
	return nil
}

// numberOf is a whole number as int64, a share or a time as float64.
func numberOf(n json.Number) any {
	if whole, err := n.Int64(); err == nil {
		return whole
	}
	part, err := n.Float64()
	if err != nil {
		return n.String()
	}
	return part
}

// WeekBefore is the last whole week (Monday to Sunday) in a zone that had ended at an
// instant: its ISO name, and its first and last day.
func WeekBefore(at time.Time, zone *time.Location) (week, firstDay, lastDay string) {
	y, m, d := at.In(zone).Date()
	today := time.Date(y, m, d, 12, 0, 0, 0, time.UTC)
	monday := today.AddDate(0, 0, -(int(today.Weekday())+6)%7-7)
	year, number := monday.ISOWeek()
	return fmt.Sprintf("%04d-W%02d", year, number), monday.Format(time.DateOnly), monday.AddDate(0, 0, 6).Format(time.DateOnly)
}

// Access is one look at what people sent in (domain: access log).
type Access struct {
	ID        int64     `json:"-"`
	CaseID    string    `json:"-"`
	At        time.Time `json:"at"`
	Actor     Actor     `json:"actor"`
	What      string    `json:"what"`           // dossier or evidence
	Item      string    `json:"item,omitempty"` // evidence id
	RequestID string    `json:"request_id"`
}

// What can be looked at.
const (
	AccessDossier  = "dossier"
	AccessEvidence = "evidence"
)
