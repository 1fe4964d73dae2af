package dispute

import (
	"testing"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"
)

// mendable is a repair of two mugs inside the warranty.
func mendable() *Case {
	c := warrantyCase("2026-08-20T04:00:00Z", "2026-09-22T02:00:00Z")
	c.Liability = []Share{{Party: PartyMerchant, Percent: 100, Rule: "default@3/liability/warranty_failure"}}
	return c
}

func TestARepairIsPlannedBehindItsReturn(t *testing.T) {
	t.Parallel()
	b := book(t, "default@3")
	plan := b.Plan(mendable(), []Remedy{{Type: RemedyRepair}})
	require.Nil(t, plan.Refused)
	require.Len(t, plan.Legs, 2)
	back, repair := plan.Legs[0], plan.Legs[1]
	require.Equal(t, FreightMerchant, back.Return.Instructions.FreightPayer)
	require.Equal(t, []Line{{"l1", 2}}, back.Return.Instructions.Items)
	require.Equal(t, back.ID, repair.After)
	require.Equal(t, RepairRequired, repair.State)
	require.Equal(t, RepairLeg{RepairID: "RPR-0199a1b2c3d4e5f60718293a4b5c6d7e-1", Lines: []Line{{"l1", 2}}, Free: true,
		FreeRule: "default@3/warranty/warranty_failure", Attempt: 1}, *repair.Repair)
}

// Whether the customer pays: inside the warranty never, else whose fault it is.
func TestWhoPaysForARepair(t *testing.T) {
	t.Parallel()
	b := book(t, "default@3")
	rows := []struct {
		name string
		c    *Case
		free bool
	}{
		{"inside the warranty", mendable(), true},
		{"inside it, whatever a share says", of(mendable(), func(c *Case) { c.Liability = []Share{{Party: PartyCustomer, Percent: 100}} }), true},
		{"outside", of(mendable(), func(c *Case) {
			c.Facts.Order.DeliveredAt = ptr(utc("2024-08-20T04:00:00Z"))
			c.Liability = []Share{{Party: PartyUndetermined, Percent: 100}}
		}), false},
		{"outside, but a person found the fault with the merchant", of(mendable(), func(c *Case) { c.Facts.Order.DeliveredAt = ptr(utc("2024-08-20T04:00:00Z")) }), true},
		{"nobody knows since when it counts, nor whose fault it is", of(mendable(), func(c *Case) { c.Facts.Order.DeliveredAt, c.Liability = nil, nil }), false},
		{"damaged by the carrier", of(damagedReturn().because(KindRepair, ReasonDamagedInTransit, RemedyRepair), func(c *Case) {
			c.Liability = []Share{{Party: PartyCarrier, Percent: 100}}
		}), true},
		{"half the customer's fault", of(damagedReturn().because(KindRepair, ReasonDefective, RemedyRepair), func(c *Case) {
			c.Liability = []Share{{Party: PartyMerchant, Percent: 50}, {Party: PartyCustomer, Percent: 50}}
		}), false},
	}
	for _, row := range rows {
		t.Run(row.name, func(t *testing.T) {
			t.Parallel()
			plan := b.Plan(row.c, []Remedy{{Type: RemedyRepair}})
			require.Nil(t, plan.Refused)
			require.Equal(t, row.free, plan.Legs[1].Repair.Free)
		})
	}
}

func TestRepairsThatAreRefused(t *testing.T) {
	t.Parallel()
	b, amount := book(t, "default@3"), CNY(100)
	for pointer, remedies := range map[string][]Remedy{
		"/remedies/0/amount":  {{Type: RemedyRepair, Amount: &amount}},
		"/remedies/0/lines/0": {{Type: RemedyRepair, Lines: []Line{{"l1", 3}}}},
		"/remedies/0/lines/1": {{Type: RemedyRepair, Lines: []Line{{"l1", 1}, {"l1", 1}}}},
		"/remedies/1/lines":   {{Type: RemedyRepair}, {Type: RemedyReturnRefund, Lines: []Line{{"l1", 1}}}},
	} {
		a := b.Authorize(mendable(), Actor{Role: RoleAgent, ID: "a"}, remedies)
		require.NotNil(t, a.Refused, pointer)
		require.Equal(t, CodeInvalid, a.Refused.Code)
		require.Equal(t, pointer, a.Refused.Fields[0].Pointer)
	}
	for _, line := range []Line{{ShippingLine, 1}, {"l9", 1}} {
		a := b.Authorize(mendable(), Actor{Role: RoleAgent, ID: "a"}, []Remedy{{Type: RemedyRepair, Lines: []Line{line}}})
		require.NotNil(t, a.Refused, line.LineID)
	}
	old := book(t, "default@2")
	a := old.Authorize(mendable(), Actor{Role: RoleAgent, ID: "a"}, []Remedy{{Type: RemedyRepair}})
	require.Equal(t, CodeInvalid, a.Refused.Code, "a policy of format 2 has none of its clocks")
}

