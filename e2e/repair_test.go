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

func repairOf(o dispute.OrderFacts, reason dispute.Reason) opening {
	claim := returnOf(o, reason)
	claim["kind"] = "repair"
	return claim
}

// toWorkshop has the goods of an agreed repair travel to the workshop.
func (s *stack) toWorkshop(t *testing.T, c caller, id string) *dispute.RepairLeg {
	t.Helper()
	ret := c.awaitLeg(id, dispute.LegReturn, dispute.ReturnAwaitingShipment).Return
	if ret.TrackingNumber == "" {
		c.ship(id, "SF", "OWN-"+ret.RMAID)
	} else {
		require.NoError(t, s.box.Scan(t.Context(), ret.Carrier, ret.TrackingNumber, dispute.ParcelInTransit))
		require.NoError(t, s.box.Scan(t.Context(), ret.Carrier, ret.TrackingNumber, dispute.ParcelDelivered))
	}
	wait(t, "the workshop knows of the repair of "+id, func() bool { return len(s.effects(t, partners.Warehouse, id, "repair.announced")) == 1 })
	require.NoError(t, s.box.Receive(t.Context(), ret.RMAID, partners.ReceiveReport{}))
	leg := c.awaitLeg(id, dispute.LegRepair, dispute.RepairReceived)
	require.Equal(t, dispute.ReturnAccepted, c.awaitLeg(id, dispute.LegReturn, dispute.ReturnAccepted).State, "nobody waits for an inspection")
	return leg.Repair
}

func (s *stack) workshop(t *testing.T, repairID string, r partners.RepairReport) {
	t.Helper()
	require.NoError(t, s.box.ReportRepair(t.Context(), repairID, r))
}

// homeAgain has the workshop send the goods and the carrier deliver them.
func (s *stack) homeAgain(t *testing.T, c caller, id, repairID string) {
	t.Helper()
	s.workshop(t, repairID, partners.RepairReport{Status: dispute.WorkshopShipped})
	sent := c.awaitLeg(id, dispute.LegRepair, dispute.RepairShipped).Repair
	require.NoError(t, s.box.Scan(t.Context(), sent.Carrier, sent.TrackingNumber, dispute.ParcelDelivered))
}

// mended plays a free repair from its opening to its end, and returns the case's id.
func (s *stack) mended(t *testing.T, c caller, o dispute.OrderFacts) string {
	t.Helper()
	id := c.open(repairOf(o, dispute.ReasonDamagedInTransit)).ID
	c.supply(id)
	c.accept(id)
	repair := s.toWorkshop(t, c, id)
	s.workshop(t, repair.RepairID, partners.RepairReport{Status: dispute.WorkshopDiagnosed, Diagnosis: "loose_contact"})
	s.workshop(t, repair.RepairID, partners.RepairReport{Status: dispute.WorkshopRepairing})
	s.workshop(t, repair.RepairID, partners.RepairReport{Status: dispute.WorkshopRepaired})
	s.homeAgain(t, c, id, repair.RepairID)
	c.awaitClosed(id, dispute.OutcomeResolved)
	return id
}

func (s *stack) repairs(t *testing.T, id string, kinds ...string) {
	t.Helper()
	for _, kind := range kinds {
		require.Len(t, s.effects(t, partners.Warehouse, id, kind), 1, kind)
	}
}

