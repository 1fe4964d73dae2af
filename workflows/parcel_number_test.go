package workflows_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/redresshq/redress/dispute"
)

// The number that a customer gives stands beside that of our label and does not
// replace it; what becomes of their parcel pays nothing by itself.
func TestCustomersOwnNumber(t *testing.T) {
	t.Parallel()
	ship := func(r *rig) {
		r.after(day, func() {
			r.signal(dispute.SignalReturnShipped, dispute.ReturnShipped{EventID: "s1", Carrier: "zto", TrackingNumber: "Z9", Actor: customer})
		})
	}
	scan := func(r *rig, id string, status dispute.ParcelStatus) {
		r.signal(dispute.SignalCarrierUpdate, dispute.CarrierUpdate{EventID: id, Carrier: "zto", TrackingNumber: "Z9", Status: status})
	}
	playAll(t, []scenario{
		{"lost: an agent decides", func(t *testing.T, r *rig) {
			o := r.accepted()
			ship(r)
			r.after(2*day, func() { scan(r, "z1", dispute.ParcelLost) })
			r.after(3*day, func() {
				c := r.last()
				ret := c.Leg("return-1")
				require.Equal(t, dispute.ReturnInTransit, ret.State)
				require.Equal(t, "R1", ret.Return.TrackingNumber)
				require.Equal(t, &dispute.Tracking{Carrier: "zto", Number: "Z9"}, ret.Return.CustomerTracking)
				require.Equal(t, "customer_parcel_lost", c.Explanation.Code)
				require.Equal(t, dispute.StageNegotiation, c.Stage)
			})
			r.after(4*day, func() {
				r.withdraw("u9")
				r.resolveLeg("u8", "return-1", dispute.ResultFailed)
				r.reject("u7", supervisor)
			})
			r.run(o)
			r.unpaid()
		}},
		{"delivered: the return goes on", func(t *testing.T, r *rig) {
			o := r.accepted()
			ship(r)
			r.after(2*day, func() { scan(r, "z1", dispute.ParcelDelivered) })
			r.after(2*day+time.Hour, func() { require.Equal(t, dispute.ReturnDelivered, r.legState("return-1")) })
			r.after(3*day, func() { r.receive("w1", 1, 1) })
			r.after(4*day, func() { r.inspect("w2", 2, found("line-1", 1, dispute.ConditionDamaged)) })
			r.run(o)
			r.ended(dispute.OutcomeResolved)
		}},
		{"delivered and never confirmed: an agent decides", func(t *testing.T, r *rig) {
			o := r.accepted()
			ship(r)
			r.after(2*day, func() { scan(r, "z1", dispute.ParcelDelivered) })
			r.after(20*day, func() {
				c := r.last()
				require.NotEqual(t, dispute.ReturnAccepted, r.legState("return-1"))
				require.NotEqual(t, dispute.StageExecution, c.Stage)
				r.unpaid()
				r.resolveLeg("u8", "return-1", dispute.ResultFailed)
				r.reject("u7", supervisor)
			})
			r.run(o)
			r.unpaid()
		}},
		{"lost on our label: the rule decides", func(t *testing.T, r *rig) {
			o := r.accepted()
			ship(r)
			r.after(2*day, func() { r.scan("c1", dispute.ParcelLost) })
			r.run(o)
			require.Equal(t, dispute.ReturnLost, r.legState("return-1"))
			require.Len(t, r.paid(), 1)
		}},
	})
}

func TestOnlyOurLabelsNumberIsIssued(t *testing.T) {
	t.Parallel()
	r := setup(t)
	r.after(day, func() {
		r.signal(dispute.SignalReturnShipped, dispute.ReturnShipped{EventID: "s1", Carrier: "zto", TrackingNumber: "Z9", Actor: customer})
	})
	r.after(2*day, func() { r.withdraw("u9") })
	r.after(3*day, func() { r.receive("w1", 1, 1) })
	r.after(4*day, func() { r.inspect("w2", 2, found("line-1", 1, dispute.ConditionDamaged)) })
	r.run(r.accepted())
	var refs []dispute.Reference
	for _, b := range r.batches {
		for _, ref := range b.References {
			if ref.Kind == dispute.RefTracking {
				refs = append(refs, ref)
			}
		}
	}
	require.Equal(t, []dispute.Reference{
		{Kind: dispute.RefTracking, Value: "sf/R1", LegID: "return-1", Issued: true},
		{Kind: dispute.RefTracking, Value: "zto/Z9", LegID: "return-1"},
	}, refs)
}

// An offer that waited for leave and was replaced was never put before the customer.
func TestOfferIsPresented(t *testing.T) {
	t.Parallel()
	r := setup(t)
	r.after(time.Hour, func() {
		r.send(dispute.UpdateOffer, "u1", dispute.OfferCommand{Command: cmd("u1", agent), OfferID: "offer_a",
			Remedies:  []dispute.Remedy{yuan(dispute.RemedyCompensation, 40000)},
			Liability: []dispute.Share{{Party: dispute.PartyMerchant, Percent: 100}}})
	})
	r.after(2*time.Hour, func() { r.offer("u2", "offer_b", agent, yuan(dispute.RemedyCompensation, 1000)) })
	r.after(3*time.Hour, func() { r.answer("u3", "offer_b", dispute.ResponseAccept) })
	r.run(r.complaint())
	c := r.last()
	require.Equal(t, dispute.OfferReplaced, c.Offer("offer_a").State)
	require.Nil(t, c.Offer("offer_a").PresentedAt)
	require.Equal(t, dispute.PartyUndetermined, c.Liability[0].Party, "an offer that nobody was shown says nothing of fault")
	require.Equal(t, opened.Add(2*time.Hour), c.Offer("offer_b").PresentedAt.Truncate(time.Minute))
}
