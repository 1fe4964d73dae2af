package workflows_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/redresshq/redress/dispute"
)

func TestReturnDamagedInTransitToTheSettledRefund(t *testing.T) {
	t.Parallel()
	r := setup(t)
	r.after(time.Hour, r.supply)
	r.after(2*time.Hour, func() { r.respond("u1", dispute.ResponseAccept) })
	r.after(26*time.Hour, func() {
		r.signal(dispute.SignalCarrierUpdate, dispute.CarrierUpdate{EventID: "c1", Carrier: "sf", TrackingNumber: "R1", Status: dispute.ParcelInTransit})
	})
	r.after(50*time.Hour, func() {
		r.signal(dispute.SignalCarrierUpdate, dispute.CarrierUpdate{EventID: "c2", Carrier: "sf", TrackingNumber: "R1", Status: dispute.ParcelDelivered})
	})
	r.after(51*time.Hour, func() {
		r.signal(dispute.SignalWarehouseReceived, dispute.WarehouseReceived{EventID: "w1", RMAID: rmaOf(r.last()), Sequence: 1,
			Lines: []dispute.ReceivedLine{{LineID: "line-1", Quantity: 1}}})
	})
	r.after(52*time.Hour, func() {
		r.signal(dispute.SignalWarehouseInspected, dispute.WarehouseInspected{EventID: "w2", RMAID: rmaOf(r.last()), Sequence: 2,
			Lines: []dispute.InspectedLine{{LineID: "line-1", Quantity: 1, Condition: dispute.ConditionDamaged}}})
	})
	r.run(r.opening())

	c := r.last()
	require.Equal(t, dispute.StageClosed, c.Stage)
	require.Equal(t, dispute.OutcomeResolved, c.Outcome)
	require.Equal(t, int64(5000), c.Legs[1].Money.Amount.Amount)
	require.Equal(t, dispute.MoneySucceeded, c.Legs[1].State)
	require.False(t, c.Breached)
	require.Equal(t, []dispute.Milestone{
		dispute.NoticeMissing, dispute.NoticeAccepted, dispute.NoticeOffer, dispute.NoticeInstructions,
		dispute.NoticeReceived, dispute.NoticeInspected, dispute.NoticeRefunded, dispute.NoticeClosed,
	}, r.notices(dispute.RoleCustomer))
}
