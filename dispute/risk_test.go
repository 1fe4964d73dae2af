package dispute

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"
)

// Every flag comes with the fact that raised it, and what is not known raises nothing.
func TestRiskIsExplained(t *testing.T) {
	t.Parallel()
	b := book(t, "default@3")
	c := damagedReturn()
	c.PolicyVersion = "default@3"
	c.Facts.History = &HistoryFacts{Cases24Hours: 3, NotReceived90Days: 1, RefundedPercent90Days: 90, Confirmed365Days: 1}
	c.Facts.Order.Address = &AddressFacts{Customers90Days: 3}
	risk := b.risk(c)
	require.Equal(t, []string{"many_at_once", "always_refunded", "abused_before", "shared_address"}, risk.Flags)
	require.Equal(t, 100, risk.Score)
	require.Equal(t, RiskReason{Flag: "shared_address", Fact: "address_customers_90_days", Value: 3, AtLeast: 3, Score: 40,
		Rule: "default@3/risk/shared_address"}, risk.Reasons[3])
	require.Equal(t, CodeRiskFlagged, b.Assess(c, c.OpenedAt).Explanation.Code)

	c.Facts.History, c.Facts.Order.Address = nil, nil
	require.Empty(t, b.risk(c).Flags)
}

// The score is the sum of its reasons, at most 100, and a rule never pays a flagged case.
func TestRiskAddsUp(t *testing.T) {
	t.Parallel()
	b := book(t, "default@3")
	rapid.Check(t, func(rt *rapid.T) {
		n := func(name string) int { return rapid.IntRange(0, 12).Draw(rt, name) }
		c := damagedReturn()
		c.Facts.History = &HistoryFacts{Cases24Hours: n("day"), Cases7Days: n("week"), Cases30Days: n("month"), Cases90Days: n("quarter"),
			NotReceived90Days: n("missing"), RefundedPercent90Days: 10 * n("rate"), Confirmed365Days: n("confirmed")}
		c.Facts.Order.Address = &AddressFacts{Customers90Days: n("others"), NotReceived90Days: n("theirs")}
		risk, sum := b.risk(c), 0
		require.Len(rt, risk.Reasons, len(risk.Flags))
		for i, why := range risk.Reasons {
			require.Equal(rt, risk.Flags[i], why.Flag)
			require.GreaterOrEqual(rt, why.Value, why.AtLeast)
			sum += why.Score
		}
		require.Equal(rt, min(sum, 100), risk.Score)
		require.Equal(rt, len(risk.Flags) > 0, risk.Unreviewed())
		if len(risk.Flags) > 0 {
			require.Equal(rt, RoutePerson, b.Assess(c, c.OpenedAt).Route)
		}
	})
}

