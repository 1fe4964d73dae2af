package e2e_test

import (
	"encoding/json"
	"net/http"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/redresshq/redress/dispute"
	"github.com/redresshq/redress/partners"
)

// exchangeOf is the opening of an exchange of a cup that came damaged.
func exchangeOf(o dispute.OrderFacts) opening {
	body := returnOf(o, dispute.ReasonDamagedInTransit)
	body["kind"] = "exchange"
	return body
}

// reshipOf is the opening of a claim for a parcel that the carrier lost: the customer wants
// the goods.
func reshipOf(o dispute.OrderFacts) opening {
	body := claimOf(o, dispute.ReasonNotReceived)
	body["requested_remedy"] = []dispute.RemedyType{dispute.RemedyReship}
	return body
}

// sendNew has the warehouse send the goods of the case's replacement, and says under which number.
func (s *stack) sendNew(t *testing.T, c caller, id string) dispute.ReplacementLeg {
	t.Helper()
	leg := c.awaitLeg(id, dispute.LegReplacement, dispute.ReplacementReserved)
	require.NotNil(t, leg.Replacement.DispatchBy)
	require.NoError(t, s.box.ReportReplacement(t.Context(), leg.Replacement.ReplacementID, partners.SendingReport{Status: "shipped"}))
	return *c.awaitLeg(id, dispute.LegReplacement, dispute.ReplacementShipped).Replacement
}

// An exchange, whole: offered by rule, the old goods inspected, new ones kept, sent, tracked
// and signed for; no money moves.
func TestExchange(t *testing.T) {
	t.Parallel()
	s := sharedStack(t)
	c := s.customer(t)
	id := c.open(exchangeOf(s.order(t, c.id))).ID
	c.supply(id)
	offer := c.openOffer(id)
	require.Equal(t, dispute.RemedyExchange, offer.Remedies[0].Type)
	require.Equal(t, []dispute.ReplacementItem{{LineID: "cup", SKU: "sku-cup", Quantity: 1}}, offer.Remedies[0].Items)
	c.accept(id)

	ret := s.travel(t, c, id, partners.ReceiveReport{})
	require.Empty(t, s.effects(t, partners.Warehouse, id, "replacement.reserved"), "nothing is kept before the goods are inspected")
	require.NoError(t, s.box.Inspect(t.Context(), ret.RMAID, partners.InspectReport{Condition: dispute.ConditionDamaged}))
	parcel := s.sendNew(t, c, id)
	s.awaitNotices(t, id, dispute.NoticeReplacement, 1)
	require.NoError(t, s.box.Scan(t.Context(), parcel.Carrier, parcel.TrackingNumber, dispute.ParcelDelivered))

	closed := c.awaitClosed(id, dispute.OutcomeResolved)
	require.Len(t, s.effects(t, partners.Warehouse, id, "replacement.reserved"), 1)
	require.Empty(t, s.effects(t, partners.Payments, id, "refund.made"))
	signed := (&closed).Leg("replacement-1").Replacement.SignedAt
	require.NotNil(t, signed)
	require.False(t, closed.ResolvedAt.Before(*signed), "the follow-up begins once the parcel arrived")
	s.happened(t, id, dispute.EventReplacementRequested, dispute.EventReplacementUpdated, dispute.EventParcel, dispute.EventFollowUp)
	s.awaitNotices(t, id, dispute.NoticeReplacement, 2)
}

// Goods that the carrier lost are sent again by rule; a delay is told with its reason and
// date, and what was replaced is not paid for as well, in this case or another.
func TestReship(t *testing.T) {
	t.Parallel()
	s := sharedStack(t)
	c, agent := s.customer(t), s.agent(t)
	o := s.lost(t, c.id)
	id := c.open(reshipOf(o)).ID
	leg := c.awaitLeg(id, dispute.LegReplacement, dispute.ReplacementReserved)
	by := time.Now().UTC().Add(30 * time.Hour).Truncate(time.Second)
	require.NoError(t, s.box.ReportReplacement(t.Context(), leg.Replacement.ReplacementID,
		partners.SendingReport{Status: "delayed", DispatchBy: &by, Reason: "supplier_late"}))
	s.awaitNotices(t, id, dispute.NoticeDelay, 1)
	parcel := s.sendNew(t, c, id)
	c.refused(http.StatusConflict, dispute.CodeNotAllowedNow, "/v1/cases/"+id+"/withdrawal", map[string]any{})
	require.NoError(t, s.box.Scan(t.Context(), parcel.Carrier, parcel.TrackingNumber, dispute.ParcelDelivered))
	c.awaitClosed(id, dispute.OutcomeResolved)
	require.Empty(t, s.effects(t, partners.Payments, id, "refund.made"))

	// The same cup again, by another case: money without the goods is for nobody.
	again := claimOf(o, dispute.ReasonNotReceived, dispute.Line{LineID: "cup", Quantity: 2})
	second := c.open(again).ID
	agent.await(second, "lay on the desk", func(v view) bool { return v.WaitingOn == dispute.WaitingAgent })
	agent.refused(http.StatusUnprocessableEntity, dispute.CodeExceedsCapture, "/v1/cases/"+second+"/decision",
		map[string]any{"remedies": []dispute.Remedy{grant(dispute.RemedyRefund, 0, dispute.Line{LineID: "cup", Quantity: 2})}})
	agent.decide(second, grant(dispute.RemedyRefund, 0, dispute.Line{LineID: "cup", Quantity: 1}))
	c.awaitClosed(second, dispute.OutcomeResolved)
	s.paid(t, second, moved{"refund.made", "refund-1/1", 5000})
}

