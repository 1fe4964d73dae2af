package dispute

import (
	"os"
	"path/filepath"
	"reflect"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// The pages of docs/policy are for people who read no code, so they have to say
// everything: their tables are held against the tables of the rules. A table is found by
// the mark above it, <!-- table: name -->, on whichever page; what counts is the first
// column.

var guideTables = regexp.MustCompile(`(?m)^<!-- table: ([\w.-]+) -->\n\n((?:^\|.*\n)+)`)
var guideCode = regexp.MustCompile("`([^`]+)`")

// guideText is what all pages say, one after another.
func guideText(t *testing.T) string {
	t.Helper()
	pages, err := filepath.Glob("../docs/policy/*.md")
	require.NoError(t, err)
	require.NotEmpty(t, pages)
	var all strings.Builder
	for _, page := range pages {
		text, err := os.ReadFile(page) //nolint:gosec // a page of the project
		require.NoError(t, err)
		all.Write(text)
	}
	return all.String()
}

// guideRows are the rows of all tables of the pages by their marks, each row by its cells.
func guideRows(t *testing.T) map[string][][]string {
	t.Helper()
	return tableRows(t, guideText(t))
}

// tableRows are the rows of the marked tables of a text.
func tableRows(t *testing.T, text string) map[string][][]string {
	t.Helper()
	all := map[string][][]string{}
	for _, m := range guideTables.FindAllStringSubmatch(text, -1) {
		require.NotContains(t, all, m[1], "two tables have one name")
		for i, line := range strings.Split(strings.TrimSpace(m[2]), "\n") {
			if i > 1 { // the head, and the line below it
				line = strings.ReplaceAll(strings.Trim(line, "| "), `\|`, "\x00")
				cells := strings.Split(line, "|")
				for k := range cells {
					cells[k] = strings.TrimSpace(strings.ReplaceAll(cells[k], "\x00", "|"))
				}
				all[m[1]] = append(all[m[1]], cells)
			}
		}
	}
	return all
}

// firsts are the names in the first column of a table.
func firsts(rows [][]string) []string {
	var names []string
	for _, row := range rows {
		for _, m := range guideCode.FindAllStringSubmatch(row[0], -1) {
			names = append(names, m[1])
		}
	}
	return names
}

func TestGuideListsEveryFact(t *testing.T) {
	t.Parallel()
	rows := map[string][]string{}
	var names []string
	for _, table := range []string{"facts-claim", "facts-order", "facts-partners", "facts-proof", "facts-short"} {
		for _, row := range guideRows(t)[table] {
			require.Len(t, row, 3, "%v", row)
			name := strings.Trim(row[0], "`")
			names, rows[name] = append(names, name), row
		}
	}
	var want []string
	for _, f := range PolicyFacts() {
		want = append(want, f.Name)
		require.NotNil(t, rows[f.Name], "docs/policy lacks the fact %s", f.Name)
		require.Equal(t, "`"+string(f.Type)+"`", rows[f.Name][1], f.Name)
		require.True(t, strings.HasPrefix(rows[f.Name][2], f.Meaning), "%s: the page says %q, the rules %q", f.Name, rows[f.Name][2], f.Meaning)
		for _, v := range f.Values {
			if f.Name != "case.requested" && f.Name != "case.reason" { // listed once, under their sections
				require.Contains(t, rows[f.Name][2], "`"+v+"`", f.Name)
			}
		}
	}
	require.Equal(t, want, names)
}

func TestGuideListsEveryKey(t *testing.T) {
	t.Parallel()
	rows := guideRows(t)
	for table, of := range map[string]any{
		"sections": Policy{}, "limits": Limits{}, "limits.variants": LimitVariant{}, "risk": RiskRule{}, "clocks": ClockRule{},
		"clocks.variants": ClockVariant{}, "kinds": KindRule{}, "reasons": ReasonRule{}, "proof": ProofRule{}, "routes": RouteVariant{},
		"windows": WindowRule{}, "liability": LiabilityRule{}, "hours": HoursRule{}, "quiet-hours": QuietHours{}, "suspension": SuspensionRule{},
		"extension": ExtensionRule{}, "exclusions": ExclusionRule{}, "refund": RefundRule{}, "refund.variants": RefundVariant{}, "delivery": DeliveryRule{}, "wording": Wording{}, "retention": RetentionRule{}, "retention.variants": RetentionVariant{},
		"recovery": RecoveryRule{}, "recovery.write_off": WriteOffLimits{},
		"negotiation": NegotiationRule{}, "approvals": ApprovalRule{},
		"claim": Claim{}, "calendar": calendarFile{}, "exchange": ExchangeRule{},
		"credits": CreditRule{}, "gifts": GiftRule{}, "compensation": CompensationRule{}, "compensation.amounts": CompensationAmount{},
		"repair": RepairRule{}, "survey": SurveyRule{}, "batch": BatchRule{},
		"triage": TriageSettings{}, "triage.rules": TriageRule{}, "routing": RoutingRule{},
	} {
		var want []string
		for i := range reflect.TypeOf(of).NumField() {
			want = append(want, yamlName(reflect.TypeOf(of).Field(i)))
		}
		require.ElementsMatch(t, want, firsts(rows[table]), "table %s", table)
	}
}

func TestGuideListsEveryName(t *testing.T) {
	t.Parallel()
	rows := guideRows(t)
	var units []string
	for u := range unitLimits {
		units = append(units, string(u))
	}
	for table, want := range map[string][]string{
		"clock-names": texts(clockNames(newestFormat)), "reason-names": sortedNames(families), "kind-names": kindNames(), "remedy-names": remedyNames(),
		"suspension-reasons": texts(suspensionReasons), "notices": texts(milestones), "approaches": approaches, "anchors": anchors,
		"units": units, "functions": guideFunctions(), "binds": {BindOrderTime, BindOpeningTime, BindNewest},
		"parties": {"customer", "merchant", "carrier", "supplier", "platform", "force_majeure", "undetermined"},
		"sources": texts(FactSources()),
	} {
		require.ElementsMatch(t, want, firsts(rows[table]), "table %s", table)
	}
	for _, row := range rows["clock-names"] {
		name := ClockName(strings.Trim(row[0], "`"))
		require.Equal(t, string(clockOwners[name]), strings.Trim(row[1], "`"), name)
		var outcomes []string
		for _, m := range guideCode.FindAllStringSubmatch(row[2], -1) {
			outcomes = append(outcomes, m[1])
		}
		require.ElementsMatch(t, clockOutcomes[name], outcomes, name)
		require.Equal(t, slices.Contains(repeats, name), strings.Contains(row[3], "`again`"), name)
	}
}

// guideFunctions are the words of conditions that are no signs.
func guideFunctions() []string {
	return []string{"size", "startsWith", "endsWith", "contains", "timestamp", "duration", "all", "exists"}
}

// The coupon of docs/policy/refunds.md is spread as the page says.
func TestGuideSpreadsACoupon(t *testing.T) {
	t.Parallel()
	order, err := PriceOrder(OrderFacts{Currency: "CNY",
		Lines:      []OrderLine{{LineID: "cup", Quantity: 1, ListPrice: 3000}, {LineID: "plate", Quantity: 1, ListPrice: 3000}, {LineID: "spoon", Quantity: 1, ListPrice: 1000}},
		Reductions: []OrderReduction{{Kind: ReductionCoupon, Amount: 1000, Code: "autumn"}}, Payments: []OrderMoney{{PaymentID: "pay-1", Captured: 6000}}}, false)
	require.NoError(t, err)
	rows := guideRows(t)["coupon"]
	require.Len(t, rows, len(order.Lines))
	for i, line := range order.Lines {
		want := []string{"`" + line.LineID + "`", Money{line.ListPrice, "CNY"}.String(), Money{line.Credits[0].Amount, "CNY"}.String(), Money{line.Paid, "CNY"}.String()}
		require.Equal(t, want, rows[i])
	}
}

var guideYAML = regexp.MustCompile("(?ms)^```yaml\n(.*?)^```$")
var guideWhen = regexp.MustCompile(`(?m)^when: (.*)$`)

// What the pages show of a policy could stand in one.
func TestGuideExamplesAreRight(t *testing.T) {
	t.Parallel()
	blocks := guideYAML.FindAllStringSubmatch(guideText(t), -1)
	require.NotEmpty(t, blocks)
	for _, block := range blocks {
		whens := guideWhen.FindAllStringSubmatch(block[1], -1)
		for _, when := range whens {
			var one struct {
				When string `yaml:"when"`
			}
			_, err := readYAML("when", []byte(when[0]), &one)
			require.NoError(t, err)
			require.NoError(t, CheckCondition(one.When), one.When)
		}
		if len(whens) > 0 {
			continue
		}
		var of any = &Policy{}
		if strings.HasPrefix(block[1], "proof:") {
			of = &ReasonRule{}
		}
		f, err := readYAML("block", []byte(block[1]), of)
		require.NoError(t, err, block[1])
		require.NoError(t, f.err(), block[1])
		if p, ok := of.(*Policy); ok {
			eachCondition(p, func(path, when string) {
				if when != "" { // a row of risk names a fact instead
					require.NoError(t, CheckCondition(when), path)
				}
			})
		}
	}
	rows := guideRows(t)["functions"]
	require.NotEmpty(t, rows)
	for _, row := range rows {
		example := strings.Trim(row[2], "`")
		switch {
		case strings.HasPrefix(example, "t."):
			example = "claim.tags.exists(t, " + example + ")"
		case strings.HasPrefix(example, "timestamp"):
			example = "case.opened_at < " + example
		case strings.HasPrefix(example, "duration"):
			example = "delivered.known && dispatched.known && delivered.at - dispatched.at > " + example
		}
		require.NoError(t, CheckCondition(example), example)
	}
}
