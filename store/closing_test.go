package store_test

import (
	"context"
	"fmt"
	"sync"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/redresshq/redress/dispute"
)

// Evidence that comes while cases close is refused, or told to the batch that
// closes, or was delivered before: never accepted and lost.
func TestEvidenceWhileCasesClose(t *testing.T) {
	t.Parallel()
	b := setup(t)
	const cases, each = 20, 10
	var mu sync.Mutex
	accepted, told := map[string]bool{}, map[string]bool{}
	var wg sync.WaitGroup
	for i := range cases {
		c := b.open(t, fmt.Sprintf("case_%d", i))
		for n := range each {
			wg.Go(func() {
				id := fmt.Sprintf("evd_%d_%d", i, n)
				_, err := b.AddEvidence(t.Context(), submission(c.ID, id, id))
				mu.Lock()
				defer mu.Unlock()
				if err == nil {
					accepted["evidence/"+id] = true
				} else if dispute.CodeOf(err) != dispute.CodeCaseClosed {
					t.Error(err)
				}
			})
		}
		wg.Go(func() {
			c.Stage, c.Outcome = dispute.StageClosed, dispute.OutcomeWithdrawn
			closing := next(c, 2, 1)
			closing.Gate = dispute.GateClosed
			r, err := b.Record(t.Context(), closing)
			mu.Lock()
			defer mu.Unlock()
			if err != nil {
				t.Error(err)
			}
			for _, id := range r.Pending {
				told[id] = true
			}
		})
	}
	wg.Wait()
	require.Equal(t, accepted, told)

	delivered := map[string]bool{}
	for {
		n, err := b.RelayInbox(t.Context(), cases*each, func(_ context.Context, e dispute.InboxEvent) (dispute.Delivery, error) {
			mu.Lock()
			defer mu.Unlock()
			delivered[e.EventID] = true
			return dispute.DeliveryDelivered, nil
		})
		require.NoError(t, err)
		if n == 0 {
			break
		}
	}
	require.Equal(t, accepted, delivered)
}

// A dump restored on another server brings transaction numbers of the future; its
// entries are shown all the same, and new ones come after them.
func TestEventsAfterARestore(t *testing.T) {
	t.Parallel()
	b := setup(t)
	c := b.open(t, "case_1")
	conn := b.super(t)
	for _, sql := range []string{"ALTER TABLE timeline DISABLE TRIGGER USER", "UPDATE timeline SET xid = '4000000000'"} {
		_, err := conn.Exec(t.Context(), sql)
		require.NoError(t, err)
	}
	_, err := b.Record(t.Context(), next(c, 2, 1))
	require.NoError(t, err)
	got := b.events(t, 0, 2)
	require.EqualValues(t, 1, got[0].Seq)
	require.EqualValues(t, 2, got[1].Seq)
}
