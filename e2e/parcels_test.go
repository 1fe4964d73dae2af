package e2e_test

import (
	"encoding/json"
	"net/http"
	"strconv"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/redresshq/redress/dispute"
	"github.com/redresshq/redress/partners"
)

// sentBack opens a return of so many cups and takes it to where the customer has the
// instructions.
func (s *stack) sentBack(t *testing.T, cups int) (caller, string, *dispute.ReturnLeg) {
	t.Helper()
	c := s.customer(t)
	id := c.open(returnOf(s.order(t, c.id), dispute.ReasonDamagedInTransit, dispute.Line{LineID: "cup", Quantity: cups})).ID
	c.supply(id)
	c.accept(id)
	return c, id, c.awaitLeg(id, dispute.LegReturn, dispute.ReturnAwaitingShipment).Return
}

func cups(n int) []dispute.ReceivedLine {
	return []dispute.ReceivedLine{{LineID: "cup", Quantity: n}}
}

func foundCups(n int) []partners.FoundLine {
	return []partners.FoundLine{{LineID: "cup", Quantity: n, Condition: dispute.ConditionDamaged, Disposition: dispute.DispositionHold}}
}

func (s *stack) receive(t *testing.T, rma string, r partners.ReceiveReport) {
	t.Helper()
	require.NoError(t, s.box.Receive(t.Context(), rma, r))
}

func (s *stack) inspect(t *testing.T, rma string, r partners.InspectReport) {
	t.Helper()
	require.NoError(t, s.box.Inspect(t.Context(), rma, r))
}

// refunded is what the provider was asked to give back for a case, in fen.
func (s *stack) refunded(t *testing.T, id string) []int64 {
	t.Helper()
	var all []int64
	for _, e := range s.effects(t, partners.Payments, id, "refund.made") {
		var m struct {
			Amount dispute.Money `json:"amount"`
		}
		require.NoError(t, json.Unmarshal(e.Data, &m))
		all = append(all, m.Amount.Amount)
	}
	return all
}

// Early: the goods are in the dock before the warehouse has answered the announcement
// and before the customer has instructions.
func TestParcelEarly(t *testing.T) {
	t.Parallel()
	s := newStack(t, options{policy: "story"})
	c := s.customer(t)
	id := c.open(returnOf(s.order(t, c.id), dispute.ReasonDamagedInTransit)).ID
	c.supply(id)
	require.NoError(t, s.box.Switch(t.Context(), partners.Warehouse,
		partners.Switches{Mode: partners.ModeDown, Operations: []string{"announce_return"}}))
	c.accept(id)
	rma := c.awaitLeg(id, dispute.LegReturn, dispute.ReturnAuthorized).Return.RMAID
	s.receive(t, rma, partners.ReceiveReport{Force: true, Lines: cups(1)})
	c.awaitLeg(id, dispute.LegReturn, dispute.ReturnReceived)
	require.NoError(t, s.box.Switch(t.Context(), partners.Warehouse, partners.Switches{}))
	s.inspect(t, rma, partners.InspectReport{Force: true, Lines: foundCups(1)})
	c.awaitStage(id, dispute.StageClosed)
	require.Equal(t, []int64{5000}, s.refunded(t, id))
}

// Twice: two parcels under one RMA, counted and looked at one after the other, and one of
// the reports comes again.
func TestParcelTwice(t *testing.T) {
	t.Parallel()
	s := sharedStack(t)
	c, id, ret := s.sentBack(t, 2)
	first := partners.ParcelNames{ParcelID: "box-1"}
	second := partners.ParcelNames{ParcelID: "box-2"}
	s.receive(t, ret.RMAID, partners.ReceiveReport{Lines: cups(1), ParcelNames: first})
	c.awaitLeg(id, dispute.LegReturn, dispute.ReturnReceived)
	s.receive(t, ret.RMAID, partners.ReceiveReport{Lines: cups(1), ParcelNames: second})
	s.receive(t, ret.RMAID, partners.ReceiveReport{Lines: cups(1), ParcelNames: second})
	c.await(id, "counted both", func(v view) bool { return len(legsOf(v, dispute.LegReturn)[0].Return.Received) == 2 })
	s.inspect(t, ret.RMAID, partners.InspectReport{Lines: foundCups(1), ParcelNames: first})
	c.await(id, "had the first finding", func(v view) bool { return len(legsOf(v, dispute.LegReturn)[0].Return.Inspection) == 1 })
	require.Equal(t, dispute.ReturnReceived, legsOf(c.get(id), dispute.LegReturn)[0].State, "judged when both were looked at")
	s.inspect(t, ret.RMAID, partners.InspectReport{Lines: foundCups(1), ParcelNames: second})
	closed := c.awaitStage(id, dispute.StageClosed)
	leg := legsOf(closed, dispute.LegReturn)[0]
	require.Equal(t, dispute.ReturnAccepted, leg.State)
	require.Len(t, leg.Return.Received, 2)
	require.Equal(t, []int64{10000}, s.refunded(t, id))
}

