package dispute

import (
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"
)

// Plan turns decided remedies into legs with fresh ids after the case's own: a
// return with its refund behind it, refunds cut along the order's payments, and
// payouts. Refused is set when the remedies cannot be priced, the payments do not
// hold them, or they would end what waits for units that they do not speak of.
func (b *Rulebook) Plan(c *Case, remedies []Remedy) LegPlan {
	plan := LegPlan{Rule: b.rule("plan"), Legs: []Leg{}}
	if c.ForeignOrder() {
		plan.Refused = errForeignOrder()
		return plan
	}
	priced, fail := b.price(c, remedies)
	if fail != nil {
		plan.Refused = fail
		return plan
	}
	beside := b.beside(c, remedies)
	if plan.Refused = b.anew(c, priced, beside); plan.Refused != nil {
		return plan
	}
	p := planner{c: c, next: nextNumbers(c), rooms: paymentRooms(c), with: b.policy.Returns.With, beside: beside}
	p.keep(remedies)
	for _, remedy := range priced {
		after := ""
		if remedy.Type == RemedyReturnRefund && !p.goodsHere(remedy.Lines) {
			after = p.addReturn(remedy.Lines, b.freightPayer(c, c.Liability))
		}
		switch {
		case remedy.Type.SendsGoods():
			p.replace(b, remedy)
			continue
		case remedy.Type == RemedyRepair:
			p.repair(b, remedy)
			continue
		case remedy.Type == RemedyOrderAmendment:
			p.amend(remedy)
			continue
		case remedy.Type == RemedyApology:
			p.legs = append(p.legs, Leg{ID: p.id(LegApology), Type: LegApology, State: MoneyRequired})
			continue
		case remedy.Type.newValue():
			p.addMoney(LegCompensation, "", MoneyLeg{Amount: *remedy.Amount, Form: remedy.Type.form(), Gift: remedy.Gift, Most: b.mostOf(remedy.Remedy)})
			continue
		}
		if fail := p.addRefund(after, remedy); fail != nil {
			return LegPlan{Rule: plan.Rule, Legs: []Leg{}, Refused: fail}
		}
		if b.policy.Format >= 3 {
			p.addCredits(after, remedy)
		}
	}
	plan.Legs = append(plan.Legs, p.legs...)
	for _, line := range slices.Sorted(maps.Keys(beside)) {
		if beside[line] {
			plan.Beside = append(plan.Beside, line)
		}
	}
	return plan
}

// planner collects legs.
type planner struct {
	c      *Case
	next   map[LegType]int
	rooms  []OrderMoney // what each payment still holds
	legs   []Leg
	with   []string        // what belongs into a parcel besides the goods
	beside map[string]bool // lines of which only units are decided that nothing waits for
}

// goodsHere says whether the goods of a remedy lie with the shop already: those that do are
// spoken for, where only other units of a line are decided.
func (p *planner) goodsHere(lines []Line) bool {
	return p.c.GoodsHere(lines) && !slices.ContainsFunc(lines, func(l Line) bool { return p.beside[l.LineID] })
}

// nextNumbers gives the first free number of each leg type.
func nextNumbers(c *Case) map[LegType]int {
	next := map[LegType]int{}
	for _, leg := range c.Legs {
		_, digits, _ := strings.Cut(leg.ID, "-")
		if n, err := strconv.Atoi(digits); err == nil && n > next[leg.Type] {
			next[leg.Type] = n
		}
	}
	return next
}

func (p *planner) id(t LegType) string {
	p.next[t]++
	return string(t) + "-" + strconv.Itoa(p.next[t])
}

// addReturn adds a return leg and returns its id.
func (p *planner) addReturn(lines []Line, payer FreightPayer) string {
	id := p.id(LegReturn)
	rma := fmt.Sprintf("RMA-%s-%d", strings.TrimPrefix(p.c.ID, "case_"), p.next[LegReturn])
	p.legs = append(p.legs, Leg{ID: id, Type: LegReturn, State: ReturnAuthorized, Return: &ReturnLeg{
		RMAID: rma, Instructions: ReturnInstructions{RMAID: rma, Items: lines, With: p.with, FreightPayer: payer}}})
	return id
}

func (p *planner) addMoney(t LegType, after string, m MoneyLeg) {
	id := p.id(t)
	m.Key = p.c.ID + "/" + id + "/1"
	p.legs = append(p.legs, Leg{ID: id, Type: t, State: MoneyRequired, After: after, Money: &m})
}

// addCredits gives back what coupons and points had paid of the lines, together with
// their money and after the same return.
func (p *planner) addCredits(after string, remedy pricedRemedy) {
	var lines []LineAmount
	for _, line := range remedy.Lines {
		lines = append(lines, LineAmount{LineID: line.LineID})
	}
	for _, credit := range remedy.Credits {
		p.addMoney(LegCompensation, after, MoneyLeg{Form: FormCoupon, Returns: &credit, Lines: lines,
			Amount: Money{Amount: credit.Amount, Currency: p.c.Currency}})
	}
}

// addRefund cuts one refund along the payments, in their order, to the cent. Units
// that bring no money, and what was withheld, go with its first piece.
func (p *planner) addRefund(after string, remedy pricedRemedy) *Error {
	var parts, free []LineAmount
	for _, part := range remedy.parts {
		if part.Amount > 0 {
			parts = append(parts, part)
		} else {
			free = append(free, part)
		}
	}
	first := true
	for i := range p.rooms {
		room := &p.rooms[i]
		var lines []LineAmount
		lines, parts = cut(parts, room.Captured)
		sum := int64(0)
		for _, line := range lines {
			sum += line.Amount
		}
		if sum == 0 {
			continue
		}
		room.Captured -= sum
		m := MoneyLeg{PaymentID: room.PaymentID, Lines: lines, Amount: Money{Amount: sum, Currency: p.c.Currency}}
		if first {
			m.Lines, m.Withheld, m.ShippingClawback = append(m.Lines, free...), remedy.withheld, remedy.clawback
		}
		first = false
		p.addMoney(LegRefund, after, m)
	}
	if len(parts) > 0 {
		return Errorf(CodeExceedsCapture, "the order's payments do not hold this refund")
	}
	return nil
}

// cut takes amounts off the front of parts until room is used up. A part that is
// cut in two leaves its quantity with the first piece.
func cut(parts []LineAmount, room int64) (taken, rest []LineAmount) {
	for i, part := range parts {
		switch {
		case room <= 0:
			return taken, append(rest, parts[i:]...)
		case part.Amount <= room:
			taken, room = append(taken, part), room-part.Amount
		default:
			first := part
			first.Amount = room
			part.Amount, part.Quantity = part.Amount-room, 0
			return append(taken, first), append([]LineAmount{part}, parts[i+1:]...)
		}
	}
	return taken, nil
}
