package dispute

import (
	"slices"
	"testing"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"
)

// waitingReturn is three pots on their way back or yet to be sent, with the refund behind them.
func waitingReturn(state LegState, items ...Line) []Leg {
	m := MoneyLeg{Key: "k/refund-1/1", PaymentID: "pay-1"}
	for _, item := range items {
		m.Lines = append(m.Lines, LineAmount{LineID: item.LineID, Quantity: item.Quantity, Amount: int64(item.Quantity) * 3000})
		m.Amount.Amount += int64(item.Quantity) * 3000
	}
	m.Amount.Currency = "CNY"
	return []Leg{
		{ID: "return-1", Type: LegReturn, State: state, Return: &ReturnLeg{RMAID: "RMA-1", Instructions: ReturnInstructions{Items: items}}},
		{ID: "refund-1", Type: LegRefund, State: MoneyRequired, After: "return-1", Money: &m},
	}
}

func mending(state LegState, lines ...Line) []Leg {
	received := utc("2026-09-23T02:00:00Z")
	return []Leg{{ID: "repair-1", Type: LegRepair, State: state, Repair: &RepairLeg{RepairID: "RPR-1", Lines: lines, ReceivedAt: &received}}}
}

func keeping(state LegState, lines ...Line) []Leg {
	var parts []LineAmount
	for _, line := range lines {
		parts = append(parts, LineAmount{LineID: line.LineID, Quantity: line.Quantity, Amount: int64(line.Quantity) * 3000})
	}
	return []Leg{sentAnew(state, parts...)}
}

// potsAndMug is a claim for three pots and a mug that a person decides.
func potsAndMug(legs ...Leg) *Case {
	return of(damagedReturn(), func(c *Case) {
		c.PolicyVersion, c.Lines, c.Legs = "default@3", []Line{{"l2", 3}, {"l1", 1}}, legs
		c.Liability = []Share{{Party: PartyCarrier, Percent: 100}}
	})
}

func pots(n int) []Line { return []Line{{"l2", n}} }

