package api

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/redresshq/redress/api/auth"
	"github.com/redresshq/redress/dispute"
)

// sample is a legal request of one operation; {case} stands for the case id.
type sample struct {
	method, path string
	body         any
	status       int // of a good request
}

// samples has one request for every operation of the document that asks for credentials.
var samples = map[string]sample{
	"openCase":            {"POST", "/v1/cases", opening(), 201},
	"listCases":           {"GET", "/v1/cases", nil, 200},
	"getCase":             {"GET", "/v1/cases/{case}", nil, 200},
	"getTimeline":         {"GET", "/v1/cases/{case}/timeline", nil, 200},
	"getForecast":         {"GET", "/v1/cases/{case}/forecast", nil, 200},
	"addEvidence":         {"POST", "/v1/cases/{case}/evidence", map[string]any{"type": "statement", "text": "It is broken."}, 201},
	"getEvidenceContent":  {"GET", "/v1/cases/{case}/evidence/ev_1/content", nil, 200},
	"makeOffer":           {"POST", "/v1/cases/{case}/offers", map[string]any{"remedies": []any{map[string]any{"type": "return_refund"}}}, 200},
	"respondToOffer":      {"POST", "/v1/cases/{case}/offers/offer_1/response", map[string]any{"action": "accept"}, 200},
	"decide":              {"POST", "/v1/cases/{case}/decision", map[string]any{"reject": map[string]any{"code": "not_covered"}}, 200},
	"answerApproval":      {"POST", "/v1/cases/{case}/approvals/approval_1", map[string]any{"approve": true}, 200},
	"mediate":             {"POST", "/v1/cases/{case}/mediation", map[string]any{"note": "Help us."}, 200},
	"listCaseRules":       {"GET", "/v1/cases/{case}/rules", nil, 200},
	"unassign":            {"DELETE", "/v1/cases/{case}/assignment", map[string]any{}, 200},
	"shipReturn":          {"POST", "/v1/cases/{case}/return-shipment", map[string]any{"carrier": "sf", "tracking_number": "SF1"}, 200},
	"getLabel":            {"GET", "/v1/cases/{case}/legs/return-1/label", nil, 302},
	"reissueLabel":        {"POST", "/v1/cases/{case}/legs/return-1/label", map[string]any{}, 200},
	"resolveRefund":       {"POST", "/v1/cases/{case}/refunds/refund-1%2F1/resolution", map[string]any{"result": "succeeded"}, 200},
	"resolveLeg":          {"POST", "/v1/cases/{case}/legs/return-1/resolution", map[string]any{"result": "failed"}, 200},
	"escalate":            {"POST", "/v1/cases/{case}/escalation", map[string]any{}, 200},
	"withdraw":            {"POST", "/v1/cases/{case}/withdrawal", map[string]any{}, 200},
	"suspend":             {"POST", "/v1/cases/{case}/suspension", map[string]any{"reason": "appraisal"}, 200},
	"resume":              {"DELETE", "/v1/cases/{case}/suspension", map[string]any{}, 200},
	"extend":              {"POST", "/v1/cases/{case}/extension", map[string]any{"clock": "resolution", "by": "2wd", "reason": "part_on_order"}, 200},
	"appeal":              {"POST", "/v1/cases/{case}/appeal", map[string]any{"evidence": []any{"ev_1"}}, 200},
	"reopen":              {"POST", "/v1/cases/{case}/reopening", map[string]any{}, 200},
	"answerSurvey":        {"POST", "/v1/cases/{case}/survey", map[string]any{"score": 5}, 200},
	"answerQuote":         {"POST", "/v1/cases/{case}/legs/repair-1/quote", map[string]any{"action": "accept"}, 409},
	"giveSecondOpinion":   {"POST", "/v1/cases/{case}/second-opinion", map[string]any{"verdict": "upheld"}, 409},
	"reviewRisk":          {"POST", "/v1/cases/{case}/risk-review", map[string]any{"verdict": "cleared"}, 200},
	"listBatches":         {"GET", "/v1/batches", nil, 200},
	"getCustomer":         {"GET", "/v1/customers/cus_1", nil, 200},
	"setPreferences":      {"PUT", "/v1/customers/cus_1/preferences", map[string]any{"language": "en"}, 200},
	"requestEvidence":     {"POST", "/v1/cases/{case}/evidence-requests", map[string]any{"from": "merchant", "types": []any{"report"}}, 200},
	"addNote":             {"POST", "/v1/cases/{case}/notes", map[string]any{"text": "Hello."}, 200},
	"assign":              {"POST", "/v1/cases/{case}/assignment", map[string]any{"team": "returns"}, 200},
	"triage":              {"POST", "/v1/triage", map[string]any{"channel": "chat", "text": "请问怎么退货"}, 200},
	"searchArticles":      {"GET", "/v1/articles?q=return", nil, 200},
	"listCaseArticles":    {"GET", "/v1/cases/{case}/articles", nil, 200},
	"getArticle":          {"GET", "/v1/articles/art_1", nil, 200},
	"writeArticle":        {"POST", "/v1/articles", articleBody(), 201},
	"writeArticleVersion": {"POST", "/v1/articles/art_1/versions", articleBody(), 201},
	"setArticleState":     {"PUT", "/v1/articles/art_1/versions/1", map[string]any{"state": "withdrawn"}, 200},
	"countArticleUse":     {"POST", "/v1/articles/art_1/uses", map[string]any{"session": "visit-1", "outcome": "solved"}, 200},
	"getDeflection":       {"GET", "/v1/articles/deflection?from=2026-05-01T00:00:00Z&to=2026-06-01T00:00:00Z", nil, 200},
	"listPartnerEvents":   {"GET", "/v1/partner-events", nil, 200},
	"matchPartnerEvent":   {"POST", "/v1/partner-events/1/match", map[string]any{"case_id": "case_mine"}, 200},
	"listRecoveries":      {"GET", "/v1/recoveries?state=claim_filed", nil, 200},
	"getRecovery":         {"GET", "/v1/recoveries/case_mine-carrier-1", nil, 200},
	"settleRecovery":      {"POST", "/v1/recoveries/case_mine-carrier-1/settlement", map[string]any{"result": "paid"}, 200},
	"writeOffRecovery":    {"POST", "/v1/recoveries/case_mine-carrier-1/write-off", map[string]any{"reason": "no_use"}, 200},
	"approveWriteOff":     {"POST", "/v1/recoveries/case_mine-carrier-1/write-off/w_1/approval", map[string]any{"approve": true}, 200},
	"contestRecovery":     {"POST", "/v1/recoveries/case_mine-carrier-1/contest", map[string]any{}, 200},
	"listNotices":         {"GET", "/v1/cases/{case}/notices", nil, 200},

	"listWebhookEndpoints":  {"GET", "/v1/webhook-endpoints", nil, 200},
	"createWebhookEndpoint": {"POST", "/v1/webhook-endpoints", map[string]any{"url": "https://shop.example.org/"}, 201},
	"getWebhookEndpoint":    {"GET", "/v1/webhook-endpoints/whe_1", nil, 200},
	"updateWebhookEndpoint": {"PUT", "/v1/webhook-endpoints/whe_1", map[string]any{"url": "https://shop.example.org/", "types": []string{}, "enabled": true}, 200},
	"deleteWebhookEndpoint": {"DELETE", "/v1/webhook-endpoints/whe_1", map[string]any{}, 200},
	"rotateWebhookSecret":   {"POST", "/v1/webhook-endpoints/whe_1/secret", map[string]any{}, 200},
	"pingWebhookEndpoint":   {"POST", "/v1/webhook-endpoints/whe_1/ping", map[string]any{}, 200},
	"listWebhookDeliveries": {"GET", "/v1/webhook-deliveries?state=dead&endpoint=whe_1", nil, 200},
	"replayWebhookDelivery": {"POST", "/v1/webhook-deliveries/msg_1/replay", map[string]any{}, 200},

	"getReport":         {"GET", "/v1/reports/reasons", nil, 200},
	"listWeeklyReports": {"GET", "/v1/reports/weekly", nil, 200},
	"getDossier":        {"GET", "/v1/cases/{case}/dossier", nil, 200},
	"listAccesses":      {"GET", "/v1/cases/{case}/accesses", nil, 200},
	"listEvents":        {"GET", "/v1/events", nil, 200},
	"listPolicies":      {"GET", "/v1/policies", nil, 200},
	"getPolicy":         {"GET", "/v1/policies/mine/1", nil, 200},
	"publishPolicy":     {"POST", "/v1/policies", policyBody("a"), 201},
	"checkPolicy":       {"POST", "/v1/policies/check", policyBody("a"), 200},
	"listCalendars":     {"GET", "/v1/calendars", nil, 200},
	"getCalendarYear":   {"GET", "/v1/calendars/cn/2027", nil, 200},
	"publishCalendar":   {"POST", "/v1/calendars", map[string]any{"document": "year: 2027"}, 201},
}

