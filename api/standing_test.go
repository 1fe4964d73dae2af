package api

import (
	"encoding/json"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/redresshq/redress/dispute"
)

// ready puts a case where the command of the path is legal.
func (b *testBundle) ready(caseID, path, method string) {
	r := b.store.cases[caseID]
	c := &r.Case
	run := func(name dispute.ClockName) {
		c.Clocks = append(c.Clocks, dispute.Clock{Name: name, Owner: dispute.WaitingCustomer, Budget: 7, Unit: dispute.UnitDays, Calendar: "cn",
			State: dispute.ClockRunning, Started: noon, DueAt: noon.Add(7 * 24 * time.Hour), OnExpiry: "close", Why: "7 days"})
	}
	switch {
	case strings.HasSuffix(path, "/suspension") && method == http.MethodDelete:
		c.Suspended = &dispute.CaseSuspension{Reason: dispute.SuspendAppraisal, At: noon, By: dispute.Actor{Role: dispute.RoleAgent, ID: "a1"},
			Clocks: []dispute.ClockName{dispute.ClockResolution}}
	case strings.HasSuffix(path, "/appeal"):
		c.Stage = dispute.StageAppeal
		run(dispute.ClockAppealWindow)
		c.Decisions = []dispute.Decision{{ID: "d1", Author: dispute.Actor{Role: dispute.RoleSupervisor, ID: "s1"}, State: dispute.DecisionInForce,
			MadeAt: noon, Reject: &dispute.Rejection{Code: "not_covered"}}}
		c.Evidence = []dispute.Evidence{{ID: "ev_1", Type: dispute.EvidencePhoto, Source: dispute.SourceVolunteer, Stage: dispute.StageAppeal,
			SubmittedBy: dispute.Actor{Role: dispute.RoleCustomer, ID: c.CustomerID}, SHA256: strings.Repeat("0", 64), MediaType: "image/png",
			ReceivedAt: noon.Add(time.Hour)}}
	case strings.HasSuffix(path, "/response"): // a mediator's proposal is everybody's to answer
		c.Offers[0].Consent = &dispute.Consent{}
	case strings.HasSuffix(path, "/mediation"):
		c.Negotiation = &dispute.Negotiation{Rounds: 3, Offers: 5, Mediation: dispute.MediationOffered}
	case strings.HasSuffix(path, "/assignment") && method == http.MethodDelete:
		c.Assignee = "agent_9"
	case strings.HasSuffix(path, "/reopening"):
		c.Stage = dispute.StageFollowUp
		run(dispute.ClockReopenWindow)
	case strings.HasSuffix(path, "/survey"):
		c.Stage = dispute.StageFollowUp
		run(dispute.ClockSurvey)
	}
	b.store.cases[caseID] = r
}

func TestStandingCommands(t *testing.T) {
	t.Parallel()
	agent, customer := dispute.RoleAgent, dispute.RoleCustomer
	for _, tc := range []struct {
		name  string
		call  call
		check func(t *testing.T, b *testBundle, sent any)
	}{
		{"suspend", command(agent, "/suspension", map[string]any{"reason": "court_or_police", "note": "File 12."}), func(t *testing.T, b *testBundle, sent any) {
			c := sent.(dispute.SuspendCommand)
			require.Equal(t, dispute.SuspendCourtOrPolice, c.Reason)
			require.True(t, b.store.texts[c.NoteID].Internal)
		}},
		{"resume", call{method: "DELETE", path: "/v1/cases/case_mine/suspension", as: agent, key: "k1"}, func(t *testing.T, _ *testBundle, sent any) {
			require.Empty(t, sent.(dispute.ResumeCommand).NoteID)
		}},
		{"extend", command(agent, "/extension", map[string]any{"clock": "return_shipment", "leg_id": "return-1", "by": "2wd", "reason": "holiday"}),
			func(t *testing.T, _ *testBundle, sent any) {
				c := sent.(dispute.ExtendCommand)
				require.Equal(t, dispute.ClockReturnShipment, c.Clock)
				require.Equal(t, []string{"return-1", "2wd", "holiday"}, []string{c.LegID, c.By, c.Reason})
			}},
		{"appeal", command(customer, "/appeal", map[string]any{"evidence": []string{"ev_1"}, "note": "Look."}), func(t *testing.T, b *testBundle, sent any) {
			c := sent.(dispute.AppealCommand)
			require.Equal(t, []string{"ev_1"}, c.Evidence)
			require.Equal(t, "Look.", b.store.texts[c.NoteID].Body)
		}},
		{"reopen", command(customer, "/reopening", map[string]any{"note": "Again."}), func(t *testing.T, b *testBundle, sent any) {
			require.Equal(t, "Again.", b.store.texts[sent.(dispute.ReopenCommand).NoteID].Body)
		}},
		{"survey", command(customer, "/survey", map[string]any{"score": 4}), func(t *testing.T, _ *testBundle, sent any) {
			require.Equal(t, 4, sent.(dispute.SurveyCommand).Score)
		}},
		{"evidence of the merchant", command(agent, "/evidence-requests", map[string]any{"from": "merchant", "types": []string{"report"}, "note": "Origin."}),
			func(t *testing.T, b *testBundle, sent any) {
				c := sent.(dispute.RequestEvidenceCommand)
				require.Equal(t, dispute.PartyMerchant, c.From)
				require.True(t, b.store.texts[c.NoteID].Internal)
			}},
	} {
		t.Run(tc.name, func(t *testing.T) {
			t.Parallel()
			b := setup(t)
			b.ready("case_mine", strings.TrimPrefix(tc.call.path, "/v1/cases/case_mine"), tc.call.method)
			b.do(tc.call).status(200)
			require.Len(t, b.door.commands, 1)
			tc.check(t, b, b.door.commands[0])
			require.Equal(t, "true", b.do(tc.call).status(200).Header().Get("Idempotent-Replayed"))
			require.Len(t, b.door.commands, 1)
		})
	}
}

