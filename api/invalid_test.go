package api

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/redresshq/redress/dispute"
)

// What is wrong is said so that a person can mend it: where, and what would be right.
func TestInvalidIsSaidInWords(t *testing.T) {
	t.Parallel()
	b := setup(t)
	first := func(c call) dispute.Mistake {
		errors := b.do(c).status(422).code(dispute.CodeInvalid).Errors
		require.NotEmpty(t, errors)
		return errors[0]
	}
	answer := first(command(dispute.RoleCustomer, "/offers/offer_1/response", map[string]any{"action": "counter", "remedies": []any{}}))
	require.Equal(t, "/remedies", answer.Pointer)
	require.Contains(t, answer.Detail, "there is no such field here; there are: action, counter")
	require.Equal(t, dispute.Mistake{Field: dispute.Field{Pointer: "from", Detail: "is not an instant such as 2026-11-01T00:00:00Z"}},
		first(call{method: "GET", path: "/v1/articles/deflection?from=2026-11-01&to=2026-11-30T00:00:00Z", as: dispute.RoleSupervisor}))
	require.Equal(t, dispute.Mistake{Field: dispute.Field{Pointer: "from", Detail: "is not a day such as 2026-11-01"}},
		first(call{method: "GET", path: "/v1/reports/reasons?from=yesterday", as: dispute.RoleSupervisor}))
	match := call{method: "POST", path: "/v1/partner-events/17/match", as: dispute.RoleAgent, key: "m1", body: map[string]any{"case_id": "case_…"}}
	require.Equal(t, dispute.Mistake{Field: dispute.Field{Pointer: "/case_id", Detail: "is not written as it must be: ^[!-~]{1,100}$"}}, first(match))
}

// A field that borrows its schema says what was expected, and not that some schema was not met.
func TestAFieldOfABorrowedSchemaSaysWhatIsWrong(t *testing.T) {
	t.Parallel()
	b := setup(t)
	p := b.do(call{method: "POST", path: "/v1/cases", as: dispute.RoleCustomer, key: "k1", body: with(opening(), "language", "fr")}).status(422).code(dispute.CodeInvalid)
	require.Len(t, p.Errors, 1)
	require.Equal(t, "/language", p.Errors[0].Pointer)
	require.Contains(t, p.Errors[0].Detail, "zh-CN")
}
