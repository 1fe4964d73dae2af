package dispute

import (
	"fmt"
	"maps"
	"slices"
	"strings"
)

// A new decision takes the place of what an earlier one laid down for the same units and
// what was not carried out yet: money that waits, goods that have not left, repairs. Units
// have no names. So a decision that asks for no more units of a line than nothing waits for
// is about these, and what waits runs on. One that asks for more is about all of them: it
// says what becomes of each, or it is refused, since it would silently end what was promised.

// beside lists the lines of which remedies (format 3) speak of no more units than nothing
// waits for. Goods that lie in the workshop, their repair given up, have to be spoken of first.
func (b *Rulebook) beside(c *Case, remedies []Remedy) map[string]bool {
	asked, lines := map[string]int{}, map[string]bool{}
	if b.policy.Format < 3 || c.Facts.Order == nil {
		return nil
	}
	for _, r := range remedies {
		if r.Type.settlesUnits() {
			for _, line := range linesOf(c, r) {
				asked[line.LineID] += line.Quantity
				lines[line.LineID] = true
			}
		}
	}
	book := newLedger(c, lines)
	left := book.left()
	waiting, held := map[string]int{}, map[string]bool{}
	for _, p := range c.promises(left) {
		for _, line := range p.units {
			waiting[line.LineID] += line.Quantity
			held[line.LineID] = held[line.LineID] || p.held
		}
	}
	free := map[string]bool{}
	for id, n := range asked {
		free[id] = waiting[id] > 0 && !held[id] && n <= left[id]-book.handed[id]-waiting[id]
	}
	return free
}

// anew refuses remedies (format 3) that take the place of what waits for more units than
// they speak of: CodeInvalid, with the leg as Ref. All units that are left of a line may
// always be decided at once, save that goods under way are not asked for again.
func (b *Rulebook) anew(c *Case, priced []pricedRemedy, beside map[string]bool) *Error {
	if b.policy.Format < 3 || c.Facts.Order == nil {
		return nil
	}
	said := spokenOf(priced)
	lines := map[string]bool{}
	for id := range said.all {
		lines[id] = true
	}
	left := newLedger(c, lines).left()
	var touched []promise
	for _, p := range c.promises(left) {
		if p.touchedBy(said, beside) {
			touched = append(touched, p)
		}
	}
	for _, p := range touched {
		if fail := p.underway(c, priced); fail != nil {
			return fail
		}
		for _, line := range p.units {
			if need, have := said.short(p, line.LineID, touched, left[line.LineID]); need > have {
				return p.forgets(touched, line.LineID, need, have, priced)
			}
		}
	}
	return nil
}

// kept is the money that waits for lines of which only other units are decided.
func (c *Case) kept(beside, anew map[string]bool) []*Leg {
	var all []*Leg
	for i := range c.Legs {
		leg := &c.Legs[i]
		if leg.Type == LegRefund && leg.Money != nil && leg.State == MoneyRequired && leg.Money.concerns(beside) && !leg.Money.concerns(anew) {
			all = append(all, leg)
		}
	}
	return all
}

// keep books the money that is kept: it goes before what is decided, so that the pieces of a
// line come to its price.
func (l *ledger) keep(c *Case, beside, anew map[string]bool) {
	for _, leg := range c.kept(beside, anew) {
		l.take(leg.Money.Lines, leg.Money.Withheld)
		for _, part := range leg.Money.Lines {
			l.promised[part.LineID] -= part.Quantity
		}
	}
}

// keep leaves the kept money its payments, and has other money that waits and is not decided
// anew touched last.
func (p *planner) keep(remedies []Remedy) {
	anew := anewLines(p.c, remedies, p.beside)
	kept := p.c.kept(p.beside, anew)
	for _, leg := range kept {
		p.hold(leg)
	}
	p.reserve(func(leg *Leg) bool { return !leg.Money.concerns(anew) && !slices.Contains(kept, leg) })
}

