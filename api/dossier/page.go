package dossier

import (
	"bytes"
	_ "embed"
	"encoding/json"
	"fmt"
	"html/template"
	"strings"
	"time"

	"github.com/redresshq/redress/dispute"
)

//go:embed page.html
var pageHTML string

// page is what the template sees; it escapes every text by itself.
type page struct {
	Case      dispute.Case
	Gate      dispute.Gate
	Retention *dispute.Retention
	Chain     dispute.ChainReport
	Head      string
	AsOf      time.Time
	Zone      string
	Internal  bool

	Texts      []dispute.Text
	Evidence   []evidence
	Clocks     []clockEvent
	Movements  []dispute.MoneyMovement
	Notices    []dispute.DossierNotice
	Recoveries []map[string]any
	Reports    []dispute.InboxEvent
	Citations  []citation
	Timeline   []dispute.SealedEntry
	Policies   []dispute.RuleRevision
}

// putPage writes the page that people read.
func (a *archive) putPage() error {
	c := a.d.Record.Case
	p := page{Case: c, Gate: a.d.Record.Gate, Retention: a.d.Record.Retention, Chain: a.d.Chain, AsOf: a.at, Zone: a.o.Zone.String(),
		Internal: a.o.Internal, Texts: a.d.Texts, Evidence: a.evidence, Clocks: clockHistory(a.d.Timeline), Movements: a.d.Movements,
		Notices: a.d.Notices, Reports: a.d.Reports, Citations: citations(c), Timeline: a.d.Timeline, Policies: a.d.Policies}
	if n := len(a.d.Timeline); n > 0 {
		p.Head = a.d.Timeline[n-1].Hash
	}
	for _, raw := range a.d.Recoveries {
		var r map[string]any
		if err := json.Unmarshal(raw, &r); err != nil {
			return fmt.Errorf("a recovery: %w", err)
		}
		p.Recoveries = append(p.Recoveries, r)
	}
	made, err := template.New("page").Funcs(a.functions()).Parse(pageHTML)
	if err != nil {
		return err
	}
	var b bytes.Buffer
	if err := made.Execute(&b, p); err != nil {
		return err
	}
	_, err = a.put("index.html", &b)
	return err
}

func (a *archive) functions() template.FuncMap {
	money := func(amount int64, currency string) string {
		return dispute.Money{Amount: amount, Currency: currency}.String()
	}
	return template.FuncMap{
		"when": func(t any) string { return when(t, a.o.Zone) },
		"who": func(x dispute.Actor) string {
			return strings.TrimSpace(string(x.Role) + " " + x.ID)
		},
		"money": money,
		"amount": func(m *dispute.Money) string {
			if m == nil {
				return ""
			}
			return m.String()
		},
		"json": func(v any) (string, error) {
			raw, err := json.Marshal(v)
			return string(raw), err
		},
		"pretty": func(v any) (string, error) {
			raw, err := json.MarshalIndent(v, "", "  ")
			return string(raw), err
		},
		"raw": func(v json.RawMessage) string { return string(v) },
		"text": func(id string) string { // what was written under a note's id
			for _, t := range a.d.Texts {
				if t.ID == id {
					return t.Body
				}
			}
			return ""
		},
	}
}

// when shows an instant in the zone, with its offset; "" for none.
func when(v any, zone *time.Location) string {
	const layout = "2006-01-02 15:04:05 -07:00"
	switch t := v.(type) {
	case time.Time:
		if t.IsZero() {
			return ""
		}
		return t.In(zone).Format(layout)
	case *time.Time:
		if t == nil {
			return ""
		}
		return t.In(zone).Format(layout)
	}
	return ""
}
