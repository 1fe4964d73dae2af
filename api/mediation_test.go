package api

import (
	"encoding/json"
	"net/http"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/redresshq/redress/dispute"
)

// ofSide has the case wait for the role: staff contest what was granted, and finance
// approves what finance is asked.
func (b *testBundle) ofSide(caseID, path string, role dispute.Role) {
	r := b.store.cases[caseID]
	c := &r.Case
	switch {
	case strings.HasSuffix(path, "/appeal") && role != dispute.RoleCustomer:
		c.Decisions[0].Reject, c.Decisions[0].State = nil, dispute.DecisionContestable
	case strings.HasSuffix(path, "/approvals/{approval_id}") && role == dispute.RoleFinance:
		c.Approvals[0].Role = dispute.RoleFinance
	}
	b.store.cases[caseID] = r
}

// alter changes the case of the customer.
func (b *testBundle) alter(change func(*dispute.Case)) {
	r := b.store.cases["case_mine"]
	change(&r.Case)
	b.store.cases["case_mine"] = r
}

// mediated is a case whose policy knows mediators, with an offer on the table.
func mediated(t *testing.T) *testBundle {
	b := setup(t)
	b.ready("case_mine", "/mediation", http.MethodPost)
	return b
}

func TestMediateCommands(t *testing.T) {
	t.Parallel()
	b := mediated(t)
	b.do(command(dispute.RoleCustomer, "/mediation", map[string]any{"note": "Help us."})).status(200)
	asked := b.door.commands[0].(dispute.MediateCommand)
	require.Empty(t, asked.Remedies)
	require.Equal(t, "Help us.", b.store.texts[asked.NoteID].Body)

	b = mediated(t)
	b.alter(func(c *dispute.Case) {
		c.Mediations = []dispute.Mediation{{State: dispute.MediationAsked, Why: dispute.MediationAskedFor, AskedBy: c.OpenedBy, AskedAt: noon}}
	})
	propose := map[string]any{"proposal": map[string]any{"remedies": []any{map[string]any{"type": "refund"}}, "note": "Half way."}}
	b.do(command(dispute.RoleSupervisor, "/mediation", propose)).status(200)
	proposed := b.door.commands[0].(dispute.MediateCommand)
	require.Regexp(t, "^offer_[0-9a-f]{24}$", proposed.OfferID)
	require.Equal(t, dispute.RemedyRefund, proposed.Remedies[0].Type)
	require.Equal(t, "Half way.", b.store.texts[proposed.NoteID].Body)
	require.False(t, b.store.texts[proposed.NoteID].Internal, "both sides read it")

	b.do(call{method: "POST", path: "/v1/cases/case_mine/mediation", as: dispute.RoleCustomer, key: "k2", body: propose}).status(403)
	propose["note"] = "Twice."
	b.do(call{method: "POST", path: "/v1/cases/case_mine/mediation", as: dispute.RoleSupervisor, key: "k3", body: propose}).status(422)
	require.Len(t, b.door.commands, 1)
}

// What is wrong with a proposal is pointed at where it stands in the body.
func TestWhatIsWrongWithAProposalIsPointedAt(t *testing.T) {
	t.Parallel()
	b := mediated(t)
	b.alter(func(c *dispute.Case) {
		c.Mediations = []dispute.Mediation{{State: dispute.MediationAsked, Why: dispute.MediationAskedFor, AskedBy: c.OpenedBy, AskedAt: noon}}
	})
	remedies := []any{map[string]any{"type": "refund"}}
	half := []any{map[string]any{"party": "carrier", "percent": 50}}
	points := func(body map[string]any) string {
		p := b.do(call{method: http.MethodPost, path: "/v1/cases/case_mine/mediation", as: dispute.RoleSupervisor, key: shortHash(t.Name() + body["note"].(string)),
			body: map[string]any{"proposal": body}}).status(422).code(dispute.CodeInvalid)
		require.Len(t, p.Errors, 1)
		return p.Errors[0].Pointer
	}
	require.Equal(t, "/proposal/liability", points(map[string]any{"remedies": remedies, "liability": half, "note": "1"}))
	b.door.err = dispute.Invalid("above", dispute.Field{Pointer: "/remedies/0/amount", Detail: "too much"})
	require.Equal(t, "/proposal/remedies/0/amount", points(map[string]any{"remedies": remedies, "note": "2"}))
	b.door.err = dispute.Invalid("elsewhere", dispute.Field{Pointer: "/note_id", Detail: "too long"})
	require.Equal(t, "/note_id", points(map[string]any{"remedies": remedies, "note": "3"}))
}

