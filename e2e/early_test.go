package e2e_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/redresshq/redress/dispute"
	"github.com/redresshq/redress/partners"
)

// The label is there before the warehouse has answered the announcement, and the
// parcel is scanned at once: the scan finds its case.
func TestScanBeforeTheWarehouseAnswers(t *testing.T) {
	t.Parallel()
	s := newStack(t, options{policy: "story"})
	c := s.customer(t)
	id := c.open(returnOf(s.order(t, c.id), dispute.ReasonDamagedInTransit)).ID
	c.supply(id)
	c.awaitOffer(id)
	require.NoError(t, s.box.Switch(t.Context(), partners.Warehouse,
		partners.Switches{Mode: partners.ModeSlowReply, DelayMS: 3000, Operations: []string{"announce_return"}, Times: 1}))
	c.accept(id)
	wait(t, "the label was made", func() bool { return len(s.effects(t, partners.Carrier, id, "label.issued")) == 1 })
	number := "RT" + s.effects(t, partners.Carrier, id, "label.issued")[0].Ref[len("label_"):]
	require.NoError(t, s.box.Scan(t.Context(), "SF", number, dispute.ParcelInTransit))

	ret := c.awaitLeg(id, dispute.LegReturn, dispute.ReturnInTransit).Return
	require.Equal(t, number, ret.TrackingNumber)
	unmatched, err := s.record.ListInbox(t.Context(), dispute.InboxUnmatched, 0, 0)
	require.NoError(t, err)
	require.Empty(t, unmatched)
}
