package e2e_test

import (
	"net/http"
	"sync"
	"testing"

	"github.com/google/uuid"
	"github.com/stretchr/testify/require"

	"github.com/redresshq/redress/dispute"
	"github.com/redresshq/redress/partners"
)

// What users of other systems suffer from (docs/coverage.md lists all fifteen), and
// how it goes here. Pains 7 to 12 are about time: they stand in dispute.

// Pain 1: after a lost answer the refund is sent again under a new key, and paid twice.
func TestPain01LostAnswerNeverPaysTwice(t *testing.T) {
	t.Parallel()
	s := newStack(t, options{policy: "story"})
	s.fail(t, partners.ModeLoseReply, 0)
	c, id := s.refunding(t)
	c.awaitClosed(id, dispute.OutcomeResolved)
	s.paid(t, id, moved{"refund.made", "refund-1/1", 8000})
	keys := map[string]bool{}
	calls, err := s.box.Ledger(t.Context(), partners.Payments, partners.Filter{Type: partners.EntryCall, Kind: "refund", CaseID: id})
	require.NoError(t, err)
	for _, call := range calls {
		keys[call.Key] = true
	}
	require.Equal(t, map[string]bool{id + "/refund-1/1": true}, keys, "one movement of money, one key, whatever is repeated")
}

// Pain 2: repeated messages pay again; or, worse, two equal refunds are taken for one.
func TestPain02RepeatedMessagesAndEqualRefunds(t *testing.T) {
	t.Parallel()
	s := newStack(t, options{policy: "story"})
	t.Run("a webhook that comes twice", func(t *testing.T) {
		require.NoError(t, s.box.Switch(t.Context(), partners.Payments, partners.Switches{Webhooks: partners.WebhooksDouble}))
		c, id := s.refunding(t)
		c.awaitClosed(id, dispute.OutcomeResolved)
		s.paid(t, id, moved{"refund.made", "refund-1/1", 8000})
	})
	t.Run("one decision sent by two tabs at once", func(t *testing.T) {
		c, agent := s.customer(t), s.agent(t)
		id := c.open(claimOf(s.order(t, c.id), dispute.ReasonNotReceived)).ID
		agent.awaitPerson(id, dispute.CodeCarrierSays+"delivered")
		key, body := uuid.NewString(), map[string]any{"remedies": []dispute.Remedy{grant(dispute.RemedyPartialRefund, 900)}}
		var tabs sync.WaitGroup
		for range 2 {
			tabs.Go(func() {
				r, err := agent.try(http.MethodPost, "/v1/cases/"+id+"/decision", body, "Idempotency-Key", key)
				if err != nil || r.status != http.StatusOK && r.status != http.StatusConflict {
					t.Errorf("decision: %v, %d %s", err, r.status, r.body)
				}
			})
		}
		tabs.Wait()
		c.awaitClosed(id, dispute.OutcomeResolved)
		s.paid(t, id, moved{"refund.made", "refund-1/1", 900})
	})
	t.Run("a lost answer", func(t *testing.T) {
		s.fail(t, partners.ModeLoseReply, 0)
		c, id := s.refunding(t)
		c.awaitClosed(id, dispute.OutcomeResolved)
		s.paid(t, id, moved{"refund.made", "refund-1/1", 8000})
	})
	t.Run("two equal refunds are two", func(t *testing.T) {
		c, agent := s.customer(t), s.agent(t)
		id := c.open(claimOf(s.order(t, c.id), dispute.ReasonNotReceived)).ID
		agent.awaitPerson(id, dispute.CodeCarrierSays+"delivered")
		cup := dispute.Line{LineID: "cup", Quantity: 1}
		agent.decide(id, grant(dispute.RemedyPartialRefund, 700, cup), grant(dispute.RemedyPartialRefund, 700, cup))
		c.awaitClosed(id, dispute.OutcomeResolved)
		s.paid(t, id, moved{"refund.made", "refund-1/1", 700}, moved{"refund.made", "refund-2/1", 700})
	})
}

// Pain 3: the provider's callback and the shop's own write each book a refund.
func TestPain03OneRefundHasOneRecord(t *testing.T) {
	t.Parallel()
	s := newStack(t, options{policy: "story"})
	require.NoError(t, s.box.SetSettlement(t.Context(), partners.Settlement{DelayMS: 1}))
	require.NoError(t, s.box.Switch(t.Context(), partners.Payments,
		partners.Switches{Mode: partners.ModeSlowReply, DelayMS: 2000, Operations: []string{"refund"}, Times: 1}))
	c, id := s.refunding(t)
	closed := c.awaitClosed(id, dispute.OutcomeResolved)
	var refunds, settled int
	for i := range closed.Legs {
		if closed.Legs[i].Money != nil {
			refunds++
		}
	}
	for _, e := range s.agent(t).timeline(id) {
		if e.Type == dispute.EventRefundUpdated && e.Reason == string(dispute.MoneySucceeded) {
			settled++
		}
	}
	require.Equal(t, []int{1, 1}, []int{refunds, settled}, "one leg, one settlement, though callback and answer both came")
	require.Equal(t, 1, newWitness(t, s.database).count("SELECT count(*) FROM refunds WHERE case_id = $1", id))
	s.paid(t, id, moved{"refund.made", "refund-1/1", 8000})
}