// A free repair: offered by rule, mended, back with the customer, and no money moved.
func TestRepairFree(t *testing.T) {
	t.Parallel()
	s := sharedStack(t)
	c := s.customer(t)
	o := s.order(t, c.id)
	id := c.open(repairOf(o, dispute.ReasonDamagedInTransit)).ID
	c.supply(id)
	offered := c.awaitOffer(id)
	require.Equal(t, dispute.RemedyRepair, (&offered).OpenOffer().Remedies[0].Type)
	c.accept(id)
	repair := s.toWorkshop(t, c, id)
	require.True(t, repair.Free)
	require.Equal(t, 1, repair.Attempt)

	ready := time.Now().UTC().Add(72 * time.Hour).Truncate(time.Second)
	later := ready.Add(48 * time.Hour)
	covered := true
	s.workshop(t, repair.RepairID, partners.RepairReport{Status: dispute.WorkshopDiagnosed, Diagnosis: "loose_contact", Covered: &covered, ReadyBy: &ready})
	c.awaitLeg(id, dispute.LegRepair, dispute.RepairDiagnosed)
	s.workshop(t, repair.RepairID, partners.RepairReport{Status: dispute.WorkshopDelayed, ReadyBy: &later, Reason: "part_on_order"})
	s.awaitNotices(t, id, dispute.NoticeDelay, 1)
	s.workshop(t, repair.RepairID, partners.RepairReport{Status: dispute.WorkshopRepairing})
	c.awaitLeg(id, dispute.LegRepair, dispute.RepairRepairing)
	s.workshop(t, repair.RepairID, partners.RepairReport{Status: dispute.WorkshopDiagnosed, Sequence: 1})
	s.homeAgain(t, c, id, repair.RepairID)
	closed := c.awaitClosed(id, dispute.OutcomeResolved)

	leg := legOf(closed, "repair-1").Repair
	require.Equal(t, &later, leg.ReadyBy, "the customer was told the new date")
	require.NotNil(t, leg.ReturnedAt)
	require.Empty(t, s.money(t, id))
	s.repairs(t, id, "repair.announced", "repair.shipped")
	require.Empty(t, s.effects(t, partners.Warehouse, id, "repair.cancelled"))
	s.happened(t, id, dispute.EventRepairUpdated, dispute.EventDelay, dispute.EventFollowUp)
	require.Contains(t, ignoredReasons(s.agent(t).timeline(id)), "lower_sequence")
	s.awaitNotices(t, id, dispute.NoticeRepair, 3) // diagnosed, on its way, back
}

func ignoredReasons(entries []entry) []string {
	var all []string
	for _, e := range entries {
		if e.Type == dispute.EventIgnored {
			all = append(all, e.Reason)
		}
	}
	return all
}

// outOfWarranty is a repair that an agent offers after the warranty: the customer pays.
func (s *stack) outOfWarranty(t *testing.T) (c caller, id string, quoted *dispute.RepairLeg) {
	t.Helper()
	c = s.customer(t)
	o := s.order(t, c.id, func(n *partners.NewOrder) {
		old := time.Now().UTC().AddDate(-2, 0, 0)
		placed := old.AddDate(0, 0, -4)
		n.DeliveredAt, n.PlacedAt = &old, &placed
	})
	id = c.open(repairOf(o, dispute.ReasonWarrantyFailure)).ID
	c.supply(id)
	receipt := c.do(http.MethodPost, "/v1/cases/"+id+"/evidence", multipartOf(t, "receipt", "receipt.jpg", picture(t, 2)))
	require.Equal(t, http.StatusCreated, receipt.status, "%s", receipt.body)
	agent := s.agent(t)
	asked := agent.awaitPerson(id, dispute.CodeOutsideWindow)
	require.Equal(t, "CPL Regulations art. 18", asked.Explanation.Basis)
	agent.offer(id, grant(dispute.RemedyRepair, 0))
	c.accept(id)
	repair := s.toWorkshop(t, c, id)
	require.False(t, repair.Free)
	price, ready := dispute.CNY(8000), time.Now().UTC().Add(72*time.Hour).Truncate(time.Second)
	s.workshop(t, repair.RepairID, partners.RepairReport{Status: dispute.WorkshopDiagnosed, Diagnosis: "worn_bearing", Quote: &price, ReadyBy: &ready})
	quoted = c.awaitLeg(id, dispute.LegRepair, dispute.RepairQuoted).Repair
	require.Equal(t, &price, quoted.Quote)
	require.NotNil(t, quoted.QuoteBy)
	s.awaitNotices(t, id, dispute.NoticeRepairQuote, 1)
	return c, id, quoted
}

