package api

import (
	"net/http"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/redresshq/redress/dispute"
)

// Whoever answers a case sees with it how its customer likes to be dealt with. It is not
// for machines, and customers have a file of their own.
func TestACaseShowsWhatItsCustomerPrefers(t *testing.T) {
	t.Parallel()
	b := setup(t)
	for role, shown := range map[dispute.Role]bool{dispute.RoleAgent: true, dispute.RoleSupervisor: true,
		dispute.RoleCustomer: false, dispute.RoleMachine: false} {
		got := b.do(call{method: "GET", path: "/v1/cases/case_mine", as: role}).status(http.StatusOK)
		require.Equal(t, shown, strings.Contains(got.Body.String(), "rings in the evening"), role)
	}
	list := b.do(call{method: "GET", path: "/v1/cases", as: dispute.RoleAgent}).status(http.StatusOK)
	require.False(t, strings.Contains(list.Body.String(), "rings in the evening"), "only with one case")
}
