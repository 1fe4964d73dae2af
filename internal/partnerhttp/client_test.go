package partnerhttp_test

import (
	"context"
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"
	"time"

	"code.dny.dev/ssrf"
	"github.com/stretchr/testify/require"
	"go.uber.org/goleak"

	"github.com/redresshq/redress/activities"
	"github.com/redresshq/redress/internal/partnerhttp"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

func newClient(t *testing.T, handler http.HandlerFunc, o partnerhttp.Options) *partnerhttp.Client {
	t.Helper()
	server := httptest.NewServer(handler)
	t.Cleanup(server.Close)
	c, err := partnerhttp.New("test", server.URL+"/base/", o)
	require.NoError(t, err)
	t.Cleanup(c.Close)
	return c
}

func answer(status int, header http.Header, body string) http.HandlerFunc {
	return func(w http.ResponseWriter, _ *http.Request) {
		for name := range header {
			w.Header().Set(name, header.Get(name))
		}
		w.WriteHeader(status)
		if _, err := io.WriteString(w, body); err != nil {
			panic(http.ErrAbortHandler)
		}
	}
}

func TestAnswers(t *testing.T) {
	t.Parallel()
	later := http.Header{"Retry-After": {time.Now().Add(time.Hour).UTC().Format(http.TimeFormat)}}
	tests := []struct {
		name   string
		serve  http.HandlerFunc
		status int
		code   string
		retry  time.Duration
	}{
		{"declined", answer(402, nil, `{"code":"insufficient_funds","message":"Li Na has no money"}`), 402, "insufficient_funds", 0},
		{"contract's 404", answer(404, nil, `{"code":"unknown_thing"}`), 404, "unknown_thing", 0},
		{"another code's 404", answer(404, nil, `{"code":"unknown_path"}`), 0, "bad_answer", 0},
		{"a proxy's 404", answer(404, nil, `<html>not found</html>`), 0, "bad_answer", 0},
		{"redirect", answer(302, http.Header{"Location": {"http://127.0.0.1:1/elsewhere"}}, ""), 0, "redirect", 0},
		{"not modified", answer(304, nil, ""), 0, "redirect", 0},
		{"garbage", answer(200, nil, "It works!"), 0, "bad_answer", 0},
		{"empty", answer(200, nil, ""), 0, "bad_answer", 0},
		{"two documents", answer(200, nil, `{} {}`), 0, "bad_answer", 0},
		{"wrong type", answer(200, nil, `{"n":"text"}`), 0, "bad_answer", 0},
		{"too large", answer(200, nil, `{"s":"`+strings.Repeat("x", 1<<20)+`"}`), 0, "bad_answer", 0},
		{"cut off", func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Content-Length", "100")
			w.WriteHeader(200)
		}, 0, "", 0},
		{"no answer", func(http.ResponseWriter, *http.Request) { panic(http.ErrAbortHandler) }, 0, "", 0},
		{"error without body", answer(500, nil, ""), 500, "", 0},
		{"error in prose", answer(400, nil, `{"code":"Dear Li Na, sorry"}`), 400, "", 0},
		{"code of another type", answer(422, nil, `{"code":7}`), 422, "", 0},
		{"seconds", answer(429, http.Header{"Retry-After": {" 12 "}}, `{"code":"rate_limited"}`), 429, "rate_limited", 12 * time.Second},
		{"forever", answer(503, http.Header{"Retry-After": {"99999999999"}}, ""), 503, "", 24 * time.Hour},
		{"negative", answer(503, http.Header{"Retry-After": {"-5"}}, ""), 503, "", 0},
		{"past date", answer(503, http.Header{"Retry-After": {"Mon, 02 Jan 2006 15:04:05 GMT"}}, ""), 503, "", 0},
		{"nonsense", answer(503, http.Header{"Retry-After": {"soon"}}, ""), 503, "", 0},
		{"date", answer(503, later, ""), 503, "", time.Hour},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			c := newClient(t, tt.serve, partnerhttp.Options{})
			var out struct {
				N int    `json:"n"`
				S string `json:"s"`
			}
			err := c.Do(t.Context(), partnerhttp.Call{Operation: "try", Method: http.MethodPost, Path: []string{"v1"}, Key: "k", Out: &out, NotFound: []string{"unknown_thing"}})
			var failed *activities.PartnerError
			require.ErrorAs(t, err, &failed)
			require.Equal(t, "test", failed.Partner)
			require.Equal(t, tt.status, failed.Status)
			require.Equal(t, tt.code, failed.Code)
			require.InDelta(t, tt.retry, failed.RetryAfter, float64(5*time.Second))
			require.NotContains(t, failed.Error(), "Li Na", "the partner's text stays out")
		})
	}
}

