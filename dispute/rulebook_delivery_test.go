package dispute

import (
	"testing"

	"github.com/stretchr/testify/require"
)

// What other cases of the order were given by now counts, whatever the investigation found.
func TestCompensationByRuleCountsTheOrdersOtherCases(t *testing.T) {
	t.Parallel()
	b := book(t, "default@3")
	recorded := func(amount int64) func(*Case) {
		return func(c *Case) { c.Facts.Payment = &PaymentFacts{Others: &OtherCases{Compensated: amount}} }
	}
	for _, row := range []struct {
		name string
		c    *Case
		want int64
	}{
		{"nothing", of(lateBy(8), recorded(0)), 1290},
		{"given since the investigation", of(lateBy(8), recorded(1000)), 290},
		{"known to both", of(of(lateBy(8), compensatedBefore("", 1000)), recorded(1000)), 290},
		{"less is recorded", of(of(lateBy(8), compensatedBefore("", 1000)), recorded(500)), 290},
		{"all of it", of(lateBy(8), recorded(1290)), 0},
	} {
		for _, a := range []Actor{System, {Role: RoleAgent, ID: "a"}} {
			out := b.Authorize(row.c, a, []Remedy{{Type: RemedyCompensation}})
			if row.want == 0 {
				require.NotNil(t, out.Refused, row.name)
				continue
			}
			require.Nil(t, out.Refused, row.name)
			require.Equal(t, row.want, out.Remedies[0].Amount.Amount, row.name)
		}
	}
	// A person who names an amount may give more.
	out := b.Authorize(of(lateBy(8), recorded(4000)), Actor{Role: RoleAgent, ID: "a"}, []Remedy{{Type: RemedyCompensation, Amount: ptr(CNY(1600))}})
	require.Nil(t, out.Refused)
}

// Asked for twice in one proposal, it is worked out once.
func TestCompensationByRuleIsWorkedOutOnceInAProposal(t *testing.T) {
	t.Parallel()
	b := book(t, "default@3")
	twice := []Remedy{{Type: RemedyCompensation}, {Type: RemedyCompensation}}
	out := b.Authorize(lateBy(8), Actor{Role: RoleAgent, ID: "a"}, twice)
	require.NotNil(t, out.Refused)
	require.Equal(t, "/remedies/1/amount", out.Refused.Fields[0].Pointer)
	twice[1].Amount = ptr(CNY(100))
	out = b.Authorize(lateBy(8), Actor{Role: RoleAgent, ID: "a"}, twice)
	require.Nil(t, out.Refused)
	require.Equal(t, CNY(1390), out.Total)
}

// What a rule worked out is claimed with the most of the policy, and what a person named is not.
func TestOnlyTheRulesCompensationIsBoundByTheMost(t *testing.T) {
	t.Parallel()
	b := book(t, "default@3")
	c := lateBy(8)
	offered := b.Authorize(c, System, []Remedy{{Type: RemedyCompensation}}).Remedies
	require.Equal(t, b.policy.Compensation.Most, b.Plan(c, offered).Legs[0].Money.Most)
	require.Zero(t, b.Plan(c, []Remedy{{Type: RemedyCompensation, Amount: ptr(CNY(1290))}}).Legs[0].Money.Most)
}
