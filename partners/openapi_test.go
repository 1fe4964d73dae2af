package partners_test

import (
	"bytes"
	"context"
	"encoding/json"
	"io"
	"net/http"
	"sync"
	"testing"

	"github.com/getkin/kin-openapi/openapi3"
	"github.com/getkin/kin-openapi/openapi3filter"
	"github.com/getkin/kin-openapi/routers"
	"github.com/getkin/kin-openapi/routers/gorillamux"
	"github.com/stretchr/testify/require"

	"github.com/redresshq/redress/dispute"
	"github.com/redresshq/redress/partners"
)

var contract = sync.OnceValues(func() (*openapi3.T, error) {
	doc, err := openapi3.NewLoader().LoadFromFile("../docs/partners.yaml")
	if err != nil {
		return nil, err
	}
	return doc, doc.Validate(context.Background(), openapi3.EnableExamplesValidation())
})

func TestContractIsValid(t *testing.T) {
	t.Parallel()
	doc, err := contract()
	require.NoError(t, err)
	hooks, ok := doc.Extensions["x-webhooks"].(map[string]any)
	require.True(t, ok)
	require.Len(t, hooks, len(eventSchemas))
	for name := range hooks {
		checkEvent(t, name, hookExample(t, hooks, name))
	}
}

func hookExample(t *testing.T, hooks map[string]any, name string) []byte {
	t.Helper()
	hook, ok := hooks[name].(map[string]any)
	require.True(t, ok, name)
	raw, err := json.Marshal(hook["example"])
	require.NoError(t, err)
	return raw
}

// eventSchemas are the schemas of the webhooks by type.
var eventSchemas = map[string]string{
	"return.received": "ReturnReceived", "return.inspected": "ReturnInspected", "return.corrected": "ReturnCorrected",
	"tracking.updated": "TrackingUpdated", "refund.updated": "RefundUpdated", "payout.updated": "PayoutUpdated", "claim.updated": "ClaimUpdated", "credit.updated": "CreditUpdated",
	"replacement.updated": "ReplacementUpdated", "repair.updated": "RepairUpdated",
}

// checkEvent holds a webhook's body against the contract.
func checkEvent(t *testing.T, name string, body []byte) {
	t.Helper()
	doc, err := contract()
	require.NoError(t, err)
	var value any
	require.NoError(t, json.Unmarshal(body, &value))
	schema := doc.Components.Schemas[eventSchemas[name]]
	require.NotNil(t, schema, name)
	require.NoError(t, schema.Value.VisitJSON(value), "%s: %s", name, body)
}

// TestWebhooksKeepTheContract sends each type once and checks what was sent.
func TestWebhooksKeepTheContract(t *testing.T) {
	t.Parallel()
	r, ctx := setup(t), t.Context()
	o := r.order(t)
	force := partners.ReceiveReport{Force: true, Lines: []dispute.ReceivedLine{{LineID: "line-1", Quantity: 1}, {SKU: "X", Quantity: 1}}}
	require.NoError(t, r.drive.Receive(ctx, "rma_9", force))
	require.NoError(t, r.drive.Inspect(ctx, "rma_9", partners.InspectReport{Lines: []partners.FoundLine{
		{SKU: "X", Quantity: 1, Condition: dispute.ConditionWrongItem, Note: "a cup", Photos: []string{"sha"}}}}))
	require.NoError(t, r.drive.Correct(ctx, "rma_9", partners.Correction{Inspected: []partners.FoundLine{
		{LineID: "line-1", Quantity: 1, Condition: dispute.ConditionUsed, Disposition: dispute.DispositionHold}}}))
	require.NoError(t, r.drive.Correct(ctx, "rma_9", partners.Correction{Sequence: 1, Received: []dispute.ReceivedLine{{LineID: "line-1"}}}))
	require.NoError(t, r.drive.Scan(ctx, o.Carrier, o.TrackingNumber, dispute.ParcelLost))
	_, err := r.payments.Refund(ctx, refundOf(o, "case_1/refund-1/1", 10))
	require.NoError(t, err)
	types := map[string]int{}
	for range 6 {
		types[r.hooks.next(t).Type]++
	}
	require.Equal(t, map[string]int{"return.received": 1, "return.inspected": 1, "return.corrected": 2, "tracking.updated": 1, "refund.updated": 1}, types)
	for _, k := range partners.Kinds() {
		for _, e := range r.ledger(t, k, partners.Filter{Type: partners.EntryWebhook}) {
			checkEvent(t, e.Kind, e.Data)
		}
	}
}

// checked holds every call and every answer against the contract.
type checked struct {
	t      *testing.T
	router routers.Router
	next   *http.Transport
}

// contractTransport returns a transport that fails the test when the sandbox or
// an adapter leaves the contract. Answers that are not JSON pass: they are played.
func contractTransport(t *testing.T) http.RoundTripper {
	t.Helper()
	doc, err := contract()
	require.NoError(t, err)
	open := *doc
	open.Security = nil
	router, err := gorillamux.NewRouter(&open)
	require.NoError(t, err)
	return &checked{t: t, router: router, next: &http.Transport{MaxIdleConnsPerHost: 8}}
}

// CloseIdleConnections lets http.Client.CloseIdleConnections through.
func (c *checked) CloseIdleConnections() { c.next.CloseIdleConnections() }

func (c *checked) RoundTrip(req *http.Request) (*http.Response, error) {
	var sent []byte
	if req.Body != nil {
		var err error
		if sent, err = io.ReadAll(req.Body); err != nil {
			return nil, err
		}
		req.Body = io.NopCloser(bytes.NewReader(sent))
	}
	resp, err := c.next.RoundTrip(req)
	if err != nil {
		return nil, err
	}
	body, err := io.ReadAll(resp.Body)
	if err != nil {
		return nil, err
	}
	if err := resp.Body.Close(); err != nil {
		return nil, err
	}
	resp.Body = io.NopCloser(bytes.NewReader(body))
	if json.Valid(body) {
		c.check(req, sent, resp, body)
	}
	return resp, nil
}

func (c *checked) check(req *http.Request, sent []byte, resp *http.Response, body []byte) {
	plain := req.Clone(context.Background())
	plain.Body = io.NopCloser(bytes.NewReader(sent))
	route, params, err := c.router.FindRoute(plain)
	if err != nil {
		c.t.Errorf("%s %s is not in the contract: %v", req.Method, req.URL.Path, err)
		return
	}
	in := &openapi3filter.RequestValidationInput{Request: plain, PathParams: params, Route: route,
		Options: &openapi3filter.Options{AuthenticationFunc: openapi3filter.NoopAuthenticationFunc}}
	if err := openapi3filter.ValidateRequest(context.Background(), in); err != nil {
		c.t.Errorf("call of %s: %v", route.Operation.OperationID, err)
	}
	out := &openapi3filter.ResponseValidationInput{RequestValidationInput: in, Status: resp.StatusCode, Header: resp.Header,
		Body: io.NopCloser(bytes.NewReader(body)), Options: &openapi3filter.Options{IncludeResponseStatus: true}}
	if err := openapi3filter.ValidateResponse(context.Background(), out); err != nil {
		c.t.Errorf("answer of %s: %v", route.Operation.OperationID, err)
	}
}
