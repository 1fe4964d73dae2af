package workflows_test

import (
	"encoding/json"
	"errors"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"go.temporal.io/sdk/converter"
	"go.temporal.io/sdk/workflow"

	"github.com/redresshq/redress/dispute"
	"github.com/redresshq/redress/workflows"
)

// relay plays a case through continue-as-new after every turn, handing what is
// left of the story to each next run. It returns how many runs there were.
func (r *rig) relay(o dispute.Opening) int {
	start := workflows.Start{Opening: &o, ContinueEvery: 1}
	for runs := 1; ; runs++ {
		require.Less(r.t, runs, 200, "the case goes on without end")
		r.env.ExecuteWorkflow(workflows.CaseWorkflow, start)
		require.True(r.t, r.env.IsWorkflowCompleted())
		var next *workflow.ContinueAsNewError
		if !errors.As(r.env.GetWorkflowError(), &next) {
			require.NoError(r.t, r.env.GetWorkflowError())
			return runs
		}
		start = workflows.Start{}
		require.NoError(r.t, converter.GetDefaultDataConverter().FromPayloads(next.Input, &start))
		require.NotNil(r.t, start.State)
		require.NotEmpty(r.t, start.Continues)
		now := r.env.Now()
		r.renew(now)
		for _, s := range r.steps {
			if !s.done {
				r.schedule(s, max(0, opened.Add(s.at).Sub(now)))
			}
		}
	}
}

var instants = regexp.MustCompile(`\d{4}-\d\d-\d\d[T ]\d\d:\d\d(:\d\d(\.\d+)?Z?)?`)

// timeline is the story without its instants, strand by strand: the case, then
// each leg, since legs run side by side and may overtake one another. Sources
// answer in any order, so what the investigation found stands apart, sorted.
func (r *rig) timeline() (story, facts []string) {
	entries := r.entries()
	slices.SortStableFunc(entries, func(a, b dispute.Entry) int { return strings.Compare(legOf(a), legOf(b)) })
	for _, e := range entries {
		line := string(e.Type) + " | " + string(e.Actor.Role) + " | " + string(e.Stage) + " | " + e.Reason + " | " + e.EventID + " | " +
			instants.ReplaceAllString(string(e.Data), "T")
		if e.Stage == dispute.StageInvestigation {
			facts = append(facts, line)
			continue
		}
		story = append(story, line)
	}
	slices.Sort(facts)
	return story, facts
}

// legOf names the leg that an entry speaks of, "" for the case itself.
func legOf(e dispute.Entry) string {
	var about struct {
		LegID string `json:"leg_id"`
	}
	if len(e.Data) > 0 && json.Unmarshal(e.Data, &about) != nil {
		return ""
	}
	return about.LegID
}

