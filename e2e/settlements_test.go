package e2e_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/redresshq/redress/dispute"
	"github.com/redresshq/redress/partners"
)

// How a refund's end comes to be known: by webhook, by asking, or from a person.

func TestWebhookBeforeTheReply(t *testing.T) {
	t.Parallel()
	s := newStack(t, options{policy: "story"})
	require.NoError(t, s.box.SetSettlement(t.Context(), partners.Settlement{DelayMS: 1}))
	require.NoError(t, s.box.Switch(t.Context(), partners.Payments,
		partners.Switches{Mode: partners.ModeSlowReply, DelayMS: 4000, Operations: []string{"refund"}, Times: 1}))
	c, id := s.refunding(t)
	c.awaitClosed(id, dispute.OutcomeResolved)

	var updates []string
	for _, e := range s.agent(t).timeline(id) {
		if e.Type == dispute.EventRefundUpdated {
			updates = append(updates, e.Reason)
		}
	}
	require.Equal(t, []string{string(dispute.MoneySucceeded)}, updates, "the webhook is news, the reply is not")
	require.Equal(t, 1, s.sent(t, id))
	s.paid(t, id, moved{"refund.made", "refund-1/1", 8000})
	s.told(t, id, told{"customer accepted": 1, "customer decision": 1, "customer refunded": 1, "customer survey": 1})
}

func TestWebhookTwice(t *testing.T) {
	t.Parallel()
	s := newStack(t, options{policy: "story"})
	require.NoError(t, s.box.Switch(t.Context(), partners.Payments, partners.Switches{Webhooks: partners.WebhooksDouble}))
	c, id := s.refunding(t)
	c.awaitClosed(id, dispute.OutcomeResolved)
	s.paid(t, id, moved{"refund.made", "refund-1/1", 8000})
	s.told(t, id, told{"customer accepted": 1, "customer decision": 1, "customer refunded": 1, "customer survey": 1})
}

// The webhook never comes: when the settlement is due, the provider is asked.
func TestWebhookLost(t *testing.T) {
	t.Parallel()
	s := newStack(t, options{policy: "demo"})
	require.NoError(t, s.box.Switch(t.Context(), partners.Payments, partners.Switches{Webhooks: partners.WebhooksLost}))
	c, id := s.refunding(t)
	c.awaitClosed(id, dispute.OutcomeResolved)
	s.breached(t, id, dispute.ClockRefundSettlement)
	s.paid(t, id, moved{"refund.made", "refund-1/1", 8000})
	s.told(t, id, told{"customer accepted": 1, "customer decision": 1, "customer refunded": 1, "customer survey": 1})
}

// The provider made the refund, but no reply of it gets through: nothing is sent
// again until finance has looked it up and settles it by hand.
func TestUnknownRefundResolvedByHand(t *testing.T) {
	t.Parallel()
	s := newStack(t, options{policy: "demo"})
	require.NoError(t, s.box.SetSettlement(t.Context(), partners.Settlement{Mode: partners.SettleManual}))
	require.NoError(t, s.box.Switch(t.Context(), partners.Payments,
		partners.Switches{Mode: partners.ModeLoseReply, Operations: []string{"refund", "find_refund"}}))
	c, id := s.refunding(t)
	leg := c.awaitMoney(id, "refund-1", dispute.MoneyUnknown)
	require.Equal(t, 1, s.sent(t, id), "unknown forbids a second attempt")

	finance := s.as(t, dispute.RoleFinance, "finance-1")
	settled := finance.resolve(id, leg.Money.Key, map[string]any{"result": "succeeded", "provider_ref": "re_by_hand", "note": "Seen in the list."})
	require.Equal(t, dispute.MoneySucceeded, settled.Leg("refund-1").State)
	require.Equal(t, "re_by_hand", settled.Leg("refund-1").Money.ProviderRef)
	require.NoError(t, s.box.Switch(t.Context(), partners.Payments, partners.Switches{})) // what still asks may have its answer
	c.awaitClosed(id, dispute.OutcomeResolved)
	s.paid(t, id, moved{"refund.made", "refund-1/1", 8000})
	require.Equal(t, 1, s.sent(t, id))
	require.Equal(t, 1, s.notices(t, id)["customer refunded"])
}

// The provider never took it: a supervisor lets it be sent again, under the same key.
func TestUnknownRefundTriedAgain(t *testing.T) {
	t.Parallel()
	s := newStack(t, options{policy: "demo"})
	require.NoError(t, s.box.Switch(t.Context(), partners.Payments,
		partners.Switches{Mode: partners.ModeDown, Operations: []string{"refund"}}))
	c, id := s.refunding(t)
	super := s.supervisor(t)
	super.await(id, "was given to a person", func(v view) bool {
		l := (&v).Leg("refund-1")
		return l != nil && l.Problem == "settlement_unknown"
	})
	s.paid(t, id)

	require.NoError(t, s.box.Switch(t.Context(), partners.Payments, partners.Switches{}))
	super.resolve(id, "refund-1", map[string]any{"result": "retry"})
	c.awaitClosed(id, dispute.OutcomeResolved)
	s.paid(t, id, moved{"refund.made", "refund-1/1", 8000})
	got := s.notices(t, id)
	require.Equal(t, 1, got["customer refunded"])
	require.Equal(t, 1, got["customer delay"])
}