func TestStandingCommandsRefuse(t *testing.T) {
	t.Parallel()
	agent, customer := dispute.RoleAgent, dispute.RoleCustomer
	for _, tc := range []struct {
		name   string
		call   call
		before func(c *dispute.Case)
		status int
		code   dispute.Code
	}{
		{"no such reason", command(agent, "/suspension", map[string]any{"reason": "lunch"}), nil, 422, dispute.CodeInvalid},
		{"suspended already", command(agent, "/suspension", map[string]any{"reason": "appraisal"}), func(c *dispute.Case) {
			c.Suspended = &dispute.CaseSuspension{Reason: dispute.SuspendAppraisal, At: noon, By: dispute.System}
		}, 409, dispute.CodeNotAllowedNow},
		{"not suspended", call{method: "DELETE", path: "/v1/cases/case_mine/suspension", as: agent, key: "k1"}, nil, 409, dispute.CodeNotAllowedNow},
		{"a clock of no name", command(agent, "/extension", map[string]any{"clock": "lunch", "by": "1h", "reason": "x"}), nil, 422, dispute.CodeInvalid},
		{"a span of nothing", command(agent, "/extension", map[string]any{"clock": "resolution", "by": "0h", "reason": "x"}), nil, 422, dispute.CodeInvalid},
		{"a reason that is prose", command(agent, "/extension", map[string]any{"clock": "resolution", "by": "1h", "reason": "Sorry!"}), nil, 422, dispute.CodeInvalid},
		{"no appeal before a ruling", command(customer, "/appeal", map[string]any{"evidence": []string{"ev_1"}}), nil, 409, dispute.CodeNotAllowedNow},
		{"no new facts", command(customer, "/appeal", map[string]any{"evidence": []string{"ev_9"}}), func(c *dispute.Case) { c.Stage = dispute.StageAppeal }, 422, dispute.CodeInvalid},
		{"reopened in negotiation", command(customer, "/reopening", map[string]any{}), nil, 409, dispute.CodeNotAllowedNow},
		{"six stars", command(customer, "/survey", map[string]any{"score": 6}), nil, 422, dispute.CodeInvalid},
		{"a survey of nobody's asking", command(customer, "/survey", map[string]any{"score": 5}), nil, 409, dispute.CodeNotAllowedNow},
		{"evidence of a carrier", command(agent, "/evidence-requests", map[string]any{"from": "carrier", "types": []string{"report"}}), nil, 422, dispute.CodeInvalid},
		{"a second request for what was missing", command(agent, "/evidence-requests", map[string]any{"from": "customer", "types": []string{"photo"}}), func(c *dispute.Case) {
			c.Completeness = &dispute.CompletenessNotice{SentAt: noon, Items: []dispute.MissingItem{{Type: dispute.EvidencePhoto, From: dispute.RoleCustomer, Supplied: true}}}
		}, 409, dispute.CodeNotAllowedNow},
	} {
		t.Run(tc.name, func(t *testing.T) {
			t.Parallel()
			b := setup(t)
			r := b.store.cases["case_mine"]
			if tc.before != nil {
				tc.before(&r.Case)
			}
			b.store.cases["case_mine"] = r
			if r.Case.Stage == dispute.StageAppeal {
				b.ready("case_mine", "/appeal", "POST")
			}
			b.do(tc.call).status(tc.status).code(tc.code)
			require.Empty(t, b.door.commands)
			require.Empty(t, b.store.texts)
		})
	}
}

// An appeal on evidence that was handed in a moment ago is not lost: it is asked to come again.
func TestAppealOnEvidenceUnderWay(t *testing.T) {
	t.Parallel()
	b := setup(t)
	b.ready("case_mine", "/appeal", "POST")
	b.store.evidence["case_mine"] = []dispute.Evidence{{ID: "ev_2", SHA256: strings.Repeat("1", 64), MediaType: "image/png", Size: 1}}
	b.do(command(dispute.RoleCustomer, "/appeal", map[string]any{"evidence": []string{"ev_2"}})).status(503).code(dispute.CodeUnavailable)
}