// Goods that cannot be had become an offer of what was paid, which is paid once.
func TestReshipOutOfStock(t *testing.T) {
	t.Parallel()
	s := sharedStack(t)
	c := s.customer(t)
	o := s.lost(t, c.id)
	require.NoError(t, s.box.SetStock(t.Context(), partners.Stock{SKU: "sku-cup", OrderID: o.OrderID}))
	id := c.open(reshipOf(o)).ID
	offer := c.openOffer(id)
	require.Equal(t, dispute.System, offer.Author)
	require.Equal(t, dispute.RemedyRefund, offer.Remedies[0].Type)
	require.EqualValues(t, 5000, offer.Remedies[0].Amount.Amount)
	c.accept(id)
	closed := c.awaitClosed(id, dispute.OutcomeResolved)
	require.Equal(t, dispute.ReplacementFailed, (&closed).Leg("replacement-1").State)
	s.paid(t, id, moved{"refund.made", "refund-1/1", 5000})
	require.Empty(t, s.effects(t, partners.Warehouse, id, "replacement.reserved"))
}

// Goods that are lost on their way are offered for in money too; a parcel that comes back to
// the sender is for a person, who has it sent again.
func TestReplacementLost(t *testing.T) {
	t.Parallel()
	s := sharedStack(t)
	c := s.customer(t)
	id := c.open(reshipOf(s.lost(t, c.id))).ID
	parcel := s.sendNew(t, c, id)
	require.NoError(t, s.box.Scan(t.Context(), parcel.Carrier, parcel.TrackingNumber, dispute.ParcelLost))
	c.accept(id)
	c.awaitClosed(id, dispute.OutcomeResolved)
	s.paid(t, id, moved{"refund.made", "refund-1/1", 5000})
}

func TestReplacementReturnedToSender(t *testing.T) {
	t.Parallel()
	s := sharedStack(t)
	c, agent, super := s.customer(t), s.agent(t), s.supervisor(t)
	id := c.open(reshipOf(s.lost(t, c.id))).ID
	parcel := s.sendNew(t, c, id)
	require.NoError(t, s.box.Scan(t.Context(), parcel.Carrier, parcel.TrackingNumber, dispute.ParcelReturnedToSender))
	agent.awaitPerson(id, dispute.ProblemReturnedToSender)
	super.must(http.StatusOK, http.MethodPost, "/v1/cases/"+id+"/legs/replacement-1/resolution", map[string]any{"result": "retry"})
	second := s.sendNew(t, c, id)
	require.NotEqual(t, parcel.ReplacementID, second.ReplacementID)
	require.NoError(t, s.box.ReportReplacement(t.Context(), second.ReplacementID, partners.SendingReport{Status: "signed"}))
	c.awaitClosed(id, dispute.OutcomeResolved)
	require.Empty(t, s.effects(t, partners.Payments, id, "refund.made"))
	require.Len(t, s.effects(t, partners.Warehouse, id, "replacement.reserved"), 2)
}

// What is kept is given free when the customer changes their mind, and when a person decides
// for money in its place: then money goes out only after.
func TestReplacementCancelled(t *testing.T) {
	t.Parallel()
	s := sharedStack(t)
	c := s.customer(t)
	id := c.open(reshipOf(s.lost(t, c.id))).ID
	c.awaitLeg(id, dispute.LegReplacement, dispute.ReplacementReserved)
	c.withdraw(id)
	closed := c.awaitClosed(id, dispute.OutcomeWithdrawn)
	require.Equal(t, dispute.ReplacementCancelled, (&closed).Leg("replacement-1").State)
	require.Len(t, s.effects(t, partners.Warehouse, id, "replacement.cancelled"), 1)
	require.Empty(t, s.effects(t, partners.Payments, id, "refund.made"))
}

// Another size is an exchange for goods that the order has none of: an agent's offer needs
// an approval, and dearer goods are refused.
func TestExchangeForAnotherSize(t *testing.T) {
	t.Parallel()
	s := sharedStack(t)
	c, agent, super := s.customer(t), s.agent(t), s.supervisor(t)
	body := returnOf(s.order(t, c.id), dispute.ReasonSizeOrFit)
	body["kind"] = "exchange"
	id := c.open(body).ID
	agent.awaitPerson(id, dispute.CodePersonByRule)
	other := grant(dispute.RemedyExchange, 0, dispute.Line{LineID: "cup", Quantity: 1})
	other.Items = []dispute.ReplacementItem{{LineID: "cup", SKU: "sku-lamp", Quantity: 1}}
	agent.refused(http.StatusUnprocessableEntity, dispute.CodeInvalid, "/v1/cases/"+id+"/offers", map[string]any{"remedies": []dispute.Remedy{other}})
	other.Items[0].SKU = "sku-cup-xl"
	offered := agent.offer(id, other)
	require.NotEmpty(t, offered.Approvals)
	super.approve(id, offered.Approvals[0].ID)
	require.Equal(t, "sku-cup-xl", c.openOffer(id).Remedies[0].Items[0].SKU)
}

// textOf is the words that a partner got about something.
func textOf(t *testing.T, e partners.Entry) string {
	t.Helper()
	var a struct {
		Text string `json:"text"`
	}
	require.NoError(t, json.Unmarshal(e.Data, &a))
	return a.Text
}