// Two repairs in vain: an exchange is offered in place of a third.
// Whoever has all the money for a unit, or new goods, does not have it mended as well,
// whatever stands first; a unit beside it may be.
func TestAUnitIsMendedOrGivenFor(t *testing.T) {
	t.Parallel()
	b := book(t, "default@3")
	one := []Line{{"l1", 1}}
	repair, part := Remedy{Type: RemedyRepair, Lines: one}, CNY(100)
	agent := Actor{Role: RoleAgent, ID: "a"}
	refused := func(c *Case, remedies ...Remedy) *Error { return b.Authorize(c, agent, remedies).Refused }
	for _, kind := range []RemedyType{RemedyRefund, RemedyReship} {
		given := Remedy{Type: kind, Lines: one}
		two, single := mendable(), mendable()
		two.Reason, single.Reason = ReasonDamagedInTransit, ReasonDamagedInTransit
		two.Lines, single.Lines = []Line{{"l1", 2}}, one
		require.Nil(t, refused(two, repair, given), "%s of another unit", kind)
		require.Nil(t, refused(two, given, repair), "%s of another unit", kind)
		for i, remedies := range [][]Remedy{{repair, given}, {given, repair}} {
			err := refused(single, remedies...)
			require.NotNil(t, err, "%s %d", kind, i)
			require.Equal(t, CodeInvalid, err.Code)
			require.Contains(t, err.Fields[0].Pointer, "/lines")
		}
	}
	single := mendable()
	single.Lines = one
	require.Nil(t, refused(single, repair, Remedy{Type: RemedyPartialRefund, Lines: one, Amount: &part}), "part of the price and a repair")
	single.Legs = []Leg{{ID: "refund-1", Type: LegRefund, State: MoneySucceeded,
		Money: &MoneyLeg{Lines: []LineAmount{{LineID: "l1", Quantity: 1, Amount: 5000}}, Amount: CNY(5000)}}}
	err := refused(single, repair)
	require.NotNil(t, err, "it was paid for before")
	require.Equal(t, CodeExceedsCapture, err.Code)
}

func TestTwoRepairsInVainBecomeAnExchange(t *testing.T) {
	t.Parallel()
	b := book(t, "default@3")
	c := mendable().repairedBefore(1, "2026-08-22T04:00:00Z", "2026-08-25T04:00:00Z")
	a := b.Assess(c, c.OpenedAt)
	require.Equal(t, RouteOffer, a.Route)
	require.Equal(t, RemedyRepair, a.Remedies[0].Type, "one is not two")

	c = c.repairedBefore(2, "2026-09-01T04:00:00Z", "2026-09-05T04:00:00Z")
	a = b.Assess(c, c.OpenedAt)
	require.Equal(t, RouteOffer, a.Route)
	require.Equal(t, RemedyExchange, a.Remedies[0].Type)
	require.Equal(t, "default@3/repair/attempts", a.Rule)

	for name, change := range map[string]func(*PastRepair){
		"declined":         func(p *PastRepair) { p.Declined = true },
		"misuse":           func(p *PastRepair) { p.NotCovered = true },
		"of another order": func(p *PastRepair) { p.OrderID = "order-2" },
		"of other goods":   func(p *PastRepair) { p.Lines = []Line{{"l2", 1}} },
		"still going on":   func(p *PastRepair) { p.State = RepairRepairing },
	} {
		c := mendable().repairedBefore(1, "2026-08-22T04:00:00Z", "2026-08-25T04:00:00Z").repairedBefore(1, "2026-09-01T04:00:00Z", "2026-09-05T04:00:00Z")
		change(&c.Facts.History.Repairs[1])
		require.Equal(t, RemedyRepair, b.Assess(c, c.OpenedAt).Remedies[0].Type, name)
	}
	none := changed(t, func(p *Policy) {
		p.Kinds[KindRepair] = KindRule{Requested: []RemedyType{RemedyRepair}, Offer: []RemedyType{RemedyRepair}}
	})
	a = none.Assess(c, c.OpenedAt)
	require.Equal(t, RoutePerson, a.Route)
	require.Equal(t, CodeRepairedBefore, a.Explanation.Code)
}

