package dispute

import (
	"errors"
	"io/fs"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"
)

func policyText(t testing.TB) string {
	t.Helper()
	data, err := fs.ReadFile(ruleFiles, "policies/default/1/policy.yaml")
	require.NoError(t, err)
	return string(data)
}

// oneFile is a policy of one file, and parse reads it as x.
func oneFile(text string) PolicySource {
	return PolicySource{Files: map[string]string{"policy.yaml": text}}
}

func parse(t testing.TB, text string) (*Policy, error) {
	t.Helper()
	return ParsePolicy("x", oneFile(text), calendars(t))
}

func calendars(t testing.TB) map[string]Calendar {
	t.Helper()
	c, err := readCalendars(ruleFiles)
	require.NoError(t, err)
	return c
}

// Each row breaks the default policy in one place; the error says where and what
// was expected.
func TestParsePolicyErrors(t *testing.T) {
	t.Parallel()
	rows := []struct{ name, from, to, want string }{
		{"unknown key", "team: after_sales", "team: after_sales\nsurprise: 1", `surprise: unknown key "surprise"; expected one of format, name`},
		{"unknown nested key", "on_expiry: breach}", "on_expiry: breach, colour: red}", `clocks.first_response.colour: unknown key "colour"`},
		{"duplicate key", "team: after_sales", "team: after_sales\nteam: b", "already defined"},
		{"not YAML", "team: after_sales", "team: [", ""},
		{"wrong type", "version: 1", "version: one", "version: expected a whole number of at most 18 digits, found \"one\""},
		{"name", "name: default", "name: Default Policy", "name: expected a name"},
		{"version", "version: 1", "version: 0", "version: expected a number from 1"},
		{"zone", "zone: Asia/Shanghai", "zone: Asia/Nowhere", "zone: expected an IANA time zone"},
		{"zone of the machine", "zone: Asia/Shanghai", "zone: Local", "zone: expected an IANA time zone"},
		{"zone and calendar", "zone: Asia/Shanghai", "zone: Europe/Berlin", "zone: expected the zone of calendar cn"},
		{"currency", "currency: CNY", "currency: YUAN", "currency: expected an ISO 4217 currency"},
		{"calendar", "calendar: cn", "calendar: mars", "calendar: expected one of the calendars cn"},
		{"amount", "automatic: 30000 ", "automatic: -1 ", "limits.automatic: expected an amount"},
		{"limits out of order", "automatic: 30000 ", "automatic: 900000 ", "expected at most the agent limit"},
		{"compensation out of order", "compensation: 5000 ", "compensation: 900000 ", "expected at most compensation_cap"},
		{"missing amount", "  agent: 100000 ", "  # agent: 100000 ", "limits.agent: expected an amount"},
		{"risk fact", "fact: cases_90_days", "fact: shoe_size", "risk[0].fact: expected one of cases"},
		{"risk score", "score: 60", "score: 600", "risk[0].score: expected 1 to 100"},
		{"risk number", "at_least: 8", "at_least: 0", "risk[0].at_least"},
		{"risk flag", "flag: frequent_claims", "flag: Frequent Claims", "risk[0].flag"},
		{"freight party", "  platform: merchant", "  postman: merchant", "freight.postman: expected a party"},
		{"freight payer", "  platform: merchant", "  platform: nobody", "freight.platform: expected merchant or customer"},
		{"source", "dispatch: 30m", "oracle: 30m", "sources.goods.oracle: expected one of"},
		{"source limit", "{order: 15m, dispatch", "{order: 2d, dispatch", "sources.goods.order: expected a limit in s, m or h"},
		{"family", "  billing: {", "  weather: {", "sources.weather: expected a cause family"},
		{"clock missing", "  reopen_window: {budget: 15d, owner: customer, on_expiry: close}", "", "clocks.reopen_window: expected this clock"},
		{"clock unknown", "  reopen_window: {", "  tea_time: {", "clocks.tea_time: expected one of the clocks"},
		{"clock without outcome", "owner: agent, on_expiry: breach}", "owner: agent}", "clocks.first_response.on_expiry: expected one of [breach]"},
		{"clock outcome of another", "on_expiry: next_level", "on_expiry: refund", "clocks.supervisor_decision.on_expiry"},
		{"clock owner", "budget: 7d, owner: customer, on_expiry: close_expired", "budget: 7d, owner: agent, on_expiry: close_expired", "clocks.customer_info.owner: expected customer"},
		{"clock budget", "budget: 72h", "budget: soon", "clocks.customer_response.budget: expected a span"},
		{"clock later budget", ", again: 2wd", "", "clocks.resolution.again: expected the budget of every later round"},
		{"clock later outcome", "on_expiry: remind, then: agent", "on_expiry: remind, then: nap", "clocks.inspection.then"},
		{"clock level", "levels: [24h, 24h]", "levels: [24h, 1y]", "clocks.supervisor_decision.levels[1]: expected a span"},
		{"kind missing", "  repair:\n    requested: [repair]", "", "kinds.repair.requested"},
		{"kind unknown", "  repair:\n    requested: [repair]", "  gossip:\n    requested: [repair]", "kinds.gossip: expected one of the kinds"},
		{"kind offer", "offer: [refund, freight_refund]", "offer: [compensation]", "kinds.claim.offer[0]: expected a remedy that a rule can price"},
		{"reason unknown", "  invoice_request:", "  boredom:", "reasons.boredom: expected one of the reasons"},
		{"reason missing", "  invoice_request:", "  boredom:", "reasons.invoice_request: expected this reason"},
		{"route", "  defective:\n    route: offer", "  defective:\n    route: coin", "reasons.defective.route: expected one of"},
		{"anchor", "window: {anchor: signing, days: 7} # 7-day rules art. 10: seven", "window: {anchor: moon, days: 7} # seven", "reasons.changed_mind.window.anchor: expected signing"},
		{"window days", "window: {anchor: signing, days: 7} # 7-day rules art. 10: seven", "window: {anchor: signing, days: 0} # seven", "reasons.changed_mind.window.days"},
		{"right without window", "    window: {anchor: signing, days: 7} # 7-day rules art. 10: seven", "    # seven", "reasons.changed_mind.window: expected a window"},
		{"evidence", "evidence: [photo, statement, receipt]", "evidence: [Photo!]", "reasons.warranty_failure.evidence[0]"},
		{"remedy", "remedies: [order_amendment]", "remedies: [cake]", "reasons.invoice_request.remedies[0]: expected a remedy"},
		{"remedy twice", "remedies: [order_amendment]", "remedies: [order_amendment, order_amendment]", "stands twice"},
		{"condition", "conditions: [intact, opened, wrong_item]", "conditions: [intact, missing]", "reasons.wrong_item.conditions[1]"},
		{"liability fact", "when: carrier_lost", "when: full_moon", "reasons.not_received.liability[0].when: expected one of"},
		{"liability sum", "      - when: carrier_lost             # Taobao art. 25: the carrier's record is proof\n        shares: {carrier: 100}",
			"      - when: carrier_lost\n        shares: {carrier: 99}", "reasons.not_received.liability[0].shares"},
		{"liability without a last rule", "      - when: carrier_lost ", "      - # ", "expected `when` on every rule but the last"},
	}
	for _, row := range rows {
		t.Run(row.name, func(t *testing.T) {
			t.Parallel()
			text := policyText(t)
			require.Contains(t, text, row.from)
			_, err := parse(t, strings.Replace(text, row.from, row.to, 1))
			var fail *FileError
			require.ErrorAs(t, err, &fail)
			require.ErrorContains(t, err, row.want)
			lines := strings.Split(err.Error(), "\n")
			require.Zero(t, len(lines)%3, err.Error())
			for i := 0; i < len(lines); i += 3 {
				require.Regexp(t, `^x/policy\.yaml:[1-9]\d*:[1-9]\d*: `, lines[i])
				require.Regexp(t, `^ *[1-9]\d* \| `, lines[i+1])
				require.Regexp(t, `^ +\| .*\^$`, lines[i+2])
			}
		})
	}
}

