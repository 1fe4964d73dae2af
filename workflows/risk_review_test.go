package workflows_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/redresshq/redress/dispute"
)

func (r *rig) reviewRisk(id string, v dispute.RiskVerdict) *reply {
	return r.send(dispute.UpdateRisk, id, dispute.RiskReviewCommand{Command: cmd(id, agent), Verdict: v})
}

// What a person cleared flags a case no more: silence then does what it does for any case.
// What a person confirmed goes on to a supervisor, and so does what nobody looked at.
func TestSilenceAfterAReview(t *testing.T) {
	t.Parallel()
	for _, policy := range []string{"default@1", "default@2", newest} {
		for verdict, paid := range map[dispute.RiskVerdict]bool{dispute.RiskCleared: true, dispute.RiskConfirmed: false} {
			t.Run(policy+" "+string(verdict), func(t *testing.T) {
				t.Parallel()
				r := setup(t).under(policy)
				r.history = dispute.HistoryFacts{Cases90Days: 9}
				var said *reply
				r.after(day, func() { said = r.reviewRisk("k1", verdict) })
				r.after(5*day, func() {
					if policy == newest {
						r.rule("u1", supervisor)
						return
					}
					r.reject("u1", supervisor)
				})
				r.run(r.claimForDesk())
				require.Empty(t, said.code)
				require.Equal(t, 1, r.has(dispute.EventRiskFlagged))
				require.Equal(t, 1, r.has(dispute.EventRiskReviewed))
				c := r.last()
				require.Equal(t, 60, c.Risk.Score, "what was found stays as it was")
				require.Equal(t, []string{"frequent_claims"}, c.Risk.Flags)
				if !paid {
					r.unpaid()
					require.Contains(t, r.told(dispute.RoleSupervisor), "task agent_silent")
					require.Equal(t, 60, c.Risk.StandingScore())
					r.ended(dispute.OutcomeRejected)
					return
				}
				require.Equal(t, []string{refundKey}, r.paid())
				require.Equal(t, dispute.System, c.Decisions[0].Author)
				require.Zero(t, c.Risk.StandingScore())
				require.Equal(t, agent, c.Risk.Reasons[0].Cleared.By)
				require.WithinDuration(t, opened.Add(day), c.Risk.Reasons[0].Cleared.At, time.Minute)
				r.ended(dispute.OutcomeResolved)
			})
		}
	}
}

// What the warehouse finds after a person cleared the case flags it anew.
func TestGoodsFlagAClearedCaseAnew(t *testing.T) {
	t.Parallel()
	r := setup(t).under(newest)
	r.history = dispute.HistoryFacts{Cases90Days: 9}
	r.after(time.Hour, r.supply)
	var first, none, second *reply
	r.after(2*time.Hour, func() { first = r.reviewRisk("k1", dispute.RiskCleared) })
	r.after(3*time.Hour, func() { none = r.reviewRisk("k2", dispute.RiskConfirmed) })
	r.after(4*time.Hour, func() { r.decide("u1", supervisor, dispute.Remedy{Type: dispute.RemedyReturnRefund}) })
	r.inTransit()
	r.after(3*day, func() { r.receive("w1", 1, 1) })
	r.order.Lines[0].Serials = []string{"S1", "S2"}
	r.after(4*day, func() {
		line := found("line-1", 1, dispute.ConditionDamaged)
		line.Serials = []string{"S9"}
		r.inspect("w2", 2, line)
	})
	r.after(5*day, func() { second = r.reviewRisk("k3", dispute.RiskConfirmed) })
	r.after(10*day, func() { r.rule("u2", supervisor) })
	r.run(r.opening())
	require.Empty(t, first.code)
	require.Equal(t, dispute.CodeNotAllowedNow, none.code)
	require.Empty(t, second.code)
	require.Equal(t, 2, r.has(dispute.EventRiskFlagged))
	r.unpaid()
	require.Equal(t, []string{"frequent_claims", "serial_mismatch"}, r.last().Risk.Standing())
}