// anewLines are the lines of which remedies decide what waits anew.
func anewLines(c *Case, remedies []Remedy, beside map[string]bool) map[string]bool {
	anew := settledLines(c, remedies)
	maps.DeleteFunc(anew, func(id string, _ bool) bool { return beside[id] })
	return anew
}

// left is how many of the case's units of each line were not given back or sent anew.
func (l *ledger) left() map[string]int {
	left := map[string]int{}
	for id, claimed := range l.claimed {
		left[id] = max(claimed-l.used[id].units, 0)
	}
	return left
}

// spoken is of how many units of each line remedies speak: all for which money is given
// back, goods are sent, or whose goods are mended, and those among them that are not left
// with the customer for a part of their price.
type spoken struct{ goods, all map[string]int }

func spokenOf(priced []pricedRemedy) spoken {
	said := spoken{map[string]int{}, map[string]int{}}
	for _, p := range priced {
		if !p.Type.settlesUnits() {
			continue
		}
		whole := slices.ContainsFunc(p.parts, func(part LineAmount) bool { return part.Quantity > 0 })
		for _, line := range p.Lines {
			said.all[line.LineID] += line.Quantity
			if whole || p.Type.SendsGoods() || p.Type.MovesGoods() {
				said.goods[line.LineID] += line.Quantity
			}
		}
	}
	return said
}

// promise is what an earlier decision laid down and a new one takes the place of as a whole.
type promise struct {
	ids   []string // its legs, the return last
	goods bool     // goods that are mended, not money or goods to be given
	held  bool     // they lie in the workshop, and the repair came to nothing
	lines map[string]bool
	units []Line
	back  *Leg // the return that brings the goods, which ends with it
}

// promises lists what is laid down. Money that waits for one return stands together: the
// return says for how many units, however the money is cut.
func (c *Case) promises(left map[string]int) []promise {
	var all []promise
	behind := map[string]int{}
	for i := range c.Legs {
		l := &c.Legs[i]
		switch {
		case l.Money != nil && l.State == MoneyRequired && len(l.Money.Lines) > 0:
			back := c.Leg(l.After)
			if back == nil || back.Return == nil {
				all = append(all, l.alone(left))
				continue
			}
			at, known := behind[back.ID]
			if !known {
				at = len(all)
				behind[back.ID] = at
				all = append(all, promise{ids: []string{back.ID}, units: back.Return.Instructions.Items, lines: map[string]bool{}, back: back})
			}
			s := &all[at]
			s.ids = slices.Insert(s.ids, len(s.ids)-1, l.ID)
			for _, part := range l.Money.Lines {
				s.lines[part.LineID] = true
			}
		case l.Replacement != nil && (l.State == ReplacementRequired || l.State == ReplacementReserved):
			all = append(all, promise{ids: []string{l.ID}, units: l.Replacement.Lines(), lines: lineSet(l.Replacement.Lines()), back: c.Leg(l.After)})
		case l.Repair != nil && !l.State.Final() && l.Repair.ShippedAt == nil && l.State != RepairSendingBack:
			all = append(all, promise{ids: []string{l.ID}, goods: true, units: l.Repair.Lines, lines: lineSet(l.Repair.Lines), back: c.Leg(l.After)})
		case l.HoldsGoods():
			all = append(all, promise{ids: []string{l.ID}, goods: true, held: true, units: l.Repair.Lines, lines: lineSet(l.Repair.Lines)})
		}
	}
	return unremedied(all, left)
}

// unremedied leaves of goods held in the workshop those for which nothing was given, or
// waits: no more than are left of their line.
func unremedied(all []promise, left map[string]int) []promise {
	waiting := map[string]int{}
	for _, p := range all {
		for _, line := range p.units {
			if !p.held {
				waiting[line.LineID] += line.Quantity
			}
		}
	}
	for i := range all {
		if !all[i].held {
			continue
		}
		var units []Line
		for _, line := range all[i].units {
			if n := min(line.Quantity, left[line.LineID]-waiting[line.LineID]); n > 0 {
				units = append(units, Line{LineID: line.LineID, Quantity: n})
			}
		}
		all[i].units = units
	}
	return all
}

