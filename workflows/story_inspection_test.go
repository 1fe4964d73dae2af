package workflows_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/redresshq/redress/activities"
	"github.com/redresshq/redress/dispute"
)

func TestNotReceived(t *testing.T) {
	t.Parallel()
	playAll(t, []scenario{
		{"lost by the carrier: refunded without a return", func(t *testing.T, r *rig) {
			r.run(r.lostOutbound())
			require.Equal(t, []string{refundKey}, r.paid())
			require.Zero(t, r.times("label"))
			require.Equal(t, dispute.PartyCarrier, r.last().Liability[0].Party)
			r.ended(dispute.OutcomeResolved)
		}},
		{"delivered by the carrier: an agent decides", func(t *testing.T, r *rig) {
			o := r.lostOutbound()
			r.trace.Status = dispute.ParcelDelivered
			r.after(time.Hour, func() { r.reject("u1", agent) })
			r.run(o)
			require.Contains(t, r.told(dispute.RoleAgent), "task decide")
			r.unpaid()
			r.ended(dispute.OutcomeRejected)
		}},
	})
}

func TestInspectionDiffers(t *testing.T) {
	t.Parallel()
	for _, finding := range []struct {
		name  string
		lines []dispute.InspectedLine
		code  string
		state dispute.LegState
	}{
		{"a wrong item", []dispute.InspectedLine{found("line-1", 2, dispute.ConditionWrongItem)}, dispute.DifferenceCondition, dispute.ReturnRefused},
		{"used goods", []dispute.InspectedLine{found("line-1", 2, dispute.ConditionUsed)}, dispute.DifferenceCondition, dispute.ReturnRefused},
		{"one of two", []dispute.InspectedLine{found("line-1", 1, dispute.ConditionDamaged)}, dispute.DifferenceShort, dispute.ReturnPartial},
		{"an undeclared piece", []dispute.InspectedLine{found("line-1", 2, dispute.ConditionDamaged), {SKU: "sku-vase", Quantity: 1, Condition: dispute.ConditionIntact}},
			dispute.DifferenceUndeclared, dispute.ReturnRefused},
	} {
		t.Run(finding.name, func(t *testing.T) {
			t.Parallel()
			r := setup(t)
			r.inspectedAs(finding.lines...)
			r.after(5*day, func() { r.decide("u2", agent, yuan(dispute.RemedyPartialRefund, 3000)) })
			o := r.accepted()
			o.Lines[0].Quantity = 2
			r.run(o)
			c := r.last()
			ret := c.Leg("return-1")
			require.Equal(t, finding.state, ret.State)
			require.Equal(t, finding.code, ret.Return.Differences[0].Code)
			require.Contains(t, r.told(dispute.RoleAgent), "task decide")
			require.Equal(t, dispute.MoneyCancelled, c.Leg("refund-1").State, "what was promised for goods in order is not owed")
			require.Equal(t, []string{caseID + "/refund-2/1"}, r.paid())
			require.Equal(t, int64(3000), c.Leg("refund-2").Money.Amount.Amount)
			require.Equal(t, dispute.StageNegotiation, r.stageAt(4*day+time.Hour))
			r.ended(dispute.OutcomeResolved)
		})
	}
}

func TestReturnsSideBySide(t *testing.T) {
	t.Parallel()
	playAll(t, []scenario{
		{"a freight refund paid at once does not keep the return from being inspected", func(t *testing.T, r *rig) {
			o := r.accepted()
			o.RequestedRemedy = []dispute.RemedyType{dispute.RemedyReturnRefund, dispute.RemedyFreightRefund}
			r.inspectedAs(found("line-1", 1, dispute.ConditionUsed))
			r.after(5*day, func() { r.reject("u2", supervisor) })
			r.run(o)
			require.Equal(t, dispute.ReturnRefused, r.legState("return-1"))
			require.Equal(t, []string{caseID + "/refund-2/1"}, r.paid(), "the freight only")
		}},
		{"one return that differs leaves the other one's refund alone", func(t *testing.T, r *rig) {
			two := r.claimForDesk()
			two.Lines = []dispute.Line{{LineID: "line-1", Quantity: 1}, {LineID: "line-2", Quantity: 1}}
			each := func(line string) dispute.Remedy {
				return dispute.Remedy{Type: dispute.RemedyReturnRefund, Lines: []dispute.Line{{LineID: line, Quantity: 1}}}
			}
			r.after(time.Hour, func() { r.decide("u1", agent, each("line-1"), each("line-2")) })
			comes := func(leg, line string, c dispute.Condition) func() {
				return func() {
					last := r.last()
					r.signal(dispute.SignalWarehouseInspected, dispute.WarehouseInspected{EventID: "w" + line, Sequence: 1,
						RMAID: last.Leg(leg).Return.RMAID, Lines: []dispute.InspectedLine{found(line, 1, c)}})
				}
			}
			r.after(day, comes("return-1", "line-1", dispute.ConditionUsed))
			r.after(2*day, func() {
				some := yuan(dispute.RemedyPartialRefund, 1000)
				some.Lines = []dispute.Line{{LineID: "line-1", Quantity: 1}}
				r.decide("u2", agent, some)
			})
			r.after(3*day, comes("return-2", "line-2", dispute.ConditionIntact))
			r.run(two)
			require.Equal(t, []string{caseID + "/refund-3/1", caseID + "/refund-2/1"}, r.paid())
			r.ended(dispute.OutcomeResolved)
		}},
		{"a supervisor who settles an overdue inspection by hand lets the refund go", func(t *testing.T, r *rig) {
			r.received()
			r.after(6*day, func() { r.resolveLeg("u2", "return-1", dispute.ResultSucceeded) })
			r.run(r.accepted())
			r.ranOut(dispute.ClockAgentDecision)
			require.Equal(t, []string{refundKey}, r.paid())
			r.ended(dispute.OutcomeResolved)
		}},
		{"an RMA that cannot be given back is told and does not hold the case", func(t *testing.T, r *rig) {
			r.cancel = dispute.Errorf(dispute.CodeUnavailable, "down")
			r.announce = dispute.Errorf(dispute.CodeDeclined, "dock closed")
			r.pay = answering(dispute.MoneyPending)
			r.after(2*time.Hour+time.Minute, func() { r.decide("u2", agent, dispute.Remedy{Type: dispute.RemedyRefund}) })
			r.after(3*time.Hour, func() { r.settle("p1", caseID+"/refund-2/1", dispute.MoneySucceeded, 5000) })
			r.run(r.accepted())
			require.Contains(t, r.told(dispute.RoleSupervisor), "task undo_failed")
			require.Equal(t, []string{caseID + "/refund-2/1"}, r.paid())
			r.ended(dispute.OutcomeResolved)
		}},
	})
}

