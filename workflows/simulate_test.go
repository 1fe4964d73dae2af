package workflows_test

import (
	"context"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/redresshq/redress/dispute"
)

// claim is the opening as a claim, with what the rig's partners would answer and
// the evidence that supply sends.
func (r *rig) claim(o dispute.Opening) dispute.Claim {
	return dispute.Claim{
		Policy: r.policy, Opening: o,
		Facts: dispute.Facts{Order: &r.order, Dispatch: &dispute.DispatchFacts{Lines: []dispute.Line{{LineID: "line-1", Quantity: 2}}},
			Trace: &r.trace, Payment: &r.payment, History: &r.history},
		Evidence: map[dispute.Party][]dispute.EvidenceType{
			dispute.PartyCustomer: {dispute.EvidencePhoto, dispute.EvidenceStatement}},
	}
}

// A simulation of a claim says what happens when the claim is made.
func TestSimulationIsWhatHappens(t *testing.T) {
	t.Parallel()
	for name, opening := range map[string]func(r *rig) dispute.Opening{
		"damaged in transit": (*rig).opening, "late delivery": (*rig).complaint, "no reason": (*rig).noReason,
		"lost on its way": (*rig).lostOutbound, "for the desk": (*rig).claimForDesk,
		"of another's order": func(r *rig) dispute.Opening { r.order.CustomerID = "cust-2"; return r.opening() },
		"too late": func(r *rig) dispute.Opening {
			o := r.noReason()
			long := opened.AddDate(0, -2, 0)
			r.order.DeliveredAt, r.trace.DeliveredAt = &long, &long
			return o
		},
	} {
		for _, policy := range []string{"default@1", "default"} {
			t.Run(name+" under "+policy, func(t *testing.T) {
				t.Parallel()
				r := setup(t)
				r.policy = policy
				r.renew(opened)
				o := opening(r)
				r.silent()
				r.after(time.Millisecond, r.supply)
				const bound = 30 * day
				r.after(bound, func() { r.env.CancelWorkflow() })
				r.run(o)
				f, err := r.forecaster().Simulate(context.Background(), r.claim(o), opened)
				require.NoError(t, err)
				require.Equal(t, dispute.SimulationAssumption, f.Assumption)
				until := opened.Add(bound - time.Hour)
				if f.Outcome == "" { // repetitions are counted there, and listed here
					f, err = r.forecaster().WholeSimulation(context.Background(), r.claim(o), opened)
					require.NoError(t, err)
					if last := f.Steps[len(f.Steps)-1].At; f.Cut && last.Before(until) {
						until = last.Add(time.Second)
					}
				}
				requireForetold(t, happened(r.batches, until), foretold(f, until))
			})
		}
	}
}

func TestSimulate(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		change func(*dispute.Claim)
		want   []string
		fails  string
	}{
		"nothing is shown: the customer is asked, then it expires": {
			change: func(c *dispute.Claim) { c.Evidence = nil },
			want:   []string{"partners: intake", "customer_info close_expired: closed", "ends expired"},
		},
		"the carrier does not answer": {
			change: func(c *dispute.Claim) { c.Facts.Trace = nil },
			want: []string{"partners: investigation", "partners: negotiation", "customer_response lapse: negotiation",
				"resolution breach_and_extend: negotiation", "escalation_window close_rejected: closed", "ends rejected"},
		},
		"a claim that cannot be": {
			change: func(c *dispute.Claim) { c.Opening.Kind = "feud" },
			fails:  "unknown kind",
		},
		"a policy that is not there": {
			change: func(c *dispute.Claim) { c.Policy = "nobodys@1" },
			fails:  `no policy "nobodys@1"`,
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			r := setup(t)
			claim := r.claim(r.opening())
			claim.Policy = "default@1"
			c.change(&claim)
			f, err := r.forecaster().Simulate(context.Background(), claim, opened)
			if c.fails != "" {
				require.ErrorContains(t, err, c.fails)
				return
			}
			require.NoError(t, err)
			require.Equal(t, c.want, plot(f))
		})
	}
}
