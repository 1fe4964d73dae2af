package dispute

import (
	"testing"

	"github.com/stretchr/testify/require"
)

// For somebody else's order nobody grants anything, not even new money.
func TestForeignOrderIsGrantedNothing(t *testing.T) {
	t.Parallel()
	l, err := Embedded()
	require.NoError(t, err)
	b, err := l.Book("default")
	require.NoError(t, err)
	for name, change := range map[string]func(*Case){
		"known": func(c *Case) { c.Facts.Order.CustomerID = "cust-2" },
		"withheld": func(c *Case) {
			c.Facts = Facts{Sources: []SourceState{{Source: FactOrder, State: SourceWithheld}}}
		},
	} {
		c := of(damagedReturn(), change)
		require.Equal(t, CodeOrderNotYours, b.Admit(c).Explanation.Code, name)
		for _, r := range []Remedy{{Type: RemedyRefund}, {Type: RemedyReturnRefund}, {Type: RemedyCompensation, Amount: ptr(CNY(100))}} {
			require.NotNil(t, b.Authorize(c, supervisor, []Remedy{r}).Refused, name)
			plan := b.Plan(c, []Remedy{r})
			require.NotNil(t, plan.Refused, name)
			require.Empty(t, plan.Legs, name)
		}
	}
}