// A new decision takes the place of what waits for the same line: it says what becomes of
// all the units that wait, or it is refused before anything is given up.
func TestADecisionSpeaksOfAllUnitsThatWait(t *testing.T) {
	t.Parallel()
	b := book(t, "default@3")
	part := ptr(CNY(500))
	back := Remedy{Type: RemedyReturnRefund, Lines: pots(2)}
	paid := Leg{ID: "refund-2", Type: LegRefund, State: MoneySucceeded, Money: &MoneyLeg{Key: "k/refund-2/1", PaymentID: "pay-1",
		Amount: CNY(3333), Lines: []LineAmount{{"l2", 1, 3333}}}}
	twoReturns := append(waitingReturn(ReturnAwaitingShipment, Line{"l2", 1}),
		Leg{ID: "return-2", Type: LegReturn, State: ReturnAuthorized, Return: &ReturnLeg{RMAID: "RMA-2", Instructions: ReturnInstructions{Items: pots(2)}}},
		Leg{ID: "refund-2", Type: LegRefund, State: MoneyRequired, After: "return-2", Money: &MoneyLeg{Key: "k/refund-2/1", PaymentID: "pay-1",
			Amount: CNY(6666), Lines: []LineAmount{{"l2", 2, 6666}}}})
	apart := waitingReturn(ReturnAwaitingShipment, Line{"l2", 3}, Line{"l1", 1}) // cut along two payments
	apart = append(apart, Leg{ID: "refund-2", Type: LegRefund, State: MoneyRequired, After: "return-1", Money: &MoneyLeg{
		Key: "k/refund-2/1", PaymentID: "pay-2", Amount: CNY(100), Lines: []LineAmount{{"l1", 1, 100}}}})
	apart[1].Money.Lines = apart[1].Money.Lines[:1]
	named := waitingReturn(ReturnAwaitingShipment, Line{"l2", 3})
	named[1].Money.Lines[0].Quantity = 0 // a person named the amount
	in := mending(RepairRepairing, Line{"l2", 3})
	held := mending(RepairIrreparable, Line{"l2", 3})

	for _, row := range []struct {
		name     string
		legs     []Leg
		remedies []Remedy
		ref      string // the leg in the way; "" is fine
	}{
		{"a return of three, a part of the price of one", waitingReturn(ReturnAwaitingShipment, Line{"l2", 3}),
			[]Remedy{{Type: RemedyPartialRefund, Lines: pots(1), Amount: part}}, "refund-1"},
		{"a return of three, one paid for", waitingReturn(ReturnAwaitingShipment, Line{"l2", 3}), []Remedy{{Type: RemedyRefund, Lines: pots(1)}}, "refund-1"},
		{"a return of three, one sent again", waitingReturn(ReturnAuthorized, Line{"l2", 3}), []Remedy{{Type: RemedyReship, Lines: pots(1)}}, "refund-1"},
		{"all three are spoken of, each its own way", waitingReturn(ReturnAwaitingShipment, Line{"l2", 3}),
			[]Remedy{back, {Type: RemedyPartialRefund, Lines: pots(1), Amount: part}}, ""},
		{"all three the same way", waitingReturn(ReturnAwaitingShipment, Line{"l2", 3}), []Remedy{{Type: RemedyRefund, Lines: pots(3)}}, ""},
		{"a named amount for the return of three", named, []Remedy{{Type: RemedyRefund, Lines: pots(2)}}, "refund-1"},
		{"one waits, and all three are spoken of", waitingReturn(ReturnAwaitingShipment, Line{"l2", 1}), []Remedy{{Type: RemedyRefund, Lines: pots(3)}}, ""},
		{"one waits, and another is spoken of", waitingReturn(ReturnAwaitingShipment, Line{"l2", 1}), []Remedy{{Type: RemedyRefund, Lines: pots(1)}}, ""},
		{"one waits here and two there: one is not all", twoReturns, []Remedy{{Type: RemedyRefund, Lines: pots(1)}}, "refund-1"},
		{"one waits here and two there: two are not all", twoReturns, []Remedy{{Type: RemedyRefund, Lines: pots(2)}}, "refund-1"},
		{"one waits here and two there: all", twoReturns, []Remedy{{Type: RemedyRefund, Lines: pots(3)}}, ""},
		{"another line is spoken of", waitingReturn(ReturnAwaitingShipment, Line{"l2", 3}), []Remedy{{Type: RemedyRefund, Lines: []Line{{"l1", 1}}}}, ""},
		{"two lines in one parcel, one of them spoken of", waitingReturn(ReturnAwaitingShipment, Line{"l2", 3}, Line{"l1", 1}),
			[]Remedy{{Type: RemedyRefund, Lines: []Line{{"l1", 1}}}}, "refund-1"},
		{"two lines in one parcel, paid from two payments", apart, []Remedy{{Type: RemedyRefund, Lines: pots(3)}}, "refund-1"},
		{"two lines in one parcel, both spoken of", apart, []Remedy{{Type: RemedyRefund, Lines: []Line{{"l2", 3}, {"l1", 1}}}}, ""},
		{"money that speaks of no goods", waitingReturn(ReturnAwaitingShipment, Line{"l2", 3}), []Remedy{{Type: RemedyFreightRefund},
			{Type: RemedyCompensation, Amount: part}, {Type: RemedyApology}}, ""},
		{"what is paid is spoken of no more", append(waitingReturn(ReturnAwaitingShipment, Line{"l2", 2}), paid),
			[]Remedy{{Type: RemedyRefund, Lines: pots(2)}}, ""},
		{"given up already", []Leg{{ID: "refund-1", Type: LegRefund, State: MoneyCancelled, Money: &MoneyLeg{Lines: []LineAmount{{"l2", 3, 9000}}}}},
			[]Remedy{{Type: RemedyRefund, Lines: pots(1)}}, ""},
		{"goods kept for three, one paid for", keeping(ReplacementReserved, Line{"l2", 3}), []Remedy{{Type: RemedyRefund, Lines: pots(1)}}, "replacement-1"},
		{"goods kept for three, all paid for", keeping(ReplacementReserved, Line{"l2", 3}), []Remedy{{Type: RemedyRefund, Lines: pots(3)}}, ""},
		{"goods for two have left, the third is paid for", keeping(ReplacementShipped, Line{"l2", 2}), []Remedy{{Type: RemedyRefund, Lines: pots(1)}}, ""},
		{"three being mended, one paid for", in, []Remedy{{Type: RemedyRefund, Lines: pots(1)}}, "repair-1"},
		{"three being mended, one to be mended anew", in, []Remedy{{Type: RemedyRepair, Lines: pots(1)}}, "repair-1"},
		{"three being mended, a part of the price: they are mended all the same", in,
			[]Remedy{{Type: RemedyPartialRefund, Lines: pots(1), Amount: part}}, ""},
		{"three being mended, all exchanged", in, []Remedy{{Type: RemedyExchange, Lines: pots(3)}}, ""},
		{"three that cannot be mended, one paid for", held, []Remedy{{Type: RemedyRefund, Lines: pots(1)}}, "repair-1"},
		{"three that cannot be mended, all paid for", held, []Remedy{{Type: RemedyRefund, Lines: pots(3)}}, ""},
		{"three that cannot be mended, one paid for before: the two left", append(mending(RepairIrreparable, Line{"l2", 3}), paid),
			[]Remedy{{Type: RemedyReship, Lines: pots(2)}}, ""},
		{"three that cannot be mended, something else given: they go back", held, []Remedy{{Type: RemedyApology}}, ""},
		{"one on its way back, two being mended: one is not all", append(waitingReturn(ReturnAwaitingShipment, Line{"l2", 1}), mending(RepairRepairing, Line{"l2", 2})...),
			[]Remedy{{Type: RemedyRefund, Lines: pots(2)}}, "refund-1"},
		{"money for two and a repair of one, where one waits and two are mended",
			append(waitingReturn(ReturnAwaitingShipment, Line{"l2", 1}), mending(RepairRepairing, Line{"l2", 2})...),
			[]Remedy{{Type: RemedyPartialRefund, Lines: pots(2), Amount: part}, {Type: RemedyRepair, Lines: pots(1)}}, "repair-1"},
		{"a return of three, one to be mended", waitingReturn(ReturnAwaitingShipment, Line{"l2", 3}), []Remedy{{Type: RemedyRepair, Lines: pots(1)}}, "refund-1"},
		{"a return of three, all to be mended", waitingReturn(ReturnAwaitingShipment, Line{"l2", 3}), []Remedy{{Type: RemedyRepair, Lines: pots(3)}}, ""},
		{"a return of three, one to be mended and two anew", waitingReturn(ReturnAwaitingShipment, Line{"l2", 3}),
			[]Remedy{{Type: RemedyReship, Lines: pots(2)}, {Type: RemedyRepair, Lines: pots(1)}}, ""},
		{"a return of two, the third to be mended", waitingReturn(ReturnAwaitingShipment, Line{"l2", 2}), []Remedy{{Type: RemedyRepair, Lines: pots(1)}}, ""},
		{"goods under way, to be mended", waitingReturn(ReturnInTransit, Line{"l2", 3}), []Remedy{{Type: RemedyRepair, Lines: pots(3)}}, "return-1"},
		{"goods kept for three, one to be mended", keeping(ReplacementReserved, Line{"l2", 3}), []Remedy{{Type: RemedyRepair, Lines: pots(1)}}, "replacement-1"},
		{"goods kept for three, all to be mended", keeping(ReplacementReserved, Line{"l2", 3}), []Remedy{{Type: RemedyRepair, Lines: pots(3)}}, ""},
		{"goods under way are not asked for anew", waitingReturn(ReturnInTransit, Line{"l2", 3}), []Remedy{{Type: RemedyReturnRefund, Lines: pots(3)}}, "return-1"},
		{"goods under way, and nothing asked for", waitingReturn(ReturnInTransit, Line{"l2", 3}), []Remedy{{Type: RemedyRefund, Lines: pots(3)}}, ""},
	} {
		t.Run(row.name, func(t *testing.T) {
			t.Parallel()
			c := potsAndMug(row.legs...)
			a, plan := b.Authorize(c, Actor{Role: RoleSupervisor, ID: "s"}, row.remedies), b.Plan(c, row.remedies)
			require.Equal(t, a.Refused, plan.Refused, "an offer is refused when it is made, for what it would be refused later")
			if row.ref == "" {
				require.Nil(t, plan.Refused)
				return
			}
			require.NotNil(t, plan.Refused)
			require.Equal(t, CodeInvalid, plan.Refused.Code)
			require.Equal(t, row.ref, plan.Refused.Ref)
			require.Contains(t, plan.Refused.Message, row.ref, "the leg is named")
			require.NotEmpty(t, plan.Refused.Fields)
			require.Empty(t, plan.Legs)
		})
	}

	for _, old := range []string{"default@1", "default@2"} {
		c := potsAndMug(waitingReturn(ReturnAwaitingShipment, Line{"l2", 3})...)
		require.Nil(t, book(t, old).Plan(c, []Remedy{{Type: RemedyRefund, Lines: pots(1)}}).Refused, old)
	}
}

