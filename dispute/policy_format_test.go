package dispute

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// secondPolicy is default@1 as format 2, with every section in use.
func secondPolicy(t testing.TB) string {
	t.Helper()
	text := strings.Replace(policyText(t), "version: 1", "version: 2\nformat: 2\neffective_from: 2026-10-01\nbinds: opening_time", 1)
	text = strings.Replace(text, "  reopen_window: {", `  evidence_supplement: {budget: 24h, owner: agent, on_expiry: judge, basis: design}
  appeal_window: {budget: 7d, owner: customer, on_expiry: ruling_final}
  survey: {budget: 3d, again: 7d, owner: customer, on_expiry: ask, then: unanswered}
  suspension: {budget: 30d, owner: supervisor, on_expiry: resume}
  reopen_window: {`, 1)
	text = strings.Replace(text, "first_response: {budget: 48h, owner: agent, on_expiry: breach}", `first_response:
    budget: 16bh
    hours: desk
    count_from: next_minute
    remind: [4bh, 1h]
    owner: agent
    on_expiry: breach
    basis: design
    variants:
      - {when: case.channel == "email", budget: 24h, remind: [1h], basis: users}`, 1)
	text = strings.Replace(text, "    liability:\n      - when: damage_reported ", `    basis: Taobao art. 75
    proof:
      - {party: merchant, evidence: [signing_record], when: not_traced, basis: Taobao art. 75}
    routes:
      - {when: claim.paid > 50000, route: person, basis: design}
    liability:
      - when: damage_reported `, 1)
	text = strings.Replace(text, "evidence: [photo, statement, receipt]", "evidence: [photo, statement, receipt]\n    warranty: {anchor: install, months: 12, unknown: person, basis: three guarantees}", 1)
	return text + `
hours:
  desk:
    days: working
    open: ["09:00-12:00", "13:00-18:00"]
    weekdays: {friday: ["09:00-12:00"]}
quiet_hours: {from: "22:00", to: "08:00"}
suspension:
  awaiting_customer: {moves: [resolution], while: [customer_info]}
  court_or_police: {limit: 180d, moves: [resolution, agent_decision], basis: design}
extension: {clocks: [resolution], most: 5wd, times: 2}
exclusions:
  - {code: custom_made, reasons: [changed_mind], when: '"custom_made" in claim.tags', basis: CPL art. 25}
refund:
  free_shipping: claw_back
  gifts: return
  outbound_freight: merchant
  variants:
    - {when: claim.units > 3, gifts: keep, basis: ours}
notices: {received: false}
retention: {record: 1095d, texts: 365d, basis: E-commerce Law art. 31}
`
}

func TestSecondFormatReads(t *testing.T) {
	t.Parallel()
	p, err := parse(t, secondPolicy(t))
	require.NoError(t, err)
	require.Equal(t, 2, p.Format)
	require.Equal(t, []string{"4bh", "1h"}, p.Clocks[ClockFirstResponse].Remind)
	require.Equal(t, []string{"09:00-12:00", "13:00-18:00"}, p.Hours["desk"].Open)
	require.Equal(t, map[Milestone]bool{NoticeReceived: false}, p.Notices)
	require.Equal(t, 12, p.Reasons[ReasonWarrantyFailure].Warranty.Months)
}

