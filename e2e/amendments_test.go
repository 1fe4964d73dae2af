package e2e_test

import (
	"encoding/json"
	"net/http"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/redresshq/redress/dispute"
	"github.com/redresshq/redress/partners"
)

const newAddress = "18 Cangku Road, Kunshan, Jiangsu 215300"

// undispatched makes an order that has not left the warehouse.
func (s *stack) undispatched(t *testing.T, customer string) dispute.OrderFacts {
	t.Helper()
	return s.order(t, customer, func(n *partners.NewOrder) { n.DeliveredAt, n.NoDispatch, n.NoParcel = nil, true, true })
}

func changeOf(o dispute.OrderFacts, reason dispute.Reason, amendment map[string]any) opening {
	body := returnOf(o, reason)
	body["kind"] = "order_change"
	if amendment != nil {
		body["amendment"] = amendment
	}
	return body
}

// A new address in time, asked for in the one notice: the parcel is held, the order changed,
// the parcel let go. The address stands in the case's texts and at the order system only.
func TestAddressChangedInTime(t *testing.T) {
	t.Parallel()
	tellAddressChanged(t, sharedStack(t))
}

// tellAddressChanged plays it and returns the case's id.
func tellAddressChanged(t *testing.T, s *stack) string {
	t.Helper()
	c := s.customer(t)
	opened := c.open(changeOf(s.undispatched(t, c.id), dispute.ReasonAddressChange, nil))
	require.Len(t, opened.Completeness.Items, 1)
	require.Equal(t, dispute.EvidenceNewAddress, opened.Completeness.Items[0].Type)
	given := c.do(http.MethodPost, "/v1/cases/"+opened.ID+"/evidence", map[string]any{"type": "new_address", "text": newAddress})
	require.Equal(t, http.StatusCreated, given.status, "%s", given.body)

	c.awaitClosed(opened.ID, dispute.OutcomeResolved)
	require.Len(t, s.effects(t, partners.Warehouse, opened.ID, "interception.held"), 1)
	released := s.effects(t, partners.Warehouse, opened.ID, "interception.released")
	require.Len(t, released, 1)
	var hold struct{ Amended bool }
	require.NoError(t, json.Unmarshal(released[0].Data, &hold))
	require.True(t, hold.Amended)
	changed := s.effects(t, partners.Orders, opened.ID, "order.amended")
	require.Len(t, changed, 1)
	require.Equal(t, newAddress, textOf(t, changed[0]))
	s.awaitNotices(t, opened.ID, dispute.NoticeAmendment, 1)
	for _, e := range s.agent(t).timeline(opened.ID) {
		require.NotContains(t, string(e.Data), "Cangku", "%s", e.Type)
	}
	return opened.ID
}

// With the opening nothing is missing; an item and an invoice are changed as well, and an
// invoice holds no parcel.
func TestItemAndInvoiceChanged(t *testing.T) {
	t.Parallel()
	s := sharedStack(t)
	c := s.customer(t)
	body := changeOf(s.undispatched(t, c.id), dispute.ReasonItemChange,
		map[string]any{"items": []dispute.ReplacementItem{{LineID: "lamp", SKU: "sku-cup", Quantity: 1}}})
	body["lines"] = []dispute.Line{{LineID: "lamp", Quantity: 1}}
	item := c.open(body)
	require.Nil(t, item.Completeness)
	c.awaitClosed(item.ID, dispute.OutcomeResolved)
	require.Contains(t, string(s.effects(t, partners.Orders, item.ID, "order.amended")[0].Data), `"sku":"sku-cup"`)

	invoice := c.open(changeOf(s.undispatched(t, c.id), dispute.ReasonInvoiceRequest, map[string]any{"invoice_title": "Kunshan Cups Ltd"})).ID
	c.awaitClosed(invoice, dispute.OutcomeResolved)
	require.Equal(t, "Kunshan Cups Ltd", textOf(t, s.effects(t, partners.Orders, invoice, "order.amended")[0]))
	require.Empty(t, s.effects(t, partners.Warehouse, invoice, "interception.held"))
}

// The parcel left while the case was open: nothing is changed, the customer hears it, and the
// desk says what is possible instead.
func TestAddressChangedTooLate(t *testing.T) {
	t.Parallel()
	s := sharedStack(t)
	c, agent := s.customer(t), s.agent(t)
	o := s.undispatched(t, c.id)
	opened := c.open(changeOf(o, dispute.ReasonAddressChange, nil))
	now := time.Now().UTC()
	require.NoError(t, s.box.DispatchOrder(t.Context(), o.OrderID, dispute.DispatchFacts{DispatchedAt: &now, CheckedBy: "qc-1"}))
	given := c.do(http.MethodPost, "/v1/cases/"+opened.ID+"/evidence", map[string]any{"type": "new_address", "text": newAddress})
	require.Equal(t, http.StatusCreated, given.status, "%s", given.body)
	// The warehouse says that it left: by rule nothing is tried, and an agent who tries hears it.
	agent.await(opened.ID, "lay on the desk", func(v view) bool { return v.WaitingOn == dispute.WaitingAgent })
	agent.decide(opened.ID, dispute.Remedy{Type: dispute.RemedyOrderAmendment})
	agent.awaitPerson(opened.ID, dispute.ProblemTooLate)
	s.awaitNotices(t, opened.ID, dispute.NoticeAmendment, 1)
	require.Empty(t, s.effects(t, partners.Orders, opened.ID, "order.amended"))
	agent.decide(opened.ID, grant(dispute.RemedyRefund, 0, dispute.Line{LineID: "cup", Quantity: 1}))
	c.awaitClosed(opened.ID, dispute.OutcomeResolved)
	s.paid(t, opened.ID, moved{"refund.made", "refund-1/1", 5000})
}

// The order system refuses after the parcel was held: it is let go as it was, and a person decides.
func TestAmendmentRefusedAfterTheHold(t *testing.T) {
	t.Parallel()
	s := newStack(t, options{policy: "story"})
	c, agent := s.customer(t), s.agent(t)
	require.NoError(t, s.box.Switch(t.Context(), partners.Orders, partners.Switches{Mode: partners.ModeDecline, Operations: []string{"amend_order"}, Code: "address_not_served"}))
	o := s.undispatched(t, c.id)
	id := c.open(changeOf(o, dispute.ReasonAddressChange, map[string]any{"address": newAddress})).ID
	agent.awaitPerson(id, "address_not_served")
	var released []partners.Entry
	wait(t, "the parcel was let go", func() bool {
		released = s.effects(t, partners.Warehouse, id, "interception.released")
		return len(released) == 1
	})
	require.NotContains(t, string(released[0].Data), `"amended":true`)
	require.Empty(t, s.effects(t, partners.Orders, id, "order.amended"))
}
