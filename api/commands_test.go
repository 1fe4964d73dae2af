package api

import (
	"errors"
	"slices"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/redresshq/redress/dispute"
)

func command(role dispute.Role, path string, body any) call {
	return call{method: "POST", path: "/v1/cases/case_mine" + path, as: role, key: "k1", body: body}
}

func TestCommands(t *testing.T) {
	t.Parallel()
	agent, customer, supervisor := dispute.RoleAgent, dispute.RoleCustomer, dispute.RoleSupervisor
	for _, tc := range []struct {
		name  string
		call  call
		check func(t *testing.T, b *testBundle, sent any)
	}{
		{"offer", command(agent, "/offers", map[string]any{"remedies": []any{map[string]any{"type": "partial_refund", "amount": map[string]any{"amount": 300, "currency": "CNY"}}},
			"liability": []any{map[string]any{"party": "carrier", "percent": 100}}, "note": "Sorry!", "expected_version": 7}),
			func(t *testing.T, b *testBundle, sent any) {
				c := sent.(dispute.OfferCommand)
				require.Regexp(t, "^offer_[0-9a-f]{24}$", c.OfferID)
				require.Equal(t, int64(300), c.Remedies[0].Amount.Amount)
				require.Equal(t, dispute.PartyCarrier, c.Liability[0].Party)
				require.Equal(t, int64(7), *c.ExpectedVersion)
				require.Equal(t, "Sorry!", b.store.texts[c.NoteID].Body)
				require.Equal(t, dispute.Actor{Role: agent, ID: "agent_1"}, c.Actor)
				require.NotEmpty(t, c.UpdateID)
			}},
		{"counter", command(customer, "/offers/offer_1/response", map[string]any{"action": "counter", "counter": map[string]any{"remedies": []any{map[string]any{"type": "refund"}}, "note": "All of it."}}),
			func(t *testing.T, b *testBundle, sent any) {
				c := sent.(dispute.RespondCommand)
				require.Equal(t, "offer_1", c.OfferID)
				require.Equal(t, dispute.ResponseCounter, c.Action)
				require.Equal(t, "All of it.", b.store.texts[c.Counter.NoteID].Body)
				require.Equal(t, dispute.Actor{Role: customer, ID: "cus_1"}, c.Actor)
			}},
		{"decision", command(agent, "/decision", map[string]any{"reject": map[string]any{"code": "not_covered", "note": "Worn."}, "note": "No."}),
			func(t *testing.T, b *testBundle, sent any) {
				c := sent.(dispute.DecideCommand)
				require.Equal(t, "not_covered", c.Reject.Code)
				require.Equal(t, "Worn.", b.store.texts[c.Reject.NoteID].Body)
				require.Equal(t, "No.", b.store.texts[c.NoteID].Body)
			}},
		{"approval", command(supervisor, "/approvals/approval_1", map[string]any{"approve": false, "note": "Too much."}),
			func(t *testing.T, b *testBundle, sent any) {
				c := sent.(dispute.ApproveCommand)
				require.False(t, c.Approve)
				require.True(t, b.store.texts[c.NoteID].Internal)
			}},
		{"admin approves as a supervisor", command(dispute.RoleAdmin, "/approvals/approval_1", map[string]any{"approve": true}),
			func(t *testing.T, _ *testBundle, sent any) {
				require.Equal(t, dispute.Actor{Role: supervisor, ID: "admin_1"}, sent.(dispute.ApproveCommand).Actor)
			}},
		{"refund by whole key", command(dispute.RoleFinance, "/refunds/case_mine%2Frefund-1%2F1/resolution", map[string]any{"result": "succeeded", "provider_ref": "re_1"}), wantsKey},
		{"refund without case id", command(dispute.RoleFinance, "/refunds/refund-1%2F1/resolution", map[string]any{"result": "succeeded", "provider_ref": "re_1"}), wantsKey},
		{"refund by leg", command(dispute.RoleFinance, "/refunds/refund-1/resolution", map[string]any{"result": "succeeded", "provider_ref": "re_1"}), wantsKey},
		{"message to the customer", command(agent, "/notes", map[string]any{"text": "Tomorrow.", "to_customer": true}),
			func(t *testing.T, b *testBundle, sent any) {
				c := sent.(dispute.NoteCommand)
				require.True(t, c.Customer)
				require.Equal(t, textMessage, b.store.texts[c.NoteID].Kind)
			}},
		{"note of staff", command(agent, "/notes", map[string]any{"text": "Looks odd."}),
			func(t *testing.T, b *testBundle, sent any) {
				c := sent.(dispute.NoteCommand)
				require.False(t, c.Customer)
				require.True(t, b.store.texts[c.NoteID].Internal)
			}},
		{"assignment", command(agent, "/assignment", map[string]any{"assignee": "agent_7"}),
			func(t *testing.T, _ *testBundle, sent any) {
				require.Equal(t, "agent_7", sent.(dispute.AssignCommand).Assignee)
			}},
	} {
		t.Run(tc.name, func(t *testing.T) {
			t.Parallel()
			b := setup(t)
			v := b.do(tc.call).status(200).view()
			require.Equal(t, int64(8), v.Version, "the answer is the case as recorded afterwards")
			require.Len(t, b.door.commands, 1)
			tc.check(t, b, b.door.commands[0])
			require.Equal(t, "true", b.do(tc.call).status(200).Header().Get("Idempotent-Replayed"))
			require.Len(t, b.door.commands, 1)
		})
	}
}

