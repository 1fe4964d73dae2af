package api

import (
	"encoding/json"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	standardwebhooks "github.com/standard-webhooks/standard-webhooks/libraries/go"

	"github.com/redresshq/redress/dispute"
)

// signedCall signs a body with the reference library.
func signedCall(t *testing.T, partner, secret, id string, at time.Time, body string) call {
	t.Helper()
	signer, err := standardwebhooks.NewWebhook(secret)
	require.NoError(t, err)
	signature, err := signer.Sign(id, at, []byte(body))
	require.NoError(t, err)
	return call{method: "POST", path: "/v1/webhooks/" + partner, body: body, header: map[string]string{
		"webhook-id": id, "webhook-timestamp": itoa(at.Unix()), "webhook-signature": signature}}
}

const receivedBody = `{"type":"return.received","event_id":"evt_1","occurred_at":"2026-03-02T11:59:00Z","data":{"rma_id":"RMA-case_mine","lines":[{"line_id":"l1","received_quantity":1}],"sequence":1}}`

func TestWebhook(t *testing.T) {
	t.Parallel()
	b := setup(t)
	c := signedCall(t, "wh-east", hookSecret, "msg_1", noon, receivedBody)
	a := b.do(c).status(200)
	require.JSONEq(t, `{"id":1,"state":"pending"}`, a.Body.String())
	row := b.store.inbox[0]
	require.Equal(t, "wh-east", row.Source)
	require.Equal(t, "evt_1", row.EventID)
	require.Equal(t, dispute.SignalWarehouseReceived, row.Signal)
	require.Equal(t, dispute.Reference{Kind: dispute.RefRMA, Value: "RMA-case_mine"}, *row.Reference)
	require.JSONEq(t, `{"event_id":"wh-east/evt_1","rma_id":"RMA-case_mine","lines":[{"line_id":"l1","received_quantity":1}],"sequence":1,"occurred_at":"2026-03-02T11:59:00Z"}`, string(row.Payload))

	b.do(c).status(200)
	b.do(signedCall(t, "wh-east", hookSecret2, "msg_2", noon, receivedBody)).status(200)
	require.Len(t, b.store.inbox, 1, "the same event is kept once, whichever message brings it")

	other := strings.Replace(receivedBody, `"received_quantity":1`, `"received_quantity":2`, 1)
	b.do(signedCall(t, "wh-east", hookSecret, "msg_3", noon, other)).status(400).code(codeMalformed)
	require.Equal(t, dispute.InboxInvalid, b.store.inbox[1].State)

	unknown := strings.NewReplacer("evt_1", "evt_2", "RMA-case_mine", "RMA-none").Replace(receivedBody)
	require.Contains(t, b.do(signedCall(t, "wh-east", hookSecret, "msg_4", noon, unknown)).status(200).Body.String(), "unmatched")
	list := b.do(call{method: "GET", path: "/v1/partner-events", as: dispute.RoleAgent}).status(200)
	require.Contains(t, list.Body.String(), "RMA-none")
	b.do(call{method: "POST", path: "/v1/partner-events/3/match", as: dispute.RoleAgent, key: "k", body: map[string]any{"case_id": "case_mine"}}).status(200)
	b.do(call{method: "POST", path: "/v1/partner-events/99/match", as: dispute.RoleAgent, key: "k", body: map[string]any{"case_id": "case_mine"}}).status(404)
	b.do(call{method: "POST", path: "/v1/partner-events/x/match", as: dispute.RoleAgent, key: "k", body: map[string]any{"case_id": "case_mine"}}).status(422)
}

