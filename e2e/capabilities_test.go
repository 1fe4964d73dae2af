package e2e_test

import (
	"net/http"
	"slices"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/redresshq/redress/dispute"
	"github.com/redresshq/redress/partners"
)

// What an after-sales desk must be able to do, by the number of its row in
// docs/coverage.md, where no story tells it already.

// Rows 5 to 8: every class of complaint, problem, return cause and order change opens a
// case of its own, and what makes no sense is refused with the reasons that do.
func TestCapability05EveryClassOfComplaint(t *testing.T) {
	t.Parallel()
	s := sharedStack(t)
	c := s.customer(t)
	classes := map[dispute.Family][]dispute.Reason{}
	for _, kind := range []dispute.Kind{dispute.KindReturn, dispute.KindClaim, dispute.KindComplaint, dispute.KindOrderChange} {
		for _, reason := range dispute.LegalReasons(kind) {
			v := c.open(opening{"shop_id": "shop-1", "kind": kind, "reason": reason, "order_id": s.order(t, c.id).OrderID,
				"lines": []dispute.Line{{LineID: "cup", Quantity: 1}}})
			require.Equal(t, reason, v.Reason)
			classes[reason.Family()] = append(classes[reason.Family()], reason)
		}
	}
	require.Contains(t, classes[dispute.FamilyGoods], dispute.ReasonDefective, "product quality")
	require.Contains(t, classes[dispute.FamilyDelivery], dispute.ReasonLateDelivery, "logistics")
	require.Contains(t, classes[dispute.FamilyService], dispute.ReasonServiceAttitude, "service attitude")
	require.Contains(t, classes[dispute.FamilyOrder], dispute.ReasonInvoiceRequest, "order changes")
	r := c.do(http.MethodPost, "/v1/cases", opening{"shop_id": "shop-1", "kind": "repair", "reason": "service_attitude",
		"order_id": "order-1", "lines": []dispute.Line{{LineID: "cup", Quantity: 1}}})
	require.Equal(t, http.StatusUnprocessableEntity, r.status, "%s", r.body)
	require.Contains(t, string(r.body), "/reason")
}

// Rows 9 and 12: what a claim needs is asked for once, all of it at once, and never again.
func TestCapability12OneNoticeOfAllThatIsMissing(t *testing.T) {
	t.Parallel()
	s := sharedStack(t)
	c, agent := s.customer(t), s.agent(t)
	opened := c.open(returnOf(s.order(t, c.id), dispute.ReasonDamagedInTransit))
	require.ElementsMatch(t, []dispute.EvidenceType{dispute.EvidencePhoto, dispute.EvidenceStatement}, missing(opened))
	require.NotNil(t, opened.Running(dispute.ClockCustomerInfo, ""), "the customer knows until when")
	p := agent.do(http.MethodPost, "/v1/cases/"+opened.ID+"/evidence-requests", map[string]any{"from": "customer", "types": []string{"photo"}})
	require.Equal(t, http.StatusConflict, p.status, "what was missing then is not asked for again: %s", p.body)
	c.supply(opened.ID)
	c.awaitOffer(opened.ID)
	require.Equal(t, 1, s.count(t, opened.ID, dispute.EventNoticeSent))
	s.awaitNotices(t, opened.ID, dispute.NoticeMissing, 1)
}

func missing(v view) []dispute.EvidenceType {
	var types []dispute.EvidenceType
	for _, item := range v.Completeness.Items {
		types = append(types, item.Type)
	}
	return types
}

// Row 11: who asks, and about which order, is verified before a case is accepted.
func TestCapability11IdentityAndOrderAreVerified(t *testing.T) {
	t.Parallel()
	s := sharedStack(t)
	owner, stranger := s.customer(t), s.customer(t)
	o := s.order(t, owner.id)
	theirs := stranger.open(returnOf(o, dispute.ReasonChangedMind)).ID
	require.Equal(t, dispute.CodeOrderNotYours, stranger.awaitClosed(theirs, dispute.OutcomeInadmissible).Explanation.Code)
	o.OrderID = "order-that-is-none"
	unknown := owner.open(returnOf(o, dispute.ReasonChangedMind)).ID
	closed := owner.awaitClosed(unknown, dispute.OutcomeInadmissible)
	require.Equal(t, dispute.CodeOrderUnknown, closed.Explanation.Code)
	require.Nil(t, closed.AcceptedAt)
}

