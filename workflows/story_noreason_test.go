package workflows_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/redresshq/redress/dispute"
)

func (r *rig) noReason() dispute.Opening {
	o := r.opening()
	o.Reason = dispute.ReasonChangedMind
	return o
}

func TestReturnWithoutReason(t *testing.T) {
	t.Parallel()
	playAll(t, []scenario{
		{"inside the window it is carried out at once, and the customer pays the freight", func(t *testing.T, r *rig) {
			r.after(day, func() {
				r.signal(dispute.SignalReturnShipped, dispute.ReturnShipped{EventID: "s1", LegID: "return-1", Carrier: "yto", TrackingNumber: "Y1", Actor: customer})
			})
			r.after(3*day, func() { r.receive("w1", 1, 1) })
			r.after(4*day, func() { r.inspect("w2", 2, found("line-1", 1, dispute.ConditionIntact)) })
			r.run(r.noReason())
			c := r.last()
			require.Equal(t, dispute.FreightCustomer, c.Leg("return-1").Return.Instructions.FreightPayer)
			require.Zero(t, r.times("label"), "no label is bought for a freight that the customer pays")
			require.Equal(t, []string{refundKey}, r.paid())
			require.Empty(t, c.Offers)
			require.Equal(t, dispute.System, c.Decisions[0].Author)
			r.ended(dispute.OutcomeResolved)
		}},
		{"on the last day it is still inside", func(t *testing.T, r *rig) {
			signed := opened.AddDate(0, 0, -7)
			r.order.DeliveredAt = &signed
			r.run(r.noReason())
			require.NotEmpty(t, r.last().Legs)
		}},
		{"outside the window it is inadmissible, with the dates and the rule", func(t *testing.T, r *rig) {
			signed := opened.AddDate(0, 0, -8)
			r.order.DeliveredAt = &signed
			r.run(r.noReason())
			why := r.last().Explanation
			require.Equal(t, dispute.CodeOutsideWindow, why.Code)
			require.Equal(t, "2026-03-08", why.SignedOn)
			require.Equal(t, "2026-03-09", why.FirstDay)
			require.Equal(t, "2026-03-15", why.LastDay)
			require.Equal(t, "Asia/Shanghai", why.Zone)
			require.NotEmpty(t, why.Rule)
			require.Equal(t, []dispute.Milestone{dispute.NoticeDecision, dispute.NoticeClosed}, r.notices(dispute.RoleCustomer))
			r.unpaid()
			r.ended(dispute.OutcomeInadmissible)
		}},
		{"with an unknown delivery date a person decides", func(t *testing.T, r *rig) {
			r.order.DeliveredAt, r.trace.DeliveredAt = nil, nil
			r.after(time.Hour, func() { r.reject("u1", agent) })
			r.run(r.noReason())
			require.Contains(t, r.told(dispute.RoleAgent), "task decide")
			why := ""
			for _, e := range r.entries() {
				if e.Type == dispute.EventPersonNeeded {
					why = e.Reason
				}
			}
			require.Equal(t, dispute.CodeDeliveryDateUnknown, why)
			r.unpaid()
			r.ended(dispute.OutcomeRejected)
		}},
		{"with an unknown delivery date nobody's silence says yes", func(t *testing.T, r *rig) {
			r.order.DeliveredAt, r.trace.DeliveredAt = nil, nil
			r.after(4*day, func() { r.reject("u1", supervisor) })
			r.run(r.noReason())
			require.Contains(t, r.told(dispute.RoleSupervisor), "task agent_silent")
			r.unpaid()
		}},
	})
}

func TestOpeningRefused(t *testing.T) {
	t.Parallel()
	playAll(t, []scenario{
		{"an unknown order is inadmissible", func(t *testing.T, r *rig) {
			r.orderErr = dispute.Errorf(dispute.CodeNotFound, "no such order")
			r.run(r.noReason())
			require.Equal(t, dispute.CodeOrderUnknown, r.last().Explanation.Code)
			r.ended(dispute.OutcomeInadmissible)
		}},
		{"somebody else's order is inadmissible", func(t *testing.T, r *rig) {
			r.order.CustomerID = "cust-2"
			r.run(r.noReason())
			require.Equal(t, dispute.CodeOrderNotYours, r.last().Explanation.Code)
			r.ended(dispute.OutcomeInadmissible)
		}},
		{"an order system that is away is recorded as not answering, and a person decides", func(t *testing.T, r *rig) {
			r.orderErr = dispute.Errorf(dispute.CodeUnavailable, "down")
			r.after(time.Hour, func() { r.reject("u1", supervisor) })
			r.run(r.noReason())
			require.Equal(t, dispute.SourceNotAnswered, r.last().Facts.Sources[0].State)
			require.Contains(t, r.told(dispute.RoleAgent), "task decide")
			r.ended(dispute.OutcomeRejected)
		}},
		{"a duplicate writes nothing and answers with the other case", func(t *testing.T, r *rig) {
			r.refuse = func(dispute.Batch) (dispute.Receipt, error) { return dispute.Receipt{Duplicate: "case_other"}, nil }
			r.run(r.opening())
			require.Empty(t, r.batches)
			var result struct{ Duplicate string }
			require.NoError(t, r.env.GetWorkflowResult(&result))
			require.Equal(t, "case_other", result.Duplicate)
		}},
	})
}
