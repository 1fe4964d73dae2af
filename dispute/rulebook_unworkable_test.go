package dispute

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// A condition that cannot be worked out decides nothing: what it may bear upon goes to
// a person, and silence does not pay.
func TestConditionsThatCannotBeWorkedOut(t *testing.T) {
	t.Parallel()
	const overflows = "order.known && order.total * 9223372036854775807 > 0"
	base := secondPolicy(t)
	for name, change := range map[string][2]string{
		"risk":      {"risk:\n", "risk:\n  - {flag: big, when: '" + overflows + "', score: 50}\n"},
		"limits":    {"  compensation_cap: 50000 ", "  variants: [{when: '" + overflows + "', automatic: 1}]\n  compensation_cap: 50000 "},
		"exclusion": {`when: '"custom_made" in claim.tags'`, "when: '" + overflows + "'"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			require.Contains(t, base, change[0])
			p, err := parse(t, strings.Replace(base, change[0], change[1], 1))
			require.NoError(t, err)
			b := newRulebook(p, calendars(t), nil)
			c := withOrder(&Case{Kind: KindReturn, Reason: ReasonChangedMind, CustomerID: "li", Currency: "CNY",
				RequestedRemedy: []RemedyType{RemedyReturnRefund}, OpenedAt: utc("2026-10-03T02:00:00Z"), Lines: []Line{{LineID: "lamp", Quantity: 1}}})

			require.True(t, b.Admit(c).Admissible, "nobody is refused by a rule that says nothing")
			a := b.Assess(c, c.OpenedAt)
			require.Equal(t, RoutePerson, a.Route)
			require.NotNil(t, a.Explanation)
			require.Equal(t, CodeConditionFailed, a.Explanation.Code)
			require.Contains(t, a.Explanation.Rule, p.ID())
			s := b.Silence(c, Clock{Name: ClockAgentDecision})
			require.Equal(t, SilenceEscalate, s.Outcome)
			require.Empty(t, s.Remedies)
		})
	}
}

// withOrder gives a case the facts of an order of one lamp, signed for two days before.
func withOrder(c *Case) *Case {
	signed := c.OpenedAt.AddDate(0, 0, -2)
	c.Facts.Order = &OrderFacts{OrderID: "o", CustomerID: c.CustomerID, Currency: "CNY", PlacedAt: signed.AddDate(0, 0, -4), DeliveredAt: &signed,
		Lines: []OrderLine{{LineID: "lamp", SKU: "lamp", Quantity: 1, Paid: 8000}}, Payments: []OrderMoney{{PaymentID: "p", Captured: 8000}}}
	return c
}
