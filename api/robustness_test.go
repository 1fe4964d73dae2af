package api

import (
	"encoding/json"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/redresshq/redress/dispute"
)

// garbage is what nobody should send.
func garbage() []string {
	deep := strings.Repeat(`{"a":`, 20_000) + "1" + strings.Repeat("}", 20_000)
	return []string{"", " ", "null", "true", "0", `""`, "[]", "{}", "{", "}", `{"a"}`, "\x00", "\xff\xfe", "\ufeff{}", `{"type":{}}`,
		`{"note":"\u0000"}`, `{"\u0000":1}`, `{"note":"\ud800"}`, `{"text":5}`, `{"lines":null}`, `{"lines":[null]}`, `{"lines":[[[[]]]]}`,
		`{"remedies":[null]}`, `{"remedies":[{"type":null}]}`, `{"remedies":[{"type":"refund","amount":null}]}`, `{"reject":null}`,
		`{"expected_version":1e400}`, `{"expected_version":-1}`, `{"expected_version":9223372036854775808}`, `{"expected_version":1.0}`,
		`{"remedies":[{"type":"refund","lines":[{"line_id":"l1","quantity":99999999999999999999}]}]}`,
		`{"action":"accept","counter":null}`, `{"result":"maybe"}`, `{"approve":"yes"}`, `{"EXPECTED_VERSION":3}`, `{"a":1,"a":2}`,
		strings.Repeat("[", 50_000), deep, strings.Repeat(" ", 1<<20), `{"text":"` + strings.Repeat("a", 20_000) + `"}`}
}

// No input brings an answer of the 5xx class, and none brings a secret out.
func TestGarbage(t *testing.T) {
	t.Parallel()
	kinds := []string{"application/json", "application/json; charset=utf-16", "APPLICATION/JSON", "text/xml", "", "application/json;", "multipart/form-data; boundary=x", ";;;"}
	for id, s := range samples {
		if s.body == nil {
			continue
		}
		t.Run(id, func(t *testing.T) {
			t.Parallel()
			b := setup(t)
			b.store.inbox = []dispute.InboxEvent{{ID: 1, Source: "sf", EventID: "e", Type: "t", State: dispute.InboxUnmatched, ReceivedAt: noon}}
			for i, body := range garbage() {
				for j, kind := range kinds {
					if j > 0 && i > 12 {
						break
					}
					role := dispute.RoleSupervisor
					if id == "respondToOffer" {
						role = dispute.RoleCustomer
					}
					if expected[id] == "A" {
						role = dispute.RoleAdmin
					}
					a := b.do(call{method: s.method, path: strings.ReplaceAll(s.path, "{case}", "case_mine"), as: role,
						key: itoa(int64(i)) + "-" + itoa(int64(j)), body: strings.NewReader(body), header: map[string]string{"Content-Type": kind}})
					require.Lessf(t, a.Code, 500, "%q: %s", body[:min(len(body), 80)], a.Body)
				}
			}
		})
	}
}

func TestStrangePaths(t *testing.T) {
	t.Parallel()
	b := setup(t)
	for _, path := range []string{"/", "/v1", "/v1/cases/", "/v1/cases/%00", "/v1/cases/%ff", "/v1/cases/%zz", "/v1/cases/a%20b", "/v1/cases/a%2Fb",
		"/v1/cases/..%2f..%2fetc", "/v1/cases/case_mine/evidence/%00/content", "/v1/cases/case_mine/legs/%2525/label", "/v1/cases/" + strings.Repeat("a", 5000),
		"/v1/cases/case_mine/timeline?after_seq=-1", "/v1/cases/case_mine/timeline?after_seq=99999999999999999999", "/v1/cases/case_mine/timeline?limit=1e9",
		"/v1/events?after=9223372036854775808", "/v1/events?after=%00", "/v1/partner-events?state=%27", "/v1/partner-events?cursor=x", "/v1/partner-events?cursor=-1",
		"/v1/cases?%00=1", "/v1/cases?limit=1&limit=2", "/v1/cases?a;b", "/v1/cases?order_id=" + strings.Repeat("a", 200)} {
		for _, method := range []string{"GET", "POST", "PUT", "DELETE", "PATCH", "HEAD", "OPTIONS", "BREW"} {
			r := httptest.NewRequest(method, "/", nil)
			raw, query, _ := strings.Cut(path, "?")
			r.URL.Path, r.URL.RawPath, r.URL.RawQuery = raw, raw, query
			if decoded, err := unescape(raw); err == nil {
				r.URL.Path = decoded
			}
			r.Header.Set("Authorization", "Bearer "+b.token(dispute.RoleAdmin, ""))
			r.Header.Set("Idempotency-Key", "k")
			w := httptest.NewRecorder()
			b.ServeHTTP(w, r)
			require.Lessf(t, w.Code, 500, "%s %s: %s", method, path, w.Body)
			if w.Code >= 400 && method != "HEAD" {
				require.Equal(t, problemType, w.Header().Get("Content-Type"))
			}
		}
	}
	a := b.do(call{method: "PUT", path: "/v1/cases", as: dispute.RoleAgent}).status(405)
	a.code(codeMethod)
	require.NotEmpty(t, a.Header().Get("Allow"))
	b.do(call{method: "GET", path: "/v2/cases", as: dispute.RoleAgent}).status(404).code(dispute.CodeNotFound)
}

func unescape(raw string) (string, error) {
	r, err := httptest.NewRequest("GET", "/", nil).URL.Parse(raw)
	if err != nil {
		return "", err
	}
	return r.Path, nil
}

func FuzzOpenCase(f *testing.F) {
	for _, body := range garbage() {
		f.Add([]byte(body))
	}
	good, err := json.Marshal(opening())
	if err != nil {
		f.Fatal(err)
	}
	f.Add(good)
	f.Fuzz(func(t *testing.T, body []byte) {
		b := setup(t)
		a := b.do(call{method: "POST", path: "/v1/cases", as: dispute.RoleCustomer, key: "k", body: string(body)})
		require.Less(t, a.Code, 500)
	})
}
