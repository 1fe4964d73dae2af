package dispute

import (
	"testing"

	"github.com/stretchr/testify/require"
)

// What belongs into a parcel stands in the instructions; what the warehouse says is
// lacking of it is a difference for a person, and nothing else is.
func TestReturnManifest(t *testing.T) {
	t.Parallel()
	b := book(t, "default@3")
	c := damagedReturn()
	plan := b.Plan(c, []Remedy{{Type: RemedyReturnRefund}})
	require.Nil(t, plan.Refused)
	require.Equal(t, []string{"accessories", "invoice"}, plan.Legs[0].Return.Instructions.With)
	require.Empty(t, book(t, "default@2").Plan(c, []Remedy{{Type: RemedyReturnRefund}}).Legs[0].Return.Instructions.With)

	c.Legs = plan.Legs
	item := plan.Legs[0].Return.Instructions.Items[0]
	found := InspectedLine{LineID: item.LineID, Quantity: item.Quantity, Condition: ConditionIntact}
	for name, row := range map[string]struct {
		lacking []string
		want    []ReturnDifference
	}{
		"all came":              {nil, nil},
		"no invoice":            {[]string{"invoice"}, []ReturnDifference{{LineID: item.LineID, Code: DifferenceLacking, Condition: "invoice"}}},
		"what nobody asked for": {[]string{"ribbon"}, nil},
	} {
		found.Lacking = row.lacking
		c.Legs[0].Return.Inspection = []InspectedLine{found}
		out := b.Inspect(c, c.Legs[0].ID)
		require.Equal(t, row.want, out.Differences, name)
		require.Equal(t, row.want == nil, out.Accepted, name)
	}
}