// Outside the warranty: price and date are told, the customer accepts over REST, and the
// workshop begins. Redress moves no money: the shop collects with the goods.
func TestRepairQuoteAccepted(t *testing.T) {
	t.Parallel()
	s := sharedStack(t)
	c, id, repair := s.outOfWarranty(t)
	path := "/v1/cases/" + id + "/legs/repair-1/quote"
	require.Contains(t, actionsOf(c.get(id)), dispute.ActionAnswerQuote)
	require.NotContains(t, actionsOf(s.agent(t).get(id)), dispute.ActionAnswerQuote)
	require.Equal(t, http.StatusNotFound, s.customer(t).do(http.MethodPost, path, map[string]any{"action": "accept"}).status)
	require.Equal(t, http.StatusForbidden, s.agent(t).do(http.MethodPost, path, map[string]any{"action": "accept"}).status)
	require.Equal(t, http.StatusUnprocessableEntity, c.do(http.MethodPost, path, map[string]any{"action": "counter"}).status)
	require.Equal(t, http.StatusNotFound, c.do(http.MethodPost, "/v1/cases/"+id+"/legs/return-1/quote", map[string]any{"action": "accept"}).status)
	require.Equal(t, dispute.WaitingCustomer, c.get(id).WaitingOn)

	c.must(http.StatusOK, http.MethodPost, path, map[string]any{"action": "accept"})
	c.refused(http.StatusConflict, dispute.CodeNotAllowedNow, path, map[string]any{"action": "decline"})
	wait(t, "the workshop may begin", func() bool { return len(s.effects(t, partners.Warehouse, id, "repair.approved")) == 1 })
	var approved struct {
		Quote dispute.Money `json:"quote"`
	}
	require.NoError(t, json.Unmarshal(s.effects(t, partners.Warehouse, id, "repair.approved")[0].Data, &approved))
	require.Equal(t, dispute.CNY(8000), approved.Quote)
	s.homeAgain(t, c, id, repair.RepairID)
	c.awaitClosed(id, dispute.OutcomeResolved)
	require.Empty(t, s.money(t, id))
}

func actionsOf(v view) []string {
	var all []string
	for _, a := range v.AllowedActions {
		all = append(all, a.Action)
	}
	return all
}

// Declined: the goods come back as they are, the case waits for them, and a supervisor
// may still be asked.
func TestRepairQuoteDeclined(t *testing.T) {
	t.Parallel()
	s := sharedStack(t)
	c, id, repair := s.outOfWarranty(t)
	c.must(http.StatusOK, http.MethodPost, "/v1/cases/"+id+"/legs/repair-1/quote", map[string]any{"action": "decline"})
	wait(t, "the workshop sends the goods back", func() bool { return len(s.effects(t, partners.Warehouse, id, "repair.cancelled")) == 1 })
	var off struct {
		SendBack bool `json:"send_back"`
	}
	require.NoError(t, json.Unmarshal(s.effects(t, partners.Warehouse, id, "repair.cancelled")[0].Data, &off))
	require.True(t, off.SendBack)
	require.Equal(t, dispute.StageExecution, c.get(id).Stage, "not closed with goods in the workshop")
	s.homeAgain(t, c, id, repair.RepairID)
	c.awaitLeg(id, dispute.LegRepair, dispute.RepairReturned)
	c.awaitStage(id, dispute.StageNegotiation)
	c.escalate(id)
	s.supervisor(t).reject(id, "outside_warranty")
	closed := c.awaitClosed(id, dispute.OutcomeRejected)
	require.True(t, legOf(closed, "repair-1").Repair.Declined)
	require.Empty(t, s.money(t, id))
	require.Empty(t, s.effects(t, partners.Warehouse, id, "repair.approved"))
}

// irreparable is a free repair that the workshop cannot make.
func (s *stack) irreparable(t *testing.T, c caller, o dispute.OrderFacts) string {
	t.Helper()
	id := c.open(repairOf(o, dispute.ReasonDamagedInTransit)).ID
	c.supply(id)
	c.accept(id)
	repair := s.toWorkshop(t, c, id)
	s.workshop(t, repair.RepairID, partners.RepairReport{Status: dispute.WorkshopDiagnosed, Diagnosis: "broken_glaze"})
	s.workshop(t, repair.RepairID, partners.RepairReport{Status: dispute.WorkshopIrreparable, Reason: "no_spare_part"})
	return id
}