func TestWebhookSignature(t *testing.T) {
	t.Parallel()
	b := setup(t)
	good := func() call { return signedCall(t, "wh-east", hookSecret, "msg_1", noon, receivedBody) }
	for name, spoil := range map[string]func(*call){
		"other body":   func(c *call) { c.body = receivedBody + " " },
		"no signature": func(c *call) { delete(c.header, "webhook-signature") },
		"no id":        func(c *call) { delete(c.header, "webhook-id") },
		"other id":     func(c *call) { c.header["webhook-id"] = "msg_2" },
		"no time":      func(c *call) { delete(c.header, "webhook-timestamp") },
		"bad time":     func(c *call) { c.header["webhook-timestamp"] = "99999999999999999999" },
		"too old": func(c *call) {
			*c = signedCall(t, "wh-east", hookSecret, "msg_1", noon.Add(-6*time.Minute), receivedBody)
		},
		"too new": func(c *call) {
			*c = signedCall(t, "wh-east", hookSecret, "msg_1", noon.Add(6*time.Minute), receivedBody)
		},
		"wrong secret": func(c *call) { *c = signedCall(t, "sf", hookSecret2, "msg_1", noon, receivedBody) },
		"no partner":   func(c *call) { c.path = "/v1/webhooks/nobody" },
	} {
		c := good()
		spoil(&c)
		require.Equal(t, 401, b.do(c).Code, name)
	}
	require.Empty(t, b.store.inbox)
	c := good()
	c.body = strings.Repeat(" ", maxBody+1)
	b.do(c).status(413)
	b.store.down = true
	b.do(good()).status(503)
}

func TestWebhookTranslation(t *testing.T) {
	t.Parallel()
	event := func(kind, data string) string {
		return `{"type":"` + kind + `","event_id":"evt","occurred_at":"2026-03-02T11:59:00.5+08:00","data":` + data + `}`
	}
	const at = `"occurred_at":"2026-03-02T03:59:00.5Z"`
	for _, tc := range []struct {
		name, partner, body string
		signal              dispute.SignalName
		ref, payload        string
	}{
		{"inspected", "wh-east", event("return.inspected", `{"rma_id":"R1","sequence":2,"lines":[{"sku":"s1","quantity":1,"condition":"used","disposition":"hold","note":"Li Na wore it","photos":["ab12"]}]}`),
			dispute.SignalWarehouseInspected, "rma R1", `{"event_id":"evt","rma_id":"R1","lines":[{"sku":"s1","quantity":1,"condition":"used","disposition":"hold","photos":["ab12"]}],"sequence":2,` + at + `}`},
		{"count corrected", "wh-east", event("return.corrected", `{"rma_id":"R1","sequence":3,"lines":[{"line_id":"l1","received_quantity":0}]}`),
			dispute.SignalWarehouseReceived, "rma R1", `{"event_id":"evt","rma_id":"R1","lines":[{"line_id":"l1","received_quantity":0}],"sequence":3,"correction":true,` + at + `}`},
		{"finding corrected", "wh-east", event("return.corrected", `{"rma_id":"R1","sequence":3,"lines":[{"line_id":"l1","quantity":1,"condition":"intact"}]}`),
			dispute.SignalWarehouseInspected, "rma R1", `{"event_id":"evt","rma_id":"R1","lines":[{"line_id":"l1","quantity":1,"condition":"intact"}],"sequence":3,"correction":true,` + at + `}`},
		{"tracking", "sf", event("tracking.updated", `{"carrier":"sf","tracking_number":"SF1","status":"delivered","facility":"x"}`),
			dispute.SignalCarrierUpdate, "tracking sf/SF1", `{"event_id":"evt","carrier":"sf","tracking_number":"SF1","status":"delivered",` + at + `}`},
		{"refund", "psp", event("refund.updated", `{"refund_key":"case_1/refund-1/1","provider_ref":"re_1","status":"succeeded","amount":100,"currency":"CNY"}`),
			dispute.SignalPaymentUpdate, "refund case_1/refund-1/1", `{"event_id":"evt","refund_key":"case_1/refund-1/1","provider_ref":"re_1","status":"succeeded","amount":{"amount":100,"currency":"CNY"},` + at + `}`},
		{"payout", "psp", event("payout.updated", `{"payout_key":"case_1/compensation-1/1","provider_ref":"po_1","status":"failed","amount":5,"currency":"CNY"}`),
			dispute.SignalPaymentUpdate, "refund case_1/compensation-1/1", `{"event_id":"evt","refund_key":"case_1/compensation-1/1","provider_ref":"po_1","status":"failed","amount":{"amount":5,"currency":"CNY"},` + at + `}`},
	} {
		t.Run(tc.name, func(t *testing.T) {
			t.Parallel()
			b := setup(t)
			b.do(signedCall(t, tc.partner, hookSecret, "msg", noon, tc.body)).status(200)
			row := b.store.inbox[0]
			require.Equal(t, tc.signal, row.Signal)
			require.Equal(t, tc.ref, string(row.Reference.Kind)+" "+row.Reference.Value)
			require.JSONEq(t, strings.Replace(tc.payload, `"evt"`, `"`+tc.partner+`/evt"`, 1), string(row.Payload))
			require.NotContains(t, string(row.Payload), "Li Na")
		})
	}
}