// atWorkshop has the goods of a planned repair come in.
func atWorkshop(t require.TestingT, b *Rulebook, c *Case, state LegState) *Leg {
	plan := b.Plan(c, []Remedy{{Type: RemedyRepair}})
	require.Nil(t, plan.Refused)
	c.Legs = append(c.Legs, plan.Legs...)
	c.Leg("return-1").State = ReturnAccepted
	leg := c.Leg("repair-1")
	leg.State, leg.Repair.ReceivedAt = state, ptr(c.OpenedAt)
	return leg
}

// Too late, or not to be mended: an exchange is owed, inside the automatic limit and
// without asking for the goods again; else, and outside the warranty, a person decides.
func TestARepairThatCameToNothing(t *testing.T) {
	t.Parallel()
	b := book(t, "default@3")
	for _, state := range []LegState{RepairRepairing, RepairIrreparable} {
		c := mendable()
		atWorkshop(t, b, c, state)
		s := b.Silence(c, Clock{Name: ClockRepairWork, LegID: "repair-1"})
		require.Equal(t, SilenceExchange, s.Outcome)
		require.Equal(t, RemedyExchange, s.Remedies[0].Type)
		plan := b.Plan(c, s.Remedies)
		require.Nil(t, plan.Refused)
		require.Len(t, plan.Legs, 1, "the goods are here")
		require.Equal(t, LegReplacement, plan.Legs[0].Type)
		require.Empty(t, plan.Legs[0].After)
		require.Empty(t, plan.Legs[0].Replacement.ReturnLegID)

		refund := b.Plan(c, []Remedy{{Type: RemedyReturnRefund}})
		require.Nil(t, refund.Refused)
		require.Equal(t, LegRefund, refund.Legs[0].Type)
		require.Empty(t, refund.Legs[0].After)
	}
	for name, change := range map[string]func(*Case){
		"outside the warranty": func(c *Case) { c.Leg("repair-1").Repair.Free = false },
		"misuse":               func(c *Case) { c.Leg("repair-1").Repair.NotCovered = true },
		"above the limit":      func(c *Case) { c.Facts.Order.Lines[0].Paid, c.Facts.Order.Payments[0].Captured = 900000, 1000000 },
		"a flag":               func(c *Case) { c.Risk.Flags = []string{"many_claims"} },
		"a chargeback":         func(c *Case) { c.Facts.Payment = &PaymentFacts{ChargebackOpen: true} },
	} {
		c := mendable()
		atWorkshop(t, b, c, RepairIrreparable)
		change(c)
		s := b.Silence(c, Clock{Name: ClockRepairWork, LegID: "repair-1"})
		require.Equal(t, SilenceAgent, s.Outcome, name)
		require.Empty(t, s.Remedies, name)
		require.NotNil(t, s.Explanation, name)
	}
}

// Property: goods are asked for unless they are here: from a repair that has them and
// neither sends nor sent them back.
func TestGoodsHereProperty(t *testing.T) {
	t.Parallel()
	b := book(t, "default@3")
	states := []LegState{RepairRequired, RepairReceived, RepairDiagnosed, RepairQuoted, RepairRepairing, RepairSendingBack, RepairShipped,
		RepairReturned, RepairIrreparable, RepairFailed, RepairCancelled}
	rapid.Check(t, func(rt *rapid.T) {
		c := mendable()
		leg := atWorkshop(rt, b, c, rapid.SampledFrom(states).Draw(rt, "state"))
		if rapid.Bool().Draw(rt, "never came") {
			leg.Repair.ReceivedAt = nil
		}
		if rapid.Bool().Draw(rt, "shipped") {
			leg.Repair.ShippedAt = ptr(c.OpenedAt)
		}
		here := leg.Repair.ReceivedAt != nil && leg.Repair.ShippedAt == nil && leg.State != RepairSendingBack && leg.State != RepairCancelled
		require.Equal(rt, here, c.GoodsHere([]Line{{"l1", 1}}))
		require.False(rt, c.GoodsHere([]Line{{"l1", 3}}), "not more than came")
		require.False(rt, c.GoodsHere([]Line{{"l2", 1}}))
		if leg.HoldsGoods() {
			require.True(rt, here && leg.State.Final())
		}
		plan := b.Plan(c, []Remedy{{Type: RemedyExchange}})
		require.Nil(rt, plan.Refused)
		require.Equal(rt, !here, plan.Legs[0].Return != nil)
	})
}

// Every state of a repair is reached, and from every one that is not the end the goods
// find a way back or the case learns that they are lost.
func TestRepairMoves(t *testing.T) {
	t.Parallel()
	for state := range repairMoves {
		leg := Leg{Type: LegRepair, State: state, Repair: &RepairLeg{}}
		if state == RepairShipped {
			require.True(t, leg.CanBecome(RepairReturned))
			continue
		}
		require.True(t, state == RepairSendingBack || leg.CanBecome(RepairSendingBack), state)
	}
}
