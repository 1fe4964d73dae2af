package e2e_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/redresshq/redress/dispute"
	"github.com/redresshq/redress/partners"
)

// difference is one way in which a return is not what the customer declared.
type difference struct {
	name     string
	declared dispute.Line
	count    []dispute.ReceivedLine
	found    []partners.FoundLine
	want     []dispute.ReturnDifference
	state    dispute.LegState
	partial  int64 // what the agent then offers
}

var differences = []difference{
	{
		name:     "wrong item",
		declared: dispute.Line{LineID: "cup", Quantity: 1},
		count:    []dispute.ReceivedLine{{LineID: "cup", Quantity: 1}},
		found:    []partners.FoundLine{{LineID: "cup", Quantity: 1, Condition: dispute.ConditionWrongItem, Disposition: dispute.DispositionReturnToCustomer}},
		want:     []dispute.ReturnDifference{{LineID: "cup", Code: "condition", Expected: 1, Received: 1, Condition: "wrong_item"}},
		state:    dispute.ReturnRefused, partial: 500,
	},
	{
		name:     "used",
		declared: dispute.Line{LineID: "cup", Quantity: 1},
		count:    []dispute.ReceivedLine{{LineID: "cup", Quantity: 1}},
		found:    []partners.FoundLine{{LineID: "cup", Quantity: 1, Condition: dispute.ConditionUsed, Disposition: dispute.DispositionSellAsOpened}},
		want:     []dispute.ReturnDifference{{LineID: "cup", Code: "condition", Expected: 1, Received: 1, Condition: "used"}},
		state:    dispute.ReturnRefused, partial: 2000,
	},
	{
		// One of two in order is TestParcelOneOfTwo: what came is refunded by rule.
		name:     "one of two pieces, and that one used",
		declared: dispute.Line{LineID: "cup", Quantity: 2},
		count:    []dispute.ReceivedLine{{LineID: "cup", Quantity: 1}},
		found:    []partners.FoundLine{{SKU: "sku-cup", Quantity: 1, Condition: dispute.ConditionUsed, Disposition: dispute.DispositionScrap}},
		want: []dispute.ReturnDifference{{LineID: "cup", Code: "short", Expected: 2, Received: 1},
			{LineID: "cup", Code: "condition", Expected: 2, Received: 1, Condition: "used"}},
		state: dispute.ReturnRefused, partial: 1500,
	},
	{
		name:     "undeclared piece",
		declared: dispute.Line{LineID: "cup", Quantity: 1},
		count:    []dispute.ReceivedLine{{LineID: "cup", Quantity: 1}, {SKU: "sku-lamp", Quantity: 1}},
		found: []partners.FoundLine{
			{LineID: "cup", Quantity: 1, Condition: dispute.ConditionDamaged, Disposition: dispute.DispositionScrap},
			{SKU: "sku-lamp", Quantity: 1, Condition: dispute.ConditionIntact, Disposition: dispute.DispositionHold},
		},
		want:  []dispute.ReturnDifference{{SKU: "sku-lamp", Code: "undeclared", Received: 1, Condition: "intact"}},
		state: dispute.ReturnRefused, partial: 4500,
	},
}

// Story 5: what came back is not what was claimed: a person decides anew, and
// only what the customer then accepts is paid.
func TestStory5InspectionDiffers(t *testing.T) {
	t.Parallel()
	for _, d := range differences {
		t.Run(d.name, func(t *testing.T) {
			t.Parallel()
			tellStory5(t, sharedStack(t), d)
		})
	}
}

// tellStory5 plays story 5 and returns the closed case's id.
func tellStory5(t *testing.T, s *stack, d difference) string {
	t.Helper()
	c, agent := s.customer(t), s.agent(t)
	id := c.open(returnOf(s.order(t, c.id), dispute.ReasonDamagedInTransit, d.declared)).ID
	c.supply(id)
	c.accept(id)
	received := s.travel(t, c, id, partners.ReceiveReport{Lines: d.count})
	require.Equal(t, []dispute.Line{d.declared}, received.Instructions.Items, "what was expected")
	require.Equal(t, d.count, received.Received, "what was counted at the dock")
	require.NoError(t, s.box.Inspect(t.Context(), received.RMAID, partners.InspectReport{Lines: d.found}))

	differs := agent.awaitPerson(id, dispute.CodeInspectionDiffers)
	ret := differs.Leg("return-1")
	require.Equal(t, d.state, ret.State)
	require.Equal(t, d.want, ret.Return.Differences, "expected and received, line by line")
	require.Len(t, ret.Return.Inspection, len(d.found))
	require.Equal(t, dispute.MoneyCancelled, differs.Leg("refund-1").State, "the refund that waited for the goods")
	require.Empty(t, s.money(t, id), "nothing is paid for what did not come as declared")

	agent.offer(id, grant(dispute.RemedyPartialRefund, d.partial))
	c.accept(id)
	closed := c.awaitClosed(id, dispute.OutcomeResolved)

	require.Equal(t, d.want, closed.Leg("return-1").Return.Differences, "the finding stays with the case")
	s.paid(t, id, moved{"refund.made", "refund-2/1", d.partial})
	s.parcels(t, id, 1, 0, 1, 0)
	s.happened(t, id, dispute.EventReceived, dispute.EventInspected, dispute.EventPersonNeeded, dispute.EventOfferMade,
		dispute.EventOfferAnswered, dispute.EventRefundRequested, dispute.EventFollowUp)
	s.told(t, id, told{"customer missing_items": 1, "customer accepted": 1, "customer offer": 2, "customer return_instructions": 1,
		"customer received": 1, "customer inspected": 1, "agent task": 1, "customer refunded": 1, "customer survey": 1})
	return id
}
