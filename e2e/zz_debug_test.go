package e2e_test

import (
	"fmt"
	"testing"

	"github.com/redresshq/redress/dispute"
	"github.com/redresshq/redress/partners"
)

func TestZZ(t *testing.T) {
	s := newStack(t, options{policy: "story", continueEvery: 1})
	c := s.customer(t)
	o := s.order(t, c.id)
	id := c.open(returnOf(o, dispute.ReasonDamagedInTransit)).ID
	c.supply(id)
	c.accept(id)
	leg := c.awaitLeg(id, dispute.LegReturn, dispute.ReturnAwaitingShipment)
	ret := leg.Return
	fmt.Println(s.box.Scan(t.Context(), ret.Carrier, ret.TrackingNumber, dispute.ParcelInTransit))
	n := 0
	wait(t, "x", func() bool { n++; return n > 100 })
	v := c.get(id)
	fmt.Println((&v).Leg("return-1").State)
	for _, st := range []dispute.InboxState{"pending", "unmatched", "invalid", "delivered", "late"} {
		l, err := s.record.ListInbox(t.Context(), st, 0, 50)
		fmt.Println(st, err)
		for _, e := range l {
			fmt.Printf("%+v\n", e)
		}
	}
	es, _ := s.box.Ledger(t.Context(), partners.Carrier, partners.Filter{Type: "all", CaseID: id})
	for _, e := range es {
		fmt.Println(e.Type, e.Kind, e.Status, e.Fault, string(e.Data))
	}
	for _, e := range c.timeline(id) {
		fmt.Println(e.Type, e.Reason, string(e.Data))
	}
	for _, e := range s.history(t, id) {
		fmt.Println(e.EventId, e.EventType)
	}
}