// expected is the law, written out once more and apart from the table that it checks:
// c customer (own cases), a agent, s supervisor, f finance, m machine, A admin.
var expected = map[string]string{
	"openCase": "casA", "listCases": "casfmA", "getCase": "casfmA", "getTimeline": "casfmA", "getForecast": "asA", "addEvidence": "casA",
	"getEvidenceContent": "casfA", "makeOffer": "asA", "respondToOffer": "casA", "decide": "asA", "answerApproval": "sfA", "mediate": "casA", "listCaseRules": "asA", "unassign": "asA",
	"shipReturn": "casA", "getLabel": "casA", "reissueLabel": "casA", "resolveRefund": "sfA", "resolveLeg": "sA", "escalate": "casA",
	"withdraw": "casA", "addNote": "casA",
	"listNotices": "casfmA", "listWebhookEndpoints": "mA", "createWebhookEndpoint": "mA", "getWebhookEndpoint": "mA", "updateWebhookEndpoint": "mA",
	"deleteWebhookEndpoint": "mA", "rotateWebhookSecret": "mA", "pingWebhookEndpoint": "mA", "listWebhookDeliveries": "mA", "replayWebhookDelivery": "mA",
	"listRecoveries": "asfA", "getRecovery": "asfA", "settleRecovery": "sfA", "writeOffRecovery": "asfA", "approveWriteOff": "sfA", "contestRecovery": "asA",
	"triage": "casA", "searchArticles": "casfA", "getArticle": "casfA", "listCaseArticles": "asA", "writeArticle": "sA", "writeArticleVersion": "sA",
	"setArticleState": "sA", "countArticleUse": "casA", "getDeflection": "sA",
	"assign": "asA", "listPartnerEvents": "asA", "matchPartnerEvent": "asA",
	"getReport": "sfA", "listWeeklyReports": "sA", "getDossier": "asA", "listAccesses": "sA", "listEvents": "mA", "listPolicies": "asA", "getPolicy": "asA", "publishPolicy": "A", "checkPolicy": "A",
	"listCalendars": "asA", "getCalendarYear": "asA", "publishCalendar": "A",
	"suspend": "asA", "resume": "asA", "extend": "asA", "appeal": "casA", "reopen": "casA", "answerSurvey": "c", "answerQuote": "c", "requestEvidence": "asA",
	"giveSecondOpinion": "sA", "reviewRisk": "asA", "listBatches": "asfA", "getCustomer": "casfA", "setPreferences": "casA",
}

