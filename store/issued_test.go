package store_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/redresshq/redress/dispute"
)

func scanned(eventID, parcel string) dispute.InboxEvent {
	return dispute.InboxEvent{Source: "carrier", EventID: eventID, Type: "tracking.updated",
		Reference: &dispute.Reference{Kind: dispute.RefTracking, Value: parcel}, Signal: dispute.SignalCarrierUpdate,
		Payload: []byte(`{"event_id":"` + eventID + `"}`), Body: []byte(`{"n":"` + eventID + `"}`)}
}

// The number of a label that we issued is its case's, whoever else names it.
func TestIssuedNumberOutweighsAGivenOne(t *testing.T) {
	t.Parallel()
	b := setup(t)
	refer := func(c dispute.Case, number int64, issued bool) {
		t.Helper()
		batch := next(c, number, 1)
		batch.References = []dispute.Reference{{Kind: dispute.RefTracking, Value: "sf/R1", LegID: "return-1", Issued: issued}}
		_, err := b.Record(t.Context(), batch)
		require.NoError(t, err)
	}
	owner, guesser, thief := b.open(t, "case_1"), b.open(t, "case_2"), b.open(t, "case_3")
	refer(guesser, 2, false)
	id, err := b.IssuedTo(t.Context(), dispute.Reference{Kind: dispute.RefTracking, Value: "sf/R1"})
	require.NoError(t, err)
	require.Empty(t, id)
	refer(owner, 2, false) // named before the label came
	refer(owner, 3, true)
	refer(thief, 2, false)
	id, err = b.IssuedTo(t.Context(), dispute.Reference{Kind: dispute.RefTracking, Value: "sf/R1"})
	require.NoError(t, err)
	require.Equal(t, owner.ID, id)
	e, err := b.AddInbox(t.Context(), scanned("evt_1", "sf/R1"))
	require.NoError(t, err)
	require.Equal(t, owner.ID, e.CaseID)
}

// A stranger's case on somebody's order does not stand in the owner's way.
func TestStrangersClaimDoesNotBlock(t *testing.T) {
	t.Parallel()
	b := setup(t)
	open := func(id, customer string) dispute.Receipt {
		t.Helper()
		c := newCase(id)
		c.OrderID, c.CustomerID = "order_1", customer
		r, err := b.Record(t.Context(), opening(c))
		require.NoError(t, err)
		return r
	}
	require.Empty(t, open("case_1", "cus_thief").Duplicate)
	require.Empty(t, open("case_2", "cus_1").Duplicate)
	require.Equal(t, "case_2", open("case_3", "cus_1").Duplicate)
	require.Equal(t, "case_1", open("case_4", "cus_thief").Duplicate)

	owner := newCase("case_2")
	owner.OrderID = "order_1"
	owner.Facts.Order = &dispute.OrderFacts{OrderID: "order_1", CustomerID: "cus_1", Lines: []dispute.OrderLine{{LineID: "line_1", Quantity: 1}}}
	_, err := b.Record(t.Context(), next(owner, 2, 1))
	require.NoError(t, err)
	require.Equal(t, "case_2", open("case_5", "cus_late").Duplicate, "the owner is known by now")
}

// A refused opening is remembered for whoever was told that it is accepted.
func TestRefusedOpeningIsRemembered(t *testing.T) {
	t.Parallel()
	b := setup(t)
	b.open(t, "case_1")
	c := newCase("case_2")
	c.OrderID = "order_case_1"
	for range 2 {
		r, err := b.Record(t.Context(), opening(c))
		require.NoError(t, err)
		require.Equal(t, "case_1", r.Duplicate)
	}
	refused, err := b.RefusedOpening(t.Context(), "case_2")
	require.NoError(t, err)
	require.Equal(t, dispute.RefusedOpening{CaseID: "case_2", CustomerID: "cus_1", DuplicateOf: "case_1"}, refused)
	_, err = b.RefusedOpening(t.Context(), "case_9")
	requireCode(t, dispute.CodeNotFound, err)
}
