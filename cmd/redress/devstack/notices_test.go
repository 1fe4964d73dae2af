package devstack

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/redresshq/redress/dispute"
)

// The question of a survey is written days ahead: nobody waits for it as if it were on its way.
func TestWhatWaitsForItsTimeIsNotOnItsWay(t *testing.T) {
	t.Parallel()
	later := time.Now().Add(72 * time.Hour)
	got := count([]toldNotice{
		{State: "sent", Channel: "mail", Subject: "refunded", Webhooks: []dispute.WebhookDelivery{
			{EndpointID: "ours", State: dispute.WebhookDelivered}, {EndpointID: "a developer's own", State: dispute.WebhookPending}}},
		{State: "pending", Subject: "survey", HeldUntil: &later},
	}, "ours")
	require.Equal(t, tally{mails: []string{"refunded"}, hooks: 1, held: 1}, got)
	got = count([]toldNotice{{State: "pending"}, {State: "sent", Channel: "gateway", Webhooks: []dispute.WebhookDelivery{{EndpointID: "ours", State: dispute.WebhookPending}}}}, "ours")
	require.Equal(t, tally{hooks: 1, open: 2}, got)
}