var letters = map[dispute.Role]string{dispute.RoleCustomer: "c", dispute.RoleAgent: "a", dispute.RoleSupervisor: "s",
	dispute.RoleFinance: "f", dispute.RoleMachine: "m", dispute.RoleAdmin: "A"}

// Every operation, for every role, on an own and on a foreign case.
func TestMatrix(t *testing.T) {
	t.Parallel()
	doc, err := loadSpec()
	require.NoError(t, err)
	operations := 0
	for path, item := range doc.Paths.Map() {
		for method, op := range item.Operations() {
			operations++
			g, ok := grants[op.OperationID]
			require.Truef(t, ok, "%s has no row in the table of grants", op.OperationID)
			if g.public || g.signed {
				require.NotNil(t, op.Security, op.OperationID)
				require.Empty(t, *op.Security, "%s is open, so the document must say so", op.OperationID)
				continue
			}
			s, ok := samples[op.OperationID]
			require.Truef(t, ok, "%s has no sample in the matrix", op.OperationID)
			require.Equal(t, method, s.method)
			law, ok := expected[op.OperationID]
			require.Truef(t, ok, "%s has no row of expectations", op.OperationID)
			t.Run(op.OperationID, func(t *testing.T) {
				t.Parallel()
				matrixRow(t, path, s, law)
			})
		}
	}
	require.Len(t, grants, operations, "the table of grants has rows for operations that do not exist")
	require.Len(t, expected, len(samples))
}