// Rows 13 to 15: the acceptance is recorded, and told with its limit: seven working days
// to resolve, after 48 hours to a first reply.
func TestCapability13AcceptedWithItsLimits(t *testing.T) {
	t.Parallel()
	s := newStack(t, options{policy: "default"})
	c := s.customer(t)
	opened := c.open(opening{"shop_id": "shop-1", "kind": "complaint", "reason": "service_attitude", "order_id": s.order(t, c.id).OrderID,
		"lines": []dispute.Line{{LineID: "cup", Quantity: 1}}, "statement": "Nobody answered."})
	first := opened.Running(dispute.ClockFirstResponse, "")
	require.NotNil(t, first)
	require.Equal(t, "48h", text(first), "row 14: the first reply")
	accepted := c.await(opened.ID, "was accepted", func(v view) bool { return v.AcceptedAt != nil })
	limit := accepted.Running(dispute.ClockResolution, "")
	require.NotNil(t, limit)
	require.Equal(t, "7wd", text(limit), "row 15: the resolution")
	require.Contains(t, limit.Why, "7 working days from", "and it says how the date came about")
	require.WithinRange(t, limit.DueAt, time.Now().AddDate(0, 0, 8), time.Now().AddDate(0, 0, 21))
	s.awaitNotices(t, opened.ID, dispute.NoticeAccepted, 1)
}

func text(k *dispute.Clock) string { return dispute.Span{N: k.Budget, Unit: k.Unit}.String() }

// Rows 16 and 17: order, dispatch, parcel, payment and history are gathered side by
// side, each with a limit of its own, and what did not answer is recorded as that.
func TestCapability16FactsWithLimitsOfTheirOwn(t *testing.T) {
	t.Parallel()
	s := newStack(t, options{policy: "demo"})
	require.NoError(t, s.box.Switch(t.Context(), partners.Warehouse, partners.Switches{Mode: partners.ModeHang, Operations: []string{"get_dispatch"}}))
	c := s.customer(t)
	id := c.open(returnOf(s.order(t, c.id), dispute.ReasonChangedMind)).ID
	v := s.agent(t).await(id, "went on without the warehouse", func(v view) bool { return v.AcceptedAt != nil && v.Stage != dispute.StageInvestigation })
	states := map[dispute.FactSource]string{}
	for _, source := range v.Facts.Sources {
		states[source.Source] = source.State
	}
	require.Equal(t, dispute.SourceNotAnswered, states[dispute.FactDispatch])
	require.Equal(t, dispute.SourceAnswered, states[dispute.FactOrder])
	require.Equal(t, dispute.SourceAnswered, states[dispute.FactTrace])
	require.NotNil(t, v.Facts.Order)
	require.NotNil(t, v.Facts.Trace)
	require.Nil(t, v.Facts.Dispatch)
	require.NoError(t, s.box.Switch(t.Context(), partners.Warehouse, partners.Switches{}))
}

// Rows 19 and 20: fault is found by rule from the facts, with shares that sum to a
// hundred, the rule and its source.
func TestCapability20LiabilityWithRuleAndBasis(t *testing.T) {
	t.Parallel()
	s := sharedStack(t)
	for reason, party := range map[dispute.Reason]dispute.Party{
		dispute.ReasonChangedMind:      dispute.PartyCustomer, // mis-order
		dispute.ReasonWrongItem:        dispute.PartyMerchant, // wrong shipment
		dispute.ReasonDamagedInTransit: dispute.PartyCarrier,  // logistics
	} {
		c := s.customer(t)
		v := c.open(returnOf(s.order(t, c.id), reason))
		if v.Completeness != nil {
			c.supply(v.ID)
		}
		found := s.agent(t).await(v.ID, "had its fault found", func(v view) bool { return len(v.Liability) > 0 })
		sum := 0
		for _, share := range found.Liability {
			sum += share.Percent
			require.NotEmpty(t, share.Rule, reason)
			require.NotEmpty(t, share.Basis, reason)
		}
		require.Equal(t, 100, sum)
		require.Equal(t, party, found.Liability[0].Party, reason)
	}
}