func wantsKey(t *testing.T, _ *testBundle, sent any) {
	c := sent.(dispute.ResolveCommand)
	require.Equal(t, "case_mine/refund-1/1", c.RefundKey)
	require.Equal(t, "re_1", c.ProviderRef)
}

func TestCommandsRefuse(t *testing.T) {
	t.Parallel()
	agent, customer := dispute.RoleAgent, dispute.RoleCustomer
	remedy := func(currency string) []any {
		return []any{map[string]any{"type": "refund", "amount": map[string]any{"amount": 1, "currency": currency}}}
	}
	for _, tc := range []struct {
		name   string
		call   call
		status int
		code   dispute.Code
	}{
		{"shares of 90", command(agent, "/offers", map[string]any{"remedies": remedy("CNY"), "liability": []any{map[string]any{"party": "carrier", "percent": 90}}}), 422, dispute.CodeInvalid},
		{"other currency", command(agent, "/offers", map[string]any{"remedies": remedy("EUR")}), 422, dispute.CodeInvalid},
		{"float", command(agent, "/offers", `{"remedies":[{"type":"refund","amount":{"amount":1.5,"currency":"CNY"}}]}`), 422, dispute.CodeInvalid},
		{"negative", command(agent, "/offers", `{"remedies":[{"type":"refund","amount":{"amount":-1,"currency":"CNY"}}]}`), 422, dispute.CodeInvalid},
		{"huge", command(agent, "/offers", `{"remedies":[{"type":"refund","amount":{"amount":1e300,"currency":"CNY"}}]}`), 422, dispute.CodeInvalid},
		{"stale", command(agent, "/offers", map[string]any{"remedies": remedy("CNY"), "expected_version": 6}), 409, dispute.CodeStaleVersion},
		{"both", command(agent, "/decision", map[string]any{"remedies": remedy("CNY"), "reject": map[string]any{"code": "no"}}), 422, dispute.CodeInvalid},
		{"neither", command(agent, "/decision", map[string]any{}), 422, dispute.CodeInvalid},
		{"counter without one", command(customer, "/offers/offer_1/response", map[string]any{"action": "counter"}), 422, dispute.CodeInvalid},
		{"counter about another line", command(customer, "/offers/offer_1/response", map[string]any{"action": "counter", "counter": map[string]any{
			"remedies": []any{map[string]any{"type": "refund", "lines": []dispute.Line{{LineID: "l9", Quantity: 1}}}}}}), 422, dispute.CodeInvalid},
		{"counter for six remedies", command(customer, "/offers/offer_1/response", map[string]any{"action": "counter", "counter": map[string]any{
			"remedies": slices.Repeat(remedy("CNY"), dispute.MaxCounter+1)}}), 422, dispute.CodeInvalid},
		{"counter with a breakdown of its own", command(customer, "/offers/offer_1/response", map[string]any{"action": "counter", "counter": map[string]any{
			"remedies": []any{map[string]any{"type": "refund", "breakdown": []any{map[string]any{"kind": "goods", "amount": 1}}}}}}), 422, dispute.CodeInvalid},
		{"accept with a counter", command(customer, "/offers/offer_1/response", map[string]any{"action": "accept", "counter": map[string]any{"remedies": remedy("CNY")}}), 422, dispute.CodeInvalid},
		{"unknown offer", command(customer, "/offers/offer_9/response", map[string]any{"action": "accept"}), 404, dispute.CodeNotFound},
		{"unknown approval", command(dispute.RoleSupervisor, "/approvals/approval_9", map[string]any{"approve": true}), 404, dispute.CodeNotFound},
		{"unknown refund", command(dispute.RoleFinance, "/refunds/case_other%2Frefund-1%2F1/resolution", map[string]any{"result": "retry"}), 404, dispute.CodeNotFound},
		{"unknown leg", command(dispute.RoleSupervisor, "/legs/return-9/resolution", map[string]any{"result": "retry"}), 404, dispute.CodeNotFound},
		{"empty assignment", command(agent, "/assignment", map[string]any{}), 422, dispute.CodeInvalid},
		{"slash in a carrier", command(customer, "/return-shipment", map[string]any{"carrier": "a/b", "tracking_number": "1"}), 422, dispute.CodeInvalid},
	} {
		t.Run(tc.name, func(t *testing.T) {
			t.Parallel()
			b := setup(t)
			b.do(tc.call).status(tc.status).code(tc.code)
			require.Empty(t, b.door.commands)
			require.Empty(t, b.store.texts)
		})
	}
}