// One of two: what came is refunded at once, by rule; the desk decides about the rest.
// When the rest comes after all, it is refunded too and nobody has to decide.
func TestParcelOneOfTwo(t *testing.T) {
	t.Parallel()
	s := sharedStack(t)
	first := partners.ParcelNames{ParcelID: "box-1"}
	second := partners.ParcelNames{ParcelID: "box-2"}
	t.Run("the rest comes", func(t *testing.T) {
		t.Parallel()
		c, id, ret := s.sentBack(t, 2)
		s.receive(t, ret.RMAID, partners.ReceiveReport{Lines: cups(1), ParcelNames: first})
		s.inspect(t, ret.RMAID, partners.InspectReport{Lines: foundCups(1), ParcelNames: first})
		c.awaitStage(id, dispute.StageNegotiation)
		require.Equal(t, "rest_missing", s.agent(t).get(id).Explanation.Code)
		c.awaitLeg(id, dispute.LegRefund, dispute.MoneySucceeded)
		require.Equal(t, []int64{5000}, s.refunded(t, id))
		s.receive(t, ret.RMAID, partners.ReceiveReport{Lines: cups(1), ParcelNames: second})
		s.inspect(t, ret.RMAID, partners.InspectReport{Lines: foundCups(1), ParcelNames: second})
		closed := c.awaitStage(id, dispute.StageClosed)
		require.Equal(t, dispute.OutcomeResolved, closed.Outcome)
		require.Equal(t, dispute.ReturnAccepted, legsOf(closed, dispute.LegReturn)[0].State)
		require.Equal(t, []int64{5000, 5000}, s.refunded(t, id))
	})
	t.Run("the rest does not come", func(t *testing.T) {
		t.Parallel()
		c, id, ret := s.sentBack(t, 2)
		s.receive(t, ret.RMAID, partners.ReceiveReport{Lines: cups(1)})
		s.inspect(t, ret.RMAID, partners.InspectReport{Lines: foundCups(1)})
		c.awaitStage(id, dispute.StageNegotiation)
		c.awaitLeg(id, dispute.LegRefund, dispute.MoneySucceeded)
		s.agent(t).grantAll(id, http.StatusOK, small{"type": "coupon", "amount": yuan(500)})
		closed := c.awaitStage(id, dispute.StageClosed)
		require.Equal(t, dispute.OutcomeResolved, closed.Outcome)
		require.Equal(t, []int64{5000}, s.refunded(t, id))
	})
}

// To the wrong warehouse: recorded, both sides told, the customer given the new date, and
// the return waits for the right one.
func TestParcelAtTheWrongWarehouse(t *testing.T) {
	t.Parallel()
	s := sharedStack(t)
	c, id, ret := s.sentBack(t, 1)
	s.receive(t, ret.RMAID, partners.ReceiveReport{ParcelNames: partners.ParcelNames{WarehouseID: "warehouse-9"}})
	leg := c.awaitLeg(id, dispute.LegReturn, dispute.ReturnDelivered)
	staff := s.agent(t).get(id)
	require.Equal(t, "warehouse-9", legsOf(staff, dispute.LegReturn)[0].Return.AstrayAt)
	require.NotNil(t, staff.Running(dispute.ClockReceiptConfirmation, leg.ID), "somebody is waited for")
	s.awaitNotices(t, id, dispute.NoticeWrongAddress, 2)
	s.awaitNotices(t, id, dispute.NoticeDelay, 1)
	s.receive(t, ret.RMAID, partners.ReceiveReport{ParcelNames: partners.ParcelNames{WarehouseID: partners.WarehouseID}})
	c.awaitLeg(id, dispute.LegReturn, dispute.ReturnReceived)
	s.inspect(t, ret.RMAID, partners.InspectReport{Condition: dispute.ConditionDamaged})
	c.awaitStage(id, dispute.StageClosed)
	require.Equal(t, []int64{5000}, s.refunded(t, id))
}