// A counter above the policy's number is refused before any text is kept.
func TestCountersAreCounted(t *testing.T) {
	t.Parallel()
	b := mediated(t)
	b.store.cases["case_mine"].Case.Negotiation.Rounds = 0
	before := len(b.store.texts)
	b.do(command(dispute.RoleCustomer, "/offers/offer_1/response", map[string]any{"action": "counter",
		"counter": map[string]any{"remedies": []any{map[string]any{"type": "refund"}}, "note": "More."}})).status(409).code(dispute.CodeNotAllowedNow)
	require.Len(t, b.store.texts, before)
	require.Empty(t, b.door.commands)
}

func shown(id string, by dispute.Actor) dispute.Evidence {
	return dispute.Evidence{ID: id, Type: dispute.EvidencePhoto, Source: dispute.SourceVolunteer, Stage: dispute.StageNegotiation, SubmittedBy: by,
		SHA256: strings.Repeat("0", 64), MediaType: "image/png", ReceivedAt: noon}
}

// Ids of staff are in no answer to a customer, wherever they stand.
func TestCustomersSeeNobodysName(t *testing.T) {
	t.Parallel()
	b := setup(t)
	r := b.store.cases["case_mine"]
	c := &r.Case
	staff := dispute.Actor{Role: dispute.RoleAgent, ID: "agent_secret"}
	own := dispute.Actor{Role: dispute.RoleCustomer, ID: "cus_1"}
	shares := []dispute.Share{{Party: dispute.PartyMerchant, Percent: 100, Author: &staff}}
	c.Assignee, c.OpenedBy, c.Liability = staff.ID, staff, shares
	c.Offers[0].Author, c.Offers[0].Liability = staff, shares
	c.Offers[0].Consent = &dispute.Consent{Merchant: &dispute.Answer{Action: dispute.ResponseAccept, By: staff, At: noon}, Customer: &dispute.Answer{Action: dispute.ResponseAccept, By: own, At: noon}}
	c.Decisions = []dispute.Decision{{ID: "d1", Author: staff, State: dispute.DecisionContestable, Liability: shares, MadeAt: noon}}
	c.Evidence = []dispute.Evidence{shown("ev_1", staff), shown("ev_2", own)}
	c.Appeals = []dispute.Appeal{{DecisionID: "d1", By: staff, Against: staff, At: noon}}
	c.Mediations = []dispute.Mediation{{State: dispute.MediationFailed, Why: dispute.MediationDeclined, AskedBy: staff, Mediator: &staff, AskedAt: noon}}
	b.store.cases["case_mine"] = r
	b.store.texts["note_1"] = dispute.Text{ID: "note_1", CaseID: "case_mine", Kind: textMessage, Author: staff, CreatedAt: noon}
	seen := b.do(readCase(dispute.RoleCustomer)).status(http.StatusOK).Body.String()
	require.NotContains(t, seen, "agent_secret")
	require.Contains(t, seen, "cus_1", "what they did themselves keeps its name")
	require.Contains(t, b.do(readCase(dispute.RoleAgent)).status(http.StatusOK).Body.String(), "agent_secret")
	require.Equal(t, "agent_secret", c.Offers[0].Author.ID, "the record itself stays as it is")

	raw, err := json.Marshal(map[string]any{"liability": shares, "by": own})
	require.NoError(t, err)
	e := namelessEntry(dispute.RecordedEntry{Entry: dispute.Entry{Type: dispute.EventLiability, Actor: staff, Data: raw}})
	require.Empty(t, e.Actor.ID)
	require.NotContains(t, string(e.Data), "agent_secret")
	require.Contains(t, string(e.Data), "cus_1")
}