// Whatever waits: a decision about all that is left of the lines is never refused for what
// waits, so that a person is never without a way.
func TestAllThatIsLeftMayAlwaysBeDecided(t *testing.T) {
	t.Parallel()
	b := book(t, "default@3")
	rapid.Check(t, func(t *rapid.T) {
		var legs []Leg
		left := 3
		for n := 1; left > 0 && n < 5; n++ {
			units := rapid.IntRange(1, 3).Draw(t, "units")
			var next []Leg
			switch rapid.SampledFrom([]string{"return", "goods", "repair", "held"}).Draw(t, "leg") {
			case "return":
				next = waitingReturn(ReturnAwaitingShipment, Line{"l2", units}, Line{"l1", 1})
			case "goods":
				next = keeping(ReplacementReserved, Line{"l2", units})
			case "repair":
				next = mending(RepairRepairing, Line{"l2", units})
			default:
				next = mending(RepairFailed, Line{"l2", units})
			}
			for i := range next {
				next[i].ID += string(rune('a' + n))
				if next[i].After != "" {
					next[i].After += string(rune('a' + n))
				}
			}
			legs = append(legs, next...)
			left -= units
		}
		c := potsAndMug(legs...)
		for _, remedy := range []RemedyType{RemedyRefund, RemedyReship, RemedyReturnRefund} {
			plan := b.Plan(c, []Remedy{{Type: remedy, Lines: []Line{{"l2", 3}, {"l1", 1}}}})
			require.Nil(t, plan.Refused)
		}
	})
}

