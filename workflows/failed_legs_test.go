package workflows_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/redresshq/redress/activities"
	"github.com/redresshq/redress/dispute"
)

func one(kind dispute.RemedyType, line string) dispute.Remedy {
	return dispute.Remedy{Type: kind, Lines: []dispute.Line{{LineID: line, Quantity: 1}}}
}

// failing opens a claim for a cup and a lamp, of which the first tries of all payments of the
// decision are refused.
func (r *rig) failing(decided ...dispute.Remedy) dispute.Opening {
	r.under(newest)
	o := r.claimForDesk()
	o.Reason, o.Lines = dispute.ReasonDamagedInTransit, []dispute.Line{{LineID: "line-1", Quantity: 1}, {LineID: "line-2", Quantity: 1}}
	r.pay = func(c dispute.MoneyClaim) (activities.Movement, error) {
		if r.env.Now().Before(opened.Add(2 * time.Hour)) {
			return activities.Movement{}, &activities.PartnerError{Partner: "payment", Status: 422, Code: "account_closed"}
		}
		return answering(dispute.MoneySucceeded)(c)
	}
	r.after(time.Hour, func() { r.decide("u1", supervisor, decided...) })
	return o
}

// asked checks about which leg the desk is asked at a time.
func (r *rig) asked(at time.Duration, legID string) {
	r.after(at, func() {
		c := r.last()
		require.Equal(r.t, dispute.StageNegotiation, c.Stage)
		require.NotNil(r.t, c.Explanation)
		require.Equal(r.t, legID, c.Explanation.Detail["leg_id"])
		require.NotNil(r.t, c.Counting(dispute.ClockAgentDecision, ""))
	})
}

// A decision closes the book on no leg that failed but those of which it speaks: about the
// others the desk is asked again.
func TestALegThatFailedIsNotForgotten(t *testing.T) {
	t.Parallel()
	playAll(t, []scenario{
		{"two refunds failed, and one is decided anew", func(t *testing.T, r *rig) {
			o := r.failing(one(dispute.RemedyRefund, "line-1"), one(dispute.RemedyRefund, "line-2"))
			r.after(3*time.Hour, func() { r.decide("u2", supervisor, one(dispute.RemedyRefund, "line-2")) })
			r.asked(4*time.Hour, "refund-1")
			r.after(5*time.Hour, func() { r.decide("u3", supervisor, one(dispute.RemedyRefund, "line-1")) })
			r.run(o)
			require.Equal(t, dispute.MoneySucceeded, r.legState("refund-3"))
			require.Equal(t, dispute.MoneySucceeded, r.legState("refund-4"))
			require.WithinDuration(t, opened.Add(5*time.Hour), *r.last().ResolvedAt, time.Minute)
			r.ended(dispute.OutcomeResolved)
		}},
		{"a coupon failed too: what is given for the goods does not answer it", func(t *testing.T, r *rig) {
			o := r.failing(one(dispute.RemedyRefund, "line-1"), yuan(dispute.RemedyCoupon, 500))
			r.after(3*time.Hour, func() { r.decide("u2", supervisor, one(dispute.RemedyRefund, "line-1")) })
			r.asked(4*time.Hour, "compensation-1")
			r.after(5*time.Hour, func() { r.decide("u3", supervisor, dispute.Remedy{Type: dispute.RemedyApology}) })
			r.run(o)
			require.WithinDuration(t, opened.Add(5*time.Hour), *r.last().ResolvedAt, time.Minute)
			r.ended(dispute.OutcomeResolved)
		}},
		{"both decided anew in one: nobody is asked again", func(t *testing.T, r *rig) {
			o := r.failing(one(dispute.RemedyRefund, "line-1"), yuan(dispute.RemedyCoupon, 500))
			r.after(3*time.Hour, func() {
				r.decide("u2", supervisor, one(dispute.RemedyRefund, "line-1"), yuan(dispute.RemedyCoupon, 400))
			})
			r.run(o)
			require.WithinDuration(t, opened.Add(3*time.Hour), *r.last().ResolvedAt, time.Minute)
			r.ended(dispute.OutcomeResolved)
		}},
		{"an apology answers what was asked, and no more", func(t *testing.T, r *rig) {
			o := r.failing(one(dispute.RemedyRefund, "line-1"), one(dispute.RemedyRefund, "line-2"))
			said := ""
			r.after(3*time.Hour, func() {
				said = r.last().Explanation.Detail["leg_id"]
				r.decide("u2", supervisor, dispute.Remedy{Type: dispute.RemedyApology})
			})
			r.after(4*time.Hour, func() {
				c := r.last()
				require.NotNil(t, c.Explanation)
				require.NotEqual(t, said, c.Explanation.Detail["leg_id"])
				r.decide("u3", supervisor, dispute.Remedy{Type: dispute.RemedyApology})
			})
			r.run(o)
			require.WithinDuration(t, opened.Add(4*time.Hour), *r.last().ResolvedAt, time.Minute)
			r.ended(dispute.OutcomeResolved)
		}},
		{"one leg failed, and other units are decided: it is asked about again", func(t *testing.T, r *rig) {
			o := r.failing(one(dispute.RemedyRefund, "line-1"))
			r.after(3*time.Hour, func() { r.decide("u2", supervisor, one(dispute.RemedyRefund, "line-2")) })
			r.asked(4*time.Hour, "refund-1")
			r.after(5*time.Hour, func() { r.resolveRefund("u3", refundKey, dispute.ResultRetry) })
			r.run(o)
			require.Equal(t, dispute.MoneySucceeded, r.legState("refund-3"))
			r.ended(dispute.OutcomeResolved)
		}},
		{"a supervisor's refusal of the rest is about all of it", func(t *testing.T, r *rig) {
			o := r.failing(one(dispute.RemedyReturnRefund, "line-1"), yuan(dispute.RemedyCoupon, 500))
			r.after(3*time.Hour, func() { r.reject("u2", supervisor) })
			r.after(4*time.Hour, func() { require.Equal(t, dispute.StageExecution, r.last().Stage) })
			r.arrive(4*day, "1", 1)
			r.run(o)
			require.Equal(t, dispute.MoneySucceeded, r.legState("refund-1"))
			r.ended(dispute.OutcomeResolved)
		}},
	})
}

// What came of a return is paid at once by the unit, whatever was paid for others of its line.
func TestWhatCameIsPaidBesideOtherUnits(t *testing.T) {
	t.Parallel()
	playAll(t, []scenario{
		{"one of two came, the third was paid for; the other comes in a second parcel", func(t *testing.T, r *rig) {
			o := r.threeCups(cups(dispute.RemedyReturnRefund, 2), oneCup(dispute.RemedyRefund))
			r.after(3*time.Hour, func() { r.decide("u2", supervisor, dispute.Remedy{Type: dispute.RemedyApology}) })
			r.after(4*day, func() { r.countBox("w1", "A", 1); r.seeBox("i1", "A", 2) })
			r.after(4*day+time.Hour, func() { require.Equal(t, int64(6667), r.refunded()) })
			r.after(6*day, func() { r.countBox("w2", "B", 3); r.seeBox("i2", "B", 4) })
			r.run(o)
			require.Equal(t, int64(10000), r.refunded())
			require.Equal(t, dispute.ReturnAccepted, r.legState("return-1"))
			r.ended(dispute.OutcomeResolved)
		}},
	})
}