// Signed but malformed: refused, and kept to be looked at.
func TestWebhookMalformed(t *testing.T) {
	t.Parallel()
	for _, tc := range []struct{ partner, body string }{
		{"wh-east", ""}, {"wh-east", "{"}, {"wh-east", "[]"}, {"wh-east", "null"}, {"wh-east", `"x"`}, {"wh-east", "{}"},
		{"wh-east", "\xff\xfe"}, {"wh-east", `{"type":"return.received","data":{"rma_id":"a\u0000b"}}`},
		{"wh-east", `{"type":"return.received","data":null}`}, {"wh-east", `{"type":"return.received","data":{}}`},
		{"wh-east", `{"type":"return.received","data":[1]}`}, {"wh-east", `{"type":7,"data":{}}`},
		{"wh-east", `{"type":"return.lost","data":{"rma_id":"R","sequence":1,"lines":[{"sku":"s","received_quantity":1}]}}`},
		{"wh-east", `{"type":"return.received","event_id":"a b","data":{"rma_id":"R","sequence":1,"lines":[{"sku":"s","received_quantity":1}]}}`},
		{"wh-east", `{"type":"return.received","data":{"rma_id":"R","sequence":1,"lines":[{"sku":"s","received_quantity":-1}]}}`},
		{"wh-east", `{"type":"return.received","data":{"rma_id":"R","sequence":1e99,"lines":[{"sku":"s","received_quantity":1}]}}`},
		{"wh-east", `{"type":"return.inspected","data":{"rma_id":"R","sequence":1,"lines":[{"sku":"s","quantity":1,"condition":"mouldy"}]}}`},
		{"wh-east", `{"type":"return.received","occurred_at":"yesterday","data":{}}`},
		{"wh-count", `{"type":"return.inspected","data":{"rma_id":"R","sequence":1,"lines":[{"sku":"s","quantity":1,"condition":"used"}]}}`},
		{"sf", `{"type":"tracking.updated","data":{"carrier":"sf","tracking_number":"1","status":"eaten"}}`},
		{"sf", receivedBody},
		{"psp", `{"type":"refund.updated","data":{"refund_key":"k","status":"unknown","amount":1,"currency":"CNY"}}`},
		{"psp", `{"type":"refund.updated","data":{"refund_key":"k","status":"succeeded","amount":1.5,"currency":"CNY"}}`},
		{"psp", `{"type":"refund.updated","data":{"refund_key":"k","status":"succeeded","currency":"CNY"}}`},
		{"psp", strings.Repeat("[", 100000)},
	} {
		b := setup(t)
		a := b.do(signedCall(t, tc.partner, hookSecret, "msg", noon, tc.body))
		require.Containsf(t, []int{400}, a.Code, "%s: %s", tc.body, a.Body)
		require.Len(t, b.store.inbox, 1, tc.body)
		row := b.store.inbox[0]
		require.Equal(t, dispute.InboxInvalid, row.State)
		require.NotEmpty(t, row.Problem)
		var kept any
		require.NoError(t, json.Unmarshal(row.Body, &kept), tc.body)
		_, nul := unstorable(kept)
		require.False(t, nul, tc.body)
		require.Empty(t, row.Payload)
	}
}

// Whoever looks at what a partner sent wrongly reads in the list what was wrong with it.
func TestAnInvalidReportSaysWhere(t *testing.T) {
	t.Parallel()
	b := setup(t)
	body := `{"type":"repair.updated","event_id":"e1","data":{"repair_id":"R","sequence":1,"status":"diagnosed","diagnosis":"broken switch"}}`
	b.do(signedCall(t, "wh-east", hookSecret, "msg", noon, body)).status(400)
	require.Len(t, b.store.inbox, 1)
	require.Equal(t, "the event is not complete: /data/diagnosis: a code", b.store.inbox[0].Problem)
}