func matrixRow(t *testing.T, path string, s sample, law string) {
	for _, role := range auth.CallerRoles() {
		for _, owner := range []string{"case_mine", "case_other"} {
			b := setup(t)
			b.store.evidence[owner] = []dispute.Evidence{{ID: "ev_1", SHA256: strings.Repeat("0", 64), MediaType: "image/png", Size: 1}}
			b.blobs.bytes[owner+"/"+strings.Repeat("0", 64)] = []byte("x")
			b.store.inbox = []dispute.InboxEvent{{ID: 1, Source: "sf", EventID: "e", Type: "t", State: dispute.InboxUnmatched, ReceivedAt: noon}}
			if strings.HasSuffix(path, "/withdrawal") {
				record := b.store.cases[owner]
				record.Case.Legs = record.Case.Legs[:1] // once money is on its way nobody withdraws
				b.store.cases[owner] = record
			}
			if strings.HasSuffix(path, "/quote") {
				record := b.store.cases[owner]
				record.Case.Legs = append(record.Case.Legs, dispute.Leg{ID: "repair-1", Type: dispute.LegRepair, State: dispute.RepairReturned, Repair: &dispute.RepairLeg{}})
				b.store.cases[owner] = record
			}
			b.store.rules = []dispute.PublishedRule{
				{RuleRevision: dispute.RuleRevision{Revision: 1, Kind: dispute.RulePolicy, Name: "mine", Number: 1, Source: dispute.RuleByHand, Files: map[string]string{"policy.yaml": "a"},
					SHA256: dispute.PolicySource{Files: map[string]string{"": "a"}}.SHA256()}},
				{RuleRevision: dispute.RuleRevision{Revision: 2, Kind: dispute.RuleCalendar, Name: "cn", Number: 2027, Source: dispute.RuleByHand}}}
			b.store.recoveries = readyRecovery(path)
			b.ready(owner, path, s.method)
			b.ofSide(owner, path, role)
			body := s.body
			if path == "/v1/cases" && s.method == "POST" && role != dispute.RoleCustomer {
				body = with(opening(), "customer_id", "cus_1")
			}
			c := call{method: s.method, path: strings.ReplaceAll(s.path, "{case}", owner), as: role, key: "k", body: body}
			if body == nil {
				c.key = ""
			}
			want := s.status
			switch {
			case !strings.Contains(law, letters[role]):
				want = 403
			case role == dispute.RoleCustomer && owner == "case_other" && strings.Contains(path, "{case_id}"):
				want = 404
			}
			got := b.do(c)
			require.Equalf(t, want, got.Code, "%s on %s: %s", role, owner, got.Body)
			if want == 403 || want == 404 {
				require.Empty(t, b.door.commands)
				require.Empty(t, b.store.operations, "a refused caller leaves no trace")
			}
			c.as, c.header = "", nil
			b.do(c).status(401).code(dispute.CodeUnauthorized)
		}
	}
}

