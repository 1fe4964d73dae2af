package dispute

import (
	"fmt"
	"math"
)

// What an exchange or a reship gives is goods: no money moves, but units of the order
// are given all the same. They count like a refund of what was paid for them, in the
// author's limits and in the ledger of the case, so that nobody gets goods and money
// for the same units.

// replaced books a replacement of the case. One that waits, for lines that are decided
// anew, is given up for that; what is on its way, or promised, is used; what was
// signed for stands apart, since goods that came back may be paid for.
func (l *ledger) replaced(leg *Leg, anew map[string]bool) {
	r := leg.Replacement
	switch leg.State {
	case ReplacementSigned:
		for _, part := range r.Parts {
			l.handed[part.LineID] += part.Quantity
		}
	case ReplacementRequired, ReplacementReserved:
		if !r.concerns(anew) {
			l.take(r.Parts, nil)
		}
	case ReplacementShipped:
		l.take(r.Parts, nil)
	}
}

func (r *ReplacementLeg) concerns(lines map[string]bool) bool {
	for _, part := range r.Parts {
		if lines[part.LineID] {
			return true
		}
	}
	return false
}

// anewFor says whether n units of a line cannot be had without units for which goods were
// signed already, by this case or another.
func (l *ledger) anewFor(id string, n int) bool {
	ordered, ok := l.line(id)
	if !ok {
		return false
	}
	other := l.others[id]
	mine := l.claimed[id] - l.used[id].units - l.handed[id]
	left := ordered.Quantity - other.Units - other.Replaced - l.used[id].units - l.handed[id]
	return (l.handed[id] > 0 && n > mine) || (other.Replaced > 0 && n > left)
}

// handedOver refuses to give again, without the goods, for units that were replaced
// already; with the goods, or in part, a person may: then again is true.
func (l *ledger) handedOver(r Remedy, lines []Line, pointer string) (again bool, fail *Error) {
	for i, line := range lines {
		if !l.anewFor(line.LineID, line.Quantity) {
			continue
		}
		if r.Type == RemedyRefund || r.Type == RemedyReship {
			return false, &Error{Code: CodeExceedsCapture, Message: fmt.Sprintf("units of line %s were replaced, and the customer has signed for them", line.LineID),
				Fields: []Field{{Pointer: fmt.Sprintf("%s/lines/%d", pointer, i), Detail: "replaced already: give something for the goods that come back, or compensation"}}}
		}
		again = true
	}
	return again, nil
}

// replace prices an exchange or a reship: what was paid for the units is its value.
func (l *ledger) replace(c *Case, r Remedy, pointer string) (pricedRemedy, *Error) {
	if r.Amount != nil {
		return pricedRemedy{}, Invalid(fmt.Sprintf("a %s has no amount", r.Type), Field{Pointer: pointer + "/amount", Detail: "must be left out"})
	}
	lines := linesOf(c, r)
	if len(lines) == 0 {
		return pricedRemedy{}, Invalid("goods in place of others need the lines that they are for", Field{Pointer: pointer + "/lines", Detail: "missing"})
	}
	caps, sum, fail := l.rooms(lines, pointer)
	if fail != nil {
		return pricedRemedy{}, fail
	}
	again, fail := l.handedOver(r, lines, pointer)
	if fail != nil {
		return pricedRemedy{}, fail
	}
	p := pricedRemedy{value: sum, byPerson: again}
	for i, line := range lines {
		at := fmt.Sprintf("%s/lines/%d", pointer, i)
		ordered, _ := l.line(line.LineID)
		free := min(l.claimed[line.LineID], ordered.Quantity-l.others[line.LineID].Units) - l.used[line.LineID].units
		switch {
		case line.LineID == ShippingLine:
			return pricedRemedy{}, Invalid("a shipping charge cannot be sent again", Field{Pointer: at, Detail: "no goods"})
		case line.Quantity > free:
			return pricedRemedy{}, &Error{Code: CodeExceedsCapture, Message: fmt.Sprintf("%d of line %s are left: the others were given back or replaced", max(free, 0), line.LineID),
				Fields: []Field{{Pointer: at + "/quantity", Detail: "more than was not given back or replaced"}}}
		}
		p.replaced = append(p.replaced, LineAmount{LineID: line.LineID, Quantity: line.Quantity, Amount: caps[i]})
	}
	items, open, fail := l.items(r, lines, pointer)
	if fail != nil {
		return pricedRemedy{}, fail
	}
	p.byPerson = p.byPerson || open
	p.Remedy = Remedy{Type: r.Type, Lines: lines, Items: items}
	l.take(p.replaced, nil)
	return p, nil
}

