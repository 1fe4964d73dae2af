package workflows

import "github.com/redresshq/redress/dispute"

// Coupons, points and gifts are money legs in another form: they are claimed, granted
// once under their key, reconciled and settled as payments are, by the shop's own system.

// payQueue is the queue of whoever moves the claim: a shop's system that hangs holds no
// refund up.
func payQueue(c dispute.MoneyClaim) string {
	if c.Form.Credited() {
		return QueueOrders
	}
	return QueuePayment
}

// granted says who moved the money of a leg, for the record.
func granted(l *dispute.Leg) dispute.Actor {
	if l.Money.Form.Credited() {
		return shopSystem
	}
	return paymentProvider
}

// shopSystem is the shop's own system; it has no role of its own and acts for the shop.
var shopSystem = dispute.Actor{Role: dispute.RoleMachine, ID: "orders"}

// tellSettled tells the customer what has arrived.
func (r *caseRun) tellSettled(l *dispute.Leg) {
	if !l.Money.Form.Credited() {
		r.notify(dispute.NoticeRefunded, dispute.RoleCustomer, kv{"leg_id": l.ID, "amount": l.Money.Amount})
		return
	}
	data := kv{"leg_id": l.ID, "form": l.Money.Form, "amount": l.Money.Amount}
	if l.Money.Gift != "" {
		data["gift"] = l.Money.Gift
	}
	if back := l.Money.Returns; back != nil {
		data["credit_kind"], data["points"] = back.Kind, back.Points
	}
	r.notify(dispute.NoticeCredited, dispute.RoleCustomer, data)
}

// progressApology carries an apology out: the customer is told, and that is recorded in
// the same turn.
func (r *caseRun) progressApology(l *dispute.Leg) {
	if l.State != dispute.MoneyRequired {
		return
	}
	r.setLeg(l, dispute.MoneySucceeded, dispute.System, dispute.WhyTold)
	r.notify(dispute.NoticeApology, dispute.RoleCustomer, kv{"leg_id": l.ID})
}
