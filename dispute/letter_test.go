package dispute

import (
	"encoding/json"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"
	"unicode"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"
)

var updateLetters = flag.Bool("update-letters", false, "write what notices say now: read the difference")

var embeddedOnce = sync.OnceValues(Embedded)

func letterBook(t require.TestingT, version string) *Rulebook {
	l, err := embeddedOnce()
	require.NoError(t, err)
	b, err := l.Book(version)
	require.NoError(t, err)
	return b
}

// Every notice that a policy may send has words in every language.
func TestEveryNoticeHasWords(t *testing.T) {
	t.Parallel()
	for _, policy := range []string{"default@3", "demo@3"} {
		book := letterBook(t, policy)
		for _, language := range Languages() {
			w := book.policy.Templates[language]
			for _, m := range milestones {
				require.NotEmpty(t, w.Notices[m].Subject, "%s says nothing in %s for %s: add it to notices.yaml and to the table of placeholders", policy, language, m)
				require.Contains(t, placeholders, m, "the notice %s has no row in the table of placeholders", m)
			}
		}
	}
}

// Every code that a notice may name has a word in every language.
func TestEveryCodeHasAWord(t *testing.T) {
	t.Parallel()
	book := letterBook(t, "default@3")
	codes := append(remedyNames(), kindNames()...)
	codes = append(codes, sortedNames(families)...)
	codes = append(codes, texts(clockNames(newestFormat))...)
	codes = append(codes, texts(suspensionReasons)...)
	codes = append(codes, "resolved", "rejected", "withdrawn", "expired", "inadmissible", "superseded", "cancelled",
		"photo", "statement", "video", "chat_log", "receipt", "report", "origin_papers", "signing_proof", "other",
		"merchant", "customer", "outside_window", "inside_window", "order_unknown", "order_not_yours", "line_not_in_order")
	for _, language := range Languages() {
		for _, code := range codes {
			require.NotEmpty(t, book.policy.Templates[language].Words[code], "no word for %s in %s", code, language)
		}
	}
}

func mustJSON(t require.TestingT, v any) json.RawMessage {
	raw, err := json.Marshal(v)
	require.NoError(t, err)
	return raw
}

// letterSamples is one notice of each kind, as a case makes it.
func letterSamples(t require.TestingT) []Notice {
	due := time.Date(2026, 11, 25, 10, 0, 0, 0, time.UTC)
	amount := CNY(12900)
	back := []Remedy{{Type: RemedyReturnRefund, Lines: []Line{{"line-1", 1}}, Amount: &amount}}
	customer := func(m Milestone, data map[string]any) Notice {
		return Notice{Milestone: m, Number: 1, To: RoleCustomer, Data: mustJSON(t, data)}
	}
	staff := func(m Milestone, to Role, data map[string]any) Notice {
		return Notice{Milestone: m, Number: 1, To: to, Data: mustJSON(t, data)}
	}
	return []Notice{
		customer(NoticeAccepted, map[string]any{"resolve_by": due}),
		customer(NoticeMissing, map[string]any{"items": []string{"photo", "statement"}, "due_at": due}),
		customer(NoticeOffer, map[string]any{"remedies": back, "answer_by": due, "send_back": true, "pays": true, "freight_payer": "merchant", "ship_within": "7d", "bank_days": 5}),
		customer(NoticeDecision, map[string]any{"remedies": []Remedy{{Type: RemedyCompensation, Amount: &amount}}, "settle_by": due, "pays": true}),
		customer(NoticeDecision, map[string]any{"code": "worn", "escalate_by": due}),
		customer(NoticeDecision, map[string]any{"outcome": "inadmissible", "explanation": Explanation{Code: "outside_window", LastDay: "2026-11-01"}}),
		customer(NoticeInstructions, map[string]any{"instructions": ReturnInstructions{RMAID: "RMA-1", Address: "Warehouse 1, Hangzhou", LabelURL: "https://labels.example.org/1",
			Carrier: "sf", ShipBy: &due, Items: []Line{{"line-1", 1}}, FreightPayer: FreightMerchant}}),
		customer(NoticeReceived, map[string]any{"rma_id": "RMA-1", "inspect_by": due}),
		customer(NoticeInspected, map[string]any{"accepted": true}),
		customer(NoticeInspected, map[string]any{"accepted": false, "differences": []ReturnDifference{{Code: "short"}, {Code: "condition"}}}),
		customer(NoticeDelay, map[string]any{"reason": "resolution_overdue", "new_date": due}),
		customer(NoticeRefunded, map[string]any{"amount": amount, "bank_days": 5, "reopen_by": due}),
		customer(NoticeClosed, map[string]any{"outcome": "resolved"}),
		staff(NoticeBreach, RoleSupervisor, map[string]any{"clock": "first_response", "due_at": due, "owner": "agent"}),
		staff(NoticeTask, RoleAgent, map[string]any{"what": "decide", "why": "order_unknown", "due_at": due}),
		staff(NoticeInspectNow, RoleWarehouse, map[string]any{"rma_id": "RMA-1", "round": 2}),
		customer(NoticeReminder, map[string]any{"clock": "return_shipment", "due_at": due, "then": "expire_return"}),
		customer(NoticeEvidence, map[string]any{"types": []string{"video"}, "due_at": due}),
		customer(NoticeSuspended, map[string]any{"reason": "appraisal", "until": due}),
		customer(NoticeResumed, map[string]any{"reason": "appraisal", "settle_by": due}),
		customer(NoticeSurvey, map[string]any{"outcome": "resolved", "survey_by": due, "reopen_by": due}),
	}
}

