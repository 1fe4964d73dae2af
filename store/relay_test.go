package store_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/redresshq/redress/dispute"
	"github.com/redresshq/redress/store"
)

// fillInbox adds n events to each of some cases, in turn.
func (b *bundle) fillInbox(t *testing.T, cases, n int) {
	t.Helper()
	for c := range cases {
		b.open(t, fmt.Sprintf("case_%d", c))
	}
	b.addEvents(t, cases, n)
}

func (b *bundle) addEvents(t *testing.T, cases, n int) {
	t.Helper()
	for i := range n {
		for c := range cases {
			e := received(fmt.Sprintf("evt_%d_%d", c, i), "")
			e.Reference, e.CaseID = nil, fmt.Sprintf("case_%d", c)
			_, err := b.AddInbox(t.Context(), e)
			require.NoError(t, err)
		}
	}
}

// Several relays at once: each event once, and those of a case in order.
func TestRelayInboxKeepsTheOrderOfACase(t *testing.T) {
	t.Parallel()
	b := setup(t)
	const cases, each = 8, 6
	b.fillInbox(t, cases, each)
	var mu sync.Mutex
	got := map[string][]string{}
	var wg sync.WaitGroup
	total := 0
	for range 2 {
		wg.Go(func() {
			n, err := b.RelayInbox(t.Context(), 1000, func(_ context.Context, e dispute.InboxEvent) (dispute.Delivery, error) {
				mu.Lock()
				defer mu.Unlock()
				got[e.CaseID] = append(got[e.CaseID], e.EventID)
				return dispute.DeliveryDelivered, nil
			})
			mu.Lock()
			defer mu.Unlock()
			total += n
			if err != nil {
				t.Error(err)
			}
		})
	}
	wg.Wait()
	// A worker that finds all cases in others' hands goes home; what is left is next.
	for {
		n, err := b.RelayInbox(t.Context(), 1000, func(_ context.Context, e dispute.InboxEvent) (dispute.Delivery, error) {
			mu.Lock()
			defer mu.Unlock()
			got[e.CaseID] = append(got[e.CaseID], e.EventID)
			return dispute.DeliveryDelivered, nil
		})
		require.NoError(t, err)
		if total += n; n == 0 {
			break
		}
	}
	require.Equal(t, cases*each, total)
	for c := range cases {
		var want []string
		for i := range each {
			want = append(want, fmt.Sprintf("evt_%d_%d", c, i))
		}
		require.Equal(t, want, got[fmt.Sprintf("case_%d", c)])
	}
}

// The signals of new rules come last and hold nothing up, of another case or their own.
func TestRelayInboxPutsRulesLast(t *testing.T) {
	t.Parallel()
	b := setup(t)
	for c := range 2 {
		id := fmt.Sprintf("case_%d", c)
		b.open(t, id)
		e := received("rules-1-"+id, "")
		e.Source, e.Reference, e.CaseID = "rules", nil, id
		_, err := b.AddInbox(t.Context(), e)
		require.NoError(t, err)
	}
	b.addEvents(t, 2, 1)
	var got []string
	n, err := b.RelayInbox(t.Context(), 10, func(_ context.Context, e dispute.InboxEvent) (dispute.Delivery, error) {
		got = append(got, e.EventID)
		return dispute.DeliveryDelivered, nil
	})
	require.NoError(t, err)
	require.Equal(t, 4, n)
	require.Equal(t, []string{"evt_0_0", "evt_1_0", "rules-1-case_0", "rules-1-case_1"}, got)
}

func TestRelayInboxWaitsAfterAFailure(t *testing.T) {
	t.Parallel()
	b := setup(t)
	b.fillInbox(t, 2, 2)
	down := errors.New("the engine is away")
	n, err := b.RelayInbox(t.Context(), 100, func(_ context.Context, e dispute.InboxEvent) (dispute.Delivery, error) {
		if e.CaseID == "case_0" {
			return "", down
		}
		return dispute.DeliveryDelivered, nil
	})
	require.NoError(t, err)
	require.Equal(t, 2, n, "the other case goes on")
	pending, err := b.ListInbox(t.Context(), dispute.InboxPending, 0, 0)
	require.NoError(t, err)
	require.Len(t, pending, 2)
	require.GreaterOrEqual(t, pending[0].Attempts, 1)
	require.Zero(t, pending[1].Attempts, "the second waits behind the first")
	require.Equal(t, down.Error(), pending[0].Problem)
	require.Equal(t, 200*time.Millisecond, store.BackOff(1))
	require.Equal(t, 400*time.Millisecond, store.BackOff(2))
	require.Equal(t, time.Minute, store.BackOff(10))
	require.Equal(t, time.Minute, store.BackOff(1000))
}

