package workflows_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/redresshq/redress/activities"
	"github.com/redresshq/redress/dispute"
)

// Every signal of this file is one that cannot be used; the case must record it
// and go its way.

func TestSignalsThatMeanNothing(t *testing.T) {
	t.Parallel()
	for _, s := range []struct {
		name   string
		signal dispute.SignalName
		doc    any
		why    string
	}{
		{"not a document", dispute.SignalCarrierUpdate, "hello", "malformed"},
		{"a list", dispute.SignalEvidenceSubmitted, []int{1, 2}, "malformed"},
		{"nothing", dispute.SignalPaymentUpdate, nil, "malformed"},
		{"no event id", dispute.SignalWarehouseReceived, map[string]any{"rma_id": "RMA-test1-1"}, "malformed"},
		{"a wrong type inside", dispute.SignalWarehouseReceived, map[string]any{"event_id": "w9", "lines": "many"}, "malformed"},
		{"an unknown name", "warehouse-exploded", map[string]any{"event_id": "x"}, "unknown_signal"},
		{"an unknown RMA received", dispute.SignalWarehouseReceived, dispute.WarehouseReceived{EventID: "w9", RMAID: "RMA-9"}, "unknown_rma"},
		{"an unknown RMA inspected", dispute.SignalWarehouseInspected, dispute.WarehouseInspected{EventID: "w9", RMAID: "RMA-9"}, "unknown_rma"},
		{"an unknown parcel", dispute.SignalCarrierUpdate, dispute.CarrierUpdate{EventID: "c9", Carrier: "sf", TrackingNumber: "X", Status: dispute.ParcelLost}, "no_such_parcel"},
		{"a teleported parcel", dispute.SignalCarrierUpdate, dispute.CarrierUpdate{EventID: "c9", Carrier: "sf", TrackingNumber: "R1", Status: "teleported"}, "no_such_parcel"},
		{"an unknown refund", dispute.SignalPaymentUpdate, dispute.PaymentUpdate{EventID: "p9", RefundKey: "nobody's", Status: dispute.MoneySucceeded}, "unknown_refund_key"},
		{"a refund that is not asked for yet", dispute.SignalPaymentUpdate, dispute.PaymentUpdate{EventID: "p9", RefundKey: refundKey, Status: dispute.MoneySucceeded}, "nothing_new"},
		{"a number for no return", dispute.SignalReturnShipped, dispute.ReturnShipped{EventID: "s9", LegID: "return-7", TrackingNumber: "1", Actor: customer}, "no_such_return"},
		{"a replacement", dispute.SignalReplacementUpdate, map[string]any{"event_id": "r9"}, "no_such_leg"},
		{"a repair", dispute.SignalRepairUpdate, map[string]any{"event_id": "r9"}, "unknown_repair"},
	} {
		t.Run(s.name, func(t *testing.T) {
			t.Parallel()
			r := setup(t)
			r.after(3*time.Hour, func() { r.signal(s.signal, s.doc) })
			r.inspectedAs(found("line-1", 1, dispute.ConditionDamaged))
			r.run(r.accepted())
			require.Equal(t, []string{s.why}, r.ignored())
			require.Equal(t, []string{refundKey}, r.paid())
			r.ended(dispute.OutcomeResolved)
		})
	}
}

