package dispute

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

// running is a case in a stage with one clock of the customer.
func running(s Stage, name ClockName) *Case {
	c := inStage(s)
	c.Clocks = append(c.Clocks, Clock{Name: name, Owner: WaitingCustomer, State: ClockRunning, DueAt: utc("2026-09-24T00:00:00Z")})
	return c
}

func TestActionsOnClocks(t *testing.T) {
	t.Parallel()
	pause := &CaseSuspension{Reason: SuspendAgreedPause, By: agent}
	rows := []struct {
		name   string
		c      *Case
		who    Actor
		action string
		code   Code
	}{
		{"an agent suspends", inStage(StageNegotiation), agent, ActionSuspend, ""},
		{"a customer does not", inStage(StageNegotiation), customer, ActionSuspend, CodeForbidden},
		{"nor finance", inStage(StageNegotiation), finance, ActionSuspend, CodeForbidden},
		{"twice", of(inStage(StageNegotiation), func(c *Case) { c.Suspended = pause }), agent, ActionSuspend, CodeNotAllowedNow},
		{"after the settlement", inStage(StageFollowUp), agent, ActionSuspend, CodeNotAllowedNow},
		{"resume", of(inStage(StageNegotiation), func(c *Case) { c.Suspended = pause }), agent, ActionResume, ""},
		{"resume what runs", inStage(StageNegotiation), agent, ActionResume, CodeNotAllowedNow},
		{"extend", inStage(StageExecution), agent, ActionExtend, ""},
		{"extend nothing", of(inStage(StageExecution), func(c *Case) { c.Clocks = nil }), agent, ActionExtend, CodeNotAllowedNow},
		{"extend for oneself", inStage(StageExecution), customer, ActionExtend, CodeForbidden},
		{"appeal", running(StageAppeal, ClockAppealWindow), customer, ActionAppeal, ""},
		{"appeal late", inStage(StageAppeal), customer, ActionAppeal, CodeNotAllowedNow},
		{"appeal before a ruling", running(StageAdjudication, ClockAppealWindow), customer, ActionAppeal, CodeNotAllowedNow},
		{"appeal of staff", running(StageAppeal, ClockAppealWindow), supervisor, ActionAppeal, CodeForbidden},
		{"reopen", running(StageFollowUp, ClockReopenWindow), customer, ActionReopen, ""},
		{"reopen by an agent", running(StageFollowUp, ClockReopenWindow), agent, ActionReopen, ""},
		{"reopen late", inStage(StageFollowUp), customer, ActionReopen, CodeNotAllowedNow},
		{"survey", running(StageFollowUp, ClockSurvey), customer, ActionSurvey, ""},
		{"survey twice", of(running(StageFollowUp, ClockSurvey), func(c *Case) { c.Survey = &SurveyAnswer{Score: 3} }), customer, ActionSurvey, CodeNotAllowedNow},
		{"survey of nobody's asking", inStage(StageFollowUp), customer, ActionSurvey, CodeNotAllowedNow},
		{"survey by staff", running(StageFollowUp, ClockSurvey), agent, ActionSurvey, CodeForbidden},
		{"ask for evidence", inStage(StageInvestigation), agent, ActionRequest, ""},
		{"ask for evidence before the claim is complete", inStage(StageIntake), agent, ActionRequest, CodeNotAllowedNow},
		{"ask for evidence in execution", inStage(StageExecution), agent, ActionRequest, CodeNotAllowedNow},
		{"decide on the appeal against oneself", of(inStage(StageAdjudication), func(c *Case) {
			c.Appeals = []Appeal{{Against: supervisor}}
		}), supervisor, ActionDecide, CodeSameAuthor},
		{"decide on the appeal against another", of(inStage(StageAdjudication), func(c *Case) {
			c.Appeals = []Appeal{{Against: Actor{Role: RoleSupervisor, ID: "other"}}}
		}), supervisor, ActionDecide, ""},
	}
	for _, row := range rows {
		t.Run(row.name, func(t *testing.T) {
			t.Parallel()
			err := Allowed(row.c, row.who, row.action, "")
			if row.code == "" {
				require.Nil(t, err)
				return
			}
			require.NotNil(t, err)
			require.Equal(t, row.code, err.Code, err.Message)
		})
	}
}

