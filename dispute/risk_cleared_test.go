package dispute

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

// looked lets a person answer the flags that the case has.
func looked(c *Case, v RiskVerdict) {
	c.Risk = c.Risk.Judged(NewRiskReview(c.Risk, v, Actor{Role: RoleAgent, ID: "ann"}, c.OpenedAt.Add(time.Hour), ""))
}

// Flags that a person cleared speak against nothing any more: not when the case is
// assessed anew, and not when a clock runs out. What a person confirmed stands, and the
// facts and the score stay as they are.
func TestClearedFlagsLetTheRulesGoOn(t *testing.T) {
	t.Parallel()
	for _, name := range []string{"default@1", "default@2", "default@3"} {
		b := book(t, name)
		flagged := func(c *Case) *Case {
			c.PolicyVersion = name
			c.Facts.History = &HistoryFacts{Cases90Days: 9, Cases24Hours: 3}
			c.Risk = b.risk(c)
			require.NotEmpty(t, c.Risk.Standing(), name)
			require.Equal(t, c.Risk.Score, c.Risk.StandingScore(), name)
			return c
		}
		silent := Clock{Name: ClockAgentDecision}
		require.Equal(t, SilenceEscalate, b.Silence(flagged(damagedReturn()), silent).Outcome, name)

		c := flagged(damagedReturn())
		looked(c, RiskConfirmed)
		require.Equal(t, CodeRiskFlagged, b.Assess(c, c.OpenedAt).Explanation.Code, name)
		require.Equal(t, CodeRiskFlagged, b.Silence(c, silent).Explanation.Code, name)
		require.Nil(t, c.Risk.Reasons[0].Cleared, name)

		looked(c, RiskCleared)
		require.Empty(t, c.Risk.Standing(), name)
		require.Zero(t, c.Risk.StandingScore(), name)
		require.NotZero(t, c.Risk.Score, name)
		require.Equal(t, &RiskClearance{By: Actor{Role: RoleAgent, ID: "ann"}, At: c.OpenedAt.Add(time.Hour)}, c.Risk.Reasons[0].Cleared, name)
		require.Equal(t, SilenceForCustomer, b.Silence(c, silent).Outcome, name)
		again := b.Assess(c, c.OpenedAt)
		require.NotEqual(t, RoutePerson, again.Route, name)
		require.Equal(t, c.Risk.Score, again.Risk.Score, name)
		require.NotNil(t, again.Risk.Reasons[0].Cleared, name)

		c.Facts.History = &HistoryFacts{Cases90Days: 12, Cases24Hours: 3}
		require.Equal(t, CodeRiskFlagged, b.Silence(c, silent).Explanation.Code, "%s: a number grew after the person had looked at it", name)
	}
	// What the warehouse is silent about is refunded by rule again.
	b := book(t, "default@3")
	c := parcelUnderWay(t, func(c *Case) { c.Risk = Risk{Score: 40, Flags: []string{"x"}} }) // a case of release 1 has no reasons
	unseen := Clock{Name: ClockReceiptConfirmation, LegID: "return-1"}
	require.Equal(t, SilenceAgent, b.Silence(c, unseen).Outcome)
	looked(c, RiskCleared)
	require.Equal(t, SilenceRefund, b.Silence(c, unseen).Outcome)
}

// What is found after a person cleared the flags flags the case anew: another flag, or the
// same one with a worse number. The same number again is what the person saw.
func TestANewReasonFlagsAClearedCaseAnew(t *testing.T) {
	t.Parallel()
	b := book(t, "default@3")
	lines := []Line{{LineID: "line-1", Quantity: 1}}
	c := damagedReturn()
	c.PolicyVersion = "default@3"
	c.Facts.History = &HistoryFacts{Cases24Hours: 3}
	c.Facts.Dispatch = &DispatchFacts{Lines: lines, WeightGrams: 1000}
	c.Risk = b.risk(c)
	looked(c, RiskCleared)
	ret := &ReturnLeg{Instructions: ReturnInstructions{Items: lines}, WeightGrams: 900,
		Inspection: []InspectedLine{{LineID: "line-1", Quantity: 1, Condition: ConditionDamaged}}}
	c.Legs = []Leg{{ID: "return-1", Type: LegReturn, State: ReturnReceived, Return: ret}}
	require.True(t, b.Inspect(c, "return-1").Accepted, "what was cleared stays cleared")

	ret.WeightGrams = 500
	found := b.Inspect(c, "return-1")
	require.False(t, found.Accepted)
	require.Equal(t, []string{"weight_mismatch"}, found.Risk.Standing())
	require.Equal(t, []string{"many_at_once", "weight_mismatch"}, found.Risk.Flags)
	require.True(t, found.Risk.Unreviewed())
	require.Less(t, found.Risk.StandingScore(), found.Risk.Score)
	c.Risk = *found.Risk
	require.Equal(t, CodeRiskFlagged, b.Silence(c, Clock{Name: ClockReceiptConfirmation, LegID: "return-1"}).Explanation.Code)

	looked(c, RiskCleared)
	require.False(t, c.Risk.Unreviewed())
	require.True(t, b.Inspect(c, "return-1").Accepted)
	ret.WeightGrams = 100
	worse := b.Inspect(c, "return-1")
	require.Equal(t, []string{"weight_mismatch"}, worse.Risk.Standing())
	require.Equal(t, 90, worse.Risk.Reasons[1].Value)
	require.Equal(t, c.Risk.Score, worse.Risk.Score, "a flag counts once")
}

// Two rules may raise one flag: what stands of it counts by the reason that stands.
func TestWhatStandsOfAFlagOfTwoRules(t *testing.T) {
	t.Parallel()
	at := time.Date(2026, 3, 20, 0, 0, 0, 0, time.UTC)
	cleared := &RiskReview{Verdict: RiskCleared, By: Actor{Role: RoleAgent, ID: "ann"}, At: at, Flags: []string{"many"}, Values: map[string]int{"many": 5}}
	for name, row := range map[string]struct {
		reasons []RiskReason
		want    int
	}{
		"both stand":      {[]RiskReason{{Flag: "odd", When: "x", Score: 20, Rule: "r"}, {Flag: "odd", When: "y", Score: 30, Rule: "r"}}, 50},
		"the second grew": {[]RiskReason{{Flag: "many", Fact: "a", Value: 3, Score: 20, Rule: "r"}, {Flag: "many", Fact: "b", Value: 6, Score: 30, Rule: "r"}}, 30},
		"none stands":     {[]RiskReason{{Flag: "many", Fact: "a", Value: 3, Score: 20, Rule: "r"}, {Flag: "many", Fact: "b", Value: 5, Score: 30, Rule: "r"}}, 0},
	} {
		risk := Risk{Score: 50, Flags: []string{row.reasons[0].Flag, row.reasons[1].Flag}, Reasons: row.reasons}.Judged(cleared)
		require.Equal(t, row.want, risk.StandingScore(), name)
	}
}
