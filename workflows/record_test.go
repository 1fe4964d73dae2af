package workflows_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/redresshq/redress/activities"
	"github.com/redresshq/redress/dispute"
	"github.com/redresshq/redress/workflows"
)

// snapshot is the state as recorded at a span after the opening, by another run.
func snapshot(t *testing.T, play func(r *rig) dispute.Opening, at time.Duration) *workflows.State {
	t.Helper()
	r := setup(t)
	r.run(play(r))
	var s workflows.State
	for _, b := range r.batches {
		if !b.At.After(opened.Add(at)) {
			s = stateOf(t, b)
		}
	}
	return &s
}

// adoptsFirst makes the record answer the first batch of a foreign run with the
// order to adopt.
func (r *rig) adoptsFirst(s *workflows.State) {
	r.stored = s
	r.refuse = func(dispute.Batch) (dispute.Receipt, error) {
		if r.times("adopt") == 0 {
			return dispute.Receipt{Adopt: true}, nil
		}
		return dispute.Receipt{}, nil
	}
}

func TestAdoption(t *testing.T) {
	t.Parallel()
	story := func(r *rig) dispute.Opening { return r.accepted() }
	playAll(t, []scenario{
		{"a reset to the first task goes on from the record, not from the opening", func(t *testing.T, r *rig) {
			r.adoptsFirst(snapshot(t, story, 3*time.Hour))
			r.inspectedAs(found("line-1", 1, dispute.ConditionDamaged))
			r.run(r.opening())
			require.Equal(t, 1, r.times("adopt"))
			require.Zero(t, r.has(dispute.EventOpened), "the case is open already")
			require.Zero(t, r.times("label"), "the label is there")
			require.Equal(t, []string{refundKey}, r.paid())
			r.ended(dispute.OutcomeResolved)
		}},
		{"events that the record has seen are not applied again, new ones once", func(t *testing.T, r *rig) {
			r.adoptsFirst(snapshot(t, story, 3*time.Hour))
			r.after(0, r.supply) // reapplied by the reset
			r.inspectedAs(found("line-1", 1, dispute.ConditionDamaged))
			r.run(r.opening())
			require.Zero(t, r.has(dispute.EventEvidence))
			require.Equal(t, []string{"repeated", "repeated"}, r.ignored())
			require.Equal(t, 1, r.has(dispute.EventInspected))
			r.ended(dispute.OutcomeResolved)
		}},
		{"a run whose record was taken over in the middle applies its event to what is recorded", func(t *testing.T, r *rig) {
			s := snapshot(t, story, 3*time.Hour)
			r.after(time.Hour, func() { r.adoptsFirst(s); r.signal(dispute.SignalEvidenceSubmitted, photo("late")) })
			r.inspectedAs(found("line-1", 1, dispute.ConditionDamaged))
			r.run(r.opening())
			require.Equal(t, 1, r.times("adopt"))
			require.Equal(t, 1, r.has(dispute.EventEvidence))
			require.Len(t, r.last().Evidence, 3)
			r.ended(dispute.OutcomeResolved)
		}},
		{"a restart goes on from the record", func(t *testing.T, r *rig) {
			r.stored = snapshot(t, story, 3*time.Hour)
			r.inspectedAs(found("line-1", 1, dispute.ConditionDamaged))
			r.env.ExecuteWorkflow(workflows.CaseWorkflow, workflows.Start{Restart: caseID})
			require.NoError(t, r.env.GetWorkflowError())
			require.Equal(t, []string{refundKey}, r.paid())
			r.ended(dispute.OutcomeResolved)
		}},
		{"a restart while a refund was requested pays under the same key", func(t *testing.T, r *rig) {
			s := snapshot(t, func(r *rig) dispute.Opening {
				r.pay = answering(dispute.MoneyPending)
				r.after(2*day, func() { r.settle("p1", refundKey, dispute.MoneySucceeded, 5000) })
				return r.lostOutbound()
			}, day)
			s.Case.Legs[0].State = dispute.MoneyRequested
			r.stored = s
			r.env.ExecuteWorkflow(workflows.CaseWorkflow, workflows.Start{Restart: caseID})
			require.NoError(t, r.env.GetWorkflowError())
			require.Equal(t, []string{refundKey}, r.paid())
			r.ended(dispute.OutcomeResolved)
		}},
		{"a restart after clocks have run out hears each of them", func(_ *testing.T, r *rig) {
			r.stored = snapshot(t, story, 3*time.Hour)
			r.renew(opened.Add(30 * day))
			r.env.ExecuteWorkflow(workflows.CaseWorkflow, workflows.Start{Restart: caseID})
			require.NoError(r.t, r.env.GetWorkflowError())
			r.voided()
			r.unpaid()
			r.ended(dispute.OutcomeExpired)
		}},
		{"a restart of an unknown case fails and writes nothing", func(t *testing.T, r *rig) {
			r.env.ExecuteWorkflow(workflows.CaseWorkflow, workflows.Start{Restart: caseID})
			require.Equal(t, dispute.CodeNotFound, activities.Code(r.env.GetWorkflowError()))
			require.Empty(t, r.batches)
		}},
		{"a start for another workflow id fails and writes nothing", func(t *testing.T, r *rig) {
			o := r.opening()
			o.CaseID = "case_other"
			r.env.ExecuteWorkflow(workflows.CaseWorkflow, started(o))
			require.Equal(t, dispute.CodeInvalid, activities.Code(r.env.GetWorkflowError()))
			require.Empty(t, r.batches)
		}},
	})
}

