package dispute

// paymentRooms is what each payment holds, less what the provider says is gone and
// this case's moving refunds.
func paymentRooms(c *Case) []OrderMoney {
	if c.Facts.Order == nil {
		return nil
	}
	book := newLedger(c, nil)
	rooms := make([]OrderMoney, 0, len(c.Facts.Order.Payments))
	for _, p := range c.Facts.Order.Payments {
		left := p.Captured - book.payments[p.PaymentID] - c.Facts.Payment.gone(p.PaymentID)
		rooms = append(rooms, OrderMoney{PaymentID: p.PaymentID, Captured: max(left, 0)})
	}
	return rooms
}

// hold takes the money of a leg that waits out of its payment's room, as far as it is there.
func (p *planner) hold(leg *Leg) (held OrderMoney) {
	for i := range p.rooms {
		if room := &p.rooms[i]; room.PaymentID == leg.Money.PaymentID {
			held = OrderMoney{PaymentID: room.PaymentID, Captured: min(room.Captured, leg.Money.Amount.Amount)}
			room.Captured -= held.Captured
		}
	}
	return held
}

// reserve puts the money of refunds that wait and run on behind all other: it is used up only
// where the payments do not hold everything together.
func (p *planner) reserve(runsOn func(*Leg) bool) {
	var reserved []OrderMoney
	for i := range p.c.Legs {
		leg := &p.c.Legs[i]
		if leg.Type == LegRefund && leg.Money != nil && leg.State == MoneyRequired && runsOn(leg) {
			reserved = append(reserved, p.hold(leg))
		}
	}
	p.rooms = append(p.rooms, reserved...)
}
