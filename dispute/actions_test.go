package dispute

import (
	"fmt"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// inStage is a case with everything that actions may be about.
func inStage(s Stage) *Case {
	c := damagedReturn()
	c.Stage = s
	due := utc("2026-09-24T00:00:00Z")
	c.Offers = []Offer{{ID: "offer-1", State: OfferReplaced}, {ID: "offer-2", State: OfferOpen, Author: agent}}
	c.Approvals = []Approval{{ID: "appr-1", State: ApprovalApproved, Author: agent}, {ID: "appr-2", For: "offer-3", State: ApprovalPending, Author: agent}}
	c.Legs = []Leg{
		{ID: "return-1", Type: LegReturn, State: ReturnAwaitingShipment, Return: &ReturnLeg{}},
		{ID: "refund-1", Type: LegRefund, State: MoneyRequired, Money: &MoneyLeg{Key: "k1"}},
	}
	for _, k := range []Clock{{Name: ClockCustomerResponse}, {Name: ClockAgentDecision}, {Name: ClockSupervisorDecision}, {Name: ClockEscalationWindow},
		{Name: ClockCustomerInfo}, {Name: ClockReturnShipment, LegID: "return-1"}} {
		k.State, k.DueAt = ClockRunning, due
		c.Clocks = append(c.Clocks, k)
	}
	return c
}

func names(actions []Action) string {
	all := make([]string, 0, len(actions))
	for _, a := range actions {
		name := a.Action
		if a.Target != "" {
			name += ":" + a.Target
		}
		if a.DueAt != nil {
			name += "!"
		}
		all = append(all, name)
	}
	return strings.Join(all, " ")
}

// The whole table: role and stage to what may be done; "!" marks a due time.
func TestAllowedActions(t *testing.T) {
	t.Parallel()
	rows := []struct {
		stage Stage
		who   Actor
		want  string
	}{
		{StageIntake, customer, "evidence! withdraw return_shipment:return-1! note"},
		{StageIntake, agent, "evidence withdraw return_shipment:return-1! note assign suspend extend"},
		{StageInvestigation, agent, "evidence escalate withdraw return_shipment:return-1! note assign suspend extend request_evidence"},
		{StageNegotiation, customer, "evidence! respond:offer-2! escalate! withdraw return_shipment:return-1! note"},
		{StageNegotiation, agent, "evidence offer! decide! escalate withdraw return_shipment:return-1! note assign suspend extend request_evidence"},
		{StageNegotiation, supervisor, "evidence offer! decide! approve:appr-2! resolve_leg:return-1! escalate withdraw return_shipment:return-1! note assign suspend extend request_evidence"},
		{StageAdjudication, customer, "evidence! withdraw return_shipment:return-1! note"},
		{StageAdjudication, agent, "evidence withdraw return_shipment:return-1! note assign suspend extend request_evidence"},
		{StageAdjudication, supervisor, "evidence decide! approve:appr-2! resolve_leg:return-1! withdraw return_shipment:return-1! note assign suspend extend request_evidence"},
		{StageExecution, customer, "evidence! withdraw return_shipment:return-1! note"},
		{StageExecution, agent, "evidence withdraw return_shipment:return-1! note assign suspend extend"},
		{StageFollowUp, customer, "evidence! return_shipment:return-1! note"},
		{StageFollowUp, agent, "evidence return_shipment:return-1! note assign extend"},
		{StageExecution, finance, ""},
		{StageNegotiation, Actor{Role: RoleMachine, ID: "m"}, ""},
		{StageNegotiation, Actor{Role: RoleCustomer, ID: "someone-else"}, ""},
		{StageClosed, customer, ""},
		{StageClosed, supervisor, ""},
	}
	for _, row := range rows {
		t.Run(fmt.Sprint(row.stage, " ", row.who.Role), func(t *testing.T) {
			t.Parallel()
			require.Equal(t, row.want, names(AllowedActions(inStage(row.stage), row.who)))
		})
	}
}

func TestAllowedRefusals(t *testing.T) {
	t.Parallel()
	money := func(s LegState, problem string) *Case {
		c := inStage(StageExecution)
		c.Legs[1].State, c.Legs[1].Problem = s, problem
		return c
	}
	rows := []struct {
		name           string
		c              *Case
		who            Actor
		action, target string
		code           Code
	}{
		{"someone else's case", inStage(StageNegotiation), Actor{Role: RoleCustomer, ID: "x"}, ActionWithdraw, "", CodeNotFound},
		{"no such action", inStage(StageNegotiation), agent, "dance", "", CodeNotFound},
		{"customer offers", inStage(StageNegotiation), customer, ActionOffer, "", CodeForbidden},
		{"agent responds", inStage(StageNegotiation), agent, ActionRespond, "offer-2", CodeForbidden},
		{"agent approves", inStage(StageNegotiation), agent, ActionApprove, "appr-2", CodeForbidden},
		{"closed", inStage(StageClosed), agent, ActionNote, "", CodeCaseClosed},
		{"closed, but not yours to know", inStage(StageClosed), Actor{Role: RoleCustomer, ID: "x"}, ActionEvidence, "", CodeNotFound},
		{"no such offer", inStage(StageNegotiation), customer, ActionRespond, "offer-9", CodeNotFound},
		{"no offer named", inStage(StageNegotiation), customer, ActionRespond, "", CodeNotFound},
		{"replaced offer", inStage(StageNegotiation), customer, ActionRespond, "offer-1", CodeNotAllowedNow},
		{"answered approval", inStage(StageNegotiation), supervisor, ActionApprove, "appr-1", CodeNotAllowedNow},
		{"approval in execution", inStage(StageExecution), supervisor, ActionApprove, "appr-2", CodeNotAllowedNow},
		{"approval in follow-up", inStage(StageFollowUp), supervisor, ActionApprove, "appr-2", CodeNotAllowedNow},
		{"own approval", of(inStage(StageNegotiation), func(c *Case) { c.Approvals[1].Author = supervisor }), supervisor, ActionApprove, "appr-2", CodeSameAuthor},
		{"offer in execution", inStage(StageExecution), agent, ActionOffer, "", CodeNotAllowedNow},
		{"agent decides in adjudication", inStage(StageAdjudication), agent, ActionDecide, "", CodeNotAllowedNow},
		{"a decision waits", of(inStage(StageNegotiation), func(c *Case) {
			c.Decisions = []Decision{{ID: "d1", State: DecisionPendingApproval}}
		}), agent, ActionDecide, "", CodeNotAllowedNow},
		{"escalate in execution", inStage(StageExecution), agent, ActionEscalate, "", CodeNotAllowedNow},
		{"escalate before any answer", inStage(StageInvestigation), customer, ActionEscalate, "", CodeNotAllowedNow},
		{"withdraw, requested", money(MoneyRequested, ""), customer, ActionWithdraw, "", CodeNotAllowedNow},
		{"withdraw, pending", money(MoneyPending, ""), customer, ActionWithdraw, "", CodeNotAllowedNow},
		{"withdraw, requires action", money(MoneyRequiresAction, ""), agent, ActionWithdraw, "", CodeNotAllowedNow},
		{"withdraw, unknown", money(MoneyUnknown, ""), agent, ActionWithdraw, "", CodeNotAllowedNow},
		{"withdraw, paid", money(MoneySucceeded, ""), agent, ActionWithdraw, "", CodeNotAllowedNow},
		{"withdraw, failed", money(MoneyFailed, ""), customer, ActionWithdraw, "", ""},
		{"withdraw in follow-up", inStage(StageFollowUp), customer, ActionWithdraw, "", CodeNotAllowedNow},
		{"settle what is not sent", money(MoneyRequired, ""), finance, ActionResolveRefund, "k1", CodeNotAllowedNow},
		{"settle what is being sent", money(MoneyRequested, ""), finance, ActionResolveRefund, "k1", CodeNotAllowedNow},
		{"settle the unknown", money(MoneyUnknown, ""), finance, ActionResolveRefund, "k1", ""},
		{"settle the pending", money(MoneyPending, ""), supervisor, ActionResolveRefund, "k1", ""},
		{"settle the failed", money(MoneyFailed, "declined"), supervisor, ActionResolveRefund, "k1", ""},
		{"settle the paid", money(MoneySucceeded, ""), supervisor, ActionResolveRefund, "k1", CodeNotAllowedNow},
		{"settle no key", money(MoneyUnknown, ""), finance, ActionResolveRefund, "", CodeNotFound},
		{"agent settles", money(MoneyUnknown, ""), agent, ActionResolveRefund, "k1", CodeForbidden},
		{"finance settles a return", inStage(StageExecution), finance, ActionResolveLeg, "return-1", CodeForbidden},
		{"a refund is no return", inStage(StageExecution), supervisor, ActionResolveLeg, "refund-1", CodeNotFound},
		{"an accepted return", of(inStage(StageExecution), func(c *Case) { c.Legs[0].State = ReturnAccepted }), supervisor, ActionResolveLeg, "return-1", CodeNotAllowedNow},
		{"shipped already", of(inStage(StageExecution), func(c *Case) {
			c.Legs[0].State, c.Legs[0].Return.TrackingNumber = ReturnInTransit, "SF1"
		}), customer, ActionReturnShipment, "return-1", CodeNotAllowedNow},
		{"shipped without a number", of(inStage(StageExecution), func(c *Case) { c.Legs[0].State = ReturnInTransit }), customer, ActionReturnShipment, "return-1", ""},
	}
	for _, row := range rows {
		t.Run(row.name, func(t *testing.T) {
			t.Parallel()
			err := Allowed(row.c, row.who, row.action, row.target)
			if row.code == "" {
				require.Nil(t, err)
				return
			}
			require.NotNil(t, err)
			require.Equal(t, row.code, err.Code, err.Message)
			require.NotEmpty(t, err.Message)
		})
	}
}

// The list and the check are one: what is listed is allowed.
func TestListedIsAllowed(t *testing.T) {
	t.Parallel()
	for _, s := range Stages() {
		for _, who := range []Actor{customer, agent, supervisor, finance} {
			for _, a := range AllowedActions(inStage(s), who) {
				require.Nil(t, Allowed(inStage(s), who, a.Action, a.Target))
			}
		}
	}
}