func TestWithdrawal(t *testing.T) {
	t.Parallel()
	playAll(t, []scenario{
		{"before the label: nothing was prepared, nothing is paid", func(t *testing.T, r *rig) {
			r.after(time.Hour, r.supply)
			r.after(2*time.Hour, func() { r.withdraw("u1") })
			r.run(r.opening())
			require.Zero(t, r.times("label"))
			require.Equal(t, dispute.OfferReplaced, r.last().Offers[0].State)
			r.unpaid()
			r.ended(dispute.OutcomeWithdrawn)
		}},
		{"after the label: RMA and label are given back, nothing is paid", func(_ *testing.T, r *rig) {
			r.after(3*time.Hour, func() { r.withdraw("u2") })
			r.run(r.accepted())
			r.voided()
			r.unpaid()
			r.ended(dispute.OutcomeWithdrawn)
		}},
		{"once a refund is requested it is refused, and the refund settles", func(t *testing.T, r *rig) {
			var late *reply
			r.pay = answering(dispute.MoneyPending)
			r.after(time.Hour, func() { late = r.withdraw("u1") })
			r.after(2*time.Hour, func() { r.settle("p1", refundKey, dispute.MoneySucceeded, 5000) })
			r.run(r.lostOutbound())
			require.Equal(t, dispute.CodeNotAllowedNow, late.code)
			require.True(t, late.rejected)
			r.ended(dispute.OutcomeResolved)
		}},
	})
}

func TestRefund(t *testing.T) {
	t.Parallel()
	playAll(t, []scenario{
		{"declined: the agent decides, silence goes to a supervisor and not to another return", func(t *testing.T, r *rig) {
			r.pay = func(dispute.MoneyClaim) (activities.Movement, error) {
				return activities.Movement{}, &activities.PartnerError{Partner: "payment", Status: 422, Code: "account_closed"}
			}
			r.inspectedAs(found("line-1", 1, dispute.ConditionDamaged))
			r.after(8*day, func() { r.reject("u2", supervisor) })
			r.run(r.accepted())
			require.Equal(t, 1, r.times("label"))
			require.Contains(t, r.told(dispute.RoleSupervisor), "task agent_silent")
			require.Equal(t, dispute.MoneyFailed, r.legState("refund-1"))
		}},
		{"declined and tried again by hand: a new key, paid once, resolved", func(t *testing.T, r *rig) {
			closed := true
			r.pay = func(c dispute.MoneyClaim) (activities.Movement, error) {
				if closed {
					return activities.Movement{}, &activities.PartnerError{Partner: "payment", Status: 422, Code: "account_closed"}
				}
				return answering(dispute.MoneySucceeded)(c)
			}
			r.after(time.Hour, func() { closed = false; r.resolveRefund("u1", refundKey, dispute.ResultRetry) })
			r.run(r.lostOutbound())
			require.Equal(t, []string{refundKey, caseID + "/refund-2/1"}, r.paid())
			r.ended(dispute.OutcomeResolved)
		}},
		{"a lost reply that was a success is found and not sent again", func(t *testing.T, r *rig) {
			r.pay = func(dispute.MoneyClaim) (activities.Movement, error) {
				return activities.Movement{}, &activities.PartnerError{Partner: "payment"}
			}
			r.find = answering(dispute.MoneySucceeded)
			r.run(r.lostOutbound())
			require.Equal(t, []string{refundKey}, r.paid())
			require.Equal(t, dispute.MoneySucceeded, r.legState("refund-1"))
			r.ended(dispute.OutcomeResolved)
		}},
	})
}
