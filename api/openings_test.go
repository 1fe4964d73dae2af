package api

import (
	"net/http"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/redresshq/redress/dispute"
)

func open(key string, body any) call {
	return call{method: "POST", path: "/v1/cases", as: dispute.RoleCustomer, key: key, body: body}
}

func TestOpenCase(t *testing.T) {
	t.Parallel()
	b := setup(t)
	body := with(with(opening(), "statement", "The lamp is broken."), "contact", map[string]any{"email": "li@example.com"})
	a := b.do(open("k1", body)).status(http.StatusCreated)
	v := a.view()
	require.Equal(t, "/v1/cases/"+v.ID, a.Header().Get("Location"))
	require.Regexp(t, "^case_[0-9a-f]{32}$", v.ID)
	require.Equal(t, "cus_1", v.CustomerID)
	require.Nil(t, v.Risk, "customers do not see the score")
	require.Empty(t, v.Texts, "what is stored for replay holds nothing personal")
	for _, row := range b.store.operations {
		require.NotContains(t, string(row.Response), "lamp")
		require.NotContains(t, string(row.Response), "li@example.com")
	}
	require.Equal(t, []dispute.EvidenceType{dispute.EvidenceStatement}, b.door.opened[0].Evidence)
	require.Equal(t, dispute.ChannelInApp, b.door.opened[0].Channel)

	again := b.do(open("k1", body)).status(http.StatusCreated)
	require.Equal(t, "true", again.Header().Get("Idempotent-Replayed"))
	require.Equal(t, a.Header().Get("Location"), again.Header().Get("Location"))
	require.JSONEq(t, a.Body.String(), again.Body.String())
	require.Len(t, b.door.opened, 1)

	read := b.do(call{method: "GET", path: "/v1/cases/" + v.ID, as: dispute.RoleCustomer}).status(http.StatusOK)
	require.Len(t, read.view().Texts, 2)
	b.do(open("k1", opening())).status(http.StatusUnprocessableEntity).code(dispute.CodeKeyReused)
}

func TestOpenCaseRefuses(t *testing.T) {
	t.Parallel()
	line := func(id string, n int) map[string]any { return map[string]any{"line_id": id, "quantity": n} }
	for _, tc := range []struct {
		name     string
		body     any
		pointers []string
	}{
		{"nothing", map[string]any{}, []string{"/shop_id", "/kind", "/reason", "/order_id", "/lines"}},
		{"illegal pair", with(opening(), "reason", "not_received"), []string{"/reason"}},
		{"unknown kind", with(opening(), "kind", "gift"), []string{"/kind"}},
		{"unknown field", with(opening(), "vip", true), []string{"/vip"}},
		{"no units", with(opening(), "lines", []any{line("l1", 0)}), []string{"/lines/0/quantity"}},
		{"too many units", with(opening(), "lines", []any{line("l1", 1<<40)}), []string{"/lines/0/quantity"}},
		{"line twice", with(opening(), "lines", []any{line("l1", 1), line("l1", 1)}), []string{"/lines/1/line_id"}},
		{"foreign customer", with(opening(), "customer_id", "cus_2"), []string{"/customer_id"}},
		{"no such currency", with(opening(), "currency", "XXQ"), []string{"/currency"}},
		{"foreign earlier case", with(opening(), "previous_case_id", "case_other"), []string{"/previous_case_id"}},
		{"unknown earlier case", with(opening(), "previous_case_id", "case_none"), []string{"/previous_case_id"}},
		{"NUL", with(opening(), "statement", "a\x00b"), []string{"/statement"}},
		{"not an object", "[]", []string{""}},
	} {
		t.Run(tc.name, func(t *testing.T) {
			t.Parallel()
			b := setup(t)
			p := b.do(open("k", tc.body)).status(http.StatusUnprocessableEntity).code(dispute.CodeInvalid)
			var pointers []string
			for _, f := range p.Errors {
				pointers = append(pointers, f.Pointer)
				require.NotEmpty(t, f.Detail)
			}
			require.ElementsMatch(t, tc.pointers, pointers, "%+v", p.Errors)
			require.Empty(t, b.door.opened)
			require.Empty(t, b.store.texts, "nothing personal is kept of what is refused")
		})
	}
}