// items are the goods that go out for the lines. Other goods than the line's own must
// not be dearer; where nobody knows their price, the order having none of them, a person
// answers for it: then open is true.
func (l *ledger) items(r Remedy, lines []Line, pointer string) (items []ReplacementItem, open bool, fail *Error) {
	if len(r.Items) == 0 {
		for _, line := range lines {
			ordered, _ := l.line(line.LineID)
			items = append(items, ReplacementItem{LineID: line.LineID, SKU: ordered.SKU, Quantity: line.Quantity})
		}
		return items, false, nil
	}
	if len(r.Items) > MaxRemedyLines {
		return nil, false, Invalid("too many items", Field{Pointer: pointer + "/items", Detail: fmt.Sprintf("more than %d", MaxRemedyLines)})
	}
	wanted := map[string]int{}
	for _, line := range lines {
		wanted[line.LineID] = line.Quantity
	}
	for i, item := range r.Items {
		at := fmt.Sprintf("%s/items/%d", pointer, i)
		ordered, ok := l.line(item.LineID)
		wrong := func(key, detail string) (i []ReplacementItem, open bool, fail *Error) {
			return nil, false, Invalid("the items do not fit: "+detail, Field{Pointer: at + "/" + key, Detail: detail})
		}
		switch {
		case !ok || item.LineID == ShippingLine || wanted[item.LineID] == 0 && item.Quantity > 0:
			return wrong("line_id", "in place of a line of the remedy, and not of more units than it has")
		case item.Quantity < 1 || item.Quantity > wanted[item.LineID]:
			return wrong("quantity", fmt.Sprintf("1 to %d", wanted[item.LineID]))
		case item.SKU != "" && !saneID.MatchString(item.SKU) || len(item.SKU) > MaxIDLength:
			return wrong("sku", "not the id of goods")
		}
		wanted[item.LineID] -= item.Quantity
		if item.SKU == "" {
			item.SKU = ordered.SKU
		}
		if item.SKU != ordered.SKU {
			if r.Type == RemedyReship {
				return wrong("sku", "a reship sends the same goods again: other goods are an exchange")
			}
			dearer, known := l.dearer(item.SKU, ordered)
			if dearer {
				return wrong("sku", "costs more than the goods that it is for: the difference cannot be collected here")
			}
			open = open || !known
		}
		items = append(items, item)
	}
	for i, line := range lines {
		if left := wanted[line.LineID]; left != 0 {
			return nil, false, Invalid("the items do not fit the lines", Field{Pointer: fmt.Sprintf("%s/lines/%d", pointer, i),
				Detail: fmt.Sprintf("nothing is named for %d of them", left)})
		}
	}
	return items, open, nil
}

// unpaid leaves goods to a person where the order's payments do not hold what was paid for
// them any more: the customer has the money back already, from elsewhere.
func (l *ledger) unpaid(c *Case, refunded int64, priced []pricedRemedy) {
	value := int64(0)
	for _, p := range priced {
		value += p.value
	}
	if value == 0 || value <= math.MaxInt64-refunded && l.fits(c, refunded+value) == nil {
		return
	}
	for i := range priced {
		priced[i].byPerson = priced[i].byPerson || priced[i].Type.SendsGoods()
	}
}

// dearer compares other goods with a line's, by what was paid for them in this order; known
// is false where the order has none of them.
func (l *ledger) dearer(sku string, than OrderLine) (dearer, known bool) {
	for _, line := range l.order.Lines {
		if line.SKU != sku || line.Quantity == 0 {
			continue
		}
		known = true
		if line.Paid*int64(than.Quantity) > than.Paid*int64(line.Quantity) {
			return true, true
		}
	}
	return false, known
}

// goods prices what sends goods, or changes what will be sent.
func (l *ledger) goods(c *Case, r Remedy, pointer string) (pricedRemedy, *Error) {
	if r.Type == RemedyOrderAmendment {
		return l.amend(c, r, pointer)
	}
	return l.replace(c, r, pointer)
}

// amend checks a change of the order: what is to be changed must be known.
func (l *ledger) amend(c *Case, r Remedy, pointer string) (pricedRemedy, *Error) {
	change, ok := amendments[c.Reason]
	if !ok || c.Kind != KindOrderChange {
		return pricedRemedy{}, Invalid("only a change of an order amends it", Field{Pointer: pointer + "/type", Detail: "not a remedy of this case"})
	}
	if r.Amount != nil {
		return pricedRemedy{}, Invalid("a change of an order has no amount", Field{Pointer: pointer + "/amount", Detail: "must be left out"})
	}
	out := pricedRemedy{Remedy: Remedy{Type: r.Type}}
	if change.what != AmendItem {
		if c.amendmentText(change.given) == "" {
			return out, Invalid("it is not known what to change the order to", Field{Pointer: pointer, Detail: "the customer has given no " + string(change.given)})
		}
		return out, nil
	}
	if len(r.Items) == 0 && c.Amendment != nil {
		r.Items = c.Amendment.Items
	}
	if len(r.Items) == 0 {
		return out, Invalid("it is not known what goods are wanted instead", Field{Pointer: pointer + "/items", Detail: "missing"})
	}
	units := map[string]int{}
	for _, item := range r.Items {
		units[item.LineID] += item.Quantity
	}
	var lines []Line
	for _, item := range r.Items {
		if n := units[item.LineID]; n > 0 {
			lines = append(lines, Line{LineID: item.LineID, Quantity: n})
			delete(units, item.LineID)
		}
	}
	if _, _, fail := l.rooms(lines, pointer); fail != nil {
		return out, fail
	}
	items, open, fail := l.items(Remedy{Type: r.Type, Items: r.Items}, lines, pointer)
	out.Items, out.Lines, out.byPerson = items, lines, open
	return out, fail
}