// Each row breaks the policy of format 2 in one place.
func TestSecondFormatErrors(t *testing.T) {
	t.Parallel()
	rows := []struct{ name, from, to, want string }{
		{"format", "format: 2", "format: 4", "format: expected 3, 2 for"},
		{"no format", "format: 2\n", "", "effective_from: expected `format: 2` at the top"},
		{"effective from", "effective_from: 2026-10-01", "effective_from: soon", `effective_from: expected the date from which this version is in force, such as 2026-10-01, found "soon"`},
		{"effective from missing", "effective_from: 2026-10-01\n", "", "effective_from: expected the date"},
		{"binds", "binds: opening_time", "binds: christmas", "binds: expected which version an open case goes by: one of [order_time opening_time newest]"},
		{"clock missing", "  appeal_window: {", "  apeal_window: {", "clocks.appeal_window: expected this clock"},
		{"clock misspelt", "  appeal_window: {", "  apeal_window: {", "(did you mean appeal_window?)"},
		{"proof outcome", "on_expiry: judge", "on_expiry: refund", "clocks.evidence_supplement.on_expiry: expected one of [judge]"},
		{"appeal outcome", "on_expiry: ruling_final", "on_expiry: reverse", "clocks.appeal_window.on_expiry"},
		{"survey outcome", ", then: unanswered", "", "clocks.survey.then: expected on_expiry ask and then unanswered"},
		{"survey length", "budget: 3d, again: 7d", "budget: 3d", "clocks.survey.again: expected the budget of every later round"},
		{"suspension owner", "suspension: {budget: 30d, owner: supervisor", "suspension: {budget: 30d, owner: none", "clocks.suspension.owner: expected supervisor"},
		{"hours missing", "    hours: desk\n", "", "clocks.first_response.hours: expected the opening hours in which 16bh counts: one of desk"},
		{"hours unknown", "    hours: desk\n", "    hours: shed\n", "clocks.first_response.hours: expected one of the opening hours desk"},
		{"hours of no use", "    budget: 16bh\n", "    budget: 16h\n", "clocks.first_response.hours: expected a budget in bh or bm"},
		{"hours of no use in a variant", "budget: 24h, remind: [1h]", "budget: 24h, hours: desk, remind: [1h]", "clocks.first_response.variants[0].hours: expected a budget in bh"},
		{"count from", "count_from: next_minute", "count_from: new_year", "clocks.first_response.count_from: expected one of [at_once next_minute next_day]"},
		{"reminder", "remind: [4bh, 1h]", "remind: [4bh, never]", "clocks.first_response.remind[1]: expected a span such as 24h or 1bh"},
		{"reminder too early", "remind: [4bh, 1h]", "remind: [16bh]", "clocks.first_response.remind[0]: expected a span shorter than the budget 16bh"},
		{"reminder unit", "remind: [4bh, 1h]", "remind: [1wd]", "clocks.first_response.remind[0]: expected a span in s, m, h, d or bh"},
		{"variant reminder", "budget: 24h, remind: [1h]", "budget: 30m, remind: [1h]", "clocks.first_response.variants[0].remind[0]: expected a span shorter"},
		{"variant budget", "budget: 24h, remind: [1h]", "budget: 24y, remind: [1h]", "clocks.first_response.variants[0].budget: expected a span"},
		{"variant outcome", "budget: 24h, remind: [1h]", "budget: 24h, remind: [1h], on_expiry: sing", "clocks.first_response.variants[0].on_expiry"},
		{"variant without condition", `when: case.channel == "email", budget`, "budget", "clocks.first_response.variants[0].when: expected the condition"},
		{"variant without effect", `budget: 24h, remind: [1h], basis: users`, "basis: users", "clocks.first_response.variants[0]: expected what changes"},
		{"hours days", "days: working", "days: some", "hours.desk.days: expected working or every"},
		{"hours interval", `"13:00-18:00"`, `"13:00-25:00"`, "hours.desk.open[1]: expected a time such as 09:00-18:00"},
		{"hours overlap", `"13:00-18:00"`, `"11:00-18:00"`, "hours.desk.open[1]: 11:00-18:00 overlaps"},
		{"hours weekday", "{friday:", "{freitag:", "hours.desk.weekdays.freitag: expected a day of the week"},
		{"hours name", "  desk:\n", "  Desk 1:\n", "hours.Desk 1: expected a name"},
		{"quiet hours", `from: "22:00"`, `from: "ten"`, "quiet_hours: expected times such as 22:00 or 08:00"},
		{"suspension reason", "  court_or_police:", "  holiday:", "suspension.holiday: expected one of [awaiting_customer agreed_pause court_or_police appraisal]"},
		{"suspension limit span", "limit: 180d, ", "limit: long, ", "suspension.court_or_police.limit: expected a span"},
		{"suspension moves", "moves: [resolution, agent_decision]", "moves: []", "suspension.court_or_police.moves: expected the clocks"},
		{"suspension moves itself", "moves: [resolution, agent_decision]", "moves: [suspension]", "suspension.court_or_police.moves[0]: expected the name of a clock"},
		{"suspension moves twice", "moves: [resolution, agent_decision]", "moves: [resolution, resolution]", "suspension.court_or_police.moves[1]: resolution stands twice"},
		{"suspension while", "while: [customer_info]", "while: []", "suspension.awaiting_customer.while: expected the customer's clocks"},
		{"suspension while moved", "while: [customer_info]", "while: [resolution]", "suspension.awaiting_customer.while[0]: resolution cannot stand still while it runs"},
		{"suspension while elsewhere", "limit: 180d, ", "limit: 180d, while: [customer_info], ", "suspension.court_or_police.while: expected `while` at awaiting_customer only"},
		{"suspension limit of the customer", "awaiting_customer: {", "awaiting_customer: {limit: 3d, ", "suspension.awaiting_customer.limit: expected no limit"},
		{"extension clocks", "extension: {clocks: [resolution]", "extension: {clocks: []", "extension.clocks: expected the clocks that people may extend"},
		{"extension clock", "extension: {clocks: [resolution]", "extension: {clocks: [dinner]", "extension.clocks[0]: expected the name of a clock"},
		{"extension most", "most: 5wd", "most: much", "extension.most: expected a span"},
		{"extension times", "times: 2", "times: 0", "extension.times: expected how often"},
		{"exclusion code", "code: custom_made", "code: Made to order", "exclusions[0].code: expected a name"},
		{"exclusion reason", "reasons: [changed_mind]", "reasons: [change_mind]", "exclusions[0].reasons[0]: expected a reason, found \"change_mind\" (did you mean changed_mind?)"},
		{"exclusion condition", `when: '"custom_made" in claim.tags', `, "", "exclusions[0].when: expected the condition"},
		{"exclusion basis", ", basis: CPL art. 25}", "}", "exclusions[0].basis: expected the law or rule"},
		{"refund shipping", "free_shipping: claw_back", "free_shipping: grab", "refund.free_shipping: expected keep or claw_back"},
		{"refund gifts", "gifts: return", "gifts: burn", "refund.gifts: expected return or keep"},
		{"refund freight", "outbound_freight: merchant", "outbound_freight: nobody", "refund.outbound_freight: expected merchant or customer"},
		{"refund variant", "gifts: keep, basis: ours", "gifts: eat, basis: ours", "refund.variants[0].gifts: expected return or keep"},
		{"refund variant without effect", "gifts: keep, basis: ours", "basis: ours", "refund.variants[0]: expected what changes"},
		{"notice", "notices: {received: false}", "notices: {receivd: false}", "notices.receivd: expected one of [accepted missing_items"},
		{"notice hint", "notices: {received: false}", "notices: {receivd: false}", "(did you mean received?)"},
		{"notice value", "notices: {received: false}", "notices: {received: no}", `notices.received: expected true or false, found "no"`},
		{"retention", "record: 1095d", "record: 3wd", "retention.record: expected a number of days such as 1095d"},
		{"retention order", "texts: 365d", "texts: 2000d", "retention.texts: expected texts to be kept at most as long as the record"},
		{"retention variant", "texts: 365d", "texts: 365d, variants: [{when: claim.units > 1, texts: 9h}]", "retention.variants[0].texts: expected a number of days"},
		{"retention variant order", "texts: 365d", "texts: 365d, variants: [{when: claim.units > 1, record: 30d}]", "retention.variants[0].record: expected texts to be kept at most as long as the record, 30d"},
		{"retention variant without effect", "texts: 365d", "texts: 365d, variants: [{when: claim.units > 1}]", "retention.variants[0]: expected what changes"},
		{"retention variant always", "texts: 365d", "texts: 365d, variants: [{texts: 30d}]", "retention.variants[0].when: expected the condition"},
		{"retention variant unknown", "texts: 365d", "texts: 365d, variants: [{when: claim.unitz > 1, texts: 30d}]", "retention.variants[0].when: "},
		{"proof party", "{party: merchant, evidence: [signing_record]", "{party: carrier, evidence: [signing_record]", "reasons.damaged_in_transit.proof[0].party: expected customer or merchant"},
		{"proof evidence", "{party: merchant, evidence: [signing_record]", "{party: merchant, evidence: []", "reasons.damaged_in_transit.proof[0].evidence: expected the evidence"},
		{"route", "route: person, basis: design", "route: coin, basis: design", "reasons.damaged_in_transit.routes[0].route: expected one of"},
		{"route without window", "route: person, basis: design", "route: right, basis: design", "reasons.damaged_in_transit.routes[0].route: expected a window"},
		{"warranty anchor", "{anchor: install, months: 12", "{anchor: birth, months: 12", "reasons.warranty_failure.warranty.anchor: expected one of [signing order promised install]"},
		{"warranty both", "{anchor: install, months: 12", "{anchor: install, days: 3, months: 12", "reasons.warranty_failure.warranty.months: expected either days or months"},
		{"warranty months", "{anchor: install, months: 12", "{anchor: install, months: 1200", "reasons.warranty_failure.warranty.months: expected a number of months from 1 to 120"},
		{"warranty unknown", "unknown: person", "unknown: shrug", "reasons.warranty_failure.warranty.unknown: expected person or refuse"},
		{"warranty elsewhere", "    basis: Taobao art. 75\n", "    warranty: {anchor: signing, days: 3}\n", "reasons.damaged_in_transit.warranty: expected a warranty at the reason warranty_failure only"},
		{"limit variant", "  compensation_cap: 50000 ", "  variants: [{when: claim.units > 1, automatic: 900000}]\n  compensation_cap: 50000 ", "limits.variants[0].automatic: expected at most the agent limit"},
		{"limit variant amount", "  compensation_cap: 50000 ", "  variants: [{when: claim.units > 1, automatic: -1}]\n  compensation_cap: 50000 ", "limits.variants[0]: expected amounts in minor units"},
		{"limit variant without effect", "  compensation_cap: 50000 ", "  variants: [{when: claim.units > 1}]\n  compensation_cap: 50000 ", "limits.variants[0]: expected what changes"},
		{"risk both", "{flag: frequent_claims, ", "{flag: frequent_claims, when: history.known, ", "risk[0].when: expected either a condition, or a fact"},
		{"calendar near", "calendar: cn", "calendar: cm", `found "cm" (did you mean cn?)`},
		{"huge number", "times: 2", "times: 99999999999999999999", "extension.times: expected a whole number of at most 18 digits"},
		{"octal number", "times: 2", "times: 010", "extension.times: expected a whole number"},
		{"number for a text", "team: after_sales", "team: 7", "team: expected a text, found the number 7: put it in quotes"},
		{"null", "team: after_sales", "team:", "team: expected a text, found nothing"},
		{"list for a mapping", "notices: {received: false}", "notices: [received]", "notices: expected keys with values, found a list"},
		{"mapping for a list", "remind: [4bh, 1h]", "remind: {a: b}", "clocks.first_response.remind: expected a list such as [a, b], found keys with values"},
		{"long text", "team: after_sales", "team: " + strings.Repeat("x", 5000), "team: expected at most 4096 characters"},
		{"control character", "team: after_sales", `team: "a\0b"`, "team: expected a text without control characters"},
		{"version too large", "version: 2\n", "version: 2147483648\n", "version: expected"},
		{"too many reminders", "remind: [4bh, 1h]", "remind: [" + strings.Repeat("1h, ", 11) + "2h]", "clocks.first_response.remind: expected at most 10 reminders, found 12"},
		{"too many steps of proof", "{party: merchant, evidence: [signing_record]", strings.Repeat("{party: merchant, evidence: [signing_record]}\n      - ", 9) + "{party: merchant, evidence: [signing_record]", "reasons.damaged_in_transit.proof: expected at most 8 steps, found 10"},
		{"limit in hours of nobody", "limit: 180d, ", "limit: 4bh, ", "suspension.court_or_police.limit: expected"},
		{"unreachable budget", "    budget: 16bh\n", "    budget: 100000bh\n", "clocks.first_response.budget: expected"},
		{"typo of a section", "extension: {clocks", "extensoin: {clocks", `extensoin: unknown key "extensoin" (did you mean extension?)`},
	}
	for _, row := range rows {
		t.Run(row.name, func(t *testing.T) {
			t.Parallel()
			text := secondPolicy(t)
			require.Contains(t, text, row.from)
			_, err := parse(t, strings.Replace(text, row.from, row.to, 1))
			var fail *FileError
			require.ErrorAs(t, err, &fail)
			require.ErrorContains(t, err, row.want)
			require.Regexp(t, `^x/policy\.yaml:[1-9]\d*:[1-9]\d*: `, err.Error())
		})
	}
}