// A decision for no more units than nothing waits for leaves what waits alone: it counts in
// the limits, and the pieces of a line come to its price.
func TestADecisionBesideWhatWaits(t *testing.T) {
	t.Parallel()
	b := book(t, "default@3")
	c := potsAndMug()
	first := b.Plan(c, []Remedy{{Type: RemedyReturnRefund, Lines: pots(2)}})
	require.Nil(t, first.Refused)
	require.Empty(t, first.Beside, "nothing waits")
	c.Legs = first.Legs
	require.Equal(t, CNY(6666), c.Legs[1].Money.Amount)

	plan := b.Plan(c, []Remedy{{Type: RemedyRefund, Lines: pots(1)}})
	require.Nil(t, plan.Refused)
	require.Equal(t, []string{"l2"}, plan.Beside)
	require.Equal(t, CNY(3334), plan.Legs[0].Money.Amount, "10000 for three, less the 6666 that wait")
	require.Equal(t, "refund-2", plan.Legs[0].ID)

	a := b.Authorize(c, Actor{Role: RoleAgent, ID: "a"}, []Remedy{{Type: RemedyRefund, Lines: pots(1)}})
	require.Nil(t, a.Refused)
	require.Equal(t, int64(10000), a.counted, "what waits counts in the limits")

	// What waits keeps its payments: what is decided beside it is taken from the others.
	c.Legs, c.Facts.Order.Payments = nil, []OrderMoney{{PaymentID: "pay-1", Captured: 5000}, {PaymentID: "pay-2", Captured: 18700}}
	c.Legs = b.Plan(c, []Remedy{{Type: RemedyReturnRefund, Lines: pots(2)}}).Legs
	require.Equal(t, CNY(5000), c.Legs[1].Money.Amount)
	plan = b.Plan(c, []Remedy{{Type: RemedyRefund, Lines: pots(1)}})
	require.Equal(t, CNY(3334), plan.Legs[0].Money.Amount)
	require.Equal(t, "pay-2", plan.Legs[0].Money.PaymentID)

	// Goods that are being mended are not those that are asked for.
	c.Legs = mending(RepairRepairing, Line{"l2", 2})
	plan = b.Plan(c, []Remedy{{Type: RemedyReturnRefund, Lines: pots(1)}})
	require.Nil(t, plan.Refused)
	require.Equal(t, LegReturn, plan.Legs[0].Type, "the third has yet to come")
	require.Equal(t, "return-1", plan.Legs[1].After)

	// Units that the customer has anew are not free.
	c.Legs = append(keeping(ReplacementSigned, Line{"l2", 1}), waitingReturn(ReturnAwaitingShipment, Line{"l2", 2})...)
	require.Equal(t, "refund-1", b.Plan(c, []Remedy{{Type: RemedyReturnRefund, Lines: pots(1)}}).Refused.Ref)
}

