package api

import (
	"encoding/json"
	"errors"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/redresshq/redress/dispute"
)

func policyBody(text string) map[string]any {
	return map[string]any{"files": map[string]string{"policy.yaml": text}}
}

// An administrator publishes, staff read.
func TestPolicies(t *testing.T) {
	t.Parallel()
	b := setup(t)
	post := call{method: "POST", path: "/v1/policies", as: dispute.RoleAdmin, who: "ann", key: "k1", body: policyBody("a")}
	first := b.do(post).status(201)
	require.Equal(t, "/v1/policies/mine/1", first.Header().Get("Location"))
	again := b.do(post).status(201)
	require.Equal(t, "true", again.Header().Get("Idempotent-Replayed"))
	require.JSONEq(t, first.Body.String(), again.Body.String())
	post.key = "k2"
	b.do(post).status(201) // the same files under another key
	post.key, post.body = "k3", policyBody("b")
	b.do(post).status(409).code(dispute.CodeConflict)

	list := b.do(call{method: "GET", path: "/v1/policies", as: dispute.RoleAgent}).status(200)
	var got PolicyList
	require.NoError(t, json.Unmarshal(list.Body.Bytes(), &got))
	require.Len(t, got.Items, 1)
	require.Equal(t, []any{"mine", 1, true, "ann", dispute.RoleAdmin},
		[]any{got.Items[0].Name, got.Items[0].Version, got.Items[0].Newest, got.Items[0].PublishedBy.ID, got.Items[0].PublishedBy.Role})
	require.NotContains(t, list.Body.String(), "policy.yaml", "a list is without files")
	require.Contains(t, b.do(call{method: "GET", path: "/v1/policies/mine/1", as: dispute.RoleAgent}).status(200).Body.String(), `{"policy.yaml":"a"}`)
	b.do(call{method: "GET", path: "/v1/policies/mine/2", as: dispute.RoleAgent}).status(404)
	b.do(call{method: "GET", path: "/v1/policies/mine/none", as: dispute.RoleAgent}).status(422)

	b.rules.rejected = map[string]error{"mine@1": errors.New("it speaks of the future")}
	require.Contains(t, b.do(call{method: "GET", path: "/v1/policies", as: dispute.RoleAgent}).Body.String(), "it speaks of the future")
}

// Every mistake is told with its place, and nothing is kept.
func TestAPolicyWithMistakes(t *testing.T) {
	t.Parallel()
	b := setup(t)
	for _, path := range []string{"/v1/policies", "/v1/policies/check"} {
		p := b.do(call{method: "POST", path: path, as: dispute.RoleAdmin, key: "k", body: policyBody("a mistake")}).status(422).code(dispute.CodeInvalid)
		require.Len(t, p.Errors, 2)
		require.Equal(t, dispute.Mistake{Field: dispute.Field{Pointer: "/files/policy.yaml", Detail: "clocks.inspection.budget: expected a span"}, Line: 3, Column: 12}, p.Errors[0])
	}
	checked := b.do(call{method: "POST", path: "/v1/policies/check", as: dispute.RoleAdmin, key: "k2", body: policyBody("a")}).status(200)
	require.JSONEq(t, `{"ok": true, "name": "mine", "version": 1, "reasons": 1, "clocks": 0}`, checked.Body.String())
	require.Empty(t, b.store.rules)
	for _, body := range []any{map[string]any{}, map[string]any{"files": "x"}, map[string]any{"files": map[string]any{"policy.yaml": 1}}, policyBody("\x00")} {
		b.do(call{method: "POST", path: "/v1/policies", as: dispute.RoleAdmin, key: "k3", body: body}).status(422)
	}
	b.do(call{method: "POST", path: "/v1/policies", as: dispute.RoleAdmin, body: policyBody("a")}).status(400).code(dispute.CodeKeyMissing)
	b.do(call{method: "POST", path: "/v1/policies", as: dispute.RoleSupervisor, key: "k4", body: policyBody("a")}).status(403)
}

// A calendar's publication says how many open cases it touches.
func TestCalendars(t *testing.T) {
	t.Parallel()
	b := setup(t)
	post := call{method: "POST", path: "/v1/calendars", as: dispute.RoleAdmin, key: "k1", body: map[string]any{"document": "year: 2027"}}
	published := b.do(post).status(201)
	require.Equal(t, "/v1/calendars/cn/2027", published.Header().Get("Location"))
	var got CalendarPublished
	require.NoError(t, json.Unmarshal(published.Body.Bytes(), &got))
	require.EqualValues(t, 1, got.Revision)
	require.EqualValues(t, 3, got.Touched)
	post.key, post.body = "k2", map[string]any{"document": "year: 2027 # corrected"}
	b.do(post).status(201)

	list := b.do(call{method: "GET", path: "/v1/calendars", as: dispute.RoleAgent}).status(200)
	var years CalendarList
	require.NoError(t, json.Unmarshal(list.Body.Bytes(), &years))
	require.Len(t, years.Items, 1)
	require.EqualValues(t, 2, years.Items[0].Revision)
	require.EqualValues(t, 9, years.Items[0].Walk.Looked)
	require.Contains(t, b.do(call{method: "GET", path: "/v1/calendars/cn/2027", as: dispute.RoleAgent}).status(200).Body.String(), "# corrected")
	b.do(call{method: "GET", path: "/v1/calendars/cn/2026", as: dispute.RoleAgent}).status(404)
	b.do(call{method: "GET", path: "/v1/calendars", as: dispute.RoleCustomer}).status(403)
	b.store.down = true
	b.do(call{method: "GET", path: "/v1/calendars", as: dispute.RoleAgent}).status(503)
}