func TestParsePolicyPointsAtTheLine(t *testing.T) {
	t.Parallel()
	text := policyText(t)
	broken := strings.Replace(text, "budget: 72h", "budget: 72x", 1)
	line := 1 + strings.Count(broken[:strings.Index(broken, "72x")], "\n")
	_, err := parse(t, broken)
	var fail *FileError
	require.ErrorAs(t, err, &fail)
	require.Len(t, fail.Problems, 1)
	require.Equal(t, line, fail.Problems[0].Line)
	require.Equal(t, "$.clocks.customer_response.budget", fail.Problems[0].Path)
	require.Equal(t, len("  customer_response: {budget: ")+1, fail.Problems[0].Column)
}

func TestParsePolicyReportsEverything(t *testing.T) {
	t.Parallel()
	text := strings.Replace(policyText(t), "currency: CNY", "currency: X", 1)
	text = strings.Replace(text, "budget: 72h", "budget: soon", 1)
	_, err := parse(t, text)
	var fail *FileError
	require.True(t, errors.As(err, &fail))
	require.Len(t, fail.Problems, 2)
}

// Whatever a file holds, reading it gives an error or a policy, never a panic.
func TestParsePolicyNeverPanics(t *testing.T) {
	t.Parallel()
	text, cal := policyText(t), calendars(t)
	rapid.Check(t, func(rt *rapid.T) {
		from := rapid.IntRange(0, len(text)-1).Draw(rt, "from")
		to := min(len(text), from+rapid.IntRange(0, 40).Draw(rt, "length"))
		put := rapid.SampledFrom([]string{"", ":", "- ", "[", "}", "\n", "~", "&a ", "*a", "!!int ", "'", "\"", "\t", "0", "-1", "null", "? "}).Draw(rt, "put")
		p, err := ParsePolicy("x", oneFile(text[:from]+put+text[to:]), cal)
		require.Equal(rt, err == nil, p != nil)
	})
}
