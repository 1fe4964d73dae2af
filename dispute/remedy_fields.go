package dispute

import (
	"fmt"
	"slices"
	"strings"
)

// remedyFields is the one table of what may be said of a remedy besides its type, by the
// names of the wire.
var remedyFields = map[RemedyType][]string{
	RemedyRefund:         {"lines", "amount"},
	RemedyReturnRefund:   {"lines", "amount"},
	RemedyPartialRefund:  {"lines", "amount"},
	RemedyFreightRefund:  {"amount"},
	RemedyExchange:       {"lines", "items"},
	RemedyReship:         {"lines", "items"},
	RemedyRepair:         {"lines"},
	RemedyCompensation:   {"amount"},
	RemedyCoupon:         {"amount"},
	RemedyGift:           {"amount", "gift"},
	RemedyOrderAmendment: {"items"},
	RemedyApology:        {},
}

// CheckRemedyFields refuses what a remedy does not take, since nobody would carry it out:
// CodeInvalid with a field for each, below the pointer of the list. Lines that follow from
// the rest may be named: a freight refund's charge, and those of an amendment's items.
func CheckRemedyFields(c *Case, remedies []Remedy, at string) *Error {
	var fields []Field
	for i, r := range remedies {
		takes, known := remedyFields[r.Type]
		if !known {
			continue // refused by its type
		}
		for _, f := range []struct {
			name string
			said bool
		}{
			{"lines", len(r.Lines) > 0 && !slices.Equal(unitsByID(r.Lines), impliedLines(r))},
			{"amount", r.Amount != nil},
			{"items", len(r.Items) > 0},
			{"gift", r.Gift != ""},
		} {
			taken := slices.Contains(takes, f.name) && (r.Type != RemedyOrderAmendment || amendments[c.Reason].what == AmendItem)
			if f.said && !taken {
				fields = append(fields, Field{Pointer: fmt.Sprintf("%s/%d/%s", at, i, f.name), Detail: fmt.Sprintf("%s takes no %s; leave it out", r.Type, f.name)})
			}
		}
	}
	if len(fields) == 0 {
		return nil
	}
	return Invalid("a field was given that its remedy does not take", fields...)
}

// impliedLines are the lines that a remedy is about by what else is said of it.
func impliedLines(r Remedy) []Line {
	switch r.Type {
	case RemedyFreightRefund:
		return []Line{{LineID: ShippingLine, Quantity: 1}}
	case RemedyOrderAmendment:
		var lines []Line
		for _, item := range r.Items {
			lines = append(lines, Line{LineID: item.LineID, Quantity: item.Quantity})
		}
		return unitsByID(lines)
	}
	return nil
}

// unitsByID adds up lines named twice, and sorts them.
func unitsByID(lines []Line) []Line {
	var sum []Line
	for _, line := range lines {
		if unitsOf(sum, line.LineID) == 0 {
			sum = append(sum, Line{LineID: line.LineID, Quantity: unitsOf(lines, line.LineID)})
		}
	}
	slices.SortFunc(sum, func(a, b Line) int { return strings.Compare(a.LineID, b.LineID) })
	return sum
}