// alone is money that waits for no return. An amount that a person named does not say for
// how many units it is: then it is all that are left.
func (l *Leg) alone(left map[string]int) promise {
	s := promise{ids: []string{l.ID}, lines: map[string]bool{}}
	for _, part := range l.Money.Lines {
		s.lines[part.LineID] = true
		units := part.Quantity
		if units == 0 && part.Amount > 0 && l.Money.Returns == nil {
			units = left[part.LineID]
		}
		s.units = append(s.units, Line{LineID: part.LineID, Quantity: units})
	}
	return s
}

func lineSet(lines []Line) map[string]bool {
	set := map[string]bool{}
	for _, line := range lines {
		set[line.LineID] = true
	}
	return set
}

func (p promise) touchedBy(said spoken, beside map[string]bool) bool {
	by := said.all
	if p.goods {
		by = said.goods
	}
	for id := range p.lines {
		if by[id] > 0 && !beside[id] {
			return true
		}
	}
	return false
}

// short compares, for a line of a promise, the units that wait with those that are spoken
// of: among promises of its kind, and among all of them. No more than are left can wait.
func (said spoken) short(p promise, lineID string, touched []promise, left int) (need, have int) {
	money, goods := 0, 0
	for _, other := range touched {
		if n := unitsOf(other.units, lineID); other.goods {
			goods += n
		} else {
			money += n
		}
	}
	need, have = min(money, left), said.all[lineID]
	if p.goods {
		need, have = min(goods, left), said.goods[lineID]
	}
	if need > have {
		return need, have
	}
	return min(money+goods, left), said.all[lineID]
}

// forgets is the refusal of a decision that would end what waits for units of a line and
// say nothing of them. It names all legs that wait for units of the line.
func (p promise) forgets(touched []promise, lineID string, wait, said int, priced []pricedRemedy) *Error {
	var ids []string
	for _, other := range touched {
		if unitsOf(other.units, lineID) > 0 {
			ids = append(ids, other.ids...)
		}
	}
	pointer := "/remedies"
	for i, remedy := range priced {
		for k, line := range remedy.Lines {
			if line.LineID == lineID && pointer == "/remedies" {
				pointer = fmt.Sprintf("/remedies/%d/lines/%d/quantity", i, k)
			}
		}
	}
	fail := Invalid(fmt.Sprintf("%s: decided for %d of line %s, and this decision, which takes their place, speaks of %d: say in one decision what becomes of all %d",
		strings.Join(ids, ", "), wait, lineID, said, wait),
		Field{Pointer: pointer, Detail: fmt.Sprintf("%d of line %s wait in %s", wait, lineID, strings.Join(ids, ", "))})
	return fail.WithRef(p.ids[0])
}

// underway refuses to ask for goods that travel under a return which would end with this:
// they would come under its name, and the new return would wait for them in vain.
func (p promise) underway(c *Case, priced []pricedRemedy) *Error {
	if p.back == nil || p.back.Return == nil {
		return nil
	}
	switch p.back.State {
	case ReturnInTransit, ReturnDelivered, ReturnReceived, ReturnInspected:
	default:
		return nil
	}
	for i, remedy := range priced {
		for k, line := range remedy.Lines {
			if remedy.Type.MovesGoods() && unitsOf(p.back.Return.Instructions.Items, line.LineID) > 0 && !c.GoodsHere(remedy.Lines) {
				fail := Invalid(fmt.Sprintf("%s: its goods are on their way back and cannot be asked for anew: wait for them, settle it by hand, or decide without a return", p.back.ID),
					Field{Pointer: fmt.Sprintf("/remedies/%d/lines/%d", i, k), Detail: "on its way back in " + p.back.ID})
				return fail.WithRef(p.back.ID)
			}
		}
	}
	return nil
}