func TestContinueAsNewAfterEveryTurnTellsTheSameStory(t *testing.T) {
	t.Parallel()
	stories := map[string]func(r *rig) dispute.Opening{
		"1 damaged in transit": func(r *rig) dispute.Opening {
			r.inspectedAs(found("line-1", 1, dispute.ConditionDamaged))
			r.pay = answering(dispute.MoneyPending)
			r.after(5*day, func() { r.settle("p1", refundKey, dispute.MoneySucceeded, 5000) })
			return r.accepted()
		},
		"3 complaint": func(r *rig) dispute.Opening {
			r.after(time.Hour, func() { r.offer("u1", "o1", agent, tooMuch) })
			r.after(2*time.Hour, func() { r.approve("u2", "approval_1", agent, true) })
			r.after(3*time.Hour, func() { r.approve("u3", "approval_1", supervisor, true) })
			r.after(4*time.Hour, func() { r.counter("u4", "o1", yuan(dispute.RemedyCompensation, 4000), freightBack) })
			r.after(5*time.Hour, func() { r.offer("u5", "o2", agent, yuan(dispute.RemedyCompensation, 4000), freightBack) })
			r.after(6*time.Hour, func() { r.answer("u6", "o2", dispute.ResponseAccept) })
			return r.complaint()
		},
		"5 inspection differs": func(r *rig) dispute.Opening {
			r.inspectedAs(found("line-1", 1, dispute.ConditionUsed))
			r.after(5*day, func() { r.decide("u2", agent, yuan(dispute.RemedyPartialRefund, 3000)) })
			return r.accepted()
		},
		"silence all the way": func(r *rig) dispute.Opening {
			r.onReturn.Status = dispute.ParcelDelivered
			r.inTransit()
			return r.accepted()
		},
		"suspension, extension, proof": func(r *rig) dispute.Opening {
			r.standing()
			r.after(time.Hour, func() { r.ask("q1", dispute.PartyMerchant, dispute.EvidenceReport) })
			r.after(2*time.Hour, func() { r.suspend("s1", dispute.SuspendAgreedPause) })
			r.after(3*time.Hour, func() { r.extend("e1", dispute.ClockResolution, "", "2wd") })
			r.after(day, func() { r.resume("s2") })
			r.after(30*time.Hour, func() { r.suspend("s3", dispute.SuspendAppraisal) })
			return r.claimForDesk()
		},
		"appeal": func(r *rig) dispute.Opening {
			r.standing()
			r.after(2*time.Hour, func() { r.reject("u1", supervisor) })
			r.after(5*time.Hour, func() { r.hand("new", dispute.EvidenceVideo, customer, 5*time.Hour) })
			r.after(6*time.Hour, func() { r.appeal("a1", "evd_new") })
			r.after(8*time.Hour, func() { r.reject("u2", otherSupervisor) })
			return r.claimForDesk()
		},
		"reopened, then asked how it went": func(r *rig) dispute.Opening {
			r.standing()
			r.inspectedAs(found("line-1", 1, dispute.ConditionDamaged))
			r.after(6*day, func() { r.reopenCase("r1", customer) })
			r.after(7*day, func() { r.decide("u2", agent, yuan(dispute.RemedyCompensation, 1000)) })
			r.after(12*day, func() { r.survey("v1", 5) })
			return r.accepted()
		},
		"waiting for the customer": func(r *rig) dispute.Opening {
			r.standing("resolution: {budget: 7wd, ", "resolution: {budget: 7wd, remind: [2d], ")
			r.after(time.Hour, r.supply)
			r.after(2*day, func() { r.counter("u1", "offer_1", yuan(dispute.RemedyRefund, 4000)) })
			r.after(3*day, func() { r.decide("u2", agent, dispute.Remedy{Type: dispute.RemedyReturnRefund}) })
			return r.opening()
		},
		"events that come twice": func(r *rig) dispute.Opening {
			for d := 1; d < 7; d++ {
				r.after(time.Duration(d)*day, func() { r.signal(dispute.SignalEvidenceSubmitted, photo("again")) })
			}
			return r.opening()
		},
	}
	for name, story := range stories {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			whole, cut := setup(t), setup(t)
			whole.run(story(whole))
			runs := cut.relay(story(cut))
			require.Greater(t, runs, 4)
			wholeStory, wholeFacts := whole.timeline()
			cutStory, cutFacts := cut.timeline()
			require.Equal(t, wholeStory, cutStory)
			require.Equal(t, wholeFacts, cutFacts)
			require.ElementsMatch(t, whole.paid(), cut.paid())
			require.Equal(t, whole.notices(dispute.RoleCustomer), cut.notices(dispute.RoleCustomer))
			require.Equal(t, whole.told(dispute.RoleSupervisor), cut.told(dispute.RoleSupervisor))
			require.Equal(t, whole.last().Outcome, cut.last().Outcome)
		})
	}
}

func TestARepeatedUpdateIsKnownAcrossRuns(t *testing.T) {
	t.Parallel()
	r := setup(t)
	var first, again *reply
	r.after(time.Hour, r.supply)
	r.after(2*time.Hour, func() { first = r.acceptAt("t1", "u1", 0) })
	r.after(3*time.Hour, func() { again = r.acceptAt("t2", "u1", 0) })
	r.relay(r.opening())
	require.Empty(t, again.code)
	require.Equal(t, first.version, again.version)
	require.Equal(t, 1, r.times("label"))
}