func outboxed(n Notice, language Language) OutboxNotice {
	return OutboxNotice{CaseID: "case_0199a1b2c3d4", OrderID: "order-1", Kind: KindReturn, Reason: ReasonDamagedInTransit,
		CustomerID: "customer-1", Notice: n, Language: language, Contact: "li.na@example.com"}
}

// What every notice says, in both languages, stands in testdata/letters: a change of
// words is read before it goes out.
func TestLetters(t *testing.T) {
	t.Parallel()
	book := letterBook(t, "default@3")
	for _, language := range Languages() {
		var page strings.Builder
		for _, n := range append(letterSamples(t), laterSamples(t)...) {
			letter := book.Letter(outboxed(n, language))
			require.Equal(t, WordingPolicy, letter.Source, n.Milestone)
			require.Equal(t, language, letter.Language)
			require.NotContains(t, letter.Subject+letter.Text, "<no value>")
			require.NotContains(t, letter.Text, "li.na@example.com")
			fmt.Fprintf(&page, "=== %s, to the %s\n%s\n\n%s\n\n", n.Milestone, n.To, letter.Subject, letter.Text)
		}
		file := filepath.Join("testdata", "letters", string(language)+".txt")
		if *updateLetters {
			require.NoError(t, os.MkdirAll(filepath.Dir(file), 0o750))
			require.NoError(t, os.WriteFile(file, []byte(page.String()), 0o600))
		}
		want, err := os.ReadFile(file)
		require.NoError(t, err)
		require.Equal(t, string(want), page.String(), "run with -update-letters and read the difference")
	}
}

// Old policies have no words of their own: those of the newest default policy are taken.
func TestLettersOfEarlierFormats(t *testing.T) {
	t.Parallel()
	for _, policy := range []string{"default@1", "default@2", "demo@1", "demo@2"} {
		for _, n := range letterSamples(t) {
			letter := letterBook(t, policy).Letter(outboxed(n, LanguageEnglish))
			require.Equal(t, WordingBuiltIn, letter.Source, "%s %s", policy, n.Milestone)
			require.NotEmpty(t, letter.Text)
		}
		_, held := letterBook(t, policy).HeldUntil(outboxed(letterSamples(t)[0], ""), time.Date(2026, 11, 25, 18, 0, 0, 0, time.UTC))
		require.False(t, held, "a policy that says nothing about delivery holds nothing back")
	}
}

// Whatever a notice's data is, a letter comes out: one line of subject, no control
// characters, nothing of the contact.
func TestLettersNeverFail(t *testing.T) {
	t.Parallel()
	book := letterBook(t, "default@3")
	rapid.Check(t, func(rt *rapid.T) {
		m := rapid.SampledFrom(append(sortedMilestones(), "unknown_milestone")).Draw(rt, "milestone")
		data := map[string]any{}
		for name := range placeholdersOf(m) {
			data[name] = rapid.OneOf(rapid.Just[any](nil), rapid.Just[any](7), rapid.Just[any]("2026-11-25T10:00:00Z"), rapid.Just[any](true),
				rapid.Just[any]([]any{"photo", 3, nil, map[string]any{"type": 1}}), rapid.Just[any](map[string]any{"amount": "x"}),
				rapid.Map(rapid.String(), func(s string) any { return s })).Draw(rt, name)
		}
		raw := mustJSON(rt, data)
		if rapid.Bool().Draw(rt, "broken") {
			raw = json.RawMessage(rapid.String().Draw(rt, "raw"))
		}
		n := outboxed(Notice{Milestone: m, To: rapid.SampledFrom([]Role{RoleCustomer, RoleAgent}).Draw(rt, "to"), Data: raw},
			rapid.SampledFrom(append(Languages(), "", "fr")).Draw(rt, "language"))
		letter := book.Letter(n)
		require.NotEmpty(rt, letter.Subject)
		require.NotEmpty(rt, letter.Text)
		require.False(rt, strings.ContainsFunc(letter.Subject, unicode.IsControl), "%q", letter.Subject)
		require.NotContains(rt, letter.Text, "\r")
		require.NotContains(rt, letter.Subject+letter.Text, "no value")
	})
}

