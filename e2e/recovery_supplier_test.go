package e2e_test

import (
	"encoding/json"
	"net/http"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/redresshq/redress/dispute"
	"github.com/redresshq/redress/partners"
)

// A lamp that was made badly: the desk pays the customer and finds the supplier at fault for
// most of it. The supplier is claimed its share of the goods, accepts a part and pays it; the
// rest is written off by two people. The supplier's own book of claims is the witness.
func TestRecoveryFromTheSupplier(t *testing.T) {
	t.Parallel()
	s := newStack(t, options{policy: "story"})
	desk, boss, c := s.agent(t), s.supervisor(t), s.customer(t)
	o := s.order(t, c.id, func(n *partners.NewOrder) {
		n.Lines = []dispute.OrderLine{{LineID: "lamp", SKU: "sku-lamp", Quantity: 1, Paid: 20000}}
	})
	lamp := dispute.Line{LineID: "lamp", Quantity: 1}
	id := c.open(claimOf(o, dispute.ReasonDefective, lamp)).ID
	c.supply(id)
	desk.awaitPerson(id, dispute.CodePersonByRule)
	desk.must(http.StatusOK, http.MethodPost, "/v1/cases/"+id+"/decision", map[string]any{
		"liability": []map[string]any{{"party": "supplier", "percent": 80}, {"party": "merchant", "percent": 20}},
		"remedies":  []dispute.Remedy{grant(dispute.RemedyRefund, 20000, lamp), grant(dispute.RemedyFreightRefund, 1000)},
	})

	filed := desk.awaitRecoveryState(id, dispute.RecoveryFiled)
	require.Equal(t, id+"-supplier-1", filed.ID)
	require.Equal(t, dispute.PartySupplier, filed.Party)
	require.Equal(t, "story@1/recovery/supplier", filed.Explanation.Rule)
	require.Len(t, filed.Items, 1, "of the freight a supplier bears nothing")
	require.Equal(t, dispute.RecoveryItem{LegID: filed.Items[0].LegID, Part: dispute.LossGoods, LineID: "lamp",
		Paid: 20000, Percent: 80, Share: 100, Amount: 16000}, filed.Items[0])
	require.EqualValues(t, 16000, filed.Claimed)
	var paid int64
	for _, m := range s.money(t, id) {
		paid += m.Amount
	}
	require.EqualValues(t, 21000, paid, "the customer had it all before")

	claims := s.effects(t, partners.Supplier, id, "claim.filed")
	require.Len(t, claims, 1)
	key := filed.Claims[0].Key
	require.Equal(t, key, claims[0].Key)
	require.Empty(t, s.effects(t, partners.Carrier, id, "claim.filed"), "the carrier did nothing")
	var told struct {
		Claimed  dispute.Money           `json:"claimed"`
		Evidence []dispute.ClaimEvidence `json:"evidence"`
	}
	require.NoError(t, json.Unmarshal(claims[0].Data, &told))
	require.Equal(t, dispute.CNY(16000), told.Claimed)
	require.NotEmpty(t, told.Evidence)
	require.Equal(t, dispute.StageClosed, c.awaitClosed(id, dispute.OutcomeResolved).Stage)
	require.Empty(t, recoveriesIn(t, c, id))

	// A part is accepted, and paid in two instalments.
	answer := func(v partners.ClaimVerdict) {
		t.Helper()
		v.Key = key
		require.NoError(t, s.box.AnswerClaim(t.Context(), partners.Supplier, v))
	}
	answer(partners.ClaimVerdict{Status: dispute.ClaimPartlyAccepted, Amount: 10000, Reason: "within_tolerance"})
	part := desk.awaitRecovery(id, "is accepted in part", func(r recovered) bool { return r.Accepted == 10000 })
	require.Equal(t, "within_tolerance", part.Claims[0].Reason)
	require.Contains(t, part.AllowedActions, dispute.ActionWriteOff)
	s.awaitNotices(t, id, dispute.NoticeRecovery, 1)
	answer(partners.ClaimVerdict{Status: dispute.ClaimPaid, Amount: 4000})
	desk.awaitRecovery(id, "has its first money", func(r recovered) bool { return r.Recovered == 4000 })
	answer(partners.ClaimVerdict{Status: dispute.ClaimPaid, Amount: 10000})
	rest := desk.awaitRecovery(id, "has what was accepted", func(r recovered) bool { return r.Recovered == 10000 })
	require.Nil(t, rest.ClosedAt, "6000 are open")
	require.Equal(t, dispute.WaitingAgent, rest.Waiting)

	// 60.00 are above what an agent gives up alone.
	asked := desk.act(rest.ID, "write-off", map[string]any{"reason": "settled", "note": "They meet us half way."})
	require.Equal(t, dispute.WriteOffPending, asked.WriteOff.State)
	require.EqualValues(t, 6000, asked.WriteOff.Amount)
	desk.refused(http.StatusForbidden, dispute.CodeForbidden, "/v1/recoveries/"+rest.ID+"/write-off/"+asked.WriteOff.ID+"/approval", map[string]any{"approve": true})
	done := boss.act(rest.ID, "write-off/"+asked.WriteOff.ID+"/approval", map[string]any{"approve": true})
	require.Equal(t, dispute.RecoveryRecovered, done.State)
	require.Equal(t, []int64{16000, 10000, 10000, 6000}, []int64{done.Claimed, done.Accepted, done.Recovered, done.WrittenOff})
	require.NotNil(t, done.ClosedAt)

	// The supplier's book and the shop's numbers agree, and the customer's money is as it was.
	require.Len(t, s.effects(t, partners.Supplier, id, "claim.filed"), 1, "claimed exactly once")
	said := s.effects(t, partners.Supplier, id, "claim.updated")
	require.Len(t, said, 3)
	var last dispute.ClaimUpdate
	require.NoError(t, json.Unmarshal(said[2].Data, &last))
	require.Equal(t, dispute.CNY(10000), last.Amount)
	entries := desk.recovery(done.ID).Timeline
	require.Equal(t, dispute.EventRecoveryClosed, entries[len(entries)-1].Type)
	var still int64
	for _, m := range s.money(t, id) {
		still += m.Amount
	}
	require.Equal(t, paid, still)
	row := boss.report("liability", "recoveries", map[string]any{"party": "supplier"})
	require.Equal(t, []any{1.0, 16000.0, 10000.0, 6000.0, 0.0}, []any{row["claims"], row["claimed"], row["recovered"], row["written_off"], row["open"]})
	cost := boss.report("reasons", "reasons", map[string]any{"reason": "defective", "currency": "CNY"})
	require.Equal(t, []any{21000.0, 10000.0, 11000.0}, []any{cost["refunded"], cost["recovered"], cost["cost"]})
}