// Without RMA: kept, shown, matched by a person; what comes later under the same unknown
// name finds the return by itself.
func TestParcelWithoutRMA(t *testing.T) {
	t.Parallel()
	s := newStack(t, options{policy: "story"})
	c, id, _ := s.sentBack(t, 1)
	order := c.get(id).OrderID
	s.receive(t, "none-1", partners.ReceiveReport{Force: true, Lines: []dispute.ReceivedLine{{SKU: "sku-cup", Quantity: 1}},
		ParcelNames: partners.ParcelNames{NoRMA: true, OrderID: order}})
	event := s.unmatched(t)
	require.Contains(t, string(event.Body), order)
	agent := s.agent(t)
	wrong := agent.do(http.MethodPost, "/v1/partner-events/"+strconv.FormatInt(event.ID, 10)+"/match", small{"case_id": id, "leg_id": "refund-1"})
	require.Equal(t, http.StatusUnprocessableEntity, wrong.status, "%s", wrong.body)
	agent.match(event.ID, id)
	c.awaitLeg(id, dispute.LegReturn, dispute.ReturnReceived)

	s.inspect(t, "STICKER-7", partners.InspectReport{Force: true,
		Lines: []partners.FoundLine{{SKU: "sku-cup", Quantity: 1, Condition: dispute.ConditionMissing}}})
	agent.match(s.unmatched(t).ID, id)
	c.awaitStage(id, dispute.StageNegotiation)
	require.NoError(t, s.box.Correct(t.Context(), "STICKER-7", partners.Correction{Force: true,
		Inspected: []partners.FoundLine{{SKU: "sku-cup", Quantity: 1, Condition: dispute.ConditionDamaged}}}))
	agent.await(id, "heard of the correction", func(v view) bool {
		return v.Explanation != nil && v.Explanation.Code == "inspection_corrected"
	})
}

// unmatched waits for the one event that no case took.
func (s *stack) unmatched(t *testing.T) dispute.InboxEvent {
	t.Helper()
	var page struct {
		Items []dispute.InboxEvent `json:"items"`
	}
	wait(t, "an event was unmatched", func() bool {
		s.agent(t).do(http.MethodGet, "/v1/partner-events?state=unmatched", nil).decode(t, &page)
		return len(page.Items) == 1
	})
	return page.Items[0]
}

func (c caller) match(event int64, caseID string) {
	c.t.Helper()
	r := c.do(http.MethodPost, "/v1/partner-events/"+strconv.FormatInt(event, 10)+"/match", small{"case_id": caseID})
	require.Equal(c.t, http.StatusOK, r.status, "%s", r.body)
}

// A report that comes before the case has the parcel's number is tried again when it has.
func TestParcelKnownByItsNumberOnly(t *testing.T) {
	t.Parallel()
	s := newStack(t, options{policy: "story"})
	c, id, _ := s.sentBack(t, 1)
	s.receive(t, "none-2", partners.ReceiveReport{Force: true, Lines: cups(1),
		ParcelNames: partners.ParcelNames{NoRMA: true, Carrier: "YTO", TrackingNumber: "Y77"}})
	s.unmatched(t)
	c.must(http.StatusOK, http.MethodPost, "/v1/cases/"+id+"/return-shipment", small{"carrier": "YTO", "tracking_number": "Y77"})
	c.awaitLeg(id, dispute.LegReturn, dispute.ReturnReceived)
}

// Lost: the label was the merchant's, so the customer has the money.
func TestParcelLost(t *testing.T) {
	t.Parallel()
	s := sharedStack(t)
	c, id, ret := s.sentBack(t, 1)
	require.NoError(t, s.box.Scan(t.Context(), ret.Carrier, ret.TrackingNumber, dispute.ParcelInTransit))
	c.awaitLeg(id, dispute.LegReturn, dispute.ReturnInTransit)
	require.NoError(t, s.box.Scan(t.Context(), ret.Carrier, ret.TrackingNumber, dispute.ParcelLost))
	closed := c.awaitStage(id, dispute.StageClosed)
	require.Equal(t, dispute.ReturnLost, legsOf(closed, dispute.LegReturn)[0].State)
	require.Equal(t, []int64{5000}, s.refunded(t, id))
}