// A counter-offer that cannot be taken is refused with what is wrong in it.
func TestCounterPointers(t *testing.T) {
	t.Parallel()
	b := setup(t)
	p := b.do(command(dispute.RoleCustomer, "/offers/offer_1/response", map[string]any{"action": "counter", "counter": map[string]any{
		"remedies": []any{map[string]any{"type": "refund", "lines": []dispute.Line{{LineID: "l1", Quantity: 9}, {LineID: "l9", Quantity: 1}}}}}})).status(422).code(dispute.CodeInvalid)
	require.Len(t, p.Errors, 2)
	require.Equal(t, "/counter/remedies/0/lines/0/quantity", p.Errors[0].Pointer)
	require.Equal(t, "/counter/remedies/0/lines/1/line_id", p.Errors[1].Pointer)
}

// What the engine refuses becomes the problem that its code stands for.
func TestEngineRefusals(t *testing.T) {
	t.Parallel()
	for code, status := range map[dispute.Code]int{
		dispute.CodeNotAllowedNow: 409, dispute.CodeStaleVersion: 409, dispute.CodeForbidden: 403,
		dispute.CodeLimitExceeded: 422, dispute.CodeSameAuthor: 403, dispute.CodeInvalid: 422, dispute.CodeNotFound: 404,
		dispute.CodeUnavailable: 503, dispute.CodeExceedsCapture: 422, dispute.CodeNothingLeft: 422, dispute.CodeChargebackOpen: 409,
	} {
		t.Run(string(code), func(t *testing.T) {
			t.Parallel()
			b := setup(t)
			b.door.err = wrapped(dispute.Errorf(code, "no"))
			p := b.do(command(dispute.RoleAgent, "/escalation", map[string]any{})).status(status).code(code)
			require.Equal(t, code == dispute.CodeStaleVersion, p.Case != nil)
			require.Equal(t, code == dispute.CodeNotAllowedNow, p.AllowedActions != nil)
		})
	}
}

func TestNoAnswerIsNoSecret(t *testing.T) {
	t.Parallel()
	b := setup(t)
	b.door.err = errors.New("dial tcp 10.0.0.7: password=hunter2")
	p := b.do(command(dispute.RoleAgent, "/escalation", map[string]any{})).status(503).code(dispute.CodeUnavailable)
	require.NotContains(t, p.Detail, "hunter2")
	b.door.err = nil
	b.door.hook = func() { panic("a bug") }
	p = b.do(command(dispute.RoleAgent, "/escalation", map[string]any{})).status(503).code(dispute.CodeUnavailable)
	require.Contains(t, p.Detail, p.Instance)
	b.door.hook = nil
	b.do(command(dispute.RoleAgent, "/escalation", map[string]any{})).status(200)
	b.door.hang = true
	c := command(dispute.RoleAgent, "/escalation", map[string]any{})
	c.key = "k2"
	b.do(c).status(503).code(dispute.CodeUnavailable)
	b.store.down = true
	b.do(c).status(503).code(dispute.CodeUnavailable)
}

