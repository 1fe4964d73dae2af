package workflows_test

import (
	"context"
	"encoding/json"
	"fmt"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/redresshq/redress/dispute"
)

// plot is a forecast in a line a step.
func plot(f dispute.Forecast) []string {
	var lines []string
	for _, s := range f.Steps {
		if s.Reminder {
			continue // policies remind as they like
		}
		what := "partners"
		if s.Clock != "" {
			what = fmt.Sprintf("%s %s", s.Clock, s.OnExpiry)
		}
		if s.LegID != "" {
			what = s.LegID + " " + what
		}
		lines = append(lines, fmt.Sprintf("%s: %s", what, s.Stage))
	}
	if f.Outcome != "" {
		lines = append(lines, "ends "+string(f.Outcome))
	}
	for _, r := range f.Repeats {
		lines = append(lines, fmt.Sprintf("again %s every %s", r.Clock, r.Every))
	}
	return lines
}

// foretelling is one state of a case and what silence brings from there.
type foretelling struct {
	name string
	from func(r *rig) dispute.Opening
	when time.Duration // silence begins
	want []string
}

var foretellings = []foretelling{
	{"nothing of what is missing comes: expired", (*rig).opening, time.Minute, []string{
		"customer_info close_expired: closed", "ends expired",
	}},
	{"an offer lapses, nobody escalates: closed", func(r *rig) dispute.Opening {
		r.after(time.Hour, r.supply)
		return r.opening()
	}, 2 * time.Hour, []string{
		"customer_response lapse: negotiation", "resolution breach_and_extend: negotiation", "escalation_window close_rejected: closed", "ends rejected",
	}},
	{"the agent is silent inside the automatic limit: decided, and the money stays on its way", (*rig).claimForDesk, time.Minute, []string{
		"first_response breach: execution", "agent_decision decide_for_customer: execution",
		"refund-1 refund_settlement reconcile: execution",
		"refund-1 supervisor_decision next_level: execution", // the first level, then the next
		"resolution breach_and_extend: execution", "refund-1 supervisor_decision next_level: execution",
		"refund-1 supervisor_decision next_level: execution", "resolution breach_and_extend: execution",
		"again resolution every 2wd", "again supervisor_decision every 1wd",
	}},
	{"the agent is silent above the automatic limit: supervisors, again and again", func(r *rig) dispute.Opening {
		r.order.Lines[0].Paid, r.order.Payments[0].Captured = 100000, 109000
		return r.claimForDesk()
	}, time.Minute, []string{
		"first_response breach: adjudication", "agent_decision decide_for_customer: adjudication",
		"supervisor_decision next_level: adjudication", "supervisor_decision next_level: adjudication",
		"supervisor_decision next_level: adjudication", "resolution breach_and_extend: adjudication",
		"supervisor_decision next_level: adjudication", "supervisor_decision next_level: adjudication",
		"resolution breach_and_extend: adjudication",
		"again resolution every 2wd", "again supervisor_decision every 1wd",
	}},
	{"the goods are never sent: the return is given up", (*rig).accepted, 3 * time.Hour, []string{
		"return-1 return_shipment expire_return: closed", "ends expired",
	}},
	{"delivered, and the warehouse says nothing: refunded by rule", func(r *rig) dispute.Opening {
		r.delivered()
		return r.accepted()
	}, 2*day + time.Hour, []string{
		"resolution breach_and_extend: execution", "resolution breach_and_extend: execution",
		"return-1 receipt_confirmation refund: execution", "resolution breach_and_extend: execution",
		"refund-1 refund_settlement reconcile: execution", "refund-1 supervisor_decision next_level: execution",
		"resolution breach_and_extend: execution", "refund-1 supervisor_decision next_level: execution",
		"refund-1 supervisor_decision next_level: execution", "resolution breach_and_extend: execution",
		"again resolution every 2wd", "again supervisor_decision every 1wd",
	}},
	{"received, and never inspected: an agent, then the supervisors", func(r *rig) dispute.Opening {
		r.received()
		return r.accepted()
	}, 3*day + time.Hour, []string{
		"return-1 inspection remind: negotiation", "agent_decision decide_for_customer: adjudication",
		"supervisor_decision next_level: adjudication", "supervisor_decision next_level: adjudication",
		"resolution breach_and_extend: adjudication", "supervisor_decision next_level: adjudication",
		"resolution breach_and_extend: adjudication",
		"again resolution every 2wd", "again supervisor_decision every 1wd",
	}},
	{"the parcel is nowhere: an agent", func(r *rig) dispute.Opening {
		r.inTransit()
		return r.accepted()
	}, day + time.Hour, []string{
		"resolution breach_and_extend: execution", "return-1 return_transit trace: negotiation",
		"resolution breach_and_extend: negotiation", "agent_decision decide_for_customer: adjudication",
		"supervisor_decision next_level: adjudication", "supervisor_decision next_level: adjudication",
		"resolution breach_and_extend: adjudication", "supervisor_decision next_level: adjudication",
		"again resolution every 2wd", "again supervisor_decision every 1wd",
	}},
	{"the refund stays on its way", func(r *rig) dispute.Opening {
		r.inspectedAs(found("line-1", 1, dispute.ConditionDamaged))
		r.pay = answering(dispute.MoneyPending)
		return r.accepted()
	}, 4*day + time.Hour, []string{
		"refund-1 refund_settlement reconcile: execution", "resolution breach_and_extend: execution",
		"refund-1 supervisor_decision next_level: execution", "refund-1 supervisor_decision next_level: execution",
		"resolution breach_and_extend: execution", "refund-1 supervisor_decision next_level: execution",
		"again resolution every 2wd", "again supervisor_decision every 1wd",
	}},
	{"all is paid: closed when the window is over", func(r *rig) dispute.Opening {
		r.inspectedAs(found("line-1", 1, dispute.ConditionDamaged))
		return r.accepted()
	}, 4*day + time.Hour, []string{"reopen_window close: closed", "ends resolved"}},
	{"a supervisor has it: levels, then the last is told again", func(r *rig) dispute.Opening {
		r.after(time.Minute, func() { r.escalate("e1", customer) })
		return r.complaint()
	}, time.Hour, []string{
		"supervisor_decision next_level: adjudication", "first_response breach: adjudication",
		"supervisor_decision next_level: adjudication", "supervisor_decision next_level: adjudication",
		"resolution breach_and_extend: adjudication", "supervisor_decision next_level: adjudication",
		"resolution breach_and_extend: adjudication",
		"again resolution every 2wd", "again supervisor_decision every 1wd",
	}},
}