func TestRequest(t *testing.T) {
	t.Parallel()
	got := make(chan *http.Request, 1)
	c := newClient(t, func(w http.ResponseWriter, r *http.Request) {
		body, err := io.ReadAll(r.Body)
		if err != nil || string(body) != `{"a":1}` {
			w.WriteHeader(http.StatusBadRequest)
		}
		got <- r
	}, partnerhttp.Options{Token: "tok", UserAgent: "redress/1.2"})
	require.NoError(t, c.Do(t.Context(), partnerhttp.Call{Operation: "try", Method: http.MethodPost, Path: []string{"v1", "a/b ü"},
		Query: url.Values{"q": {"x/y"}}, Key: "case_1/refund-1/1", In: map[string]int{"a": 1}}))
	r := <-got
	require.Equal(t, "/base/v1/a%2Fb%20%C3%BC", r.URL.EscapedPath())
	require.Equal(t, "q=x%2Fy", r.URL.RawQuery)
	require.Equal(t, "case_1/refund-1/1", r.Header.Get("Idempotency-Key"))
	require.Equal(t, "Bearer tok", r.Header.Get("Authorization"))
	require.Equal(t, "redress/1.2", r.Header.Get("User-Agent"))
	require.Equal(t, "application/json", r.Header.Get("Content-Type"))
}

func TestNothingIsSent(t *testing.T) {
	t.Parallel()
	c := newClient(t, func(http.ResponseWriter, *http.Request) { t.Error("it was sent") }, partnerhttp.Options{})
	tests := []struct {
		name   string
		call   partnerhttp.Call
		status int
		code   string
	}{
		{"no key", partnerhttp.Call{Method: http.MethodPost, Path: []string{"v1"}}, 400, "idempotency_key_missing"},
		{"empty segment", partnerhttp.Call{Method: http.MethodGet, Path: []string{"v1", ""}}, 404, "unaddressable"},
		{"parent segment", partnerhttp.Call{Method: http.MethodGet, Path: []string{"v1", ".."}}, 404, "unaddressable"},
		{"no JSON", partnerhttp.Call{Method: http.MethodPost, Path: []string{"v1"}, Key: "k", In: make(chan int)}, 0, "bad_request"},
		{"line break in the key", partnerhttp.Call{Method: http.MethodPost, Path: []string{"v1"}, Key: "k\r\nX: y"}, 0, ""},
	}
	for _, tt := range tests {
		var failed *activities.PartnerError
		require.ErrorAs(t, c.Do(t.Context(), tt.call), &failed, tt.name)
		require.Equal(t, tt.status, failed.Status, tt.name)
		require.Equal(t, tt.code, failed.Code, tt.name)
	}
}

func TestTimeouts(t *testing.T) {
	t.Parallel()
	hang := func(_ http.ResponseWriter, r *http.Request) { <-r.Context().Done() }
	c := newClient(t, hang, partnerhttp.Options{Timeout: 20 * time.Millisecond})
	call := partnerhttp.Call{Operation: "try", Method: http.MethodGet, Path: []string{"v1"}}
	err := c.Do(t.Context(), call)
	require.ErrorIs(t, err, context.DeadlineExceeded)
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	require.ErrorIs(t, c.Do(ctx, call), context.Canceled)
}

func TestPublicOnly(t *testing.T) {
	t.Parallel()
	c := newClient(t, func(http.ResponseWriter, *http.Request) { t.Error("it was sent") }, partnerhttp.Options{PublicOnly: true})
	err := c.Do(t.Context(), partnerhttp.Call{Operation: "try", Method: http.MethodGet, Path: []string{"v1"}})
	require.ErrorIs(t, err, ssrf.ErrProhibitedIP)
}

func TestNewRefuses(t *testing.T) {
	t.Parallel()
	for _, base := range []string{"", "orders", "/orders", "ftp://x/", "http://", "http://x/?q=1", "http://x/#f", "http://x:y/", "://"} {
		_, err := partnerhttp.New("test", base, partnerhttp.Options{})
		require.Error(t, err, base)
	}
}