func TestSignalsInTheWrongPlace(t *testing.T) {
	t.Parallel()
	playAll(t, []scenario{
		{"with the very first breath", func(t *testing.T, r *rig) {
			r.after(0, func() { r.scan("c9", dispute.ParcelLost) })
			r.run(r.opening())
			require.Len(t, r.ignored(), 1)
			r.ended(dispute.OutcomeExpired)
		}},
		{"a repeated event counts once", func(t *testing.T, r *rig) {
			r.delivered()
			r.after(2*day+time.Hour, func() { r.scan("c2", dispute.ParcelLost) })
			r.after(3*day, func() { r.receive("w1", 1, 1); r.receive("w1", 1, 1) })
			r.after(4*day, func() { r.inspect("w2", 2, found("line-1", 1, dispute.ConditionDamaged)) })
			r.after(5*day, func() { r.inspect("w2", 2, found("line-1", 1, dispute.ConditionUsed)) })
			r.run(r.accepted())
			require.Equal(t, []string{"repeated", "repeated", "repeated"}, r.ignored())
			require.Equal(t, 1, count(r.notices(dispute.RoleCustomer), dispute.NoticeReceived))
			r.ended(dispute.OutcomeResolved)
		}},
		{"a scan of a cancelled return", func(t *testing.T, r *rig) {
			r.cancel = dispute.Errorf(dispute.CodeUnavailable, "down") // holds the end open
			r.after(3*time.Hour, func() { r.withdraw("u2") })
			r.after(3*time.Hour+time.Minute, func() { r.scan("c9", dispute.ParcelDelivered); r.receive("w9", 1, 1) })
			r.run(r.accepted())
			require.Contains(t, r.ignored(), "parcel_is_past_that")
			require.Equal(t, dispute.ReturnCancelled, r.legState("return-1"))
			r.unpaid()
			r.ended(dispute.OutcomeWithdrawn)
		}},
		{"goods that come while an expired case is ending start nothing", func(t *testing.T, r *rig) {
			r.cancel = dispute.Errorf(dispute.CodeUnavailable, "down")
			r.after(2*time.Hour+7*day+time.Minute, func() { r.receive("w9", 1, 1); r.inspect("w8", 2, found("line-1", 1, dispute.ConditionDamaged)) })
			r.run(r.accepted())
			require.Equal(t, 1, r.has(dispute.EventReceived), "recorded all the same")
			require.Equal(t, dispute.ReturnExpired, r.legState("return-1"))
			r.unpaid()
			r.ended(dispute.OutcomeExpired)
		}},
		{"an inspection before the receipt counts, and the receipt comes late", func(t *testing.T, r *rig) {
			r.after(day, func() { r.inspect("w2", 2, found("line-1", 1, dispute.ConditionDamaged)) })
			r.after(2*day, func() { r.receive("w1", 1, 1) })
			r.run(r.accepted())
			require.Equal(t, []string{refundKey}, r.paid())
			require.Equal(t, 1, r.has(dispute.EventReceived), "recorded all the same")
			r.ended(dispute.OutcomeResolved)
		}},
		{"a count and a finding that arrive while a turn is being recorded are taken in the order of their causes", func(t *testing.T, r *rig) {
			o := r.accepted()
			o.Lines[0].Quantity = 2
			r.delivered()
			r.after(3*day, func() { r.countBox("w1", "box-1", 1) })
			r.after(4*day, func() {
				r.scan("c9", dispute.ParcelDelivered) // its turn is under way when the others come
				r.countBox("w2", "box-2", 2)
				r.seeBox("w3", "box-1", 3)
			})
			r.after(4*day+time.Hour, func() { r.seeBox("w4", "box-2", 4) })
			r.run(o)
			require.NotContains(t, r.told(dispute.RoleAgent), "task decide", "nothing was missing")
			require.Equal(t, []string{refundKey}, r.paid())
			r.ended(dispute.OutcomeResolved)
		}},
		{"a report on one parcel that another overtook is no old news", func(t *testing.T, r *rig) {
			o := r.accepted()
			o.Lines[0].Quantity = 2
			r.delivered()
			r.after(3*day, func() { r.countBox("w2", "box-2", 2) })
			r.after(3*day+time.Hour, func() { r.countBox("w1", "box-1", 1); r.countBox("w0", "box-2", 1) })
			r.after(4*day, func() { r.seeBox("w4", "box-2", 4) })
			r.after(4*day+time.Hour, func() { r.seeBox("w3", "box-1", 3) })
			r.run(o)
			require.Equal(t, []string{"lower_sequence"}, r.ignored(), "the second count of box-2")
			require.NotContains(t, r.told(dispute.RoleAgent), "task decide", "nothing was missing")
			require.Equal(t, []string{refundKey}, r.paid())
			r.ended(dispute.OutcomeResolved)
		}},
		{"delivered twice", func(t *testing.T, r *rig) {
			r.after(2*day+time.Hour, func() { r.scan("c9", dispute.ParcelDelivered) })
			r.inspectedAs(found("line-1", 1, dispute.ConditionDamaged))
			r.run(r.accepted())
			require.Equal(t, []string{"parcel_is_past_that"}, r.ignored())
			r.ended(dispute.OutcomeResolved)
		}},
		{"a lower sequence is old news", func(t *testing.T, r *rig) {
			r.delivered()
			r.after(3*day, func() { r.receive("w1", 5, 1) })
			r.after(3*day+time.Hour, func() { r.receive("w2", 4, 9) })
			r.after(4*day, func() { r.inspect("w3", 7, found("line-1", 1, dispute.ConditionUsed)) })
			r.after(4*day+time.Hour, func() { r.inspect("w4", 6, found("line-1", 1, dispute.ConditionDamaged)) })
			r.after(5*day, func() { r.reject("u2", supervisor) })
			r.run(r.accepted())
			require.Equal(t, []string{"lower_sequence", "lower_sequence"}, r.ignored())
			last := r.last()
			require.Equal(t, 1, last.Leg("return-1").Return.Received[0].Quantity)
			r.unpaid()
		}},
		{"a correction replaces the finding, and a person weighs it anew", func(t *testing.T, r *rig) {
			r.inspectedAs(found("line-1", 1, dispute.ConditionUsed))
			r.after(5*day, func() {
				r.signal(dispute.SignalWarehouseInspected, dispute.WarehouseInspected{EventID: "w3", RMAID: rmaOf(r.last()), Sequence: 3,
					Correction: true, Lines: []dispute.InspectedLine{found("line-1", 1, dispute.ConditionDamaged)}})
			})
			r.after(5*day+time.Hour, func() { r.decide("u2", agent, dispute.Remedy{Type: dispute.RemedyRefund}) })
			r.run(r.accepted())
			require.Equal(t, 1, r.has(dispute.EventCorrected))
			last := r.last()
			require.Empty(t, last.Leg("return-1").Return.Differences)
			require.Equal(t, []string{caseID + "/refund-2/1"}, r.paid())
			r.ended(dispute.OutcomeResolved)
		}},
		{"a correction after the money is recorded and changes nothing", func(t *testing.T, r *rig) {
			r.inspectedAs(found("line-1", 1, dispute.ConditionDamaged))
			r.after(6*day, func() {
				r.signal(dispute.SignalWarehouseInspected, dispute.WarehouseInspected{EventID: "w3", RMAID: rmaOf(r.last()), Sequence: 3,
					Correction: true, Lines: []dispute.InspectedLine{found("line-1", 1, dispute.ConditionUsed)}})
			})
			r.run(r.accepted())
			require.Equal(t, 1, r.has(dispute.EventCorrected))
			require.Equal(t, []string{"too_late_to_matter"}, r.ignored())
			r.ended(dispute.OutcomeResolved)
		}},
		{"evidence that comes while the case is ending is kept", func(t *testing.T, r *rig) {
			r.pendingAtClose = []string{"ev-p"}
			r.after(7*day+time.Minute, func() { r.supply() })
			r.after(7*day+2*time.Minute, func() { r.pendingAtClose = nil })
			r.run(r.opening())
			require.Len(t, r.last().Evidence, 2)
			require.Zero(t, r.has(dispute.EventInvestigation), "an ended case asks nobody")
			require.Equal(t, 1, r.has(dispute.EventClosed))
			require.Equal(t, 1, count(r.notices(dispute.RoleCustomer), dispute.NoticeClosed))
			r.ended(dispute.OutcomeExpired)
		}},
		{"a NUL, which no record can hold, is replaced", func(t *testing.T, r *rig) {
			r.after(time.Hour, func() { r.signal(dispute.SignalReproject, map[string]string{"event_id": "\x00zz"}) })
			r.run(r.opening())
			require.Equal(t, 1, r.has(dispute.EventReprojected))
			for _, e := range r.entries() {
				require.NotContains(t, e.EventID+string(e.Data), "\x00")
			}
		}},
		{"reproject is recorded", func(t *testing.T, r *rig) {
			r.after(time.Hour, func() { r.signal(dispute.SignalReproject, map[string]string{"event_id": "rp"}) })
			r.run(r.opening())
			require.Equal(t, 1, r.has(dispute.EventReprojected))
		}},
	})
}