// A mistake is shown with its line and a caret under it, exactly.
func TestMistakesAreShown(t *testing.T) {
	t.Parallel()
	text := "# 政策\nname: 默认 # not a name\nclocks:\n\tinspection: 1\n"
	_, err := parse(t, text)
	require.ErrorContains(t, err, "x/policy.yaml:4:1: ")
	_, err = parse(t, "# 政策\n{name: 默认, currency: YUAN}\n")
	require.ErrorContains(t, err, `x/policy.yaml:2:22: currency: expected an ISO 4217 currency such as CNY, found "YUAN"
    2 | {name: 默认, currency: YUAN}
      |                        ^`)

	broken := strings.Replace(secondPolicy(t), "inspection: {budget: 48h,", "inspection: {budget: 48 hours,", 1)
	line := 1 + strings.Count(broken[:strings.Index(broken, "48 hours")], "\n")
	_, err = parse(t, broken)
	var fail *FileError
	require.ErrorAs(t, err, &fail)
	require.Len(t, fail.Problems, 1)
	require.Equal(t, line, fail.Problems[0].Line)
	require.Contains(t, err.Error(), `clocks.inspection.budget: expected a span such as 48h, 7d, 7wd, 4bh or 3s, found "48 hours"`)
	require.Contains(t, err.Error(), "\n      |                        ^")

	long := FileProblem{Line: 7, Column: 301, Source: strings.Repeat("a", 300) + "B" + strings.Repeat("c", 300)}
	quoted := strings.Split(long.quote(), "\n")
	require.Equal(t, strings.Index(quoted[0], "B"), strings.Index(quoted[1], "^"))
	require.Less(t, len(quoted[0]), 130)
}

