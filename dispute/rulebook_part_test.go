package dispute

import (
	"testing"

	"github.com/stretchr/testify/require"
)

// What came of a return is paid at once, unit by unit: what was given for other units of its
// line is not taken for what came, and no unit is paid twice.
func TestWhatCameIsPaidByUnit(t *testing.T) {
	t.Parallel()
	b := book(t, "default@3")
	back := func(state LegState, items ...Line) []Leg {
		legs := waitingReturn(state, items...)
		if state == ReturnPartial {
			legs[1].State = MoneyCancelled
		}
		return legs
	}
	paid := func(id, of string, units int) Leg {
		return Leg{ID: id, Type: LegRefund, State: MoneySucceeded, Money: &MoneyLeg{Key: "k/" + id + "/1", PaymentID: "pay-1", PartOf: of,
			Amount: CNY(int64(units) * 3333), Lines: []LineAmount{{"l2", units, int64(units) * 3333}}}}
	}
	other := func(units int) []Leg {
		legs := waitingReturn(ReturnAccepted, pots(units)...)
		legs[0].ID, legs[1].ID, legs[1].After, legs[1].State = "return-2", "refund-2", "return-2", MoneySucceeded
		return legs
	}
	for _, row := range []struct {
		name string
		came int
		legs []Leg
		want int
	}{
		{"nothing beside", 1, back(ReturnInspected, Line{"l2", 2}), 1},
		{"the third was paid for before", 1, append([]Leg{paid("refund-2", "", 1)}, back(ReturnInspected, Line{"l2", 2})...), 1},
		{"the third was paid for beside", 1, append(back(ReturnInspected, Line{"l2", 2}), paid("refund-2", "", 1)), 1},
		{"the third was sent anew", 1, append(back(ReturnInspected, Line{"l2", 2}), keeping(ReplacementShipped, Line{"l2", 1})...), 1},
		{"the third came by another return", 1, append(back(ReturnInspected, Line{"l2", 2}), other(1)...), 1},
		{"more was given than there are others: one of these was paid", 1, append(back(ReturnInspected, Line{"l2", 2}), paid("refund-2", "", 2)), 0},
		{"the rest came, the third paid for before the first part", 2,
			append(back(ReturnPartial, Line{"l2", 2}), paid("refund-2", "", 1), paid("refund-3", "return-1", 1)), 1},
		{"the rest came, one was paid for after the first part: it may be this one", 2,
			append(back(ReturnPartial, Line{"l2", 2}), paid("refund-2", "return-1", 1), paid("refund-3", "", 1)), 0},
		{"all came, and one was paid for when the desk was asked: it may be one of these", 2,
			append(back(ReturnPartial, Line{"l2", 2}), paid("refund-2", "", 1)), 1},
		{"all of it was paid", 2, append(back(ReturnPartial, Line{"l2", 2}), paid("refund-2", "return-1", 2)), 0},
	} {
		t.Run(row.name, func(t *testing.T) {
			t.Parallel()
			c := potsAndMug(row.legs...)
			for _, l := range row.legs {
				c.Leg("return-1").Return.PartGiven = c.Leg("return-1").Return.PartGiven || l.Money != nil && l.Money.PartOf != ""
			}
			c.Leg("return-1").Return.Inspection = []InspectedLine{{LineID: "l2", Quantity: row.came, Condition: ConditionDamaged}}
			units := 0
			for _, l := range b.Inspect(c, "return-1").Part {
				require.Equal(t, LegRefund, l.Type)
				require.Equal(t, "return-1", l.Money.PartOf)
				for _, part := range l.Money.Lines {
					units += part.Quantity
				}
			}
			require.Equal(t, row.want, units)
		})
	}
}
