package workflows_test

import (
	"errors"
	"slices"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/redresshq/redress/dispute"
)

// An order of somebody else: nothing of it stands in the case, and nothing is paid.
func TestForeignOrder(t *testing.T) {
	t.Parallel()
	bare := func(t *testing.T, r *rig) {
		t.Helper()
		r.ended(dispute.OutcomeInadmissible)
		r.unpaid()
		c := r.last()
		require.Equal(t, dispute.CodeOrderNotYours, c.Explanation.Code)
		require.Nil(t, c.Facts.Order)
		require.Nil(t, c.Facts.Dispatch)
		require.Nil(t, c.Facts.Trace)
		require.Nil(t, c.Facts.Payment)
		for _, b := range r.batches {
			require.Nil(t, b.Case.Facts.Order, "not even for a while")
		}
	}
	claim := func(r *rig) dispute.Opening {
		o := r.lostOutbound()
		r.order.CustomerID = "cust-2"
		return o
	}
	// away lasts two minutes, so that somebody can escalate meanwhile.
	away := func(r *rig) {
		r.orderErr = errors.New("the order system is away")
		r.after(time.Minute, func() { r.escalate("u1", agent) })
		r.after(2*time.Minute, func() { r.orderErr = nil })
	}
	playAll(t, []scenario{
		{"ends at once", func(t *testing.T, r *rig) {
			r.run(claim(r))
			bare(t, r)
		}},
		{"ends with a supervisor too", func(t *testing.T, r *rig) {
			o := claim(r)
			away(r)
			r.run(o)
			bare(t, r)
			require.Contains(t, r.events(), dispute.EventEscalated)
		}},
		{"a line that is not in it ends with a supervisor too", func(t *testing.T, r *rig) {
			o := r.lostOutbound()
			o.Lines = []dispute.Line{{LineID: "line-9", Quantity: 1}}
			away(r)
			r.run(o)
			r.ended(dispute.OutcomeInadmissible)
			c := r.last()
			require.Equal(t, dispute.CodeLineNotInOrder, c.Explanation.Code)
		}},
		{"a window that is over is the supervisor's to weigh", func(t *testing.T, r *rig) {
			long := opened.AddDate(0, -2, 0)
			r.order.DeliveredAt = &long
			o := r.noReason()
			away(r)
			r.after(day, func() { r.reject("u2", supervisor) })
			r.run(o)
			r.ended(dispute.OutcomeRejected)
			require.True(t, slices.ContainsFunc(r.batches, func(b dispute.Batch) bool {
				return b.Case.Stage == dispute.StageAdjudication && b.Case.Explanation != nil && b.Case.Explanation.Code == dispute.CodeOutsideWindow
			}))
		}},
	})
}