func TestPaymentUpdates(t *testing.T) {
	t.Parallel()
	playAll(t, []scenario{
		{"before the reply: settled once", func(t *testing.T, r *rig) {
			r.pay = func(c dispute.MoneyClaim) (activities.Movement, error) {
				r.settle("p1", c.Key, dispute.MoneySucceeded, 5000)
				return answering(dispute.MoneySucceeded)(c)
			}
			r.run(r.lostOutbound())
			require.Equal(t, 1, count(r.notices(dispute.RoleCustomer), dispute.NoticeRefunded))
			require.Equal(t, 1, r.times("pay "+refundKey))
			r.ended(dispute.OutcomeResolved)
		}},
		{"twice: the second changes nothing", func(t *testing.T, r *rig) {
			r.pay = answering(dispute.MoneyPending)
			r.after(time.Hour, func() { r.settle("p1", refundKey, dispute.MoneySucceeded, 5000) })
			r.after(2*time.Hour, func() { r.settle("p2", refundKey, dispute.MoneyFailed, 5000) })
			r.run(r.lostOutbound())
			require.Equal(t, []string{"nothing_new"}, r.ignored())
			require.Equal(t, 1, count(r.notices(dispute.RoleCustomer), dispute.NoticeRefunded))
			r.ended(dispute.OutcomeResolved)
		}},
		{"of another amount: ignored, and the right one settles", func(t *testing.T, r *rig) {
			r.pay = answering(dispute.MoneyPending)
			r.after(time.Hour, func() { r.settle("p1", refundKey, dispute.MoneySucceeded, 4999) })
			r.after(2*time.Hour, func() { r.settle("p2", refundKey, dispute.MoneySucceeded, 5000) })
			r.run(r.lostOutbound())
			require.Equal(t, []string{"amount_differs"}, r.ignored())
			r.ended(dispute.OutcomeResolved)
		}},
		{"with one of our own states: nobody outside makes us pay again", func(t *testing.T, r *rig) {
			r.pay = func(dispute.MoneyClaim) (activities.Movement, error) {
				return activities.Movement{}, &activities.PartnerError{Partner: "payment"}
			}
			r.after(5*day, func() {
				r.settle("p1", refundKey, dispute.MoneyRequested, 5000)
				r.settle("p2", refundKey, "teleported", 5000)
			})
			r.after(5*day+time.Hour, func() { require.Equal(t, dispute.MoneyUnknown, r.legState("refund-1")) })
			r.after(6*day, func() { r.settle("p3", refundKey, dispute.MoneySucceeded, 5000) })
			r.run(r.lostOutbound())
			require.Equal(t, []string{"unknown_status", "unknown_status"}, r.ignored())
			r.ended(dispute.OutcomeResolved)
		}},
		{"cancelled by the provider while unknown: a person decides", func(t *testing.T, r *rig) {
			r.pay = func(dispute.MoneyClaim) (activities.Movement, error) {
				return activities.Movement{}, &activities.PartnerError{Partner: "payment"}
			}
			r.after(5*day, func() { r.settle("p1", refundKey, dispute.MoneyCancelled, 5000) })
			r.after(6*day, func() { r.reject("u1", supervisor) })
			r.run(r.lostOutbound())
			require.Equal(t, dispute.MoneyFailed, r.legState("refund-1"))
			require.Contains(t, r.told(dispute.RoleAgent), "task decide")
		}},
	})
}