func TestClosedCase(t *testing.T) {
	t.Parallel()
	b := setup(t)
	b.do(command(dispute.RoleAgent, "/notes", map[string]any{"text": "x"})).status(200)
	for _, gate := range []dispute.Gate{dispute.GateClosing, dispute.GateClosed} {
		r := b.store.cases["case_mine"]
		r.Gate = gate
		b.store.cases["case_mine"] = r
		c := command(dispute.RoleAgent, "/notes", map[string]any{"text": "y"})
		c.key = string(gate)
		b.do(c).status(409).code(dispute.CodeCaseClosed)
	}
	require.Equal(t, "true", b.do(command(dispute.RoleAgent, "/notes", map[string]any{"text": "x"})).status(200).Header().Get("Idempotent-Replayed"))
	require.Empty(t, b.do(call{method: "GET", path: "/v1/cases/case_mine", as: dispute.RoleAgent}).status(200).view().AllowedActions)
}

// A case without a workflow is closed only if the record says so: one whose
// workflow was terminated will be restarted.
func TestCaseWithoutAWorkflow(t *testing.T) {
	t.Parallel()
	for _, row := range []struct {
		name     string
		outcome  dispute.Outcome
		orphaned bool
		status   int
		code     dispute.Code
	}{
		{"open", "", false, 503, dispute.CodeUnavailable},
		{"orphaned in the follow-up", dispute.OutcomeResolved, true, 503, dispute.CodeUnavailable},
		{"on its way out", dispute.OutcomeWithdrawn, false, 409, dispute.CodeCaseClosed},
	} {
		t.Run(row.name, func(t *testing.T) {
			t.Parallel()
			b := setup(t)
			r := b.store.cases["case_mine"]
			r.Case.Outcome, r.Orphaned = row.outcome, row.orphaned
			b.store.cases["case_mine"] = r
			b.door.err = wrapped(dispute.Errorf(dispute.CodeCaseClosed, "the case's workflow has completed"))
			b.do(command(dispute.RoleAgent, "/notes", map[string]any{"text": "x"})).status(row.status).code(row.code)
		})
	}
}

func TestReturnShipment(t *testing.T) {
	t.Parallel()
	b := setup(t)
	c := command(dispute.RoleCustomer, "/return-shipment", map[string]any{"carrier": "sf", "tracking_number": "SF1"})
	b.do(c).status(200)
	require.Len(t, b.store.inbox, 1)
	row := b.store.inbox[0]
	require.Equal(t, dispute.SignalReturnShipped, row.Signal)
	require.Equal(t, "case_mine", row.CaseID)
	require.JSONEq(t, `{"event_id":"`+row.EventID+`","leg_id":"return-1","carrier":"sf","tracking_number":"SF1","actor":{"role":"customer","id":"cus_1"}}`, string(row.Payload))
	record := b.store.cases["case_mine"]
	record.Case.Legs = nil
	b.store.cases["case_mine"] = record
	c.key = "k2"
	b.do(c).status(409).code(dispute.CodeNotAllowedNow)
}

func TestLabel(t *testing.T) {
	t.Parallel()
	b := setup(t)
	c := call{method: "GET", path: "/v1/cases/case_mine/legs/return-1/label", as: dispute.RoleCustomer}
	require.Equal(t, "https://carrier.example/l.pdf", b.do(c).status(302).Header().Get("Location"))
	c.header = map[string]string{"Accept": "application/json"}
	require.Contains(t, b.do(c).status(200).Body.String(), `"rma_id":"RMA-case_mine"`)
	b.store.cases["case_mine"].Case.Legs[0].Return.Instructions.LabelURL = "javascript:alert(1)"
	b.do(c).status(404).code(dispute.CodeNotFound)
	c.path = "/v1/cases/case_mine/legs/refund-1/label"
	b.do(c).status(404).code(dispute.CodeNotFound)
}