// Not to be mended: an exchange is decided by rule, without asking for the goods again.
func TestRepairIrreparableBecomesAnExchange(t *testing.T) {
	t.Parallel()
	tellIrreparable(t, sharedStack(t))
}

// tellIrreparable plays it and returns the case's id.
func tellIrreparable(t *testing.T, s *stack) string {
	t.Helper()
	c := s.customer(t)
	id := s.irreparable(t, c, s.order(t, c.id))
	reserved := c.awaitLeg(id, dispute.LegReplacement, dispute.ReplacementReserved).Replacement
	require.NoError(t, s.box.ReportReplacement(t.Context(), reserved.ReplacementID, partners.SendingReport{Status: "shipped"}))
	sent := c.awaitLeg(id, dispute.LegReplacement, dispute.ReplacementShipped).Replacement
	require.NoError(t, s.box.Scan(t.Context(), sent.Carrier, sent.TrackingNumber, dispute.ParcelDelivered))
	closed := c.awaitClosed(id, dispute.OutcomeResolved)
	require.Equal(t, dispute.RepairIrreparable, legOf(closed, "repair-1").State)
	last := closed.Decisions[len(closed.Decisions)-1]
	require.Equal(t, dispute.RemedyExchange, last.Remedies[0].Type)
	require.Equal(t, dispute.RoleSystem, last.Author.Role)
	s.repairs(t, id, "return.announced", "repair.announced", "replacement.reserved")
	require.Empty(t, s.money(t, id))
	return id
}

// And where there are no such goods any more: the money.
func TestRepairIrreparableAndOutOfStockBecomesARefund(t *testing.T) {
	t.Parallel()
	s := sharedStack(t)
	c := s.customer(t)
	o := s.order(t, c.id)
	require.NoError(t, s.box.SetStock(t.Context(), partners.Stock{SKU: "sku-cup", OrderID: o.OrderID, Available: false}))
	id := s.irreparable(t, c, o)
	offered := c.awaitOffer(id)
	require.Equal(t, dispute.RemedyRefund, (&offered).OpenOffer().Remedies[0].Type)
	c.accept(id)
	c.awaitClosed(id, dispute.OutcomeResolved)
	s.paid(t, id, moved{"refund.made", "refund-1/1", 5000})
	s.repairs(t, id, "return.announced")
}

// Two repairs in vain: the third time an exchange is offered.
func TestRepairTwiceInVainBecomesAnExchange(t *testing.T) {
	t.Parallel()
	s := sharedStack(t)
	c := s.customer(t)
	o := s.order(t, c.id)
	for range 2 {
		s.mended(t, c, o)
	}
	id := c.open(repairOf(o, dispute.ReasonDamagedInTransit)).ID
	c.supply(id)
	offered := c.awaitOffer(id)
	offer := (&offered).OpenOffer()
	require.Equal(t, dispute.RemedyExchange, offer.Remedies[0].Type)
	require.Contains(t, offer.Rule, "/repair/attempts")
	require.Len(t, s.agent(t).get(id).Facts.History.Repairs, 2)
}

// Withdrawn with the goods in the workshop: they come back, and only then the case closes.
func TestRepairWithdrawnWithGoodsAtTheWorkshop(t *testing.T) {
	t.Parallel()
	s := sharedStack(t)
	c := s.customer(t)
	id := c.open(repairOf(s.order(t, c.id), dispute.ReasonDamagedInTransit)).ID
	c.supply(id)
	c.accept(id)
	repair := s.toWorkshop(t, c, id)
	c.withdraw(id)
	wait(t, "the repair is called off", func() bool { return len(s.effects(t, partners.Warehouse, id, "repair.cancelled")) == 1 })
	require.Equal(t, dispute.RepairSendingBack, legOf(c.get(id), "repair-1").State)
	require.NotEqual(t, dispute.StageClosed, c.get(id).Stage, "goods of the customer are not kept silently")
	s.homeAgain(t, c, id, repair.RepairID)
	closed := c.awaitClosed(id, dispute.OutcomeWithdrawn)
	require.Equal(t, dispute.RepairReturned, legOf(closed, "repair-1").State)
	require.Empty(t, s.money(t, id))
	s.repairs(t, id, "repair.shipped")
}