func TestRelayInboxStoppedHalfWayLosesNothing(t *testing.T) {
	t.Parallel()
	b := setup(t)
	b.fillInbox(t, 1, 1)
	ctx, cancel := context.WithCancel(t.Context())
	n, err := b.RelayInbox(ctx, 10, func(ctx context.Context, _ dispute.InboxEvent) (dispute.Delivery, error) {
		cancel()
		return "", ctx.Err()
	})
	require.NoError(t, err)
	require.Zero(t, n)
	pending, err := b.ListInbox(t.Context(), dispute.InboxPending, 0, 0)
	require.NoError(t, err)
	require.Len(t, pending, 1)
	require.Zero(t, pending[0].Attempts)
}

func TestRelayInboxKeepsWhatIsLate(t *testing.T) {
	t.Parallel()
	b := setup(t)
	b.closeCase(t, b.open(t, "case_0"), 2)
	b.addEvents(t, 1, 3)
	n, err := b.RelayInbox(t.Context(), 100, func(context.Context, dispute.InboxEvent) (dispute.Delivery, error) {
		return dispute.DeliveryLate, nil
	})
	require.NoError(t, err)
	require.Equal(t, 3, n)
	late, err := b.ListInbox(t.Context(), dispute.InboxLate, 0, 0)
	require.NoError(t, err)
	require.Len(t, late, 3)
	entries, err := b.Timeline(t.Context(), "case_0", 2, 0)
	require.NoError(t, err)
	require.Len(t, entries, 3)
	require.Equal(t, dispute.EventLate, entries[0].Type)
	require.Equal(t, "evt_0_0", entries[0].EventID)
	require.Equal(t, dispute.StageClosed, entries[0].Stage)
	report, err := b.VerifyChain(t.Context(), "case_0")
	require.NoError(t, err)
	require.True(t, report.Intact, report.Problem)
}

// An open case whose workflow was terminated gets its events once it has a run again.
func TestRelayInboxWaitsForARestart(t *testing.T) {
	t.Parallel()
	b := setup(t)
	b.fillInbox(t, 1, 2)
	deliver := func(d dispute.Delivery) int {
		n, err := b.RelayInbox(t.Context(), 100, func(context.Context, dispute.InboxEvent) (dispute.Delivery, error) { return d, nil })
		require.NoError(t, err)
		return n
	}
	require.Zero(t, deliver(dispute.DeliveryLate), "nothing is done with")
	pending, err := b.ListInbox(t.Context(), dispute.InboxPending, 0, 0)
	require.NoError(t, err)
	require.Len(t, pending, 2)
	require.NotEmpty(t, pending[0].Problem)
	entries, err := b.Timeline(t.Context(), "case_0", 1, 0)
	require.NoError(t, err)
	require.Empty(t, entries)

	_, _, err = b.Adopt(t.Context(), "case_0", "the restarted run")
	require.NoError(t, err)
	require.Equal(t, 2, deliver(dispute.DeliveryDelivered), "no rest is left to wait for")
}

// What a run was given and never recorded goes to the run that takes the case over.
func TestAdoptionHasEventsDeliveredAgain(t *testing.T) {
	t.Parallel()
	b := setup(t)
	b.fillInbox(t, 1, 3)
	var got []string
	relay := func() {
		_, err := b.RelayInbox(t.Context(), 100, func(_ context.Context, e dispute.InboxEvent) (dispute.Delivery, error) {
			got = append(got, e.EventID)
			return dispute.DeliveryDelivered, nil
		})
		require.NoError(t, err)
	}
	relay()
	require.Equal(t, []string{"evt_0_0", "evt_0_1", "evt_0_2"}, got)
	taken := next(newCase("case_0"), 2, 1)
	taken.Engine = []byte(`{"seen_events": ["evt_0_0"]}`)
	_, err := b.Record(t.Context(), taken)
	require.NoError(t, err)

	_, _, err = b.Adopt(t.Context(), "case_0", "run_2")
	require.NoError(t, err)
	relay()
	require.Equal(t, []string{"evt_0_1", "evt_0_2"}, got[3:])
}

func TestRelayOutbox(t *testing.T) {
	t.Parallel()
	b := setup(t)
	c := b.open(t, "case_1")
	require.NoError(t, b.AddText(t.Context(), dispute.Text{ID: "txt_1", CaseID: c.ID, Kind: "contact", Body: "a@example.org",
		Author: dispute.Actor{Role: dispute.RoleCustomer}, CreatedAt: noon}))
	batch := next(c, 2, 1)
	for n, m := range []dispute.Milestone{dispute.NoticeAccepted, dispute.NoticeOffer, dispute.NoticeRefunded} {
		batch.Notices = append(batch.Notices, dispute.Notice{Milestone: m, Number: n, To: dispute.RoleCustomer, Data: []byte(`{"n":1}`)})
	}
	batch.Notices = append(batch.Notices, batch.Notices[0]) // the same notice again is one
	_, err := b.Record(t.Context(), batch)
	require.NoError(t, err)

	var sent []string
	n, err := b.RelayOutbox(t.Context(), 100, func(_ context.Context, n dispute.OutboxNotice) (dispute.Sending, error) {
		sent = append(sent, n.Key()) // one case: one at a time
		if n.Contact != "a@example.org" || n.CustomerID != "cus_1" {
			return dispute.Sending{}, fmt.Errorf("not addressed: %+v", n)
		}
		if n.Notice.Milestone == dispute.NoticeOffer {
			return dispute.Sending{}, fmt.Errorf("wrapped: %w", dispute.Errorf(dispute.CodeDeclined, "no such address"))
		}
		return dispute.Sending{Channel: dispute.NoticeByMail, Letter: dispute.Letter{Language: dispute.LanguageEnglish, Subject: "s", Text: "t", Source: dispute.WordingPolicy}}, nil
	})
	require.NoError(t, err)
	require.Equal(t, 3, n)
	require.Equal(t, []string{"case_1/accepted/0", "case_1/offer/1", "case_1/refunded/2"}, sent)
	counts, err := b.Counts(t.Context())
	require.NoError(t, err)
	require.EqualValues(t, 1, counts["outbox_dead"])
	require.Zero(t, counts["outbox_pending"])
}