// Several files make one policy; a section stands in one of them.
func TestPolicyOfSeveralFiles(t *testing.T) {
	t.Parallel()
	text := secondPolicy(t)
	cut := strings.Index(text, "\nhours:\n")
	source := PolicySource{Files: map[string]string{"policy.yaml": text[:cut], "times.yaml": text[cut:]}}
	p, err := ParsePolicy("x", source, calendars(t))
	require.NoError(t, err)
	whole, err := parse(t, text)
	require.NoError(t, err)
	require.Equal(t, whole, p)

	source.Files["more.yaml"] = "team: night\nzone: 7\nsurprise: 1\n"
	_, err = ParsePolicy("x", source, calendars(t))
	require.ErrorContains(t, err, `x/more.yaml:3:1: surprise: unknown key`)
	require.ErrorContains(t, err, `x/policy.yaml:`)
	require.ErrorContains(t, err, `the key "team" is already defined in x/more.yaml:1`)

	source.Files["more.yaml"] = "a: ["
	source.Files["times.yaml"] = "b: {"
	_, err = ParsePolicy("x", source, calendars(t))
	require.ErrorContains(t, err, "x/more.yaml:")
	require.ErrorContains(t, err, "x/times.yaml:")

	_, err = ParsePolicy("x", PolicySource{Name: "shop", Version: 3, Files: map[string]string{"p.yaml": text}}, calendars(t))
	require.ErrorContains(t, err, `name: expected shop, as the policy is filed, found "default"`)
	require.ErrorContains(t, err, "version: expected 3, as the policy is filed, found 2")
}
