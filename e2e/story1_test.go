package e2e_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/redresshq/redress/dispute"
	"github.com/redresshq/redress/partners"
)

// Story 1: a return, damaged in transit, from the call to the settled refund.
func TestStory1ReturnDamagedInTransit(t *testing.T) {
	t.Parallel()
	tellStory1(t, sharedStack(t))
}

// tellStory1 plays story 1 and returns the closed case's id.
func tellStory1(t *testing.T, s *stack) string {
	t.Helper()
	c := s.customer(t)
	o := s.order(t, c.id)

	opened := c.open(returnOf(o, dispute.ReasonDamagedInTransit))
	require.Equal(t, dispute.StageIntake, opened.Stage)
	require.Equal(t, dispute.WaitingCustomer, opened.WaitingOn)
	require.Len(t, opened.Completeness.Items, 2, "one notice names all that is missing")

	id := opened.ID
	c.supply(id)
	offered := c.awaitOffer(id)
	require.Equal(t, int64(5000), offered.OpenOffer().Remedies[0].Amount.Amount)
	require.NotNil(t, offered.AcceptedAt)
	require.Equal(t, dispute.PartyCarrier, offered.Liability[0].Party)

	c.accept(id)
	leg := c.awaitLeg(id, dispute.LegReturn, dispute.ReturnAwaitingShipment)
	require.NotEmpty(t, leg.Return.Instructions.LabelURL)
	require.NotNil(t, leg.Return.Instructions.ShipBy)

	ret := leg.Return
	require.NoError(t, s.box.Scan(t.Context(), ret.Carrier, ret.TrackingNumber, dispute.ParcelInTransit))
	c.awaitLeg(id, dispute.LegReturn, dispute.ReturnInTransit)
	require.NoError(t, s.box.Scan(t.Context(), ret.Carrier, ret.TrackingNumber, dispute.ParcelDelivered))
	c.awaitLeg(id, dispute.LegReturn, dispute.ReturnDelivered)
	require.NoError(t, s.box.Receive(t.Context(), ret.RMAID, partners.ReceiveReport{}))
	c.awaitLeg(id, dispute.LegReturn, dispute.ReturnReceived)
	require.NoError(t, s.box.Inspect(t.Context(), ret.RMAID, partners.InspectReport{Condition: dispute.ConditionDamaged}))

	closed := c.awaitStage(id, dispute.StageClosed)
	require.Equal(t, dispute.OutcomeResolved, closed.Outcome)
	require.NotNil(t, closed.ResolvedAt)
	require.Empty(t, closed.AllowedActions)

	paid := s.effects(t, partners.Payments, id, "refund.made")
	require.Len(t, paid, 1, "paid exactly once")

	entries := c.timeline(id)
	require.Equal(t, dispute.EventOpened, entries[0].Type)
	require.Equal(t, dispute.EventClosed, entries[len(entries)-1].Type)
	report, err := s.record.VerifyChain(t.Context(), id)
	require.NoError(t, err)
	require.True(t, report.Intact, "%+v", report)

	for _, milestone := range []dispute.Milestone{
		dispute.NoticeMissing, dispute.NoticeAccepted, dispute.NoticeOffer, dispute.NoticeInstructions,
		dispute.NoticeReceived, dispute.NoticeInspected, dispute.NoticeRefunded, dispute.NoticeClosed,
	} {
		s.awaitNotices(t, id, milestone, 1)
	}
	return id
}