func sortedMilestones() []Milestone { return append([]Milestone{}, milestones...) }

func TestTemplatesAreChecked(t *testing.T) {
	t.Parallel()
	for name, row := range map[string]struct{ text, want string }{
		"unknown placeholder": {"by {{date .resolved_by}}", "unknown placeholder .resolved_by (did you mean resolve_by?)"},
		"unknown function":    {"{{upper .case_id}}", `function "upper" not defined; there are date`},
		"builtin of Go":       {"{{printf \"%d\" .case_id}}", `function "printf" not defined`},
		"variable":            {"{{$x := .case_id}}{{$x}}", "found a variable"},
		"the root":            {"{{$}}", "expected placeholders"},
		"range":               {"{{range .case_id}}x{{end}}", "expected placeholders"},
		"define":              {"{{define \"x\"}}y{{end}}z", "without define"},
		"unclosed":            {"{{if .case_id}}x", "unexpected EOF"},
		"depth":               {"{{.case_id.name}}", "unknown placeholder .case_id.name"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			fault := checkTemplate(row.text, placeholdersOf(NoticeAccepted))
			require.NotNil(t, fault)
			require.Contains(t, fault.message, row.want)
		})
	}
	require.Nil(t, checkTemplate("{{if and .resolve_by (ne .kind \"claim\")}}{{date .resolve_by}}{{else}}{{word .kind}}{{end}}", placeholdersOf(NoticeAccepted)))
}

// A mistake in notices.yaml is told with its file and line.
func TestPolicyCheckFindsMistakesInTemplates(t *testing.T) {
	t.Parallel()
	sources, err := EmbeddedPolicies()
	require.NoError(t, err)
	l, err := Embedded()
	require.NoError(t, err)
	for _, row := range []struct{ old, new, want string }{
		{"{{if .resolve_by}}We will settle it by {{date .resolve_by}}.{{end}}", "We will settle it by {{date .settle_before}}.", "unknown placeholder .settle_before"},
		{"      survey:\n        subject: \"How did we do?\"", "      surveys:\n        subject: \"How did we do?\"", "templates.en.notices.survey: expected a subject and a text"},
		{"  en:\n    greeting", "  fr:\n    greeting", "templates.en: expected the notices in this language too"},
		{"language: zh-CN", "language: zh", "delivery.language: expected one of the languages"},
		{"bank_days: 5", "bank_days: 500", "delivery.bank_days: expected a number of working days"},
	} {
		for _, s := range sources {
			if s.Name != "default" || s.Version != 3 {
				continue
			}
			files := map[string]string{}
			for name, text := range s.Files {
				files[name] = text
			}
			require.Contains(t, files[noticesFile], row.old)
			files[noticesFile] = strings.Replace(files[noticesFile], row.old, row.new, 1)
			_, err := ParsePolicy("mine", PolicySource{Files: files}, l.Calendars())
			require.ErrorContains(t, err, row.want)
			require.ErrorContains(t, err, "mine/notices.yaml:")
		}
	}
}

// A notice to a customer waits for the end of the night, in the shop's zone; an urgent
// one and one to staff do not.
func TestQuietHoursHoldNotices(t *testing.T) {
	t.Parallel()
	book := letterBook(t, "default@3")
	shanghai := func(h, m int) time.Time { return time.Date(2026, 11, 25, h, m, 0, 0, book.zone()) }
	to := func(m Milestone, role Role) OutboxNotice { return OutboxNotice{Notice: Notice{Milestone: m, To: role}} }
	for _, row := range []struct {
		n    OutboxNotice
		at   time.Time
		want time.Time // zero: at once
	}{
		{to(NoticeRefunded, RoleCustomer), shanghai(21, 59), time.Time{}},
		{to(NoticeRefunded, RoleCustomer), shanghai(22, 0), shanghai(32, 0)},
		{to(NoticeRefunded, RoleCustomer), shanghai(3, 0), shanghai(8, 0)},
		{to(NoticeRefunded, RoleCustomer), shanghai(8, 0), time.Time{}},
		{to(NoticeMissing, RoleCustomer), shanghai(3, 0), time.Time{}},
		{to(NoticeTask, RoleAgent), shanghai(3, 0), time.Time{}},
	} {
		until, held := book.HeldUntil(row.n, row.at)
		require.Equal(t, !row.want.IsZero(), held, "%s at %s", row.n.Notice.Milestone, row.at)
		if held {
			require.True(t, row.want.Equal(until), until)
		}
	}
}