// A list never shows a customer another's cases, whatever the filter.
func TestListIsScoped(t *testing.T) {
	t.Parallel()
	b := setup(t)
	b.do(call{method: "GET", path: "/v1/cases?customer_id=cus_2", as: dispute.RoleCustomer}).status(200)
	require.Empty(t, b.store.filter, "the store is not even asked")
	b.do(call{method: "GET", path: "/v1/cases?stage=intake&breached=true&sort=due_at&limit=7&due_before=2026-03-01T00:00:00Z", as: dispute.RoleCustomer}).status(200)
	require.Equal(t, "cus_1", b.store.filter.CustomerID)
	require.Equal(t, dispute.StageIntake, b.store.filter.Stage)
	require.True(t, *b.store.filter.Breached)
	require.True(t, b.store.filter.SortByDue)
	require.Equal(t, 7, b.store.filter.Limit)
	b.do(call{method: "GET", path: "/v1/cases?cursor=bad", as: dispute.RoleAgent}).status(422).code(dispute.CodeInvalid)
	for _, q := range []string{"limit=0", "limit=201", "limit=x", "stage=nowhere", "due_before=soon", "breached=perhaps", "order_id=%00", "order_id=a%20b", "order_id=%ff", "cursor=%zz"} {
		a := b.do(call{method: "GET", path: "/v1/cases?" + q, as: dispute.RoleAgent})
		require.Containsf(t, []int{400, 422}, a.Code, "%s: %s", q, a.Body)
	}
}

// What the shop has not agreed on yet, and what it thinks of the customer, stays inside.
func TestCustomerView(t *testing.T) {
	t.Parallel()
	b := setup(t)
	for i, internal := range []bool{false, true} {
		id := "note_" + itoa(int64(i))
		b.store.texts[id] = dispute.Text{ID: id, CaseID: "case_mine", Kind: textNote, Internal: internal, CreatedAt: noon, Author: dispute.System}
	}
	b.store.texts["remark_secret"] = dispute.Text{ID: "remark_secret", CaseID: "case_mine", Kind: textMessage, CreatedAt: noon, Author: dispute.System}
	b.store.texts["remark_refused"] = dispute.Text{ID: "remark_refused", CaseID: "case_mine", Kind: textMessage, CreatedAt: noon, Author: dispute.System}
	b.store.texts["file"] = dispute.Text{ID: "file", CaseID: "case_mine", Kind: textFileName, CreatedAt: noon, Author: dispute.System}
	get := func(role dispute.Role) CaseView {
		return b.do(call{method: "GET", path: "/v1/cases/case_mine", as: role}).status(200).view()
	}
	customer := get(dispute.RoleCustomer)
	require.Nil(t, customer.Risk)
	require.Nil(t, customer.Orphaned)
	require.NotContains(t, customer.Facts, "history")
	require.Empty(t, customer.Approvals)
	require.Len(t, customer.Offers, 1)
	require.Len(t, customer.Texts, 1)
	staff := get(dispute.RoleAgent)
	require.Equal(t, 30, staff.Risk.Score)
	require.False(t, *staff.Orphaned)
	require.Contains(t, staff.Facts, "history")
	require.Len(t, staff.Offers, 2)
	require.Len(t, staff.Texts, 3, "both notes and the note of the waiting offer, not that of a refused one")
	require.NotEmpty(t, staff.AllowedActions)
	require.Empty(t, get(dispute.RoleMachine).Texts, "machines see nothing personal")
}