// Each is played on in skipped time too, and must go as foretold.
func TestForecast(t *testing.T) {
	t.Parallel()
	for _, f := range foretellings {
		t.Run(f.name, func(t *testing.T) {
			t.Parallel()
			r := setup(t)
			r.policy = "default@1" // as it was first released: it never changes
			r.renew(opened)
			o := f.from(r)
			w := r.watch(f.when)
			const bound = 60 * day
			r.after(f.when+bound, func() { r.env.CancelWorkflow() })
			r.run(o)
			require.False(t, w.closed)
			w.meets(t, w.at.Add(bound-time.Hour))
			require.Equal(t, f.want, plot(w.told))
			for _, s := range w.told.Steps {
				require.Regexp(t, `^default@\d+/`, s.Rule)
				require.NotEmpty(t, s.Why)
			}
			require.Equal(t, dispute.ForecastAssumption, w.told.Assumption)
		})
	}
}

func TestForecastLeavesTheCaseAlone(t *testing.T) {
	t.Parallel()
	r := setup(t)
	w := r.watch(time.Hour)
	r.run(r.opening())
	b := r.batches[w.since-1]
	before, err := json.Marshal(b.Case)
	require.NoError(t, err)
	_, err = r.forecaster().Forecast(context.Background(), b.Case, b.Engine, w.at)
	require.NoError(t, err)
	after, err := json.Marshal(b.Case)
	require.NoError(t, err)
	require.Equal(t, string(before), string(after))
}

func TestForecastOfAClosedCaseIsRefused(t *testing.T) {
	t.Parallel()
	r := setup(t)
	r.run(r.opening())
	last := r.batches[len(r.batches)-1]
	_, err := r.forecaster().Forecast(context.Background(), last.Case, last.Engine, r.env.Now())
	require.Equal(t, dispute.CodeCaseClosed, dispute.CodeOf(err))
}

func TestForecastWithoutThePolicySaysSo(t *testing.T) {
	t.Parallel()
	r := setup(t)
	w := r.watch(time.Hour)
	r.after(2*time.Hour, func() { r.env.CancelWorkflow() })
	r.run(r.claimForDesk())
	b := r.batches[w.since-1]
	b.Case.PolicyVersion = "nobodys@7"
	_, err := r.forecaster().Forecast(context.Background(), b.Case, b.Engine, w.at)
	require.ErrorContains(t, err, "nobodys@7")
}

// An overdue clock runs out at once, as it would when the worker is back.
func TestForecastOfAnOverdueClock(t *testing.T) {
	t.Parallel()
	r := setup(t)
	w := r.watch(time.Hour)
	r.run(r.opening())
	b := r.batches[w.since-1]
	late := opened.AddDate(0, 0, 30)
	f, err := r.forecaster().Forecast(context.Background(), b.Case, b.Engine, late)
	require.NoError(t, err)
	require.Equal(t, []string{"customer_info close_expired: closed", "ends expired"}, plot(f))
	require.Equal(t, late, *f.EndsAt)
}
