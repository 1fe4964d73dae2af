package dispute

import (
	"testing"

	"github.com/stretchr/testify/require"
)

func TestInspect(t *testing.T) {
	t.Parallel()
	type found = []InspectedLine
	rows := []struct {
		name   string
		reason Reason
		found  found
		want   []ReturnDifference
	}{
		{"as declared, by line", ReasonDamagedInTransit, found{{LineID: "l1", Quantity: 2, Condition: ConditionDamaged}}, nil},
		{"as declared, by SKU", ReasonDamagedInTransit, found{{SKU: "mug", Quantity: 2, Condition: ConditionIntact}}, nil},
		{"as declared, in two lines", ReasonDamagedInTransit, found{{LineID: "l1", Quantity: 1, Condition: ConditionDamaged},
			{SKU: "mug", Quantity: 1, Condition: ConditionOpened}}, nil},
		{"one of two", ReasonDamagedInTransit, found{{LineID: "l1", Quantity: 1, Condition: ConditionDamaged}},
			[]ReturnDifference{{LineID: "l1", Code: DifferenceShort, Expected: 2, Received: 1, Acceptable: 1}}},
		{"one missing by word", ReasonDamagedInTransit, found{{LineID: "l1", Quantity: 1, Condition: ConditionDamaged},
			{LineID: "l1", Quantity: 1, Condition: ConditionMissing}},
			[]ReturnDifference{{LineID: "l1", Code: DifferenceShort, Expected: 2, Received: 1, Acceptable: 1}}},
		{"used", ReasonChangedMind, found{{LineID: "l1", Quantity: 2, Condition: ConditionUsed}},
			[]ReturnDifference{{LineID: "l1", Code: DifferenceCondition, Expected: 2, Received: 2, Condition: "used"}}},
		{"one of two used", ReasonChangedMind, found{{LineID: "l1", Quantity: 1, Condition: ConditionUsed}, {LineID: "l1", Quantity: 1, Condition: ConditionIntact}},
			[]ReturnDifference{{LineID: "l1", Code: DifferenceCondition, Expected: 2, Received: 2, Acceptable: 1, Condition: "used"}}},
		{"another item", ReasonDamagedInTransit, found{{LineID: "l1", Quantity: 2, Condition: ConditionWrongItem}},
			[]ReturnDifference{{LineID: "l1", Code: DifferenceCondition, Expected: 2, Received: 2, Condition: "wrong_item"}}},
		{"the wrong item, as claimed", ReasonWrongItem, found{{LineID: "l1", Quantity: 2, Condition: ConditionWrongItem}}, nil},
		{"one too many", ReasonDamagedInTransit, found{{LineID: "l1", Quantity: 3, Condition: ConditionDamaged}},
			[]ReturnDifference{{LineID: "l1", Code: DifferenceOver, Expected: 2, Received: 3, Acceptable: 2}}},
		{"an undeclared piece of the order", ReasonDamagedInTransit, found{{LineID: "l1", Quantity: 2, Condition: ConditionDamaged},
			{LineID: "l2", Quantity: 1, Condition: ConditionIntact}},
			[]ReturnDifference{{LineID: "l2", Code: DifferenceUndeclared, Received: 1, Condition: "intact"}}},
		{"an unknown piece", ReasonDamagedInTransit, found{{LineID: "l1", Quantity: 2, Condition: ConditionDamaged},
			{SKU: "cat", Quantity: 1, Condition: ConditionIntact}},
			[]ReturnDifference{{SKU: "cat", Code: DifferenceUndeclared, Received: 1, Condition: "intact"}}},
		{"an empty box", ReasonDamagedInTransit, found{{LineID: "l1", Quantity: 2, Condition: ConditionMissing}},
			[]ReturnDifference{{LineID: "l1", Code: DifferenceShort, Expected: 2}}},
		{"short and used", ReasonChangedMind, found{{LineID: "l1", Quantity: 1, Condition: ConditionUsed}}, []ReturnDifference{
			{LineID: "l1", Code: DifferenceShort, Expected: 2, Received: 1},
			{LineID: "l1", Code: DifferenceCondition, Expected: 2, Received: 1, Condition: "used"}}},
	}
	for _, b := range bothBooks(t) {
		for _, row := range rows {
			t.Run(b.Version()+" "+row.name, func(t *testing.T) {
				t.Parallel()
				c := of(damagedReturn(), func(c *Case) {
					c.Reason = row.reason
					c.Legs = []Leg{{ID: "return-1", Type: LegReturn, State: ReturnInspected, Return: &ReturnLeg{
						Instructions: ReturnInstructions{Items: []Line{{"l1", 2}}}, Inspection: row.found}}}
				})
				finding := b.Inspect(c, "return-1")
				require.Equal(t, row.want, finding.Differences)
				require.Equal(t, len(row.want) == 0, finding.Accepted)
				require.Equal(t, b.Version()+"/inspection/"+string(row.reason), finding.Rule)
			})
		}
	}
	require.False(t, book(t, "default").Inspect(damagedReturn(), "return-1").Accepted, "no such leg")
}