// What an offer asks of the customer is added to it, and nothing it says is changed.
func TestNoticesAreEnlarged(t *testing.T) {
	t.Parallel()
	book := letterBook(t, "default@3")
	due := time.Date(2026, 11, 25, 10, 0, 0, 0, time.UTC)
	c := &Case{ID: "case_1", Kind: KindReturn, Reason: ReasonDamagedInTransit, PolicyVersion: "default@3",
		Clocks: []Clock{{Name: ClockResolution, State: ClockRunning, DueAt: due}}}
	amount := CNY(100)
	got := book.Enlarged(c, []Notice{
		{Milestone: NoticeOffer, To: RoleCustomer, Data: mustJSON(t, map[string]any{"remedies": []Remedy{{Type: RemedyReturnRefund, Amount: &amount}}, "bank_days": 9})},
		{Milestone: NoticeTask, To: RoleAgent, Data: json.RawMessage(`{"what":"decide"}`)},
	})
	var offer map[string]any
	require.NoError(t, json.Unmarshal(got[0].Data, &offer))
	require.Equal(t, map[string]any{"remedies": offer["remedies"], "bank_days": float64(9), "pays": true, "send_back": true, "freight_payer": "merchant",
		"ship_within": "7d", "settle_by": "2026-11-25T10:00:00Z"}, offer)
	require.JSONEq(t, `{"what":"decide"}`, string(got[1].Data))
}

// laterSamples are the notices of the remedies of release 3.
func laterSamples(t require.TestingT) []Notice {
	due := time.Date(2026, 11, 25, 10, 0, 0, 0, time.UTC)
	to := func(m Milestone, role Role, data map[string]any) Notice {
		return Notice{Milestone: m, Number: 1, To: role, Data: mustJSON(t, data)}
	}
	return []Notice{
		to(NoticeReplacement, RoleCustomer, map[string]any{"state": "shipped", "carrier": "sf", "tracking_number": "SF1"}),
		to(NoticeReplacement, RoleCustomer, map[string]any{"state": "signed", "reopen_by": due}),
		to(NoticeAmendment, RoleCustomer, map[string]any{"what": "address", "result": "applied"}),
		to(NoticeAmendment, RoleCustomer, map[string]any{"what": "item", "result": "too_late"}),
		to(NoticeDispatchNow, RoleWarehouse, map[string]any{"replacement_id": "REP-1", "round": 2, "due_at": due}),
		to(NoticeRepair, RoleCustomer, map[string]any{"status": "diagnosed", "ready_by": due}),
		to(NoticeRepair, RoleCustomer, map[string]any{"status": "shipped", "carrier": "sf", "tracking_number": "SF2"}),
		to(NoticeRepair, RoleCustomer, map[string]any{"status": "irreparable"}),
		to(NoticeRepairQuote, RoleCustomer, map[string]any{"quote": CNY(8800), "ready_by": due, "answer_by": due, "not_covered": true}),
		to(NoticeRepairNow, RoleWarehouse, map[string]any{"repair_id": "FIX-1", "round": 2}),
		to(NoticeRecovery, RoleSupervisor, map[string]any{"what": "decide", "recovery_id": "recovery_1", "party": "carrier", "claim_key": "k", "amount": CNY(100)}),
		to(NoticeCredited, RoleCustomer, map[string]any{"form": "coupon", "amount": CNY(1000)}),
		to(NoticeCredited, RoleCustomer, map[string]any{"form": "gift", "gift": "mug"}),
		to(NoticeApology, RoleCustomer, map[string]any{}),
		to(NoticeParcelBack, RoleCustomer, map[string]any{"rma_id": "RMA-1", "ship_by": due, "new_label": true}),
		to(NoticeSecondOpinion, RoleCustomer, map[string]any{"verdict": "upheld", "reopen_by": due}),
		to(NoticeBatch, "purchasing", map[string]any{"batch_id": "batch_1", "sku": "LAMP-01", "lot": "L7", "cases": 3}),
		to(NoticeWrongAddress, RoleWarehouse, map[string]any{"rma_id": "RMA-1", "warehouse_id": "wh-2", "expected": "wh-1"}),
	}
}