// However the units of a line are decided one after another, and whatever is paid meanwhile:
// no decision touches another, and together they come to the price of the line.
func TestDecisionsBesideEachOtherComeToThePrice(t *testing.T) {
	t.Parallel()
	b := book(t, "default@3")
	rapid.Check(t, func(t *rapid.T) {
		c, units := potsAndMug(), rapid.IntRange(2, 9).Draw(t, "units")
		paid := rapid.Int64Range(100, 20000).Draw(t, "paid")
		c.Lines[0].Quantity, c.Facts.Order.Lines[1].Quantity, c.Facts.Order.Lines[1].Paid = units, units, paid
		c.Facts.Order.Payments[0].Captured = 50000
		for left := units; left > 0; {
			n := rapid.IntRange(1, left).Draw(t, "n")
			plan := b.Plan(c, []Remedy{{Type: rapid.SampledFrom([]RemedyType{RemedyReturnRefund, RemedyRefund}).Draw(t, "type"), Lines: pots(n)}})
			require.Nil(t, plan.Refused)
			last := &plan.Legs[len(plan.Legs)-1]
			if last.After == "" || rapid.Bool().Draw(t, "settled") {
				last.State = MoneySucceeded
			}
			waits := slices.ContainsFunc(c.Legs, func(l Leg) bool { return l.Money != nil && l.State == MoneyRequired })
			require.Equal(t, waits, len(plan.Beside) > 0)
			c.Legs, left = append(c.Legs, plan.Legs...), left-n
		}
		sum := int64(0)
		for _, l := range c.Legs {
			if l.Money != nil {
				sum += l.Money.Amount.Amount
			}
		}
		require.Equal(t, paid, sum)
	})
}
