package api

import (
	"context"
	"errors"
	"net/http"
	"reflect"
	"strings"
	"testing"

	"github.com/getkin/kin-openapi/openapi3"
	"github.com/stretchr/testify/require"

	"github.com/redresshq/redress/dispute"
)

// Every field that an answer may have stands in the document, and the other way round.
func TestDocumentKnowsEveryField(t *testing.T) {
	t.Parallel()
	doc, err := loadSpec()
	require.NoError(t, err)
	for name, v := range map[string]any{
		"Case": CaseView{}, "Problem": ProblemDocument{}, "Action": AllowedAction{}, "Money": dispute.Money{}, "Line": dispute.Line{},
		"Remedy": dispute.Remedy{}, "AmountPart": dispute.AmountPart{}, "Credit": dispute.Credit{}, "Actor": dispute.Actor{}, "Share": dispute.Share{}, "Evidence": dispute.Evidence{},
		"CompletenessNotice": dispute.CompletenessNotice{}, "Explanation": dispute.Explanation{}, "Risk": dispute.Risk{},
		"Facts": dispute.Facts{}, "Offer": dispute.Offer{}, "Decision": dispute.Decision{}, "Approval": dispute.Approval{},
		"Clock": dispute.Clock{}, "Leg": dispute.Leg{}, "CaseText": dispute.Text{}, "Retention": dispute.Retention{}, "TimelineEntry": dispute.RecordedEntry{},
		"PartnerEvent": dispute.InboxEvent{}, "Webhook": WebhookBody{},
		"Forecast": dispute.Forecast{}, "ForecastStep": dispute.ForecastStep{},
	} {
		schema := doc.Components.Schemas[name].Value
		fields := map[string]bool{}
		jsonFields(reflect.TypeOf(v), fields)
		if name == "Clock" {
			delete(fields, "laid") // of the record: answers show the clock as it stands (dispute.Case.AsOf)
		}
		for f := range fields {
			require.Containsf(t, schema.Properties, f, "%s.%s is not in the document", name, f)
		}
		for p := range schema.Properties {
			require.Truef(t, fields[p], "%s.%s is in the document only", name, p)
		}
	}
}

func jsonFields(t reflect.Type, into map[string]bool) {
	for i := range t.NumField() {
		f := t.Field(i)
		tag, _, _ := strings.Cut(f.Tag.Get("json"), ",")
		switch {
		case f.Anonymous && tag == "":
			jsonFields(f.Type, into)
		case f.IsExported() && tag != "-":
			into[tag] = true
		}
	}
}

// The values of the document are those of the rules.
func TestDocumentKnowsEveryValue(t *testing.T) {
	t.Parallel()
	doc, err := loadSpec()
	require.NoError(t, err)
	enum := func(name string) []any { return doc.Components.Schemas[name].Value.Enum }
	for _, s := range dispute.Stages() {
		require.Contains(t, enum("Stage"), string(s))
	}
	for _, k := range enum("Kind") {
		for _, r := range dispute.LegalReasons(dispute.Kind(k.(string))) {
			require.Contains(t, enum("Reason"), string(r))
		}
		require.NotEmpty(t, dispute.LegalReasons(dispute.Kind(k.(string))), k)
	}
	for _, r := range enum("Reason") {
		require.NotEmpty(t, dispute.Reason(r.(string)).Family(), r)
	}
	for _, r := range enum("RemedyType") {
		require.True(t, dispute.RemedyType(r.(string)).Known(), r)
	}
	for _, c := range enum("Channel") {
		require.True(t, dispute.Channel(c.(string)).Valid(), c)
	}
}

// Every operation explains itself and has an example of what it takes and gives.
func TestDocumentIsComplete(t *testing.T) {
	t.Parallel()
	doc, err := loadSpec()
	require.NoError(t, err)
	for path, item := range doc.Paths.Map() {
		for method, op := range item.Operations() {
			at := method + " " + path
			require.NotEmpty(t, op.Summary, at)
			require.NotEmpty(t, op.Description, at)
			require.NotEmpty(t, op.Tags, at)
			if op.RequestBody != nil {
				hasExample(t, at, op.RequestBody.Value.Content["application/json"])
			}
			for status, response := range op.Responses.Map() {
				for kind, content := range response.Value.Content {
					if kind != "*/*" {
						hasExample(t, at+" "+status, content)
					}
					if status[0] >= '4' {
						require.Equal(t, problemType, kind, at+" "+status)
					}
				}
			}
		}
	}
}

func hasExample(t *testing.T, at string, m *openapi3.MediaType) {
	t.Helper()
	require.NotNil(t, m, at)
	require.True(t, m.Example != nil || len(m.Examples) > 0, at+" has no example")
}

func TestOperations(t *testing.T) {
	t.Parallel()
	ready := error(nil)
	b := setup(t, func(d *Deps) {
		d.Ready = nil
	})
	b.do(call{method: "GET", path: "/healthz"}).status(200)
	b.do(call{method: "GET", path: "/readyz"}).status(200)
	b.do(call{method: "GET", path: "/metrics"}).status(404).code(dispute.CodeNotFound)
	require.Equal(t, Spec, b.do(call{method: "GET", path: "/openapi.yaml"}).status(200).Body.Bytes())

	b = setup(t, func(d *Deps) {
		d.Ready = func(context.Context) error { return ready }
		d.Metrics = http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Content-Type", "text/plain; version=0.0.4")
			if _, err := w.Write([]byte("redress_inbox_pending 0\n")); err != nil {
				panic(err)
			}
		})
	})
	b.do(call{method: "GET", path: "/readyz"}).status(200)
	ready = errors.New("postgres is away: password=x")
	require.NotContains(t, b.do(call{method: "GET", path: "/readyz"}).status(503).Body.String(), "password")
	b.do(call{method: "GET", path: "/healthz"}).status(200)
	require.Contains(t, b.do(call{method: "GET", path: "/metrics"}).status(200).Body.String(), "redress_inbox_pending")
}
