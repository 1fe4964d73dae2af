package dispute

import (
	"testing"

	"github.com/stretchr/testify/require"
)

// A refund in another currency than the policy's cannot be compared with its rows: whatever
// it comes to, those of the last row agree.
func TestARefundInAnotherCurrencyIsApprovedAsTheLargest(t *testing.T) {
	t.Parallel()
	b := book(t, "default@3")
	with := func(rows ...ApprovalRule) *Rulebook {
		other, policy := *b, *b.policy
		policy.Approvals = rows
		other.policy = &policy
		return &other
	}
	bare, alone := with(), with(ApprovalRule{Above: 100000, By: []Role{RoleFinance}})
	abroad := func(paid int64) *Case {
		return of(damagedReturn(), func(c *Case) {
			c.PolicyVersion, c.Currency, c.Facts.Order.Currency = "default@3", "EUR", "EUR"
			c.Facts.Order.Lines[0].Paid, c.Facts.Order.Payments[0].Captured = paid, paid+1000000
		})
	}
	refund := []Remedy{{Type: RemedyRefund, Lines: []Line{{LineID: "l1", Quantity: 1}}}}
	for _, row := range []struct {
		name string
		b    *Rulebook
		by   Actor
		paid int64
		want []Role
	}{
		{"a little, by an agent", b, agent, 200, []Role{RoleSupervisor, RoleFinance}},
		{"a little, by a supervisor", b, supervisor, 200, []Role{RoleFinance}},
		{"much, by an agent", b, agent, 90000000, []Role{RoleSupervisor, RoleFinance}},
		{"much, by a supervisor", b, supervisor, 90000000, []Role{RoleFinance}},
		{"no rows, by an agent", bare, agent, 90000000, []Role{RoleSupervisor}},
		{"no rows, by a supervisor", bare, supervisor, 90000000, nil},
		{"a row of finance alone, by an agent", alone, agent, 200, []Role{RoleSupervisor, RoleFinance}},
		{"a row of finance alone, by a supervisor", alone, supervisor, 200, []Role{RoleFinance}},
	} {
		a := row.b.Authorize(abroad(row.paid), row.by, refund)
		require.Nil(t, a.Refused, row.name)
		require.Equal(t, row.want, a.Approvers, row.name)
		require.Equal(t, len(row.want) > 0, a.NeedsApproval, row.name)
	}
	require.NotNil(t, b.Authorize(abroad(200), System, refund).Refused, "no rule gives it")

	// What moves no money is for nobody else.
	sorry := of(abroad(200), func(c *Case) { c.Kind, c.Reason = KindComplaint, ReasonServiceAttitude })
	require.Empty(t, b.Authorize(sorry, supervisor, []Remedy{{Type: RemedyApology}}).Approvers)
}
