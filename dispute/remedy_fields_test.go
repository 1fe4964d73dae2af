package dispute

import (
	"testing"

	"github.com/stretchr/testify/require"
)

// Every remedy with every field: what it does not take is pointed at, and nothing else is.
func TestEveryRemedyTakesOnlyItsFields(t *testing.T) {
	t.Parallel()
	all := func(kind RemedyType) Remedy {
		return Remedy{Type: kind, Lines: []Line{{LineID: "nope", Quantity: 99}}, Amount: ptr(CNY(100)), Gift: "gift-cup",
			Items: []ReplacementItem{{LineID: "l1", SKU: "sku", Quantity: 1}}}
	}
	for kind, refused := range map[RemedyType][]string{
		RemedyRefund:         {"items", "gift"},
		RemedyReturnRefund:   {"items", "gift"},
		RemedyPartialRefund:  {"items", "gift"},
		RemedyFreightRefund:  {"lines", "items", "gift"},
		RemedyExchange:       {"amount", "gift"},
		RemedyReship:         {"amount", "gift"},
		RemedyRepair:         {"amount", "items", "gift"},
		RemedyCompensation:   {"lines", "items", "gift"},
		RemedyCoupon:         {"lines", "items", "gift"},
		RemedyGift:           {"lines", "items"},
		RemedyOrderAmendment: {"lines", "amount", "items", "gift"}, // of no change of items
		RemedyApology:        {"lines", "amount", "items", "gift"},
	} {
		fail := CheckRemedyFields(damagedReturn(), []Remedy{{Type: RemedyApology}, all(kind)}, "/remedies")
		require.NotNil(t, fail, kind)
		require.Equal(t, CodeInvalid, fail.Code)
		var points []string
		for _, f := range fail.Fields {
			points = append(points, f.Pointer)
		}
		var want []string
		for _, name := range refused {
			want = append(want, "/remedies/1/"+name)
		}
		require.Equal(t, want, points, kind)
	}
	require.Len(t, remedyFields, 12)
}

// Lines that say what the rest says already are no more than that.
func TestRemedyFieldsThatFollowFromTheRest(t *testing.T) {
	t.Parallel()
	change := of(damagedReturn(), func(c *Case) { c.Kind, c.Reason = KindOrderChange, ReasonItemChange })
	items := []ReplacementItem{{LineID: "b", SKU: "x", Quantity: 1}, {LineID: "a", SKU: "x", Quantity: 1}, {LineID: "a", SKU: "y", Quantity: 2}}
	for _, row := range []struct {
		r    Remedy
		fine bool
	}{
		{Remedy{Type: RemedyFreightRefund, Lines: []Line{{LineID: ShippingLine, Quantity: 1}}, Amount: ptr(CNY(5))}, true},
		{Remedy{Type: RemedyFreightRefund, Lines: []Line{{LineID: ShippingLine, Quantity: 2}}}, false},
		{Remedy{Type: RemedyCompensation, Lines: []Line{{LineID: ShippingLine, Quantity: 1}}}, false},
		{Remedy{Type: RemedyCompensation, Lines: []Line{}}, true},
		{Remedy{Type: RemedyOrderAmendment, Items: items}, true},
		{Remedy{Type: RemedyOrderAmendment, Items: items, Lines: []Line{{LineID: "a", Quantity: 3}, {LineID: "b", Quantity: 1}}}, true},
		{Remedy{Type: RemedyOrderAmendment, Items: items, Lines: []Line{{LineID: "a", Quantity: 1}}}, false},
		{Remedy{Type: "nonsense", Gift: "x"}, true}, // its type is refused
	} {
		require.Equal(t, row.fine, CheckRemedyFields(change, []Remedy{row.r}, "/remedies") == nil, "%+v", row.r)
	}
}