func TestWaitForWorkHearsTheRecord(t *testing.T) {
	t.Parallel()
	b := setup(t)
	c := b.open(t, "case_1")
	ctx, cancel := context.WithTimeout(t.Context(), 20*time.Second)
	defer cancel()
	b.WaitForWork(ctx, store.ChannelOutbox) // the first says that it listens
	batch := next(c, 2, 0)
	batch.Notices = []dispute.Notice{{Milestone: dispute.NoticeAccepted, Number: 1, To: dispute.RoleCustomer}}
	_, err := b.Record(t.Context(), batch)
	require.NoError(t, err)
	b.WaitForWork(ctx, store.ChannelOutbox)
	require.NoError(t, ctx.Err(), "notified")

	b.WaitForWork(ctx, store.ChannelInbox)
	_, err = b.AddEvidence(t.Context(), submission(c.ID, "evd_1", "1"))
	require.NoError(t, err)
	b.WaitForWork(ctx, store.ChannelInbox)
	require.NoError(t, ctx.Err(), "notified")

	short, stop := context.WithTimeout(t.Context(), 50*time.Millisecond)
	defer stop()
	b.WaitForWork(short, store.ChannelInbox)
	require.ErrorIs(t, short.Err(), context.DeadlineExceeded)
}

// What a provider says of money after its case has ended settles the claim: what
// failed blocks nobody, what was paid counts.
func TestRelayInboxSettlesMoneyOfAClosedCase(t *testing.T) {
	t.Parallel()
	for _, row := range []struct {
		name   string
		key    string
		status dispute.LegState
		amount int64
		want   dispute.LegState
	}{
		{"failed", "case_0/refund-1/1", dispute.MoneyFailed, 1000, dispute.MoneyFailed},
		{"cancelled there", "case_0/refund-1/1", dispute.MoneyCancelled, 1000, dispute.MoneyFailed},
		{"succeeded", "case_0/refund-1/1", dispute.MoneySucceeded, 1000, dispute.MoneySucceeded},
		{"no end yet", "case_0/refund-1/1", dispute.MoneyRequiresAction, 1000, dispute.MoneyPending},
		{"another amount", "case_0/refund-1/1", dispute.MoneyFailed, 999, dispute.MoneyPending},
		{"another case's key", "case_1/refund-1/1", dispute.MoneyFailed, 1000, dispute.MoneyPending},
	} {
		t.Run(row.name, func(t *testing.T) {
			t.Parallel()
			b := setup(t)
			c := b.open(t, "case_0")
			claimed := "case_0/refund-1/1"
			_, err := b.ClaimMoney(t.Context(), claim(claimed, c.ID, 1000))
			require.NoError(t, err)
			_, err = b.RecordMoney(t.Context(), claimed, dispute.MoneyPending, "re_1")
			require.NoError(t, err)
			b.closeCase(t, c, 2)
			payload, err := json.Marshal(dispute.PaymentUpdate{EventID: "p1", RefundKey: row.key, Status: row.status, Amount: dispute.CNY(row.amount)})
			require.NoError(t, err)
			_, err = b.AddInbox(t.Context(), dispute.InboxEvent{Source: "payment", EventID: "p1", Type: "refund.updated", CaseID: c.ID,
				Signal: dispute.SignalPaymentUpdate, Payload: payload, Body: payload})
			require.NoError(t, err)
			n, err := b.RelayInbox(t.Context(), 1, func(context.Context, dispute.InboxEvent) (dispute.Delivery, error) {
				return dispute.DeliveryLate, nil
			})
			require.NoError(t, err)
			require.Equal(t, 1, n)
			got, err := b.RecordMoney(t.Context(), claimed, dispute.MoneyRequested, "")
			require.NoError(t, err)
			require.Equal(t, row.want, got.Status)
			entries, err := b.Timeline(t.Context(), c.ID, 2, 0)
			require.NoError(t, err)
			require.Len(t, entries, 1, "it is kept as late all the same")
		})
	}
}