func TestRecordAway(t *testing.T) {
	t.Parallel()
	away := dispute.Errorf(dispute.CodeUnavailable, "the database is away")
	failing := func(times int) func(dispute.Batch) (dispute.Receipt, error) {
		return func(dispute.Batch) (dispute.Receipt, error) {
			if times--; times >= 0 {
				return dispute.Receipt{}, away
			}
			return dispute.Receipt{}, nil
		}
	}
	playAll(t, []scenario{
		{"at the opening: it stands once the record is back", func(t *testing.T, r *rig) {
			r.refuse = failing(12)
			r.run(r.opening())
			require.Equal(t, 1, r.has(dispute.EventOpened))
			r.ended(dispute.OutcomeExpired)
		}},
		{"in the middle of the story: nothing is lost and nothing done twice", func(t *testing.T, r *rig) {
			r.after(time.Hour-time.Second, func() { r.refuse = failing(12) })
			r.inspectedAs(found("line-1", 1, dispute.ConditionDamaged))
			r.run(r.accepted())
			require.Equal(t, 2, r.has(dispute.EventEvidence))
			require.Equal(t, 1, r.times("label"))
			require.Equal(t, 1, r.times("pay "+refundKey))
			for i, b := range r.batches {
				require.Equal(t, int64(i+1), b.Number, "batches are numbered without a gap")
			}
			r.ended(dispute.OutcomeResolved)
		}},
		{"with another failure too it never gives up", func(t *testing.T, r *rig) {
			left := 9
			r.refuse = func(dispute.Batch) (dispute.Receipt, error) {
				if left--; left >= 0 {
					return dispute.Receipt{}, dispute.Errorf(dispute.CodeInvalid, "a check constraint")
				}
				return dispute.Receipt{}, nil
			}
			r.run(r.opening())
			r.ended(dispute.OutcomeExpired)
			require.Equal(t, 1, r.has(dispute.EventClosed))
		}},
		{"a superseded run never writes again and starts nothing", func(t *testing.T, r *rig) {
			tries := 0
			r.after(2*time.Hour-time.Second, func() {
				r.refuse = func(dispute.Batch) (dispute.Receipt, error) {
					tries++
					return dispute.Receipt{}, dispute.Errorf(dispute.CodeRunSuperseded, "a newer run owns the case")
				}
			})
			r.inspectedAs(found("line-1", 1, dispute.ConditionDamaged))
			o := r.accepted()
			r.env.SetWorkflowRunTimeout(30 * day)
			r.env.ExecuteWorkflow(workflows.CaseWorkflow, started(o))
			require.Error(t, r.env.GetWorkflowError(), "it waits for the end that the server has decided")
			require.Equal(t, 1, tries)
			require.Zero(t, r.times("label"))
			r.unpaid()
		}},
	})
}