// Withdrawn before anything was sent: RMA, label and repair are given back at once.
func TestRepairWithdrawnBeforeShipment(t *testing.T) {
	t.Parallel()
	s := sharedStack(t)
	c := s.customer(t)
	id := c.open(repairOf(s.order(t, c.id), dispute.ReasonDamagedInTransit)).ID
	c.supply(id)
	c.accept(id)
	c.awaitLeg(id, dispute.LegReturn, dispute.ReturnAwaitingShipment)
	wait(t, "the workshop knows", func() bool { return len(s.effects(t, partners.Warehouse, id, "repair.announced")) == 1 })
	c.withdraw(id)
	closed := c.awaitClosed(id, dispute.OutcomeWithdrawn)
	require.Equal(t, dispute.RepairCancelled, legOf(closed, "repair-1").State)
	s.repairs(t, id, "return.cancelled", "repair.cancelled")
}

// Thirty days (here: a second): an exchange is owed, and the workshop keeps the goods.
func TestRepairTooLateBecomesAnExchange(t *testing.T) {
	t.Parallel()
	s := newStack(t, options{policy: "slow", library: libraryWith(t, "slow", "default@3", story.with(sets{"clocks.repair_work": "1s"}))})
	c := s.customer(t)
	id := c.open(repairOf(s.order(t, c.id), dispute.ReasonDamagedInTransit)).ID
	c.supply(id)
	c.accept(id)
	ret := c.awaitLeg(id, dispute.LegReturn, dispute.ReturnAwaitingShipment).Return
	require.NoError(t, s.box.Receive(t.Context(), ret.RMAID, partners.ReceiveReport{}))
	reserved := c.awaitLeg(id, dispute.LegReplacement, dispute.ReplacementReserved).Replacement
	require.NoError(t, s.box.ReportReplacement(t.Context(), reserved.ReplacementID, partners.SendingReport{Status: "shipped"}))
	sent := c.awaitLeg(id, dispute.LegReplacement, dispute.ReplacementShipped).Replacement
	require.NoError(t, s.box.Scan(t.Context(), sent.Carrier, sent.TrackingNumber, dispute.ParcelDelivered))
	closed := c.awaitClosed(id, dispute.OutcomeResolved)
	require.Equal(t, dispute.RepairFailed, legOf(closed, "repair-1").State)
	var off struct {
		SendBack bool `json:"send_back"`
	}
	require.NoError(t, json.Unmarshal(s.effects(t, partners.Warehouse, id, "repair.cancelled")[0].Data, &off))
	require.False(t, off.SendBack)
	require.Len(t, s.effects(t, partners.Warehouse, id, "return.announced"), 1)
	require.Empty(t, s.money(t, id))
}

// A supervisor settles what the workshop does not report.
func TestRepairResolvedByHand(t *testing.T) {
	t.Parallel()
	s := sharedStack(t)
	c, super := s.customer(t), s.supervisor(t)
	id := c.open(repairOf(s.order(t, c.id), dispute.ReasonDamagedInTransit)).ID
	c.supply(id)
	c.accept(id)
	s.toWorkshop(t, c, id)
	path := "/v1/cases/" + id + "/legs/repair-1/resolution"
	super.must(http.StatusOK, http.MethodPost, path, map[string]any{"result": "retry"})
	s.awaitNotices(t, id, dispute.NoticeRepairNow, 1)
	super.must(http.StatusOK, http.MethodPost, path, map[string]any{"result": "succeeded", "note": "Handed over in the shop."})
	closed := c.awaitClosed(id, dispute.OutcomeResolved)
	require.Equal(t, dispute.RepairReturned, legOf(closed, "repair-1").State)
}

func legOf(v view, id string) *dispute.Leg { return (&v).Leg(id) }