func TestOpenCaseNeedsKeyAndJSON(t *testing.T) {
	t.Parallel()
	b := setup(t)
	b.do(open("", opening())).status(http.StatusBadRequest).code(dispute.CodeKeyMissing)
	b.do(open(strings.Repeat("k", 201), opening())).status(http.StatusBadRequest).code(codeMalformed)
	b.do(open("kéy", opening())).status(http.StatusBadRequest).code(codeMalformed)
	b.do(open("k", "{")).status(http.StatusBadRequest).code(codeMalformed)
	b.do(open("k", "")).status(http.StatusBadRequest).code(codeMalformed)
	b.do(open("k", "{}{}")).status(http.StatusBadRequest).code(codeMalformed)
	b.do(open("k", "{\"shop_id\":\"\xff\"}")).status(http.StatusBadRequest).code(codeMalformed)
	c := open("k", "{}")
	c.header = map[string]string{"Content-Type": "text/plain"}
	b.do(c).status(http.StatusUnsupportedMediaType).code(dispute.CodeMediaType)
	b.do(open("k", `{"statement":"`+strings.Repeat("x", maxBody)+`"}`)).status(http.StatusRequestEntityTooLarge).code(dispute.CodeTooLarge)
}

func TestOpenCaseByStaff(t *testing.T) {
	t.Parallel()
	b := setup(t)
	c := call{method: "POST", path: "/v1/cases", as: dispute.RoleAgent, key: "k", body: opening()}
	b.do(c).status(http.StatusUnprocessableEntity).code(dispute.CodeInvalid)
	c.body = with(opening(), "customer_id", "cus_9")
	v := b.do(c).status(http.StatusCreated).view()
	require.Equal(t, "cus_9", v.CustomerID)
	require.Equal(t, dispute.Actor{Role: dispute.RoleAgent, ID: "agent_1"}, v.OpenedBy)
	require.NotNil(t, v.Risk)
}

// An opening that is not recorded in time is accepted, and its retry repeats it
// under the same ids.
func TestOpenCaseSlow(t *testing.T) {
	t.Parallel()
	b := setup(t)
	b.door.hang = true
	a := b.do(open("k", opening())).status(http.StatusAccepted)
	require.Equal(t, "1", a.Header().Get("Retry-After"))
	b.door.hang = false
	again := b.do(open("k", opening())).status(http.StatusCreated)
	require.Equal(t, a.Header().Get("Location"), again.Header().Get("Location"))
	require.Empty(t, again.Header().Get("Idempotent-Replayed"))
	require.Equal(t, b.door.opened[0].CaseID, b.door.opened[1].CaseID)
}

func TestOpenCaseDuplicate(t *testing.T) {
	t.Parallel()
	for _, tc := range []struct{ other, shown string }{{"case_mine", "case_mine"}, {"case_other", ""}} {
		b := setup(t)
		b.door.err = dispute.Errorf(dispute.CodeDuplicateCase, "another open case claims the same units").WithRef(tc.other)
		p := b.do(open("k", opening())).status(http.StatusConflict).code(dispute.CodeDuplicateCase)
		require.Equal(t, tc.shown, p.CaseID)
		b.door.err = nil
		a := b.do(open("k", opening())).status(http.StatusConflict)
		require.Equal(t, "true", a.Header().Get("Idempotent-Replayed"), "a refusal is final")
	}
}

func TestOpenCaseEngineDown(t *testing.T) {
	t.Parallel()
	b := setup(t)
	b.door.err = dispute.Errorf(dispute.CodeUnavailable, "the engine cannot be reached")
	b.do(open("k", opening())).status(http.StatusServiceUnavailable).code(dispute.CodeUnavailable)
	b.door.err = nil
	b.do(open("k", opening())).status(http.StatusCreated)
	require.Equal(t, b.door.opened[0].CaseID, b.door.opened[1].CaseID)
}
