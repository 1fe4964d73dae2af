package api

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/getkin/kin-openapi/openapi3filter"
	"github.com/getkin/kin-openapi/routers"
	"github.com/labstack/echo/v4"
	"github.com/stretchr/testify/require"

	"github.com/redresshq/redress/api/auth"
	"github.com/redresshq/redress/dispute"
)

var (
	testSecret  = []byte("a secret for tests that is long enough")
	noon        = time.Date(2026, 3, 2, 12, 0, 0, 0, time.UTC)
	hookSecret  = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"
	hookSecret2 = "whsec_AAECAwQFBgcICQoLDA0ODxAREhMUFRYX"
)

// testBundle is a door with fakes behind it.
type testBundle struct {
	*Server
	t     *testing.T
	store *fakeStore
	blobs *fakeBlobs
	door  *fakeDoor
	time  time.Time

	forecasts *fakeForecaster
	rules     *fakeRules
	notices   *fakeNotices
}

func setup(t *testing.T, adjust ...func(*Deps)) *testBundle {
	t.Helper()
	b := &testBundle{t: t, time: noon, blobs: &fakeBlobs{bytes: map[string][]byte{}}}
	now := func() time.Time { return b.time }
	b.store = newFakeStore(now)
	b.door = &fakeDoor{store: b.store}
	b.forecasts, b.rules = &fakeForecaster{}, &fakeRules{store: b.store}
	b.notices = newFakeNotices(b.store)
	deps := Deps{Store: b.store, Blobs: b.blobs, Door: b.door, Rules: b.rules, Forecasts: b.forecasts, Notices: b.notices, Lookup: noNames, Auth: auth.Chain{Tokens: auth.Dev{Secret: testSecret}},
		Now: now, Log: slog.New(slog.NewTextHandler(io.Discard, nil)), Config: Config{RatePerSecond: -1, OpenWait: 50 * time.Millisecond, CommandWait: 50 * time.Millisecond},
		Partners: []Partner{
			{ID: "wh-east", Kind: PartnerWarehouse, Secrets: []string{hookSecret, hookSecret2}},
			{ID: "sf", Kind: PartnerCarrier, Secrets: []string{hookSecret}},
			{ID: "psp", Kind: PartnerPayment, Secrets: []string{hookSecret}},
			{ID: "wh-count", Kind: PartnerWarehouse, Secrets: []string{hookSecret}, Types: []string{"return.received"}},
		}}
	for _, a := range adjust {
		a(&deps)
	}
	server, err := New(deps)
	require.NoError(t, err)
	b.Server = server
	b.store.cases["case_mine"] = sampleCase("case_mine", "cus_1")
	b.store.cases["case_other"] = sampleCase("case_other", "cus_2")
	return b
}

// noNames is a resolver that is away.
func noNames(context.Context, string) ([]netip.Addr, error) {
	return nil, errors.New("no resolver in tests")
}

// sampleCase is a case with one of everything.
func sampleCase(id, customer string) dispute.CaseRecord {
	c := dispute.Case{ID: id, ShopID: "shop_main", Version: 7, PolicyVersion: "default@1", Kind: dispute.KindReturn,
		Reason: dispute.ReasonDamagedInTransit, Channel: dispute.ChannelInApp, OrderID: "ord_1",
		Lines: []dispute.Line{{LineID: "l1", Quantity: 1}}, CustomerID: customer, Currency: "CNY",
		OpenedBy: dispute.Actor{Role: dispute.RoleCustomer, ID: customer}, Stage: dispute.StageNegotiation, WaitingOn: dispute.WaitingCustomer,
		OpenedAt: noon, Risk: dispute.Risk{Score: 30, Flags: []string{"many_returns"}},
		Facts: dispute.Facts{History: &dispute.HistoryFacts{Cases: 9}, Sources: []dispute.SourceState{{Source: dispute.FactOrder, State: dispute.SourceAnswered, At: &noon}}},
		Offers: []dispute.Offer{
			{ID: "offer_1", State: dispute.OfferOpen, Author: dispute.System, MadeAt: noon, PresentedAt: &noon, Remedies: []dispute.Remedy{{Type: dispute.RemedyReturnRefund, Amount: &dispute.Money{Amount: 100, Currency: "CNY"}}}},
			{ID: "offer_2", State: dispute.OfferPendingApproval, Author: dispute.Actor{Role: dispute.RoleAgent, ID: "a1"}, MadeAt: noon, NoteID: "remark_secret"}},
		Approvals: []dispute.Approval{{ID: "approval_1", For: "offer_2", Author: dispute.Actor{Role: dispute.RoleAgent, ID: "a1"}, Amount: dispute.CNY(100), State: dispute.ApprovalPending, AskedAt: noon}},
		Clocks:    []dispute.Clock{{Name: dispute.ClockCustomerResponse, Owner: dispute.WaitingCustomer, Budget: 72, Unit: dispute.UnitHours, Calendar: "cn", State: dispute.ClockRunning, Started: noon, DueAt: noon.Add(72 * time.Hour), OnExpiry: "lapse", Why: "72 h"}},
		Legs: []dispute.Leg{
			{ID: "return-1", Type: dispute.LegReturn, State: dispute.ReturnLabelIssued, Return: &dispute.ReturnLeg{RMAID: "RMA-" + id, Instructions: dispute.ReturnInstructions{RMAID: "RMA-" + id, LabelURL: "https://carrier.example/l.pdf", Carrier: "sf", FreightPayer: dispute.FreightMerchant}}},
			{ID: "refund-1", Type: dispute.LegRefund, State: dispute.MoneyUnknown, Money: &dispute.MoneyLeg{Key: id + "/refund-1/1", Amount: dispute.CNY(100)}}},
	}
	return dispute.CaseRecord{Case: c, Gate: dispute.GateOpen}
}