// Pain 4: two equal refunds are shown, the bank paid one, and the case is closed.
func TestPain04ClosedOnlyWhenTheProviderConfirmsEach(t *testing.T) {
	t.Parallel()
	s := newStack(t, options{policy: "story"})
	require.NoError(t, s.box.SetSettlement(t.Context(), partners.Settlement{Mode: partners.SettleManual}))
	c, agent := s.customer(t), s.agent(t)
	id := c.open(claimOf(s.order(t, c.id), dispute.ReasonNotReceived)).ID
	agent.awaitPerson(id, dispute.CodeCarrierSays+"delivered")
	cup := dispute.Line{LineID: "cup", Quantity: 1}
	agent.decide(id, grant(dispute.RemedyPartialRefund, 700, cup), grant(dispute.RemedyPartialRefund, 700, cup))
	first := c.awaitMoney(id, "refund-1", dispute.MoneyPending).Money
	second := c.awaitMoney(id, "refund-2", dispute.MoneyPending).Money
	require.NoError(t, s.box.SettleRefund(t.Context(), first.Key, partners.Settle{Status: dispute.MoneySucceeded}))
	require.NoError(t, s.box.SettleRefund(t.Context(), second.Key, partners.Settle{Status: dispute.MoneyFailed, Reason: "account_closed"}))

	asked := agent.awaitPerson(id, "payment_failed")
	require.Equal(t, dispute.MoneySucceeded, asked.Leg("refund-1").State)
	require.Equal(t, dispute.MoneyFailed, asked.Leg("refund-2").State)
	require.NotEqual(t, dispute.StageClosed, asked.Stage, "what the bank did not pay keeps the case open")
	require.NoError(t, s.box.SetSettlement(t.Context(), partners.Settlement{}))
	agent.decide(id, grant(dispute.RemedyPartialRefund, 700, cup))
	c.awaitClosed(id, dispute.OutcomeResolved)
	require.Len(t, s.effects(t, partners.Payments, id, "refund.settled"), 3, "paid, failed, paid")
}

// Pain 5: a parcel cannot be received without refunding, so a lost one that turns up
// is refunded a second time.
func TestPain05ReceivingIsNotRefunding(t *testing.T) {
	t.Parallel()
	s := sharedStack(t)
	c := s.customer(t)
	id := c.open(returnOf(s.order(t, c.id), dispute.ReasonDamagedInTransit)).ID
	c.supply(id)
	c.accept(id)
	ret := c.awaitLeg(id, dispute.LegReturn, dispute.ReturnAwaitingShipment).Return
	require.NoError(t, s.box.Scan(t.Context(), ret.Carrier, ret.TrackingNumber, dispute.ParcelInTransit))
	c.awaitLeg(id, dispute.LegReturn, dispute.ReturnInTransit)
	require.NoError(t, s.box.Receive(t.Context(), ret.RMAID, partners.ReceiveReport{}))
	received := c.awaitLeg(id, dispute.LegReturn, dispute.ReturnReceived)
	require.NotNil(t, received.Return.ReceivedAt)
	require.Equal(t, dispute.MoneyRequired, leg(c.get(id), "refund-1").State, "goods at the dock move no money by themselves")
	s.paid(t, id)

	require.NoError(t, s.box.Inspect(t.Context(), ret.RMAID, partners.InspectReport{Lines: []partners.FoundLine{
		{LineID: "cup", Quantity: 1, Condition: dispute.ConditionUsed, Disposition: dispute.DispositionReturnToCustomer}}}))
	s.agent(t).awaitPerson(id, dispute.CodeInspectionDiffers)
	s.agent(t).reject(id, "used")
	require.Equal(t, dispute.MoneyCancelled, leg(c.get(id), "refund-1").State)
	s.paid(t, id)
}

// Pain 6: a refund is blocked or wrong after several returns, and goodwill cannot be
// given beside it.
func TestPain06SeveralReturnsAndGoodwill(t *testing.T) {
	t.Parallel()
	s := sharedStack(t)
	c, agent := s.customer(t), s.agent(t)
	o := s.order(t, c.id)
	cup := dispute.Line{LineID: "cup", Quantity: 1}
	for range 2 {
		id := c.open(returnOf(o, dispute.ReasonChangedMind, cup)).ID
		s.goesBack(t, c, id)
		c.awaitClosed(id, dispute.OutcomeResolved)
		s.paid(t, id, moved{"refund.made", "refund-1/1", 5000})
	}
	id := c.open(claimOf(o, dispute.ReasonNotReceived, dispute.Line{LineID: "lamp", Quantity: 1})).ID
	agent.awaitPerson(id, dispute.CodeCarrierSays+"delivered")
	agent.decide(id, grant(dispute.RemedyRefund, 0), grant(dispute.RemedyCompensation, 1500))
	c.awaitClosed(id, dispute.OutcomeResolved)
	s.paid(t, id, moved{"refund.made", "refund-1/1", 8000}, moved{"payout.made", "compensation-1/1", 1500})
}

// leg is a leg of a case, which must be there.
func leg(v view, id string) dispute.Leg {
	if l := (&v).Leg(id); l != nil {
		return *l
	}
	return dispute.Leg{}
}
