package e2e_test

import (
	"net/http"
	"sync"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/redresshq/redress/dispute"
	"github.com/redresshq/redress/partners"
)

// Two cases about the one lamp of an order, which came broken and, says the other, not at
// all, are decided at one instant by two people: for the lamp there is money once or goods
// once, by the ledgers of those who give them, and the other case is back at the desk.
func TestOneUnitInTwoCasesDecidedAtOnce(t *testing.T) {
	t.Parallel()
	s := sharedStack(t)
	lamp := []dispute.Line{{LineID: "lamp", Quantity: 1}}
	for name, decided := range map[string][2]dispute.RemedyType{
		"goods and money": {dispute.RemedyReship, dispute.RemedyRefund},
		"money and goods": {dispute.RemedyRefund, dispute.RemedyReship},
		"goods and goods": {dispute.RemedyReship, dispute.RemedyReship},
		"money and money": {dispute.RemedyRefund, dispute.RemedyRefund},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			c := s.customer(t)
			o := s.order(t, c.id)
			var ids [2]string
			for i, reason := range []dispute.Reason{dispute.ReasonDamagedInTransit, dispute.ReasonNotReceived} {
				claim := returnOf(o, reason, lamp...)
				claim["kind"] = "claim"
				ids[i] = c.open(claim).ID
				c.supply(ids[i])
				s.agent(t).await(ids[i], "lay on the desk", func(v view) bool {
					return v.Stage == dispute.StageNegotiation && v.WaitingOn == dispute.WaitingAgent
				})
			}
			var both sync.WaitGroup
			answers, failed := [2]reply{}, [2]error{}
			for i, who := range []caller{s.as(t, dispute.RoleSupervisor, "super-1"), s.as(t, dispute.RoleSupervisor, "super-2")} {
				both.Go(func() {
					answers[i], failed[i] = who.try(http.MethodPost, "/v1/cases/"+ids[i]+"/decision", small{"remedies": []small{{"type": decided[i]}}})
				})
			}
			both.Wait()
			given := 0
			for i, id := range ids {
				require.NoError(t, failed[i])
				if answers[i].status == http.StatusUnprocessableEntity {
					continue // the rules knew of the other already
				}
				require.Equal(t, http.StatusOK, answers[i].status, "%s", answers[i].body)
				v := s.agent(t).await(id, "had its answer", func(v view) bool {
					state := v.Legs[0].State
					return state == dispute.ReplacementReserved || state == dispute.MoneySucceeded || state == dispute.MoneyFailed
				})
				if v.Legs[0].State == dispute.MoneyFailed {
					lost := s.agent(t).await(id, "was back at the desk", func(v view) bool { return v.WaitingOn == dispute.WaitingAgent })
					require.Equal(t, dispute.StageNegotiation, lost.Stage)
					if v.Legs[0].Replacement != nil {
						require.Equal(t, dispute.ProblemGivenElsewhere, lost.Legs[0].Problem)
					}
				}
				given += len(s.effects(t, partners.Payments, id, "refund.made")) + len(s.effects(t, partners.Warehouse, id, "replacement.reserved"))
			}
			require.Equal(t, 1, given, "refunds and replacements of one lamp")
		})
	}
}
