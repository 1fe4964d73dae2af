package e2e_test

import (
	"net/http"
	"strings"
	"testing"

	"github.com/google/uuid"
	"github.com/stretchr/testify/require"

	"github.com/redresshq/redress/dispute"
	"github.com/redresshq/redress/partners"
)

// lostTo opens a claim about a parcel that the carrier lost, of a new customer.
func (s *stack) lostTo(t *testing.T, c caller, addressKey string) string {
	t.Helper()
	o := s.order(t, c.id, func(n *partners.NewOrder) {
		n.DeliveredAt, n.Parcel, n.AddressKey = nil, &partners.ParcelUpdate{Status: dispute.ParcelLost}, addressKey
	})
	return c.open(claimOf(o, dispute.ReasonNotReceived)).ID
}

// Row 40: claims come too fast, by one customer or to one address: the score says why, a
// person decides, and what the person makes of it is kept. Nothing is paid by rule.
func TestAbuseIsExplainedAndLeftToAPerson(t *testing.T) {
	t.Parallel()
	s := sharedStack(t)
	t.Run("one customer", func(t *testing.T) {
		t.Parallel()
		c, agent := s.customer(t), s.agent(t)
		for range 2 {
			s.paidFor(t, s.lostTo(t, c, ""))
		}
		id := s.lostTo(t, c, "")
		flagged := agent.awaitPerson(id, dispute.CodeRiskFlagged)
		require.Equal(t, []string{"often_not_received"}, flagged.Risk.Flags)
		require.Equal(t, dispute.RiskReason{Flag: "often_not_received", Fact: "not_received_90_days", Value: 2, AtLeast: 2, Score: 40,
			Rule: "story@1/risk/often_not_received"}, flagged.Risk.Reasons[0])
		require.Empty(t, s.money(t, id), "a score pays nothing and denies nothing")

		own := c.do(http.MethodGet, "/v1/cases/"+id, nil)
		require.NotContains(t, string(own.body), "often_not_received", "the customer is not told what the shop thinks")
		c.refused(http.StatusForbidden, dispute.CodeForbidden, "/v1/cases/"+id+"/risk-review", map[string]any{"verdict": "cleared"})
		reviewed := agent.must(http.StatusOK, http.MethodPost, "/v1/cases/"+id+"/risk-review", map[string]any{"verdict": "confirmed", "note": "Same story each time."})
		require.Equal(t, dispute.RiskConfirmed, reviewed.Risk.Review.Verdict)
		agent.refused(http.StatusConflict, dispute.CodeNotAllowedNow, "/v1/cases/"+id+"/risk-review", map[string]any{"verdict": "cleared"})
		require.NotContains(t, string(c.do(http.MethodGet, "/v1/cases/"+id+"/timeline", nil).body), "risk.")
		require.NotContains(t, string(c.do(http.MethodGet, "/v1/cases/"+id, nil).body), "Same story")
		agent.reject(id, "not_proven")
		again := s.lostTo(t, c, "")
		later := agent.awaitPerson(again, dispute.CodeRiskFlagged)
		require.Contains(t, later.Risk.Flags, "abused_before")
		s.happened(t, id, dispute.EventPersonNeeded, dispute.EventRiskReviewed, dispute.EventRejected)
	})
	t.Run("one address", func(t *testing.T) {
		t.Parallel()
		key, agent := "addr-"+uuid.NewString(), s.agent(t)
		for range 3 {
			c := s.customer(t)
			s.paidFor(t, s.lostTo(t, c, key))
		}
		flagged := agent.awaitPerson(s.lostTo(t, s.customer(t), key), dispute.CodeRiskFlagged)
		require.Equal(t, []string{"shared_address", "address_not_received"}, flagged.Risk.Flags)
		require.Equal(t, &dispute.AddressFacts{Cases90Days: 3, Customers90Days: 3, NotReceived90Days: 3}, flagged.Facts.Order.Address)
		s.paidFor(t, s.lostTo(t, s.customer(t), "addr-"+uuid.NewString()))
	})
}

// paidFor waits until a rule has paid the case.
func (s *stack) paidFor(t *testing.T, id string) {
	t.Helper()
	wait(t, "a refund", func() bool { return len(s.effects(t, partners.Payments, id, "refund.made")) > 0 })
}