func TestEvidenceShowsTheDueTimeOfTheCustomersProof(t *testing.T) {
	t.Parallel()
	c := inStage(StageInvestigation)
	due := utc("2026-09-20T00:00:00Z")
	c.Clocks = []Clock{
		{Name: ClockEvidenceSupplement, LegID: "proof-1", Owner: WaitingAgent, State: ClockRunning, DueAt: due.Add(-time.Hour)},
		{Name: ClockEvidenceSupplement, LegID: "proof-2", Owner: WaitingCustomer, State: ClockRunning, DueAt: due},
	}
	require.Equal(t, &due, AllowedActions(c, customer)[0].DueAt)
	require.Equal(t, WaitingBoth, c.DeriveWaitingOn(), "both sides are asked at once")
	require.Nil(t, AllowedActions(c, agent)[0].DueAt)
}

func TestCheckAppeal(t *testing.T) {
	t.Parallel()
	c := inStage(StageAppeal)
	ruled := utc("2026-09-18T00:00:00Z")
	c.Decisions = []Decision{{ID: "d1", State: DecisionInForce, MadeAt: ruled, Reject: &Rejection{Code: "no"}}, {ID: "d2", State: DecisionRefused, MadeAt: ruled}}
	c.Evidence = []Evidence{{ID: "old", ReceivedAt: ruled}, {ID: "new", ReceivedAt: ruled.Add(time.Second)}}
	ruling := c.Ruling()
	require.Equal(t, "d1", ruling.ID)
	require.NoError(t, CheckAppeal(c, ruling, []string{"new"}))
	for _, evidence := range [][]string{nil, {"old"}, {"new", "old"}, {"unknown"}, make([]string, MaxAppealEvidence+1)} {
		require.Equal(t, CodeInvalid, CodeOf(CheckAppeal(c, ruling, evidence)), "%v", evidence)
	}
	c.Decisions[1].State = DecisionInForce // remedies after all: nothing to contest
	require.Nil(t, c.Ruling())
}

func TestCheckEvidenceRequest(t *testing.T) {
	t.Parallel()
	c := inStage(StageInvestigation)
	c.Completeness = &CompletenessNotice{Items: []MissingItem{{Type: EvidencePhoto, Supplied: true}}}
	c.Proof = []ProofStep{{Party: PartyCustomer, Types: []EvidenceType{EvidenceReceipt}, State: ProofFailed},
		{Party: PartyMerchant, Types: []EvidenceType{EvidenceReport}, State: ProofOpen}, {Party: PartyMerchant, Types: []EvidenceType{EvidenceVideo}, State: ProofMet}}
	for _, row := range []struct {
		from  Party
		types []EvidenceType
		code  Code
	}{
		{PartyCustomer, []EvidenceType{EvidenceVideo}, ""},
		{PartyMerchant, []EvidenceType{EvidencePhoto, EvidenceVideo}, ""},
		{PartyCustomer, []EvidenceType{EvidencePhoto}, CodeNotAllowedNow},
		{PartyCustomer, []EvidenceType{EvidenceReceipt}, CodeNotAllowedNow},
		{PartyMerchant, []EvidenceType{EvidenceReport}, CodeNotAllowedNow},
		{PartyCarrier, []EvidenceType{EvidenceReport}, CodeInvalid},
		{PartyMerchant, nil, CodeInvalid},
		{PartyMerchant, []EvidenceType{""}, CodeInvalid},
		{PartyMerchant, []EvidenceType{EvidenceOther, EvidenceOther}, CodeInvalid},
		{PartyMerchant, make([]EvidenceType, MaxAsked+1), CodeInvalid},
	} {
		require.Equal(t, row.code, CodeOf(CheckEvidenceRequest(c, row.from, row.types)), "%s %v", row.from, row.types)
	}
}

// Only what came after the request answers it, from the side that was asked.
func TestProofStepShown(t *testing.T) {
	t.Parallel()
	desk := Actor{Role: RoleAgent, ID: "a"}
	step := ProofStep{Party: PartyMerchant, Types: []EvidenceType{EvidenceReport}, Had: 1}
	before := Evidence{Type: EvidenceReport, SubmittedBy: desk}
	require.False(t, step.Shown([]Evidence{before}))
	require.False(t, step.Shown([]Evidence{before, {Type: EvidenceReport, SubmittedBy: customer}}))
	require.True(t, step.Shown([]Evidence{before, {Type: EvidenceReport, SubmittedBy: desk}}))
	require.False(t, step.Shown(nil))
}