// Row 28: seven days after receipt, the day of signing not counted.
func TestCapability28SevenDayWindow(t *testing.T) {
	t.Parallel()
	s := sharedStack(t)
	for daysAgo, inside := range map[int]bool{7: true, 8: false} {
		c := s.customer(t)
		o, _ := s.signed(t, c.id, daysAgo, 12)
		id := c.open(returnOf(o, dispute.ReasonChangedMind)).ID
		v := c.await(id, "was admitted or not", func(v view) bool { return v.AcceptedAt != nil || v.Stage == dispute.StageClosed })
		require.Equal(t, inside, v.AcceptedAt != nil, "signed for %d days ago", daysAgo)
	}
}

// Row 36: what left the shop, when, checked by whom and where it is now, is read from
// its own systems and shown with the case.
func TestCapability36TheShippingSideIsRead(t *testing.T) {
	t.Parallel()
	s := sharedStack(t)
	c := s.customer(t)
	id := c.open(claimOf(s.order(t, c.id), dispute.ReasonNotReceived)).ID
	v := s.agent(t).awaitPerson(id, dispute.CodeCarrierSays+"delivered")
	require.NotNil(t, v.Facts.Dispatch.DispatchedAt)
	require.NotEmpty(t, v.Facts.Dispatch.CheckedBy, "the check before dispatch")
	require.NotEmpty(t, v.Facts.Order.TrackingNumber)
	require.Equal(t, dispute.ParcelDelivered, v.Facts.Trace.Status)
}

// Row 49: each contact and its result stands in a record that is only added to.
func TestCapability49EveryContactIsRecorded(t *testing.T) {
	t.Parallel()
	s := sharedStack(t)
	c := s.customer(t)
	id := c.open(returnOf(s.order(t, c.id), dispute.ReasonDamagedInTransit)).ID
	c.supply(id)
	c.awaitOffer(id)
	s.agent(t).must(http.StatusOK, http.MethodPost, "/v1/cases/"+id+"/notes", map[string]any{"text": "Rang the customer."})
	c.withdraw(id)
	c.awaitClosed(id, dispute.OutcomeWithdrawn)
	var types []dispute.EventType
	for _, e := range s.agent(t).timeline(id) {
		require.NotZero(t, e.At)
		require.NotEmpty(t, e.Actor.Role)
		types = append(types, e.Type)
	}
	for _, want := range []dispute.EventType{dispute.EventOpened, dispute.EventNoticeSent, dispute.EventEvidence, dispute.EventOfferMade,
		dispute.EventNote, dispute.EventWithdrawn, dispute.EventClosed} {
		require.True(t, slices.Contains(types, want), "%s", want)
	}
	_, err := newWitness(t, s.database).pool.Exec(t.Context(), "DELETE FROM timeline WHERE case_id = $1", id)
	require.Error(t, err, "nobody takes an entry away")
}

// Row 30: the customer is told what goes back with the goods; a parcel without its
// invoice is for a person, and pays nothing by itself.
func TestCapability30GoodsAccessoriesAndInvoice(t *testing.T) {
	t.Parallel()
	s := sharedStack(t)
	c, agent := s.customer(t), s.agent(t)
	id := c.open(returnOf(s.order(t, c.id), dispute.ReasonDamagedInTransit)).ID
	c.supply(id)
	c.accept(id)
	ret := s.travel(t, c, id, partners.ReceiveReport{})
	require.Equal(t, []string{"accessories", "invoice"}, ret.Instructions.With)
	require.NoError(t, s.box.Inspect(t.Context(), ret.RMAID, partners.InspectReport{Lines: []partners.FoundLine{
		{LineID: "cup", Quantity: 1, Condition: dispute.ConditionDamaged, Disposition: dispute.DispositionScrap, Lacking: []string{"invoice"}}}}))
	asked := agent.awaitPerson(id, dispute.CodeInspectionDiffers)
	require.Equal(t, dispute.DifferenceLacking, leg(asked, "return-1").Return.Differences[0].Code)
	s.paid(t, id)
	agent.decide(id, grant(dispute.RemedyRefund, 0))
	c.awaitClosed(id, dispute.OutcomeResolved)
	s.paid(t, id, moved{"refund.made", "refund-2/1", 5000})
}
