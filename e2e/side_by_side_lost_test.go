package e2e_test

import (
	"errors"
	"net/http"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/redresshq/redress/dispute"
	"github.com/redresshq/redress/partners"
)

// Two cases have the one lamp of an order sent anew. The warehouse takes the younger's
// request, and its answer is lost; by the time it is asked again the older has asked too.
// One lamp leaves: what the warehouse keeps for the case that gives way is given free.
func TestGoodsOfALostAnswerAreGivenFree(t *testing.T) {
	t.Parallel()
	s := newStack(t, options{policy: "story", callTimeout: 2 * time.Second})
	c := s.customer(t)
	require.NoError(t, s.box.Switch(t.Context(), partners.Warehouse,
		partners.Switches{Mode: partners.ModeSlowReply, DelayMS: time.Minute.Milliseconds(), Operations: []string{"replace"}}))
	older, younger := s.goodsDecidedAtOnce(t, c)
	wait(t, "the warehouse keeps the younger's lamp", func() bool { return s.ledger(t, younger)["replacement.reserved"] == 1 })
	ret := s.travel(t, c, older, partners.ReceiveReport{})
	require.NoError(t, s.box.Inspect(t.Context(), ret.RMAID, partners.InspectReport{Condition: dispute.ConditionDamaged}))
	leg := func(v view) *dispute.Leg { return &legsOf(v, dispute.LegReplacement)[0] }
	s.agent(t).await(younger, "gave way", func(v view) bool { return leg(v).State != dispute.ReplacementRequired })
	require.NoError(t, s.box.Switch(t.Context(), partners.Warehouse, partners.Switches{}))
	s.agent(t).await(older, "had its answer", func(v view) bool { return leg(v).State != dispute.ReplacementRequired })
	wait(t, "one lamp is kept", func() bool {
		kept := 0
		for _, id := range []string{older, younger} {
			l := s.ledger(t, id)
			kept += l["replacement.reserved"] - l["replacement.cancelled"]
		}
		return kept == 1
	})
}

// goodsDecidedAtOnce has two cases about the one lamp of an order decided at one instant: the
// older is to send a new one once the old one is back, the younger at once.
func (s *stack) goodsDecidedAtOnce(t *testing.T, c caller) (older, younger string) {
	t.Helper()
	people := []caller{s.as(t, dispute.RoleSupervisor, "super-1"), s.as(t, dispute.RoleSupervisor, "super-2")}
	for range 20 {
		o := s.order(t, c.id)
		var ids [2]string
		for i, reason := range []dispute.Reason{dispute.ReasonDamagedInTransit, dispute.ReasonNotReceived} {
			claim := returnOf(o, reason, dispute.Line{LineID: "lamp", Quantity: 1})
			claim["kind"] = "claim"
			ids[i] = c.open(claim).ID
			c.supply(ids[i])
			s.agent(t).await(ids[i], "lay on the desk", func(v view) bool {
				return v.Stage == dispute.StageNegotiation && v.WaitingOn == dispute.WaitingAgent
			})
		}
		answers, failed := [2]reply{}, [2]error{}
		abreast(2, 2, func(i int) {
			answers[i], failed[i] = people[i].try(http.MethodPost, "/v1/cases/"+ids[i]+"/decision", small{"remedies": []small{{"type": []dispute.RemedyType{dispute.RemedyExchange, dispute.RemedyReship}[i]}}})
		})
		require.NoError(t, errors.Join(failed[:]...))
		if answers[0].status == http.StatusOK && answers[1].status == http.StatusOK {
			return ids[0], ids[1]
		}
	}
	require.FailNow(t, "two decisions never met")
	return "", ""
}