// Row 40: what came back is not what went out: lighter by half, or with a serial number
// that was never sold. It looks right, and a person decides all the same.
func TestAbuseWeightAndSerialNumbers(t *testing.T) {
	t.Parallel()
	s := sharedStack(t)
	for name, play := range map[string]struct {
		received  partners.ReceiveReport
		serials   []string
		flag      string
		withoutIt bool
	}{
		"weight":  {partners.ReceiveReport{WeightGrams: 400}, nil, "weight_mismatch", false},
		"serial":  {partners.ReceiveReport{WeightGrams: 980}, []string{"SN-OTHER"}, "serial_mismatch", false},
		"as sent": {partners.ReceiveReport{WeightGrams: 980}, []string{"SN-1"}, "", true},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			c, agent := s.customer(t), s.agent(t)
			o := s.order(t, c.id, func(n *partners.NewOrder) {
				n.Lines = []dispute.OrderLine{{LineID: "phone", SKU: "sku-phone", Quantity: 1, Paid: 20000, Serials: []string{"SN-1"}}}
				n.Dispatch = &dispute.DispatchFacts{Lines: []dispute.Line{{LineID: "phone", Quantity: 1}}, WeightGrams: 1000}
			})
			id := c.open(returnOf(o, dispute.ReasonChangedMind, dispute.Line{LineID: "phone", Quantity: 1})).ID
			ret := s.travel(t, c, id, play.received)
			require.NoError(t, s.box.Inspect(t.Context(), ret.RMAID, partners.InspectReport{Lines: []partners.FoundLine{
				{LineID: "phone", Quantity: 1, Condition: dispute.ConditionIntact, Serials: play.serials}}}))
			if play.withoutIt {
				s.paidFor(t, id)
				return
			}
			flagged := agent.await(id, "flagged", func(v view) bool { return v.Stage == dispute.StageNegotiation })
			require.Equal(t, []string{play.flag}, flagged.Risk.Flags)
			require.Empty(t, s.money(t, id), "no automatic refund")
			require.NotContains(t, string(c.do(http.MethodGet, "/v1/cases/"+id, nil).body), "mismatch")
			agent.must(http.StatusOK, http.MethodPost, "/v1/cases/"+id+"/risk-review", map[string]any{"verdict": "cleared"})
			agent.decide(id, grant(dispute.RemedyRefund, 20000, dispute.Line{LineID: "phone", Quantity: 1}))
			s.paidFor(t, id)
		})
	}
}

// Row 18: three complaints about one lot are one defect: the cases are linked, and
// purchasing is told once.
func TestBatchDefectIsFoundAndTold(t *testing.T) {
	t.Parallel()
	s := newStack(t, options{policy: "linked", library: libraryWith(t, "linked", "default@3", story.with(sets{"batch.cases": 3}))})
	agent, sku := s.agent(t), "sku-"+uuid.NewString()[:8]
	open := func(lot string) string {
		c := s.customer(t)
		o := s.order(t, c.id, func(n *partners.NewOrder) {
			n.Lines = []dispute.OrderLine{{LineID: "lamp", SKU: sku, Lot: lot, Quantity: 1, Paid: 8000}}
		})
		id := c.open(claimOf(o, dispute.ReasonDefective, dispute.Line{LineID: "lamp", Quantity: 1})).ID
		c.supply(id)
		agent.await(id, "known", func(v view) bool { return v.Facts.Order != nil })
		require.NotContains(t, string(c.do(http.MethodGet, "/v1/cases/"+id, nil).body), "batch_")
		return id
	}
	open("L7")
	open("L7")
	third := open("L7")
	open("L8")
	s.awaitNotices(t, third, dispute.NoticeBatch, 1)
	fourth := open("L7")
	var batches struct {
		Items []dispute.DefectBatch `json:"items"`
	}
	r := agent.do(http.MethodGet, "/v1/batches?sku="+sku, nil)
	require.Equal(t, http.StatusOK, r.status)
	r.decode(t, &batches)
	require.Len(t, batches.Items, 1)
	found := batches.Items[0]
	require.Equal(t, []any{"L7", 4, 4, dispute.Role("purchasing")}, []any{found.Lot, found.Cases, found.Customers, found.Told})
	var one struct {
		Links []dispute.DefectBatch `json:"links"`
	}
	agent.do(http.MethodGet, "/v1/cases/"+fourth, nil).decode(t, &one)
	require.Equal(t, found.ID, one.Links[0].ID)
	listed := agent.do(http.MethodGet, "/v1/cases?batch="+found.ID, nil)
	require.Equal(t, 4, strings.Count(string(listed.body), `"policy_version"`))
	require.Equal(t, http.StatusForbidden, s.customer(t).do(http.MethodGet, "/v1/batches", nil).status)
	s.awaitNotices(t, third, dispute.NoticeBatch, 1)
}
