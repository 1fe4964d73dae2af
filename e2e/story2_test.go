package e2e_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/redresshq/redress/dispute"
	"github.com/redresshq/redress/partners"
)

// signed makes an order that was signed for so many days ago, by the calendar of
// Shanghai, at the hour.
func (s *stack) signed(t *testing.T, customer string, daysAgo, hour int) (dispute.OrderFacts, time.Time) {
	t.Helper()
	zone, err := time.LoadLocation("Asia/Shanghai")
	require.NoError(t, err)
	y, m, d := time.Now().In(zone).Date()
	at := time.Date(y, m, d-daysAgo, hour, 59, 0, 0, zone)
	placed := at.Add(-72 * time.Hour)
	return s.order(t, customer, func(n *partners.NewOrder) { n.PlacedAt, n.DeliveredAt = &placed, &at }), at
}

// Story 2: a return without reason on the last day of the window goes through by
// right; the customer pays for sending it back.
func TestStory2InsideTheWindow(t *testing.T) {
	t.Parallel()
	s := sharedStack(t)
	c := s.customer(t)
	o, _ := s.signed(t, c.id, 7, 23) // a minute before midnight: the day of signing does not count

	id := c.open(returnOf(o, dispute.ReasonChangedMind)).ID
	s.goesBack(t, c, id)
	closed := c.awaitClosed(id, dispute.OutcomeResolved)

	require.Empty(t, closed.Offers, "a right needs no offer")
	require.Equal(t, dispute.System, closed.Decisions[0].Author)
	require.Equal(t, "story@1/route/changed_mind", closed.Decisions[0].Rule)
	require.Equal(t, dispute.PartyCustomer, closed.Liability[0].Party)
	s.paid(t, id, moved{"refund.made", "refund-1/1", 5000}) // the cup, and no freight
	s.happened(t, id, dispute.EventOpened, dispute.EventAccepted, dispute.EventDecided, dispute.EventReceived,
		dispute.EventInspected, dispute.EventRefundRequested, dispute.EventFollowUp, dispute.EventClosed)
	s.never(t, id, dispute.EventPersonNeeded, dispute.EventOfferMade)
	s.told(t, id, told{"customer accepted": 1, "customer decision": 1, "customer return_instructions": 1,
		"customer received": 1, "customer inspected": 1, "customer refunded": 1, "customer survey": 1})
}

// goesBack plays a return that the customer pays for: no label of ours, their
// own number.
func (s *stack) goesBack(t *testing.T, c caller, id string) {
	t.Helper()
	ret := c.awaitLeg(id, dispute.LegReturn, dispute.ReturnAwaitingShipment).Return
	require.Equal(t, dispute.FreightCustomer, ret.Instructions.FreightPayer)
	require.Empty(t, ret.LabelID)
	s.travel(t, c, id, partners.ReceiveReport{})
	require.NoError(t, s.box.Inspect(t.Context(), ret.RMAID, partners.InspectReport{Condition: dispute.ConditionOpened}))
	c.awaitLeg(id, dispute.LegReturn, dispute.ReturnAccepted)
	s.parcels(t, id, 1, 0, 0, 0)
}

// Outside the window the case ends at once, and says by which dates.
func TestStory2OutsideTheWindow(t *testing.T) {
	t.Parallel()
	s := sharedStack(t)
	c := s.customer(t)
	o, at := s.signed(t, c.id, 8, 0)

	opened := c.open(returnOf(o, dispute.ReasonChangedMind))
	closed := c.awaitClosed(opened.ID, dispute.OutcomeInadmissible)

	day := func(n int) string { return at.AddDate(0, 0, n).Format(time.DateOnly) }
	require.Equal(t, &dispute.Explanation{
		Code: dispute.CodeOutsideWindow, Rule: "story@1/window/changed_mind", Basis: "7-day rules art. 10", SignedOn: day(0),
		FirstDay: day(1), LastDay: day(7), Zone: "Asia/Shanghai", Detail: map[string]string{"opened_on": day(8), "days": "7"},
	}, closed.Explanation)
	require.Nil(t, closed.AcceptedAt)
	s.paid(t, opened.ID)
	s.parcels(t, opened.ID, 0, 0, 0, 0)
	s.happened(t, opened.ID, dispute.EventOpened, dispute.EventInadmissible, dispute.EventClosed)
	s.never(t, opened.ID, dispute.EventAccepted, dispute.EventPersonNeeded, dispute.EventRejected)
	s.told(t, opened.ID, told{"customer decision": 1})
}

// Nobody knows when the parcel was signed for: never a silent yes or no, a
// person decides, and the case goes on from there.
func TestStory2DeliveryDateUnknown(t *testing.T) {
	t.Parallel()
	s := sharedStack(t)
	c := s.customer(t)
	o := s.order(t, c.id, func(n *partners.NewOrder) { n.DeliveredAt, n.NoParcel = nil, true })

	id := c.open(returnOf(o, dispute.ReasonChangedMind)).ID
	asked := s.agent(t).awaitPerson(id, dispute.CodeDeliveryDateUnknown)
	require.Empty(t, asked.Offers)
	require.Empty(t, asked.Legs)
	require.Equal(t, dispute.StageNegotiation, asked.Stage)
	require.NotNil(t, asked.Running(dispute.ClockAgentDecision, ""), "a person decides, on a clock")

	decided := s.agent(t).decide(id, grant(dispute.RemedyReturnRefund, 0))
	require.Equal(t, dispute.RoleAgent, decided.Decisions[0].Author.Role)
	require.Equal(t, int64(5000), decided.Decisions[0].Remedies[0].Amount.Amount, "priced by rule")
	s.goesBack(t, c, id)
	c.awaitClosed(id, dispute.OutcomeResolved)

	s.paid(t, id, moved{"refund.made", "refund-1/1", 5000})
	s.happened(t, id, dispute.EventPersonNeeded, dispute.EventDecided, dispute.EventExecution, dispute.EventFollowUp)
	s.told(t, id, told{"customer accepted": 1, "agent task": 1, "customer decision": 1, "customer return_instructions": 1,
		"customer received": 1, "customer inspected": 1, "customer refunded": 1, "customer survey": 1})
}
