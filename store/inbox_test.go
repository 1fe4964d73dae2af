package store_test

import (
	"context"
	"fmt"
	"sync"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/redresshq/redress/dispute"
)

// received is a webhook of the warehouse about an RMA.
func received(eventID, rma string) dispute.InboxEvent {
	return dispute.InboxEvent{Source: "warehouse", EventID: eventID, Type: "return.received",
		Reference: &dispute.Reference{Kind: dispute.RefRMA, Value: rma}, Signal: dispute.SignalWarehouseReceived,
		Payload: []byte(`{"event_id":"` + eventID + `"}`), Body: []byte(`{"rma_id":"` + rma + `"}`)}
}

func TestInboxFindsTheCase(t *testing.T) {
	t.Parallel()
	b := setup(t)
	c := b.open(t, "case_1")
	early, err := b.AddInbox(t.Context(), received("evt_1", "RMA1"))
	require.NoError(t, err)
	require.Equal(t, dispute.InboxUnmatched, early.State)
	require.Empty(t, early.CaseID)

	batch := next(c, 2, 1)
	batch.References = []dispute.Reference{{Kind: dispute.RefRMA, Value: "RMA1", LegID: "return-1"}}
	_, err = b.Record(t.Context(), batch)
	require.NoError(t, err)
	later, err := b.AddInbox(t.Context(), received("evt_2", "RMA1"))
	require.NoError(t, err)
	require.Equal(t, dispute.InboxPending, later.State)

	pending, err := b.ListInbox(t.Context(), dispute.InboxPending, 0, 10)
	require.NoError(t, err)
	require.Len(t, pending, 2, "the reference woke the early one")
	for _, e := range pending {
		require.Equal(t, c.ID, e.CaseID)
		require.Equal(t, "return-1", e.Reference.LegID)
	}
	rest, err := b.ListInbox(t.Context(), "", pending[0].ID, 10)
	require.NoError(t, err)
	require.Equal(t, pending[1:], rest)
}

// An event and the reference that it waits for, at the same moment: never apart.
func TestInboxIsNeverLeftUnmatchedByARace(t *testing.T) {
	t.Parallel()
	b := setup(t)
	c := b.open(t, "case_1")
	for i := range int64(30) {
		rma := fmt.Sprintf("RMA%d", i)
		var wg sync.WaitGroup
		wg.Go(func() {
			batch := next(c, 2+i, 0)
			batch.References = []dispute.Reference{{Kind: dispute.RefRMA, Value: rma}}
			if _, err := b.Record(t.Context(), batch); err != nil {
				t.Error(err)
			}
		})
		wg.Go(func() {
			if _, err := b.AddInbox(t.Context(), received("evt_"+rma, rma)); err != nil {
				t.Error(err)
			}
		})
		wg.Wait()
	}
	unmatched, err := b.ListInbox(t.Context(), dispute.InboxUnmatched, 0, 0)
	require.NoError(t, err)
	require.Empty(t, unmatched)
}

func TestInboxKeepsEachEventOnce(t *testing.T) {
	t.Parallel()
	b := setup(t)
	var wg sync.WaitGroup
	for range 8 {
		wg.Go(func() {
			if _, err := b.AddInbox(t.Context(), received("evt_1", "RMA1")); err != nil {
				t.Error(err)
			}
		})
	}
	wg.Wait()
	for range 2 {
		other, err := b.AddInbox(t.Context(), received("evt_1", "RMA2"))
		require.NoError(t, err)
		require.Equal(t, dispute.InboxInvalid, other.State)
		require.Contains(t, other.Problem, "another body")
	}
	all, err := b.ListInbox(t.Context(), "", 0, 0)
	require.NoError(t, err)
	require.Len(t, all, 2)

	// What is malformed is kept as it came, and its id stays free.
	broken := dispute.InboxEvent{Source: "warehouse", EventID: "evt_2", State: dispute.InboxInvalid, Problem: "not JSON",
		Body: []byte("{\xff\x00")}
	kept, err := b.AddInbox(t.Context(), broken)
	require.NoError(t, err)
	require.Equal(t, dispute.InboxInvalid, kept.State)
	require.NotEmpty(t, kept.Body)
	good, err := b.AddInbox(t.Context(), received("evt_2", "RMA1"))
	require.NoError(t, err)
	require.Equal(t, dispute.InboxUnmatched, good.State)

	nobody := received("evt_3", "RMA1")
	nobody.CaseID = "case_never"
	_, err = b.AddInbox(t.Context(), nobody)
	requireCode(t, dispute.CodeNotFound, err)
}

func TestMatchInboxByHand(t *testing.T) {
	t.Parallel()
	b := setup(t)
	b.open(t, "case_1")
	e, err := b.AddInbox(t.Context(), received("evt_1", "RMA1"))
	require.NoError(t, err)
	_, err = b.MatchInbox(t.Context(), e.ID, "case_never", "")
	requireCode(t, dispute.CodeNotFound, err)
	for range 2 {
		got, err := b.MatchInbox(t.Context(), e.ID, "case_1", "")
		require.NoError(t, err)
		require.Equal(t, dispute.InboxPending, got.State)
		require.Equal(t, "case_1", got.CaseID)
	}
	_, err = b.MatchInbox(t.Context(), e.ID+1, "case_1", "")
	requireCode(t, dispute.CodeNotFound, err)
	broken, err := b.AddInbox(t.Context(), dispute.InboxEvent{Source: "x", EventID: "1", State: dispute.InboxInvalid})
	require.NoError(t, err)
	_, err = b.MatchInbox(t.Context(), broken.ID, "case_1", "")
	requireCode(t, dispute.CodeNotAllowedNow, err)
}

// Two cases may share a parcel; the one that is still open gets its scans.
func TestInboxPrefersTheOpenCase(t *testing.T) {
	t.Parallel()
	b := setup(t)
	parcel := dispute.Reference{Kind: dispute.RefTracking, Value: "sf/1"}
	for _, id := range []string{"case_1", "case_2"} {
		batch := next(b.open(t, id), 2, 0)
		batch.References = []dispute.Reference{parcel}
		_, err := b.Record(t.Context(), batch)
		require.NoError(t, err)
	}
	scan := received("evt_1", "")
	scan.Reference = &parcel
	e, err := b.AddInbox(t.Context(), scan)
	require.NoError(t, err)
	require.Equal(t, "case_2", e.CaseID)
	_, err = b.RelayInbox(t.Context(), 10, func(context.Context, dispute.InboxEvent) (dispute.Delivery, error) {
		return dispute.DeliveryDelivered, nil
	})
	require.NoError(t, err)
	b.closeCase(t, newCase("case_2"), 3)
	scan.EventID, scan.Body = "evt_2", []byte(`{"n":2}`)
	e, err = b.AddInbox(t.Context(), scan)
	require.NoError(t, err)
	require.Equal(t, "case_1", e.CaseID)
}