func TestGoodsThatCameBackAreWeighed(t *testing.T) {
	t.Parallel()
	b := book(t, "default@3")
	lines := []Line{{LineID: "line-1", Quantity: 1}}
	returned := func(change func(*Case, *ReturnLeg)) *Case {
		c := damagedReturn()
		c.Facts.Dispatch = &DispatchFacts{Lines: lines, WeightGrams: 1000}
		c.Facts.Order.Lines = []OrderLine{{LineID: "line-1", SKU: "A", Quantity: 1, Serials: []string{"S1"}}}
		leg := Leg{ID: "return-1", Type: LegReturn, State: ReturnReceived, Return: &ReturnLeg{
			Instructions: ReturnInstructions{Items: lines}, WeightGrams: 900,
			Inspection: []InspectedLine{{LineID: "line-1", Quantity: 1, Condition: ConditionDamaged, Serials: []string{"S1"}}}}}
		change(c, leg.Return)
		c.Legs = []Leg{leg}
		return c
	}
	for name, row := range map[string]struct {
		change func(*Case, *ReturnLeg)
		flags  []string
	}{
		"as it went out": {func(*Case, *ReturnLeg) {}, nil},
		"much lighter":   {func(_ *Case, r *ReturnLeg) { r.WeightGrams = 600 }, []string{"weight_mismatch"}},
		"just light":     {func(_ *Case, r *ReturnLeg) { r.WeightGrams = 601 }, nil},
		"heavier":        {func(_ *Case, r *ReturnLeg) { r.WeightGrams = 5000 }, nil},
		"not weighed":    {func(_ *Case, r *ReturnLeg) { r.WeightGrams = 0 }, nil},
		"never weighed":  {func(c *Case, _ *ReturnLeg) { c.Facts.Dispatch.WeightGrams = 0 }, nil},
		"a part of the order": {func(c *Case, r *ReturnLeg) {
			r.WeightGrams = 1
			c.Facts.Dispatch.Lines = []Line{{LineID: "line-1", Quantity: 2}}
		}, nil},
		"another serial number": {func(_ *Case, r *ReturnLeg) { r.Inspection[0].Serials = []string{"S2"} }, []string{"serial_mismatch"}},
		"no serial number read": {func(_ *Case, r *ReturnLeg) { r.Inspection[0].Serials = nil }, nil},
		"none known of the sale": {func(c *Case, r *ReturnLeg) {
			c.Facts.Order.Lines[0].Serials = nil
			r.Inspection[0].Serials = []string{"S2"}
		}, nil},
		"cleared before": {func(c *Case, r *ReturnLeg) {
			r.WeightGrams = 1
			c.Risk = Risk{Score: 50, Flags: []string{"weight_mismatch"}}
		}, nil},
	} {
		found := b.Inspect(returned(row.change), "return-1")
		if row.flags == nil {
			require.Nil(t, found.Risk, name)
			require.True(t, found.Accepted, name)
			continue
		}
		require.Equal(t, row.flags, found.Risk.Flags, name)
		require.False(t, found.Accepted, name)
		require.Empty(t, found.Part, name)
		require.Nil(t, book(t, "default@2").Inspect(returned(row.change), "return-1").Risk, "%s: policies of format 2 know nothing of it", name)
	}
}

func TestParcelsAddUpTheirWeight(t *testing.T) {
	t.Parallel()
	var r ReturnLeg
	r.Weigh("p1", 300)
	require.Equal(t, 300, r.WeightGrams)
	r.Weigh("p2", 0)
	require.Zero(t, r.WeightGrams, "what the whole weighs is not known")
	r.Weigh("p2", 200)
	require.Equal(t, 500, r.WeightGrams)
}

func TestPolicyChecksOfCustomers(t *testing.T) {
	t.Parallel()
	files := func(text string) error {
		all, err := EmbeddedPolicies()
		require.NoError(t, err)
		for _, source := range all {
			if source.Name != "default" || source.Version != 3 {
				continue
			}
			for name := range source.Files {
				if strings.HasSuffix(name, "customers.yaml") {
					source.Files[name] = text
				}
			}
			_, err = ParsePolicy(source.Name, source, library(t).Calendars())
			return err
		}
		return nil
	}
	for text, want := range map[string]string{
		"survey: {second_opinion_at: 5}":                                                                                      "survey.second_opinion_at: expected a mark from 1 to 4",
		"batch: {window: 30wd, cases: 3, reasons: [defective], tell: purchasing}":                                             "batch.window: expected a span of 1d to 366d",
		"batch: {window: 30d, cases: 1, reasons: [defective], tell: purchasing}":                                              "batch.cases: expected how many cases make a batch",
		"batch: {window: 30d, cases: 3, reasons: [deffective], tell: purchasing}":                                             "did you mean defective",
		"batch: {window: 30d, cases: 3, tell: purchasing}":                                                                    "batch.reasons: expected the reasons",
		"batch: {window: 30d, cases: 3, reasons: [defective], tell: customer}":                                                "batch.tell: expected the department",
		"batch: {window: 30d, cases: 3, reasons: [defective], tell: Purchasing Dept.}":                                        "batch.tell: expected the department",
		"survey: {second_opinion_at: 2}\nbatch: {window: 30d, cases: 3, reasons: [defective], tell: purchasing, colour: red}": "colour",
	} {
		require.ErrorContains(t, files(text+"\n"), want, text)
	}
	require.NoError(t, files("survey: {second_opinion_at: 2}\nbatch: {window: 30d, cases: 3, reasons: [defective], tell: purchasing}\n"))
	_, err := ParsePolicy("p", oneFile(secondPolicy(t)+"survey: {second_opinion_at: 2}\n"), library(t).Calendars())
	require.ErrorContains(t, err, "format: 3")
}