// call is one request.
type call struct {
	method, path string
	as           dispute.Role // "" for nobody
	who          string       // subject; cus_1 or the role
	key          string
	body         any // string: as it is; otherwise JSON
	header       map[string]string
}

// answer is what came back, already checked against the document.
type answer struct {
	*httptest.ResponseRecorder
	t *testing.T
}

func (b *testBundle) token(role dispute.Role, subject string) string {
	b.t.Helper()
	if subject == "" {
		subject = string(role) + "_1"
		if role == dispute.RoleCustomer {
			subject = "cus_1"
		}
	}
	token, err := auth.MintDevToken(testSecret, subject, role, time.Hour)
	require.NoError(b.t, err)
	return token
}

func (b *testBundle) do(c call) answer {
	b.t.Helper()
	r := b.request(c)
	w := httptest.NewRecorder()
	b.ServeHTTP(w, r)
	b.conforms(r, w)
	return answer{w, b.t}
}

func (b *testBundle) request(c call) *http.Request {
	b.t.Helper()
	var body io.Reader
	kind := ""
	switch v := c.body.(type) {
	case nil:
	case string:
		body, kind = strings.NewReader(v), "application/json"
	case io.Reader:
		body = v
	default:
		raw, err := json.Marshal(v)
		require.NoError(b.t, err)
		body, kind = bytes.NewReader(raw), "application/json"
	}
	r := httptest.NewRequest(c.method, c.path, body)
	if kind != "" {
		r.Header.Set("Content-Type", kind)
	}
	if c.as != "" {
		r.Header.Set("Authorization", "Bearer "+b.token(c.as, c.who))
	}
	if c.key != "" {
		r.Header.Set("Idempotency-Key", c.key)
	}
	for k, v := range c.header {
		r.Header.Set(k, v)
	}
	return r
}

// conforms checks an answer against the document: status, headers and body.
func (b *testBundle) conforms(r *http.Request, w *httptest.ResponseRecorder) {
	b.t.Helper()
	require.Truef(b.t, w.Code < 500 || w.Code == 503, "%s %s answered %d: %s", r.Method, r.URL, w.Code, w.Body)
	if w.Code == 503 {
		require.NotEmpty(b.t, w.Header().Get("Retry-After"))
	}
	if w.Code >= 400 {
		require.Equal(b.t, problemType, w.Header().Get("Content-Type"), w.Body.String())
	}
	found := b.echo.NewContext(r, w)
	b.echo.Router().Find(r.Method, echo.GetPath(r), found)
	parts := strings.Split(found.Path(), "/")
	for i, p := range parts {
		if strings.HasPrefix(p, ":") {
			parts[i] = "{" + p[1:] + "}"
		}
	}
	item := b.doc.Paths.Value(strings.Join(parts, "/"))
	if item == nil || item.GetOperation(r.Method) == nil || slices.Contains([]string{"application/yaml", "application/zip", "text/csv"}, w.Header().Get("Content-Type")) {
		return
	}
	if content := item.GetOperation(r.Method).Responses.Status(w.Code); content != nil && content.Value.Content.Get("*/*") != nil {
		if content.Value.Content.Get("application/json") == nil && w.Code == 200 {
			return // the bytes of evidence
		}
	}
	input := &openapi3filter.ResponseValidationInput{
		RequestValidationInput: &openapi3filter.RequestValidationInput{Request: r,
			Route: &routers.Route{Spec: b.doc, PathItem: item, Method: r.Method, Operation: item.GetOperation(r.Method)}},
		Status: w.Code, Header: w.Header(), Body: io.NopCloser(bytes.NewReader(w.Body.Bytes())),
		Options: &openapi3filter.Options{IncludeResponseStatus: true, MultiError: true},
	}
	require.NoError(b.t, openapi3filter.ValidateResponse(context.Background(), input), "%s %s: %s", r.Method, r.URL, w.Body)
}

func (a answer) status(want int) answer {
	a.t.Helper()
	require.Equal(a.t, want, a.Code, a.Body.String())
	return a
}

func (a answer) code(want dispute.Code) ProblemDocument {
	a.t.Helper()
	var p ProblemDocument
	require.NoError(a.t, json.Unmarshal(a.Body.Bytes(), &p), a.Body.String())
	require.Equal(a.t, want, p.Code, a.Body.String())
	require.Equal(a.t, "urn:redress:problem:"+string(want), p.Type)
	require.Equal(a.t, a.Code, p.Status)
	return p
}

func (a answer) view() CaseView {
	a.t.Helper()
	var v CaseView
	require.NoError(a.t, json.Unmarshal(a.Body.Bytes(), &v), a.Body.String())
	return v
}

func opening() map[string]any {
	return map[string]any{"shop_id": "shop_main", "kind": "return", "reason": "damaged_in_transit", "order_id": "ord_9",
		"lines": []any{map[string]any{"line_id": "l1", "quantity": 1}}}
}

func with(m map[string]any, key string, v any) map[string]any {
	m[key] = v
	return m
}