func TestNobodyRulesOnAnAppealAgainstThemselves(t *testing.T) {
	t.Parallel()
	b := setup(t)
	r := b.store.cases["case_mine"]
	r.Case.Stage = dispute.StageAdjudication
	r.Case.Appeals = []dispute.Appeal{{DecisionID: "d1", Against: dispute.Actor{Role: dispute.RoleSupervisor, ID: "supervisor_1"}, By: r.Case.OpenedBy, At: noon}}
	b.store.cases["case_mine"] = r
	no := command(dispute.RoleSupervisor, "/decision", map[string]any{"reject": map[string]any{"code": "not_covered"}})
	b.do(no).status(403).code(dispute.CodeSameAuthor)
	no.who = "supervisor_2"
	b.do(no).status(200)
}

// Customers see that and why their case stands still, what they have to show, and
// what they answered; not who ordered it, what the merchant has to show, or whom
// the shop reminds when.
func TestCustomersSeeTheirPartOfAStandstill(t *testing.T) {
	t.Parallel()
	b := setup(t)
	r := b.store.cases["case_mine"]
	staff := dispute.Actor{Role: dispute.RoleAgent, ID: "secret-agent"}
	r.Case.Suspended = &dispute.CaseSuspension{Reason: dispute.SuspendAppraisal, At: noon, By: staff, Clocks: []dispute.ClockName{dispute.ClockAgentDecision}}
	r.Case.Proof = []dispute.ProofStep{
		{Party: dispute.PartyMerchant, Types: []dispute.EvidenceType{dispute.EvidenceReport}, State: dispute.ProofMet, AskedAt: noon, AskedBy: staff, NoteID: "remark_merchant"},
		{Party: dispute.PartyCustomer, Types: []dispute.EvidenceType{dispute.EvidenceReceipt}, State: dispute.ProofOpen, AskedAt: noon, AskedBy: staff, NoteID: "remark_customer"}}
	r.Case.Survey = &dispute.SurveyAnswer{Score: 2, At: noon}
	r.Case.Reopened = 1
	r.Case.Clocks = append(r.Case.Clocks, dispute.Clock{Name: dispute.ClockAgentDecision, Owner: dispute.WaitingAgent, Budget: 48, Unit: dispute.UnitHours,
		Calendar: "cn", State: dispute.ClockSuspended, Started: noon, DueAt: noon, OnExpiry: "escalate", Why: "48 h", RemindAt: []time.Time{noon},
		Suspensions: []dispute.Suspension{{From: noon, Reason: dispute.SuspendAppraisal}},
		Extensions:  []dispute.Extension{{At: noon, By: "2h", Reason: "holiday"}}})
	b.store.cases["case_mine"] = r
	for id, internal := range map[string]bool{"remark_merchant": true, "remark_customer": false} {
		b.store.texts[id] = dispute.Text{ID: id, CaseID: "case_mine", Kind: textMessage, Internal: internal, CreatedAt: noon, Author: dispute.System}
	}
	seen := b.do(readCase(dispute.RoleCustomer)).status(200)
	v := seen.view()
	require.Equal(t, map[string]any{"reason": "appraisal", "at": "2026-03-02T12:00:00Z"}, v.Suspended)
	require.Equal(t, []any{map[string]any{"party": "customer", "types": []any{"receipt"}, "state": "open", "asked_at": "2026-03-02T12:00:00Z",
		"note_id": "remark_customer"}}, v.Proof)
	require.Equal(t, 2, v.Survey.Score)
	require.Len(t, v.Texts, 1)
	require.NotContains(t, seen.Body.String(), "secret-agent")
	require.NotContains(t, seen.Body.String(), "remind_at")
	agent := b.do(readCase(dispute.RoleAgent)).status(200)
	require.Contains(t, agent.Body.String(), "secret-agent")
	require.Contains(t, agent.Body.String(), "remind_at")
	require.Len(t, agent.view().Proof, 2)
	require.Len(t, agent.view().Texts, 2)
}

func TestCustomersSeeTheirPartOfTheTimeline(t *testing.T) {
	t.Parallel()
	for _, row := range []struct {
		kind dispute.EventType
		data string
		seen bool
	}{
		{dispute.EventSuspended, `{"reason":"appraisal"}`, true},
		{dispute.EventClockSuspended, `{"clock":"resolution"}`, true},
		{dispute.EventReminded, `{"clock":"customer_response","owner":"customer"}`, true},
		{dispute.EventReminded, `{"clock":"agent_decision","owner":"agent"}`, false},
		{dispute.EventProofAsked, `{"party":"customer"}`, true},
		{dispute.EventProofAsked, `{"party":"merchant"}`, false},
		{dispute.EventProofFailed, `{"party":"merchant"}`, false},
		{dispute.EventProofMet, ``, false},
		{dispute.EventAppealed, ``, true},
		{dispute.EventReprojected, ``, false},
	} {
		e := entry("case_mine", 1, 1, row.kind)
		e.Data = json.RawMessage(row.data)
		require.Equal(t, row.seen, !internal(e), "%s %s", row.kind, row.data)
	}
}