// Returned to sender: the customer is told, has a new label and the time to send anew.
func TestParcelReturnedToSender(t *testing.T) {
	t.Parallel()
	s := sharedStack(t)
	c, id, ret := s.sentBack(t, 1)
	require.NoError(t, s.box.Scan(t.Context(), ret.Carrier, ret.TrackingNumber, dispute.ParcelInTransit))
	c.awaitLeg(id, dispute.LegReturn, dispute.ReturnInTransit)
	require.NoError(t, s.box.Scan(t.Context(), ret.Carrier, ret.TrackingNumber, dispute.ParcelReturnedToSender))
	var again *dispute.ReturnLeg
	c.await(id, "had a new label", func(v view) bool {
		leg := legsOf(v, dispute.LegReturn)[0]
		again = leg.Return
		return leg.State == dispute.ReturnAwaitingShipment && again.TrackingNumber != "" && again.TrackingNumber != ret.TrackingNumber
	})
	s.awaitNotices(t, id, dispute.NoticeParcelBack, 1)
	s.awaitNotices(t, id, dispute.NoticeInstructions, 2)
	waiting := c.get(id)
	require.NotNil(t, waiting.Running(dispute.ClockReturnShipment, "return-1"))
	// The old parcel reaches the customer: that is no delivery to the warehouse.
	require.NoError(t, s.box.Scan(t.Context(), ret.Carrier, ret.TrackingNumber, dispute.ParcelDelivered))
	require.NoError(t, s.box.Scan(t.Context(), again.Carrier, again.TrackingNumber, dispute.ParcelInTransit))
	c.awaitLeg(id, dispute.LegReturn, dispute.ReturnInTransit)
	s.receive(t, ret.RMAID, partners.ReceiveReport{})
	s.inspect(t, ret.RMAID, partners.InspectReport{Condition: dispute.ConditionDamaged})
	c.awaitStage(id, dispute.StageClosed)
	require.Equal(t, []int64{5000}, s.refunded(t, id))
	require.Len(t, s.effects(t, partners.Carrier, id, "label.issued"), 2)
}

// Label expired: it ends before the time to send the goods does, so a new one comes by
// itself; the old one is given back, and a parcel that carries it all the same is known.
// And a customer who lost theirs asks for one.
func TestParcelLabelExpired(t *testing.T) {
	t.Parallel()
	s := newStack(t, options{policy: "story"})
	require.NoError(t, s.box.SetLabelValidity(t.Context(), 2*time.Second))
	c, id, ret := s.sentBack(t, 1)
	require.NoError(t, s.box.SetLabelValidity(t.Context(), 0))
	fresh := func(old string) *dispute.ReturnLeg {
		var now *dispute.ReturnLeg
		c.await(id, "had another label than "+old, func(v view) bool {
			now = legsOf(v, dispute.LegReturn)[0].Return
			return now.TrackingNumber != old
		})
		return now
	}
	second := fresh(ret.TrackingNumber)
	wait(t, "the old label was given back", func() bool { return len(s.effects(t, partners.Carrier, id, "label.voided")) == 1 })
	c.must(http.StatusOK, http.MethodPost, "/v1/cases/"+id+"/legs/return-1/label", nil)
	third := fresh(second.TrackingNumber)
	require.NotEqual(t, ret.TrackingNumber, third.TrackingNumber)
	s.awaitNotices(t, id, dispute.NoticeInstructions, 3)

	require.NoError(t, s.box.Scan(t.Context(), ret.Carrier, ret.TrackingNumber, dispute.ParcelInTransit))
	c.awaitLeg(id, dispute.LegReturn, dispute.ReturnInTransit)
	late := c.do(http.MethodPost, "/v1/cases/"+id+"/legs/return-1/label", nil)
	require.Equal(t, http.StatusConflict, late.status, "%s", late.body)
	s.receive(t, ret.RMAID, partners.ReceiveReport{})
	s.inspect(t, ret.RMAID, partners.InspectReport{Condition: dispute.ConditionDamaged})
	c.awaitStage(id, dispute.StageClosed)
	require.Equal(t, []int64{5000}, s.refunded(t, id))
}
